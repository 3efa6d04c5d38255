//! How a sync of a `StatefulSet` ends: with something done, with something that must come first, or at rest.
//!
//! Models the log lines of `pkg/controller/statefulset/stateful_set_control.go`,
//! Kubernetes v1.36. Left out: log levels.

use super::waiting::WaitingFor;
use crate::api::apps::StatefulSet;
use crate::api::{Kind, ObjectKey};
use crate::controllers::{Reason, Verdict};

/// What the controller does in a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Creates pods.
    Create {
        /// The first of them.
        pod: String,
        /// How many.
        count: usize,
    },
    /// Deletes pods that failed or succeeded, so that they come back.
    DeleteFinished {
        /// The first of them.
        pod: String,
        /// How many.
        count: usize,
    },
    /// Deletes pods because the set is scaled down.
    ScaleDown {
        /// The first of them.
        pod: String,
        /// How many.
        count: usize,
    },
    /// Deletes pods so that they come back with the new template.
    Update {
        /// The first of them.
        pod: String,
        /// How many.
        count: usize,
    },
    /// Mends names, labels, volumes or claims of pods.
    Repair {
        /// The first of them.
        pod: String,
        /// How many.
        count: usize,
    },
}

impl Progress {
    fn parts(&self) -> (&'static str, &'static str, &str, usize) {
        match self {
            Self::Create { pod, count } => ("Create", "creating", pod, *count),
            Self::DeleteFinished { pod, count } => {
                ("DeleteFinished", "deleting, so that it is created anew, finished", pod, *count)
            }
            Self::ScaleDown { pod, count } => ("ScaleDown", "scaling down: deleting", pod, *count),
            Self::Update { pod, count } => ("Update", "rolling update: deleting", pod, *count),
            Self::Repair { pod, count } => ("Repair", "mending identity or claims of", pod, *count),
        }
    }
}

/// How a plan ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What should be is.
    Converged,
    /// Something is done.
    Progressing(Progress),
    /// Something must happen first.
    Waiting(WaitingFor),
}

impl Outcome {
    /// The outcome as people see it.
    pub(crate) fn verdict(&self, set: &StatefulSet) -> Verdict {
        let namespace = set.metadata.namespace.as_str();
        match self {
            Self::Converged => Verdict::Converged,
            Self::Waiting(wait) => Verdict::Waiting(Reason {
                name: wait.name(),
                sentence: wait.sentence(),
                object: wait.object(namespace),
                facts: wait.facts(set),
                until: wait.until(),
            }),
            Self::Progressing(progress) => {
                let (name, doing, pod, count) = progress.parts();
                let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
                Verdict::Progressing(Reason {
                    name,
                    sentence: format!("{doing} Pod {pod}{more}"),
                    object: Some(ObjectKey::new(Kind::Pod, namespace, pod)),
                    facts: vec![("pods".to_owned(), count.to_string())],
                    until: None,
                })
            }
        }
    }
}

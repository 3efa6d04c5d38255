//! How a sync of a `DaemonSet` ends: with something done, with something that must come first, or at rest.
//!
//! Models the log lines of `pkg/controller/daemon/{daemon_controller,update}.go`,
//! Kubernetes v1.36. Left out: log levels.

use super::waiting::WaitingFor;
use crate::api::daemonset::DaemonSet;
use crate::api::{Kind, ObjectKey};
use crate::controllers::{Reason, Verdict};

/// What the controller does in a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Creates pods on nodes that have none.
    Create {
        /// The first node.
        node: String,
        /// How many.
        count: usize,
    },
    /// Creates new pods beside old ones.
    Surge {
        /// The first node.
        node: String,
        /// How many.
        count: usize,
    },
    /// Deletes pods that failed or succeeded, so that others come.
    DeleteFinished {
        /// The first of them.
        pod: String,
        /// How many pods are deleted.
        count: usize,
    },
    /// Deletes pods of nodes that have more than they should.
    DeleteExcess {
        /// The first of them.
        pod: String,
        /// How many pods are deleted.
        count: usize,
    },
    /// Deletes pods of nodes that do not suit.
    DeleteUnsuitable {
        /// The first of them.
        pod: String,
        /// How many pods are deleted.
        count: usize,
        /// Why its node does not suit.
        why: String,
    },
    /// Deletes old pods whose new ones take over.
    Replace {
        /// The first of them.
        pod: String,
        /// How many pods are deleted.
        count: usize,
    },
    /// Deletes old pods so that new ones come.
    Update {
        /// The first of them.
        pod: String,
        /// How many pods are deleted.
        count: usize,
    },
}

impl Progress {
    fn reason(&self, namespace: &str) -> Reason {
        let of_node = |name, doing: &str, node: &String, count: usize| {
            let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            let object = ObjectKey::new(Kind::Node, "", node.clone());
            (name, format!("{doing} node {node}{more}"), object, count)
        };
        let of_pod = |name, doing: &str, pod: &String, count: usize| {
            let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            let object = ObjectKey::new(Kind::Pod, namespace, pod.clone());
            (name, format!("{doing} Pod {pod}{more}"), object, count)
        };
        let (name, sentence, object, count) = match self {
            Self::Create { node, count } => of_node("Create", "creating a Pod for", node, *count),
            Self::Surge { node, count } => {
                of_node("Surge", "rolling update: creating a new Pod beside the old one on", node, *count)
            }
            Self::DeleteFinished { pod, count } => {
                of_pod("DeleteFinished", "deleting, so that its node gets another one, finished", pod, *count)
            }
            Self::DeleteExcess { pod, count } => of_pod("DeleteExcess", "deleting surplus", pod, *count),
            Self::DeleteUnsuitable { pod, count, why } => {
                let doing = format!("deleting, because of its node ({why}),");
                of_pod("DeleteUnsuitable", &doing, pod, *count)
            }
            Self::Replace { pod, count } => {
                of_pod("Replace", "rolling update: the new Pod takes over, deleting", pod, *count)
            }
            Self::Update { pod, count } => of_pod("Update", "rolling update: deleting", pod, *count),
        };
        let facts = vec![("pods".to_owned(), count.to_string())];
        Reason { name, sentence, object: Some(object), facts, until: None }
    }
}

/// How a sync ends.
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
    pub(crate) fn verdict(&self, set: &DaemonSet) -> Verdict {
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
            Self::Progressing(progress) => Verdict::Progressing(progress.reason(namespace)),
        }
    }
}

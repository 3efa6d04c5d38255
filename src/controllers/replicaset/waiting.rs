//! Why a sync of a `ReplicaSet` ended as it did.
//!
//! Models the log lines of `manageReplicas` and `SatisfiedExpectations`, pkg/controller, Kubernetes v1.36.
//! Left out: log levels.

use crate::api::deployment::ReplicaSet;
use crate::api::{Kind, ObjectKey};
use crate::controllers::{Reason, Verdict};
use crate::sim::Time;

/// What must happen first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitingFor {
    /// The controller has not yet seen the pods that it made, or deleted.
    Expectations {
        /// Creations that are not seen yet.
        creations: usize,
        /// Deletions that are not seen yet.
        deletions: usize,
    },
    /// Pods are on their way.
    PodsReady {
        /// How many.
        count: usize,
        /// The first of them.
        first: String,
    },
    /// Pods are ready and must stay so for `minReadySeconds`.
    PodsAvailable {
        /// How many.
        count: usize,
        /// How long they must stay ready.
        min_ready_seconds: i64,
        /// When the first of them has been.
        until: Time,
    },
    /// The set is being deleted.
    SetDeletion,
    /// The controller's copy of the objects has not yet seen its own writes.
    CacheCatchUp {
        /// The kind that lags.
        kind: Kind,
    },
}

/// What the controller does in a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Creates pods.
    Create {
        /// How many.
        count: usize,
    },
    /// Deletes pods.
    Delete {
        /// The first of them.
        first: String,
        /// How many.
        count: usize,
    },
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

/// `1 Pod`, `3 Pods`.
fn pods(count: usize) -> String {
    if count == 1 { "1 Pod".to_owned() } else { format!("{count} Pods") }
}

impl WaitingFor {
    /// The variant's name.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Expectations { .. } => "Expectations",
            Self::PodsReady { .. } => "PodsReady",
            Self::PodsAvailable { .. } => "PodsAvailable",
            Self::SetDeletion => "SetDeletion",
            Self::CacheCatchUp { .. } => "CacheCatchUp",
        }
    }

    /// The sentence for people.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Expectations { creations, deletions: 0 } => {
                format!("waiting to see the {} that it created before it counts again", pods(*creations))
            }
            Self::Expectations { deletions, .. } => {
                format!("waiting to see the {} that it deleted go before it counts again", pods(*deletions))
            }
            Self::PodsReady { count: 1, first } => format!("waiting for Pod {first} to become ready"),
            Self::PodsReady { count, first } => {
                format!("waiting for {count} Pods to become ready, the first of them {first}")
            }
            Self::PodsAvailable { count, min_ready_seconds, .. } => {
                format!("waiting for {} to be Available (minReadySeconds {min_ready_seconds})", pods(*count))
            }
            Self::SetDeletion => {
                "the ReplicaSet is being deleted: its Pods are left to the garbage collector".to_owned()
            }
            Self::CacheCatchUp { kind } => format!(
                "waiting for the controller's cache to show its own writes ({})",
                kind.resource().plural
            ),
        }
    }

    fn facts(&self, set: &ReplicaSet) -> Vec<(String, String)> {
        let fact = |name: &str, value: &dyn std::fmt::Display| (name.to_owned(), value.to_string());
        match self {
            Self::Expectations { creations, deletions } => {
                vec![fact("unseenCreations", creations), fact("unseenDeletions", deletions)]
            }
            Self::PodsReady { count, .. } => {
                vec![fact("replicas", &set.spec.replicas.unwrap_or(1)), fact("notReady", count)]
            }
            Self::PodsAvailable { count, min_ready_seconds, .. } => {
                vec![fact("minReadySeconds", min_ready_seconds), fact("notAvailable", count)]
            }
            Self::SetDeletion => Vec::new(),
            Self::CacheCatchUp { kind } => vec![fact("kind", kind)],
        }
    }
}

impl Outcome {
    /// The outcome as people see it.
    pub(crate) fn verdict(&self, set: &ReplicaSet) -> Verdict {
        let pod = |name: &String| ObjectKey::new(Kind::Pod, set.metadata.namespace.clone(), name.clone());
        match self {
            Self::Converged => Verdict::Converged,
            Self::Waiting(wait) => Verdict::Waiting(Reason {
                name: wait.name(),
                sentence: wait.sentence(),
                object: match wait {
                    WaitingFor::PodsReady { first, .. } => Some(pod(first)),
                    _ => None,
                },
                facts: wait.facts(set),
                until: match wait {
                    WaitingFor::PodsAvailable { until, .. } => Some(*until),
                    _ => None,
                },
            }),
            Self::Progressing(progress) => {
                let replicas = set.spec.replicas.unwrap_or(1);
                let (name, sentence, object, count) = match progress {
                    Progress::Create { count } => {
                        ("Create", format!("creating {}", pods(*count)), None, count)
                    }
                    Progress::Delete { first, count: 1 } => {
                        ("Delete", format!("deleting Pod {first}"), Some(pod(first)), &1)
                    }
                    Progress::Delete { first, count } => {
                        let sentence = format!("deleting Pod {first} and {} more", count - 1);
                        ("Delete", sentence, Some(pod(first)), count)
                    }
                };
                let facts = [("replicas", replicas.to_string()), ("pods", count.to_string())];
                let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                Verdict::Progressing(Reason { name, sentence, object, facts, until: None })
            }
        }
    }
}

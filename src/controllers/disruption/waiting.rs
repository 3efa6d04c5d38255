//! Why a budget allows no eviction just now.
//!
//! Models the causes that the eviction subresource gives, pkg/registry/core/pod/storage/eviction.go, and the
//! condition `DisruptionAllowed`, Kubernetes v1.36, in words for people.

use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, ObjectKey};
use crate::controllers::{Reason, Verdict};
use crate::sim::Time;

/// What must happen before an eviction is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitingFor {
    /// No pod is selected.
    Pods,
    /// The controllers of the pods have no scale, or are gone.
    Scale {
        /// Upstream's sentence.
        message: String,
    },
    /// A share is asked for, and the pods belong to nobody who wants a number of them.
    ManagedPods {
        /// How many.
        count: i64,
        /// The first of them.
        first: String,
    },
    /// An eviction was granted and its pod is not yet seen to end.
    EvictedPod {
        /// Which pod.
        pod: String,
        /// How many there are.
        count: usize,
    },
    /// Fewer pods are healthy than the budget wants.
    HealthyPods {
        /// How many are.
        healthy: i64,
        /// How many should be.
        desired: i64,
    },
    /// The budget wants all pods that there should be: it never allows an eviction.
    LargerScale {
        /// How many should be healthy.
        desired: i64,
        /// How many there should be.
        expected: i64,
    },
    /// As many pods are healthy as the budget wants, and none more.
    SparePod {
        /// How many are.
        healthy: i64,
        /// How many should be.
        desired: i64,
    },
    /// A pod is marked as to be disrupted; the mark is taken back if it is not deleted.
    PodDeletion {
        /// When it is.
        until: Time,
    },
}

impl WaitingFor {
    /// The variant's name.
    fn name(&self) -> &'static str {
        match self {
            Self::Pods => "Pods",
            Self::Scale { .. } => "Scale",
            Self::ManagedPods { .. } => "ManagedPods",
            Self::EvictedPod { .. } => "EvictedPod",
            Self::HealthyPods { .. } => "HealthyPods",
            Self::LargerScale { .. } => "LargerScale",
            Self::SparePod { .. } => "SparePod",
            Self::PodDeletion { .. } => "PodDeletion",
        }
    }

    /// The sentence for people.
    fn sentence(&self) -> String {
        match self {
            Self::Pods => "no Pod matches the selector: there is nothing to protect".to_owned(),
            Self::Scale { message } => {
                format!("no eviction is allowed: the number of Pods to expect is not known ({message})")
            }
            Self::ManagedPods { count, first } => format!(
                "no eviction is allowed: {} without a controller, such as {first}: there is no number to take \
                 a share of; an integer minAvailable would count them",
                pods(*count)
            ),
            Self::EvictedPod { pod, count: 1 } => {
                format!("waiting for Pod {pod}, whose eviction was granted, to be deleted")
            }
            Self::EvictedPod { pod, count } => format!(
                "waiting for {count} Pods whose eviction was granted, the first of them {pod}, to be deleted"
            ),
            Self::HealthyPods { healthy, desired } => {
                format!("no eviction is allowed: {} must be healthy, and {}", pods(*desired), are(*healthy))
            }
            Self::LargerScale { desired, expected } => format!(
                "no eviction is ever allowed: of {expected} Pods that there should be, the budget wants \
                 {desired} healthy"
            ),
            Self::SparePod { healthy, desired } => format!(
                "no eviction is allowed: {} must be healthy, {}, and none is to spare",
                pods(*desired),
                are(*healthy)
            ),
            Self::PodDeletion { .. } => {
                "the Pod is marked as to be disrupted (DisruptionTarget); unless it is deleted, the mark is taken back"
                    .to_owned()
            }
        }
    }

    /// The numbers behind the wait.
    fn facts(&self, budget: Option<&PodDisruptionBudget>) -> Vec<(String, String)> {
        let fact = |name: &str, value: &dyn std::fmt::Display| (name.to_owned(), value.to_string());
        let mut facts = Vec::new();
        if let Some(budget) = budget {
            let spec = &budget.spec;
            facts.extend(spec.min_available.as_ref().map(|value| fact("minAvailable", value)));
            facts.extend(spec.max_unavailable.as_ref().map(|value| fact("maxUnavailable", value)));
        }
        match self {
            Self::Pods | Self::Scale { .. } | Self::PodDeletion { .. } => {}
            Self::ManagedPods { count, .. } => facts.push(fact("unmanagedPods", count)),
            Self::EvictedPod { count, .. } => facts.push(fact("disruptedPods", count)),
            Self::HealthyPods { healthy, desired } | Self::SparePod { healthy, desired } => {
                facts.push(fact("currentHealthy", healthy));
                facts.push(fact("desiredHealthy", desired));
            }
            Self::LargerScale { desired, expected } => {
                facts.push(fact("desiredHealthy", desired));
                facts.push(fact("expectedPods", expected));
            }
        }
        facts
    }
}

/// A number of pods.
fn pods(count: i64) -> String {
    if count == 1 { "1 Pod".to_owned() } else { format!("{count} Pods") }
}

/// `1 is`, `3 are`.
fn are(count: i64) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

/// How a sync ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Evictions are allowed.
    Converged,
    /// None is, until something happens.
    Waiting(WaitingFor),
}

impl Outcome {
    /// The outcome as people see it; the budget is absent when the sync was about a pod.
    pub(crate) fn verdict(&self, budget: Option<&PodDisruptionBudget>) -> Verdict {
        let Self::Waiting(wait) = self else {
            return Verdict::Converged;
        };
        let object = match (wait, budget) {
            (
                WaitingFor::EvictedPod { pod, .. } | WaitingFor::ManagedPods { first: pod, .. },
                Some(budget),
            ) => Some(ObjectKey::new(Kind::Pod, budget.metadata.namespace.as_str(), pod.as_str())),
            _ => None,
        };
        Verdict::Waiting(Reason {
            name: wait.name(),
            sentence: wait.sentence(),
            object,
            facts: wait.facts(budget),
            until: if let WaitingFor::PodDeletion { until } = wait { Some(*until) } else { None },
        })
    }
}

//! Why a sync of a Deployment ended as it did.
//!
//! Models the log lines of pkg/controller/deployment (`Cannot scale down`, `Available replicas`), Kubernetes
//! v1.36, as one reason. Left out: log levels.

use std::fmt::Display;

use crate::api::deployment::Deployment;
use crate::api::{Kind, ObjectKey};
use crate::controllers::{Reason, Verdict};

/// What must happen first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitingFor {
    /// The Deployment is being deleted.
    Deletion,
    /// It is paused.
    Paused {
        /// Whether it has a template that is not rolled out.
        template_waits: bool,
    },
    /// Pods of a set cannot be created or deleted.
    ReplicaFailure {
        /// Which set.
        set: String,
        /// Why not.
        message: String,
    },
    /// There was no progress for longer than the deadline.
    ProgressDeadline {
        /// The new set.
        set: String,
        /// The deadline.
        seconds: i64,
        /// Pods of the new set that are not available.
        unavailable: i64,
    },
    /// `Recreate`: old pods are still there.
    OldPodsGone {
        /// How many pods the old sets still count.
        count: i64,
    },
    /// Rolling update: no old pod may go before more new ones are available.
    MinimumAvailability {
        /// The new set.
        set: String,
        /// How many of its pods are not available.
        unavailable: i64,
        /// How many old pods there are.
        old: i64,
        /// How many pods must be available.
        min_available: i64,
    },
    /// A set has another number of pods than it should have.
    Replicas {
        /// Which set.
        set: String,
        /// How many it has.
        has: i64,
        /// How many it should have.
        wants: i64,
    },
    /// An old set has the Deployment's size and another one noted: each sync takes that for a scaling, finds
    /// nothing to scale, and never comes to the template.
    NotedSize {
        /// The old set.
        set: String,
        /// The size that is noted on it.
        noted: i64,
        /// The Deployment's size.
        wants: i64,
    },
    /// All pods are there, and not all are available.
    PodsAvailable {
        /// The set.
        set: String,
        /// How many are not.
        count: i64,
    },
}

/// What the controller does in a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Makes the set of a new template.
    CreateReplicaSet {
        /// Its name.
        set: String,
        /// Its size.
        to: i64,
    },
    /// Gives a set another size.
    Scale {
        /// Which set.
        set: String,
        /// The size it had.
        from: i64,
        /// The size it gets.
        to: i64,
    },
    /// Deletes sets that are no longer kept.
    CleanUp {
        /// The first of them.
        set: String,
        /// How many.
        count: usize,
    },
    /// Goes back to an earlier template.
    RollBack {
        /// The set whose template it is.
        set: String,
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
fn pods(count: i64) -> String {
    if count == 1 { "1 Pod".to_owned() } else { format!("{count} Pods") }
}

fn fact(name: &str, value: &dyn Display) -> (String, String) {
    (name.to_owned(), value.to_string())
}

impl WaitingFor {
    /// The variant's name.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Deletion => "Deletion",
            Self::Paused { .. } => "Paused",
            Self::ReplicaFailure { .. } => "ReplicaFailure",
            Self::ProgressDeadline { .. } => "ProgressDeadline",
            Self::OldPodsGone { .. } => "OldPodsGone",
            Self::MinimumAvailability { .. } => "MinimumAvailability",
            Self::Replicas { .. } => "Replicas",
            Self::NotedSize { .. } => "NotedSize",
            Self::PodsAvailable { .. } => "PodsAvailable",
        }
    }

    /// The sentence for people.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Deletion => {
                "the Deployment is being deleted: its ReplicaSets are left to the garbage collector"
                    .to_owned()
            }
            Self::Paused { template_waits: true } => {
                "paused: the new template is rolled out when a person resumes the Deployment".to_owned()
            }
            Self::Paused { template_waits: false } => {
                "paused: only its size is looked after until a person resumes it".to_owned()
            }
            Self::ReplicaFailure { set, message } => {
                format!("ReplicaSet {set} cannot change its Pods: {message}")
            }
            Self::ProgressDeadline { set, seconds, unavailable } => format!(
                "no progress for {seconds} s (progressDeadlineSeconds): {} of ReplicaSet {set} not Available; \
                 the rollout goes on when they are",
                pods(*unavailable)
            ),
            Self::OldPodsGone { count: 0 } => {
                "Recreate: waiting for the last old Pods to be gone before new ones are created".to_owned()
            }
            Self::OldPodsGone { count } => {
                format!("Recreate: waiting for {} of old templates to be gone", pods(*count))
            }
            Self::MinimumAvailability { set, unavailable, old, min_available } => format!(
                "rolling update: waiting for {} of ReplicaSet {set} to be Available before {}; {min_available} \
                 must stay Available",
                pods(*unavailable),
                match old {
                    1 => "the last Pod of the old template goes".to_owned(),
                    old => format!("more of the {old} Pods of old templates go"),
                }
            ),
            Self::Replicas { set, has, wants } => {
                format!("waiting for ReplicaSet {set} to have {}; it has {has}", pods(*wants))
            }
            Self::NotedSize { set, noted, wants } => format!(
                "stuck: ReplicaSet {set} has {} already, but desired-replicas={noted} is noted on it, so each \
                 sync only scales and the new template is never rolled out",
                pods(*wants)
            ),
            Self::PodsAvailable { set, count } => {
                format!("waiting for {} of ReplicaSet {set} to be Available", pods(*count))
            }
        }
    }

    /// The set that is waited for.
    fn set(&self) -> Option<&String> {
        match self {
            Self::Deletion | Self::Paused { .. } | Self::OldPodsGone { .. } => None,
            Self::ReplicaFailure { set, .. }
            | Self::ProgressDeadline { set, .. }
            | Self::MinimumAvailability { set, .. }
            | Self::Replicas { set, .. }
            | Self::NotedSize { set, .. }
            | Self::PodsAvailable { set, .. } => Some(set),
        }
    }

    /// The fields behind the wait, with their values.
    fn facts(&self, deployment: &Deployment) -> Vec<(String, String)> {
        let spec = &deployment.spec;
        let mut facts =
            vec![fact("replicas", &spec.replicas.unwrap_or(1)), fact("strategy.type", &spec.strategy.type_)];
        if let (Self::MinimumAvailability { .. }, Some(rolling)) = (self, &spec.strategy.rolling_update) {
            let parameters = [("maxSurge", &rolling.max_surge), ("maxUnavailable", &rolling.max_unavailable)];
            let given = parameters.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
            facts.extend(given.map(|(name, value)| fact(name, value)));
        }
        match self {
            Self::Deletion | Self::Paused { .. } => return Vec::new(),
            // The sets count no Pods that are just leaving.
            Self::ReplicaFailure { .. } | Self::OldPodsGone { count: 0 } => {}
            Self::ProgressDeadline { seconds, unavailable, .. } => {
                facts.push(fact("progressDeadlineSeconds", seconds));
                facts.push(fact("notAvailable", unavailable));
            }
            Self::OldPodsGone { count } => facts.push(fact("oldPods", count)),
            Self::MinimumAvailability { unavailable, old, min_available, .. } => {
                facts.push(fact("minAvailable", min_available));
                facts.push(fact("newPodsNotAvailable", unavailable));
                facts.push(fact("oldPods", old));
            }
            Self::Replicas { has, wants, .. } => {
                facts.push(fact("has", has));
                facts.push(fact("wants", wants));
            }
            Self::NotedSize { noted, .. } => facts.push(fact("desired-replicas", noted)),
            Self::PodsAvailable { count, .. } => facts.push(fact("notAvailable", count)),
        }
        facts
    }
}

impl Progress {
    fn reason(&self, namespace: &str) -> Reason {
        let (name, sentence, set) = match self {
            Self::CreateReplicaSet { set, to } => {
                let sentence = format!("creating ReplicaSet {set} with {} for the new template", pods(*to));
                ("CreateReplicaSet", sentence, set)
            }
            Self::Scale { set, from, to } => {
                let direction = if from < to { "up" } else { "down" };
                ("Scale", format!("scaling {direction} ReplicaSet {set} from {from} to {to}"), set)
            }
            Self::CleanUp { set, count: 1 } => {
                ("CleanUp", format!("deleting ReplicaSet {set}, which is beyond revisionHistoryLimit"), set)
            }
            Self::CleanUp { set, count } => {
                let sentence =
                    format!("deleting {count} ReplicaSets beyond revisionHistoryLimit, first {set}");
                ("CleanUp", sentence, set)
            }
            Self::RollBack { set } => {
                ("RollBack", format!("going back to the template of ReplicaSet {set}"), set)
            }
        };
        let object = Some(ObjectKey::new(Kind::ReplicaSet, namespace, set.clone()));
        Reason { name, sentence, object, facts: Vec::new(), until: None }
    }
}

impl Outcome {
    /// The outcome as people see it.
    pub(crate) fn verdict(&self, deployment: &Deployment) -> Verdict {
        let namespace = deployment.metadata.namespace.as_str();
        match self {
            Self::Converged => Verdict::Converged,
            Self::Progressing(progress) => Verdict::Progressing(progress.reason(namespace)),
            Self::Waiting(wait) => Verdict::Waiting(Reason {
                name: wait.name(),
                sentence: wait.sentence(),
                object: wait.set().map(|set| ObjectKey::new(Kind::ReplicaSet, namespace, set.clone())),
                facts: wait.facts(deployment),
                until: None,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every variant of `WaitingFor` in its words.
    #[test]
    fn waits_read_as_sentences() {
        let set = || "web-x".to_owned();
        for (wait, sentence) in [
            (
                WaitingFor::Deletion,
                "the Deployment is being deleted: its ReplicaSets are left to the garbage collector",
            ),
            (
                WaitingFor::Paused { template_waits: true },
                "paused: the new template is rolled out when a person resumes the Deployment",
            ),
            (
                WaitingFor::ReplicaFailure { set: set(), message: "no".into() },
                "ReplicaSet web-x cannot change its Pods: no",
            ),
            (
                WaitingFor::ProgressDeadline { set: set(), seconds: 10, unavailable: 1 },
                "no progress for 10 s (progressDeadlineSeconds): 1 Pod of ReplicaSet web-x not Available; the \
                 rollout goes on when they are",
            ),
            (
                WaitingFor::OldPodsGone { count: 2 },
                "Recreate: waiting for 2 Pods of old templates to be gone",
            ),
            (
                WaitingFor::MinimumAvailability { set: set(), unavailable: 1, old: 3, min_available: 3 },
                "rolling update: waiting for 1 Pod of ReplicaSet web-x to be Available before more of the 3 \
                 Pods of old templates go; 3 must stay Available",
            ),
            (
                WaitingFor::Replicas { set: set(), has: 1, wants: 3 },
                "waiting for ReplicaSet web-x to have 3 Pods; it has 1",
            ),
            (
                WaitingFor::NotedSize { set: set(), noted: 3, wants: 2 },
                "stuck: ReplicaSet web-x has 2 Pods already, but desired-replicas=3 is noted on it, so each \
                 sync only scales and the new template is never rolled out",
            ),
            (
                WaitingFor::PodsAvailable { set: set(), count: 2 },
                "waiting for 2 Pods of ReplicaSet web-x to be Available",
            ),
        ] {
            assert_eq!(wait.sentence(), sentence);
            let verdict = Outcome::Waiting(wait.clone()).verdict(&Deployment::default());
            assert_eq!(verdict.reason().map(|reason| reason.name), Some(wait.name()));
        }
    }
}

//! Why a `DaemonSet` stands as it stands: what its controller waits for, and what it does.
//!
//! Models the log lines of `pkg/controller/daemon/{daemon_controller,update}.go`, Kubernetes v1.36. Left out:
//! log levels.

use crate::api::daemonset::DaemonSet;
use crate::api::{Kind, ObjectKey};
use crate::sim::Time;

/// What must happen before the controller goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WaitingFor {
    /// The controller has not yet seen the pods that it made, or deleted.
    Expectations {
        /// Creations that are not seen yet.
        creations: usize,
        /// Deletions that are not seen yet.
        deletions: usize,
    },
    /// A failed pod is not deleted before its node's back-off is over.
    FailedPodBackoff {
        /// Which pod.
        pod: String,
        /// Its node.
        node: String,
        /// When that is over.
        until: Time,
    },
    /// A node gets its next pod when the one that it has is gone.
    PodTermination {
        /// Which pod.
        pod: String,
        /// Its node.
        node: String,
    },
    /// Pods are on their way.
    PodsReady {
        /// How many nodes wait for theirs.
        count: usize,
        /// The first of them.
        first: String,
        /// Its node.
        node: String,
        /// How it stands.
        state: String,
    },
    /// Pods are ready and must stay so for `minReadySeconds`.
    PodsAvailable {
        /// How many nodes wait for theirs.
        count: usize,
        /// The first of them.
        first: String,
        /// How long a pod must stay ready.
        min_ready_seconds: i64,
        /// When that is over.
        until: Time,
    },
    /// Rolling update: as many nodes are without an available pod as `maxUnavailable` allows.
    MaxUnavailable {
        /// How many are.
        unavailable: i64,
        /// How many may be.
        max_unavailable: i64,
        /// How many old pods are left.
        outdated: i64,
    },
    /// Rolling update: as many nodes have a new pod beside the old one as `maxSurge` allows.
    MaxSurge {
        /// How many have.
        surging: i64,
        /// How many may have.
        max_surge: i64,
        /// How many nodes still have only their old pod.
        outdated: i64,
    },
    /// Rolling update with surge: an old pod goes when the new one of its node is available.
    NewPodAvailable {
        /// The old pod.
        old: String,
        /// The node.
        node: String,
    },
    /// Rolling update with surge: old pods of nodes that no longer suit serve until enough others are
    /// available.
    Sunset {
        /// The first of them.
        first: String,
        /// How many.
        count: usize,
    },
    /// `OnDelete`: a person must delete the pods that are to be updated.
    OnDelete {
        /// The first of them.
        pod: String,
        /// How many.
        count: usize,
    },
    /// A new pod becomes available, and nothing wakes the controller then.
    NoWakeup {
        /// The pod.
        pod: String,
        /// Its node.
        node: String,
    },
    /// A node came to suit while a pod of an earlier set of the name was on it, so that nothing woke the
    /// controller.
    PassedByNode {
        /// The node.
        node: String,
        /// The other set's pod.
        pod: String,
    },
    /// No node suits.
    SuitableNode {
        /// How many nodes there are.
        nodes: usize,
        /// Why the first of them does not suit.
        why: String,
    },
    /// The selector is empty and would take every pod.
    Selector,
    /// The set is being deleted.
    SetDeletion,
    /// The controller's copy of the objects has not yet seen its own writes.
    CacheCatchUp {
        /// The kind that lags.
        kind: Kind,
    },
}

fn pods(count: usize) -> String {
    if count == 1 { "1 Pod".to_owned() } else { format!("{count} Pods") }
}

fn old_pods(count: i64) -> String {
    if count == 1 { "1 old Pod is".to_owned() } else { format!("{count} old Pods are") }
}

fn only_old_pods(nodes: i64) -> String {
    if nodes == 1 {
        "1 further node still has only its old Pod".to_owned()
    } else {
        format!("{nodes} further nodes still have only their old Pods")
    }
}

impl WaitingFor {
    /// The variant's name.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Expectations { .. } => "Expectations",
            Self::FailedPodBackoff { .. } => "FailedPodBackoff",
            Self::PodTermination { .. } => "PodTermination",
            Self::PodsReady { .. } => "PodsReady",
            Self::PodsAvailable { .. } => "PodsAvailable",
            Self::MaxUnavailable { .. } => "MaxUnavailable",
            Self::MaxSurge { .. } => "MaxSurge",
            Self::NewPodAvailable { .. } => "NewPodAvailable",
            Self::Sunset { .. } => "Sunset",
            Self::OnDelete { .. } => "OnDelete",
            Self::NoWakeup { .. } => "NoWakeup",
            Self::PassedByNode { .. } => "PassedByNode",
            Self::SuitableNode { .. } => "SuitableNode",
            Self::Selector => "Selector",
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
            Self::FailedPodBackoff { pod, node, .. } => format!(
                "Pod {pod} failed on node {node}: it is deleted and replaced when the node's back-off is over"
            ),
            Self::PodTermination { pod, node } => {
                format!("waiting for Pod {pod} to terminate before node {node} gets its next one")
            }
            Self::PodsReady { count: 1, first, node, state } => {
                format!("waiting for Pod {first} on node {node} to become ready; it is {state}")
            }
            Self::PodsReady { count, first, node, state } => format!(
                "waiting for the Pods of {count} nodes to become ready, the first of them {first} on node \
                 {node}; it is {state}"
            ),
            Self::PodsAvailable { count: 1, first, min_ready_seconds, .. } => {
                format!("waiting for Pod {first} to be Available (minReadySeconds {min_ready_seconds})")
            }
            Self::PodsAvailable { count, first, min_ready_seconds, .. } => format!(
                "waiting for the Pods of {count} nodes to be Available, the first of them {first} \
                 (minReadySeconds {min_ready_seconds})"
            ),
            Self::MaxUnavailable { unavailable, max_unavailable, outdated } => format!(
                "rolling update: {} without an available new Pod and maxUnavailable allows \
                 {max_unavailable}; {} left",
                if *unavailable == 1 { "1 node is".to_owned() } else { format!("{unavailable} nodes are") },
                old_pods(*outdated)
            ),
            Self::MaxSurge { surging, max_surge, outdated } => format!(
                "rolling update: {} a new Pod beside the old one and maxSurge allows {max_surge}; {}",
                if *surging == 1 { "1 node has".to_owned() } else { format!("{surging} nodes have") },
                only_old_pods(*outdated)
            ),
            Self::NewPodAvailable { old, node } => format!(
                "rolling update: waiting for the new Pod on node {node} to be Available before {old} is \
                 deleted"
            ),
            Self::Sunset { first, count } => format!(
                "{} on nodes that no longer suit, such as {first}, {} until enough others are Available \
                 (maxSurge)",
                pods(*count),
                if *count == 1 { "stays" } else { "stay" }
            ),
            Self::OnDelete { pod, count: 1 } => {
                format!("waiting for a person to delete Pod {pod}: OnDelete updates no Pod by itself")
            }
            Self::OnDelete { pod, count } => format!(
                "waiting for a person to delete {count} Pods, such as {pod}: OnDelete updates no Pod by \
                 itself"
            ),
            Self::NoWakeup { .. } | Self::PassedByNode { .. } => self.trap_sentence(),
            Self::SuitableNode { nodes: 0, .. } => "there is no node".to_owned(),
            Self::SuitableNode { nodes: 1, why } => format!("the only node does not suit: {why}"),
            Self::SuitableNode { nodes, why } => format!("none of {nodes} nodes suits: {why}, …"),
            Self::Selector => "the selector is empty: the set would take every Pod".to_owned(),
            Self::SetDeletion => {
                "the DaemonSet is being deleted: its Pods are left to the garbage collector".to_owned()
            }
            Self::CacheCatchUp { kind } => format!(
                "waiting for the controller's cache to show its own writes ({})",
                kind.resource().plural
            ),
        }
    }

    /// The sentence of a wait that nothing ends by itself.
    fn trap_sentence(&self) -> String {
        match self {
            Self::NoWakeup { pod, node } => format!(
                "Pod {pod} on node {node} becomes Available, and nothing wakes the controller then: its queue \
                 kept an earlier wakeup instead of this one (so does Kubernetes); it goes on when the \
                 DaemonSet, one of its Pods or a node changes"
            ),
            Self::PassedByNode { node, pod } => format!(
                "node {node} came to suit while Pod {pod} of an earlier DaemonSet of this name was on it: \
                 that woke nobody, and neither does the end of that Pod (so it is in Kubernetes); the \
                 controller goes on when the DaemonSet, one of its Pods or another node changes"
            ),
            _ => String::new(),
        }
    }

    /// When time alone ends it.
    pub(super) fn until(&self) -> Option<Time> {
        match self {
            Self::FailedPodBackoff { until, .. } | Self::PodsAvailable { until, .. } => Some(*until),
            _ => None,
        }
    }

    /// The pod or node that is waited for.
    pub(super) fn object(&self, namespace: &str) -> Option<ObjectKey> {
        match self {
            Self::FailedPodBackoff { pod, .. }
            | Self::PodTermination { pod, .. }
            | Self::PodsReady { first: pod, .. }
            | Self::PodsAvailable { first: pod, .. }
            | Self::Sunset { first: pod, .. }
            | Self::NoWakeup { pod, .. }
            | Self::OnDelete { pod, .. } => Some(ObjectKey::new(Kind::Pod, namespace, pod.clone())),
            Self::NewPodAvailable { node, .. } | Self::PassedByNode { node, .. } => {
                Some(ObjectKey::new(Kind::Node, "", node.clone()))
            }
            Self::Expectations { .. }
            | Self::MaxUnavailable { .. }
            | Self::MaxSurge { .. }
            | Self::SuitableNode { .. }
            | Self::Selector
            | Self::SetDeletion
            | Self::CacheCatchUp { .. } => None,
        }
    }

    /// The fields behind the wait, with their values.
    pub(super) fn facts(&self, set: &DaemonSet) -> Vec<(String, String)> {
        let fact = |name: &str, value: &dyn std::fmt::Display| (name.to_owned(), value.to_string());
        let strategy = || fact("updateStrategy.type", &set.spec.update_strategy.type_);
        match self {
            Self::Expectations { creations, deletions } => {
                vec![fact("creations", creations), fact("deletions", deletions)]
            }
            Self::FailedPodBackoff { node, .. } | Self::PodTermination { node, .. } => {
                vec![fact("node", node)]
            }
            Self::PodsReady { count, node, state, .. } => {
                vec![fact("nodes", count), fact("node", node), fact("pod", state)]
            }
            Self::PodsAvailable { count, min_ready_seconds, .. } => {
                vec![fact("nodes", count), fact("minReadySeconds", min_ready_seconds)]
            }
            Self::MaxUnavailable { unavailable, max_unavailable, outdated } => vec![
                strategy(),
                fact("maxUnavailable", max_unavailable),
                fact("unavailable", unavailable),
                fact("outdatedPods", outdated),
            ],
            Self::MaxSurge { surging, max_surge, outdated } => vec![
                strategy(),
                fact("maxSurge", max_surge),
                fact("surging", surging),
                fact("nodesWithOnlyTheOldPod", outdated),
            ],
            Self::NewPodAvailable { old, .. } => vec![strategy(), fact("oldPod", old)],
            Self::Sunset { count, .. } => vec![strategy(), fact("pods", count)],
            Self::OnDelete { count, .. } => vec![strategy(), fact("outdatedPods", count)],
            Self::NoWakeup { node, .. } => {
                vec![fact("node", node), fact("minReadySeconds", &set.spec.min_ready_seconds)]
            }
            Self::PassedByNode { pod, .. } => vec![fact("pod", pod)],
            Self::SuitableNode { nodes, .. } => vec![fact("nodes", nodes)],
            Self::Selector | Self::SetDeletion => Vec::new(),
            Self::CacheCatchUp { kind } => vec![fact("kind", kind)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_spoken_of_as_one() {
        let unavailable =
            |unavailable, outdated| WaitingFor::MaxUnavailable { unavailable, max_unavailable: 1, outdated };
        let surging = |surging, outdated| WaitingFor::MaxSurge { surging, max_surge: 1, outdated };
        for (waiting, expected) in [
            (
                unavailable(1, 2),
                "1 node is without an available new Pod and maxUnavailable allows 1; 2 old Pods are left",
            ),
            (
                unavailable(2, 1),
                "2 nodes are without an available new Pod and maxUnavailable allows 1; 1 old Pod is left",
            ),
            (
                surging(1, 1),
                "1 node has a new Pod beside the old one and maxSurge allows 1; \
                 1 further node still has only its old Pod",
            ),
            (
                surging(2, 3),
                "2 nodes have a new Pod beside the old one and maxSurge allows 1; \
                 3 further nodes still have only their old Pods",
            ),
        ] {
            assert_eq!(waiting.sentence(), format!("rolling update: {expected}"));
        }
    }
}

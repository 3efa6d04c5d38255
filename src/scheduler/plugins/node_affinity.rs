//! Rejects nodes that the pod's node selector and node affinity do not allow; prefers those it likes.
//!
//! Models pkg/scheduler/framework/plugins/nodeaffinity, Kubernetes v1.36. Left out: affinity that the
//! scheduler's configuration adds; the shortcut for terms on a node's name.

use super::normalize_up;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::{PreferredSchedulingTerm, node_affinity_matches};
use crate::scheduler::framework::{Plugin, Rejection};

/// Rejects a node that the pod's labels do not pick.
pub(crate) fn filter(pod: &Pod, node: &Node) -> Option<Rejection> {
    (!node_affinity_matches(&pod.spec, node)).then(|| {
        Rejection::unresolvable(Plugin::NodeAffinity, "node(s) didn't match Pod's node affinity/selector")
    })
}

/// The terms of nodes that the pod likes.
pub(crate) fn preferred(pod: &Pod) -> &[PreferredSchedulingTerm] {
    let affinity = pod.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    affinity.map_or(&[], |affinity| affinity.preferred.as_slice())
}

/// The sum of the weights of the terms that match.
pub(crate) fn score(preferred: &[PreferredSchedulingTerm], node: &Node) -> i64 {
    preferred.iter().filter(|term| term.preference.matches(node)).map(|term| term.weight).sum()
}

/// More is better.
pub(crate) fn normalize(scores: &mut [i64]) {
    normalize_up(scores);
}

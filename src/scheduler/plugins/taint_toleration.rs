//! Rejects nodes whose taints the pod does not put up with; prefers nodes with fewer soft taints.
//!
//! Models pkg/scheduler/framework/plugins/tainttoleration, Kubernetes v1.36. Left out: numeric toleration
//! operators.

use super::normalize_reversed;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::{Toleration, untolerated_taint};
use crate::scheduler::framework::{Plugin, Rejection};

/// The effects that keep a pod off a node.
pub(crate) const KEEPING_OFF: [&str; 2] = ["NoSchedule", "NoExecute"];

/// Whether some taint keeps the pod off the node.
pub(crate) fn is_kept_off(pod: &Pod, node: &Node) -> bool {
    !node.spec.taints.is_empty()
        && untolerated_taint(&node.spec.taints, &pod.spec.tolerations, &KEEPING_OFF).is_some()
}

/// Rejects a node with a taint that the pod does not put up with.
pub(crate) fn filter(pod: &Pod, node: &Node) -> Option<Rejection> {
    is_kept_off(pod, node)
        .then(|| Rejection::unresolvable(Plugin::TaintToleration, "node(s) had untolerated taint(s)"))
}

/// The soft taints that the pod does not put up with.
pub(crate) fn score(pod: &Pod, node: &Node) -> i64 {
    let soft = node.spec.taints.iter().filter(|taint| taint.effect == "PreferNoSchedule");
    let untolerated =
        soft.filter(|taint| !pod.spec.tolerations.iter().any(|t: &Toleration| t.tolerates(taint)));
    i64::try_from(untolerated.count()).unwrap_or(i64::MAX)
}

/// Fewer is better.
pub(crate) fn normalize(scores: &mut [i64]) {
    normalize_reversed(scores);
}

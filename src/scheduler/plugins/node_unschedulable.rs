//! Rejects cordoned nodes.
//!
//! Models pkg/scheduler/framework/plugins/nodeunschedulable, Kubernetes v1.36. Left out: nothing.

use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::Taint;
use crate::scheduler::framework::{Plugin, Rejection};

/// The taint that cordoned nodes get.
pub(crate) const TAINT_NODE_UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// Whether the pod puts up with cordoned nodes.
pub(crate) fn tolerates_unschedulable(pod: &Pod) -> bool {
    let taint = Taint {
        effect: "NoSchedule".to_owned(),
        key: TAINT_NODE_UNSCHEDULABLE.to_owned(),
        ..Taint::default()
    };
    pod.spec.tolerations.iter().any(|toleration| toleration.tolerates(&taint))
}

/// Rejects a cordoned node.
pub(crate) fn filter(pod: &Pod, node: &Node) -> Option<Rejection> {
    (node.spec.unschedulable && !tolerates_unschedulable(pod))
        .then(|| Rejection::unresolvable(Plugin::NodeUnschedulable, "node(s) were unschedulable"))
}

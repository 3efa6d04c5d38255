//! Rejects all nodes but the one that the pod names.
//!
//! Models pkg/scheduler/framework/plugins/nodename, Kubernetes v1.36. Left out: nothing. A pod that names a
//! node is bound already, so this seldom says no.

use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::scheduler::framework::{Plugin, Rejection};

/// Rejects nodes with another name.
pub(crate) fn filter(pod: &Pod, node: &Node) -> Option<Rejection> {
    (pod.is_bound() && pod.spec.node_name != node.metadata.name)
        .then(|| Rejection::unresolvable(Plugin::NodeName, "node(s) didn't match the requested node name"))
}

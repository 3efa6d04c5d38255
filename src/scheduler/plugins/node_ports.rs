//! Rejects nodes where a port that the pod takes on the node is taken.
//!
//! Models pkg/scheduler/framework/plugins/nodeports, Kubernetes v1.36. Left out: nothing.

use crate::api::scheduling::HostPort;
use crate::scheduler::framework::{Plugin, Rejection};

/// Rejects a node where one of the wanted ports is taken.
pub(crate) fn filter(wanted: &[HostPort], taken: &[HostPort]) -> Option<Rejection> {
    wanted.iter().any(|port| taken.iter().any(|other| port.conflicts(other))).then(|| {
        Rejection::resolvable(Plugin::NodePorts, "node(s) didn't have free ports for the requested pod ports")
    })
}

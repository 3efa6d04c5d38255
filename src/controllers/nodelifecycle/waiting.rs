//! Why a node stands as it stands: what its controller waits for.
//!
//! Models the log lines of `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, Kubernetes v1.36.
//! Left out: log levels.

use crate::api::Timestamp;
use crate::controllers::{Reason, Verdict};
use crate::sim::Time;

/// What must happen before the controller goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WaitingFor {
    /// The node is silent, but not for long enough to be lost.
    Heartbeat {
        /// When the last heartbeat came.
        since: Time,
        /// When the node is lost.
        lost_at: Time,
    },
    /// The node is lost; other nodes of its zone are tainted first.
    EvictionRate {
        /// When the zone taints the next node; `None` when too many of its nodes are lost.
        next: Option<Time>,
    },
    /// The node is lost and tainted; its pods go when their toleration ends.
    KubeletReturn,
    /// The kubelet says that its node is not ready.
    KubeletReady {
        /// Its message.
        message: String,
    },
    /// The node is well again; its taints go at the next look.
    NextLook {
        /// When that is.
        at: Time,
    },
}

impl WaitingFor {
    fn name(&self) -> &'static str {
        match self {
            Self::Heartbeat { .. } => "Heartbeat",
            Self::EvictionRate { .. } => "EvictionRate",
            Self::KubeletReturn => "KubeletReturn",
            Self::KubeletReady { .. } => "KubeletReady",
            Self::NextLook { .. } => "NextLook",
        }
    }

    fn sentence(&self, node: &str) -> String {
        match self {
            Self::Heartbeat { .. } => format!(
                "waiting for a heartbeat of {node}; without one it is taken for lost (Ready becomes Unknown)"
            ),
            Self::EvictionRate { next: Some(_) } => {
                format!("{node} is lost; its pods stay until its zone's eviction rate allows the next taint")
            }
            Self::EvictionRate { next: None } => format!(
                "{node} is lost, and so many nodes are that the controller doubts its own network: no pod is \
                 evicted"
            ),
            Self::KubeletReturn => format!(
                "{node} is lost and tainted unreachable: each of its pods is deleted when its toleration ends, \
                 and stays Terminating until the node returns, its object is deleted, or the pod is \
                 force-deleted"
            ),
            Self::KubeletReady { message } => format!("{node} is not ready: {message}"),
            Self::NextLook { .. } => {
                format!("{node} is ready again; its NoExecute taint goes at the controller's next look")
            }
        }
    }

    fn facts(&self) -> Vec<(String, String)> {
        let fact = |name: &str, time: Time| (name.to_owned(), Timestamp::at(time).to_string());
        match self {
            Self::Heartbeat { since, lost_at } => {
                vec![fact("lastHeartbeat", *since), fact("lostAt", *lost_at)]
            }
            Self::EvictionRate { next: Some(next) } => vec![fact("nextTaintNotBefore", *next)],
            Self::NextLook { at } => vec![fact("nextLook", *at)],
            Self::EvictionRate { next: None } | Self::KubeletReturn | Self::KubeletReady { .. } => Vec::new(),
        }
    }

    /// The verdict about a node.
    pub(super) fn verdict(&self, node: &str) -> Verdict {
        Verdict::Waiting(Reason {
            name: self.name(),
            sentence: self.sentence(node),
            object: None,
            facts: self.facts(),
            until: None,
        })
    }
}

//! What a sync is to do.
//!
//! Models the lists that `manage` and `rollingUpdate` hand to `syncNodes`,
//! `pkg/controller/daemon/{daemon_controller,update}.go`, Kubernetes v1.36.

use super::assess::{Deletion, Purpose};
use super::backoff::FailedPodsBackoff;
use super::outcome::{Outcome, Progress};
use super::table::NodeTable;
use crate::api::daemonset::DaemonSet;
use crate::sim::Span;

/// What the policy sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The set.
    pub(crate) set: &'a DaemonSet,
    /// Its nodes and pods.
    pub(crate) table: &'a NodeTable,
    /// How long nodes whose pods failed wait.
    pub(crate) backoff: &'a FailedPodsBackoff,
}

/// An Event about a pod that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// The pod.
    pub(crate) pod: String,
    /// Its node.
    pub(crate) node: String,
    /// Whether it failed.
    pub(crate) failed: bool,
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Nodes that get a pod.
    pub(crate) create: Vec<String>,
    /// Pods that are deleted.
    pub(crate) delete: Vec<Deletion>,
    /// Events to tell before.
    pub(crate) ended: Vec<Ended>,
    /// After how long the set must be looked at again because of a back-off.
    pub(crate) recheck_after: Option<Span>,
}

impl Plan {
    /// What it comes to, when there is something to be done.
    pub(crate) fn outcome(&self, surges: bool) -> Option<Outcome> {
        let count = self.delete.len();
        let progress = if let Some(node) = self.create.first() {
            let (node, count) = (node.clone(), self.create.len());
            if surges { Progress::Surge { node, count } } else { Progress::Create { node, count } }
        } else {
            let Deletion { pod, purpose } = self.delete.first()?;
            let pod = pod.clone();
            match purpose {
                Purpose::Failed | Purpose::Succeeded => Progress::DeleteFinished { pod, count },
                Purpose::Excess | Purpose::NoNode => Progress::DeleteExcess { pod, count },
                Purpose::Unsuitable(misfit) => {
                    Progress::DeleteUnsuitable { pod, count, why: misfit.to_string() }
                }
                Purpose::Replaced => Progress::Replace { pod, count },
                Purpose::Update => Progress::Update { pod, count },
            }
        };
        Some(Outcome::Progressing(progress))
    }
}

//! How far each workload has come, whatever its kind: what the chart and the summary are made of.

use std::rc::Rc;

use super::daemon_sets::DaemonView;
use super::deployments::DeploymentView;
use super::sets::SetView;
use super::why::Tone;
use crate::api::ObjectKey;

/// The counts of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Names the workload over the cluster's whole life.
    pub uid: String,
    /// The workload.
    pub key: ObjectKey,
    /// Pods that are ready.
    pub ready: i64,
    /// Pods of the newest revision.
    pub updated: i64,
    /// Pods that there should be.
    pub desired: i64,
    /// Whether an update is on its way.
    pub is_rolling: bool,
    /// How grave the reason for its state is.
    pub tone: Tone,
}

/// The counts of all workloads.
pub fn progress(
    sets: &[Rc<SetView>],
    daemon_sets: &[Rc<DaemonView>],
    deployments: &[Rc<DeploymentView>],
) -> Vec<Progress> {
    let of_sets = sets.iter().map(|set| Progress {
        uid: set.uid.clone(),
        key: set.key.clone(),
        ready: set.ready,
        updated: set.updated,
        desired: set.replicas,
        is_rolling: set.update_revision != set.current_revision,
        tone: set.why.tone,
    });
    let of_daemon_sets = daemon_sets.iter().map(|set| Progress {
        uid: set.uid.clone(),
        key: set.key.clone(),
        ready: set.ready,
        updated: set.updated,
        desired: set.desired,
        is_rolling: set.updated < set.desired,
        tone: set.why.tone,
    });
    let of_deployments = deployments.iter().map(|deployment| Progress {
        uid: deployment.uid.clone(),
        key: deployment.key.clone(),
        ready: deployment.ready,
        updated: deployment.updated,
        desired: deployment.replicas,
        is_rolling: deployment.updated < deployment.replicas,
        tone: deployment.why.tone,
    });
    of_sets.chain(of_daemon_sets).chain(of_deployments).collect()
}

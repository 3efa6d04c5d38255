//! How many pods of each workload were ready and updated, and how many its budgets ask for.

use super::trail::Trail;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Object, ObjectKey};
use crate::cluster::Change;
use crate::collections::SortedMap;

/// Samples that are kept of a workload or a budget.
const SAMPLES_MAX: usize = 4_000;

/// The counts of a workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Pods that are ready.
    pub ready: i64,
    /// Pods of the newest revision.
    pub updated: i64,
    /// Pods that there should be.
    pub desired: i64,
    /// Pods that there should be of the newest revision: those below a partition may keep theirs.
    pub wanted: i64,
}

/// What a budget asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Floor {
    /// Pods that must stay healthy.
    pub desired_healthy: i64,
    /// Pods that are.
    pub current_healthy: i64,
}

/// The counts over time, by uid.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    workloads: SortedMap<String, Trail<Sample>>,
    budgets: SortedMap<ObjectKey, Trail<Floor>>,
}

impl Counts {
    /// The counts of a workload over time, by its uid.
    pub fn workload(&self, uid: &str) -> Option<&Trail<Sample>> {
        self.workloads.get(uid)
    }

    /// The counts of all workloads over time.
    pub fn workloads(&self) -> impl Iterator<Item = &Trail<Sample>> {
        self.workloads.values()
    }

    /// What a budget asked for over time.
    pub fn budget(&self, key: &ObjectKey) -> Option<&Trail<Floor>> {
        self.budgets.get(key)
    }

    pub(super) fn see(&mut self, change: &Change, order: u64) {
        let Some(sample) = sample(&change.object) else { return };
        let uid = &change.object.meta().uid;
        let trail = self.workloads.entry(uid.clone()).or_insert_with(|| Trail::new(SAMPLES_MAX));
        trail.push(change.at, order, if change.is_gone { Sample::default() } else { sample });
    }

    pub(super) fn see_budget(&mut self, budget: &PodDisruptionBudget, change: &Change, order: u64) {
        let status = &budget.status;
        let floor =
            Floor { desired_healthy: status.desired_healthy, current_healthy: status.current_healthy };
        let key = change.object.key();
        let trail = self.budgets.entry(key).or_insert_with(|| Trail::new(SAMPLES_MAX));
        trail.push(change.at, order, if change.is_gone { Floor::default() } else { floor });
    }

    pub(super) fn truncate(&mut self, order: u64) {
        self.workloads.iter_mut().for_each(|(_, trail)| trail.truncate(order));
        self.budgets.iter_mut().for_each(|(_, trail)| trail.truncate(order));
        self.workloads.retain(|_, trail| !trail.all().is_empty());
        self.budgets.retain(|_, trail| !trail.all().is_empty());
    }
}

/// The counts of a workload; `None` of anything else.
pub(super) fn sample(object: &Object) -> Option<Sample> {
    let (ready, updated, desired) = match object {
        Object::StatefulSet(set) => {
            let status = &set.status;
            (status.ready_replicas, status.updated_replicas, set.spec.replicas.unwrap_or(1))
        }
        Object::DaemonSet(set) => {
            let status = &set.status;
            (status.number_ready, status.updated_number_scheduled, status.desired_number_scheduled)
        }
        Object::Deployment(deployment) => {
            let status = &deployment.status;
            (status.ready_replicas, status.updated_replicas, deployment.spec.replicas.unwrap_or(1))
        }
        _ => return None,
    };
    let partition = match object {
        Object::StatefulSet(set) => {
            set.spec.update_strategy.rolling_update.as_ref().and_then(|update| update.partition)
        }
        _ => None,
    };
    let wanted = (desired - partition.unwrap_or_default()).max(0);
    Some(Sample { ready, updated, desired, wanted })
}

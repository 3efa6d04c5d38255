//! The lines below the lanes: ready pods, and for one workload also the updated and desired ones, and the
//! floor that its budgets set.

use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::cluster::Cluster;
use crate::sim::Time;
use crate::ui::time_machine::Chronicle;
use crate::ui::time_machine::chronicle::Life;
use crate::ui::view_model::status::Shape;

/// A count from an instant on.
pub type Step = (Time, i64);

/// The lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountsView {
    /// Ready pods.
    pub ready: Vec<Step>,
    /// Pods of the newest revision.
    pub updated: Vec<Step>,
    /// Pods that there should be.
    pub desired: Vec<Step>,
    /// Pods that the strictest budget wants healthy.
    pub floor: Vec<Step>,
}

impl CountsView {
    /// The lines of the chosen pods, of which so many were ready; `workload`, when all are of one.
    pub(super) fn of(
        ready: Vec<Step>,
        chronicle: &Chronicle,
        cluster: &Cluster,
        workload: Option<&ObjectKey>,
    ) -> Self {
        let mut view = Self { ready, ..Self::default() };
        let Some(key) = workload else { return view };
        let Ok(object) = cluster.server().get(key) else { return view };
        if let Some(counts) = chronicle.counts().workload(&object.meta().uid) {
            view.updated = counts.all().iter().map(|since| (since.at, since.value.updated)).collect();
            view.desired = counts.all().iter().map(|since| (since.at, since.value.desired)).collect();
        }
        let budgets = cluster.server().list(Kind::PodDisruptionBudget, Some(&key.namespace));
        let of_pods = budgets.filter(|budget| selects(budget, object)).map(Object::key);
        view.floor = of_pods.map(|key| floor(chronicle, &key)).max_by_key(Vec::len).unwrap_or_default();
        view
    }

    /// How many pods were ready at an instant.
    pub fn ready_at(&self, at: Time) -> i64 {
        let before = self.ready.partition_point(|(since, _)| *since <= at);
        self.ready[..before].last().map_or(0, |(_, ready)| *ready)
    }

    /// The highest count.
    pub fn top(&self) -> i64 {
        let all = [&self.ready, &self.updated, &self.desired, &self.floor];
        all.into_iter().flatten().map(|(_, count)| *count).max().unwrap_or_default().max(1)
    }
}

fn floor(chronicle: &Chronicle, budget: &ObjectKey) -> Vec<Step> {
    let trail = chronicle.counts().budget(budget);
    let values = trail.map(|trail| trail.all().iter().map(|since| (since.at, since.value.desired_healthy)));
    values.into_iter().flatten().collect()
}

/// Whether a budget counts the pods of a workload.
fn selects(budget: &Object, workload: &Object) -> bool {
    let labels = match workload {
        Object::StatefulSet(set) => &set.spec.template.metadata,
        Object::DaemonSet(set) => &set.spec.template.metadata,
        Object::Deployment(deployment) => &deployment.spec.template.metadata,
        Object::ReplicaSet(set) => &set.spec.template.metadata,
        _ => return false,
    };
    let Object::PodDisruptionBudget(budget) = budget else { return false };
    matches(budget, labels)
}

fn matches(budget: &PodDisruptionBudget, pods: &ObjectMeta) -> bool {
    budget.spec.selector.as_ref().is_some_and(|selector| selector.matches(&pods.labels))
}

/// When a pod became ready, and when it was no longer.
pub(super) fn turns(life: &Life) -> Vec<(Time, i64)> {
    let mut turns = Vec::new();
    let mut was_ready = false;
    for phase in life.phases.all() {
        let is_ready = phase.value.shape == Shape::Ready;
        if is_ready != was_ready {
            turns.push((phase.at, if is_ready { 1 } else { -1 }));
        }
        was_ready = is_ready;
    }
    turns.extend(life.gone.filter(|_| was_ready).map(|(gone, _)| (gone, -1)));
    turns
}

//! Deployments with their `ReplicaSet`s, and budgets, at rest.

use super::{list, owned};
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::labels::LabelSelector;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, ObjectKey};
use crate::cluster::Cluster;
use crate::cluster::invariants::disruption::at_rest;

/// The controller's own trap, which upstream has too: the size was changed with the template in the middle
/// of a rollout, the one set in use has that size and another one noted, and each sync only scales.
pub(in crate::explore) fn is_stuck_upstream(cluster: &Cluster, deployment: &Deployment) -> bool {
    let meta = &deployment.metadata;
    let key = ObjectKey::new(Kind::Deployment, meta.namespace.clone(), meta.name.clone());
    let decision = cluster.reason_for(&key);
    decision.and_then(|decision| decision.verdict.reason()).is_some_and(|reason| reason.name == "NotedSize")
}

pub(super) fn deployments_are_complete(cluster: &Cluster) -> Result<(), String> {
    for deployment in list::<Deployment>(cluster) {
        let (name, status) = (&deployment.metadata.name, &deployment.status);
        let wanted = deployment.spec.replicas.unwrap_or(1);
        let counted =
            [status.replicas, status.updated_replicas, status.ready_replicas, status.available_replicas];
        let is_seen = status.observed_generation == deployment.metadata.generation;
        if is_seen && is_stuck_upstream(cluster, deployment) {
            continue;
        }
        if counted != [wanted; 4] || !is_seen {
            return Err(format!("{name} is not complete: {status:?}"));
        }
        let sets: Vec<&ReplicaSet> = owned(cluster, &deployment.metadata).collect();
        let in_use = sets.iter().filter(|set| set.spec.replicas != Some(0)).count();
        if in_use > 1 {
            return Err(format!("{in_use} ReplicaSets of {name} have pods"));
        }
        let progress = Condition::find(&status.conditions, "Progressing");
        if progress.is_some_and(|condition| condition.status != "True") {
            return Err(format!("{name} is said to make no progress: {progress:?}"));
        }
    }
    for set in list::<ReplicaSet>(cluster) {
        let mut deployments = list::<Deployment>(cluster);
        if deployments
            .any(|it| set.metadata.is_controlled_by(&it.metadata.uid) && is_stuck_upstream(cluster, it))
        {
            continue;
        }
        let running = owned::<Pod>(cluster, &set.metadata)
            .filter(|pod| !pod.is_terminal() && pod.is_ready() && !pod.is_terminating())
            .count();
        let wanted = set.spec.replicas.unwrap_or(1);
        if i64::try_from(running) != Ok(wanted) || set.status.ready_replicas != wanted {
            let status = &set.status;
            return Err(format!("{} has {running} pods instead of {wanted}: {status:?}", set.metadata.name));
        }
    }
    Ok(())
}

pub(super) fn budgets_are_right(cluster: &Cluster) -> Result<(), String> {
    for budget in list::<PodDisruptionBudget>(cluster) {
        let (name, status) = (&budget.metadata.name, &budget.status);
        let selects = |selector: &LabelSelector, pod: &Pod| selector.matches(&pod.metadata.labels);
        let healthy = list::<Pod>(cluster)
            .filter(|pod| pod.metadata.namespace == budget.metadata.namespace)
            .filter(|pod| budget.spec.selector.as_ref().is_some_and(|selector| selects(selector, pod)))
            .filter(|pod| pod.is_ready() && !pod.is_terminating())
            .count();
        let allowed = (status.current_healthy - status.desired_healthy).max(0);
        let allowed = if status.expected_pods == 0 { 0 } else { allowed };
        if status.observed_generation != budget.metadata.generation
            || i64::try_from(healthy) != Ok(status.current_healthy)
            || status.disruptions_allowed != allowed
        {
            return Err(format!("{name} counts {status:?} while {healthy} pods are healthy"));
        }
    }
    at_rest(cluster.server())
}

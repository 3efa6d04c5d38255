//! The status of a Deployment: sums over its `ReplicaSet`s, and whether enough pods are available.
//!
//! Models `calculateStatus`, pkg/controller/deployment/sync.go, and `DeploymentComplete`,
//! `DeploymentProgressing` and `DeploymentTimedOut`, `pkg/controller/deployment/util/deployment_util.go`,
//! Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::conditions::{self, AVAILABLE, PROGRESSING, condition, reason};
use super::fenceposts::{max_unavailable, replicas};
use super::replica_sets::{total_actual, total_available, total_ready, total_size, total_terminating};
use crate::api::deployment::{Deployment, DeploymentStatus, ReplicaSet};
use crate::api::meta::Condition;
use crate::sim::{Span, Time};

/// What stands for "never".
const FOREVER: i64 = i32::MAX as i64;

/// The sets that a status speaks of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums<'a> {
    /// The set of the template.
    pub(super) new: Option<&'a Rc<ReplicaSet>>,
    /// All others.
    pub(super) old: &'a [Rc<ReplicaSet>],
}

impl<'a> Sums<'a> {
    /// All sets, the old ones first.
    pub(super) fn all(self) -> impl Iterator<Item = &'a Rc<ReplicaSet>> + Clone {
        self.old.iter().chain(self.new)
    }
}

/// Sums up.
pub(super) fn calculate_status(deployment: &Deployment, sets: Sums<'_>, now: Time) -> DeploymentStatus {
    let available = total_available(sets.all());
    let mut status = DeploymentStatus {
        observed_generation: deployment.metadata.generation,
        replicas: total_actual(sets.all()),
        updated_replicas: total_actual(sets.new),
        ready_replicas: total_ready(sets.all()),
        available_replicas: available,
        // While it is scaled down there are more available pods than there should be.
        unavailable_replicas: (total_size(sets.all()) - available).max(0),
        terminating_replicas: total_terminating(sets.all()),
        collision_count: deployment.status.collision_count,
        conditions: deployment.status.conditions.clone(),
    };
    let (value, reason, message) = if available >= replicas(deployment) - max_unavailable(deployment) {
        ("True", reason::MINIMUM_AVAILABLE, "Deployment has minimum availability.")
    } else {
        ("False", reason::MINIMUM_UNAVAILABLE, "Deployment does not have minimum availability.")
    };
    let available = condition(AVAILABLE, value, reason, message.to_owned(), now);
    conditions::set(&mut status.conditions, available);
    status
}

/// Whether all pods are of the new template and available, and none else are left.
pub(super) fn is_complete(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let wanted = replicas(deployment);
    [status.updated_replicas, status.replicas, status.available_replicas] == [wanted; 3]
        && status.observed_generation >= deployment.metadata.generation
}

/// Whether the new status is nearer to the end than the one before: more new pods, fewer old ones, more
/// ready or available ones.
pub(super) fn is_progressing(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let before = &deployment.status;
    let old = |status: &DeploymentStatus| status.replicas - status.updated_replicas;
    status.updated_replicas > before.updated_replicas
        || old(status) < old(before)
        || status.ready_replicas > before.ready_replicas
        || status.available_replicas > before.available_replicas
}

/// The time without progress after which a rollout counts as failed; `None` when it never does.
pub(super) fn progress_deadline(deployment: &Deployment) -> Option<Span> {
    let seconds = deployment.spec.progress_deadline_seconds.filter(|seconds| *seconds != FOREVER)?;
    Some(Span::from_seconds(u64::try_from(seconds).unwrap_or_default()))
}

/// How many old sets are kept; `None` for all.
pub(super) fn revision_history_limit(deployment: &Deployment) -> Option<i64> {
    deployment.spec.revision_history_limit.filter(|limit| *limit != FOREVER)
}

/// Whether there was no progress for too long. A rollout that was done before is not judged.
pub(super) fn has_timed_out(deployment: &Deployment, status: &DeploymentStatus, now: Time) -> bool {
    let Some(deadline) = progress_deadline(deployment) else { return false };
    let Some(progressing) = Condition::find(&status.conditions, PROGRESSING) else { return false };
    match progressing.reason.as_str() {
        reason::NEW_AVAILABLE => false,
        reason::TIMED_OUT => true,
        _ => progressing.last_update_time.is_none_or(|since| since.time() + deadline < now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;

    fn status(numbers: [i64; 4]) -> DeploymentStatus {
        let [replicas, updated_replicas, ready_replicas, available_replicas] = numbers;
        DeploymentStatus {
            available_replicas,
            ready_replicas,
            replicas,
            updated_replicas,
            ..DeploymentStatus::default()
        }
    }

    fn deployment(wanted: i64, before: [i64; 4]) -> Deployment {
        let mut deployment = Deployment { status: status(before), ..Deployment::default() };
        deployment.spec.replicas = Some(wanted);
        deployment
    }

    /// `TestDeploymentComplete`.
    #[test]
    fn a_deployment_is_complete_when_all_pods_are_new_and_available() {
        for (wanted, numbers, complete) in [
            (5, [5, 5, 5, 5], true),
            (5, [5, 5, 5, 4], false),
            (5, [5, 4, 5, 5], false),
            (5, [6, 5, 5, 5], false),
            (1, [5, 5, 5, 5], false),
            (0, [0, 0, 0, 0], true),
        ] {
            assert_eq!(is_complete(&deployment(wanted, [0; 4]), &status(numbers)), complete, "{numbers:?}");
        }
        let mut unseen = deployment(1, [0; 4]);
        unseen.metadata.generation = 2;
        assert!(!is_complete(&unseen, &status([1; 4])));
    }

    /// `TestDeploymentProgressing`.
    #[test]
    fn progress_is_more_new_pods_fewer_old_ones_or_more_ready_ones() {
        for (before, after, progress) in [
            ([10, 4, 4, 4], [10, 6, 4, 4], true),
            ([10, 4, 4, 4], [10, 4, 4, 4], false),
            ([10, 4, 4, 4], [8, 4, 4, 4], true),
            ([10, 4, 4, 4], [10, 4, 5, 4], true),
            ([10, 4, 4, 4], [10, 4, 4, 5], true),
            ([10, 7, 3, 3], [8, 8, 3, 3], true),
            ([10, 7, 1, 1], [10, 7, 0, 0], false),
            ([7, 3, 1, 1], [8, 1, 1, 1], false),
        ] {
            let deployment = deployment(10, before);
            assert_eq!(is_progressing(&deployment, &status(after)), progress, "{before:?} {after:?}");
        }
    }

    /// `TestDeploymentTimedOut`.
    #[test]
    fn a_rollout_times_out_by_its_last_progress() {
        let now = Time::from_ms(100_000);
        for (deadline, told, updated, timed_out) in [
            (Some(10), "ReplicaSetUpdated", 89, true),
            (Some(10), "ReplicaSetUpdated", 91, false),
            (Some(10), "ReplicaSetUpdated", 90, false),
            (None, "ReplicaSetUpdated", 0, false),
            (Some(FOREVER), "ReplicaSetUpdated", 0, false),
            (Some(10), "NewReplicaSetAvailable", 0, false),
            (Some(10), "ProgressDeadlineExceeded", 99, true),
        ] {
            let mut deployment = deployment(1, [0; 4]);
            deployment.spec.progress_deadline_seconds = deadline;
            let mut progressing = condition(PROGRESSING, "True", told, String::new(), now);
            progressing.last_update_time = Some(Timestamp::at(Time::from_ms(updated * 1000)));
            let mut status = status([0; 4]);
            status.conditions.push(progressing);
            assert_eq!(has_timed_out(&deployment, &status, now), timed_out, "{deadline:?} {told} {updated}");
        }
        let mut untold = deployment(1, [0; 4]);
        untold.spec.progress_deadline_seconds = Some(10);
        assert!(!has_timed_out(&untold, &status([0; 4]), now));
    }
}

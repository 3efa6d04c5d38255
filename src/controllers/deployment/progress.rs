//! What is said of a rollout: done, getting on, or stuck; and when to look again.
//!
//! Models `syncRolloutStatus`, `getReplicaFailures` and `requeueStuckDeployment`,
//! pkg/controller/deployment/progress.go, and `checkPausedConditions`, pkg/controller/deployment/sync.go,
//! Kubernetes v1.36. Left out: nothing.

use super::conditions::{self, PROGRESSING, REPLICA_FAILURE, condition, reason};
use super::status::{Sums, calculate_status, has_timed_out, is_complete, is_progressing, progress_deadline};
use crate::api::deployment::{Deployment, DeploymentStatus};
use crate::api::meta::Condition;
use crate::sim::{Span, Time};

/// The first step of the queue's back-off, after which a rollout is judged that is due at once.
const AT_ONCE: Span = Span::from_ms(5);
/// Added to a deadline, so that it has surely passed.
const SURELY: Span = Span::from_seconds(1);

/// The status of a Deployment that rolls out.
pub(super) fn rollout_status(deployment: &Deployment, sets: Sums<'_>, now: Time) -> DeploymentStatus {
    let mut status = calculate_status(deployment, sets, now);
    let told = Condition::find(&deployment.status.conditions, PROGRESSING);
    let has_deadline = progress_deadline(deployment).is_some();
    if !has_deadline {
        conditions::remove(&mut status.conditions, PROGRESSING);
    }
    // What was done before stays done until there are pods of another template.
    let was_done = status.replicas == status.updated_replicas
        && told.is_some_and(|told| told.reason == reason::NEW_AVAILABLE);
    if has_deadline && !was_done {
        judge(deployment, sets, told, &mut status, now);
    }
    match replica_failure(sets) {
        Some(failure) => conditions::set(&mut status.conditions, failure),
        None => conditions::remove(&mut status.conditions, REPLICA_FAILURE),
    }
    status
}

fn judge(
    deployment: &Deployment,
    sets: Sums<'_>,
    told: Option<&Condition>,
    status: &mut DeploymentStatus,
    now: Time,
) {
    let subject = match sets.new {
        Some(new) => format!("ReplicaSet \"{}\"", new.metadata.name),
        None => format!("Deployment \"{}\"", deployment.metadata.name),
    };
    let say =
        |value, reason, what: &str| condition(PROGRESSING, value, reason, format!("{subject} {what}."), now);
    if is_complete(deployment, status) {
        let done = say("True", reason::NEW_AVAILABLE, "has successfully progressed");
        conditions::set(&mut status.conditions, done);
    } else if is_progressing(deployment, status) {
        let mut moving = say("True", reason::REPLICA_SET_UPDATED, "is progressing");
        // The same reason again is news here: each step forward moves the deadline.
        if let Some(told) = told {
            if told.status == "True" {
                moving.last_transition_time = told.last_transition_time;
            }
            conditions::remove(&mut status.conditions, PROGRESSING);
        }
        conditions::set(&mut status.conditions, moving);
    } else if has_timed_out(deployment, status, now) {
        let stuck = say("False", reason::TIMED_OUT, "has timed out progressing");
        conditions::set(&mut status.conditions, stuck);
    }
}

/// Why pods cannot be created or deleted: the new set's word counts before the others'.
fn replica_failure(sets: Sums<'_>) -> Option<Condition> {
    let of = |set: &crate::api::deployment::ReplicaSet| {
        Condition::find(&set.status.conditions, REPLICA_FAILURE).map(conditions::of_replica_set)
    };
    sets.new.and_then(|set| of(set)).or_else(|| sets.all().find_map(|set| of(set)))
}

/// When a rollout that stands still is to be looked at again. Upstream also looks again and again, as fast
/// as its queue allows, at one that was complete and has lost a pod; nothing can come of that, as what was
/// complete does not time out.
pub(super) fn recheck_after(deployment: &Deployment, status: &DeploymentStatus, now: Time) -> Option<Span> {
    let deadline = progress_deadline(deployment)?;
    let told = Condition::find(&deployment.status.conditions, PROGRESSING)?;
    let has_ended = [reason::TIMED_OUT, reason::NEW_AVAILABLE].contains(&told.reason.as_str());
    if is_complete(deployment, status) || has_ended {
        return None;
    }
    let due = told.last_update_time.map_or(Time::ZERO, |since| since.time() + deadline);
    let after = due - now;
    Some(if after < Span::from_seconds(1) { after + AT_ONCE } else { after + SURELY })
}

/// The condition that a Deployment gets when it was just paused or resumed. One that was said to be stuck
/// keeps that word.
pub(super) fn paused_condition(deployment: &Deployment, now: Time) -> Option<Condition> {
    progress_deadline(deployment)?;
    let told = Condition::find(&deployment.status.conditions, PROGRESSING);
    let is_told = |reason| told.is_some_and(|told| told.reason == reason);
    if is_told(reason::TIMED_OUT) || deployment.spec.paused == is_told(reason::PAUSED) {
        return None;
    }
    let (reason, message) = if deployment.spec.paused {
        (reason::PAUSED, "Deployment is paused")
    } else {
        (reason::RESUMED, "Deployment is resumed")
    };
    Some(condition(PROGRESSING, "Unknown", reason, message.to_owned(), now))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::api::Timestamp;
    use crate::api::deployment::ReplicaSet;

    const NOW: Time = Time::from_ms(100_500);

    fn at(seconds: u64) -> Time {
        Time::from_ms(seconds * 1000)
    }

    /// A Deployment of two pods whose condition says `told` since second 50; its set has `replicas` pods of
    /// which `available` are so; before, its status counted `before` of each.
    fn rollout(told: &str, replicas: i64, available: i64, before: i64) -> (Deployment, DeploymentStatus) {
        let mut deployment = Deployment::default();
        deployment.metadata.name = "web".into();
        deployment.spec.replicas = Some(2);
        deployment.spec.progress_deadline_seconds = Some(60);
        deployment.status.replicas = before;
        deployment.status.updated_replicas = before;
        deployment.status.ready_replicas = before;
        deployment.status.available_replicas = before;
        if !told.is_empty() {
            let since = condition(PROGRESSING, "True", told, String::new(), at(50));
            deployment.status.conditions.push(since);
        }
        let mut set = ReplicaSet::default();
        set.metadata.name = "web-x".into();
        set.spec.replicas = Some(2);
        set.status.replicas = replicas;
        set.status.ready_replicas = available;
        set.status.available_replicas = available;
        let set = Rc::new(set);
        let status = rollout_status(&deployment, Sums { new: Some(&set), old: &[] }, NOW);
        (deployment, status)
    }

    fn progressing(status: &DeploymentStatus) -> (String, u64) {
        let found = Condition::find(&status.conditions, PROGRESSING).unwrap();
        (found.reason.clone(), found.last_update_time.unwrap().time().seconds())
    }

    #[test]
    fn a_rollout_is_judged_by_its_last_step() {
        for (told, replicas, available, before, expected) in [
            ("NewReplicaSetCreated", 2, 0, 0, ("ReplicaSetUpdated", 100)),
            ("ReplicaSetUpdated", 2, 1, 0, ("ReplicaSetUpdated", 100)),
            ("ReplicaSetUpdated", 2, 0, 2, ("ReplicaSetUpdated", 50)),
            ("ReplicaSetUpdated", 2, 2, 1, ("NewReplicaSetAvailable", 100)),
            ("NewReplicaSetAvailable", 2, 1, 2, ("NewReplicaSetAvailable", 50)),
        ] {
            let (_, status) = rollout(told, replicas, available, before);
            assert_eq!(progressing(&status), (expected.0.to_owned(), expected.1), "{told} {replicas}");
        }
    }

    #[test]
    fn a_stuck_rollout_is_looked_at_when_its_deadline_has_passed() {
        let (mut deployment, status) = rollout("ReplicaSetUpdated", 2, 0, 2);
        let told = |deployment: &mut Deployment, seconds| {
            deployment.status.conditions[0].last_update_time = Some(Timestamp::at(at(seconds)));
        };
        for (since, expected) in [(50, 10_500), (41, 505), (30, 5)] {
            told(&mut deployment, since);
            assert_eq!(recheck_after(&deployment, &status, NOW), Some(Span::from_ms(expected)), "{since}");
        }
        let stuck = Sums { new: None, old: &[] };
        told(&mut deployment, 30);
        let timed_out = rollout_status(&deployment, stuck, NOW);
        let condition = Condition::find(&timed_out.conditions, PROGRESSING).unwrap();
        assert_eq!((condition.status.as_str(), condition.reason.as_str()), ("False", reason::TIMED_OUT));
        assert_eq!(condition.message, "Deployment \"web\" has timed out progressing.");
        deployment.status.conditions[0].reason = reason::TIMED_OUT.into();
        assert_eq!(recheck_after(&deployment, &status, NOW), None);
        assert_eq!(recheck_after(&rollout("", 2, 0, 2).0, &status, NOW), None);
        for available in [1, 2] {
            let (done, status) = rollout("NewReplicaSetAvailable", 2, available, 2);
            assert_eq!(recheck_after(&done, &status, NOW), None);
        }
    }

    #[test]
    fn without_a_deadline_nothing_is_said_of_progress() {
        let (mut deployment, _) = rollout("ReplicaSetUpdated", 2, 0, 2);
        deployment.spec.progress_deadline_seconds = None;
        let status = rollout_status(&deployment, Sums { new: None, old: &[] }, NOW);
        assert_eq!(Condition::find(&status.conditions, PROGRESSING), None);
        assert_eq!(
            (recheck_after(&deployment, &status, NOW), paused_condition(&deployment, NOW)),
            (None, None)
        );
    }

    #[test]
    fn a_failure_of_the_new_set_counts_first() {
        let failing = |message: &str| {
            let mut set = ReplicaSet::default();
            let failure = condition(REPLICA_FAILURE, "True", "FailedCreate", message.into(), at(1));
            set.status.conditions.push(failure);
            Rc::new(set)
        };
        let (old, new) = ([failing("old")], failing("new"));
        let of = |new| replica_failure(Sums { new, old: &old }).unwrap().message;
        assert_eq!((of(Some(&new)), of(None)), ("new".to_owned(), "old".to_owned()));
    }

    #[test]
    fn pausing_and_resuming_are_told_once() {
        for (paused, told, expected) in [
            (true, "ReplicaSetUpdated", Some(reason::PAUSED)),
            (true, "", Some(reason::PAUSED)),
            (true, reason::PAUSED, None),
            (false, reason::PAUSED, Some(reason::RESUMED)),
            (false, "ReplicaSetUpdated", None),
            (true, reason::TIMED_OUT, None),
        ] {
            let (mut deployment, _) = rollout(told, 2, 0, 2);
            deployment.spec.paused = paused;
            let told_now = paused_condition(&deployment, NOW).map(|condition| condition.reason);
            assert_eq!(told_now.as_deref(), expected, "{paused} {told}");
        }
    }
}

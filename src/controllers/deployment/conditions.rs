//! The conditions of a Deployment: `Available`, `Progressing`, `ReplicaFailure`.
//!
//! Models `NewDeploymentCondition`, `SetDeploymentCondition` and `ReplicaSetToDeploymentCondition`,
//! `pkg/controller/deployment/util/deployment_util.go`, Kubernetes v1.36. Left out: nothing.

use crate::api::Timestamp;
use crate::api::meta::Condition;
use crate::sim::Time;

/// As many pods as there must be are available.
pub(super) const AVAILABLE: &str = "Available";
/// The rollout gets on.
pub(super) const PROGRESSING: &str = "Progressing";
/// Pods cannot be created or deleted.
pub(super) const REPLICA_FAILURE: &str = "ReplicaFailure";

/// Why a Deployment progresses, or does not.
pub(super) mod reason {
    /// A set of it has changed.
    pub(crate) const REPLICA_SET_UPDATED: &str = "ReplicaSetUpdated";
    /// A set could not be made.
    pub(crate) const FAILED_CREATE: &str = "ReplicaSetCreateError";
    /// A set was made.
    pub(crate) const NEW_REPLICA_SET: &str = "NewReplicaSetCreated";
    /// A set that there was already has the template.
    pub(crate) const FOUND_NEW: &str = "FoundNewReplicaSet";
    /// The rollout is done.
    pub(crate) const NEW_AVAILABLE: &str = "NewReplicaSetAvailable";
    /// There was no progress for too long.
    pub(crate) const TIMED_OUT: &str = "ProgressDeadlineExceeded";
    /// It is paused.
    pub(crate) const PAUSED: &str = "DeploymentPaused";
    /// It is no longer paused.
    pub(crate) const RESUMED: &str = "DeploymentResumed";
    /// Enough pods are available.
    pub(crate) const MINIMUM_AVAILABLE: &str = "MinimumReplicasAvailable";
    /// Too few pods are available.
    pub(crate) const MINIMUM_UNAVAILABLE: &str = "MinimumReplicasUnavailable";
}

/// A condition as of now.
pub(super) fn condition(type_: &str, status: &str, reason: &str, message: String, now: Time) -> Condition {
    Condition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        last_update_time: Some(Timestamp::at(now)),
        last_transition_time: Some(Timestamp::at(now)),
        reason: reason.to_owned(),
        message,
        ..Condition::default()
    }
}

/// Puts a condition in, at the end; one that says the same already stays as it is.
pub(super) fn set(conditions: &mut Vec<Condition>, mut condition: Condition) {
    if let Some(old) = Condition::find(conditions, &condition.type_) {
        if old.status == condition.status && old.reason == condition.reason {
            return;
        }
        if old.status == condition.status {
            condition.last_transition_time = old.last_transition_time;
        }
    }
    remove(conditions, &condition.type_);
    conditions.push(condition);
}

/// Takes a condition out.
pub(super) fn remove(conditions: &mut Vec<Condition>, type_: &str) {
    conditions.retain(|condition| condition.type_ != type_);
}

/// A set's condition as one of its Deployment.
pub(super) fn of_replica_set(condition: &Condition) -> Condition {
    Condition { last_update_time: condition.last_transition_time, ..condition.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_keeps_its_time_while_its_status_is_the_same() {
        let at = |seconds: u64| Time::from_ms(seconds * 1000);
        let of = |status: &str, reason: &str, seconds| {
            condition(PROGRESSING, status, reason, String::new(), at(seconds))
        };
        let times = |conditions: &[Condition]| {
            let found = Condition::find(conditions, PROGRESSING).unwrap();
            let seconds = |time: Option<Timestamp>| time.unwrap().time().seconds();
            (seconds(found.last_update_time), seconds(found.last_transition_time))
        };
        let mut conditions = Vec::new();
        set(&mut conditions, of("True", "a", 1));
        set(&mut conditions, condition(AVAILABLE, "True", "x", String::new(), at(1)));
        set(&mut conditions, of("True", "a", 2));
        assert_eq!((times(&conditions), conditions[0].type_.as_str()), ((1, 1), PROGRESSING));
        set(&mut conditions, of("True", "b", 3));
        assert_eq!((times(&conditions), conditions[1].type_.as_str()), ((3, 1), PROGRESSING));
        set(&mut conditions, of("False", "b", 4));
        assert_eq!(times(&conditions), (4, 4));
        remove(&mut conditions, PROGRESSING);
        assert_eq!(conditions.len(), 1);
    }
}

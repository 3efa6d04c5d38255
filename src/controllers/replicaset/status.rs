//! The status of a `ReplicaSet`: what is counted, and how it is written.
//!
//! Models `calculateStatus` and `updateReplicaSetStatus`, `pkg/controller/replicaset/replica_set_utils.go`,
//! Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::pods::Counts;
use crate::api::deployment::{ReplicaSet, ReplicaSetStatus};
use crate::api::meta::Condition;
use crate::api::object::Typed as _;
use crate::api::{Kind, ObjectKey, Timestamp};
use crate::client::{Request, StatusError};
use crate::controllers::api_access::Api;
use crate::sim::Time;

/// The condition that pods cannot be created or deleted.
const REPLICA_FAILURE: &str = "ReplicaFailure";
/// Tries of a status update.
const STATUS_UPDATE_TRIES: usize = 2;

/// Counts the pods; `failure` is why pods could not be created or deleted.
pub(crate) fn calculate_status(
    set: &ReplicaSet,
    counts: Counts,
    failure: Option<&str>,
    now: Time,
) -> ReplicaSetStatus {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut status = ReplicaSetStatus {
        replicas: number(counts.active),
        fully_labeled_replicas: number(counts.labelled),
        ready_replicas: number(counts.ready),
        available_replicas: number(counts.available),
        terminating_replicas: Some(number(counts.terminating)),
        observed_generation: set.status.observed_generation,
        conditions: set.status.conditions.clone(),
    };
    let is_told = Condition::find(&status.conditions, REPLICA_FAILURE).is_some();
    match failure {
        Some(message) if !is_told => {
            let desired = set.spec.replicas.unwrap_or(1);
            let reason = match status.replicas {
                active if active < desired => "FailedCreate",
                active if active > desired => "FailedDelete",
                _ => "",
            };
            status.conditions.push(Condition {
                type_: REPLICA_FAILURE.to_owned(),
                status: "True".to_owned(),
                last_transition_time: Some(Timestamp::at(now)),
                reason: reason.to_owned(),
                message: message.to_owned(),
                ..Condition::default()
            });
        }
        None if is_told => status.conditions.retain(|condition| condition.type_ != REPLICA_FAILURE),
        _ => {}
    }
    status
}

/// Writes the status when it differs, and returns the set as it then is; a conflict is tried once more with
/// the newest set.
///
/// # Errors
/// As the server answers.
pub(crate) fn update_replica_set_status(
    api: &mut dyn Api,
    set: &Rc<ReplicaSet>,
    mut status: ReplicaSetStatus,
) -> Result<Rc<ReplicaSet>, StatusError> {
    let generation = set.metadata.generation;
    if status == set.status && generation == set.status.observed_generation {
        return Ok(Rc::clone(set));
    }
    status.observed_generation = generation;
    let meta = &set.metadata;
    let key = ObjectKey::new(Kind::ReplicaSet, meta.namespace.clone(), meta.name.clone());
    let mut current = Rc::clone(set);
    let mut tries = STATUS_UPDATE_TRIES;
    loop {
        let mut changed = (*current).clone();
        changed.status = status.clone();
        tries -= 1;
        match api.request(Request::update_status(changed)) {
            Ok(written) => return typed(&written),
            Err(error) if tries == 0 => return Err(error),
            Err(_) => current = typed(&api.live(&key)?)?,
        }
    }
}

fn typed(object: &crate::api::Object) -> Result<Rc<ReplicaSet>, StatusError> {
    let set = ReplicaSet::of(object).cloned();
    set.ok_or_else(|| StatusError::internal(&format!("{} is no ReplicaSet", object.key())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(replicas: i64) -> ReplicaSet {
        let mut set = ReplicaSet::default();
        set.spec.replicas = Some(replicas);
        set
    }

    #[test]
    fn a_failure_is_told_until_it_is_over() {
        let counts = Counts { active: 2, ..Counts::default() };
        let of = |set: &ReplicaSet, failure| calculate_status(set, counts, failure, Time::ZERO);
        for (replicas, reason) in [(3, "FailedCreate"), (1, "FailedDelete"), (2, "")] {
            let mut set = set(replicas);
            set.status = of(&set, Some("no"));
            assert_eq!((set.status.conditions[0].reason.as_str(), set.status.replicas), (reason, 2));
            // A later failure does not change the message of the first.
            set.status = of(&set, Some("still no"));
            assert_eq!(set.status.conditions[0].message, "no");
            assert_eq!(of(&set, None).conditions, []);
        }
    }
}

//! The status of a set: what is counted, when a rollout is complete, and how the status is written.
//!
//! Models `updateStatus`, `completeRollingUpdate` and `inconsistentStatus`, pkg/controller/statefulset, and
//! `stateful_set_status_updater.go`, Kubernetes v1.36. Left out: tries that could only see the same cache
//! again.

use std::rc::Rc;

use super::control::View;
use super::ordinals::replicas;
use crate::api::ObjectKey;
use crate::api::apps::{StatefulSet, StatefulSetStatus};
use crate::client::{Cache, Request, StatusError};
use crate::controllers::api_access::Api;

/// Counts the pods.
pub(crate) fn compute_status(view: &View<'_>) -> StatefulSetStatus {
    let counts = view.pods.counts();
    StatefulSetStatus {
        observed_generation: view.set.metadata.generation,
        current_revision: view.current_revision.to_owned(),
        update_revision: view.update_revision.to_owned(),
        collision_count: Some(view.collision_count),
        replicas: counts.created,
        ready_replicas: counts.ready,
        available_replicas: counts.available,
        current_replicas: view.pods.count_of_revision(view.current_revision),
        updated_replicas: view.pods.count_of_revision(view.update_revision),
        conditions: Vec::new(),
    }
}

/// Makes the update revision the current one once all pods are of it and ready.
pub(crate) fn complete_rolling_update(set: &StatefulSet, status: &mut StatefulSetStatus) {
    let all = replicas(set);
    if set.spec.update_strategy.type_ == "RollingUpdate"
        && [status.updated_replicas, status.ready_replicas, status.replicas] == [all; 3]
    {
        status.current_replicas = status.updated_replicas;
        status.current_revision.clone_from(&status.update_revision);
    }
}

/// Whether the set's status has to be written. The collision count alone is no reason.
pub(crate) fn is_inconsistent(set: &StatefulSet, status: &StatefulSetStatus) -> bool {
    let old = &set.status;
    status.observed_generation > old.observed_generation
        || status.replicas != old.replicas
        || status.current_replicas != old.current_replicas
        || status.ready_replicas != old.ready_replicas
        || status.updated_replicas != old.updated_replicas
        || status.current_revision != old.current_revision
        || status.available_replicas != old.available_replicas
        || status.update_revision != old.update_revision
}

/// Writes the status when it differs; returns the version that was written.
///
/// # Errors
/// As the server answers; a conflict is tried once more when the cache has moved on.
pub(crate) fn update_status(
    api: &mut dyn Api,
    cache: &Cache,
    key: &ObjectKey,
    set: &Rc<StatefulSet>,
    mut status: StatefulSetStatus,
) -> Result<Option<u64>, StatusError> {
    complete_rolling_update(set, &mut status);
    if !is_inconsistent(set, &status) {
        return Ok(None);
    }
    let write = |api: &mut dyn Api, set: &StatefulSet| -> Result<Option<u64>, StatusError> {
        let mut set = set.clone();
        set.status = status.clone();
        let written = api.request(Request::update_status(set))?;
        Ok(Some(written.meta().resource_version.0))
    };
    match write(api, set) {
        Err(error) if error.is_conflict() => {
            let newer = cache.typed::<StatefulSet>(&key.namespace, &key.name);
            let newer = newer
                .filter(|newer| newer.metadata.resource_version != set.metadata.resource_version)
                .ok_or(error)?;
            write(api, newer)
        }
        answer => answer,
    }
}

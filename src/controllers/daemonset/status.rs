//! The status of a set: what is counted, and how it is written.
//!
//! Models `updateDaemonSetStatus` and `storeDaemonSetStatus`, `pkg/controller/daemon/daemon_controller.go`,
//! Kubernetes v1.36.

use super::assess::Tally;
use crate::api::daemonset::{DaemonSet, DaemonSetStatus};
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Request, StatusError};
use crate::controllers::api_access::Api;

/// Puts the counts into a status.
fn count(status: &mut DaemonSetStatus, tally: Tally, observed_generation: Option<i64>) {
    status.desired_number_scheduled = tally.desired;
    status.current_number_scheduled = tally.current;
    status.number_misscheduled = tally.misscheduled;
    status.number_ready = tally.ready;
    status.updated_number_scheduled = tally.updated;
    status.number_available = tally.available;
    status.number_unavailable = tally.desired - tally.available;
    if let Some(generation) = observed_generation {
        status.observed_generation = generation;
    }
}

/// Whether nothing about the status would change.
fn is_current(set: &DaemonSet, tally: Tally) -> bool {
    let mut counted = set.status.clone();
    count(&mut counted, tally, None);
    counted == set.status && set.status.observed_generation >= set.metadata.generation
}

/// Writes the status when it differs, with the set's generation unless it was not acted upon; returns what
/// was written.
///
/// # Errors
/// As the server answers; the first refusal is tried once more with the newest version of the set.
pub(crate) fn store_daemon_set_status(
    api: &mut dyn Api,
    set: &DaemonSet,
    tally: Tally,
    observes_generation: bool,
) -> Result<Option<Object>, StatusError> {
    if is_current(set, tally) {
        return Ok(None);
    }
    let generation = observes_generation.then_some(set.metadata.generation);
    let write = |api: &mut dyn Api, mut set: DaemonSet| {
        count(&mut set.status, tally, generation);
        api.request(Request::update_status(set)).map(Some)
    };
    let refused = match write(api, set.clone()) {
        Err(error) => error,
        answer => return answer,
    };
    let meta = &set.metadata;
    match api.live(&ObjectKey::new(Kind::DaemonSet, meta.namespace.clone(), meta.name.clone()))? {
        Object::DaemonSet(live) => write(api, (*live).clone()),
        _ => Err(refused),
    }
}

//! The `DaemonSet` controller: one pod on each node that suits.
//!
//! Models pkg/controller/daemon, Kubernetes v1.36. Left out: metrics.
//!
//! - `nodes`: which nodes suit. `template`: the pods it makes. `assess`, `table`, `rows`: what it knows of
//!   each node.
//! - `manage`, `update`: the policy. `plan`: what it decides. `waiting`: why it waits. `backoff`: failed
//!   pods.
//! - `changes`: what wakes it. `revisions`, `status`, `sync`: what it gathers and writes. `carrying_out`: how
//!   a plan is carried out.

mod nodes;
mod template;
mod waiting;
mod outcome;
mod assess;
mod rows;
mod table;
mod backoff;
mod plan;
mod manage;
mod update;
mod revisions;
mod status;
mod carrying_out;
mod sync;
mod changes;
#[cfg(test)]
mod policy_tests;

use self::changes::key_of;
use self::sync::SetState;
use super::api_access::Api;
use super::{Controller, SyncResult, Verdict};
use crate::api::daemonset::DaemonSet;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::client::{Cache, Change, Context};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

pub use nodes::{Misfit, NodeFit, node_should_run_daemon_pod};

/// The source of the controller's Events.
const COMPONENT: &str = "daemonset-controller";

/// Keys with the time after which each is due.
type Keys = Vec<(ObjectKey, Span)>;

/// The controller.
#[derive(Clone, Debug, Default)]
pub struct DaemonSetController {
    sets: SortedMap<ObjectKey, SetState>,
    /// Sets that a node's change has passed by, each with the reason.
    passed_by: Vec<(ObjectKey, Verdict)>,
}

impl DaemonSetController {
    /// Syncs one set; [`Controller::sync`] with the world behind an interface.
    ///
    /// # Errors
    /// When a request was refused in a way that a later try may mend.
    pub fn sync_with(&mut self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> SyncResult {
        let Some(set) = cache.typed::<DaemonSet>(&key.namespace, &key.name) else {
            self.sets.remove(key);
            return Ok(None);
        };
        if self.sets.get(key).is_some_and(|state| !state.is_of(&set.metadata.uid)) {
            self.sets.remove(key);
        }
        let state = self.sets.entry(key.clone()).or_insert_with(|| SetState::new(set, cache));
        state.sync(key, set, cache, api)
    }

    /// What is known of the very set that a reference names, whether or not the cache shows the set now: a
    /// cache that is filled anew may show the end of a pod before its set.
    fn state_of(&mut self, namespace: &str, owner: &OwnerReference) -> Option<&mut SetState> {
        let key = ObjectKey::new(Kind::DaemonSet, namespace, owner.name.clone());
        let is_kind = owner.kind == Kind::DaemonSet.resource().kind;
        self.sets.get_mut(&key).filter(|state| is_kind && state.is_of(&owner.uid))
    }

    /// Forgets what is known of the revisions of the set that a revision names as its owner. By name alone: a
    /// new set takes over the revision that an old one of its name left, until that is collected.
    fn forget_history(&mut self, revision: &ObjectMeta) {
        let Some(owner) = revision.controller_of() else { return };
        let key = ObjectKey::new(Kind::DaemonSet, revision.namespace.clone(), owner.name.clone());
        if let Some(state) = self.sets.get_mut(&key) {
            state.forget_history();
        }
    }
}

impl Controller for DaemonSetController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::DaemonSet, Kind::Pod, Kind::ControllerRevision, Kind::Node]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _now: Time) -> Keys {
        match change.object() {
            Some(Object::DaemonSet(set)) => {
                let key = key_of(set);
                self.set_changed(change, key)
            }
            Some(Object::Pod(_)) => self.pod_changed(change, cache),
            Some(Object::ControllerRevision(_)) => self.revision_changed(change, cache),
            Some(Object::Node(_)) => self.node_changed(change, cache),
            _ => Vec::new(),
        }
    }

    fn passed_by(&mut self) -> Vec<(ObjectKey, Verdict)> {
        std::mem::take(&mut self.passed_by)
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, ObjectKey>) -> SyncResult {
        let cache = context.cache;
        self.sync_with(key, cache, context)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

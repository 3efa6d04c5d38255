//! The `ReplicaSet` controller: as many pods of one template as there should be.
//!
//! Models pkg/controller/replicaset, Kubernetes v1.36. Left out: `ReplicationController`s.
//!
//! - [`manage`]: the policy. [`ranking`]: which pods go first. [`waiting`]: why it waits.
//! - [`pods`], [`status`]: what is counted. [`sync`]: what it gathers. [`carrying_out`]: what it does then.

mod carrying_out;
mod pods;
mod ranking;
mod waiting;
mod manage;
mod status;
mod sync;
#[cfg(test)]
mod manage_tests;

use std::rc::Rc;

use self::sync::SetState;
use super::api_access::Api;
use super::{Controller, SyncResult};
use crate::api::deployment::ReplicaSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::{Cache, Change, Context};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

/// The source of the controller's Events.
const COMPONENT: &str = "replicaset-controller";

/// The controller.
#[derive(Clone, Debug, Default)]
pub struct ReplicaSetController {
    sets: SortedMap<ObjectKey, SetState>,
}

impl ReplicaSetController {
    /// Syncs one set; [`Controller::sync`] with the world behind an interface.
    ///
    /// # Errors
    /// When a request was refused in a way that a later try may mend.
    pub fn sync_with(&mut self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> SyncResult {
        // What has begun ends, whatever has become of the set meanwhile.
        if let Some(went_on) = self.sets.get_mut(key).and_then(|state| state.resume(key, api)) {
            return went_on;
        }
        let Some(set) = cache.typed::<ReplicaSet>(&key.namespace, &key.name) else {
            self.sets.remove(key);
            return Ok(None);
        };
        if self.sets.get(key).is_some_and(|state| !state.is_of(&set.metadata.uid)) {
            self.sets.remove(key);
        }
        let state = self.sets.entry(key.clone()).or_insert_with(|| SetState::new(set, cache));
        state.sync(key, set, cache, api)
    }

    /// The state of the very set that owns a pod.
    fn state_of(&mut self, key: &ObjectKey, uid: &str) -> Option<&mut SetState> {
        self.sets.get_mut(key).filter(|state| state.is_of(uid))
    }

    fn pod_changed(&mut self, change: &Change, cache: &Cache) -> Vec<(ObjectKey, Span)> {
        let (old, new) = (pod_of(change.old.as_ref()), pod_of(change.new.as_ref()));
        if let (Some(old), Some(new)) = (old, new)
            && old.metadata.resource_version == new.metadata.resource_version
        {
            return Vec::new();
        }
        let mut keys = Vec::new();
        let old_ref = old.and_then(|pod| pod.metadata.controller_of());
        let new_ref = new.and_then(|pod| pod.metadata.controller_of());
        // The pod is gone, or belongs to somebody else now.
        if let (Some(old), Some(owner)) = (old, old_ref)
            && old_ref != new_ref
            && let Some((key, _)) = owning_set(cache, &old.metadata.namespace, owner)
        {
            if let Some(state) = self.state_of(&key, &owner.uid) {
                state.pods.remove(&old.metadata.name);
                if new.is_none() {
                    state.expectations.deletion_observed(&old.metadata.name);
                }
            }
            keys.push((key, Span::ZERO));
        }
        let Some(new) = new else { return keys };
        if let Some(owner) = new_ref {
            let Some((key, set)) = owning_set(cache, &new.metadata.namespace, owner) else { return keys };
            let min_ready = u64::try_from(set.spec.min_ready_seconds).unwrap_or_default();
            if let Some(state) = self.state_of(&key, &owner.uid) {
                state.pods.put(Rc::clone(new));
                if new.is_terminating() {
                    state.expectations.deletion_observed(&new.metadata.name);
                } else if old.is_none() {
                    state.expectations.creation_observed();
                }
            }
            let became_ready = new.is_ready() && old.is_some_and(|old| !old.is_ready());
            if min_ready > 0 && became_ready && !new.is_terminating() {
                keys.push((key.clone(), Span::from_seconds(min_ready)));
            }
            keys.push((key, Span::ZERO));
        } else if !new.is_terminating()
            && (old.is_none_or(|old| old.metadata.labels != new.metadata.labels) || old_ref.is_some())
        {
            keys.extend(sets_for_orphan(cache, new));
        }
        keys
    }
}

fn pod_of(object: Option<&Object>) -> Option<&Rc<Pod>> {
    match object {
        Some(Object::Pod(pod)) => Some(pod),
        _ => None,
    }
}

/// The set that a reference names, when it is still that very one.
fn owning_set<'a>(
    cache: &'a Cache,
    namespace: &str,
    owner: &OwnerReference,
) -> Option<(ObjectKey, &'a Rc<ReplicaSet>)> {
    if owner.kind != Kind::ReplicaSet.resource().kind {
        return None;
    }
    let set = cache.typed::<ReplicaSet>(namespace, &owner.name)?;
    let key = || ObjectKey::new(Kind::ReplicaSet, namespace, owner.name.clone());
    (set.metadata.uid == owner.uid).then(|| (key(), set))
}

/// The sets that might want to adopt a pod.
fn sets_for_orphan(cache: &Cache, pod: &Pod) -> Vec<(ObjectKey, Span)> {
    let meta = &pod.metadata;
    if meta.labels.is_empty() {
        return Vec::new();
    }
    let sets = cache.list::<ReplicaSet>(Some(&meta.namespace));
    sets.filter(|set| !set.spec.selector.is_empty() && set.spec.selector.matches(&meta.labels))
        .map(|set| {
            let set = &set.metadata;
            (ObjectKey::new(Kind::ReplicaSet, set.namespace.clone(), set.name.clone()), Span::ZERO)
        })
        .collect()
}

impl Controller for ReplicaSetController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::ReplicaSet, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        match change.object() {
            Some(Object::ReplicaSet(set)) => {
                let set = &set.metadata;
                let key = ObjectKey::new(Kind::ReplicaSet, set.namespace.clone(), set.name.clone());
                vec![(key, Span::ZERO)]
            }
            Some(Object::Pod(_)) => self.pod_changed(change, cache),
            _ => Vec::new(),
        }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, ObjectKey>) -> SyncResult {
        let cache = context.cache;
        self.sync_with(key, cache, context)
    }

    fn is_under_way(&self, key: &ObjectKey, now: Time) -> bool {
        self.sets.get(key).is_some_and(|state| state.is_under_way(now))
    }

    fn renews_timers(&self) -> bool {
        true
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

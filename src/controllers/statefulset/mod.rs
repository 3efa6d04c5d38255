//! The StatefulSet controller: pods with names, claims and an order.
//!
//! Models pkg/controller/statefulset, Kubernetes v1.36. Left out: the Recreate strategy, which v1.36 does not
//! have.
//!
//! - `control`, `mending`, `update`, `ending`: the policy. `plan`: what it decides. `waiting`: why it waits.
//! - `facts`, `pods`, `pod_lists`, `gaps`, `ordinals`, `claims`, `revisions`, `status`: what it looks at.
//! - `sync`, `adoption`: what it gathers. `carrying_out`, `pod_control`: how a plan is carried out.

mod ordinals;
mod claims;
mod gaps;
mod facts;
mod pods;
mod pod_lists;
mod waiting;
mod outcome;
mod plan;
mod control;
mod mending;
mod update;
mod ending;
mod revisions;
mod status;
mod pod_control;
mod carrying_out;
mod adoption;
mod sync;
#[cfg(test)]
mod control_tests;

use std::rc::Rc;

use self::sync::SetState;
use super::api_access::Api;
use super::{Controller, SyncResult};
use crate::api::apps::StatefulSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::{Cache, Change, Context};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

pub use control::Features;

/// The controller.
#[derive(Clone, Debug, Default)]
pub struct StatefulSetController {
    features: Features,
    sets: SortedMap<ObjectKey, SetState>,
}

impl StatefulSetController {
    /// A controller with other feature gates than the default ones.
    pub fn with_features(features: Features) -> Self {
        Self { features, sets: SortedMap::new() }
    }

    /// Syncs one set; [`Controller::sync`] with the world behind an interface.
    ///
    /// # Errors
    /// When a request was refused in a way that a later try may mend.
    pub fn sync_with(&mut self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> SyncResult {
        // What has begun ends, whatever has become of the set meanwhile.
        if let Some(went_on) = self.sets.get_mut(key).and_then(|state| state.resume(key, cache, api)) {
            return went_on;
        }
        let Some(set) = cache.typed::<StatefulSet>(&key.namespace, &key.name) else {
            self.sets.remove(key);
            return Ok(None);
        };
        if self.sets.get(key).is_some_and(|state| !state.is_of(&set.metadata.uid)) {
            self.sets.remove(key);
        }
        let state = self.sets.entry(key.clone()).or_insert_with(|| SetState::new(set, cache));
        state.sync(key, set, self.features, cache, api)
    }

    /// What is known of the very set that a reference names, whether or not the cache shows the set now: a
    /// cache that is filled anew may show the end of a pod before its set.
    fn state_of(&mut self, namespace: &str, owner: &OwnerReference) -> Option<&mut SetState> {
        let key = ObjectKey::new(Kind::StatefulSet, namespace, owner.name.clone());
        self.sets.get_mut(&key).filter(|state| state.is_of(&owner.uid))
    }

    fn pod_changed(&mut self, change: &Change, cache: &Cache) -> Vec<(ObjectKey, Span)> {
        let (old, new) = (pod_of(change.old.as_ref()), pod_of(change.new.as_ref()));
        if let (Some(old), Some(new)) = (old, new)
            && old.metadata.resource_version == new.metadata.resource_version
        {
            return Vec::new();
        }
        // A pod that was adopted, and whose adoption the cache never showed.
        if let Some(old) = old.filter(|old| old.metadata.controller_of().is_none()) {
            for (_, state) in self.sets_in(&old.metadata.namespace) {
                state.pods.remove_this(old);
            }
        }
        let mut keys = Vec::new();
        let old_ref = old.and_then(|pod| pod.metadata.controller_of());
        let new_ref = new.and_then(|pod| pod.metadata.controller_of());
        if let (Some(old), Some(owner)) = (old, old_ref)
            && old_ref != new_ref
        {
            if let Some(state) = self.state_of(&old.metadata.namespace, owner) {
                state.pods.remove(&old.metadata.name);
            }
            keys.extend(owning_set(cache, &old.metadata.namespace, owner).map(|(key, _)| (key, Span::ZERO)));
        }
        let Some(new) = new else { return keys };
        if let Some(owner) = new_ref {
            if let Some(state) = self.state_of(&new.metadata.namespace, owner) {
                state.pods.put(Rc::clone(new));
            }
            let Some((key, set)) = owning_set(cache, &new.metadata.namespace, owner) else { return keys };
            let min_ready = u64::try_from(set.spec.min_ready_seconds).unwrap_or_default();
            if min_ready > 0 && new.is_ready() && old.is_some_and(|old| !old.is_ready()) {
                keys.push((key.clone(), Span::from_seconds(min_ready)));
            }
            keys.push((key, Span::ZERO));
        } else if old.is_none_or(|old| old.metadata.labels != new.metadata.labels) || old_ref.is_some() {
            keys.extend(sets_for_orphan(cache, new));
        }
        keys
    }

    /// Has the pod whose claim changed looked at again; upstream follows no claims, so this wakes nobody but
    /// a sync that was put off until the cache would show the claim.
    fn claim_changed(&mut self, change: &Change, cache: &Cache) -> Vec<(ObjectKey, Span)> {
        let Some(meta) = change.object().map(Object::meta) else { return Vec::new() };
        let mut keys = Vec::new();
        for (key, state) in self.sets_in(&meta.namespace) {
            let set = state.pods.set();
            let ordinal = set.spec.volume_claim_templates.iter().find_map(|template| {
                let pod = meta.name.strip_prefix(template.metadata.name.as_str())?.strip_prefix('-')?;
                ordinals::member_ordinal(set, pod)
            });
            if let Some(ordinal) = ordinal {
                state.pods.recheck_claims(ordinal);
            }
            if state.unseen.contains_key(&Kind::PersistentVolumeClaim) && state.lagging_kind(cache).is_none()
            {
                keys.push((key.clone(), Span::ZERO));
            }
        }
        keys
    }

    fn revision_changed(&mut self, change: &Change) {
        if let Some(meta) = change.object().map(Object::meta) {
            for (_, state) in self.sets_in(&meta.namespace) {
                state.forget_revisions();
            }
        }
    }

    fn sets_in<'a>(
        &'a mut self,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a ObjectKey, &'a mut SetState)> {
        self.sets.iter_mut().filter(move |(key, _)| key.namespace == namespace)
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
) -> Option<(ObjectKey, &'a Rc<StatefulSet>)> {
    if owner.kind != Kind::StatefulSet.resource().kind {
        return None;
    }
    let set = cache.typed::<StatefulSet>(namespace, &owner.name)?;
    let key = || ObjectKey::new(Kind::StatefulSet, namespace, owner.name.clone());
    (set.metadata.uid == owner.uid).then(|| (key(), set))
}

/// The sets that might want to adopt a pod.
fn sets_for_orphan(cache: &Cache, pod: &Pod) -> Vec<(ObjectKey, Span)> {
    let meta = &pod.metadata;
    if meta.labels.is_empty() {
        return Vec::new();
    }
    let sets = cache.list::<StatefulSet>(Some(&meta.namespace));
    sets.filter(|set| !set.spec.selector.is_empty() && set.spec.selector.matches(&meta.labels))
        .map(|set| {
            let set = &set.metadata;
            (ObjectKey::new(Kind::StatefulSet, set.namespace.clone(), set.name.clone()), Span::ZERO)
        })
        .collect()
}

impl Controller for StatefulSetController {
    fn name(&self) -> &'static str {
        pod_control::COMPONENT
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::StatefulSet, Kind::Pod, Kind::PersistentVolumeClaim, Kind::ControllerRevision]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _now: Time) -> Vec<(ObjectKey, Span)> {
        let Some(object) = change.object() else { return Vec::new() };
        match object.kind() {
            Kind::StatefulSet => vec![(object.key(), Span::ZERO)],
            Kind::Pod => self.pod_changed(change, cache),
            Kind::PersistentVolumeClaim => self.claim_changed(change, cache),
            Kind::ControllerRevision => {
                self.revision_changed(change);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, ObjectKey>) -> SyncResult {
        let cache = context.cache;
        self.sync_with(key, cache, context)
    }

    fn is_under_way(&self, key: &ObjectKey, _now: Time) -> bool {
        self.sets.get(key).is_some_and(SetState::is_under_way)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

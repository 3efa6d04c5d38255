//! The `DaemonSet` controller: one pod on each node that suits.
//!
//! Models pkg/controller/daemon, Kubernetes v1.36. Left out: metrics.
//!
//! - `nodes`: which nodes suit. `template`: the pods it makes. `assess`, `table`: what it knows of each node.
//! - `manage`, `update`: the policy. `plan`: what it decides. `waiting`: why it waits. `backoff`: failed
//!   pods.
//! - `revisions`, `status`, `sync`: what it gathers and writes, and how a plan is carried out.

mod nodes;
mod template;
mod waiting;
mod assess;
mod table;
mod backoff;
mod plan;
mod manage;
mod update;
mod revisions;
mod status;
mod sync;
#[cfg(test)]
mod policy_tests;

use std::rc::Rc;

use self::nodes::may_change_fit;
use self::sync::SetState;
use self::waiting::{Outcome, WaitingFor};
use super::api_access::Api;
use super::{Controller, SyncResult, Verdict};
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, LabelMap, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::client::{Cache, Change, Context};
use crate::collections::{SortedMap, SortedSet};
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

    fn set_changed(&mut self, change: &Change, key: ObjectKey) -> Keys {
        let uid = |object: Option<&Object>| object.map(|object| object.meta().uid.clone());
        if change.new.is_none()
            || change.old.is_some() && uid(change.old.as_ref()) != uid(change.new.as_ref())
        {
            self.sets.remove(&key);
        }
        vec![(key, Span::ZERO)]
    }

    fn pod_changed(&mut self, change: &Change, cache: &Cache) -> Keys {
        let (old, new) = (pod_of(change.old.as_ref()), pod_of(change.new.as_ref()));
        if let (Some(old), Some(new)) = (old, new)
            && old.metadata.resource_version == new.metadata.resource_version
        {
            return Vec::new();
        }
        // A pod that was adopted, and whose adoption the cache never showed.
        if let Some(old) = old.filter(|old| old.metadata.controller_of().is_none()) {
            for state in self.sets.values_mut() {
                state.table.remove_this(old);
            }
        }
        let mut keys = Vec::new();
        let old_ref = old.and_then(|pod| pod.metadata.controller_of());
        let new_ref = new.and_then(|pod| pod.metadata.controller_of());
        // The pod is gone, or belongs to somebody else now.
        if let (Some(old), Some(owner)) = (old, old_ref)
            && old_ref != new_ref
        {
            let namespace = &old.metadata.namespace;
            if let Some(state) = self.state_of(namespace, owner) {
                state.table.remove(&old.metadata.name);
            }
            if let Some((key, _)) = owning_set(cache, namespace, owner) {
                if let Some(state) = self.state_of(namespace, owner).filter(|_| new.is_none()) {
                    state.expectations.deletion_observed(&old.metadata.name);
                }
                keys.push((key, Span::ZERO));
            }
        }
        let Some(new) = new else { return keys };
        if let Some(owner) = new_ref {
            let namespace = &new.metadata.namespace;
            if let Some(state) = self.state_of(namespace, owner) {
                state.table.put(Rc::clone(new));
            }
            let Some((key, set)) = owning_set(cache, namespace, owner) else { return keys };
            if let Some(state) = self.state_of(namespace, owner) {
                if new.is_terminating() {
                    state.expectations.deletion_observed(&new.metadata.name);
                } else if old.is_none() {
                    state.expectations.creation_observed();
                }
            }
            let min_ready = u64::try_from(set.spec.min_ready_seconds).unwrap_or_default();
            let became_ready = new.is_ready() && old.is_some_and(|old| !old.is_ready());
            if min_ready > 0 && became_ready && !new.is_terminating() {
                // One second more, because the pod counts from a whole second.
                keys.push((key.clone(), Span::from_seconds(min_ready + 1)));
            }
            keys.push((key, Span::ZERO));
        } else if !new.is_terminating()
            && (old.is_none_or(|old| old.metadata.labels != new.metadata.labels) || old_ref.is_some())
        {
            keys.extend(sets_for_orphan(cache, &new.metadata));
        }
        keys
    }

    fn revision_changed(&mut self, change: &Change, cache: &Cache) -> Keys {
        let (old, new) = (change.old.as_ref().map(Object::meta), change.new.as_ref().map(Object::meta));
        let owner = |meta: Option<&ObjectMeta>| {
            let meta = meta?;
            owning_set(cache, &meta.namespace, meta.controller_of()?).map(|(key, set)| (key, Rc::clone(set)))
        };
        let (old_owner, new_owner) = (owner(old), owner(new));
        for meta in old.iter().chain(&new) {
            self.forget_history(meta);
        }
        let old_ref = old.and_then(ObjectMeta::controller_of);
        let new_ref = new.and_then(ObjectMeta::controller_of);
        let mut keys = SortedSet::default();
        if old_ref != new_ref || new.is_none() {
            keys.extend(old_owner.map(|(key, _)| key));
        }
        match (new, new_ref) {
            // One that was just made tells its set nothing new.
            (Some(_), Some(_)) if old.is_some() => keys.extend(new_owner.map(|(key, _)| key)),
            (Some(meta), None) if old.is_none_or(|old| old.labels != meta.labels) || old_ref.is_some() => {
                for (key, _) in sets_for_orphan(cache, meta) {
                    if let Some(state) = self.sets.get_mut(&key) {
                        state.forget_history();
                    }
                    keys.insert(key);
                }
            }
            _ => {}
        }
        keys.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn node_changed(&mut self, change: &Change, cache: &Cache) -> Keys {
        let (old, new) = (node_of(change.old.as_ref()), node_of(change.new.as_ref()));
        let Some(name) = old.or(new).map(|node| node.metadata.name.clone()) else { return Vec::new() };
        if let (Some(old), Some(new)) = (old, new)
            && !may_change_fit(old, new)
        {
            return Vec::new();
        }
        for state in self.sets.values_mut() {
            state.table.put_node(&name, new.cloned());
        }
        // A node that goes wakes nobody: its pods do, when they are collected.
        let Some(node) = new else { return Vec::new() };
        self.passed_by.extend(sets_passed_by(cache, node));
        sets_for_node(cache, node)
    }
}

/// The sets that have something to do about a node that changed (`syncNodeUpdate`).
fn sets_for_node(cache: &Cache, node: &Node) -> Keys {
    let owner = |pod: &Rc<Pod>| {
        let owner = pod.metadata.controller_of().filter(|owner| owner.kind == "DaemonSet")?;
        Some((pod.metadata.namespace.clone(), owner.name.clone()))
    };
    let on_node: SortedSet<_> = cache.pods_on(&node.metadata.name).filter_map(owner).collect();
    let sets = cache.list::<DaemonSet>(None).filter(|set| {
        let fit = node_should_run_daemon_pod(node, set);
        let meta = &set.metadata;
        let scheduled = on_node.contains(&(meta.namespace.clone(), meta.name.clone()));
        if scheduled {
            !fit.should_continue_running() || set.status.number_misscheduled > 0
        } else {
            fit.should_run()
        }
    });
    sets.map(|set| (key_of(set), Span::ZERO)).collect()
}

/// The sets that [`sets_for_node`] takes to be on a node although they are not: a pod there names them as its
/// owner, and belongs to an earlier set of that name. When that pod goes, nobody is woken either, as
/// `resolveControllerRef` compares uids.
fn sets_passed_by(cache: &Cache, node: &Node) -> Vec<(ObjectKey, Verdict)> {
    let name = &node.metadata.name;
    let on_node = || cache.pods_on(name);
    let mut passed_by = Vec::new();
    for set in cache.list::<DaemonSet>(None).filter(|set| !set.metadata.is_terminating()) {
        let meta = &set.metadata;
        let is_namesakes = |pod: &&Rc<Pod>| {
            let owner = pod.metadata.controller_of();
            pod.metadata.namespace == meta.namespace
                && owner.is_some_and(|owner| {
                    owner.kind == "DaemonSet" && owner.name == meta.name && owner.uid != meta.uid
                })
        };
        let has_own = on_node().any(|pod| pod.metadata.is_controlled_by(&meta.uid));
        if let Some(other) = on_node().find(is_namesakes).filter(|_| !has_own)
            && node_should_run_daemon_pod(node, set).should_run()
        {
            let wait = WaitingFor::PassedByNode { node: name.clone(), pod: other.metadata.name.clone() };
            passed_by.push((key_of(set), Outcome::Waiting(wait).verdict(set)));
        }
    }
    passed_by
}

fn key_of(set: &DaemonSet) -> ObjectKey {
    ObjectKey::new(Kind::DaemonSet, set.metadata.namespace.clone(), set.metadata.name.clone())
}

fn pod_of(object: Option<&Object>) -> Option<&Rc<Pod>> {
    match object {
        Some(Object::Pod(pod)) => Some(pod),
        _ => None,
    }
}

fn node_of(object: Option<&Object>) -> Option<&Rc<Node>> {
    match object {
        Some(Object::Node(node)) => Some(node),
        _ => None,
    }
}

/// The set that a reference names, when it is still that very one.
fn owning_set<'a>(
    cache: &'a Cache,
    namespace: &str,
    owner: &OwnerReference,
) -> Option<(ObjectKey, &'a Rc<DaemonSet>)> {
    if owner.kind != Kind::DaemonSet.resource().kind {
        return None;
    }
    let set = cache.typed::<DaemonSet>(namespace, &owner.name)?;
    (set.metadata.uid == owner.uid).then(|| (key_of(set), set))
}

/// The sets that might want to adopt a pod or a revision.
fn sets_for_orphan(cache: &Cache, orphan: &ObjectMeta) -> Keys {
    let labels: &LabelMap = &orphan.labels;
    if labels.is_empty() {
        return Vec::new();
    }
    let sets = cache.list::<DaemonSet>(Some(&orphan.namespace));
    sets.filter(|set| !set.spec.selector.is_empty() && set.spec.selector.matches(labels))
        .map(|set| (key_of(set), Span::ZERO))
        .collect()
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

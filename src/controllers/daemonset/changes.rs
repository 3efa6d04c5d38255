//! Which sets a change concerns, and what is remembered of it.
//!
//! Models the handlers that `NewDaemonSetsController` adds to its informers and `syncNodeUpdate`,
//! `pkg/controller/daemon/daemon_controller.go`, Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::nodes::{may_change_fit, node_should_run_daemon_pod};
use super::outcome::Outcome;
use super::waiting::WaitingFor;
use super::{DaemonSetController, Keys};
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, LabelMap, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::client::{Cache, Change};
use crate::collections::SortedSet;
use crate::controllers::Verdict;
use crate::sim::Span;

impl DaemonSetController {
    pub(super) fn set_changed(&mut self, change: &Change, key: ObjectKey) -> Keys {
        let uid = |object: Option<&Object>| object.map(|object| object.meta().uid.clone());
        if change.new.is_none()
            || change.old.is_some() && uid(change.old.as_ref()) != uid(change.new.as_ref())
        {
            self.sets.remove(&key);
        }
        vec![(key, Span::ZERO)]
    }

    pub(super) fn pod_changed(&mut self, change: &Change, cache: &Cache) -> Keys {
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

    pub(super) fn revision_changed(&mut self, change: &Change, cache: &Cache) -> Keys {
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

    pub(super) fn node_changed(&mut self, change: &Change, cache: &Cache) -> Keys {
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

pub(super) fn key_of(set: &DaemonSet) -> ObjectKey {
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

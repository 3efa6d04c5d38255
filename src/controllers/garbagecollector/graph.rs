//! Who depends on whom, from the changes that arrive, and whom a change touches.
//!
//! Models `GraphBuilder`, `pkg/controller/garbagecollector/graph_builder.go`, Kubernetes v1.36. Only the
//! way from an owner's uid to its dependents is kept; all else is asked of the cache or the server.
//! Left out: virtual nodes; an owner that is not in the cache is asked for on the server.

use std::rc::Rc;

use super::propagation::{FOREGROUND, ORPHAN, has_finalizer};
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::{Cache, Change};
use crate::collections::{SortedMap, SortedSet};

/// The dependents of each owner, by the owner's uid.
#[derive(Clone, Debug, Default)]
pub struct OwnerGraph {
    dependents: SortedMap<String, SortedSet<Rc<ObjectKey>>>,
}

impl OwnerGraph {
    /// The objects that name this uid as one of their owners.
    pub fn dependents(&self, uid: &str) -> impl Iterator<Item = &ObjectKey> {
        self.dependents.get(uid).into_iter().flatten().map(|key| &**key)
    }

    /// Takes a change in and returns the objects that must be looked at.
    pub fn take_in(&mut self, change: &Change, cache: &Cache) -> Vec<ObjectKey> {
        let (old, new) = (change.old.as_ref(), change.new.as_ref());
        let Some(object) = change.object().filter(|object| object.kind() != Kind::Event) else {
            return Vec::new();
        };
        let same_owners = owners(old) == owners(new);
        if same_owners && old.is_some() && new.is_some_and(|new| begins(old, new).is_none()) {
            return Vec::new();
        }
        let key = object.key();
        if !same_owners {
            let shared = Rc::new(key.clone());
            for owner in owners(old) {
                self.remove(&owner.uid, &key);
            }
            for owner in owners(new) {
                self.dependents.entry(owner.uid.clone()).or_default().insert(Rc::clone(&shared));
            }
        }
        let mut touched = Vec::new();
        match new {
            None => touched.extend(self.dependents(&object.meta().uid).cloned()),
            Some(new) => {
                let must_be_checked = !same_owners
                    && owners(Some(new)).iter().any(|owner| match seen(owner, new, cache) {
                        None => true,
                        Some(owner) => begins(None, owner) == Some(FOREGROUND),
                    });
                if must_be_checked || begins(old, new).is_some() {
                    touched.push(key);
                }
            }
        }
        // An owner that waits for its dependents has one less to wait for.
        if !same_owners {
            let waiting = owners(old).iter().filter_map(|owner| seen(owner, object, cache));
            touched.extend(waiting.filter(|owner| begins(None, owner) == Some(FOREGROUND)).map(Object::key));
        }
        touched
    }

    fn remove(&mut self, uid: &str, key: &ObjectKey) {
        if let Some(dependents) = self.dependents.get_mut(uid) {
            dependents.remove(key);
            if dependents.is_empty() {
                self.dependents.remove(uid);
            }
        }
    }
}

fn owners(object: Option<&Object>) -> &[OwnerReference] {
    object.map_or(&[], |object| &object.meta().owner_references)
}

/// The finalizer with which a deletion begins that is the garbage collector's to see through.
fn begins(old: Option<&Object>, new: &Object) -> Option<&'static str> {
    let under_way = |object: &Object, finalizer| {
        object.meta().is_terminating() && has_finalizer(object.meta(), finalizer)
    };
    [ORPHAN, FOREGROUND]
        .into_iter()
        .find(|finalizer| under_way(new, finalizer) && !old.is_some_and(|old| under_way(old, finalizer)))
}

/// An owner as the cache has it.
fn seen<'a>(owner: &OwnerReference, dependent: &Object, cache: &'a Cache) -> Option<&'a Object> {
    let kind = Kind::of(&owner.api_version, &owner.kind)?;
    let namespace = if kind.is_namespaced() { dependent.meta().namespace.as_str() } else { "" };
    cache
        .get(&ObjectKey::new(kind, namespace, owner.name.as_str()))
        .filter(|object| object.meta().uid == owner.uid)
}

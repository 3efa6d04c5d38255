//! A process's copy of the objects: never ahead of the server, often a little behind.
//!
//! Models `cache.Store`, `Indexer` and listers, staging/src/k8s.io/client-go/tools/cache, Kubernetes v1.36.
//! Objects are found by key, by the uid of their controller, and pods by their node, so that no sync has to
//! look at all objects.

use std::rc::Rc;

use crate::api::object::Typed;
use crate::api::object_map::{Objects, TypedObjects};
use crate::api::{Kind, Object, ObjectKey, ObjectMap};
use crate::apiserver::WatchEventType;
use crate::collections::{SortedMap, SortedSet};

/// One change of a cache: what was there before and what is there now.
#[derive(Clone, Debug)]
pub struct Change {
    /// What was there; `None` for a new object.
    pub old: Option<Object>,
    /// What is there; `None` for a deletion.
    pub new: Option<Object>,
}

impl Change {
    /// The object that the change speaks of: the new one, or the last that was seen of a deleted one.
    pub fn object(&self) -> Option<&Object> {
        self.new.as_ref().or(self.old.as_ref())
    }
}

/// Namespace and name, shared between the copies of a process.
type Place = (Rc<str>, Rc<str>);

/// The copy.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    objects: SortedMap<Kind, ObjectMap>,
    /// Objects by (kind, namespace, uid of their controller or empty).
    by_controller: SortedMap<(Kind, String, String), SortedSet<Rc<str>>>,
    /// Pods by node.
    by_node: SortedMap<String, SortedSet<Place>>,
    /// The newest revision of the store that was seen of each kind.
    revisions: SortedMap<Kind, u64>,
}

impl Cache {
    /// The object under a key.
    pub fn get(&self, key: &ObjectKey) -> Option<&Object> {
        self.objects.get(&key.kind)?.get(&key.namespace, &key.name)
    }

    /// The typed object of a namespace (empty for cluster-scoped kinds) and name.
    pub fn typed<T: Typed>(&self, namespace: &str, name: &str) -> Option<&Rc<T>> {
        T::of(self.objects.get(&T::KIND)?.get(namespace, name)?)
    }

    /// All objects of a type, by namespace and name; of one namespace only when one is given.
    pub fn list<T: Typed>(&self, namespace: Option<&str>) -> TypedObjects<'_, T> {
        self.objects(T::KIND, namespace).typed()
    }

    /// All objects of a kind, by namespace and name; of one namespace only when one is given.
    pub fn objects(&self, kind: Kind, namespace: Option<&str>) -> Objects<'_> {
        self.objects.get(&kind).map(|objects| objects.list(namespace)).unwrap_or_default()
    }

    /// The objects of a type in a namespace that the object with this uid controls, by name.
    pub fn controlled_by<'a, T: Typed>(
        &'a self,
        namespace: &'a str,
        uid: &str,
    ) -> impl Iterator<Item = &'a Rc<T>> {
        self.by_controller
            .get(&(T::KIND, namespace.to_owned(), uid.to_owned()))
            .map(SortedSet::iter)
            .unwrap_or_default()
            .filter_map(move |name| self.typed(namespace, name))
    }

    /// The objects of a type in a namespace that nobody controls, by name.
    pub fn orphans<'a, T: Typed>(&'a self, namespace: &'a str) -> impl Iterator<Item = &'a Rc<T>> {
        self.controlled_by(namespace, "")
    }

    /// The pods that are bound to a node, by namespace and name.
    pub fn pods_on<'a>(&'a self, node: &str) -> impl Iterator<Item = &'a Rc<crate::api::pod::Pod>> {
        self.by_node
            .get(node)
            .map(SortedSet::iter)
            .unwrap_or_default()
            .filter_map(|(namespace, name)| self.typed(namespace, name))
    }

    /// The newest revision of the store that was seen of a kind (`LastStoreSyncResourceVersion`).
    pub fn revision(&self, kind: Kind) -> u64 {
        self.revisions.get(&kind).copied().unwrap_or_default()
    }

    /// Notes that everything of a kind up to a revision of the store has been seen.
    pub fn note_revision(&mut self, kind: Kind, revision: u64) {
        let seen = self.revisions.entry(kind).or_default();
        *seen = revision.max(*seen);
    }

    /// Takes a watch event in.
    pub fn apply(&mut self, type_: WatchEventType, object: &Object) -> Change {
        self.note_revision(object.kind(), object.meta().resource_version.0);
        let objects = self.objects.entry(object.kind()).or_default();
        let (old, new) = match type_ {
            WatchEventType::Added | WatchEventType::Modified => {
                (objects.insert(object.clone()), Some(object.clone()))
            }
            WatchEventType::Deleted => {
                let meta = object.meta();
                let removed = objects.remove(&meta.namespace, &meta.name);
                (removed.or_else(|| Some(object.clone())), None)
            }
        };
        self.reindex(old.as_ref(), new.as_ref());
        Change { old, new }
    }

    /// Takes a whole list in, after a watch that fell behind.
    pub fn replace(&mut self, kind: Kind, objects: impl Iterator<Item = Object>) -> Vec<Change> {
        let mut gone = self.objects.get(&kind).cloned().unwrap_or_default();
        let mut changes = Vec::new();
        for object in objects {
            let old = gone.remove(&object.meta().namespace, &object.meta().name);
            if old.is_none_or(|old| !old.is_same(&object)) {
                changes.push(self.apply(WatchEventType::Modified, &object));
            }
        }
        changes.extend(gone.list(None).map(|object| self.apply(WatchEventType::Deleted, object)));
        changes
    }

    fn reindex(&mut self, old: Option<&Object>, new: Option<&Object>) {
        // Nearly all changes leave both as they are: keys are made only for those that do not.
        if old.map(controller_uid) != new.map(controller_uid) {
            if let Some(object) = old
                && let Some(names) = self.by_controller.get_mut(&controller_index(object))
            {
                names.remove(object.meta().name.as_str());
                if names.is_empty() {
                    self.by_controller.remove(&controller_index(object));
                }
            }
            if let Some(object) = new {
                let names = self.by_controller.entry(controller_index(object)).or_default();
                names.insert(Rc::from(object.meta().name.as_str()));
            }
        }
        let (old_node, new_node) = (old.and_then(node_of), new.and_then(node_of));
        if old_node != new_node {
            let place = |object: &Object| -> Place {
                let meta = object.meta();
                (Rc::from(meta.namespace.as_str()), Rc::from(meta.name.as_str()))
            };
            if let (Some(node), Some(object)) = (old_node, old)
                && let Some(pods) = self.by_node.get_mut(node)
            {
                pods.remove(&place(object));
            }
            if let (Some(node), Some(object)) = (new_node, new) {
                self.by_node.entry(node.to_owned()).or_default().insert(place(object));
            }
        }
    }
}

fn controller_uid(object: &Object) -> &str {
    object.meta().controller_of().map_or("", |owner| owner.uid.as_str())
}

fn controller_index(object: &Object) -> (Kind, String, String) {
    (object.kind(), object.meta().namespace.clone(), controller_uid(object).to_owned())
}

/// The node that a pod is bound to.
fn node_of(object: &Object) -> Option<&str> {
    match object {
        Object::Pod(pod) if pod.is_bound() => Some(&pod.spec.node_name),
        _ => None,
    }
}

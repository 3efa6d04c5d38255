//! Objects by key, and one revision for all changes.
//!
//! Models etcd behind staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, Kubernetes v1.36:
//! each change raises the one revision, and the object carries it as its resource version. An update that
//! changes nothing writes nothing. Left out: compaction of old versions other than by the watch log's length.

use super::watch::{WatchEvent, WatchEventType, WatchLog};
use crate::api::meta::ResourceVersion;
use crate::api::object_map::Objects;
use crate::api::{Kind, Object, ObjectKey, ObjectMap};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::Time;

/// Objects by key, with the log of their changes.
#[derive(Clone, Debug, Default)]
pub struct Store {
    objects: SortedMap<Kind, ObjectMap>,
    revision: u64,
    logs: SortedMap<Kind, WatchLog>,
    /// Kinds with changes that nobody has been told of yet; see [`Store::take_changed_kinds`].
    changed: SortedSet<Kind>,
}

impl Store {
    /// The revision of the last change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The object under a key.
    pub fn get(&self, key: &ObjectKey) -> Option<&Object> {
        self.objects.get(&key.kind)?.get(&key.namespace, &key.name)
    }

    /// The objects of a kind by namespace and name; of one namespace only when one is given.
    pub fn list(&self, kind: Kind, namespace: Option<&str>) -> Objects<'_> {
        self.objects.get(&kind).map(|objects| objects.list(namespace)).unwrap_or_default()
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.objects.get(&kind).map_or(0, ObjectMap::len)
    }

    /// Stores an object as new or in the place of the old one, and returns it with its new version.
    pub fn put(&mut self, mut object: Object, now: Time) -> Object {
        self.revision += 1;
        object.meta_mut().resource_version = ResourceVersion(self.revision);
        let kind = object.kind();
        let old = self.objects.entry(kind).or_default().insert(object.clone());
        debug_assert!(
            old.as_ref().is_none_or(|old| old.meta().uid == object.meta().uid),
            "an object keeps its uid"
        );
        let type_ = if old.is_some() { WatchEventType::Modified } else { WatchEventType::Added };
        self.log(type_, object.clone(), now);
        object
    }

    /// Removes an object; the last it was is returned, under the version of its removal.
    pub fn remove(&mut self, key: &ObjectKey, now: Time) -> Option<Object> {
        let mut object = self.objects.get_mut(&key.kind)?.remove(&key.namespace, &key.name)?;
        self.revision += 1;
        object.meta_mut().resource_version = ResourceVersion(self.revision);
        self.log(WatchEventType::Deleted, object.clone(), now);
        Some(object)
    }

    /// The log of a kind's changes; `None` when nothing of the kind was ever stored.
    pub fn watch_log(&self, kind: Kind) -> Option<&WatchLog> {
        self.logs.get(&kind)
    }

    /// The kinds that changed since the last call.
    pub fn take_changed_kinds(&mut self) -> SortedSet<Kind> {
        std::mem::take(&mut self.changed)
    }

    /// Lets go of a kind's changes before a position of its log.
    pub fn forget_before(&mut self, kind: Kind, position: u64) {
        if let Some(log) = self.logs.get_mut(&kind) {
            log.forget_before(position);
        }
    }

    fn log(&mut self, type_: WatchEventType, object: Object, at: Time) {
        let kind = object.kind();
        self.changed.insert(kind);
        self.logs.entry(kind).or_default().push(WatchEvent { type_, object, at, revision: self.revision });
    }
}

//! Objects by key, and one revision for all changes.
//!
//! Models etcd behind staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, Kubernetes v1.36:
//! each change raises the one revision, and the object carries it as its resource version. An update that
//! changes nothing writes nothing. Left out: compaction of old versions other than by the watch log's length.

use super::watch::{WatchEvent, WatchEventType, WatchLog};
use crate::api::meta::ResourceVersion;
use crate::api::{Kind, Object, ObjectKey};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::Time;
use std::collections::BTreeMap;

/// All objects of one kind, by namespace and name.
type Objects = BTreeMap<(String, String), Object>;

/// Objects by key, with the log of their changes.
#[derive(Clone, Debug, Default)]
pub struct Store {
    objects: SortedMap<Kind, Objects>,
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
        // The pair is built for the look-up: a borrowed pair of strings is no borrowed form of an owned one.
        self.objects.get(&key.kind)?.get(&(key.namespace.clone(), key.name.clone()))
    }

    /// The objects of a kind by namespace and name; of one namespace only when one is given.
    pub fn list<'a>(&'a self, kind: Kind, namespace: Option<&'a str>) -> impl Iterator<Item = &'a Object> {
        let start = (namespace.unwrap_or_default().to_owned(), String::new());
        self.objects
            .get(&kind)
            .into_iter()
            .flat_map(move |objects| objects.range(start.clone()..))
            .take_while(move |((ns, _), _)| namespace.is_none_or(|wanted| wanted == ns))
            .map(|(_, object)| object)
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.objects.get(&kind).map_or(0, Objects::len)
    }

    /// Stores an object as new or in the place of the old one, and returns it with its new version.
    pub fn put(&mut self, mut object: Object, now: Time) -> Object {
        self.revision += 1;
        object.meta_mut().resource_version = ResourceVersion(self.revision);
        let kind = object.kind();
        let place = (object.meta().namespace.clone(), object.meta().name.clone());
        let old = self.objects.entry(kind).or_default().insert(place, object.clone());
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
        let place = (key.namespace.clone(), key.name.clone());
        let mut object = self.objects.get_mut(&key.kind)?.remove(&place)?;
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

//! The newest known state of objects: what a controller wrote itself counts before its cache shows it.
//!
//! Models the volume and claim stores of the persistentvolume-controller (`storeVolumeUpdate`,
//! `storeClaimUpdate`), pkg/controller/volume/persistentvolume, Kubernetes v1.36. Without it every second
//! sync would meet a conflict. Left out: nothing.

use std::rc::Rc;

use crate::api::object::Typed;
use crate::api::{Object, ObjectKey};
use crate::client::{Cache, Change};
use crate::collections::SortedMap;

/// Objects that were written and not yet seen again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latest {
    written: SortedMap<ObjectKey, Object>,
}

impl Latest {
    /// Remembers what the server answered to a write.
    pub(crate) fn note(&mut self, object: Object) {
        self.written.insert(object.key(), object);
    }

    /// Takes a change of the cache in: what it shows is remembered no longer.
    pub(crate) fn see(&mut self, change: &Change) {
        let Some(object) = change.object() else {
            return;
        };
        let key = object.key();
        let is_seen = self.written.get(&key).is_some_and(|written| {
            change.new.as_ref().is_none_or(|new| {
                new.meta().uid != written.meta().uid
                    || new.meta().resource_version >= written.meta().resource_version
            })
        });
        if is_seen {
            self.written.remove(&key);
        }
    }

    /// The newest state of an object.
    pub(crate) fn get<T: Typed>(&self, cache: &Cache, namespace: &str, name: &str) -> Option<Rc<T>> {
        let written = self.written.get(&ObjectKey::new(T::KIND, namespace, name)).and_then(T::of);
        written.or_else(|| cache.typed::<T>(namespace, name)).cloned()
    }
}

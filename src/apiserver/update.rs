//! PUT: replaces an object or its status.
//!
//! Models `Store.Update`, staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, and
//! `BeforeUpdate`, staging/src/k8s.io/apiserver/pkg/registry/rest/update.go, Kubernetes v1.36: a stale
//! version is refused, what only the server may change is carried over, an update that changes nothing writes
//! nothing, and one that takes the last finalizer away from an object in deletion removes it. Left out:
//! creation by PUT.

use std::rc::Rc;

use super::validation::{self, Author};
use super::{ApiServer, StatusError, Subresource, service, strategy};
use crate::api::{Object, ObjectKey, ObjectMeta};

impl ApiServer {
    /// Replaces the object under the key by another that comes from a client.
    pub(super) fn update(
        &mut self,
        key: &ObjectKey,
        mut new: Object,
        subresource: Subresource,
        author: Author,
        dry_run: bool,
    ) -> Result<Object, StatusError> {
        let old = self.stored(key)?;
        check_identity(key, new.meta())?;
        let (new_meta, old_meta) = (new.meta(), old.meta());
        if !new_meta.resource_version.is_unset() && new_meta.resource_version != old_meta.resource_version {
            return Err(StatusError::modified(key.kind, &key.name));
        }
        new.meta_mut().generation = old.meta().generation;
        if let (Subresource::Main, Object::Service(new), Object::Service(old)) = (subresource, &mut new, &old)
            && new.spec != old.spec
        {
            let new = Rc::make_mut(new);
            service::keep_allocated(new, old);
            self.allocate(new, Some(old))?;
        }
        match subresource {
            Subresource::Main => {
                Self::complete_update(&mut new, &old);
                strategy::prepare_for_update(&mut new, &old);
                if author != Author::Component {
                    strategy::keep_namespace_finalizers(&mut new, &old);
                }
            }
            Subresource::Status => {
                if !strategy::has_status(key.kind) {
                    return Err(StatusError::no_such_path());
                }
                // A component that gives no version means the status alone, as the kubelet's patches do.
                if author == Author::Component && new.meta().resource_version.is_unset() {
                    new.meta_mut().clone_from(old.meta());
                }
                strategy::prepare_for_status_update(&mut new, &old, self.now);
            }
        }
        carry_over(&mut new, &old);
        validation::update(&new, &old, subresource, author)?;
        if subresource == Subresource::Main {
            self.admit_update(&new, &old)?;
        }
        Ok(self.replace(key, new, &old, dry_run))
    }

    /// The stored object under a key.
    pub(super) fn stored(&self, key: &ObjectKey) -> Result<Object, StatusError> {
        self.get(key).cloned()
    }

    /// Stores what has passed all checks: nothing when nothing changed, a removal when nothing holds the
    /// object.
    pub(super) fn replace(&mut self, key: &ObjectKey, new: Object, old: &Object, dry_run: bool) -> Object {
        debug_assert_eq!(new.meta().resource_version, old.meta().resource_version, "checked before");
        debug_assert!(
            old.meta().deletion_timestamp.is_none() || new.meta().deletion_timestamp.is_some(),
            "{key}: a deletion is never taken back"
        );
        debug_assert!(new.meta().generation >= old.meta().generation, "{key}: the generation never falls");
        if strategy::is_finished(&new, old) {
            if !dry_run {
                self.store.remove(key, self.now);
            }
            return new;
        }
        if new == *old || dry_run {
            return new;
        }
        self.store.put(new, self.now)
    }
}

/// Whether the object is the one that the request speaks of.
pub(super) fn check_identity(key: &ObjectKey, meta: &ObjectMeta) -> Result<(), StatusError> {
    if meta.name != key.name {
        return Err(StatusError::bad_request(format!(
            "the name of the object ({}) does not match the name on the URL ({})",
            meta.name, key.name
        )));
    }
    if meta.namespace != key.namespace {
        return Err(StatusError::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    Ok(())
}

/// What an update never changes is taken from the stored object.
fn carry_over(new: &mut Object, old: &Object) {
    let old = old.meta();
    let unchanged = {
        let meta = new.meta();
        meta.uid == old.uid
            && meta.resource_version == old.resource_version
            && meta.creation_timestamp == old.creation_timestamp
            && meta.deletion_timestamp == old.deletion_timestamp
            && meta.deletion_grace_period_seconds == old.deletion_grace_period_seconds
    };
    if unchanged {
        return;
    }
    let meta = new.meta_mut();
    // Another uid is refused afterwards.
    if meta.uid.is_empty() {
        meta.uid.clone_from(&old.uid);
    }
    meta.resource_version = old.resource_version;
    meta.creation_timestamp = old.creation_timestamp;
    meta.deletion_timestamp = old.deletion_timestamp;
    meta.deletion_grace_period_seconds = old.deletion_grace_period_seconds;
}

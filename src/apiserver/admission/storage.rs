//! What new claims and volumes get: the default class, and protection while they are used; and which claims
//! may grow.
//!
//! Models plugin/pkg/admission/storage/{storageclass/setdefault,storageobjectinuseprotection,
//! persistentvolume/resize}, Kubernetes v1.36.

use serde_json::Value;

use super::super::{ApiServer, StatusError};
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::volume::{BETA_STORAGE_CLASS, claim_class, storage_of};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};

/// Keeps a claim while a pod uses it.
const CLAIM_FINALIZER: &str = "kubernetes.io/pvc-protection";
/// Keeps a volume while a claim is bound to it.
const VOLUME_FINALIZER: &str = "kubernetes.io/pv-protection";

impl ApiServer {
    /// Completes a new claim.
    pub(super) fn admit_claim(&self, claim: &mut PersistentVolumeClaim) {
        protect(&mut claim.metadata, CLAIM_FINALIZER);
        let has_class = claim.spec.storage_class_name.is_some()
            || claim.metadata.annotations.contains_key(BETA_STORAGE_CLASS);
        if !has_class {
            claim.spec.storage_class_name = self.default_class();
        }
    }

    /// Refuses to let a claim grow that its class does not allow to.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn admit_resize(
        &self,
        new: &PersistentVolumeClaim,
        old: &PersistentVolumeClaim,
    ) -> Result<(), StatusError> {
        if storage_of(&new.spec.resources.requests) <= storage_of(&old.spec.resources.requests) {
            return Ok(());
        }
        let why = if old.status.phase != "Bound" {
            "Only bound persistent volume claims can be expanded"
        } else if claim_class(new) == claim_class(old) && self.class_lets_grow(claim_class(new)) {
            return Ok(());
        } else {
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must \
             support resize"
        };
        Err(StatusError::forbidden(Kind::PersistentVolumeClaim, &new.metadata.name, why))
    }

    fn class_lets_grow(&self, name: &str) -> bool {
        match self.store.get(&ObjectKey::new(Kind::StorageClass, "", name)) {
            Some(Object::StorageClass(class)) => {
                class.extra.get("allowVolumeExpansion").and_then(Value::as_bool).unwrap_or_default()
            }
            _ => false,
        }
    }

    /// The name of the default class; of several the newest, of equally new ones the first by name.
    fn default_class(&self) -> Option<String> {
        let mut found: Option<&ObjectMeta> = None;
        for object in self.store.list(Kind::StorageClass, None) {
            if let Object::StorageClass(class) = object
                && class.is_default()
                && found.is_none_or(|best| class.metadata.creation_timestamp > best.creation_timestamp)
            {
                found = Some(&class.metadata);
            }
        }
        found.map(|meta| meta.name.clone())
    }
}

/// Completes a new volume.
pub(super) fn protect_volume(volume: &mut PersistentVolume) {
    protect(&mut volume.metadata, VOLUME_FINALIZER);
}

fn protect(meta: &mut ObjectMeta, finalizer: &str) {
    if !meta.finalizers.iter().any(|name| name == finalizer) {
        meta.finalizers.push(finalizer.to_owned());
    }
}

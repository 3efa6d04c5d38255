//! What new claims and volumes get: the default class, and protection while they are used; and which claims
//! may grow.
//!
//! Models plugin/pkg/admission/storage/{storageclass/setdefault,storageobjectinuseprotection,
//! persistentvolume/resize}, Kubernetes v1.36.

use serde_json::Value;

use super::super::{ApiServer, StatusError};
use crate::api::quantity::Quantity;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};

/// Keeps a claim while a pod uses it.
const CLAIM_FINALIZER: &str = "kubernetes.io/pvc-protection";
/// Keeps a volume while a claim is bound to it.
const VOLUME_FINALIZER: &str = "kubernetes.io/pv-protection";
/// The old way to name a claim's class.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

impl ApiServer {
    /// Completes a new claim.
    pub(super) fn admit_claim(&self, claim: &mut PersistentVolumeClaim) {
        protect(&mut claim.metadata, CLAIM_FINALIZER);
        let has_class = claim.spec.storage_class_name.is_some()
            || claim.metadata.annotations.contains_key(CLASS_ANNOTATION);
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
        if size_of(new) <= size_of(old) {
            return Ok(());
        }
        let why = if old.status.phase != "Bound" {
            "Only bound persistent volume claims can be expanded"
        } else if class_of(new) == class_of(old) && self.class_lets_grow(class_of(new)) {
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

/// The bytes that a claim asks for.
fn size_of(claim: &PersistentVolumeClaim) -> i64 {
    let asked = claim.spec.resources.requests.get("storage");
    asked.and_then(|asked| Quantity::parse(asked).ok()).map_or(0, |asked| asked.value())
}

/// The class of a claim by name; empty when it names none (`GetPersistentVolumeClaimClass`).
fn class_of(claim: &PersistentVolumeClaim) -> &str {
    let annotated = claim.metadata.annotations.get(CLASS_ANNOTATION);
    annotated.or(claim.spec.storage_class_name.as_ref()).map_or("", String::as_str)
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

//! What new claims and volumes get: the default class, and protection while they are used.
//!
//! Models plugin/pkg/admission/storage/{storageclass/setdefault,storageobjectinuseprotection}, Kubernetes
//! v1.36.

use super::super::ApiServer;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::{Kind, Object, ObjectMeta};

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

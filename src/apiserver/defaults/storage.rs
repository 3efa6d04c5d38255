//! Defaults of claims, volumes and classes.
//!
//! Models `SetDefaults_PersistentVolumeClaim`, `SetDefaults_PersistentVolume` (pkg/apis/core/v1/defaults.go)
//! and `SetDefaults_StorageClass` (pkg/apis/storage/v1/defaults.go), Kubernetes v1.36. The phase of a claim
//! or volume of its own is set by its strategy.

use super::super::fields::{Fields, made_under, set_default, under};
use super::resource_lists;

/// A claim, or a claim template.
pub(super) fn claim(object: &mut Fields) {
    if let Some(spec) = made_under(object, "spec") {
        claim_spec(spec);
        resource_lists(under(spec, "resources"));
    }
}

/// The spec of a claim.
pub(super) fn claim_spec(spec: &mut Fields) {
    set_default(spec, "volumeMode", "Filesystem");
}

/// A volume.
pub(super) fn volume(object: &mut Fields) {
    if let Some(spec) = made_under(object, "spec") {
        set_default(spec, "persistentVolumeReclaimPolicy", "Retain");
        set_default(spec, "volumeMode", "Filesystem");
        if let Some(host_path) = under(spec, "hostPath")
            && !host_path.contains_key("type")
        {
            host_path.insert("type".into(), "".into());
        }
    }
}

/// A class.
pub(super) fn class(object: &mut Fields) {
    set_default(object, "reclaimPolicy", "Delete");
    set_default(object, "volumeBindingMode", "Immediate");
}

//! The cells of claims, volumes and classes.
//!
//! Models `printPersistentVolumeClaim`, `printPersistentVolume` and `printStorageClass`,
//! pkg/printers/internalversion/printers.go, Kubernetes v1.36.

use super::cells::{age, text_at};
use super::{Column, always, wide};
use crate::api::ObjectMeta;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::volume::{claim_class, volume_class};
use crate::sim::Time;

pub(super) const CLAIM: &[Column] = &[
    always("Name"),
    always("Status"),
    always("Volume"),
    always("Capacity"),
    always("Access Modes"),
    always("StorageClass"),
    always("VolumeAttributesClass"),
    always("Age"),
    wide("VolumeMode"),
];

pub(super) const VOLUME: &[Column] = &[
    always("Name"),
    always("Capacity"),
    always("Access Modes"),
    always("Reclaim Policy"),
    always("Status"),
    always("Claim"),
    always("StorageClass"),
    always("VolumeAttributesClass"),
    always("Reason"),
    always("Age"),
    wide("VolumeMode"),
];

pub(super) const CLASS: &[Column] = &[
    always("Name"),
    always("Provisioner"),
    always("ReclaimPolicy"),
    always("VolumeBindingMode"),
    always("AllowVolumeExpansion"),
    always("Age"),
];

const UNSET: &str = "<unset>";

pub(super) fn claim(claim: &PersistentVolumeClaim, now: Time) -> Vec<String> {
    let (capacity, access_modes) = if claim.spec.volume_name.is_empty() {
        (String::new(), String::new())
    } else {
        let capacity = claim.status.capacity.get("storage").cloned().unwrap_or_else(|| "0".to_owned());
        (capacity, access_modes(&claim.status.access_modes))
    };
    vec![
        claim.metadata.name.clone(),
        phase(&claim.metadata, &claim.status.phase),
        claim.spec.volume_name.clone(),
        capacity,
        access_modes,
        claim_class(claim).to_owned(),
        or_unset(text_at(&claim.spec.extra, &["volumeAttributesClassName"])),
        age(&claim.metadata, now),
        or_unset(claim.spec.volume_mode.as_deref().unwrap_or_default()),
    ]
}

pub(super) fn volume(volume: &PersistentVolume, now: Time) -> Vec<String> {
    let claim = volume.spec.claim_ref.as_ref().map(|claim| format!("{}/{}", claim.namespace, claim.name));
    vec![
        volume.metadata.name.clone(),
        volume.spec.capacity.get("storage").cloned().unwrap_or_else(|| "0".to_owned()),
        access_modes(&volume.spec.access_modes),
        volume.spec.persistent_volume_reclaim_policy.clone(),
        phase(&volume.metadata, &volume.status.phase),
        claim.unwrap_or_default(),
        volume_class(volume).to_owned(),
        or_unset(text_at(&volume.spec.extra, &["volumeAttributesClassName"])),
        text_at(&volume.status.extra, &["reason"]).to_owned(),
        age(&volume.metadata, now),
        or_unset(volume.spec.volume_mode.as_deref().unwrap_or_default()),
    ]
}

pub(super) fn class(class: &StorageClass, now: Time) -> Vec<String> {
    let mut name = class.metadata.name.clone();
    if class.is_default() {
        name.push_str(" (default)");
    }
    let expands =
        class.extra.get("allowVolumeExpansion").and_then(serde_json::Value::as_bool).unwrap_or_default();
    vec![
        name,
        class.provisioner.clone(),
        class.reclaim_policy.clone().unwrap_or_else(|| "Delete".to_owned()),
        class.volume_binding_mode.clone().unwrap_or_else(|| "Immediate".to_owned()),
        expands.to_string(),
        age(&class.metadata, now),
    ]
}

fn phase(meta: &ObjectMeta, phase: &str) -> String {
    if meta.is_terminating() { "Terminating".to_owned() } else { phase.to_owned() }
}

fn or_unset(text: &str) -> String {
    if text.is_empty() { UNSET.to_owned() } else { text.to_owned() }
}

/// `RWO,RWX`: each mode once, in a fixed order.
pub(in crate::kubectl::printers) fn access_modes(modes: &[String]) -> String {
    const SHORT: [(&str, &str); 4] = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    let short: Vec<&str> = SHORT
        .iter()
        .filter(|(long, _)| modes.iter().any(|mode| mode == long))
        .map(|(_, short)| *short)
        .collect();
    short.join(",")
}

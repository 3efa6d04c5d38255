//! Rules for what containers mount.
//!
//! Models `ValidateVolumeMounts` and `ValidateVolumeDevices`, pkg/apis/core/validation/validation.go,
//! Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{at, is_true, items, text};
use super::causes::{Causes, Path};
use super::containers::PodView;
use crate::collections::SortedSet;

/// Mounts of file systems.
pub(super) fn mounts(container: &Value, pod: PodView<'_>, list: &Path, causes: &mut Causes) {
    let mut seen = SortedSet::new();
    let devices = items(container, "volumeDevices");
    for (index, mount) in items(container, "volumeMounts").iter().enumerate() {
        let path = list.index(index);
        let (name, mount_path) = (text(mount, "name"), text(mount, "mountPath"));
        if name.is_empty() {
            causes.required(&path.child("name"), "");
        }
        if !pod.volumes.contains_key(name) {
            causes.not_found(&path.child("name"), name);
        }
        if mount_path.is_empty() {
            causes.required(&path.child("mountPath"), "");
        }
        if !seen.insert(mount_path) {
            causes.invalid(&path.child("mountPath"), mount_path, "must be unique");
        }
        if devices.iter().any(|device| text(device, "name") == name) {
            causes.invalid(&path.child("name"), name, "must not already exist in volumeDevices");
        }
        if devices.iter().any(|device| text(device, "devicePath") == mount_path) {
            causes.invalid(
                &path.child("mountPath"),
                mount_path,
                "must not already exist as a path in volumeDevices",
            );
        }
        let (sub_path, expression) = (text(mount, "subPath"), text(mount, "subPathExpr"));
        descending_path(sub_path, &list.child("subPath"), causes);
        if !expression.is_empty() && !sub_path.is_empty() {
            causes.invalid(
                &path.child("subPathExpr"),
                expression,
                "subPathExpr and subPath are mutually exclusive",
            );
        }
        descending_path(expression, &list.child("subPathExpr"), causes);
        propagation(mount, container, list, causes);
    }
}

fn propagation(mount: &Value, container: &Value, list: &Path, causes: &mut Causes) {
    let propagation = text(mount, "mountPropagation");
    let path = list.child("mountPropagation");
    if !at(mount, &["mountPropagation"]).is_null() {
        causes.one_of(&path, propagation, &["Bidirectional", "HostToContainer", "None"]);
        if propagation == "Bidirectional" && !is_true(at(container, &["securityContext"]), "privileged") {
            causes.forbidden(
                &path,
                "Bidirectional mount propagation is available only to privileged containers",
            );
        }
    }
    let path = list.child("recursiveReadOnly");
    match text(mount, "recursiveReadOnly") {
        "" | "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !is_true(mount, "readOnly") {
                causes.forbidden(&path, "may only be specified when readOnly is true");
            }
            if !matches!(propagation, "" | "None") {
                causes
                    .forbidden(&path, "may only be specified when mountPropagation is None or not specified");
            }
        }
        other => causes.not_supported(&path, other, &["Disabled", "Enabled", "IfPossible"]),
    }
}

/// Raw devices.
pub(super) fn devices(container: &Value, pod: PodView<'_>, list: &Path, causes: &mut Causes) {
    let (mut names, mut paths) = (SortedSet::new(), SortedSet::new());
    let mounts = items(container, "volumeMounts");
    for (index, device) in items(container, "volumeDevices").iter().enumerate() {
        let path = list.index(index);
        let (name, device_path) = (text(device, "name"), text(device, "devicePath"));
        let volume = pod.volumes.get(name);
        let is_claim = volume.is_some_and(|volume| {
            ["persistentVolumeClaim", "ephemeral"].iter().any(|source| !at(volume, &[source]).is_null())
        });
        if name.is_empty() {
            causes.required(&path.child("name"), "");
        }
        if !name.is_empty() && !names.insert(name) {
            causes.invalid(&path.child("name"), name, "must be unique");
        }
        if volume.is_none() {
            causes.not_found(&path.child("name"), name);
        } else if !is_claim {
            causes.invalid(
                &path.child("name"),
                name,
                "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
            );
        }
        if device_path.is_empty() {
            causes.required(&path.child("devicePath"), "");
        }
        if paths.contains(device_path) {
            causes.invalid(&path.child("devicePath"), device_path, "must be unique");
        }
        if has_backsteps(device_path) {
            causes.invalid(&path.child("devicePath"), device_path, "can not contain backsteps ('..')");
        } else {
            paths.insert(device_path);
        }
        if mounts.iter().any(|mount| text(mount, "name") == name) {
            causes.invalid(&path.child("name"), name, "must not already exist in volumeMounts");
        }
        if mounts.iter().any(|mount| text(mount, "mountPath") == device_path) {
            causes.invalid(
                &path.child("devicePath"),
                device_path,
                "must not already exist as a path in volumeMounts",
            );
        }
    }
}

fn has_backsteps(target: &str) -> bool {
    target.split('/').any(|part| part == "..")
}

/// A path without `..`.
pub(super) fn no_backsteps(target: &str, path: &Path, causes: &mut Causes) {
    if has_backsteps(target) {
        causes.invalid(path, target, "must not contain '..'");
    }
}

/// A relative path without `..`.
pub(super) fn descending_path(target: &str, path: &Path, causes: &mut Causes) {
    if target.starts_with('/') {
        causes.invalid(path, target, "must be a relative path");
    }
    no_backsteps(target, path, causes);
}

/// A relative path that does not begin with `..` either.
pub(super) fn local_path(target: &str, path: &Path, causes: &mut Causes) {
    descending_path(target, path, causes);
    if target.starts_with("..") && !target.starts_with("../") {
        causes.invalid(path, target, "must not start with '..'");
    }
}

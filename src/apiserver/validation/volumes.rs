//! Rules for a pod's volumes.
//!
//! Models `ValidateVolumes` and `validateVolumeSource`, pkg/apis/core/validation/validation.go, Kubernetes
//! v1.36. Left out: the details of sources that nothing here can mount (all are known and counted).

use serde_json::Value;

use super::super::fields::{at, items, number, text};
use super::causes::{Causes, Path};
use super::containers::Volumes;
use super::{environment, ephemeral_volumes, mounts, names, resources};
use crate::collections::SortedSet;

/// Every source, in the order in which the server looks at them.
const SOURCES: [&str; 30] = [
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
];
const DOWNWARD_PATHS: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
const MODE_ERROR: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// The volumes of a pod (by its name, if it has one) or of a template; those that are valid are returned, for
/// the mounts to refer to.
pub(super) fn volumes<'a>(
    volumes: &'a [Value],
    pod: Option<&str>,
    path: &Path,
    causes: &mut Causes,
) -> Volumes<'a> {
    let mut valid = Volumes::new();
    for (index, volume) in volumes.iter().enumerate() {
        let path = path.index(index);
        let name = text(volume, "name");
        let before = causes.len();
        source(volume, pod.is_some(), &path, causes);
        if name.is_empty() {
            causes.required(&path.child("name"), "");
        } else {
            causes.invalid_each(&path.child("name"), name, names::dns_label(name));
        }
        if valid.contains_key(name) {
            causes.duplicate(&path.child("name"), name);
        }
        if causes.len() == before {
            valid.insert(name, volume);
        }
        let claim = text(at(volume, &["persistentVolumeClaim"]), "claimName");
        let is_made = |other: &Value| {
            let name = claim.strip_prefix(pod?)?.strip_prefix('-')?;
            (!at(other, &["ephemeral"]).is_null() && text(other, "name") == name).then_some(())
        };
        if pod.is_some_and(|pod| !pod.is_empty()) && volumes.iter().any(|other| is_made(other).is_some()) {
            let detail = "must not reference a PVC that gets created for an ephemeral volume";
            causes.invalid(&path.child("persistentVolumeClaim").child("claimName"), claim, detail);
        }
    }
    valid
}

fn source(volume: &Value, is_pod: bool, path: &Path, causes: &mut Causes) {
    let mut first = true;
    for name in SOURCES.into_iter().filter(|name| !at(volume, &[name]).is_null()) {
        let path = path.child(name);
        if std::mem::take(&mut first) {
            let source = at(volume, &[name]);
            if name == "image" {
                image(source, is_pod, &path, causes);
            }
            details(name, source, &path, causes);
        } else {
            causes.forbidden(&path, "may not specify more than 1 volume type");
        }
    }
    if first {
        causes.required(path, "must specify a volume type");
    }
}

fn details(name: &str, source: &Value, path: &Path, causes: &mut Causes) {
    match name {
        "emptyDir" => {
            let limit = resources::quantity(at(source, &["sizeLimit"]));
            if limit.is_some_and(|limit| limit.is_negative()) {
                causes
                    .forbidden(&path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
            }
        }
        "hostPath" => host_path(source, path, causes),
        "secret" => {
            require(source, "secretName", path, causes);
            files(source, path, causes);
        }
        "configMap" => {
            require(source, "name", path, causes);
            files(source, path, causes);
        }
        "downwardAPI" => {
            mode(source, "defaultMode", path, causes);
            for file in items(source, "items") {
                downward_file(file, path, causes);
            }
        }
        "persistentVolumeClaim" => require(source, "claimName", path, causes),
        "nfs" => nfs(source, path, causes),
        "projected" => projected(source, path, causes),
        "ephemeral" => ephemeral_volumes::source(source, path, causes),
        "csi" => csi_driver(source, path, causes),
        "gitRepo" => require(source, "repository", path, causes),
        _ => {}
    }
}

/// Files of an image; a template may leave it to others to say which.
fn image(source: &Value, is_pod: bool, path: &Path, causes: &mut Causes) {
    if is_pod {
        require(source, "reference", path, causes);
    }
    let policies = ["Always", "IfNotPresent", "Never"];
    causes.required_one_of(&path.child("pullPolicy"), text(source, "pullPolicy"), &policies);
}

/// The name of a driver.
pub(super) fn csi_driver(source: &Value, path: &Path, causes: &mut Causes) {
    const LENGTH_MAX: usize = 63;
    let (driver, path) = (text(source, "driver"), path.child("driver"));
    if driver.is_empty() {
        return causes.required(&path, "");
    }
    if driver.len() > LENGTH_MAX {
        causes.too_long(&path, LENGTH_MAX);
    }
    causes.invalid_each(&path, driver, names::dns_subdomain(&driver.to_ascii_lowercase()));
}

fn require(source: &Value, field: &str, path: &Path, causes: &mut Causes) {
    if text(source, field).is_empty() {
        causes.required(&path.child(field), "");
    }
}

/// A path on the node.
pub(super) fn host_path(source: &Value, path: &Path, causes: &mut Causes) {
    let target = text(source, "path");
    if target.is_empty() {
        causes.required(&path.child("path"), "");
        return;
    }
    mounts::no_backsteps(target, &path.child("path"), causes);
    let types =
        ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
    causes.one_of(&path.child("type"), text(source, "type"), &types);
}

/// A path on a file server.
pub(super) fn nfs(source: &Value, path: &Path, causes: &mut Causes) {
    require(source, "server", path, causes);
    require(source, "path", path, causes);
    let target = text(source, "path");
    if !target.starts_with('/') {
        causes.invalid(&path.child("path"), target, "must be an absolute path");
    }
}

fn mode(source: &Value, field: &str, path: &Path, causes: &mut Causes) {
    if let Some(mode) = number(source, field).filter(|mode| !(0..=0o777).contains(mode)) {
        causes.invalid(&path.child(field), mode, MODE_ERROR);
    }
}

fn files(source: &Value, path: &Path, causes: &mut Causes) {
    mode(source, "defaultMode", path, causes);
    for (index, item) in items(source, "items").iter().enumerate() {
        key_to_path(item, &path.child("items").index(index), causes);
    }
}

fn key_to_path(item: &Value, path: &Path, causes: &mut Causes) {
    require(item, "key", path, causes);
    require(item, "path", path, causes);
    mounts::local_path(text(item, "path"), &path.child("path"), causes);
    mode(item, "mode", path, causes);
}

fn downward_file(file: &Value, path: &Path, causes: &mut Causes) {
    require(file, "path", path, causes);
    mounts::local_path(text(file, "path"), &path.child("path"), causes);
    let (field, resource) = (at(file, &["fieldRef"]), at(file, &["resourceFieldRef"]));
    if !field.is_null() {
        environment::field_ref(field, &DOWNWARD_PATHS, &path.child("fieldRef"), causes);
        if !resource.is_null() {
            causes.invalid(
                path,
                "resource",
                "fieldRef and resourceFieldRef can not be specified simultaneously",
            );
        }
    } else if !resource.is_null() {
        environment::resource_field_ref(resource, true, &path.child("resourceFieldRef"), causes);
    } else {
        causes.required(path, "one of fieldRef and resourceFieldRef is required");
    }
    mode(file, "mode", path, causes);
}

fn projected(source: &Value, path: &Path, causes: &mut Causes) {
    mode(source, "defaultMode", path, causes);
    let mut taken = SortedSet::new();
    for (index, source) in items(source, "sources").iter().enumerate() {
        let source_path = path.child("sources").index(index);
        let mut count = 0;
        for name in ["secret", "configMap", "downwardAPI", "serviceAccountToken"] {
            let found = at(source, &[name]);
            if found.is_null() {
                continue;
            }
            count += 1;
            let of_source = source_path.child(name);
            match name {
                "serviceAccountToken" => token(found, path, &of_source, causes),
                "downwardAPI" => {
                    for file in items(found, "items") {
                        downward_file(file, &of_source, causes);
                    }
                }
                _ => {
                    require(found, "name", &of_source, causes);
                    for (index, item) in items(found, "items").iter().enumerate() {
                        key_to_path(item, &of_source.child("items").index(index), causes);
                    }
                }
            }
            for item in items(found, "items") {
                let target = text(item, "path");
                if !target.is_empty() && !taken.insert(target) {
                    let shown = if name == "downwardAPI" { target } else { text(found, "name") };
                    causes.invalid(path, shown, "conflicting duplicate paths");
                }
            }
        }
        if count > 1 {
            causes.forbidden(&source_path, "may not specify more than 1 volume type per source");
        }
    }
}

fn token(token: &Value, volume: &Path, path: &Path, causes: &mut Causes) {
    let seconds = number(token, "expirationSeconds").unwrap_or_default();
    if seconds < 600 {
        causes.invalid(
            &path.child("expirationSeconds"),
            seconds,
            "may not specify a duration less than 10 minutes",
        );
    }
    if seconds > 1 << 32 {
        causes.invalid(
            &path.child("expirationSeconds"),
            seconds,
            "may not specify a duration larger than 2^32 seconds",
        );
    }
    // Upstream names the volume here, not the source.
    require(token, "path", volume, causes);
    mounts::local_path(text(token, "path"), &volume.child("path"), causes);
}

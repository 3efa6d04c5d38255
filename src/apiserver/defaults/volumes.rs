//! Defaults of a pod's volumes.
//!
//! Models `SetDefaults_Volume` and the defaults of its sources, pkg/apis/core/v1/defaults.go and
//! `zz_generated.defaults.go`, Kubernetes v1.36.

use serde_json::{Value, json};

use super::super::fields::{Fields, each, set_default, under};
use super::{image, resource_lists, storage};

/// The mode of files that come from the API: 0644.
const FILE_MODE: i64 = 0o644;

/// A volume; one without any source is an empty directory.
pub(super) fn volume(volume: &mut Fields) {
    if volume.keys().all(|key| key == "name") {
        volume.insert("emptyDir".into(), json!({}));
    }
    if let Some(found) = under(volume, "image") {
        let policy = match found.get("reference").and_then(Value::as_str) {
            Some(name) if image::tag(name) == Some("latest") => "Always",
            _ => "IfNotPresent",
        };
        set_default(found, "pullPolicy", policy);
    }
    if let Some(host_path) = under(volume, "hostPath")
        && !host_path.contains_key("type")
    {
        host_path.insert("type".into(), "".into());
    }
    for name in ["secret", "configMap", "downwardAPI", "projected"] {
        if let Some(found) = under(volume, name) {
            set_default(found, "defaultMode", FILE_MODE);
            downward_items(found);
            for source in each(found, "sources") {
                projection(source);
            }
        }
    }
    foreign_sources(volume);
    if let Some(spec) = under(volume, "ephemeral")
        .and_then(|source| under(source, "volumeClaimTemplate"))
        .and_then(|template| under(template, "spec"))
    {
        storage::claim_spec(spec);
        resource_lists(under(spec, "resources"));
    }
}

fn projection(source: &mut Fields) {
    if let Some(downward) = under(source, "downwardAPI") {
        downward_items(downward);
    }
    if let Some(token) = under(source, "serviceAccountToken")
        && !token.contains_key("expirationSeconds")
    {
        token.insert("expirationSeconds".into(), 3600.into());
    }
}

fn downward_items(source: &mut Fields) {
    for item in each(source, "items") {
        if let Some(field) = under(item, "fieldRef") {
            set_default(field, "apiVersion", "v1");
        }
    }
}

/// Sources that nothing here can mount, kept as the server would show them.
fn foreign_sources(volume: &mut Fields) {
    if let Some(iscsi) = under(volume, "iscsi") {
        set_default(iscsi, "iscsiInterface", "default");
    }
    if let Some(rbd) = under(volume, "rbd") {
        set_default(rbd, "pool", "rbd");
        set_default(rbd, "user", "admin");
        set_default(rbd, "keyring", "/etc/ceph/keyring");
    }
    if let Some(disk) = under(volume, "azureDisk") {
        set_default(disk, "cachingMode", "ReadWrite");
        set_default(disk, "fsType", "ext4");
        set_default(disk, "kind", "Shared");
        if !disk.contains_key("readOnly") {
            disk.insert("readOnly".into(), false.into());
        }
    }
    if let Some(scale_io) = under(volume, "scaleIO") {
        set_default(scale_io, "storageMode", "ThinProvisioned");
        set_default(scale_io, "fsType", "xfs");
    }
}

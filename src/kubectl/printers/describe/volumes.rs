//! Volumes in descriptions of pods, of their templates, and of persistent volumes.
//!
//! Models `describeVolumes`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.
//! Left out: sources that v1.36 has no driver for; they are `<unknown>` here.

use serde_json::Value;

use super::claim;
use super::lines::{at, entries, items, joined, line, text};
use crate::api::codec::from_value;
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// The volumes of a pod or a template.
pub(super) fn volumes(w: &mut PrefixWriter, volumes: &[Value], space: &str) {
    if volumes.is_empty() {
        w.write_line(0, &format!("{space}Volumes:\t<none>"));
        return;
    }
    w.write_line(0, &format!("{space}Volumes:"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for volume in volumes {
        w.write_line(1, &format!("{name_indent}{}:", text(volume, &["name"])));
        source(w, volume);
    }
}

/// A kind of source: its field, what it is, and its fields with their titles and what stands for an absent
/// one.
type Source = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

const SOURCES: &[Source] = &[
    (
        "hostPath",
        "HostPath (bare host directory volume)",
        &[("Path", "path", ""), ("HostPathType", "type", "<none>")],
    ),
    (
        "emptyDir",
        "EmptyDir (a temporary directory that shares a pod's lifetime)",
        &[("Medium", "medium", ""), ("SizeLimit", "sizeLimit", "<unset>")],
    ),
    (
        "gcePersistentDisk",
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        &[
            ("PDName", "pdName", ""),
            ("FSType", "fsType", ""),
            ("Partition", "partition", "0"),
            ("ReadOnly", "readOnly", "false"),
        ],
    ),
    (
        "awsElasticBlockStore",
        "AWSElasticBlockStore (a Persistent Disk resource in AWS)",
        &[
            ("VolumeID", "volumeID", ""),
            ("FSType", "fsType", ""),
            ("Partition", "partition", "0"),
            ("ReadOnly", "readOnly", "false"),
        ],
    ),
    (
        "secret",
        "Secret (a volume populated by a Secret)",
        &[("SecretName", "secretName", ""), ("Optional", "optional", "false")],
    ),
    (
        "configMap",
        "ConfigMap (a volume populated by a ConfigMap)",
        &[("Name", "name", ""), ("Optional", "optional", "false")],
    ),
    (
        "nfs",
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        &[("Server", "server", ""), ("Path", "path", ""), ("ReadOnly", "readOnly", "false")],
    ),
    (
        "persistentVolumeClaim",
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        &[("ClaimName", "claimName", ""), ("ReadOnly", "readOnly", "false")],
    ),
    (
        "ephemeral",
        "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
        &[],
    ),
    (
        "iscsi",
        "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
        &[("TargetPortal", "targetPortal", ""), ("IQN", "iqn", ""), ("Lun", "lun", "0")],
    ),
    ("downwardAPI", "DownwardAPI (a volume populated by information about the pod)", &[]),
    ("projected", "Projected (a volume that contains injected data from multiple sources)", &[]),
    (
        "csi",
        "CSI (a Container Storage Interface (CSI) volume source)",
        &[("Driver", "driver", ""), ("FSType", "fsType", ""), ("ReadOnly", "readOnly", "false")],
    ),
    (
        "image",
        "Image (a container image or OCI artifact)",
        &[("Reference", "reference", ""), ("PullPolicy", "pullPolicy", "")],
    ),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", &[("Path", "path", "")]),
];

/// The source of a volume.
pub(super) fn source(w: &mut PrefixWriter, volume: &Value) {
    let found = SOURCES.iter().find_map(|known| Some((known, at(volume, &[known.0])?)));
    let Some((&(field, type_, fields), source)) = found else {
        return w.write_line(1, "<unknown>");
    };
    line(w, 2, "Type", type_);
    for (title, key, absent) in fields {
        line(w, 2, title, &at(source, &[key]).map_or_else(|| (*absent).to_owned(), |value| text(value, &[])));
        if field == "csi" && *key == "fsType" && at(source, &["volumeHandle"]).is_some() {
            line(w, 2, "VolumeHandle", &text(source, &["volumeHandle"]));
        }
    }
    match field {
        "ephemeral" => {
            if let Some(template) = at(source, &["volumeClaimTemplate"])
                && let Ok(claim) = from_value(template.clone())
            {
                w.nested(2, |w| claim::template(w, &claim, template));
            }
        }
        "iscsi" => iscsi(w, source),
        "projected" => projected_sources(w, items(source, &["sources"])),
        "downwardAPI" => {
            w.write_line(2, "Items:");
            for item in items(source, &["items"]) {
                let path = [&["fieldRef", "fieldPath"], &["resourceFieldRef", "resource"]]
                    .into_iter()
                    .find_map(|path| at(item, path))
                    .map(|path| text(path, &[]));
                let path = path.unwrap_or_default();
                w.write_line(3, &format!("{path} -> {}", text(item, &["path"])));
            }
        }
        "csi" => {
            let attributes = entries(source, &["volumeAttributes"]);
            w.write(2, "VolumeAttributes:\t");
            if attributes.is_empty() {
                w.write_line(0, "<none>");
            }
            for (index, (key, value)) in attributes.iter().enumerate() {
                w.write_line(0, &format!("{}    {key}={value}", if index == 0 { "" } else { "        \t" }));
            }
        }
        _ => {}
    }
}

/// The rest of a disk of a storage network: what is absent is shown as Go prints it.
fn iscsi(w: &mut PrefixWriter, source: &Value) {
    let or = |field: &str, absent: &str| {
        at(source, &[field]).map_or_else(|| absent.to_owned(), |value| text(value, &[]))
    };
    w.write_line(2, &format!("ISCSIInterface\t{}", or("iscsiInterface", "")));
    line(w, 2, "FSType", &or("fsType", ""));
    line(w, 2, "ReadOnly", &or("readOnly", "false"));
    line(w, 2, "Portals", &format!("[{}]", joined(source, &["portals"], " ")));
    line(w, 2, "DiscoveryCHAPAuth", &or("chapAuthDiscovery", "false"));
    line(w, 2, "SessionCHAPAuth", &or("chapAuthSession", "false"));
    let secret = at(source, &["secretRef"]).map_or_else(
        || "nil".to_owned(),
        |secret| format!("&LocalObjectReference{{Name:{},}}", text(secret, &["name"])),
    );
    line(w, 2, "SecretRef", &secret);
    line(w, 2, "InitiatorName", &or("initiatorName", "<none>"));
}

fn projected_sources(w: &mut PrefixWriter, sources: &[Value]) {
    for source in sources {
        if let Some(secret) = at(source, &["secret"]) {
            line(w, 2, "SecretName", &text(secret, &["name"]));
            line(w, 2, "Optional", &(text(secret, &["optional"]) == "true").to_string());
        } else if at(source, &["downwardAPI"]).is_some() {
            line(w, 2, "DownwardAPI", "true");
        } else if let Some(map) = at(source, &["configMap"]) {
            line(w, 2, "ConfigMapName", &text(map, &["name"]));
            line(w, 2, "Optional", &(text(map, &["optional"]) == "true").to_string());
        } else if let Some(token) = at(source, &["serviceAccountToken"]) {
            line(w, 2, "TokenExpirationSeconds", &text(token, &["expirationSeconds"]));
        }
    }
}

//! The descriptions of claims, volumes and classes.
//!
//! Models `describePersistentVolumeClaim`, `describePersistentVolume` and `describeStorageClass`,
//! staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use super::lines::{annotations, at, date, entries, items, joined, labels, line, text};
use super::pod::lasts;
use super::{claim, volumes};
use crate::api::labels::format_labels;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::volume::{claim_class, volume_class};
use crate::api::{Kind, Object, ObjectMeta};
use crate::apiserver::ApiServer;
use crate::kubectl::output::prefix_writer::PrefixWriter;
use crate::kubectl::printers::table::access_modes;
use crate::sim::Time;

fn status(w: &mut PrefixWriter, meta: &ObjectMeta, phase: &str, now: Time) {
    match meta.deletion_timestamp {
        Some(asked) => line(w, 0, "Status", &format!("Terminating (lasts {})", lasts(asked, now))),
        None => line(w, 0, "Status", phase),
    }
}

fn finalizers(w: &mut PrefixWriter, meta: &ObjectMeta) {
    line(w, 0, "Finalizers", &format!("[{}]", meta.finalizers.join(" ")));
}

pub(super) fn claim(w: &mut PrefixWriter, claim: &PersistentVolumeClaim, value: &Value, server: &ApiServer) {
    let meta = &claim.metadata;
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    line(w, 0, "StorageClass", claim_class(claim));
    status(w, meta, &claim.status.phase, server.now());
    claim::owned(w, claim);
    finalizers(w, meta);
    claim::wanted(w, claim, value);
    used_by(w, meta, server);
    let conditions = items(value, &["status", "conditions"]);
    if !conditions.is_empty() {
        w.write_line(0, "Conditions:");
        w.write_line(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage");
        w.write_line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    }
    for condition in conditions {
        let field = |name: &str| text(condition, &[name]);
        let (probed, moved) = (date(&field("lastProbeTime")), date(&field("lastTransitionTime")));
        let (type_, status, reason) = (field("type"), field("status"), field("reason"));
        let message = field("message");
        w.write_line(1, &format!("{type_} \t{status} \t{probed} \t{moved} \t{reason} \t{message}"));
    }
}

/// The pods that name a claim.
fn used_by(w: &mut PrefixWriter, meta: &ObjectMeta, server: &ApiServer) {
    let users = server.list(Kind::Pod, Some(&meta.namespace)).filter_map(|object| match object {
        Object::Pod(pod) if pod.claim_names().any(|name| name == meta.name) => {
            Some(pod.metadata.name.as_str())
        }
        _ => None,
    });
    let users: Vec<&str> = users.collect();
    w.write(0, "Used By:\t");
    if users.is_empty() {
        w.write_line(0, "<none>");
    }
    for (index, user) in users.iter().enumerate() {
        w.write_line(0, &if index == 0 { (*user).to_owned() } else { format!("\t{user}") });
    }
}

pub(super) fn volume(w: &mut PrefixWriter, volume: &PersistentVolume, value: &Value, now: Time) {
    let (meta, spec) = (&volume.metadata, &volume.spec);
    line(w, 0, "Name", &meta.name);
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    finalizers(w, meta);
    line(w, 0, "StorageClass", volume_class(volume));
    status(w, meta, &volume.status.phase, now);
    let claim = spec.claim_ref.as_ref().map(|claim| format!("{}/{}", claim.namespace, claim.name));
    line(w, 0, "Claim", &claim.unwrap_or_default());
    line(w, 0, "Reclaim Policy", &spec.persistent_volume_reclaim_policy);
    line(w, 0, "Access Modes", &access_modes(&spec.access_modes));
    if let Some(mode) = &spec.volume_mode {
        line(w, 0, "VolumeMode", mode);
    }
    line(w, 0, "Capacity", spec.capacity.get("storage").map_or("0", String::as_str));
    node_affinity(w, value);
    line(w, 0, "Message", &text(value, &["status", "message"]));
    w.write_line(0, "Source:");
    volumes::source(w, &value["spec"]);
}

fn node_affinity(w: &mut PrefixWriter, value: &Value) {
    w.write(0, "Node Affinity:\t");
    let Some(required) = at(value, &["spec", "nodeAffinity", "required"]) else {
        w.write_line(0, "<none>");
        return;
    };
    w.write_line(0, "");
    let terms = items(required, &["nodeSelectorTerms"]);
    w.write(1, "Required Terms:\t");
    w.write_line(0, if terms.is_empty() { "<none>" } else { "" });
    for (index, term) in terms.iter().enumerate() {
        let shown = items(term, &["matchExpressions"]).iter().map(|requirement| {
            let (key, operator) =
                (text(requirement, &["key"]), text(requirement, &["operator"]).to_ascii_lowercase());
            match items(requirement, &["values"]) {
                [] => format!("{key} {operator}"),
                _ => format!("{key} {operator} [{}]", joined(requirement, &["values"], ", ")),
            }
        });
        requirements(w, 2, &format!("Term {index}"), shown.collect());
    }
}

/// The requirements of one term, below each other.
fn requirements(w: &mut PrefixWriter, level: usize, title: &str, shown: Vec<String>) {
    w.write(level, &format!("{title}:\t"));
    if shown.is_empty() {
        w.write_line(0, "<none>");
    }
    for (index, requirement) in shown.into_iter().enumerate() {
        if index > 0 {
            w.write(level, "\t");
        }
        w.write_line(0, &requirement);
    }
}

pub(super) fn class(w: &mut PrefixWriter, class: &StorageClass, value: &Value) {
    let yes_no = |flag: bool| if flag { "Yes" } else { "No" };
    line(w, 0, "Name", &class.metadata.name);
    line(w, 0, "IsDefaultClass", yes_no(class.is_default()));
    line(w, 0, "Annotations", &format_labels(&class.metadata.annotations));
    line(w, 0, "Provisioner", &class.provisioner);
    line(w, 0, "Parameters", &format_labels(&entries(value, &["parameters"])));
    let expands = match text(value, &["allowVolumeExpansion"]).as_str() {
        "true" => "True",
        "false" => "False",
        _ => "<unset>",
    };
    line(w, 0, "AllowVolumeExpansion", expands);
    let options = items(value, &["mountOptions"]);
    w.write_line(0, if options.is_empty() { "MountOptions:\t<none>" } else { "MountOptions:" });
    for option in options {
        w.write_line(1, &text(option, &[]));
    }
    if let Some(policy) = &class.reclaim_policy {
        line(w, 0, "ReclaimPolicy", policy);
    }
    if let Some(mode) = &class.volume_binding_mode {
        line(w, 0, "VolumeBindingMode", mode);
    }
    let topologies = items(value, &["allowedTopologies"]);
    if !topologies.is_empty() {
        w.write_line(0, "AllowedTopologies:\t");
    }
    for (index, term) in topologies.iter().enumerate() {
        let shown = items(term, &["matchLabelExpressions"]).iter().map(|requirement| {
            format!("{} in [{}]", text(requirement, &["key"]), joined(requirement, &["values"], ", "))
        });
        requirements(w, 1, &format!("Term {index}"), shown.collect());
    }
}

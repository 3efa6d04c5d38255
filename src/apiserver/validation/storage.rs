//! Rules for claims and volumes.
//!
//! Models pkg/apis/core/validation/validation.go (`ValidatePersistentVolumeClaim`,
//! `ValidatePersistentVolume`), Kubernetes v1.36. Left out: details of volume sources that
//! nothing here can mount.

use serde_json::Value;

use super::super::fields::{Fields, at, entries, items, text};
use super::causes::{Causes, Path};
use super::{data_sources, diff, names, resources, selectors, volumes};
use crate::api::quantity::Quantity;
use crate::api::volume::BETA_STORAGE_CLASS;

const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: [&str; 2] = ["Block", "Filesystem"];
/// Fields of a volume's spec that are no source.
const NOT_SOURCES: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

fn access_modes(spec: &Value, path: &Path, causes: &mut Causes) {
    let path = path.child("accessModes");
    let modes: Vec<&str> = items(spec, "accessModes").iter().filter_map(Value::as_str).collect();
    for mode in &modes {
        causes.one_of(&path, mode, &ACCESS_MODES);
    }
    let others = modes.iter().any(|mode| *mode != "ReadWriteOncePod" && ACCESS_MODES.contains(mode));
    if modes.contains(&"ReadWriteOncePod") && others {
        causes.forbidden(&path, "may not use ReadWriteOncePod with other access modes");
    }
}

fn class_name(spec: &Value, path: &Path, causes: &mut Causes) {
    let name = text(spec, "storageClassName");
    if !name.is_empty() {
        causes.invalid_each(&path.child("storageClassName"), name, names::dns_subdomain(name));
    }
}

fn volume_mode(spec: &Value, path: &Path, causes: &mut Causes) {
    if let Some(mode) = spec.get("volumeMode").and_then(Value::as_str) {
        causes.one_of(&path.child("volumeMode"), mode, &VOLUME_MODES);
    }
}

fn positive(amount: &Value, path: &Path, causes: &mut Causes) {
    if let Some(amount) = resources::quantity(amount)
        && (amount.is_negative() || amount.is_zero())
    {
        causes.invalid(path, amount.to_string(), "must be greater than zero");
    }
}

/// The spec of a claim or of a claim template.
pub(super) fn claim_spec(spec: &Value, path: &Path, causes: &mut Causes) {
    if items(spec, "accessModes").is_empty() {
        causes.required(&path.child("accessModes"), "at least 1 access mode is required");
    }
    selectors::label_selector(at(spec, &["selector"]), &path.child("selector"), causes);
    access_modes(spec, path, causes);
    let size = at(spec, &["resources", "requests", "storage"]);
    let path_of_size = path.child("resources").key("storage");
    if size.is_null() {
        causes.required(&path_of_size, "");
    } else {
        positive(size, &path_of_size, causes);
    }
    class_name(spec, path, causes);
    volume_mode(spec, path, causes);
    data_sources::data_sources(spec, path, causes);
    let name = text(spec, "volumeAttributesClassName");
    if !name.is_empty() {
        causes.invalid_each(&path.child("volumeAttributesClassName"), name, names::dns_subdomain(name));
    }
}

/// A changed claim.
pub(super) fn update_claim(new: &Value, old: &Value, causes: &mut Causes) {
    let path = Path::new("spec");
    let (new_spec, old_spec) = (at(new, &["spec"]), at(old, &["spec"]));
    claim_spec(new_spec, &path, causes);
    let (mut new_clone, mut old_clone) = (fields(new_spec), fields(old_spec));
    if text(old_spec, "volumeName").is_empty() {
        copy(&mut old_clone, &new_clone, "volumeName");
    }
    // A claim that named no class may get one; one that named it by the old annotation may name it by the
    // field.
    let [new_class, old_class] =
        [new, old].map(|claim| at(claim, &["metadata", "annotations", BETA_STORAGE_CLASS]));
    let has_field = old_clone.contains_key("storageClassName");
    let is_renamed = !old_class.is_null()
        && !has_field
        && new_clone.get("storageClassName") == Some(old_class)
        && (new_class.is_null() || new_class == old_class);
    if new_class != old_class && !is_renamed {
        let path = Path::new("metadata.annotations").child(BETA_STORAGE_CLASS);
        causes.invalid(&path, new_class.as_str().unwrap_or_default(), "field is immutable");
    }
    if !has_field && (is_renamed || old_class.is_null()) {
        copy(&mut new_clone, &old_clone, "storageClassName");
    }
    if text(at(new, &["status"]), "phase") == "Bound" {
        let old_size = at(old_spec, &["resources", "requests", "storage"]).clone();
        if let Some(Value::Object(requests)) =
            new_clone.get_mut("resources").and_then(|resources| resources.get_mut("requests"))
        {
            requests.insert("storage".into(), old_size);
        }
        copy(&mut new_clone, &old_clone, "volumeAttributesClassName");
    }
    if new_clone != old_clone {
        let diff =
            diff::of(&Value::Object(old_clone), &Value::Object(new_clone), "PersistentVolumeClaimSpec");
        causes.forbidden(
            &path,
            &format!(
                "spec is immutable after creation except resources.requests and volumeAttributesClassName \
                 for bound claims\n{diff}"
            ),
        );
    }
    let size = |value: &Value, path: &[&str]| resources::quantity(at(value, path)).unwrap_or_default();
    let request = ["resources", "requests", "storage"];
    let new_size = size(new_spec, &request);
    let capacity: Quantity = size(old, &["status", "capacity", "storage"]);
    if new_size < size(old_spec, &request) && new_size <= capacity {
        causes.forbidden(
            &path.child("resources").child("requests").child("storage"),
            "field can not be less than status.capacity",
        );
    }
    immutable(new_spec, old_spec, "volumeMode", causes);
}

fn fields(spec: &Value) -> Fields {
    spec.as_object().cloned().unwrap_or_default()
}

fn copy(to: &mut Fields, from: &Fields, field: &str) {
    match from.get(field) {
        Some(value) => to.insert(field.to_owned(), value.clone()),
        None => to.remove(field),
    };
}

/// A field that never changes.
pub(super) fn immutable(new: &Value, old: &Value, field: &str, causes: &mut Causes) {
    let (new, old) = (at(new, &[field]), at(old, &[field]));
    if new != old {
        causes.invalid(&Path::new(field), new.clone(), "field is immutable");
    }
}

/// A volume.
pub(super) fn volume(volume: &Value, causes: &mut Causes) {
    let (spec, path) = (at(volume, &["spec"]), Path::new("spec"));
    if items(spec, "accessModes").is_empty() {
        causes.required(&path.child("accessModes"), "");
    }
    access_modes(spec, &path, causes);
    let capacity = at(spec, &["capacity"]);
    let path_of_capacity = path.child("capacity");
    let count = capacity.as_object().map_or(0, Fields::len);
    if count == 0 {
        causes.required(&path_of_capacity, "");
    }
    if at(capacity, &["storage"]).is_null() || count > 1 {
        causes.not_supported(&path_of_capacity, capacity.clone(), &["storage"]);
    }
    for (name, amount) in entries(spec, "capacity") {
        if let Some(amount) = resources::quantity(amount).filter(Quantity::is_negative) {
            causes.invalid(&path_of_capacity.key(name), amount.value(), "must be a valid resource quantity");
        }
        positive(amount, &path_of_capacity.key(name), causes);
    }
    let policy = text(spec, "persistentVolumeReclaimPolicy");
    if !policy.is_empty() {
        causes.one_of(&path.child("persistentVolumeReclaimPolicy"), policy, &["Delete", "Recycle", "Retain"]);
    }
    let affinity = at(spec, &["nodeAffinity"]);
    let required = at(affinity, &["required"]);
    let path_of_required = path.child("nodeAffinity").child("required");
    if !required.is_null() {
        selectors::node_selector(required, &path_of_required, causes);
    } else if !affinity.is_null() {
        causes.required(&path_of_required, "must specify required node constraints");
    }
    source(spec, affinity.is_null(), &path, causes);
    if policy == "Recycle" && is_root(text(at(spec, &["hostPath"]), "path")) {
        let detail = "may not be 'recycle' for a hostPath mount of '/'";
        causes.forbidden(&path.child("persistentVolumeReclaimPolicy"), detail);
    }
    class_name(spec, &path, causes);
    volume_mode(spec, &path, causes);
    if let Some(name) = spec.get("volumeAttributesClassName").and_then(Value::as_str) {
        let path_of_name = path.child("volumeAttributesClassName");
        if name.is_empty() {
            causes.required(&path_of_name, "an empty string is disallowed");
        } else {
            causes.invalid_each(&path_of_name, name, names::dns_subdomain(name));
        }
        if at(spec, &["csi"]).is_null() {
            let detail = "has to be specified when using volumeAttributesClassName";
            causes.required(&path.child("csi"), detail);
        }
    }
}

/// Whether a path names the root, in whatever way.
fn is_root(path: &str) -> bool {
    path.starts_with('/') && path.split('/').all(|step| matches!(step, "" | "." | ".."))
}

fn sources(spec: &Value) -> Fields {
    let mut sources = fields(spec);
    sources.retain(|name, _| !NOT_SOURCES.contains(&name.as_str()));
    sources
}

fn source(spec: &Value, without_affinity: bool, path: &Path, causes: &mut Causes) {
    let sources = sources(spec);
    let mut sources = sources.iter();
    let Some((name, details)) = sources.next() else {
        causes.required(path, "must specify a volume type");
        return;
    };
    let of_source = path.child(name);
    match name.as_str() {
        "hostPath" => volumes::host_path(details, &of_source, causes),
        "nfs" => volumes::nfs(details, &of_source, causes),
        "local" => {
            if text(details, "path").is_empty() {
                causes.required(&of_source.child("path"), "");
            } else {
                super::mounts::no_backsteps(text(details, "path"), &of_source.child("path"), causes);
            }
            if without_affinity {
                causes.required(&path.child("nodeAffinity"), "Local volume requires node affinity");
            }
        }
        "csi" => {
            volumes::csi_driver(details, &of_source, causes);
            if text(details, "volumeHandle").is_empty() {
                causes.required(&of_source.child("volumeHandle"), "");
            }
        }
        _ => {}
    }
    for (name, _) in sources {
        causes.forbidden(&path.child(name), "may not specify more than 1 volume type");
    }
}

/// A changed volume.
pub(super) fn update_volume(new: &Value, old: &Value, causes: &mut Causes) {
    volume(new, causes);
    let (new_spec, old_spec) = (at(new, &["spec"]), at(old, &["spec"]));
    let (new_sources, old_sources) = (sources(new_spec), sources(old_spec));
    if new_sources != old_sources {
        let diff =
            diff::of(&Value::Object(old_sources), &Value::Object(new_sources), "PersistentVolumeSource");
        causes.forbidden(
            &Path::new("spec.persistentvolumesource"),
            &format!("spec.persistentvolumesource is immutable after creation\n{diff}"),
        );
    }
    immutable(new_spec, old_spec, "volumeMode", causes);
    let (new, old) = (at(new_spec, &["nodeAffinity"]), at(old_spec, &["nodeAffinity"]));
    if !old.is_null() && new != old {
        causes.invalid(
            &Path::new("nodeAffinity"),
            new.clone(),
            "field is immutable, except for updating from beta label to GA",
        );
    }
}

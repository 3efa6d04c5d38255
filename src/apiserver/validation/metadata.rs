//! Rules for metadata.
//!
//! Models `ValidateObjectMeta` and `ValidateObjectMetaUpdate`,
//! staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go, with the finalizer names of
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36. Left out: managed fields.

use super::causes::{Causes, Path, shown};
use super::names;
use crate::api::codec::to_value;
use crate::api::{Kind, LabelMap, ObjectMeta, OwnerReference};
use crate::collections::sort;

/// All annotations together may have this many bytes.
const ANNOTATIONS_MAX: usize = 256 * 1024;

/// A new object's metadata.
pub(super) fn create(kind: Kind, meta: &ObjectMeta, causes: &mut Causes) {
    let path = Path::new("metadata");
    if !meta.generate_name.is_empty() {
        let masked = names::mask_trailing_dash(&meta.generate_name);
        causes.invalid_each(&path.child("generateName"), &meta.generate_name, name_rule(kind)(&masked));
    }
    if meta.name.is_empty() {
        causes.required(&path.child("name"), "name or generateName is required");
    } else {
        causes.invalid_each(&path.child("name"), &meta.name, name_rule(kind)(&meta.name));
    }
    if kind.is_namespaced() {
        if meta.namespace.is_empty() {
            causes.required(&path.child("namespace"), "");
        } else {
            causes.invalid_each(&path.child("namespace"), &meta.namespace, names::dns_label(&meta.namespace));
        }
    } else if !meta.namespace.is_empty() {
        causes.forbidden(&path.child("namespace"), "not allowed on this type");
    }
    parts(meta, causes);
}

/// What an update makes of the metadata.
pub(super) fn update(new: &ObjectMeta, old: &ObjectMeta, causes: &mut Causes) {
    if new.uid != old.uid {
        causes.invalid(&Path::new("metadata.uid"), new.uid.as_str(), "field is immutable");
    }
    parts(new, causes);
    if old.is_terminating() {
        let mut added: Vec<&String> =
            new.finalizers.iter().filter(|name| !old.finalizers.contains(name)).collect();
        sort(&mut added);
        added.dedup();
        if !added.is_empty() {
            let listed: Vec<String> = added.iter().map(|name| crate::api::schema::quote(name)).collect();
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                listed.join(", ")
            );
            causes.forbidden(&Path::new("metadata.finalizers"), &detail);
        }
    }
}

/// The rule for a kind's names.
fn name_rule(kind: Kind) -> fn(&str) -> Vec<String> {
    match kind {
        Kind::StatefulSet | Kind::Namespace | Kind::Service => names::dns_label,
        Kind::Event => |_| Vec::new(),
        _ => names::dns_subdomain,
    }
}

fn parts(meta: &ObjectMeta, causes: &mut Causes) {
    let path = Path::new("metadata");
    labels(&meta.labels, &path.child("labels"), causes);
    annotations(&meta.annotations, &path.child("annotations"), causes);
    owner_references(&meta.owner_references, &path.child("ownerReferences"), causes);
    finalizers(&meta.finalizers, &path.child("finalizers"), causes);
}

/// Keys and values of labels.
pub(super) fn labels(labels: &LabelMap, path: &Path, causes: &mut Causes) {
    for (key, value) in labels {
        causes.invalid_each(path, key, names::qualified_name(key));
        causes.invalid_each(path, value, names::label_value(value));
    }
}

/// Keys of annotations, and their size.
pub(super) fn annotations(annotations: &LabelMap, path: &Path, causes: &mut Causes) {
    for key in annotations.keys() {
        causes.invalid_each(path, key, names::qualified_name(&key.to_ascii_lowercase()));
    }
    let size: usize = annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > ANNOTATIONS_MAX {
        causes.too_long(path, ANNOTATIONS_MAX);
    }
}

fn owner_references(owners: &[OwnerReference], path: &Path, causes: &mut Causes) {
    let mut first: Option<&OwnerReference> = None;
    for owner in owners {
        let version = owner.api_version.rsplit('/').next().unwrap_or_default();
        if version.is_empty() {
            causes.invalid(
                &path.child("apiVersion"),
                owner.api_version.as_str(),
                "version must not be empty",
            );
        }
        for (field, value) in [("kind", &owner.kind), ("name", &owner.name), ("uid", &owner.uid)] {
            if value.is_empty() {
                causes.invalid(&path.child(field), value.as_str(), "must not be empty");
            }
        }
        if owner.api_version == "v1" && owner.kind == "Event" {
            let value = to_value(owner);
            causes.invalid(path, value, "/v1, Kind=Event is disallowed from being an owner");
        }
        if owner.controller != Some(true) {
            continue;
        }
        if let Some(first) = first {
            let detail = format!(
                "Only one reference can have Controller set to true. Found \"true\" in references for {}/{} and {}/{}",
                first.kind, first.name, owner.kind, owner.name
            );
            let listed: Vec<String> = owners.iter().map(owner_shown).collect();
            causes.invalid_shown(path, &format!("[{}]", listed.join(",")), &detail);
        } else {
            first = Some(owner);
        }
    }
}

/// An owner as Go writes it.
fn owner_shown(owner: &OwnerReference) -> String {
    let text = |value: &str| shown(&value.into());
    let flag =
        |name: &str, value: Option<bool>| value.map_or(String::new(), |value| format!(",\"{name}\":{value}"));
    format!(
        "{{\"apiVersion\":{},\"kind\":{},\"name\":{},\"uid\":{}{}{}}}",
        text(&owner.api_version),
        text(&owner.kind),
        text(&owner.name),
        text(&owner.uid),
        flag("controller", owner.controller),
        flag("blockOwnerDeletion", owner.block_owner_deletion),
    )
}

fn finalizers(finalizers: &[String], path: &Path, causes: &mut Causes) {
    for name in finalizers {
        causes.invalid_each(path, name, names::qualified_name(name));
    }
    let has = |wanted: &str| finalizers.iter().any(|name| name == wanted);
    if has("orphan") && has("foregroundDeletion") {
        causes.invalid(
            path,
            serde_json::json!(finalizers),
            "finalizer orphan and foregroundDeletion cannot be both set",
        );
    }
    for (index, name) in finalizers.iter().enumerate() {
        let standard = matches!(name.as_str(), "kubernetes" | "orphan" | "foregroundDeletion");
        if !name.contains('/') && !standard {
            causes.invalid(
                &path.index(index),
                name.as_str(),
                "name is neither a standard finalizer name nor is it fully qualified",
            );
        }
    }
}

//! Rules for classes of storage.
//!
//! Models `ValidateStorageClass` and `ValidateStorageClassUpdate`, pkg/apis/storage/validation/validation.go,
//! Kubernetes v1.36. Left out: how large the parameters are.

use serde_json::Value;

use super::super::fields::{entries, items, text};
use super::causes::{Causes, Path};
use super::names;
use super::storage::immutable;
use crate::collections::{SortedMap, SortedSet};

/// A class.
pub(super) fn class(class: &Value, causes: &mut Causes) {
    let provisioner = text(class, "provisioner");
    let path = Path::new("provisioner");
    if provisioner.is_empty() {
        causes.required(&path, "");
    } else {
        let lower = provisioner.to_ascii_lowercase();
        causes.invalid_each(&path, &lower, names::qualified_name(&lower));
    }
    if entries(class, "parameters").any(|(key, _)| key.is_empty()) {
        causes.invalid(&Path::new("parameters"), "", "field can not be empty.");
    }
    let policy = text(class, "reclaimPolicy");
    if !policy.is_empty() {
        causes.one_of(&Path::new("reclaimPolicy"), policy, &["Delete", "Retain"]);
    }
    let mode = text(class, "volumeBindingMode");
    causes.required_one_of(&Path::new("volumeBindingMode"), mode, &["Immediate", "WaitForFirstConsumer"]);
    let mut before: Vec<SortedMap<&str, SortedSet<&str>>> = Vec::new();
    for (index, term) in items(class, "allowedTopologies").iter().enumerate() {
        let path = Path::new("allowedTopologies").index(index).child("matchLabelExpressions");
        let term = topology_term(term, &path, causes);
        if before.contains(&term) {
            causes.duplicate(&path, "");
        }
        before.push(term);
    }
}

/// Where a class makes its volumes: for each label the values that will do.
fn topology_term<'a>(
    term: &'a Value,
    path: &Path,
    causes: &mut Causes,
) -> SortedMap<&'a str, SortedSet<&'a str>> {
    let mut keys = SortedMap::new();
    for (index, requirement) in items(term, "matchLabelExpressions").iter().enumerate() {
        let (path, key) = (path.index(index), text(requirement, "key"));
        let (of_values, values) = (path.child("values"), items(requirement, "values"));
        if values.is_empty() {
            causes.required(&of_values, "");
        }
        let mut seen = SortedSet::new();
        for (index, value) in values.iter().filter_map(Value::as_str).enumerate() {
            if !seen.insert(value) {
                causes.duplicate(&of_values.index(index), value);
            }
        }
        causes.invalid_each(&path.child("key"), key, names::qualified_name(key));
        if keys.insert(key, seen).is_some() {
            causes.duplicate(&path.child("key"), key);
        }
    }
    keys
}

/// A changed class: most of it never changes.
pub(super) fn update_class(new: &Value, old: &Value, causes: &mut Causes) {
    for field in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
        immutable(new, old, field, causes);
    }
}

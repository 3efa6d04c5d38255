//! Rules for what claims are filled from.
//!
//! Models `validateDataSource` and `validateDataSourceRef`, pkg/apis/core/validation/validation.go,
//! Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{at, text};
use super::causes::{Causes, Path};
use super::names;

/// What a claim is filled from, in the old field and the new one.
pub(super) fn data_sources(spec: &Value, path: &Path, causes: &mut Causes) {
    let [old, new] = ["dataSource", "dataSourceRef"].map(|field| at(spec, &[field]));
    for (source, field) in [(old, "dataSource"), (new, "dataSourceRef")] {
        if source.is_null() {
            continue;
        }
        let path = path.child(field);
        for field in ["name", "kind"] {
            if text(source, field).is_empty() {
                causes.required(&path.child(field), "");
            }
        }
        let (group, kind) = (text(source, "apiGroup"), text(source, "kind"));
        if group.is_empty() && kind != "PersistentVolumeClaim" {
            let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
            causes.invalid(&path, kind, detail);
        }
        if !group.is_empty() {
            causes.invalid_each(&path.child("apiGroup"), group, names::dns_subdomain(group));
        }
    }
    if old.is_null() || new.is_null() {
        return;
    }
    let is_elsewhere = !text(new, "namespace").is_empty();
    let differ = ["apiGroup", "kind", "name"].iter().any(|field| at(old, &[field]) != at(new, &[field]));
    // Upstream shows the path of the field, of which nothing is seen.
    if is_elsewhere {
        causes.invalid_shown(path, "{}", "may not be specified when dataSourceRef.namespace is specified");
    } else if differ {
        causes.invalid_shown(path, "{}", "must match dataSourceRef");
    }
}

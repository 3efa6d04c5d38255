//! Rules for volumes that get a claim of their own with each pod.
//!
//! Models `validateEphemeralVolumeSource` and `ValidatePersistentVolumeClaimTemplate`,
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36. Left out: nothing.

use serde_json::Value;

use super::super::fields::{at, is_empty};
use super::causes::{Causes, Path};
use super::{metadata, selectors, storage};
use crate::api::codec::from_value;

/// The source of such a volume.
pub(super) fn source(source: &Value, path: &Path, causes: &mut Causes) {
    let (template, path) = (at(source, &["volumeClaimTemplate"]), path.child("volumeClaimTemplate"));
    if template.is_null() {
        return causes.required(&path, "");
    }
    template_metadata(at(template, &["metadata"]), &path.child("metadata"), causes);
    storage::claim_spec(at(template, &["spec"]), &path.child("spec"), causes);
}

/// Whoever makes the claim gives it its name and all else.
fn template_metadata(given: &Value, path: &Path, causes: &mut Causes) {
    const FIELDS: [&str; 7] =
        ["name", "generateName", "namespace", "uid", "creationTimestamp", "ownerReferences", "finalizers"];
    let annotations = from_value(at(given, &["annotations"]).clone()).unwrap_or_default();
    metadata::annotations(&annotations, &path.child("annotations"), causes);
    selectors::labels(at(given, &["labels"]), &path.child("labels"), causes);
    for field in FIELDS.into_iter().filter(|field| !is_empty(at(given, &[field]))) {
        // Upstream makes the field's name of Go's.
        let shown = if field == "uid" { "uID" } else { field };
        causes.forbidden(&path.child(shown), "cannot be set");
    }
}

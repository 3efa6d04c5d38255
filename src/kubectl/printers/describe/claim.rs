//! What the description of a claim and that of a volume which brings its own claim have in common.
//!
//! Models `printPersistentVolumeClaim`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes
//! v1.36.

use serde_json::Value;

use super::lines::{annotations, at, labels, line, text};
use crate::api::storage::PersistentVolumeClaim;
use crate::api::volume::claim_class;
use crate::kubectl::output::prefix_writer::PrefixWriter;
use crate::kubectl::printers::table::access_modes;

/// A claim that is yet to be made: it has no name and no status.
pub(super) fn template(w: &mut PrefixWriter, claim: &PersistentVolumeClaim, value: &Value) {
    line(w, 0, "StorageClass", claim_class(claim));
    owned(w, claim);
    wanted(w, claim, value);
}

/// Its volume, labels and annotations.
pub(super) fn owned(w: &mut PrefixWriter, claim: &PersistentVolumeClaim) {
    line(w, 0, "Volume", &claim.spec.volume_name);
    labels(w, "Labels", &claim.metadata.labels);
    annotations(w, "Annotations", &claim.metadata.annotations);
}

/// What it wants, of which it tells some only once it has it.
pub(super) fn wanted(w: &mut PrefixWriter, claim: &PersistentVolumeClaim, value: &Value) {
    let is_bound = !claim.spec.volume_name.is_empty();
    let capacity = claim.status.capacity.get("storage").map_or("0", String::as_str);
    line(w, 0, "Capacity", if is_bound { capacity } else { "" });
    let modes = if is_bound { access_modes(&claim.status.access_modes) } else { String::new() };
    line(w, 0, "Access Modes", &modes);
    if let Some(mode) = &claim.spec.volume_mode {
        line(w, 0, "VolumeMode", mode);
    }
    if let Some(source) = at(value, &["spec", "dataSource"]) {
        w.write_line(0, "DataSource:");
        for (title, field) in [("APIGroup", "apiGroup"), ("Kind", "kind"), ("Name", "name")] {
            if field != "apiGroup" || at(source, &[field]).is_some() {
                line(w, 1, title, &text(source, &[field]));
            }
        }
    }
}

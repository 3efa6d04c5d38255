//! The pod template in descriptions and in `rollout history --revision`.
//!
//! Models `DescribePodTemplate`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use super::containers::containers;
use super::lines::{annotations, entries, items, labels, line, spread_constraints, text, tolerations};
use super::volumes::volumes;
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// A pod template, as the server writes it, with tabs between the columns: what `rollout history
/// --revision` prints.
pub fn pod_template(template: &Value) -> String {
    let mut w = PrefixWriter::new();
    write_pod_template(&mut w, template);
    w.finish_unaligned()
}

/// A pod template as a part of a description.
pub(super) fn write_pod_template(w: &mut PrefixWriter, template: &Value) {
    w.write_line(0, "Pod Template:");
    labels(w, "  Labels", &entries(template, &["metadata", "labels"]));
    let notes = entries(template, &["metadata", "annotations"]);
    if !notes.is_empty() {
        annotations(w, "  Annotations", &notes);
    }
    let spec = &template["spec"];
    let account = text(spec, &["serviceAccountName"]);
    if !account.is_empty() {
        line(w, 1, "Service Account", &account);
    }
    let init_containers = items(spec, &["initContainers"]);
    if !init_containers.is_empty() {
        containers(w, "Init Containers", init_containers, None, None, "  ");
    }
    containers(w, "Containers", items(spec, &["containers"]), None, None, "  ");
    volumes(w, items(spec, &["volumes"]), "  ");
    spread_constraints(w, "  ", items(spec, &["topologySpreadConstraints"]));
    let class = text(spec, &["priorityClassName"]);
    if !class.is_empty() {
        line(w, 1, "Priority Class Name", &class);
    }
    labels(w, "  Node-Selectors", &entries(spec, &["nodeSelector"]));
    tolerations(w, "  Tolerations", items(spec, &["tolerations"]));
}

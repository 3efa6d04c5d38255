//! The description of a `StatefulSet`.
//!
//! Models `describeStatefulSet`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use serde_json::Value;

use super::lines::{annotations, at, date, entries, items, joined, labels, labels_indented, line, text};
use super::pod_template::write_pod_template;
use super::pods_status::pods_status;
use crate::api::apps::StatefulSet;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::volume::claim_class;
use crate::apiserver::ApiServer;
use crate::kubectl::output::prefix_writer::PrefixWriter;

pub(super) fn stateful_set(w: &mut PrefixWriter, set: &StatefulSet, value: &Value, server: &ApiServer) {
    let meta = &set.metadata;
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    line(w, 0, "CreationTimestamp", &date(&text(value, &["metadata", "creationTimestamp"])));
    line(w, 0, "Selector", &set.spec.selector.to_string());
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    let desired = set.spec.replicas.unwrap_or(1);
    line(w, 0, "Replicas", &format!("{desired} desired | {} total", set.status.replicas));
    line(w, 0, "Update Strategy", &set.spec.update_strategy.type_);
    if let Some(rolling) = &set.spec.update_strategy.rolling_update
        && let Some(partition) = rolling.partition
    {
        line(w, 1, "Partition", &partition.to_string());
        if let Some(max) = &rolling.max_unavailable {
            line(w, 1, "MaxUnavailable", &max.to_string());
        }
    }
    line(w, 0, "Pods Status", &pods_status(meta, server));
    write_pod_template(w, &value["spec"]["template"]);
    let templates = items(value, &["spec", "volumeClaimTemplates"]);
    claims(w, &set.spec.volume_claim_templates, templates);
}

fn claims(w: &mut PrefixWriter, claims: &[PersistentVolumeClaim], templates: &[Value]) {
    if templates.is_empty() {
        w.write_line(0, "Volume Claims:\t<none>");
        return;
    }
    w.write_line(0, "Volume Claims:");
    for (claim, template) in claims.iter().zip(templates) {
        line(w, 1, "Name", &text(template, &["metadata", "name"]));
        line(w, 1, "StorageClass", claim_class(claim));
        labels_indented(w, "  ", "Labels", &entries(template, &["metadata", "labels"]));
        labels_indented(w, "  ", "Annotations", &entries(template, &["metadata", "annotations"]));
        let capacity = match at(template, &["spec", "resources", "requests", "storage"]) {
            Some(amount) => text(amount, &[]),
            None => "<default>".to_owned(),
        };
        line(w, 1, "Capacity", &capacity);
        line(w, 1, "Access Modes", &format!("[{}]", joined(template, &["spec", "accessModes"], " ")));
    }
}

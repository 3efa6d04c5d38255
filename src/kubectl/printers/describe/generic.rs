//! The description of kinds that have none of their own: all fields, one below the other.
//!
//! Models `GenericDescriber`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36, and
//! the short descriptions of maps, secrets, accounts and namespaces.

use serde_json::Value;

use super::lines::{annotations, entries, labels, line, text};
use crate::api::ObjectMeta;
use crate::kubectl::output::prefix_writer::PrefixWriter;

fn head(w: &mut PrefixWriter, meta: &ObjectMeta) {
    line(w, 0, "Name", &meta.name);
    line(w, 0, "Namespace", &meta.namespace);
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
}

/// A namespace.
pub(super) fn namespace(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    line(w, 0, "Name", &meta.name);
    labels(w, "Labels", &meta.labels);
    annotations(w, "Annotations", &meta.annotations);
    line(w, 0, "Status", &text(value, &["status", "phase"]));
    w.write_line(0, "\nNo resource quota.\n\nNo LimitRange resource.");
}

/// A config map: its texts in full.
pub(super) fn config_map(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    w.write_line(0, "\nData\n====");
    for (key, text) in entries(value, &["data"]) {
        w.write_line(0, &format!("{key}:\n----\n{text}\n"));
    }
    w.write_line(0, "\nBinaryData\n====");
    for (key, text) in entries(value, &["binaryData"]) {
        w.write_line(0, &format!("{key}: {} bytes", decoded_len(&text)));
    }
    w.write_line(0, "");
}

/// A secret: only how long its values are.
pub(super) fn secret(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    line(w, 0, "\nType", &text(value, &["type"]));
    w.write_line(0, "\nData\n====");
    for (key, text) in entries(value, &["data"]) {
        line(w, 0, &key, &format!("{} bytes", decoded_len(&text)));
    }
}

fn decoded_len(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

/// Any other kind.
pub(super) fn other(w: &mut PrefixWriter, meta: &ObjectMeta, value: &Value) {
    head(w, meta);
    line(w, 0, "API Version", &text(value, &["apiVersion"]));
    line(w, 0, "Kind", &text(value, &["kind"]));
    if let Value::Object(fields) = value {
        for (key, field) in fields {
            match key.as_str() {
                "apiVersion" | "kind" => {}
                "metadata" => {
                    w.write_line(0, "Metadata:");
                    metadata(w, field);
                }
                _ => self::field(w, 0, key, field),
            }
        }
    }
}

fn metadata(w: &mut PrefixWriter, metadata: &Value) {
    const SHOWN_ABOVE: [&str; 5] = ["name", "namespace", "labels", "annotations", "managedFields"];
    for (key, value) in metadata.as_object().into_iter().flatten() {
        if !SHOWN_ABOVE.contains(&key.as_str()) {
            field(w, 1, key, value);
        }
    }
}

fn field(w: &mut PrefixWriter, level: usize, key: &str, value: &Value) {
    let title = title(key);
    match value {
        Value::Object(fields) => {
            w.write_line(level, &format!("{title}:"));
            for (key, value) in fields {
                field(w, level + 1, key, value);
            }
        }
        Value::Array(items) => {
            w.write_line(level, &format!("{title}:"));
            for item in items {
                match item {
                    Value::Object(fields) => {
                        for (key, value) in fields {
                            field(w, level + 1, key, value);
                        }
                    }
                    other => w.write_line(level + 1, &text(other, &[])),
                }
            }
        }
        other => line(w, level, &title, &text(other, &[])),
    }
}

/// `creationTimestamp` → `Creation Timestamp`.
fn title(key: &str) -> String {
    let mut title = String::new();
    let mut before_is_upper = true;
    for (index, c) in key.chars().enumerate() {
        if c.is_ascii_uppercase() && !before_is_upper {
            title.push(' ');
        }
        before_is_upper = c.is_ascii_uppercase();
        if index == 0 {
            title.push(c.to_ascii_uppercase());
        } else {
            title.push(c);
        }
    }
    title
}

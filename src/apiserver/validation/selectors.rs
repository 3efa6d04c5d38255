//! Rules for selectors: by labels of pods and by labels of nodes.
//!
//! Models staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation and the node selectors of
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{entries, is_empty, items, text};
use super::causes::{Causes, Path, shown};
use super::names;

/// Labels given as a value.
pub(super) fn labels(labels: &Value, path: &Path, causes: &mut Causes) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        causes.invalid_each(path, key, names::qualified_name(key));
        causes.invalid_each(path, value, names::label_value(value));
    }
}

/// A label selector; nothing is wrong with one that is absent.
pub(super) fn label_selector(selector: &Value, path: &Path, causes: &mut Causes) {
    for (key, value) in entries(selector, "matchLabels") {
        let path = path.child("matchLabels");
        let value = value.as_str().unwrap_or_default();
        causes.invalid_each(&path, key, names::qualified_name(key));
        causes.invalid_each(&path, value, names::label_value(value));
    }
    for (index, requirement) in items(selector, "matchExpressions").iter().enumerate() {
        let path = path.child("matchExpressions").index(index);
        requirement_values(requirement, &path, causes);
        match text(requirement, "operator") {
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            operator => causes.invalid(&path.child("operator"), operator, "not a valid selector operator"),
        }
        key_and_values(requirement, &path, true, causes);
    }
}

/// Whether a label selector can be used: its operators and values are valid.
pub(super) fn is_usable(selector: &Value) -> bool {
    let mut causes = Causes::default();
    label_selector(selector, &Path::new("selector"), &mut causes);
    causes.0.is_empty()
}

fn requirement_values(requirement: &Value, path: &Path, causes: &mut Causes) {
    let values = items(requirement, "values");
    match text(requirement, "operator") {
        "In" | "NotIn" if values.is_empty() => {
            causes.required(&path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            causes.forbidden(
                &path.child("values"),
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            );
        }
        _ => {}
    }
}

fn key_and_values(requirement: &Value, path: &Path, with_values: bool, causes: &mut Causes) {
    let key = text(requirement, "key");
    causes.invalid_each(&path.child("key"), key, names::qualified_name(key));
    if with_values {
        for (index, value) in items(requirement, "values").iter().enumerate() {
            let value = value.as_str().unwrap_or_default();
            causes.invalid_each(&path.child("values").index(index), value, names::label_value(value));
        }
    }
}

/// A node selector.
pub(super) fn node_selector(selector: &Value, path: &Path, causes: &mut Causes) {
    let path = path.child("nodeSelectorTerms");
    let terms = items(selector, "nodeSelectorTerms");
    if terms.is_empty() {
        causes.required(&path, "must have at least one node selector term");
    }
    for (index, term) in terms.iter().enumerate() {
        node_selector_term(term, &path.index(index), true, causes);
    }
}

/// A term of a node selector; preferences are not held to valid values.
pub(super) fn node_selector_term(term: &Value, path: &Path, with_values: bool, causes: &mut Causes) {
    for (index, requirement) in items(term, "matchExpressions").iter().enumerate() {
        let path = path.child("matchExpressions").index(index);
        requirement_values(requirement, &path, causes);
        match text(requirement, "operator") {
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            "Gt" | "Lt" => {
                if items(requirement, "values").len() != 1 {
                    causes.required(
                        &path.child("values"),
                        "must be specified single value when `operator` is 'Lt' or 'Gt'",
                    );
                }
            }
            operator => causes.invalid(&path.child("operator"), operator, "not a valid selector operator"),
        }
        key_and_values(requirement, &path, with_values, causes);
    }
    for (index, requirement) in items(term, "matchFields").iter().enumerate() {
        field_requirement(requirement, &path.child("matchFields").index(index), causes);
    }
}

fn field_requirement(requirement: &Value, path: &Path, causes: &mut Causes) {
    let values = items(requirement, "values");
    match text(requirement, "operator") {
        "In" | "NotIn" => {
            if values.len() != 1 {
                causes.required(
                    &path.child("values"),
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
                );
            }
        }
        operator => causes.invalid(&path.child("operator"), operator, "not a valid selector operator"),
    }
    let key = text(requirement, "key");
    if key != "metadata.name" {
        causes.invalid(&path.child("key"), key, "not a valid field selector key");
        return;
    }
    for (index, value) in values.iter().enumerate() {
        let value = value.as_str().unwrap_or_default();
        causes.invalid_each(&path.child("values").index(index), value, names::dns_subdomain(value));
    }
}

/// Terms of a node selector as the server's own type writes them.
pub(super) fn terms_shown(terms: &Value) -> String {
    list_shown(terms.as_array().map_or(&[], Vec::as_slice), term_shown)
}

/// One of them.
pub(super) fn term_shown(term: &Value) -> String {
    let requirement = |requirement: &Value| {
        let part = |key: &str| shown(requirement.get(key).unwrap_or(&Value::Null));
        let [key, operator, values] = ["key", "operator", "values"].map(part);
        format!("{{\"Key\":{key},\"Operator\":{operator},\"Values\":{values}}}")
    };
    let of = |list: &str| list_shown(items(term, list), requirement);
    format!("{{\"MatchExpressions\":{},\"MatchFields\":{}}}", of("matchExpressions"), of("matchFields"))
}

fn list_shown(list: &[Value], item: impl Fn(&Value) -> String) -> String {
    if list.is_empty() {
        return "null".to_owned();
    }
    format!("[{}]", list.iter().map(item).collect::<Vec<_>>().join(","))
}

/// A label selector as Go writes it.
pub(super) fn selector_shown(selector: &Value) -> String {
    let mut parts = Vec::new();
    if let Some(labels) = selector.get("matchLabels").filter(|labels| !is_empty(labels)) {
        parts.push(format!("\"matchLabels\":{labels}"));
    }
    let requirements: Vec<String> = items(selector, "matchExpressions")
        .iter()
        .map(|requirement| {
            let part = |key: &str| shown(requirement.get(key).unwrap_or(&Value::Null));
            let values = match requirement.get("values").filter(|values| !is_empty(values)) {
                Some(values) => format!(",\"values\":{values}"),
                None => String::new(),
            };
            format!("{{\"key\":{},\"operator\":{}{values}}}", part("key"), part("operator"))
        })
        .collect();
    if !requirements.is_empty() {
        parts.push(format!("\"matchExpressions\":[{}]", requirements.join(",")));
    }
    format!("{{{}}}", parts.join(","))
}

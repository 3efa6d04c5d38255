//! Rules for where pods may go: affinities, tolerations, spreading.
//!
//! Models `validateAffinity`, `ValidateTolerations` and `validateTopologySpreadConstraints`,
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{at, entries, items, number, text};
use super::causes::{Causes, Path};
use super::{names, selectors};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// The affinities of a pod.
pub(super) fn affinity(affinity: &Value, path: &Path, causes: &mut Causes) {
    let node = at(affinity, &["nodeAffinity"]);
    let of_node = path.child("nodeAffinity");
    let required = at(node, &[REQUIRED]);
    if !required.is_null() {
        selectors::node_selector(required, &of_node.child(REQUIRED), causes);
    }
    for (index, term) in items(node, PREFERRED).iter().enumerate() {
        let path = of_node.child(PREFERRED).index(index);
        weight(term, &path, causes);
        selectors::node_selector_term(at(term, &["preference"]), &path.child("preference"), false, causes);
    }
    for name in ["podAffinity", "podAntiAffinity"] {
        let (of_pods, path) = (at(affinity, &[name]), path.child(name));
        for (index, term) in items(of_pods, REQUIRED).iter().enumerate() {
            pod_term(term, &path.child(REQUIRED).index(index), causes);
        }
        for (index, weighted) in items(of_pods, PREFERRED).iter().enumerate() {
            let path = path.child(PREFERRED).index(index);
            weight(weighted, &path, causes);
            pod_term(at(weighted, &["podAffinityTerm"]), &path.child("podAffinityTerm"), causes);
        }
    }
}

fn weight(term: &Value, path: &Path, causes: &mut Causes) {
    let weight = number(term, "weight").unwrap_or_default();
    if !(1..=100).contains(&weight) {
        causes.invalid(&path.child("weight"), weight, "must be in the range 1-100");
    }
}

fn pod_term(term: &Value, path: &Path, causes: &mut Causes) {
    for name in ["labelSelector", "namespaceSelector"] {
        selectors::label_selector(at(term, &[name]), &path.child(name), causes);
    }
    for name in items(term, "namespaces").iter().filter_map(Value::as_str) {
        causes.invalid_each(&path.child("namespace"), name, names::dns_label(name));
    }
    label_keys(term, path, causes);
    let key = text(term, "topologyKey");
    if key.is_empty() {
        causes.required(&path.child("topologyKey"), "can not be empty");
    }
    causes.invalid_each(&path.child("topologyKey"), key, names::qualified_name(key));
}

fn label_keys(term: &Value, path: &Path, causes: &mut Causes) {
    let selector = at(term, &["labelSelector"]);
    for name in ["matchLabelKeys", "mismatchLabelKeys"] {
        let (keys, path) = (items(term, name), path.child(name));
        if !keys.is_empty() && selector.is_null() {
            causes.forbidden(&path, "must not be specified when labelSelector is not set");
            continue;
        }
        for (index, key) in keys.iter().filter_map(Value::as_str).enumerate() {
            causes.invalid_each(&path.index(index), key, names::qualified_name(key));
        }
    }
    let mut seen: Vec<&str> = entries(selector, "matchLabels").map(|(key, _)| key).collect();
    for key in items(selector, "matchExpressions").iter().map(|requirement| text(requirement, "key")) {
        let place = items(term, "matchLabelKeys").iter().rposition(|label| label.as_str() == Some(key));
        if let (Some(place), true) = (place, seen.contains(&key)) {
            // Upstream's path lacks the field. A pod's keys are part of its selector by now.
            causes.invalid(&path.index(place), key, "exists in both matchLabelKeys and labelSelector");
        }
        seen.push(key);
    }
    for (index, key) in items(term, "matchLabelKeys").iter().enumerate() {
        if items(term, "mismatchLabelKeys").contains(key) {
            causes.invalid(
                &path.child("matchLabelKeys").index(index),
                key.clone(),
                "exists in both matchLabelKeys and mismatchLabelKeys",
            );
        }
    }
}

/// The tolerations of a pod.
pub(super) fn tolerations(tolerations: &[Value], path: &Path, causes: &mut Causes) {
    for (index, toleration) in tolerations.iter().enumerate() {
        let path = path.index(index);
        let part = |name: &str| text(toleration, name);
        if !part("key").is_empty() {
            causes.invalid_each(&path.child("key"), part("key"), names::qualified_name(part("key")));
        } else if part("operator") != "Exists" {
            causes.invalid(
                &path.child("operator"),
                part("operator"),
                "operator must be Exists when `key` is empty, which means \"match all values and all keys\"",
            );
        }
        if number(toleration, "tolerationSeconds").is_some() && part("effect") != "NoExecute" {
            causes.invalid(
                &path.child("effect"),
                part("effect"),
                "effect must be 'NoExecute' when `tolerationSeconds` is set",
            );
        }
        match part("operator") {
            "Equal" | "" => {
                let errors = names::label_value(part("value"));
                if !errors.is_empty() {
                    causes.invalid(&path.child("operator"), part("value"), &errors.join(";"));
                }
            }
            "Exists" => {
                if !part("value").is_empty() {
                    causes.invalid(
                        &path.child("operator"),
                        part("value"),
                        "value must be empty when `operator` is 'Exists'",
                    );
                }
            }
            // Comparisons are behind a gate that is off.
            operator @ ("Lt" | "Gt") => {
                causes.not_supported(&path.child("operator"), operator, &["Equal", "Exists", "Lt", "Gt"]);
            }
            operator => causes.not_supported(&path.child("operator"), operator, &["Equal", "Exists"]),
        }
        if !part("effect").is_empty() {
            taint_effect(part("effect"), &path.child("effect"), causes);
        }
    }
}

/// What a taint does.
pub(super) fn taint_effect(effect: &str, path: &Path, causes: &mut Causes) {
    causes.required_one_of(path, effect, &["NoSchedule", "PreferNoSchedule", "NoExecute"]);
}

/// How a pod's like are spread.
pub(super) fn spread(constraints: &[Value], path: &Path, causes: &mut Causes) {
    for (index, constraint) in constraints.iter().enumerate() {
        let path = path.index(index);
        causes.positive(&path.child("maxSkew"), number(constraint, "maxSkew").unwrap_or_default());
        let (key, action) = (text(constraint, "topologyKey"), text(constraint, "whenUnsatisfiable"));
        if key.is_empty() {
            causes.required(&path.child("topologyKey"), "can not be empty");
        }
        causes.one_of(&path.child("whenUnsatisfiable"), action, &["DoNotSchedule", "ScheduleAnyway"]);
        let repeated = constraints
            .iter()
            .skip(index + 1)
            .any(|other| text(other, "topologyKey") == key && text(other, "whenUnsatisfiable") == action);
        if repeated {
            causes.duplicate(&path.child("{topologyKey, whenUnsatisfiable}"), format!("{{{key}, {action}}}"));
        }
        if let Some(domains) = number(constraint, "minDomains") {
            causes.positive(&path.child("minDomains"), domains);
            if action != "DoNotSchedule" {
                let detail =
                    format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
                causes.invalid(&path.child("minDomains"), domains, &detail);
            }
        }
        for name in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            if let Some(policy) = constraint.get(name).and_then(Value::as_str) {
                causes.one_of(&path.child(name), policy, &["Honor", "Ignore"]);
            }
        }
        label_keys(constraint, &path, causes);
        selectors::label_selector(at(constraint, &["labelSelector"]), &path.child("labelSelector"), causes);
    }
}

//! Rules for disruption budgets.
//!
//! Models pkg/apis/policy/validation/validation.go and `ValidateConditions` of
//! staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{at, items, number, text};
use super::causes::{Causes, Path, shown};
use super::{names, selectors};
use crate::collections::SortedSet;

const REASON_MAX: usize = 1024;
const MESSAGE_MAX: usize = 32 * 1024;

/// A budget, new or changed: all of its spec may change.
pub(super) fn spec(budget: &Value, causes: &mut Causes) {
    let (spec, path) = (at(budget, &["spec"]), Path::new("spec"));
    let bounds = ["minAvailable", "maxUnavailable"];
    if bounds.iter().all(|field| !at(spec, &[field]).is_null()) {
        causes.invalid_shown(&path, &spec_shown(spec), "minAvailable and maxUnavailable cannot be both set");
    }
    for field in bounds {
        number_or_percent(at(spec, &[field]), &path.child(field), causes);
    }
    selectors::label_selector(at(spec, &["selector"]), &path.child("selector"), causes);
    let policy = at(spec, &["unhealthyPodEvictionPolicy"]);
    if let Some(policy) = policy.as_str() {
        causes.one_of(&path.child("unhealthyPodEvictionPolicy"), policy, &["AlwaysAllow", "IfHealthyBudget"]);
    }
}

/// The spec as Go's own struct without tags prints it.
fn spec_shown(spec: &Value) -> String {
    let selector = match at(spec, &["selector"]) {
        Value::Null => "null".to_owned(),
        selector => selectors::selector_shown(selector),
    };
    format!(
        "{{\"MinAvailable\":{},\"Selector\":{selector},\"MaxUnavailable\":{},\"UnhealthyPodEvictionPolicy\":{}}}",
        shown(at(spec, &["minAvailable"])),
        shown(at(spec, &["maxUnavailable"])),
        shown(at(spec, &["unhealthyPodEvictionPolicy"])),
    )
}

fn number_or_percent(value: &Value, path: &Path, causes: &mut Causes) {
    match value {
        Value::String(text) => {
            if let Some(error) = names::percent(text) {
                causes.invalid(path, text.as_str(), &error);
            }
            if text.strip_suffix('%').and_then(|digits| digits.parse::<u64>().ok()).is_some_and(|n| n > 100) {
                causes.invalid(path, text.as_str(), "must not be greater than 100%");
            }
        }
        Value::Number(given) => causes.non_negative(path, given.as_i64().unwrap_or_default()),
        _ => {}
    }
}

/// A budget whose status a person changed.
pub(super) fn status(new: &Value, causes: &mut Causes) {
    let (status, path) = (at(new, &["status"]), Path::new("status"));
    let mut seen = SortedSet::new();
    for (index, found) in items(status, "conditions").iter().enumerate() {
        let path = path.child("conditions").index(index);
        if !seen.insert(text(found, "type")) {
            causes.duplicate(&path.child("type"), text(found, "type"));
        }
        condition(found, &path, causes);
    }
    for field in ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] {
        causes.non_negative(&path.child(field), number(status, field).unwrap_or_default());
    }
}

fn condition(condition: &Value, path: &Path, causes: &mut Causes) {
    let type_ = text(condition, "type");
    causes.invalid_each(&path.child("type"), type_, names::qualified_name(type_));
    causes.one_of(&path.child("status"), text(condition, "status"), &["False", "True", "Unknown"]);
    let generation = number(condition, "observedGeneration").unwrap_or_default();
    if generation < 0 {
        let detail = "must be greater than or equal to zero";
        causes.invalid(&path.child("observedGeneration"), generation, detail);
    }
    if at(condition, &["lastTransitionTime"]).is_null() {
        causes.required(&path.child("lastTransitionTime"), "");
    }
    let reason = text(condition, "reason");
    if reason.is_empty() {
        causes.required(&path.child("reason"), "");
    } else if let Some(error) = names::condition_reason(reason) {
        causes.invalid(&path.child("reason"), reason, &error);
    }
    if reason.len() > REASON_MAX {
        causes.too_long(&path.child("reason"), REASON_MAX);
    }
    if text(condition, "message").len() > MESSAGE_MAX {
        causes.too_long(&path.child("message"), MESSAGE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn causes(look: impl Fn(&Value, &mut Causes), yaml: &str) -> Vec<String> {
        let mut causes = Causes::default();
        look(&serde_yaml::from_str(yaml).unwrap(), &mut causes);
        causes.0.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect()
    }

    #[test]
    fn specs() {
        let table: [(&str, &[&str]); 9] = [
            ("{minAvailable: 1, selector: {}}", &[]),
            ("{maxUnavailable: 50%, unhealthyPodEvictionPolicy: AlwaysAllow}", &[]),
            (
                "{minAvailable: 1, maxUnavailable: 50%, selector: {matchLabels: {app: web}}}",
                &[
                    "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{\"matchLabels\":{\"app\":\"web\"}},\
                   \"MaxUnavailable\":\"50%\",\"UnhealthyPodEvictionPolicy\":null}: minAvailable and \
                   maxUnavailable cannot be both set",
                ],
            ),
            (
                "{minAvailable: -1}",
                &["spec.minAvailable: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (
                "{maxUnavailable: 101%}",
                &["spec.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%"],
            ),
            (
                "{minAvailable: some}",
                &[
                    "spec.minAvailable: Invalid value: \"some\": a valid percent string must be a numeric string \
                   followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
                ],
            ),
            (
                "{minAvailable: 1, unhealthyPodEvictionPolicy: Never}",
                &["spec.unhealthyPodEvictionPolicy: Unsupported value: \"Never\": supported values: \
                   \"AlwaysAllow\", \"IfHealthyBudget\""],
            ),
            (
                "{selector: {matchExpressions: [{key: a, operator: Near}]}}",
                &[
                    "spec.selector.matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector \
                   operator",
                ],
            ),
            ("{}", &[]),
        ];
        for (yaml, expected) in table {
            assert_eq!(causes(spec, &format!("spec: {yaml}")), expected, "{yaml}");
        }
    }

    #[test]
    fn statuses() {
        let right = "{type: DisruptionAllowed, status: 'True', reason: A_b, message: '', \
                     lastTransitionTime: '2026-01-05T09:00:00Z'}";
        let both = format!("{{conditions: [{right}, {right}]}}");
        let table: [(&str, &[&str]); 4] = [
            ("{disruptionsAllowed: 1, currentHealthy: 1, desiredHealthy: 0, expectedPods: 1}", &[]),
            (
                "{disruptionsAllowed: -1}",
                &["status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0"],
            ),
            (&both, &["status.conditions[1].type: Duplicate value: \"DisruptionAllowed\""]),
            (
                "{conditions: [{type: A, status: Yes, reason: '1', observedGeneration: -1}]}",
                &[
                    "status.conditions[0].status: Unsupported value: \"Yes\": supported values: \"False\", \"True\", \
                     \"Unknown\"",
                    "status.conditions[0].observedGeneration: Invalid value: -1: must be greater than or equal to zero",
                    "status.conditions[0].lastTransitionTime: Required value",
                    "status.conditions[0].reason: Invalid value: \"1\": a condition reason must start with \
                     alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and \
                     must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or \
                     'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is \
                     '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')",
                ],
            ),
        ];
        for (yaml, expected) in table {
            assert_eq!(causes(status, &format!("status: {yaml}")), expected, "{yaml}");
        }
    }
}

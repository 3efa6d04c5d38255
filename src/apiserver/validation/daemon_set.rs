//! Rules for `DaemonSet`s.
//!
//! Models `ValidateDaemonSet*`, pkg/apis/apps/validation/validation.go, Kubernetes v1.36. Left out: the
//! template's generation, which the server counts by itself.

use serde_json::Value;

use super::super::fields::{at, is_empty, items, number, text};
use super::causes::{Causes, Path};
use super::{names, pod_spec, selectors};
use crate::api::codec::from_value;
use crate::api::labels::LabelSelector;
use crate::api::schema::quote;

/// A new set.
pub(super) fn create(set: &Value, causes: &mut Causes) {
    let (spec, path) = (at(set, &["spec"]), Path::new("spec"));
    selector(spec, &path, causes);
    let (template, template_path) = (at(spec, &["template"]), path.child("template"));
    pod_spec::template(template, &template_path, causes);
    let (pod, pod_path) = (at(template, &["spec"]), template_path.child("spec"));
    let restart = text(pod, "restartPolicy");
    if restart != "Always" {
        causes.not_supported(&pod_path.child("restartPolicy"), restart, &["Always"]);
    }
    if number(pod, "activeDeadlineSeconds").is_some() {
        causes.forbidden(
            &pod_path.child("activeDeadlineSeconds"),
            "activeDeadlineSeconds in DaemonSet is not Supported",
        );
    }
    causes.non_negative(&path.child("minReadySeconds"), number(spec, "minReadySeconds").unwrap_or_default());
    update_strategy(at(spec, &["updateStrategy"]), &path.child("updateStrategy"), causes);
    let limit = number(spec, "revisionHistoryLimit").unwrap_or_default();
    causes.non_negative(&path.child("revisionHistoryLimit"), limit);
}

/// A changed set.
pub(super) fn update(new: &Value, old: &Value, causes: &mut Causes) {
    let selector = at(new, &["spec", "selector"]);
    if selector != at(old, &["spec", "selector"]) {
        let path = Path::new("spec").child("selector");
        causes.invalid_shown(&path, &selectors::selector_shown(selector), "field is immutable");
    }
    create(new, causes);
}

/// A set whose status a person changed.
pub(super) fn status(new: &Value, old: &Value, causes: &mut Causes) {
    let path = Path::new("status");
    let (new, old) = (at(new, &["status"]), at(old, &["status"]));
    let count = |field: &str| number(new, field).unwrap_or_default();
    for field in [
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
        "collisionCount",
    ] {
        causes.non_negative(&path.child(field), count(field));
    }
    if number(old, "collisionCount").is_some_and(|old| count("collisionCount") < old) {
        causes.invalid(&path.child("collisionCount"), count("collisionCount"), "cannot be decremented");
    }
}

fn selector(spec: &Value, path: &Path, causes: &mut Causes) {
    let selector = at(spec, &["selector"]);
    let path_of_selector = path.child("selector");
    let selects_all =
        is_empty(at(selector, &["matchLabels"])) && items(selector, "matchExpressions").is_empty();
    if !selector.is_null() {
        selectors::label_selector(selector, &path_of_selector, causes);
    }
    if selectors::is_usable(selector) {
        let labels = at(spec, &["template", "metadata", "labels"]);
        let parsed: LabelSelector = from_value(selector.clone()).unwrap_or_default();
        let of_template = from_value(labels.clone()).unwrap_or_default();
        // An absent selector selects nothing, an empty one everything.
        if selector.is_null() || (!selects_all && !parsed.matches(&of_template)) {
            causes.invalid(
                &path.child("template").child("metadata").child("labels"),
                labels.clone(),
                "`selector` does not match template `labels`",
            );
        }
    }
    if !selector.is_null() && selects_all {
        causes.invalid_shown(&path_of_selector, "{}", "empty selector is invalid for daemonset");
    }
}

fn update_strategy(strategy: &Value, path: &Path, causes: &mut Causes) {
    let parameters = at(strategy, &["rollingUpdate"]);
    let path_of_parameters = path.child("rollingUpdate");
    match text(strategy, "type") {
        "OnDelete" => {}
        "RollingUpdate" if parameters.is_null() => causes.required(&path_of_parameters, ""),
        "RollingUpdate" => rolling_update(parameters, &path_of_parameters, causes),
        other => {
            let parameters = match parameters {
                Value::Null => "null".to_owned(),
                given => {
                    let amount = |field: &str| match at(given, &[field]) {
                        Value::Null => "0".to_owned(),
                        amount => amount.to_string(),
                    };
                    let (unavailable, surge) = (amount("maxUnavailable"), amount("maxSurge"));
                    format!("{{\"MaxUnavailable\":{unavailable},\"MaxSurge\":{surge}}}")
                }
            };
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":{parameters}}}", quote(other));
            causes.not_supported_shown(path, &shown, &["RollingUpdate", "OnDelete"]);
        }
    }
}

/// Exactly one of the two is not zero.
fn rolling_update(parameters: &Value, path: &Path, causes: &mut Causes) {
    let fields = ["maxUnavailable", "maxSurge"];
    for field in fields {
        match at(parameters, &[field]) {
            Value::String(text) => {
                if let Some(error) = names::percent(text) {
                    causes.invalid(&path.child(field), text.as_str(), &error);
                }
            }
            value => causes.non_negative(&path.child(field), value.as_i64().unwrap_or_default()),
        }
    }
    for field in fields {
        let value = at(parameters, &[field]);
        let is_percent = value.as_str().is_some_and(|text| names::percent(text).is_none());
        if is_percent && amount(value) > 100 {
            causes.invalid(&path.child(field), value.clone(), "must not be greater than 100%");
        }
    }
    let surge = at(parameters, &["maxSurge"]);
    match (amount(at(parameters, &["maxUnavailable"])) != 0, amount(surge) != 0) {
        (true, true) => {
            let detail = "may not be set when maxUnavailable is non-zero";
            causes.invalid(&path.child("maxSurge"), surge.clone(), detail);
        }
        (false, false) => causes.required(&path.child("maxUnavailable"), "cannot be 0 when maxSurge is 0"),
        _ => {}
    }
}

/// The number before a percent sign, or the number; text of any other form counts as none.
fn amount(value: &Value) -> i64 {
    match value {
        Value::String(text) => text.strip_suffix('%').unwrap_or(text).parse().unwrap_or_default(),
        value => value.as_i64().unwrap_or_default(),
    }
}

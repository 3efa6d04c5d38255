//! Rules for Deployments and `ReplicaSet`s.
//!
//! Models pkg/apis/apps/validation/validation.go, Kubernetes v1.36. Left out: `spec.rollbackTo`, which no
//! served version has.

use serde_json::Value;

use super::super::fields::{at, is_empty, items, number, text};
use super::causes::{Causes, Path, shown};
use super::{names, pod_spec, selectors};
use crate::api::codec::from_value;
use crate::api::labels::LabelSelector;

/// A new Deployment, or the new version of one.
pub(super) fn deployment(deployment: &Value, causes: &mut Causes) {
    let (spec, path) = (at(deployment, &["spec"]), Path::new("spec"));
    let count = |field: &str| number(spec, field).unwrap_or_default();
    causes.non_negative(&path.child("replicas"), count("replicas"));
    selector_and_template(spec, &path, causes);
    strategy(at(spec, &["strategy"]), &path.child("strategy"), causes);
    causes.non_negative(&path.child("minReadySeconds"), count("minReadySeconds"));
    causes.non_negative(&path.child("revisionHistoryLimit"), count("revisionHistoryLimit"));
    if let Some(deadline) = number(spec, "progressDeadlineSeconds") {
        let path = path.child("progressDeadlineSeconds");
        causes.non_negative(&path, deadline);
        if deadline <= count("minReadySeconds") {
            causes.invalid(&path, deadline, "must be greater than minReadySeconds");
        }
    }
}

/// A new `ReplicaSet`, or the new version of one.
pub(super) fn replica_set(set: &Value, causes: &mut Causes) {
    let (spec, path) = (at(set, &["spec"]), Path::new("spec"));
    for field in ["replicas", "minReadySeconds"] {
        causes.non_negative(&path.child(field), number(spec, field).unwrap_or_default());
    }
    selector_and_template(spec, &path, causes);
}

/// A selector, once given, stays.
pub(super) fn immutable_selector(new: &Value, old: &Value, causes: &mut Causes) {
    let (new, old) = (at(new, &["spec", "selector"]), at(old, &["spec", "selector"]));
    if new != old {
        let path = Path::new("spec").child("selector");
        causes.invalid_shown(&path, &selectors::selector_shown(new), "field is immutable");
    }
}

/// The selector, and the template that it must match.
fn selector_and_template(spec: &Value, path: &Path, causes: &mut Causes) {
    let selector = at(spec, &["selector"]);
    let path_of_selector = path.child("selector");
    let selects_all =
        is_empty(at(selector, &["matchLabels"])) && items(selector, "matchExpressions").is_empty();
    if selector.is_null() {
        causes.required(&path_of_selector, "");
    } else {
        selectors::label_selector(selector, &path_of_selector, causes);
        if selects_all {
            causes.invalid_shown(&path_of_selector, "{}", "empty selector is invalid for deployment");
        }
    }
    if !selectors::is_usable(selector) {
        let shown = selectors::selector_shown(selector);
        causes.invalid_shown(&path_of_selector, &shown, "invalid label selector");
        return;
    }
    let (template, path) = (at(spec, &["template"]), path.child("template"));
    let labels = at(template, &["metadata", "labels"]);
    let parsed: LabelSelector = from_value(selector.clone()).unwrap_or_default();
    let of_template = from_value(labels.clone()).unwrap_or_default();
    // An absent selector selects nothing, an empty one everything.
    if selector.is_null() || (!selects_all && !parsed.matches(&of_template)) {
        causes.invalid(
            &path.child("metadata").child("labels"),
            labels.clone(),
            "`selector` does not match template `labels`",
        );
    }
    pod_spec::template(template, &path, causes);
    let (pod, path) = (at(template, &["spec"]), path.child("spec"));
    let restart = text(pod, "restartPolicy");
    if restart != "Always" {
        causes.not_supported(&path.child("restartPolicy"), restart, &["Always"]);
    }
    if number(pod, "activeDeadlineSeconds").is_some() {
        causes.forbidden(
            &path.child("activeDeadlineSeconds"),
            "activeDeadlineSeconds in ReplicaSet is not Supported",
        );
    }
}

fn strategy(strategy: &Value, path: &Path, causes: &mut Causes) {
    let parameters = at(strategy, &["rollingUpdate"]);
    let path_of_parameters = path.child("rollingUpdate");
    match text(strategy, "type") {
        "Recreate" => {
            if !parameters.is_null() {
                causes.forbidden(
                    &path_of_parameters,
                    "may not be specified when strategy `type` is 'Recreate'",
                );
            }
        }
        "RollingUpdate" if parameters.is_null() => {
            causes.required(&path_of_parameters, "this should be defaulted and never be nil");
        }
        "RollingUpdate" => rolling_update(parameters, &path_of_parameters, causes),
        other => {
            let parameters = match parameters {
                Value::Null => "null".to_owned(),
                given => format!(
                    "{{\"MaxUnavailable\":{},\"MaxSurge\":{}}}",
                    at(given, &["maxUnavailable"]),
                    at(given, &["maxSurge"])
                ),
            };
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":{parameters}}}", shown(&other.into()));
            causes.not_supported_shown(path, &shown, &["Recreate", "RollingUpdate"]);
        }
    }
}

fn rolling_update(parameters: &Value, path: &Path, causes: &mut Causes) {
    let unavailable = at(parameters, &["maxUnavailable"]);
    let surge = at(parameters, &["maxSurge"]);
    let path_of_unavailable = path.child("maxUnavailable");
    number_or_percent(unavailable, &path_of_unavailable, causes);
    number_or_percent(surge, &path.child("maxSurge"), causes);
    if amount(unavailable) == 0 && amount(surge) == 0 {
        let detail = "may not be 0 when `maxSurge` is 0";
        causes.invalid(&path_of_unavailable, unavailable.clone(), detail);
    }
    if unavailable.as_str().is_some_and(|text| names::percent(text).is_none()) && amount(unavailable) > 100 {
        causes.invalid(&path_of_unavailable, unavailable.clone(), "must not be greater than 100%");
    }
}

/// A number that is not negative, or a percentage.
fn number_or_percent(value: &Value, path: &Path, causes: &mut Causes) {
    match value {
        Value::String(text) => {
            if let Some(error) = names::percent(text) {
                causes.invalid(path, text.as_str(), &error);
            }
        }
        value => causes.non_negative(path, value.as_i64().unwrap_or_default()),
    }
}

/// The number before a percent sign, or the number.
fn amount(value: &Value) -> i64 {
    match value {
        Value::String(text) => text.trim_end_matches('%').parse().unwrap_or_default(),
        value => value.as_i64().unwrap_or_default(),
    }
}

/// A Deployment whose status a person changed.
pub(super) fn deployment_status(new: &Value, old: &Value, causes: &mut Causes) {
    let counts = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"];
    let fields = ["observedGeneration"].into_iter().chain(counts);
    not_negative(new, fields.chain(["terminatingReplicas", "collisionCount"]), causes);
    within_replicas(new, &["updatedReplicas", "readyReplicas", "availableReplicas"], causes);
    let collisions = |value: &Value| number(at(value, &["status"]), "collisionCount");
    let now = collisions(new).unwrap_or_default();
    if collisions(old).is_some_and(|before| now < before) {
        causes.invalid(&Path::new("status").child("collisionCount"), now, "cannot be decremented");
    }
}

/// A `ReplicaSet` whose status a person changed.
pub(super) fn replica_set_status(new: &Value, causes: &mut Causes) {
    let counts = ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"];
    let fields = ["replicas"].into_iter().chain(counts);
    not_negative(new, fields.chain(["observedGeneration", "terminatingReplicas"]), causes);
    within_replicas(new, &counts, causes);
}

fn not_negative<'a>(object: &Value, fields: impl Iterator<Item = &'a str>, causes: &mut Causes) {
    let (status, path) = (at(object, &["status"]), Path::new("status"));
    for field in fields {
        causes.non_negative(&path.child(field), number(status, field).unwrap_or_default());
    }
}

fn within_replicas(object: &Value, fields: &[&str], causes: &mut Causes) {
    let (status, path) = (at(object, &["status"]), Path::new("status"));
    let count = |field: &str| number(status, field).unwrap_or_default();
    for field in fields {
        if count(field) > count("replicas") {
            causes.invalid(&path.child(field), count(field), "cannot be greater than status.replicas");
        }
    }
    let available = count("availableReplicas");
    if available > count("readyReplicas") {
        causes.invalid(&path.child("availableReplicas"), available, "cannot be greater than readyReplicas");
    }
}

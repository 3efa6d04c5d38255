//! Rules for `StatefulSet`s and the revisions of their templates.
//!
//! Models pkg/apis/apps/validation/validation.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{Fields, at, items, number, text};
use super::causes::{Causes, Path};
use super::{names, pod_spec, selectors, storage};
use crate::api::codec::from_value;

/// What may change in a spec.
const MUTABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// Which rules hold for a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rules {
    /// Names of Services and claim templates: what never changes is not looked at again.
    immutable: bool,
    /// The pods' spec: an old one that was never valid may stay so.
    template: bool,
}

/// A new set.
pub(super) fn create(set: &Value, causes: &mut Causes) {
    spec(at(set, &["spec"]), Rules { immutable: true, template: true }, causes);
}

/// A changed set.
pub(super) fn update(new: &Value, old: &Value, causes: &mut Causes) {
    let (new, old) = (at(new, &["spec"]), at(old, &["spec"]));
    let mut of_old = Causes::default();
    spec(old, Rules { immutable: false, template: true }, &mut of_old);
    spec(new, Rules { immutable: false, template: of_old.0.is_empty() }, causes);
    if immutable_part(new) != immutable_part(old) {
        let listed: Vec<String> = MUTABLE.iter().map(|name| format!("'{name}'")).collect();
        let (last, first) = listed
            .split_last()
            .map_or((String::new(), String::new()), |(last, first)| (last.clone(), first.join(", ")));
        causes.forbidden(
            &Path::new("spec"),
            &format!("updates to statefulset spec for fields other than {first} and {last} are forbidden"),
        );
    }
}

fn immutable_part(spec: &Value) -> Fields {
    let mut fields = spec.as_object().cloned().unwrap_or_default();
    fields.retain(|name, _| !MUTABLE.contains(&name.as_str()));
    fields
}

fn spec(spec: &Value, rules: Rules, causes: &mut Causes) {
    let path = Path::new("spec");
    let policy = text(spec, "podManagementPolicy");
    match policy {
        "OrderedReady" | "Parallel" => {}
        "" => causes.required(&path.child("podManagementPolicy"), ""),
        other => {
            causes.invalid(&path.child("podManagementPolicy"), other, "must be 'OrderedReady' or 'Parallel'");
        }
    }
    update_strategy(at(spec, &["updateStrategy"]), &path.child("updateStrategy"), causes);
    retention_policy(spec, &path.child("persistentVolumeClaimRetentionPolicy"), causes);
    if rules.immutable {
        for (index, claim) in items(spec, "volumeClaimTemplates").iter().enumerate() {
            let path = path.child("volumeClaimTemplates").index(index).child("spec");
            storage::claim_spec(at(claim, &["spec"]), &path, causes);
        }
    }
    for field in ["replicas", "minReadySeconds"] {
        causes.non_negative(&path.child(field), number(spec, field).unwrap_or_default());
    }
    let start = number(at(spec, &["ordinals"]), "start").unwrap_or_default();
    causes.non_negative(&path.child("ordinals").child("start"), start);
    let service = text(spec, "serviceName");
    if rules.immutable && !service.is_empty() {
        causes.invalid_each(&path.child("serviceName"), service, names::dns_label(service));
    }
    selector(spec, rules, &path, causes);
    let template_path = path.child("template").child("spec");
    let pod = at(spec, &["template", "spec"]);
    let restart = text(pod, "restartPolicy");
    if restart != "Always" {
        causes.not_supported(&template_path.child("restartPolicy"), restart, &["Always"]);
    }
    if number(pod, "activeDeadlineSeconds").is_some() {
        causes.forbidden(
            &template_path.child("activeDeadlineSeconds"),
            "activeDeadlineSeconds in StatefulSet is not Supported",
        );
    }
}

fn update_strategy(strategy: &Value, path: &Path, causes: &mut Causes) {
    let parameters = at(strategy, &["rollingUpdate"]);
    let path_of_parameters = path.child("rollingUpdate");
    let shown = match parameters {
        Value::Null => "null".to_owned(),
        found => {
            let partition = number(found, "partition").unwrap_or_default();
            format!("{{\"Partition\":{partition},\"MaxUnavailable\":{}}}", at(found, &["maxUnavailable"]))
        }
    };
    match text(strategy, "type") {
        "" => causes.required(path, ""),
        "OnDelete" => {
            if !parameters.is_null() {
                causes.invalid_shown(
                    &path_of_parameters,
                    &shown,
                    "only allowed for updateStrategy 'RollingUpdate'",
                );
            }
        }
        "RollingUpdate" => rolling_update(parameters, &path_of_parameters, causes),
        other => {
            let type_ = crate::api::schema::quote(other);
            let shown = format!("{{\"Type\":{type_},\"RollingUpdate\":{shown}}}");
            causes.invalid_shown(path, &shown, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

fn rolling_update(parameters: &Value, path: &Path, causes: &mut Causes) {
    let partition = number(parameters, "partition").unwrap_or_default();
    causes.non_negative(&path.child("partition"), partition);
    let path = path.child("maxUnavailable");
    match at(parameters, &["maxUnavailable"]) {
        Value::String(text) => {
            if let Some(error) = names::percent(text) {
                causes.invalid(&path, text.as_str(), &error);
                return;
            }
            let percent = text.trim_end_matches('%').parse::<i64>().unwrap_or(i64::MAX);
            if percent == 0 {
                causes.invalid(&path, text.as_str(), "cannot be 0");
            }
            if percent > 100 {
                causes.invalid(&path, text.as_str(), "must not be greater than 100%");
            }
        }
        Value::Number(given) => {
            let given = given.as_i64().unwrap_or_default();
            causes.non_negative(&path, given);
            if given == 0 {
                causes.invalid(&path, given, "cannot be 0");
            }
        }
        _ => {}
    }
}

fn retention_policy(spec: &Value, path: &Path, causes: &mut Causes) {
    let policy = at(spec, &["persistentVolumeClaimRetentionPolicy"]);
    if !policy.is_null() {
        for field in ["whenDeleted", "whenScaled"] {
            causes.one_of(&path.child(field), text(policy, field), &["Retain", "Delete"]);
        }
    }
}

/// The selector, and the template that it must match.
fn selector(spec: &Value, rules: Rules, path: &Path, causes: &mut Causes) {
    let selector = at(spec, &["selector"]);
    let path_of_selector = path.child("selector");
    let is_empty = super::super::fields::is_empty(at(selector, &["matchLabels"]))
        && items(selector, "matchExpressions").is_empty();
    if selector.is_null() {
        causes.required(&path_of_selector, "");
    } else {
        selectors::label_selector(selector, &path_of_selector, causes);
        if is_empty {
            causes.invalid_shown(&path_of_selector, "{}", "empty selector is invalid for statefulset");
        }
    }
    if !selectors::is_usable(selector) {
        causes.invalid_shown(&path_of_selector, &selectors::selector_shown(selector), "");
        return;
    }
    let template = at(spec, &["template"]);
    let path = path.child("template");
    let labels = at(template, &["metadata", "labels"]);
    let parsed: crate::api::labels::LabelSelector = from_value(selector.clone()).unwrap_or_default();
    let of_template = from_value(labels.clone()).unwrap_or_default();
    // An absent selector selects nothing, an empty one everything.
    if selector.is_null() || (!is_empty && !parsed.matches(&of_template)) {
        causes.invalid(
            &path.child("metadata").child("labels"),
            labels.clone(),
            "`selector` does not match template `labels`",
        );
    }
    if rules.template {
        pod_spec::template(&with_claims(spec), &path, causes);
    } else {
        selectors::labels(labels, &path.child("labels"), causes);
    }
}

/// The template as its pods will be: with the claims' volumes, without the names that each pod gets.
fn with_claims(spec: &Value) -> Value {
    let mut template = at(spec, &["template"]).clone();
    // Of several claims of one name the last counts.
    let mut claims: Vec<&str> = Vec::new();
    for name in items(spec, "volumeClaimTemplates").iter().map(|claim| text(at(claim, &["metadata"]), "name"))
    {
        if !claims.contains(&name) {
            claims.push(name);
        }
    }
    if let Some(Value::Object(pod)) = template.get_mut("spec") {
        pod.remove("hostname");
        pod.remove("subdomain");
        if !claims.is_empty() {
            let own =
                pod.remove("volumes").and_then(|volumes| volumes.as_array().cloned()).unwrap_or_default();
            let mut volumes: Vec<Value> = claims
                .iter()
                .map(|name| serde_json::json!({"name": name, "persistentVolumeClaim": {"claimName": name}}))
                .collect();
            volumes.extend(own.into_iter().filter(|volume| !claims.contains(&text(volume, "name"))));
            pod.insert("volumes".into(), Value::Array(volumes));
        }
    }
    template
}

/// A set whose status a person changed.
pub(super) fn status(new: &Value, old: &Value, causes: &mut Causes) {
    let path = Path::new("status");
    let (new, old) = (at(new, &["status"]), at(old, &["status"]));
    let count = |field: &str| number(new, field).unwrap_or_default();
    let counts = ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"];
    for field in counts.into_iter().chain(["observedGeneration", "collisionCount"]) {
        causes.non_negative(&path.child(field), count(field));
    }
    for field in counts.into_iter().skip(1) {
        if count(field) > count("replicas") {
            causes.invalid(&path.child(field), count(field), "cannot be greater than status.replicas");
        }
    }
    if count("availableReplicas") > count("readyReplicas") {
        causes.invalid(
            &path.child("availableReplicas"),
            count("availableReplicas"),
            "cannot be greater than status.readyReplicas",
        );
    }
    if number(old, "collisionCount").is_some_and(|old| count("collisionCount") < old) {
        causes.invalid(&path.child("collisionCount"), count("collisionCount"), "cannot be decremented");
    }
}

/// A revision; its data never changes.
pub(super) fn revision(new: &Value, old: Option<&Value>, causes: &mut Causes) {
    causes.non_negative(&Path::new("revision"), number(new, "revision").unwrap_or_default());
    let (path, data) = (Path::new("data"), at(new, &["data"]));
    match old {
        None if data.is_null() => causes.required(&path, "data is mandatory"),
        None if !data.is_object() => causes.required(&path, "data must be a valid JSON object"),
        Some(old) if at(old, &["data"]) != data => causes.invalid(&path, data.clone(), "field is immutable"),
        _ => {}
    }
}

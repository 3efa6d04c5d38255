//! Rules for pods: new ones, and what may change later.
//!
//! Models `ValidatePodCreate`, `ValidatePodUpdate` and `ValidatePodStatusUpdate`,
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{Fields, at, entries, items, number, text};
use super::causes::{Causes, Path};
use super::{affinity, containers, names, pod_annotations, pod_spec, selectors};

/// A new pod.
pub(super) fn create(pod: &Value, causes: &mut Causes) {
    both(pod, causes);
    let (spec, path) = (at(pod, &["spec"]), Path::new("spec"));
    if !items(spec, "ephemeralContainers").is_empty() {
        causes.forbidden(&path.child("ephemeralContainers"), "cannot be set on create");
    }
    if !text(spec, "nodeName").is_empty() && !items(spec, "schedulingGates").is_empty() {
        causes
            .forbidden(&path.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
    }
}

/// A pod at any time.
fn both(pod: &Value, causes: &mut Causes) {
    let (spec, path) = (at(pod, &["spec"]), Path::new("spec"));
    pod_annotations::annotations(pod, &Path::new("metadata.annotations"), causes);
    pod_spec::pod_spec(spec, Some(text(at(pod, &["metadata"]), "name")), &path, causes);
    for list in ["containers", "initContainers"] {
        containers::only_for_pods(spec, list, &path, causes);
    }
}

/// A changed pod: few fields of its spec may differ from the old.
pub(super) fn update(new: &Value, old: &Value, causes: &mut Causes) {
    both(new, causes);
    pod_annotations::update(new, old, &Path::new("metadata.annotations"), causes);
    let path = Path::new("spec");
    let (new, old) = (at(new, &["spec"]), at(old, &["spec"]));
    for list in ["containers", "initContainers"] {
        if items(new, list).len() != items(old, list).len() {
            causes.forbidden(&path.child(list), "pod updates may not add or remove containers");
            return;
        }
    }
    if !deadline(new, old, &path.child("activeDeadlineSeconds"), causes) {
        return;
    }
    let kept = items(old, "tolerations")
        .iter()
        .all(|old| items(new, "tolerations").iter().any(|new| without_seconds(new) == without_seconds(old)));
    if kept {
        affinity::tolerations(items(new, "tolerations"), &path.child("tolerations"), causes);
    } else {
        causes.forbidden(
            &path.child("tolerations"),
            "existing toleration can not be modified except its tolerationSeconds",
        );
    }
    scheduling_gates(new, old, &path.child("schedulingGates"), causes);
    let mut munged = with_what_may_change(new, old);
    if !items(old, "schedulingGates").is_empty() {
        only_narrowed(new, old, &path, causes);
        take_over_nodes(&mut munged, old);
    }
    if munged != *old {
        let fields = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
                      `spec.tolerations` (only additions to existing tolerations),\
                      `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        let diff = super::diff::of(old, &munged, "PodSpec");
        causes.forbidden(&path, &format!("pod updates may not change fields other than {fields}\n{diff}"));
    }
}

fn without_seconds(toleration: &Value) -> Value {
    let mut toleration = toleration.clone();
    if let Value::Object(fields) = &mut toleration {
        fields.remove("tolerationSeconds");
    }
    toleration
}

/// Whether the rest is to be looked at.
fn deadline(new: &Value, old: &Value, path: &Path, causes: &mut Causes) -> bool {
    let field = "activeDeadlineSeconds";
    match (number(new, field), number(old, field)) {
        (Some(new), _) if !(0..=i64::from(i32::MAX)).contains(&new) => {
            causes.invalid(path, new, "must be between 0 and 2147483647, inclusive");
            false
        }
        (Some(new), Some(old)) if old < new => {
            causes.invalid(path, new, "must be less than or equal to previous value");
            false
        }
        (None, Some(_)) => {
            causes.invalid(path, Value::Null, "must not update from a positive integer to nil value");
            true
        }
        _ => true,
    }
}

fn scheduling_gates(new: &Value, old: &Value, path: &Path, causes: &mut Causes) {
    let old: Vec<&str> = items(old, "schedulingGates").iter().map(|gate| text(gate, "name")).collect();
    for (index, gate) in items(new, "schedulingGates").iter().enumerate() {
        let name = text(gate, "name");
        if !old.contains(&name) {
            let detail = format!("only deletion is allowed, but found new scheduling gate '{name}'");
            causes.forbidden(&path.index(index).child("name"), &detail);
        }
    }
}

/// The new spec with the old one's values in all fields that may change.
fn with_what_may_change(new: &Value, old: &Value) -> Value {
    let mut munged = new.clone();
    let Value::Object(fields) = &mut munged else {
        return munged;
    };
    for list in ["containers", "initContainers"] {
        let containers = fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for (container, old) in containers.zip(items(old, list)) {
            if let Value::Object(container) = container {
                take_over(container, old, "image");
            }
        }
    }
    for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] {
        take_over(fields, old, field);
    }
    let field = "terminationGracePeriodSeconds";
    if number(old, field).is_some_and(|seconds| seconds < 0) && number(new, field) == Some(1) {
        take_over(fields, old, field);
    }
    munged
}

/// While gates hold a pod it may be tied to fewer nodes than before, and to no others.
fn only_narrowed(new: &Value, old: &Value, path: &Path, causes: &mut Causes) {
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    let (field, labels) = ("nodeSelector", at(new, &["nodeSelector"]));
    if entries(old, field).any(|(key, value)| labels.get(key) != Some(value)) {
        let detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
        causes.invalid(&path.child(field), labels.clone(), detail);
    }
    let field = "nodeSelectorTerms";
    let path = path.child("affinity").child("nodeAffinity").child(REQUIRED).child(field);
    let required = |spec| at(spec, &["affinity", "nodeAffinity", REQUIRED]);
    let (now, before) = (items(required(new), field), items(required(old), field));
    if !before.is_empty() && now.len() != before.len() {
        let detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        causes.invalid_shown(&path, &selectors::terms_shown(at(required(new), &[field])), detail);
        return;
    }
    for (index, (new, old)) in now.iter().zip(before).enumerate() {
        if !has_only_more(new, old) {
            let detail = "only additions are allowed (no mutations or deletions)";
            causes.invalid_shown(&path.index(index), &selectors::term_shown(new), detail);
        }
    }
}

/// Gives the new spec the old one's choice of nodes.
fn take_over_nodes(munged: &mut Value, old: &Value) {
    let Value::Object(fields) = munged else { return };
    take_over(fields, old, "nodeSelector");
    let before = at(old, &["affinity"]);
    if let Some(Value::Object(affinity)) = fields.get_mut("affinity") {
        take_over(affinity, before, "nodeAffinity");
        if affinity.is_empty() && before.is_null() {
            fields.remove("affinity");
        }
    } else if !at(before, &["nodeAffinity"]).is_null() {
        let kept = serde_json::json!({"nodeAffinity": at(before, &["nodeAffinity"])});
        fields.insert("affinity".into(), kept);
    }
}

/// Whether a term of a node selector asks for all that it asked for before, in the same order, and perhaps
/// more. One that asked for nothing, and so matches no node, stays so.
fn has_only_more(new: &Value, old: &Value) -> bool {
    const LISTS: [&str; 2] = ["matchExpressions", "matchFields"];
    let is_empty = |term: &Value| LISTS.iter().all(|list| items(term, list).is_empty());
    (!is_empty(old) || is_empty(new))
        && LISTS.iter().all(|list| items(new, list).starts_with(items(old, list)))
}

fn take_over(fields: &mut Fields, old: &Value, field: &str) {
    match old.get(field) {
        Some(value) => fields.insert(field.to_owned(), value.clone()),
        None => fields.remove(field),
    };
}

/// A pod whose status a person changed.
pub(super) fn status(new: &Value, old: &Value, causes: &mut Causes) {
    let path = Path::new("status");
    let (new, old_status, spec) = (at(new, &["status"]), at(old, &["status"]), at(old, &["spec"]));
    for (index, condition) in items(new, "conditions").iter().enumerate() {
        let (type_, path) = (text(condition, "type"), path.child("conditions").index(index));
        if number(condition, "observedGeneration").is_some_and(|generation| generation < 0) {
            let generation = number(condition, "observedGeneration").unwrap_or_default();
            causes.invalid(&path.child("observedGeneration"), generation, "must be a non-negative integer");
        }
        if !matches!(type_, "PodScheduled" | "Ready" | "Initialized") {
            causes.invalid_each(&path.child("Type"), type_, names::qualified_name(type_));
        }
    }
    if text(new, "qosClass") != text(old_status, "qosClass") {
        causes.invalid(&path.child("qosClass"), text(new, "qosClass"), "field is immutable");
    }
    let policy = text(spec, "restartPolicy");
    if policy == "Always" {
        return;
    }
    for (index, was) in items(old_status, "containerStatuses").iter().enumerate() {
        let ended = at(was, &["state", "terminated"]);
        if ended.is_null() || (number(ended, "exitCode") != Some(0) && policy == "OnFailure") {
            continue;
        }
        let now = items(new, "containerStatuses").iter().find(|now| text(now, "name") == text(was, "name"));
        if now.is_some_and(|now| at(now, &["state", "terminated"]).is_null()) {
            let path = path.child("containerStatuses").index(index).child("state");
            causes.forbidden(&path, "may not be transitioned to non-terminated state");
        }
    }
}

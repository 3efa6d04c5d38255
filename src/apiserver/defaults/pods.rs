//! Defaults of pods and pod templates.
//!
//! Models `SetDefaults_PodSpec` and `SetDefaults_Pod`, pkg/apis/core/v1/defaults.go, Kubernetes v1.36.
//! Left out: ephemeral containers beyond what containers share; huge pages at pod level.

use serde_json::{Value, json};

use super::super::fields::{CONTAINER_LISTS, Fields, each, made_under, set_default, under};
use super::{containers, gated, resource_lists, round_up, volumes};
use crate::api::codec::from_value;
use crate::api::pod::PodSpec;
use crate::api::pod_resources::{ResourceField, aggregate};

/// A pod: what a template gets, and what only a pod gets.
pub(super) fn pod(object: &mut Fields) {
    let Some(spec) = made_under(object, "spec") else {
        return;
    };
    for list in ["containers", "initContainers"] {
        each(spec, list).for_each(containers::requests_from_limits);
    }
    pod_requests(spec);
    if spec.get("enableServiceLinks").is_none() {
        spec.insert("enableServiceLinks".into(), true.into());
    }
    if spec.get("hostNetwork") == Some(&Value::Bool(true)) {
        for list in ["containers", "initContainers"] {
            each(spec, list).for_each(containers::host_ports);
        }
    }
    pod_spec(spec);
}

/// The spec of a pod or of a template.
pub(super) fn pod_spec(spec: &mut Fields) {
    gated::drop_from(spec);
    set_default(spec, "dnsPolicy", "ClusterFirst");
    set_default(spec, "restartPolicy", "Always");
    if !spec.contains_key("securityContext") {
        spec.insert("securityContext".into(), json!({}));
    }
    if !spec.contains_key("terminationGracePeriodSeconds") {
        spec.insert("terminationGracePeriodSeconds".into(), 30.into());
    }
    set_default(spec, "schedulerName", "default-scheduler");
    // The old name of the field always shows the same.
    if let Some(name) = spec.get("serviceAccountName").or_else(|| spec.get("serviceAccount")).cloned() {
        spec.insert("serviceAccountName".into(), name.clone());
        spec.insert("serviceAccount".into(), name);
    }
    each(spec, "volumes").for_each(volumes::volume);
    for list in CONTAINER_LISTS {
        each(spec, list).for_each(containers::container);
    }
    for (_, amount) in under(spec, "overhead").into_iter().flatten() {
        round_up(amount);
    }
    resource_lists(under(spec, "resources"));
}

/// Requests of the pod as a whole: what its containers ask for together, else its own limits.
fn pod_requests(spec: &mut Fields) {
    let limits = match spec.get("resources").and_then(|resources| resources.get("limits")) {
        Some(Value::Object(limits)) if !limits.is_empty() => limits.clone(),
        _ => return,
    };
    let typed: PodSpec = from_value(Value::Object(spec.clone())).unwrap_or_default();
    let mut sums = Fields::new();
    for name in ["cpu", "memory"] {
        if let Some(sum) = aggregate(&typed, ResourceField::Requests, name) {
            sums.insert(name.to_owned(), sum.to_string().into());
        } else if let Some(limit) = limits.get(name) {
            sums.insert(name.to_owned(), limit.clone());
        }
    }
    if let Some(requests) = under(spec, "resources").and_then(|resources| made_under(resources, "requests")) {
        for (name, amount) in sums {
            requests.entry(name).or_insert(amount);
        }
    }
}

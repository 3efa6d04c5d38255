//! Rules for amounts: names of resources, quantities, requests and limits.
//!
//! Models `ValidateContainerResourceRequirements` and `validatePodResources`,
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36. Left out: whether huge pages are
//! whole; requests within claims on devices.

use serde_json::Value;

use super::super::fields::{at, entries, items, text};
use super::causes::{Causes, Path};
use super::names;
use crate::api::codec::from_value;
use crate::api::pod::PodSpec;
use crate::api::pod_resources::{ResourceField, aggregate};
use crate::api::quantity::Quantity;

/// A quantity in a decoded value.
pub(super) fn quantity(value: &Value) -> Option<Quantity> {
    Quantity::parse(value.as_str()?).ok()
}

/// Requests and limits of a container.
pub(super) fn container(resources: &Value, path: &Path, causes: &mut Causes) {
    requirements(resources, path, container_resource_name, causes);
}

/// The claims on devices that a container names, of those that its pod has.
pub(super) fn device_claims(resources: &Value, of_pod: &[Value], path: &Path, causes: &mut Causes) {
    let known: Vec<&str> = of_pod.iter().map(|claim| text(claim, "name")).collect();
    for (index, name) in items(resources, "claims").iter().map(|claim| text(claim, "name")).enumerate() {
        let path = path.index(index);
        if name.is_empty() {
            causes.required(&path, "");
        } else if !known.contains(&name) {
            let listed = if known.is_empty() {
                " which is empty".to_owned()
            } else {
                format!(": {}", known.join(", "))
            };
            let detail = format!("must be one of the names in pod.spec.resourceClaims{listed}");
            causes.not_found_because(&path, name, &detail);
        }
    }
}

/// Requests and limits of a pod as a whole.
pub(super) fn pod(spec: &Value, path: &Path, causes: &mut Causes) {
    let resources = at(spec, &["resources"]);
    if resources.is_null() {
        return;
    }
    let path = path.child("resources");
    if !at(resources, &["claims"]).is_null() {
        causes.forbidden(&path.child("claims"), "claims may not be set for Resources at pod-level");
    }
    requirements(resources, &path, pod_resource_name, causes);
    let typed: PodSpec = from_value(spec.clone()).unwrap_or_default();
    for field in [ResourceField::Requests, ResourceField::Limits] {
        let list = field.name();
        // Limits may exceed what the pod as a whole may use, but of pages, which nobody lends.
        for (name, of_pod) in entries(resources, list) {
            let (of_pod, sum) = (quantity(of_pod), aggregate(&typed, field, name));
            if let (Some(of_pod), Some(sum)) = (of_pod, sum)
                && sum > of_pod
                && (field == ResourceField::Requests || name.starts_with("hugepages-"))
            {
                let detail = format!("must be greater than or equal to aggregate container {list} of {sum}");
                causes.invalid(&path.child(list).key(name), of_pod.to_string(), &detail);
            }
        }
    }
    for (index, container) in items(spec, "containers").iter().enumerate() {
        for (name, limit) in entries(at(container, &["resources"]), "limits") {
            let pod_limit = quantity(at(resources, &["limits", name]));
            if let (Some(limit), Some(pod_limit)) = (quantity(limit), pod_limit)
                && limit > pod_limit
            {
                let path = path.child("containers").index(index).key(name).child("limits");
                let detail = format!("must be less than or equal to pod limits of {pod_limit}");
                causes.invalid(&path, limit.to_string(), &detail);
            }
        }
    }
}

fn requirements(
    resources: &Value,
    path: &Path,
    name_rule: fn(&str, &Path, &mut Causes),
    causes: &mut Causes,
) {
    let limits = at(resources, &["limits"]);
    for (name, amount) in entries(resources, "limits") {
        let path = path.child("limits").key(name);
        name_rule(name, &path, causes);
        quantity_value(name, amount, &path, causes);
    }
    let request_path = path.child("requests");
    for (name, amount) in entries(resources, "requests") {
        let path_of_name = request_path.key(name);
        name_rule(name, &path_of_name, causes);
        quantity_value(name, amount, &path_of_name, causes);
        let overcommit = !is_extended(name) && !name.starts_with("hugepages-");
        let Some(request) = quantity(amount) else {
            continue;
        };
        match quantity(at(limits, &[name])) {
            Some(limit) if !overcommit && request != limit => {
                let detail = format!("must be equal to {name} limit of {limit}");
                causes.invalid(&request_path, request.to_string(), &detail);
            }
            Some(limit) if request > limit => {
                let detail = format!("must be less than or equal to {name} limit of {limit}");
                causes.invalid(&request_path, request.to_string(), &detail);
            }
            None if !overcommit => {
                causes.required(&path.child("limits"), "Limit must be set for non overcommitable resources");
            }
            _ => {}
        }
    }
    let has = |name: &str| !at(limits, &[name]).is_null() || !at(resources, &["requests", name]).is_null();
    let huge = ["limits", "requests"]
        .iter()
        .any(|list| entries(resources, list).any(|(name, _)| name.starts_with("hugepages-")));
    if huge && !has("cpu") && !has("memory") {
        causes.forbidden(path, "HugePages require cpu or memory");
    }
}

/// Not negative, and whole where it is counted.
pub(super) fn quantity_value(name: &str, amount: &Value, path: &Path, causes: &mut Causes) {
    let Some(parsed) = quantity(amount) else {
        return;
    };
    if parsed.is_negative() {
        causes.invalid(path, parsed.to_string(), "must be greater than or equal to 0");
    }
    let counted = name == "pods" || is_extended(name);
    if counted && parsed.milli_value() % 1000 != 0 {
        causes.invalid(path, parsed.to_string(), "must be an integer");
    }
}

/// Whether the resource belongs to someone else than Kubernetes.
fn is_extended(name: &str) -> bool {
    name.contains('/') && !name.contains("kubernetes.io/") && !name.starts_with("requests.")
}

fn resource_name(name: &str, path: &Path, causes: &mut Causes) -> bool {
    let errors = names::qualified_name(name);
    if !errors.is_empty() {
        causes.invalid_each(path, name, errors);
        return false;
    }
    let standard = matches!(
        name,
        "cpu"
            | "memory"
            | "ephemeral-storage"
            | "storage"
            | "pods"
            | "services"
            | "replicationcontrollers"
            | "resourcequotas"
            | "secrets"
            | "configmaps"
            | "persistentvolumeclaims"
            | "requests.cpu"
            | "requests.memory"
            | "requests.ephemeral-storage"
            | "requests.storage"
            | "limits.cpu"
            | "limits.memory"
            | "limits.ephemeral-storage"
            | "services.nodeports"
            | "services.loadbalancers"
    ) || name.starts_with("hugepages-")
        || name.starts_with("requests.hugepages-");
    if !name.contains('/') && !standard {
        causes.invalid(path, name, "must be a standard resource type or fully qualified");
        return false;
    }
    true
}

fn container_resource_name(name: &str, path: &Path, causes: &mut Causes) {
    resource_name(name, path, causes);
    let standard = matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
    if !name.contains('/') && !standard {
        causes.invalid(path, name, "must be a standard resource for containers");
    } else if name.contains('/') && !name.contains("kubernetes.io/") && !is_extended(name) {
        causes.invalid(path, name, "doesn't follow extended resource name standard");
    }
}

fn pod_resource_name(name: &str, path: &Path, causes: &mut Causes) {
    if !resource_name(name, path, causes) {
        return;
    }
    if !matches!(name, "cpu" | "memory") && !name.starts_with("hugepages-") {
        causes.not_supported(path, name, &["cpu", "hugepages-", "memory"]);
    }
}

//! Rules for environment variables.
//!
//! Models `ValidateEnv` and `ValidateEnvFrom`, pkg/apis/core/validation/validation.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{at, items, text};
use super::causes::{Causes, Path};
use super::{mounts, names};

const FIELD_PATHS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

/// The variables of a container.
pub(super) fn variables(container: &Value, path: &Path, causes: &mut Causes) {
    for (index, variable) in items(container, "env").iter().enumerate() {
        let path = path.index(index);
        let name = text(variable, "name");
        if name.is_empty() {
            causes.required(&path.child("name"), "");
        } else {
            causes.invalid_each(
                &path.child("name"),
                name,
                names::environment_variable(name).into_iter().collect(),
            );
        }
        let source = at(variable, &["valueFrom"]);
        if !source.is_null() {
            value_from(source, !text(variable, "value").is_empty(), &path.child("valueFrom"), causes);
        }
    }
}

fn value_from(source: &Value, has_value: bool, path: &Path, causes: &mut Causes) {
    let mut count = 0;
    let mut given = |field: &str| {
        let found = at(source, &[field]);
        count += usize::from(!found.is_null());
        (!found.is_null()).then_some(found)
    };
    if let Some(field) = given("fieldRef") {
        field_ref(field, &FIELD_PATHS, &path.child("fieldRef"), causes);
    }
    if let Some(resource) = given("resourceFieldRef") {
        resource_field_ref(resource, false, &path.child("resourceFieldRef"), causes);
    }
    for field in ["configMapKeyRef", "secretKeyRef"] {
        if let Some(reference) = given(field) {
            key_ref(reference, &path.child(field), causes);
        }
    }
    if let Some(file) = given("fileKeyRef") {
        let path = path.child("fileKeyRef");
        for field in ["key", "volumeName", "path"] {
            let (value, path) = (text(file, field), path.child(field));
            match field {
                _ if value.is_empty() => causes.required(&path, ""),
                "key" => {
                    let errors = names::environment_variable(value).into_iter().collect();
                    causes.invalid_each(&path, value, errors);
                }
                "volumeName" => causes.invalid_each(&path, value, names::dns_label(value)),
                _ => {}
            }
        }
        mounts::no_backsteps(text(file, "path"), &path.child("path"), causes);
    }
    if count == 0 {
        causes.invalid(
            path,
            "",
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        );
    } else if has_value {
        causes.invalid(path, "", "may not be specified when `value` is not empty");
    } else if count > 1 {
        causes.invalid(path, "", "may not have more than one field specified at a time");
    }
}

/// A reference to a field of the pod.
pub(super) fn field_ref(reference: &Value, known: &[&str], path: &Path, causes: &mut Causes) {
    let (field, version) = (text(reference, "fieldPath"), text(reference, "apiVersion"));
    if field.is_empty() {
        causes.required(&path.child("fieldPath"), "");
        return;
    }
    if !matches!(version, "v1" | "") {
        conversion_error(field, &format!("unsupported pod version: {version}"), path, causes);
        return;
    }
    let subscripted = field.strip_suffix("']").and_then(|rest| rest.split_once("['"));
    if let Some((field, key)) = subscripted {
        match field {
            "metadata.annotations" => {
                let key = key.to_ascii_lowercase();
                causes.invalid_each(path, &key, names::qualified_name(&key));
            }
            "metadata.labels" => causes.invalid_each(path, key, names::qualified_name(key)),
            _ => {
                let why = format!("field label does not support subscript: {}", text(reference, "fieldPath"));
                conversion_error(text(reference, "fieldPath"), &why, path, causes);
            }
        }
        return;
    }
    let convertible = known.contains(&field)
        || FIELD_PATHS.contains(&field)
        || matches!(
            field,
            "metadata.annotations"
                | "metadata.labels"
                | "spec.host"
                | "spec.restartPolicy"
                | "spec.schedulerName"
                | "status.phase"
        );
    // The name that the node's field had before there was `v1`.
    let field = if field == "spec.host" { "spec.nodeName" } else { field };
    if !convertible {
        conversion_error(field, &format!("field label not supported: {field}"), path, causes);
    } else if !known.contains(&field) {
        causes.not_supported(&path.child("fieldPath"), field, known);
    }
}

fn conversion_error(field: &str, why: &str, path: &Path, causes: &mut Causes) {
    causes.invalid(&path.child("fieldPath"), field, &format!("error converting fieldPath: {why}"));
}

/// A reference to a container's resources.
pub(super) fn resource_field_ref(reference: &Value, in_volume: bool, path: &Path, causes: &mut Causes) {
    let resource = text(reference, "resource");
    if in_volume && text(reference, "containerName").is_empty() {
        causes.required(&path.child("containerName"), "");
    } else if resource.is_empty() {
        causes.required(&path.child("resource"), "");
    } else if !is_of_pages(resource) {
        causes.one_of(&path.child("resource"), resource, &RESOURCES);
    }
    divisor(resource, text(reference, "divisor"), path, causes);
}

fn is_of_pages(resource: &str) -> bool {
    resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-")
}

fn divisor(resource: &str, divisor: &str, path: &Path, causes: &mut Causes) {
    if divisor.is_empty() || divisor == "0" {
        return;
    }
    let of_cpu = matches!(divisor, "1m" | "1");
    let of_bytes = matches!(
        divisor,
        "1" | "1k" | "1M" | "1G" | "1T" | "1P" | "1E" | "1Ki" | "1Mi" | "1Gi" | "1Ti" | "1Pi" | "1Ei"
    );
    let bytes = "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the";
    let detail = match resource {
        "limits.cpu" | "requests.cpu" if !of_cpu => {
            "only divisor's values 1m and 1 are supported with the cpu resource".to_owned()
        }
        "limits.memory" | "requests.memory" if !of_bytes => format!("{bytes} memory resource"),
        "limits.ephemeral-storage" | "requests.ephemeral-storage" if !of_bytes => {
            format!("{bytes} local ephemeral storage resource")
        }
        _ if is_of_pages(resource) && !of_bytes => format!("{bytes} hugepages resource"),
        _ => return,
    };
    causes.invalid(&path.child("divisor"), resource, &detail);
}

fn key_ref(reference: &Value, path: &Path, causes: &mut Causes) {
    let (name, key) = (text(reference, "name"), text(reference, "key"));
    causes.invalid_each(&path.child("name"), name, names::dns_subdomain(name));
    if key.is_empty() {
        causes.required(&path.child("key"), "");
    } else {
        causes.invalid_each(&path.child("key"), key, names::config_map_key(key));
    }
}

/// Whole maps taken over as variables.
pub(super) fn sources(container: &Value, list: &Path, causes: &mut Causes) {
    for (index, source) in items(container, "envFrom").iter().enumerate() {
        let path = list.index(index);
        let prefix = text(source, "prefix");
        causes.invalid_each(
            &path.child("prefix"),
            prefix,
            names::environment_variable(prefix).into_iter().collect(),
        );
        let mut count = 0;
        for field in ["configMapRef", "secretRef"] {
            let reference = at(source, &[field]);
            if reference.is_null() {
                continue;
            }
            count += 1;
            let (name, path) = (text(reference, "name"), path.child(field).child("name"));
            if name.is_empty() {
                causes.required(&path, "");
            } else {
                causes.invalid_each(&path, name, names::dns_subdomain(&names::mask_trailing_dash(name)));
            }
        }
        match count {
            0 => causes.invalid(list, "", "must specify one of: `configMapRef` or `secretRef`"),
            1 => {}
            _ => causes.invalid(list, "", "may not have more than one field specified at a time"),
        }
    }
}

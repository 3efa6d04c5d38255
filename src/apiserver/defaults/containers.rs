//! Defaults of containers: pull policy, ports, probes, handlers, resources.
//!
//! Models `SetDefaults_Container`, `SetDefaults_Probe` and `SetDefaults_HTTPGetAction`,
//! pkg/apis/core/v1/defaults.go, Kubernetes v1.36.

use serde_json::Value;

use super::super::fields::{Fields, each, made_under, set_default, under};
use super::{image, resource_lists};

/// A container of any list.
pub(super) fn container(container: &mut Fields) {
    let policy = match container.get("image").and_then(Value::as_str) {
        Some(name) if image::tag(name) == Some("latest") => "Always",
        _ => "IfNotPresent",
    };
    set_default(container, "imagePullPolicy", policy);
    set_default(container, "terminationMessagePath", "/dev/termination-log");
    set_default(container, "terminationMessagePolicy", "File");
    each(container, "ports").for_each(|port| set_default(port, "protocol", "TCP"));
    for variable in each(container, "env") {
        let source = under(variable, "valueFrom");
        if let Some(source) = source {
            if let Some(field) = under(source, "fieldRef") {
                set_default(field, "apiVersion", "v1");
            }
            if let Some(file) = under(source, "fileKeyRef")
                && !file.contains_key("optional")
            {
                file.insert("optional".into(), false.into());
            }
        }
    }
    resource_lists(under(container, "resources"));
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(found) = under(container, name) {
            probe(found);
        }
    }
    if let Some(lifecycle) = under(container, "lifecycle") {
        for name in ["postStart", "preStop"] {
            if let Some(found) = under(lifecycle, name) {
                http_get(found);
            }
        }
    }
}

fn probe(probe: &mut Fields) {
    for (name, default) in
        [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        if probe.get(name).and_then(Value::as_i64).unwrap_or_default() == 0 {
            probe.insert(name.to_owned(), default.into());
        }
    }
    http_get(probe);
    if let Some(grpc) = under(probe, "grpc")
        && !grpc.contains_key("service")
    {
        grpc.insert("service".into(), "".into());
    }
}

fn http_get(action: &mut Fields) {
    if let Some(found) = under(action, "httpGet") {
        set_default(found, "path", "/");
        set_default(found, "scheme", "HTTP");
    }
}

/// A container that says only its limits asks for as much.
pub(super) fn requests_from_limits(container: &mut Fields) {
    let Some(resources) = under(container, "resources") else {
        return;
    };
    let limits = match resources.get("limits") {
        Some(Value::Object(limits)) if !limits.is_empty() => limits.clone(),
        _ => return,
    };
    if let Some(requests) = made_under(resources, "requests") {
        for (name, amount) in limits {
            requests.entry(name).or_insert(amount);
        }
    }
}

/// A container in the node's network takes the node's ports.
pub(super) fn host_ports(container: &mut Fields) {
    for port in each(container, "ports") {
        let taken = port.get("hostPort").and_then(Value::as_i64).unwrap_or_default();
        if taken == 0
            && let Some(number) = port.get("containerPort").cloned()
        {
            port.insert("hostPort".into(), number);
        }
    }
}

//! Containers in descriptions of pods and of their templates.
//!
//! Models `describeContainers`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.
//! Left out: huge pages behind resource field references.

use serde_json::Value;

use super::lines::{at, date, entries, items, line, number, seccomp, text};
use super::probe::probe;
use crate::api::pod_resources::in_units;
use crate::api::quantity::Quantity;
use crate::collections::sort_by_key;
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// Containers with their states. `pod` gives the values behind field references; a template has none.
pub(super) fn containers(
    w: &mut PrefixWriter,
    label: &str,
    containers: &[Value],
    statuses: Option<&[Value]>,
    pod: Option<&Value>,
    space: &str,
) {
    let none = if containers.is_empty() { " <none>" } else { "" };
    w.write_line(0, &format!("{space}{label}:{none}"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for container in containers {
        let name = text(container, &["name"]);
        let status = statuses.into_iter().flatten().find(|status| text(status, &["name"]) == name);
        w.write_line(1, &format!("{name_indent}{name}:"));
        basics(w, container, status);
        words(w, "Command", items(container, &["command"]));
        words(w, "Args", items(container, &["args"]));
        if let Some(status) = status {
            state(w, "State", &status["state"]);
            if at(status, &["lastState", "terminated"]).is_some() {
                state(w, "Last State", &status["lastState"]);
            }
            let ready = if text(status, &["ready"]) == "true" { "True" } else { "False" };
            line(w, 2, "Ready", ready);
            line(w, 2, "Restart Count", &number(status, &["restartCount"]));
        }
        resources(w, 2, container);
        for (title, field) in
            [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")]
        {
            if let Some(found) = at(container, &[field]) {
                line(w, 2, title, &probe(found));
            }
        }
        environment_from(w, items(container, &["envFrom"]));
        environment(w, container, pod);
        mounts(w, container);
    }
}

fn basics(w: &mut PrefixWriter, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        line(w, 2, "Container ID", &text(status, &["containerID"]));
    }
    line(w, 2, "Image", &text(container, &["image"]));
    if let Some(status) = status {
        line(w, 2, "Image ID", &text(status, &["imageID"]));
    }
    for (title, field) in [("Port", "containerPort"), ("Host Port", "hostPort")] {
        let ports = items(container, &["ports"]).iter().map(|port| {
            let shown = format!("{}/{}", number(port, &[field]), text(port, &["protocol"]));
            let name = text(port, &["name"]);
            if name.is_empty() { shown } else { format!("{shown} ({name})") }
        });
        let ports = ports.collect::<Vec<_>>().join(", ");
        if ports.contains(',') {
            line(w, 2, &format!("{title}s"), &ports);
        } else {
            line(w, 2, title, if ports.is_empty() { "<none>" } else { &ports });
        }
    }
    seccomp(w, 2, container);
}

fn words(w: &mut PrefixWriter, title: &str, words: &[Value]) {
    if words.is_empty() {
        return;
    }
    w.write_line(2, &format!("{title}:"));
    for word in words {
        for part in text(word, &[]).split('\n') {
            w.write_line(3, part);
        }
    }
}

fn state(w: &mut PrefixWriter, title: &str, state: &Value) {
    let reason = |w: &mut PrefixWriter, of: &Value| {
        if !text(of, &["reason"]).is_empty() {
            line(w, 3, "Reason", &text(of, &["reason"]));
        }
    };
    if let Some(running) = at(state, &["running"]) {
        line(w, 2, title, "Running");
        line(w, 3, "Started", &date(&text(running, &["startedAt"])));
    } else if let Some(ended) = at(state, &["terminated"]) {
        line(w, 2, title, "Terminated");
        reason(w, ended);
        if !text(ended, &["message"]).is_empty() {
            line(w, 3, "Message", &text(ended, &["message"]));
        }
        line(w, 3, "Exit Code", &number(ended, &["exitCode"]));
        if at(ended, &["signal"]).is_some() {
            line(w, 3, "Signal", &number(ended, &["signal"]));
        }
        line(w, 3, "Started", &date(&text(ended, &["startedAt"])));
        line(w, 3, "Finished", &date(&text(ended, &["finishedAt"])));
    } else {
        line(w, 2, title, "Waiting");
        if let Some(waiting) = at(state, &["waiting"]) {
            reason(w, waiting);
        }
    }
}

/// The limits and requests of a container or a pod.
pub(super) fn resources(w: &mut PrefixWriter, level: usize, container: &Value) {
    for (title, field) in [("Limits", "limits"), ("Requests", "requests")] {
        let amounts = entries(container, &["resources", field]);
        if amounts.is_empty() {
            continue;
        }
        w.write_line(level, &format!("{title}:"));
        for (name, amount) in &amounts {
            line(w, level + 1, name, amount);
        }
    }
}

fn environment_from(w: &mut PrefixWriter, sources: &[Value]) {
    if sources.is_empty() {
        return;
    }
    w.write_line(2, "Environment Variables from:");
    for source in sources {
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(reference) = at(source, &[field]) else {
                continue;
            };
            let (name, prefix) = (text(reference, &["name"]), text(source, &["prefix"]));
            let optional = text(reference, &["optional"]) == "true";
            let with = if prefix.is_empty() { String::new() } else { format!(" with prefix '{prefix}'") };
            w.write_line(3, &format!("{name}\t{kind}{with}\tOptional: {optional}"));
        }
    }
}

/// The amount behind a resource field reference, in units of its divisor, rounded up.
fn resource_value(container: &Value, reference: &Value) -> String {
    let path = text(reference, &["resource"]);
    let Some((list, name)) = path.split_once('.') else {
        return String::new();
    };
    let quantity = |text: String| Quantity::parse(&text).unwrap_or_default();
    let amount = quantity(text(container, &["resources", list, name]));
    let divisor = quantity(text(reference, &["divisor"]));
    match in_units(name, &amount, Some(&divisor)) {
        0 if matches!(path.as_str(), "limits.cpu" | "limits.memory") => "node allocatable".to_owned(),
        units => units.to_string(),
    }
}

/// The value behind a field reference. kubectl's own scheme knows no fields of pods beyond those of all
/// objects, so the others print nothing (`EnvValueRetriever`).
fn field_value(pod: &Value, path: &str) -> String {
    match path {
        "metadata.name" => text(pod, &["metadata", "name"]),
        "metadata.namespace" => text(pod, &["metadata", "namespace"]),
        _ => String::new(),
    }
}

fn environment(w: &mut PrefixWriter, container: &Value, pod: Option<&Value>) {
    let variables = items(container, &["env"]);
    let none = if variables.is_empty() { "\t<none>" } else { "" };
    w.write_line(2, &format!("Environment:{none}"));
    for variable in variables {
        let name = text(variable, &["name"]);
        let Some(from) = at(variable, &["valueFrom"]) else {
            for (index, part) in text(variable, &["value"]).split('\n').enumerate() {
                let start = if index == 0 { format!("{name}:") } else { String::new() };
                w.write_line(3, &format!("{start}\t{part}"));
            }
            continue;
        };
        if let Some(field) = at(from, &["fieldRef"]) {
            let path = text(field, &["fieldPath"]);
            let value = pod.map(|pod| field_value(pod, &path)).unwrap_or_default();
            line(w, 3, &name, &format!("{value} ({}:{path})", text(field, &["apiVersion"])));
        } else if let Some(resource) = at(from, &["resourceFieldRef"]) {
            let value = resource_value(container, resource);
            line(w, 3, &name, &format!("{value} ({})", text(resource, &["resource"])));
        }
        for (field, kind) in [("secretKeyRef", "in secret"), ("configMapKeyRef", "of config map")] {
            if let Some(key) = at(from, &[field]) {
                let optional = text(key, &["optional"]) == "true";
                let (key, owner) = (text(key, &["key"]), text(key, &["name"]));
                let shown = format!("<set to the key '{key}' {kind} '{owner}'>\tOptional: {optional}");
                line(w, 3, &name, &shown);
            }
        }
    }
}

fn mounts(w: &mut PrefixWriter, container: &Value) {
    let mut mounts: Vec<&Value> = items(container, &["volumeMounts"]).iter().collect();
    let none = if mounts.is_empty() { "\t<none>" } else { "" };
    w.write_line(2, &format!("Mounts:{none}"));
    sort_by_key(&mut mounts, |mount| text(mount, &["mountPath"]));
    for mount in mounts {
        let mut flags =
            vec![if text(mount, &["readOnly"]) == "true" { "ro".to_owned() } else { "rw".to_owned() }];
        let sub_path = text(mount, &["subPath"]);
        if !sub_path.is_empty() {
            flags.push(format!("path={sub_path:?}"));
        }
        let (path, name) = (text(mount, &["mountPath"]), text(mount, &["name"]));
        w.write_line(3, &format!("{path} from {name} ({})", flags.join(",")));
    }
    let devices = items(container, &["volumeDevices"]);
    if !devices.is_empty() {
        w.write_line(2, "Devices:");
        for device in devices {
            w.write_line(3, &format!("{} from {}", text(device, &["devicePath"]), text(device, &["name"])));
        }
    }
}

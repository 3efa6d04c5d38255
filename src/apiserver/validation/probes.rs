//! Rules for probes and lifecycle hooks.
//!
//! Models `validateProbe`, `validateHandler` and `validateLifecycle`, pkg/apis/core/validation/validation.go,
//! Kubernetes v1.36. Left out: stop signals.

use serde_json::Value;

use super::super::fields::{at, items, number, text};
use super::causes::{Causes, Path};
use super::containers::{self, PodView};
use super::names;

/// The hooks and probes of a container.
pub(super) fn all(container: &Value, pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let lifecycle = at(container, &["lifecycle"]);
    for hook in ["postStart", "preStop"] {
        let found = at(lifecycle, &[hook]);
        if !found.is_null() {
            action(
                found,
                &["exec", "httpGet", "tcpSocket", "sleep"],
                pod,
                &path.child("lifecycle").child(hook),
                causes,
            );
        }
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let found = at(container, &[name]);
        if found.is_null() {
            continue;
        }
        let path = path.child(name);
        probe(found, pod, &path, causes);
        if name == "readinessProbe" {
            if let Some(seconds) = number(found, "terminationGracePeriodSeconds") {
                causes.invalid(
                    &path.child("terminationGracePeriodSeconds"),
                    seconds,
                    "must not be set for readinessProbes",
                );
            }
        } else if number(found, "successThreshold") != Some(1) {
            let given = number(found, "successThreshold").unwrap_or_default();
            causes.invalid(&path.child("successThreshold"), given, "must be 1");
        }
    }
}

fn probe(probe: &Value, pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    action(probe, &["exec", "httpGet", "tcpSocket", "grpc"], pod, path, causes);
    for field in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        causes.non_negative(&path.child(field), number(probe, field).unwrap_or_default());
    }
    if let Some(seconds) = number(probe, "terminationGracePeriodSeconds").filter(|seconds| *seconds <= 0) {
        causes.invalid(&path.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0");
    }
}

/// What is done: exactly one of the kinds that are known here.
fn action(found: &Value, known: &[&str], pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let mut given = known.iter().filter(|name| !at(found, &[name]).is_null());
    let Some(first) = given.next() else {
        causes.required(path, "must specify a handler type");
        return;
    };
    let (details, path_of_first) = (at(found, &[first]), path.child(first));
    match *first {
        "exec" => {
            if items(details, "command").is_empty() {
                causes.required(&path_of_first.child("command"), "");
            }
        }
        "httpGet" => http_get(details, &path_of_first, causes),
        "sleep" => sleep(details, pod, &path_of_first, causes),
        _ => containers::port_or_name(at(details, &["port"]), &path_of_first.child("port"), causes),
    }
    for more in given {
        causes.forbidden(&path.child(more), "may not specify more than 1 handler type");
    }
}

fn http_get(action: &Value, path: &Path, causes: &mut Causes) {
    if text(action, "path").is_empty() {
        causes.required(&path.child("path"), "");
    }
    containers::port_or_name(at(action, &["port"]), &path.child("port"), causes);
    causes.one_of(&path.child("scheme"), text(action, "scheme"), &["HTTP", "HTTPS"]);
    for header in items(action, "httpHeaders") {
        let name = text(header, "name");
        causes.invalid_each(&path.child("httpHeaders"), name, names::http_header(name).into_iter().collect());
    }
}

fn sleep(action: &Value, pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let seconds = number(action, "seconds").unwrap_or_default();
    if let Some(grace) = pod.grace_period()
        && (seconds < 0 || seconds > grace)
    {
        let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        causes.invalid(path, seconds, &detail);
    }
}

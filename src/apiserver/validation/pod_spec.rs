//! Rules for what should run in a pod, alike for pods and templates.
//!
//! Models `ValidatePodSpec` and `ValidatePodTemplateSpec`, pkg/apis/core/validation/validation.go, Kubernetes
//! v1.36. Left out: ephemeral containers, devices, Windows.

use serde_json::Value;

use super::super::fields::{at, is_true, items, number, text};
use super::causes::{Causes, Path};
use super::containers::{self, PodView};
use super::{addresses, affinity, names, pod_annotations, resources, security, selectors, volumes};
use crate::api::codec::from_value;
use crate::collections::SortedSet;

/// A pod template.
pub(super) fn template(template: &Value, path: &Path, causes: &mut Causes) {
    let metadata = at(template, &["metadata"]);
    selectors::labels(at(metadata, &["labels"]), &path.child("labels"), causes);
    let annotations = from_value(at(metadata, &["annotations"]).clone()).unwrap_or_default();
    super::metadata::annotations(&annotations, &path.child("annotations"), causes);
    pod_annotations::annotations(template, &path.child("annotations"), causes);
    let spec = at(template, &["spec"]);
    pod_spec(spec, None, &path.child("spec"), causes);
    if !items(spec, "ephemeralContainers").is_empty() {
        causes.forbidden(
            &path.child("spec").child("ephemeralContainers"),
            "ephemeral containers not allowed in pod template",
        );
    }
}

/// The spec of a pod, whose name may be to come, or of a template, which has none.
pub(super) fn pod_spec(spec: &Value, pod: Option<&str>, path: &Path, causes: &mut Causes) {
    if number(spec, "terminationGracePeriodSeconds").is_none() {
        causes.required(&path.child("terminationGracePeriodSeconds"), "");
    }
    let volumes = volumes::volumes(items(spec, "volumes"), pod, &path.child("volumes"), causes);
    let view = PodView { spec, volumes: &volumes };
    containers::regular(view, &path.child("containers"), causes);
    containers::init(view, &path.child("initContainers"), causes);
    resources::pod(spec, path, causes);
    host_network(spec, pod.is_some(), &path.child("containers"), causes);
    causes.required_one_of(
        &path.child("restartPolicy"),
        text(spec, "restartPolicy"),
        &["Always", "OnFailure", "Never"],
    );
    causes.required_one_of(
        &path.child("dnsPolicy"),
        text(spec, "dnsPolicy"),
        &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
    );
    selectors::labels(at(spec, &["nodeSelector"]), &path.child("nodeSelector"), causes);
    security::pod(spec, &path.child("securityContext"), causes);
    affinity::affinity(at(spec, &["affinity"]), &path.child("affinity"), causes);
    dns_config(spec, &path.child("dnsConfig"), causes);
    gates(spec, path, causes);
    let constraints = items(spec, "topologySpreadConstraints");
    affinity::spread(constraints, &path.child("topologySpreadConstraints"), causes);
    host_users(spec, path, causes);
    hostname_override(spec, &path.child("hostnameOverride"), causes);
    named(spec, path, causes);
    affinity::tolerations(items(spec, "tolerations"), &path.child("tolerations"), causes);
    host_aliases(spec, &path.child("hostAliases"), causes);
    others(spec, path, causes);
    file_key_volumes(spec, path, causes);
}

fn host_network(spec: &Value, is_pod: bool, path: &Path, causes: &mut Causes) {
    if !is_true(spec, "hostNetwork") {
        return;
    }
    for (container_index, container) in items(spec, "containers").iter().enumerate() {
        for (index, port) in items(container, "ports").iter().enumerate() {
            let host = number(port, "hostPort").unwrap_or_default();
            if (is_pod || host != 0) && host != number(port, "containerPort").unwrap_or_default() {
                let path = path.index(container_index).child("ports").index(index).child("hostPort");
                causes.invalid(&path, host, "must match `containerPort` when `hostNetwork` is true");
            }
        }
    }
}

fn dns_config(spec: &Value, path: &Path, causes: &mut Causes) {
    let config = at(spec, &["dnsConfig"]);
    let servers = items(config, "nameservers");
    if text(spec, "dnsPolicy") == "None" {
        if config.is_null() {
            causes.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if servers.is_empty() {
            causes.required(
                &path.child("nameservers"),
                "must provide at least one DNS nameserver when `dnsPolicy` is None",
            );
            return;
        }
    }
    if servers.len() > 3 {
        causes.invalid(
            &path.child("nameservers"),
            at(config, &["nameservers"]).clone(),
            "must not have more than 3 nameservers",
        );
    }
    for (index, server) in servers.iter().filter_map(Value::as_str).enumerate() {
        if let Some(error) = addresses::ip(server) {
            causes.invalid(&path.child("nameservers").index(index), server, error);
        }
    }
    search_domains(config, &path.child("searches"), causes);
    for (index, option) in items(config, "options").iter().enumerate() {
        if text(option, "name").is_empty() {
            causes.required(&path.child("options").index(index), "must not be empty");
        }
    }
}

fn search_domains(config: &Value, path: &Path, causes: &mut Causes) {
    const COUNT_MAX: usize = 32;
    const LENGTH_MAX: usize = 2048;
    let searches: Vec<&str> = items(config, "searches").iter().filter_map(Value::as_str).collect();
    if searches.len() > COUNT_MAX {
        let detail = format!("must not have more than {COUNT_MAX} search paths");
        causes.invalid(path, at(config, &["searches"]).clone(), &detail);
    }
    if searches.join(" ").len() > LENGTH_MAX {
        let detail =
            format!("must not have more than {LENGTH_MAX} characters (including spaces) in the search list");
        causes.invalid(path, at(config, &["searches"]).clone(), &detail);
    }
    for (index, search) in searches.into_iter().enumerate().filter(|(_, search)| *search != ".") {
        let name = search.strip_suffix('.').unwrap_or(search);
        causes.invalid_each(&path.index(index), name, names::search_domain(name));
    }
}

fn gates(spec: &Value, path: &Path, causes: &mut Causes) {
    for (index, gate) in items(spec, "readinessGates").iter().enumerate() {
        let type_ = text(gate, "conditionType");
        let path = path.child("readinessGates").index(index).child("conditionType");
        causes.invalid_each(&path, type_, names::qualified_name(type_));
    }
    let mut seen = SortedSet::new();
    for (index, gate) in items(spec, "schedulingGates").iter().enumerate() {
        let (name, path) = (text(gate, "name"), path.child("schedulingGates").index(index));
        causes.invalid_each(&path, name, names::qualified_name(name));
        if !seen.insert(name) {
            causes.duplicate(&path, name);
        }
    }
}

/// Users of its own do not go with the node's namespaces. Upstream spells two of the fields as Go does.
fn host_users(spec: &Value, path: &Path, causes: &mut Causes) {
    const DETAIL: &str = "when `hostUsers` is false";
    if at(spec, &["hostUsers"]) != &Value::Bool(false) {
        return;
    }
    for (field, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if is_true(spec, field) {
            causes.forbidden(&path.child(shown), DETAIL);
        }
    }
    for list in ["initContainers", "containers"] {
        for (index, container) in items(spec, list).iter().enumerate() {
            if !items(container, "volumeDevices").is_empty() {
                causes.forbidden(&path.child(list).index(index).child("volumeDevices"), DETAIL);
            }
        }
    }
}

/// A name for the kernel: nothing else may name the machine.
fn hostname_override(spec: &Value, path: &Path, causes: &mut Causes) {
    const LENGTH_MAX: usize = 64;
    let Some(name) = spec.get("hostnameOverride").and_then(Value::as_str) else {
        return;
    };
    for field in ["setHostnameAsFQDN", "hostNetwork"] {
        if is_true(spec, field) {
            causes.forbidden(path, &format!("may not be specified when {field} is true"));
        }
    }
    if name.len() > LENGTH_MAX {
        causes.too_long(path, LENGTH_MAX);
    }
    causes.invalid_each(path, name, names::dns_subdomain(name));
}

/// Fields that hold a name.
fn named(spec: &Value, path: &Path, causes: &mut Causes) {
    let mut check = |field: &str, rule: fn(&str) -> Vec<String>| {
        let name = text(spec, field);
        if !name.is_empty() {
            causes.invalid_each(&path.child(field), name, rule(name));
        }
    };
    check("serviceAccountName", names::dns_subdomain);
    check("nodeName", names::dns_subdomain);
    if let Some(seconds) = number(spec, "activeDeadlineSeconds")
        && !(1..=i64::from(i32::MAX)).contains(&seconds)
    {
        causes.invalid(
            &path.child("activeDeadlineSeconds"),
            seconds,
            "must be between 1 and 2147483647, inclusive",
        );
    }
    let mut check = |field: &str| {
        let name = text(spec, field);
        if !name.is_empty() {
            causes.invalid_each(&path.child(field), name, names::dns_label(name));
        }
    };
    check("hostname");
    check("subdomain");
}

fn host_aliases(spec: &Value, path: &Path, causes: &mut Causes) {
    for (index, alias) in items(spec, "hostAliases").iter().enumerate() {
        let path = path.index(index);
        if let Some(error) = addresses::ip(text(alias, "ip")) {
            causes.invalid(&path.child("ip"), text(alias, "ip"), error);
        }
        for (index, name) in items(alias, "hostnames").iter().filter_map(Value::as_str).enumerate() {
            causes.invalid_each(&path.child("hostnames").index(index), name, names::dns_subdomain(name));
        }
    }
}

fn others(spec: &Value, path: &Path, causes: &mut Causes) {
    for field in ["priorityClassName", "runtimeClassName"] {
        let name = text(spec, field);
        if !name.is_empty() {
            causes.invalid_each(&path.child(field), name, names::dns_subdomain(name));
        }
    }
    if let Some(policy) = spec.get("preemptionPolicy").and_then(Value::as_str) {
        let path = path.child("preemptionPolicy");
        causes.required_one_of(&path, policy, &["PreemptLowerPriority", "Never"]);
    }
    let os = at(spec, &["os"]);
    match text(os, "name") {
        "" if os.is_null() => {}
        "" => causes.required(&path.child("os").child("name"), ""),
        name => causes.one_of(&path.child("os"), name, &["linux", "windows"]),
    }
}

/// Variables that come from a file need an empty directory that holds it.
fn file_key_volumes(spec: &Value, path: &Path, causes: &mut Causes) {
    for list in ["initContainers", "containers"] {
        for (container_index, container) in items(spec, list).iter().enumerate() {
            for (index, variable) in items(container, "env").iter().enumerate() {
                let reference = at(variable, &["valueFrom", "fileKeyRef"]);
                if reference.is_null() {
                    continue;
                }
                let name = text(reference, "volumeName");
                let path = path.child(list).index(container_index).child("env").index(index);
                let path = path.child("valueFrom").child("fileKeyRef").child("volumeName");
                match items(spec, "volumes").iter().find(|volume| text(volume, "name") == name) {
                    None => causes.not_found(&path, name),
                    Some(volume) if at(volume, &["emptyDir"]).is_null() => {
                        causes.invalid(&path, name, "referenced volume must be of type emptyDir");
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

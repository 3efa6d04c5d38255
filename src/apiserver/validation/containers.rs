//! Rules for the containers of a pod.
//!
//! Models `validateContainers`, `validateInitContainers` and `validateContainerCommon`,
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36. Left out: what is particular to Windows.

use serde_json::Value;

use super::super::fields::{at, items, number, text};
use super::causes::{Causes, Path};
use super::{environment, mounts, names, probes, resources, security};
use crate::collections::{SortedMap, SortedSet};

/// Volumes by name.
pub(super) type Volumes<'a> = SortedMap<&'a str, &'a Value>;

/// What rules about one container need to know of its pod.
#[derive(Clone, Copy, Debug)]
pub(super) struct PodView<'a> {
    /// The pod's spec.
    pub(super) spec: &'a Value,
    /// Its volumes that are valid.
    pub(super) volumes: &'a Volumes<'a>,
}

impl PodView<'_> {
    /// Seconds that the containers get to stop.
    pub(super) fn grace_period(self) -> Option<i64> {
        number(self.spec, "terminationGracePeriodSeconds")
    }
}

/// The regular containers.
pub(super) fn regular(pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let containers = items(pod.spec, "containers");
    if containers.is_empty() {
        causes.required(path, "");
        return;
    }
    let mut seen = SortedSet::new();
    for (index, container) in containers.iter().enumerate() {
        let path = path.index(index);
        common(container, pod, &path, causes);
        if !seen.insert(text(container, "name")) {
            causes.duplicate(&path.child("name"), text(container, "name"));
        }
        probes::all(container, pod, &path, causes);
        restart_policy(container, &path, causes);
    }
    host_ports(containers, path, causes);
}

/// The containers that run before.
pub(super) fn init(pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let mut seen: SortedSet<&str> = items(pod.spec, "containers").iter().map(|c| text(c, "name")).collect();
    for (index, container) in items(pod.spec, "initContainers").iter().enumerate() {
        let list = path;
        let path = path.index(index);
        common(container, pod, &path, causes);
        restart_policy(container, &path, causes);
        let name = text(container, "name");
        if !seen.insert(name) && !name.is_empty() {
            causes.duplicate(&path.child("name"), name);
        }
        host_ports(std::slice::from_ref(container), list, causes);
        if text(container, "restartPolicy") == "Always" {
            probes::all(container, pod, &path, causes);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if !at(container, &[field]).is_null() {
                causes.forbidden(
                    &path.child(field),
                    "may not be set for init containers without restartPolicy=Always",
                );
            }
        }
        for (index, policy) in items(container, "resizePolicy").iter().enumerate() {
            let restart = text(policy, "restartPolicy");
            if restart == "RestartContainer" {
                let path = path.child("resizePolicy").index(index).child("restartPolicy");
                let detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
                causes.invalid(&path, restart, detail);
            }
        }
    }
}

fn common(container: &Value, pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let name = text(container, "name");
    if name.is_empty() {
        causes.required(&path.child("name"), "");
    } else {
        causes.invalid_each(&path.child("name"), name, names::dns_label(name));
    }
    if text(container, "image").is_empty() {
        causes.required(&path.child("image"), "");
    }
    causes.required_one_of(
        &path.child("terminationMessagePolicy"),
        text(container, "terminationMessagePolicy"),
        &["File", "FallbackToLogsOnError"],
    );
    ports(container, &path.child("ports"), causes);
    environment::variables(container, &path.child("env"), causes);
    environment::sources(container, &path.child("envFrom"), causes);
    mounts::mounts(container, pod, &path.child("volumeMounts"), causes);
    mounts::devices(container, pod, &path.child("volumeDevices"), causes);
    causes.required_one_of(
        &path.child("imagePullPolicy"),
        text(container, "imagePullPolicy"),
        &["Always", "IfNotPresent", "Never"],
    );
    let (own, path_of_resources) = (at(container, &["resources"]), path.child("resources"));
    resources::container(own, &path_of_resources, causes);
    resources::device_claims(
        own,
        items(pod.spec, "resourceClaims"),
        &path_of_resources.child("claims"),
        causes,
    );
    resize_policies(container, pod, &path.child("resizePolicy"), causes);
    security::container(container, pod, &path.child("securityContext"), causes);
}

const RULES_MAX: usize = 20;
const EXIT_CODES_MAX: usize = 255;

fn restart_policy(container: &Value, path: &Path, causes: &mut Causes) {
    let policy = text(container, "restartPolicy");
    let rules = items(container, "restartPolicyRules");
    let field = path.child("restartPolicy");
    if at(container, &["restartPolicy"]).is_null() {
        if !rules.is_empty() {
            causes.required(&field, "must specify restartPolicy when restart rules are used");
        }
    } else {
        causes.one_of(&field, policy, &["Always", "Never", "OnFailure"]);
    }
    if rules.len() > RULES_MAX {
        causes.too_many(&path.child("restartPolicyRules"), rules.len(), RULES_MAX);
    }
    for (index, rule) in rules.iter().enumerate() {
        let path = path.child("restartPolicyRules").index(index);
        causes.one_of(&path.child("action"), text(rule, "action"), &["Restart", "RestartAllContainers"]);
        let exit_codes = at(rule, &["exitCodes"]);
        if exit_codes.is_null() {
            causes.required(&path.child("exitCodes"), "must be specified");
        } else {
            let path = path.child("exitCodes");
            causes.one_of(&path.child("operator"), text(exit_codes, "operator"), &["In", "NotIn"]);
            let count = items(exit_codes, "values").len();
            if count > EXIT_CODES_MAX {
                causes.too_many(&path.child("values"), count, EXIT_CODES_MAX);
            }
        }
    }
}

fn ports(container: &Value, path: &Path, causes: &mut Causes) {
    let mut seen = SortedSet::new();
    for (index, port) in items(container, "ports").iter().enumerate() {
        let path = path.index(index);
        let name = text(port, "name");
        if !name.is_empty() {
            let errors = names::port_name(name);
            if !errors.is_empty() {
                causes.invalid_each(&path.child("name"), name, errors);
            } else if !seen.insert(name) {
                causes.duplicate(&path.child("name"), name);
            }
        }
        match number(port, "containerPort").unwrap_or_default() {
            0 => causes.required(&path.child("containerPort"), ""),
            port => port_number(port, &path.child("containerPort"), causes),
        }
        match number(port, "hostPort").unwrap_or_default() {
            0 => {}
            port => port_number(port, &path.child("hostPort"), causes),
        }
        causes.required_one_of(&path.child("protocol"), text(port, "protocol"), &["SCTP", "TCP", "UDP"]);
    }
}

/// A number that can be a port.
pub(super) fn port_number(port: i64, path: &Path, causes: &mut Causes) {
    if let Some(error) = names::port_number(port) {
        causes.invalid(path, port, error);
    }
}

/// A port by number or by name.
pub(super) fn port_or_name(port: &Value, path: &Path, causes: &mut Causes) {
    match port {
        Value::String(name) => causes.invalid_each(path, name, names::port_name(name)),
        port => port_number(port.as_i64().unwrap_or_default(), path, causes),
    }
}

fn host_ports(containers: &[Value], path: &Path, causes: &mut Causes) {
    let mut taken = SortedSet::new();
    for (container_index, container) in containers.iter().enumerate() {
        for (index, port) in items(container, "ports").iter().enumerate() {
            let number = number(port, "hostPort").unwrap_or_default();
            if number == 0 {
                continue;
            }
            let key = format!("{}/{}/{number}", text(port, "protocol"), text(port, "hostIP"));
            if taken.contains(&key) {
                let path = path.index(container_index).child("ports").index(index).child("hostPort");
                causes.duplicate(&path, key);
            } else {
                taken.insert(key);
            }
        }
    }
}

fn resize_policies(container: &Value, pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let mut seen = SortedSet::new();
    for (index, policy) in items(container, "resizePolicy").iter().enumerate() {
        let name = text(policy, "resourceName");
        if !seen.insert(name) {
            causes.duplicate(&path.index(index), name);
        }
        causes.required_one_of(path, name, &["cpu", "memory"]);
        let restart = text(policy, "restartPolicy");
        causes.required_one_of(path, restart, &["NotRequired", "RestartContainer"]);
        if text(pod.spec, "restartPolicy") == "Never" && restart != "NotRequired" {
            causes.invalid(path, restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
        }
    }
}

/// What a pod, but not a template, must keep to.
pub(super) fn only_for_pods(spec: &Value, list: &str, path: &Path, causes: &mut Causes) {
    for (index, container) in items(spec, list).iter().enumerate() {
        let image = text(container, "image");
        if image.trim() != image {
            let path = path.child(list).index(index).child("image");
            causes.invalid(&path, image, "must not have leading or trailing whitespace");
        }
    }
}

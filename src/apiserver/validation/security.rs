//! Rules for security contexts.
//!
//! Models `ValidateSecurityContext` and `validatePodSpecSecurityContext`,
//! pkg/apis/core/validation/validation.go, Kubernetes v1.36. Left out: Windows, profiles' annotations.

use serde_json::Value;

use super::super::fields::{at, is_true, items, number, text};
use super::causes::{Causes, Path};
use super::containers::PodView;
use super::{mounts, names};
use crate::collections::SortedSet;

fn id(context: &Value, field: &str, path: &Path, causes: &mut Causes) {
    if let Some(id) = number(context, field).filter(|id| !(0..=i64::from(i32::MAX)).contains(id)) {
        causes.invalid(&path.child(field), id, "must be between 0 and 2147483647, inclusive");
    }
}

/// A container's context.
pub(super) fn container(container: &Value, pod: PodView<'_>, path: &Path, causes: &mut Causes) {
    let context = at(container, &["securityContext"]);
    if context.is_null() {
        return;
    }
    id(context, "runAsUser", path, causes);
    id(context, "runAsGroup", path, causes);
    let proc_mount = text(context, "procMount");
    if !proc_mount.is_empty() {
        causes.one_of(&path.child("procMount"), proc_mount, &["Default", "Unmasked"]);
        if proc_mount == "Unmasked" && at(pod.spec, &["hostUsers"]) != &Value::Bool(false) {
            causes.invalid(
                &path.child("procMount"),
                proc_mount,
                "`hostUsers` must be false to use `Unmasked`",
            );
        }
    }
    profiles(context, path, causes);
    if at(context, &["allowPrivilegeEscalation"]) == &Value::Bool(false) {
        let shown = context_shown(context);
        if is_true(context, "privileged") {
            causes.invalid_shown(
                path,
                &shown,
                "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            );
        }
        if items(at(context, &["capabilities"]), "add").iter().any(|name| name == "CAP_SYS_ADMIN") {
            causes.invalid_shown(
                path,
                &shown,
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
            );
        }
    }
}

/// A container's context as the server's own type writes it.
fn context_shown(context: &Value) -> String {
    let part = |field: &str| at(context, &[field]).to_string();
    let capabilities = match at(context, &["capabilities"]) {
        Value::Null => "null".to_owned(),
        found => format!("{{\"Add\":{},\"Drop\":{}}}", at(found, &["add"]), at(found, &["drop"])),
    };
    format!(
        "{{\"Capabilities\":{capabilities},\"Privileged\":{},\"SELinuxOptions\":null,\"WindowsOptions\":null,\
         \"RunAsUser\":{},\"RunAsGroup\":{},\"RunAsNonRoot\":{},\"ReadOnlyRootFilesystem\":{},\
         \"AllowPrivilegeEscalation\":{},\"ProcMount\":{},\"SeccompProfile\":null,\"AppArmorProfile\":null}}",
        part("privileged"),
        part("runAsUser"),
        part("runAsGroup"),
        part("runAsNonRoot"),
        part("readOnlyRootFilesystem"),
        part("allowPrivilegeEscalation"),
        part("procMount"),
    )
}

fn profiles(context: &Value, path: &Path, causes: &mut Causes) {
    for name in ["seccompProfile", "appArmorProfile"] {
        let profile = at(context, &[name]);
        if profile.is_null() {
            continue;
        }
        let path = path.child(name);
        let local = at(profile, &["localhostProfile"]);
        match text(profile, "type") {
            "Localhost" if local.is_null() => {
                let detail = match name {
                    "seccompProfile" => "must be set when seccomp type is Localhost",
                    _ => "must be set when AppArmor type is Localhost",
                };
                causes.required(&path.child("localhostProfile"), detail);
            }
            "Localhost" => {
                let (local, path) = (local.as_str().unwrap_or_default(), path.child("localhostProfile"));
                if name == "seccompProfile" {
                    local_profile(local, &path, causes);
                } else {
                    loaded_profile(local, &path, causes);
                }
            }
            "RuntimeDefault" | "Unconfined" => {
                if !local.is_null() {
                    let detail = match name {
                        "seccompProfile" => "can only be set when seccomp type is Localhost",
                        _ => "can only be set when AppArmor type is Localhost",
                    };
                    causes.invalid(&path.child("localhostProfile"), local.clone(), detail);
                }
            }
            "" => causes.required(&path.child("type"), &format!("type is required when {name} is set")),
            other => {
                causes.not_supported(
                    &path.child("type"),
                    other,
                    &["Localhost", "RuntimeDefault", "Unconfined"],
                );
            }
        }
    }
}

/// A file with a profile, below the kubelet's folder for them.
pub(super) fn local_profile(profile: &str, path: &Path, causes: &mut Causes) {
    if profile.starts_with('/') {
        causes.invalid(path, profile, "must be a relative path");
    }
    mounts::no_backsteps(profile, path, causes);
}

/// The name of a profile that the node's kernel knows.
fn loaded_profile(profile: &str, path: &Path, causes: &mut Causes) {
    const LENGTH_MAX: usize = 4095;
    if profile.trim() != profile {
        causes.invalid(path, profile, "must not be padded with whitespace");
    } else if profile.is_empty() {
        causes.required(path, "must be set when AppArmor type is Localhost");
    }
    if profile.len() > LENGTH_MAX {
        causes.too_long(path, LENGTH_MAX);
    }
}

/// A pod's context.
pub(super) fn pod(spec: &Value, path: &Path, causes: &mut Causes) {
    let context = at(spec, &["securityContext"]);
    for field in ["fsGroup", "runAsUser", "runAsGroup"] {
        id(context, field, path, causes);
    }
    for (index, group) in items(context, "supplementalGroups").iter().enumerate() {
        let group = group.as_i64().unwrap_or_default();
        if !(0..=i64::from(i32::MAX)).contains(&group) {
            let path = path.child("supplementalGroups").index(index);
            causes.invalid(&path, group, "must be between 0 and 2147483647, inclusive");
        }
    }
    if is_true(spec, "shareProcessNamespace") && is_true(spec, "hostPID") {
        causes.invalid(
            &path.child("shareProcessNamespace"),
            true,
            "ShareProcessNamespace and HostPID cannot both be enabled",
        );
    }
    sysctls(spec, &path.child("sysctls"), causes);
    let policy = text(context, "fsGroupChangePolicy");
    if !policy.is_empty() {
        causes.one_of(&path.child("fsGroupChangePolicy"), policy, &["Always", "OnRootMismatch"]);
    }
    profiles(context, path, causes);
    // The other policy of `SELinux` is behind a gate that is off.
    let policies: [(&str, &[&str]); 2] =
        [("supplementalGroupsPolicy", &["Merge", "Strict"]), ("seLinuxChangePolicy", &["Recursive"])];
    for (field, policies) in policies {
        if let Some(policy) = context.get(field).and_then(Value::as_str) {
            causes.one_of(&path.child(field), policy, policies);
        }
    }
}

/// Parameters of the kernel; those of a namespace that the pod shares with its node are the node's.
fn sysctls(spec: &Value, path: &Path, causes: &mut Causes) {
    let mut seen = SortedSet::new();
    for (index, name) in items(at(spec, &["securityContext"]), "sysctls").iter().enumerate() {
        let (name, path) = (text(name, "name"), path.index(index).child("name"));
        if name.is_empty() {
            causes.required(&path, "");
        } else if let Some(error) = names::sysctl(name) {
            causes.invalid(&path, name, &error);
        } else if !seen.insert(name) {
            causes.duplicate(&path, name);
        }
        if let Some(field) = shared_namespace(name).filter(|field| is_true(spec, field)) {
            causes.invalid(&path, name, &format!("may not be specified when '{field}' is true"));
        }
    }
}

/// The field that shares the namespace of a parameter with the node.
fn shared_namespace(sysctl: &str) -> Option<&'static str> {
    const OF_PROCESSES: [&str; 10] = [
        "kernel.sem",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
        "kernel.shm_rmid_forced",
        "kernel.shm",
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.msg",
    ];
    // Before the first separator decides which of the two is one.
    let name = match sysctl.find(['.', '/']) {
        Some(at) if sysctl[at..].starts_with('/') => sysctl
            .chars()
            .map(|letter| match letter {
                '/' => '.',
                '.' => '/',
                letter => letter,
            })
            .collect(),
        _ => sysctl.to_owned(),
    };
    let name = name.split('*').next().unwrap_or_default();
    if name.starts_with("net.") {
        Some("hostNetwork")
    } else if name.starts_with("fs.mqueue.") || OF_PROCESSES.contains(&name) {
        Some("hostIPC")
    } else {
        None
    }
}

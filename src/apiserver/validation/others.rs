//! Rules for nodes, namespaces, configuration, events and leases.
//!
//! Models pkg/apis/core/validation/{validation,events}.go and pkg/apis/coordination/validation, Kubernetes
//! v1.36. Left out: most of what only components write (events); the strategy and the preferred holder of a
//! lease.

use serde_json::Value;

use super::super::fields::{at, entries, is_true, items, number, text};
use super::causes::{Causes, Path};
use super::{addresses, affinity, names, resources};
use crate::api::yaml::unmarshal_fault;
use crate::collections::SortedSet;

/// A Secret or `ConfigMap` may have this many bytes.
const DATA_MAX: usize = 1024 * 1024;

/// A node.
pub(super) fn node(node: &Value, causes: &mut Causes) {
    // Upstream names the metadata here.
    let path = Path::new("metadata.taints");
    let mut seen = SortedSet::new();
    for (index, taint) in items(at(node, &["spec"]), "taints").iter().enumerate() {
        let path = path.index(index);
        let (key, value, effect) = (text(taint, "key"), text(taint, "value"), text(taint, "effect"));
        causes.invalid_each(&path.child("key"), key, names::qualified_name(key));
        let errors = names::label_value(value);
        if !errors.is_empty() {
            causes.invalid(&path.child("value"), value, &errors.join(";"));
        }
        affinity::taint_effect(effect, &path.child("effect"), causes);
        if !seen.insert((effect, key)) {
            let quote = crate::api::schema::quote;
            let shown = format!(
                "{{\"Key\":{},\"Value\":{},\"Effect\":{},\"TimeAdded\":{}}}",
                quote(key),
                quote(value),
                quote(effect),
                at(taint, &["timeAdded"])
            );
            causes.duplicate_shown(&path, &shown, "taints must be unique by key and effect pair");
        }
    }
    for list in ["capacity", "allocatable"] {
        for (name, amount) in entries(at(node, &["status"]), list) {
            resources::quantity_value(name, amount, &Path::new("status").child(list).child(name), causes);
        }
    }
    pod_networks(at(node, &["spec"]), causes);
}

/// The addresses that a node has for its pods.
fn pod_networks(spec: &Value, causes: &mut Causes) {
    let (path, networks) = (Path::new("spec.podCIDRs"), items(spec, "podCIDRs"));
    let before = causes.len();
    for (index, network) in networks.iter().filter_map(Value::as_str).enumerate() {
        if let Some(error) = addresses::cidr(network) {
            causes.invalid(&path.index(index), network, error);
        }
    }
    let count = |is_new| {
        let texts = networks.iter().filter_map(Value::as_str);
        texts.filter(|network| network.contains(':') == is_new).count()
    };
    let was_checked = causes.len() == before || addresses::are_networks(networks);
    if networks.len() > 1 && was_checked && (count(true), count(false)) != (1, 1) {
        let detail = "may specify no more than one CIDR for each IP family";
        causes.invalid(&path, Value::Array(networks.to_vec()), detail);
    }
}

/// A changed node.
pub(super) fn update_node(new: &Value, old: &Value, causes: &mut Causes) {
    node(new, causes);
    let (new, old) = (at(new, &["spec"]), at(old, &["spec"]));
    let path = Path::new("spec");
    if !items(old, "podCIDRs").is_empty() && items(old, "podCIDRs") != items(new, "podCIDRs") {
        causes.forbidden(
            &path.child("podCIDRs"),
            "node updates may not change podCIDR except from \"\" to valid",
        );
    }
    if !text(old, "providerID").is_empty() && text(old, "providerID") != text(new, "providerID") {
        causes.forbidden(
            &path.child("providerID"),
            "node updates may not change providerID except from \"\" to valid",
        );
    }
}

/// A namespace.
pub(super) fn namespace(namespace: &Value, causes: &mut Causes) {
    let path = Path::new("spec.finalizers");
    for name in items(at(namespace, &["spec"]), "finalizers").iter().filter_map(Value::as_str) {
        causes.invalid_each(&path, name, names::qualified_name(name));
        if !name.contains('/') && !matches!(name, "kubernetes" | "orphan" | "foregroundDeletion") {
            causes.invalid(
                &path,
                name,
                "name is neither a standard finalizer name nor is it fully qualified",
            );
        }
    }
}

/// A `ConfigMap`.
pub(super) fn config_map(map: &Value, causes: &mut Causes) {
    let mut size = 0;
    for list in ["data", "binaryData"] {
        for (key, value) in entries(map, list) {
            let path = Path::new(list).key(key);
            causes.invalid_each(&path, key, names::config_map_key(key));
            if list == "data" && !at(map, &["binaryData", key]).is_null() {
                causes.invalid(&path, key, "duplicate of key present in binaryData");
            }
            size += value.as_str().map_or(0, str::len);
        }
    }
    if size > DATA_MAX {
        causes.too_long(&Path::new(""), DATA_MAX);
    }
}

/// A Secret.
pub(super) fn secret(secret: &Value, causes: &mut Causes) {
    let path = Path::new("data");
    let mut size = 0;
    for (key, value) in entries(secret, "data") {
        causes.invalid_each(&path.key(key), key, names::config_map_key(key));
        // Three bytes are four letters.
        size += value.as_str().map_or(0, str::len) / 4 * 3;
    }
    if size > DATA_MAX {
        causes.too_long(&path, DATA_MAX);
    }
    let value = |key: &str| at(secret, &["data", key]).as_str();
    let mut need = |keys: &[&str], is_lacking: &dyn Fn(&str) -> bool| {
        for key in keys.iter().filter(|key| is_lacking(key)) {
            causes.required(&path.key(key), "");
        }
    };
    match text(secret, "type") {
        "kubernetes.io/dockercfg" => registries(value(".dockercfg"), &path.key(".dockercfg"), causes),
        "kubernetes.io/dockerconfigjson" => {
            registries(value(".dockerconfigjson"), &path.key(".dockerconfigjson"), causes);
        }
        "kubernetes.io/basic-auth" => {
            let (name, password) = ("username", "password");
            need(&[name, password], &|_| value(name).is_none() && value(password).is_none());
        }
        "kubernetes.io/ssh-auth" => {
            need(&["ssh-privatekey"], &|key| value(key).unwrap_or_default().is_empty());
        }
        "kubernetes.io/tls" => need(&["tls.crt", "tls.key"], &|key| value(key).is_none()),
        "kubernetes.io/service-account-token" => {
            let key = "kubernetes.io/service-account.name";
            if at(secret, &["metadata", "annotations", key]).as_str().unwrap_or_default().is_empty() {
                causes.required(&Path::new("metadata.annotations").key(key), "");
            }
        }
        _ => {}
    }
}

/// Passwords of registries: an object, as docker writes it.
fn registries(data: Option<&str>, path: &Path, causes: &mut Causes) {
    let Some(data) = data else {
        return causes.required(path, "");
    };
    let text = crate::base64::decode(data).unwrap_or_default();
    let fault = unmarshal_fault(&text).or_else(|| {
        let what = match text.trim_start().chars().next()? {
            '{' | 'n' => return None,
            '"' => "string",
            '[' => "array",
            't' | 'f' => "bool",
            _ => "number",
        };
        Some(format!("json: cannot unmarshal {what} into Go value of type map[string]interface {{}}"))
    });
    if let Some(fault) = fault {
        causes.invalid(path, "<secret contents redacted>", &fault);
    }
}

/// What may no longer change in a `ConfigMap` or Secret.
pub(super) fn update_data(new: &Value, old: &Value, causes: &mut Causes) {
    if text(new, "type") != text(old, "type") {
        causes.invalid(&Path::new("type"), text(new, "type"), "field is immutable");
    }
    if !is_true(old, "immutable") {
        return;
    }
    let detail = "field is immutable when `immutable` is set";
    if !is_true(new, "immutable") {
        causes.forbidden(&Path::new("immutable"), detail);
    }
    for field in ["data", "binaryData"] {
        if at(new, &[field]) != at(old, &[field]) {
            causes.forbidden(&Path::new(field), detail);
        }
    }
}

/// An Event that a person wrote.
pub(super) fn event(event: &Value, causes: &mut Causes) {
    let own = at(event, &["metadata", "namespace"]).as_str().unwrap_or_default();
    let about = text(at(event, &["involvedObject"]), "namespace");
    if own != about && !(about.is_empty() && own == "default") {
        causes.invalid(&Path::new("involvedObject.namespace"), about, "does not match event.namespace");
    }
}

/// A Lease.
pub(super) fn lease(lease: &Value, causes: &mut Causes) {
    let (spec, path) = (at(lease, &["spec"]), Path::new("spec"));
    let field = "leaseDurationSeconds";
    if let Some(seconds) = number(spec, field).filter(|seconds| *seconds <= 0) {
        causes.invalid(&path.child(field), seconds, "must be greater than 0");
    }
    let field = "leaseTransitions";
    causes.non_negative(&path.child(field), number(spec, field).unwrap_or_default());
}

/// A namespace whose status a person changed.
pub(super) fn namespace_status(new: &Value, causes: &mut Causes) {
    let phase = text(at(new, &["status"]), "phase");
    let terminating = !at(new, &["metadata", "deletionTimestamp"]).is_null();
    let path = Path::new("status.Phase");
    if terminating && phase != "Terminating" {
        causes.invalid(&path, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
    } else if !terminating && phase != "Active" {
        causes.invalid(&path, phase, "may only be 'Active' if `deletionTimestamp` is empty");
    }
}

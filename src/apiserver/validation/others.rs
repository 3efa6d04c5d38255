//! Rules for nodes, namespaces, configuration and events.
//!
//! Models pkg/apis/core/validation/{validation,events}.go and pkg/apis/discovery/validation, Kubernetes
//! v1.36. Left out: most of what only components write (events, `EndpointSlice`s).

use serde_json::Value;

use super::super::fields::{at, entries, is_true, items, number, text};
use super::causes::{Causes, Path};
use super::{affinity, containers, names, resources};
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
    let mut need = |keys: &[&str]| {
        for key in keys {
            if at(secret, &["data", key]).is_null() {
                causes.required(&path.key(key), "");
            }
        }
    };
    match text(secret, "type") {
        "kubernetes.io/dockercfg" => need(&[".dockercfg"]),
        "kubernetes.io/dockerconfigjson" => need(&[".dockerconfigjson"]),
        "kubernetes.io/ssh-auth" => need(&["ssh-privatekey"]),
        "kubernetes.io/tls" => need(&["tls.crt", "tls.key"]),
        "kubernetes.io/service-account-token" => {
            let key = "kubernetes.io/service-account.name";
            if at(secret, &["metadata", "annotations", key]).as_str().unwrap_or_default().is_empty() {
                causes.required(&Path::new("metadata.annotations").key(key), "");
            }
        }
        _ => {}
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

/// An `EndpointSlice` that a person wrote.
pub(super) fn endpoint_slice(slice: &Value, causes: &mut Causes) {
    let type_ = text(slice, "addressType");
    causes.required_one_of(&Path::new("addressType"), type_, &["FQDN", "IPv4", "IPv6"]);
    for (index, endpoint) in items(slice, "endpoints").iter().enumerate() {
        let path = Path::new("endpoints").index(index).child("addresses");
        if items(endpoint, "addresses").is_empty() {
            causes.required(&path, "must contain at least 1 address");
        }
    }
    for (index, port) in items(slice, "ports").iter().enumerate() {
        let path = Path::new("ports").index(index);
        if let Some(port) = number(port, "port") {
            containers::port_number(port, &path.child("port"), causes);
        }
        causes.required_one_of(&path.child("protocol"), text(port, "protocol"), &["SCTP", "TCP", "UDP"]);
    }
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

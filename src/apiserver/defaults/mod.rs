//! What the server fills in where a manifest says nothing.
//!
//! Models the defaulting of pkg/apis/{core,apps,storage,discovery}/v1/defaults.go and
//! `zz_generated.defaults.go`, and of v1/conversion.go a node's networks, Kubernetes v1.36, on decoded
//! values. Left out: fields behind feature gates that are off in the recorded control plane
//! (`maxUnavailable` of a `StatefulSet`), pod-level huge pages.
//!
//! - `pods`: pods and templates. `containers`, `volumes`, `image`: their parts. `gated`: what is dropped.
//! - `workloads`, `storage`, `network`: the other kinds.

mod pods;
mod gated;
mod containers;
mod volumes;
mod image;
mod workloads;
mod storage;
mod network;

use serde_json::Value;

use super::fields::{self, Fields};
use crate::api::Kind;
use crate::api::quantity::Quantity;

/// Fills in the defaults of a decoded object.
pub(super) fn apply(kind: Kind, object: &mut Value) {
    let Value::Object(object) = object else {
        return;
    };
    match kind {
        Kind::Pod => pods::pod(object),
        Kind::StatefulSet => workloads::stateful_set(object),
        Kind::DaemonSet => workloads::daemon_set(object),
        Kind::Deployment => workloads::deployment(object),
        Kind::ReplicaSet => workloads::replica_set(object),
        Kind::PersistentVolumeClaim => storage::claim(object),
        Kind::PersistentVolume => storage::volume(object),
        Kind::StorageClass => storage::class(object),
        Kind::Service => network::service(object),
        Kind::EndpointSlice => network::endpoint_slice(object),
        Kind::Secret => fields::set_default(object, "type", "Opaque"),
        Kind::Namespace => namespace(object),
        Kind::Node => node(object),
        Kind::ConfigMap
        | Kind::Endpoints
        | Kind::Event
        | Kind::Lease
        | Kind::ServiceAccount
        | Kind::ControllerRevision
        | Kind::PodDisruptionBudget => {}
    }
}

fn namespace(object: &mut Fields) {
    let Some(metadata) = fields::made_under(object, "metadata") else {
        return;
    };
    if let Some(name) = metadata.get("name").cloned()
        && let Some(labels) = fields::made_under(metadata, "labels")
    {
        labels.insert(super::strategy::NAMESPACE_NAME_LABEL.to_owned(), name);
    }
}

fn node(object: &mut Fields) {
    if let Some(spec) = fields::under(object, "spec") {
        pod_networks(spec);
    }
    if let Some(status) = fields::under(object, "status")
        && let Some(capacity) = status.get("capacity").cloned()
    {
        fields::set_default(status, "allocatable", capacity);
    }
}

/// A node's networks for pods have one field for the first and one for all: the older one decides where they
/// differ (`Convert_v1_NodeSpec_To_core_NodeSpec`).
fn pod_networks(spec: &mut Fields) {
    let single = spec.get("podCIDR").filter(|single| !fields::is_empty(single)).cloned();
    let first = spec.get("podCIDRs").and_then(|all| all.as_array()?.first()).cloned();
    match (single, first) {
        (Some(single), first) if first.as_ref() != Some(&single) => {
            spec.insert("podCIDRs".to_owned(), Value::Array(vec![single]));
        }
        (None, Some(first)) => {
            spec.insert("podCIDR".to_owned(), first);
        }
        _ => {}
    }
}

/// Rounds amounts up to thousandths.
fn resource_lists(resources: Option<&mut Fields>) {
    let Some(resources) = resources else {
        return;
    };
    for list in ["limits", "requests"] {
        for (_, amount) in fields::under(resources, list).into_iter().flatten() {
            round_up(amount);
        }
    }
}

fn round_up(amount: &mut Value) {
    let Some(text) = amount.as_str() else {
        return;
    };
    // Canonical text below a thousandth ends in `n` or `u`.
    if text.ends_with(['n', 'u'])
        && let Ok(parsed) = Quantity::parse(text)
    {
        *amount = Quantity::from_milli(parsed.milli_value(), parsed.format()).to_string().into();
    }
}

#[cfg(test)]
mod tests;

//! The cells of a node.
//!
//! Models `printNode`, pkg/printers/internalversion/printers.go, Kubernetes v1.36.

use super::cells::{age, at, text_at};
use super::{Column, always, wide};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::collections::sort;
use crate::sim::Time;

pub(super) const COLUMNS: &[Column] = &[
    always("Name"),
    always("Status"),
    always("Roles"),
    always("Age"),
    always("Version"),
    wide("Internal-IP"),
    wide("External-IP"),
    wide("OS-Image"),
    wide("Kernel-Version"),
    wide("Container-Runtime"),
];

const ROLE_PREFIX: &str = "node-role.kubernetes.io/";
const ROLE: &str = "kubernetes.io/role";

pub(super) fn cells(node: &Node, now: Time) -> Vec<String> {
    let fact = |name: &str| text_at(&node.status.extra, &["nodeInfo", name]).to_owned();
    let or_unknown = |text: String| if text.is_empty() { "<unknown>".to_owned() } else { text };
    let mut kernel = or_unknown(fact("kernelVersion"));
    if !fact("architecture").is_empty() {
        kernel = format!("{kernel} ({})", fact("architecture"));
    }
    vec![
        node.metadata.name.clone(),
        status(node),
        roles(node),
        age(&node.metadata, now),
        fact("kubeletVersion"),
        address(node, "InternalIP"),
        address(node, "ExternalIP"),
        or_unknown(fact("osImage")),
        kernel,
        or_unknown(fact("containerRuntimeVersion")),
    ]
}

fn status(node: &Node) -> String {
    let ready = match Condition::find(&node.status.conditions, "Ready") {
        Some(condition) if condition.status == "True" => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    if node.spec.unschedulable { format!("{ready},SchedulingDisabled") } else { ready.to_owned() }
}

/// The roles of a node, by name.
pub(in crate::kubectl::printers) fn roles(node: &Node) -> String {
    let mut roles: Vec<&str> = node
        .metadata
        .labels
        .iter()
        .filter_map(|(key, value)| match key.strip_prefix(ROLE_PREFIX) {
            Some(role) if !role.is_empty() => Some(role),
            _ if key == ROLE && !value.is_empty() => Some(value.as_str()),
            _ => None,
        })
        .collect();
    sort(&mut roles);
    roles.dedup();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}

fn address(node: &Node, type_: &str) -> String {
    let addresses = at(&node.status.extra, &["addresses"]).and_then(|addresses| addresses.as_array());
    let found = addresses.into_iter().flatten().find(|address| address["type"] == type_);
    found.and_then(|address| address["address"].as_str()).unwrap_or("<none>").to_owned()
}

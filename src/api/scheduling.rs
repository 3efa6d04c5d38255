//! Where pods may go: taints, tolerations, affinities and host ports.
//!
//! Models `v1.Affinity`, `v1.Taint` and their matching,
//! staging/src/k8s.io/component-helpers/scheduling/corev1, Kubernetes v1.36. The scheduler and the
//! `DaemonSet` controller ask the same questions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Extra;
use super::labels::{LabelSelector, Requirement};
use super::node::Node;
use super::pod::{Pod, PodSpec};

/// A port of a node that a pod takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    ip: String,
    protocol: String,
    port: i64,
}

impl HostPort {
    /// The ports of the node that a pod takes.
    pub fn of(pod: &Pod) -> Vec<Self> {
        let sidecars = pod.spec.init_containers.iter().filter(|c| c.restart_policy == "Always");
        let ports = pod.spec.containers.iter().chain(sidecars).flat_map(|container| &container.ports);
        ports
            .filter(|port| port.host_port > 0)
            .map(|port| {
                let ip = port.extra.get("hostIP").and_then(|ip| ip.as_str()).unwrap_or_default();
                let protocol = if port.protocol.is_empty() { "TCP" } else { &port.protocol };
                Self {
                    ip: if ip.is_empty() { "0.0.0.0" } else { ip }.to_owned(),
                    protocol: protocol.to_owned(),
                    port: port.host_port,
                }
            })
            .collect()
    }

    /// Whether both cannot be taken on one node.
    pub fn conflicts(&self, other: &Self) -> bool {
        const ANY: &str = "0.0.0.0";
        self.port == other.port
            && self.protocol == other.protocol
            && (self.ip == other.ip || self.ip == ANY || other.ip == ANY)
    }
}

/// What keeps pods away from a node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Taint {
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
    /// Its name.
    pub key: String,
    /// Its value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A taint that a pod puts up with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Toleration {
    /// The effect; empty means all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub effect: String,
    /// The taint's name; empty with `Exists` means all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// `Equal` (the default) or `Exists`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub operator: String,
    /// How long a `NoExecute` taint is put up with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i64>,
    /// The taint's value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
}

impl Toleration {
    /// Whether it puts up with the taint (`ToleratesTaint`).
    pub fn tolerates(&self, taint: &Taint) -> bool {
        if !self.effect.is_empty() && self.effect != taint.effect {
            return false;
        }
        if !self.key.is_empty() && self.key != taint.key {
            return false;
        }
        match self.operator.as_str() {
            "" | "Equal" => self.value == taint.value,
            "Exists" => true,
            _ => false,
        }
    }
}

/// The first of the taints with one of these effects that no toleration covers.
pub fn untolerated_taint<'a>(
    taints: &'a [Taint],
    tolerations: &[Toleration],
    effects: &[&str],
) -> Option<&'a Taint> {
    taints
        .iter()
        .filter(|taint| effects.contains(&taint.effect.as_str()))
        .find(|taint| !tolerations.iter().any(|toleration| toleration.tolerates(taint)))
}

/// Where a pod may or should run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Affinity {
    /// By the node's labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_affinity: Option<NodeAffinity>,
    /// Near these pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_affinity: Option<PodAffinity>,
    /// Away from these pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_anti_affinity: Option<PodAffinity>,
}

/// Which nodes by their labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeAffinity {
    /// Nodes that would be better.
    #[serde(
        rename = "preferredDuringSchedulingIgnoredDuringExecution",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub preferred: Vec<PreferredSchedulingTerm>,
    /// Nodes that alone are possible.
    #[serde(
        rename = "requiredDuringSchedulingIgnoredDuringExecution",
        skip_serializing_if = "Option::is_none"
    )]
    pub required: Option<NodeSelector>,
}

/// A node term with its weight.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreferredSchedulingTerm {
    /// The term.
    pub preference: NodeSelectorTerm,
    /// From 1 to 100.
    pub weight: i64,
}

/// Terms of which one must match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSelector {
    /// The terms.
    pub node_selector_terms: Vec<NodeSelectorTerm>,
}

/// Requirements of which all must match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSelectorTerm {
    /// On labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<Requirement>,
    /// On fields: `metadata.name` alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub match_fields: Vec<Requirement>,
}

impl NodeSelectorTerm {
    /// Whether the node meets all requirements; an empty term matches no node.
    pub fn matches(&self, node: &Node) -> bool {
        if self.match_expressions.is_empty() && self.match_fields.is_empty() {
            return false;
        }
        let fields = BTreeMap::from([("metadata.name".to_owned(), node.metadata.name.clone())]);
        self.match_expressions.iter().all(|requirement| requirement.matches(&node.metadata.labels))
            && self.match_fields.iter().all(|requirement| requirement.matches(&fields))
    }
}

impl NodeSelector {
    /// Whether one of the terms matches the node.
    pub fn matches(&self, node: &Node) -> bool {
        self.node_selector_terms.iter().any(|term| term.matches(node))
    }
}

/// Whether the pod's node selector and required node affinity allow the node.
pub fn node_affinity_matches(spec: &PodSpec, node: &Node) -> bool {
    let selected = spec.node_selector.iter().all(|(key, value)| node.metadata.labels.get(key) == Some(value));
    let required = spec
        .affinity
        .as_ref()
        .and_then(|affinity| affinity.node_affinity.as_ref())
        .and_then(|affinity| affinity.required.as_ref());
    selected && required.is_none_or(|selector| selector.matches(node))
}

/// Near which pods, or away from them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodAffinity {
    /// What would be better.
    #[serde(
        rename = "preferredDuringSchedulingIgnoredDuringExecution",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub preferred: Vec<WeightedPodAffinityTerm>,
    /// What must be.
    #[serde(
        rename = "requiredDuringSchedulingIgnoredDuringExecution",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub required: Vec<PodAffinityTerm>,
}

/// A pod term with its weight.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WeightedPodAffinityTerm {
    /// The term.
    pub pod_affinity_term: PodAffinityTerm,
    /// From 1 to 100.
    pub weight: i64,
}

/// Pods that count, and the label of nodes that says what is near.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodAffinityTerm {
    /// Which pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<LabelSelector>,
    /// Pods of namespaces with these labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    /// Pods of these namespaces; the pod's own when both are absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Nodes with the same value of this label are near each other.
    pub topology_key: String,
    /// Fields that are kept, not interpreted.
    #[serde(flatten)]
    pub extra: Extra,
}

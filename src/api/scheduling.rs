//! Where pods may go: taints, tolerations, affinities and host ports.
//!
//! Models `v1.Affinity`, `v1.Taint` and their matching,
//! staging/src/k8s.io/component-helpers/scheduling/corev1, Kubernetes v1.36. The scheduler and the
//! `DaemonSet` controller ask the same questions.

use super::Extra;
use super::codec::api_struct;
use super::labels::{LabelSelector, Requirement};
use super::node::Node;
use super::pod::{Pod, PodSpec};
use crate::collections::SortedMap;

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

api_struct! {
    /// What keeps pods away from a node.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Taint {
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
        pub effect: String,
        /// Its name.
        pub key: String,
        /// Its value.
        pub value: String [omitempty],
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }

    /// A taint that a pod puts up with.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Toleration {
        /// The effect; empty means all.
        pub effect: String [omitempty],
        /// The taint's name; empty with `Exists` means all.
        pub key: String [omitempty],
        /// `Equal` (the default) or `Exists`.
        pub operator: String [omitempty],
        /// How long a `NoExecute` taint is put up with.
        pub toleration_seconds: Option<i64> [omitempty],
        /// The taint's value.
        pub value: String [omitempty],
    }
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

api_struct! {
    /// Where a pod may or should run.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Affinity {
        /// By the node's labels.
        pub node_affinity: Option<NodeAffinity> [omitempty],
        /// Near these pods.
        pub pod_affinity: Option<PodAffinity> [omitempty],
        /// Away from these pods.
        pub pod_anti_affinity: Option<PodAffinity> [omitempty],
    }

    /// Which nodes by their labels.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct NodeAffinity {
        /// Nodes that would be better.
        pub preferred: Vec<PreferredSchedulingTerm>
            ["preferredDuringSchedulingIgnoredDuringExecution", omitempty],
        /// Nodes that alone are possible.
        pub required: Option<NodeSelector> ["requiredDuringSchedulingIgnoredDuringExecution", omitempty],
    }

    /// A node term with its weight.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PreferredSchedulingTerm {
        /// The term.
        pub preference: NodeSelectorTerm,
        /// From 1 to 100.
        pub weight: i64,
    }

    /// Terms of which one must match.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct NodeSelector {
        /// The terms.
        pub node_selector_terms: Vec<NodeSelectorTerm>,
    }

    /// Requirements of which all must match.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct NodeSelectorTerm {
        /// On labels.
        pub match_expressions: Vec<Requirement> [omitempty],
        /// On fields: `metadata.name` alone.
        pub match_fields: Vec<Requirement> [omitempty],
    }
}

impl NodeSelectorTerm {
    /// Whether the node meets all requirements; an empty term matches no node.
    pub fn matches(&self, node: &Node) -> bool {
        if self.match_expressions.is_empty() && self.match_fields.is_empty() {
            return false;
        }
        let fields = SortedMap::from([("metadata.name".to_owned(), node.metadata.name.clone())]);
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

api_struct! {
    /// Near which pods, or away from them.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodAffinity {
        /// What would be better.
        pub preferred: Vec<WeightedPodAffinityTerm>
            ["preferredDuringSchedulingIgnoredDuringExecution", omitempty],
        /// What must be.
        pub required: Vec<PodAffinityTerm> ["requiredDuringSchedulingIgnoredDuringExecution", omitempty],
    }

    /// A pod term with its weight.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct WeightedPodAffinityTerm {
        /// The term.
        pub pod_affinity_term: PodAffinityTerm,
        /// From 1 to 100.
        pub weight: i64,
    }

    /// Pods that count, and the label of nodes that says what is near.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PodAffinityTerm {
        /// Which pods.
        pub label_selector: Option<LabelSelector> [omitempty],
        /// Pods of namespaces with these labels.
        pub namespace_selector: Option<LabelSelector> [omitempty],
        /// Pods of these namespaces; the pod's own when both are absent.
        pub namespaces: Vec<String> [omitempty],
        /// Nodes with the same value of this label are near each other.
        pub topology_key: String,
        /// Fields that are kept, not interpreted.
        pub extra: Extra [inline],
    }
}

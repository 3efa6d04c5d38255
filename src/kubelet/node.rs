//! Nodes: how they are configured, and their objects when they join.
//!
//! Models `pkg/kubelet/kubelet_node_status.go` (`initialNode`), Kubernetes v1.36, and the labels and
//! annotations that the node controllers add. Left out: images, attached volumes.

use serde_json::{Value, json};

use super::report::Report;
use crate::api::codec::api_struct;
use crate::api::node::{Node, NodeSpec, NodeStatus};
use crate::api::scheduling::Taint;
use crate::api::{LabelMap, ObjectMeta};
use crate::sim::{Rng, Time};

api_struct! {
    /// A node to be made.
    #[derive(Clone, Debug, PartialEq)]
    pub struct NodeConfig {
        /// Its name. The number at its end decides its addresses.
        pub name: String,
        /// Its cores, such as `4`.
        pub cpu: String,
        /// Its memory, such as `8Gi`.
        pub memory: String,
        /// How many pods it takes.
        pub pods: u32,
        /// Labels besides those that every node has.
        pub labels: LabelMap [omitempty],
        /// What keeps pods away.
        pub taints: Vec<Taint> [omitempty],
        /// Reports what the stand-ins of the recordings report: no pod network, one-letter ids.
        pub stand_in: bool [omitempty],
    }
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self::named("node-1")
    }
}

impl NodeConfig {
    /// A node of the usual size: 4 cores, 8Gi, 110 pods.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            cpu: "4".to_owned(),
            memory: "8Gi".to_owned(),
            pods: 110,
            labels: LabelMap::new(),
            taints: Vec::new(),
            stand_in: false,
        }
    }

    /// A node as the recordings have it.
    pub fn recorded(name: impl Into<String>) -> Self {
        Self { stand_in: true, ..Self::named(name) }
    }
}

/// The object of a node that joins at the cluster's birth.
pub fn node_object(node: &NodeConfig) -> Node {
    node_object_at(node, Time::ZERO)
}

/// The object of a node that joins at an instant.
pub fn node_object_at(node: &NodeConfig, now: Time) -> Node {
    let number = node_number(&node.name);
    let name = node.name.as_str();
    let mut labels: LabelMap = [
        ("beta.kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/hostname", name),
        ("kubernetes.io/os", "linux"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    labels.extend(node.labels.clone());
    let mut spec = NodeSpec { taints: node.taints.clone(), ..NodeSpec::default() };
    if !node.stand_in {
        let pod_network = pod_network(number);
        spec.extra.insert("podCIDR".to_owned(), pod_network.clone().into());
        spec.extra.insert("podCIDRs".to_owned(), json!([pod_network]));
    }
    let mut object = Node {
        metadata: ObjectMeta {
            name: name.to_owned(),
            labels,
            annotations: LabelMap::from([("node.alpha.kubernetes.io/ttl".to_owned(), "0".to_owned())]),
            ..ObjectMeta::default()
        },
        spec,
        status: NodeStatus::default(),
    };
    Report::of(node).post(&mut object.status, now);
    object
}

/// The number at the end of a node's name; of a name without one, a number that its letters decide.
pub(super) fn node_number(name: &str) -> u32 {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let number = name.get(name.len() - digits..).and_then(|text| text.parse::<u32>().ok());
    match number {
        Some(number) if number < 50_000 => number,
        _ => u32::try_from(50_000 + Rng::new(3).fork(name).below(10_000)).unwrap_or(50_000),
    }
}

/// The address of node number N: `172.18.0.2` for the first.
pub(super) fn host_address(number: u32) -> String {
    std::net::Ipv4Addr::from(0xac12_0001_u32.wrapping_add(number)).to_string()
}

/// The addresses of the pods of node number N: `10.244.0.0/24` for the first.
fn pod_network(number: u32) -> String {
    let index = number.saturating_sub(1);
    let second = (244 + index / 256) % 256;
    format!("10.{second}.{}.0/24", index % 256)
}

/// The address of a node, as it reports it.
pub(super) fn internal_ip(node: &Node) -> String {
    let addresses = node.status.extra.get("addresses").and_then(Value::as_array).into_iter().flatten();
    let mut internal = addresses.filter(|a| a.get("type").and_then(Value::as_str) == Some("InternalIP"));
    let address = internal.next().and_then(|a| a.get("address")?.as_str());
    address.map_or_else(|| host_address(node_number(&node.metadata.name)), str::to_owned)
}

/// The first three numbers of the addresses of a node's pods: `10.244.0`.
pub(super) fn pod_address_prefix(node: &Node) -> String {
    let given = node.spec.extra.get("podCIDR").and_then(Value::as_str).map(str::to_owned);
    let network = given.unwrap_or_else(|| pod_network(node_number(&node.metadata.name)));
    network.rsplit_once('.').map_or_else(|| "10.244.0".to_owned(), |(prefix, _)| prefix.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_follow_the_number_of_the_node() {
        let node = |name: &str| node_object(&NodeConfig::recorded(name));
        for (name, host, pods) in [
            ("node-1", "172.18.0.2", "10.244.0"),
            ("node-3", "172.18.0.4", "10.244.2"),
            ("node-300", "172.18.1.45", "10.245.43"),
            ("node-5000", "172.18.19.137", "10.7.135"),
        ] {
            assert_eq!(
                (internal_ip(&node(name)).as_str(), pod_address_prefix(&node(name)).as_str()),
                (host, pods)
            );
        }
        assert!(node("control").is_ready());
        assert_eq!(pod_address_prefix(&node_object(&NodeConfig::named("node-2"))), "10.244.1");
    }
}

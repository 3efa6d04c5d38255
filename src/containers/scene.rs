//! The cluster as containers meet it: its objects at one instant.

use std::rc::Rc;

use crate::api::network::{EndpointSlice, Service};
use crate::api::node::Node;
use crate::api::object::Opaque;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::collections::SortedSet;
use crate::sim::Time;

/// The objects that containers depend on.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The present instant.
    pub now: Time,
    /// All pods.
    pub pods: Vec<Rc<Pod>>,
    /// All Services.
    pub services: Vec<Rc<Service>>,
    /// The addresses behind them.
    pub slices: Vec<Rc<EndpointSlice>>,
    /// All nodes.
    pub nodes: Vec<Rc<Node>>,
    /// All claims.
    pub claims: Vec<Rc<PersistentVolumeClaim>>,
    /// All volumes.
    pub volumes: Vec<Rc<PersistentVolume>>,
    /// All config maps.
    pub config_maps: Vec<Rc<Opaque>>,
    /// All secrets.
    pub secrets: Vec<Rc<Opaque>>,
    /// Nodes that no packet reaches.
    pub cut_off: SortedSet<String>,
}

impl Scene {
    /// A pod by its name.
    pub fn pod(&self, namespace: &str, name: &str) -> Option<&Rc<Pod>> {
        self.pods.iter().find(|pod| pod.metadata.name == name && pod.metadata.namespace == namespace)
    }

    /// The volume behind a claim, once it is bound.
    pub(super) fn volume_of(&self, namespace: &str, claim: &str) -> Option<&Rc<PersistentVolume>> {
        let is_it = |meta: &crate::api::ObjectMeta| meta.name == claim && meta.namespace == namespace;
        let claim = self.claims.iter().find(|known| is_it(&known.metadata))?;
        self.volumes.iter().find(|volume| volume.metadata.name == claim.spec.volume_name)
    }

    /// Whether a packet gets from one node to another.
    pub(super) fn is_reachable(&self, from: &str, to: &str) -> bool {
        from == to || !(self.cut_off.contains(from) || self.cut_off.contains(to))
    }

    /// The address of a node.
    pub(super) fn node_address(&self, name: &str) -> String {
        let node = self.nodes.iter().find(|node| node.metadata.name == name);
        let pods = || self.pods.iter().find(|pod| pod.spec.node_name == name);
        node.and_then(|node| internal_address(node))
            .or_else(|| pods().map(|pod| pod.status.host_ip.clone()))
            .unwrap_or_default()
    }
}

/// A node's address within the cluster.
pub fn internal_address(node: &Node) -> Option<String> {
    let status = serde_json::to_value(node.status.extra.get("addresses")?).ok()?;
    status
        .as_array()?
        .iter()
        .find(|address| address.get("type").is_some_and(|kind| kind == "InternalIP"))
        .and_then(|address| address.get("address")?.as_str().map(str::to_owned))
}

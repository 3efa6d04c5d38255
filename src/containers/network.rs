//! Which container answers at a host's port.
//!
//! Models the pod network and kube-proxy, Kubernetes v1.36: pods by address, Services by cluster address and
//! by node port, spread over what is ready; with `externalTrafficPolicy: Local` only over what is on the node
//! that was asked. Left out: network policies, session affinity, UDP, hosts outside, external addresses.

use std::rc::Rc;

use super::World;
use super::dns::is_address;
use super::images;
use super::instance::{Place, place};
use crate::api::network::{Endpoint, Service, ServicePort};
use crate::api::node::Node;
use crate::api::pod::Pod;

/// A container that answers.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) place: Place,
    pub(super) port: i64,
    /// The address from which the request comes.
    pub(super) client: String,
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The node; empty outside of the cluster.
    node: String,
    address: String,
}

impl Origin {
    /// A machine beside the cluster's nodes: the one at which a person sits.
    pub(super) fn outside() -> Self {
        Self { node: String::new(), address: "172.18.0.1".to_owned() }
    }

    fn of(pod: &Pod) -> Self {
        Self { node: pod.spec.node_name.clone(), address: pod.status.pod_ip.clone() }
    }
}

/// Why nobody answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The name stands for nothing.
    Unresolved,
    /// Nobody listens there.
    Refused,
    /// No host has the address.
    NoRoute,
    /// Nothing comes back.
    Silence,
    /// It is known that something listens there, and not what it says.
    Unknown(String),
}

impl World {
    /// Who answers at a host's port, seen from the container that the world is in.
    pub(super) fn reach(&mut self, host: &str, port: i64) -> Result<Peer, Trouble> {
        let own = self.pod().cloned().ok_or(Trouble::NoRoute)?;
        let host = host.trim_end_matches('.');
        if host == "localhost" || host.starts_with("127.") {
            return self.listener(&own, port, "127.0.0.1");
        }
        if super::environment::is_own_name(&self.scene, &own, host) {
            return self.listener(&own, port, &own.status.pod_ip.clone());
        }
        let address = if is_address(host) {
            host.to_owned()
        } else {
            let found = self.scene.resolve(host, &own.metadata.namespace).ok_or(Trouble::Unresolved)?;
            let at = usize::try_from(self.next_request()).unwrap_or_default() % found.addresses.len().max(1);
            found.addresses.get(at).cloned().ok_or(Trouble::Unresolved)?
        };
        self.reach_address(&Origin::of(&own), &address, port)
    }

    fn reach_address(&mut self, from: &Origin, address: &str, port: i64) -> Result<Peer, Trouble> {
        if let Some(pod) = self.pod_at(address) {
            return self.reach_pod(from, &pod, port);
        }
        let by_address = |service: &&Rc<Service>| service.spec.cluster_ip == address;
        if let Some(service) = self.scene.services.iter().find(by_address).cloned() {
            let Some(found) = service.spec.ports.iter().find(|known| known.port == port).cloned() else {
                return Err(Trouble::Silence);
            };
            let ready = self.scene.ready(&service).cloned().collect();
            return self.reach_service(from, &service, &found, ready);
        }
        self.reach_node(from, address, port)
    }

    /// Who answers at a port of a node.
    pub(super) fn reach_node(&mut self, from: &Origin, address: &str, port: i64) -> Result<Peer, Trouble> {
        let has = |node: &&Rc<Node>| super::scene::internal_address(node).is_some_and(|own| own == address);
        let node = self.scene.nodes.iter().find(has).ok_or(Trouble::NoRoute)?.metadata.name.clone();
        if !self.scene.is_reachable(&from.node, &node) {
            return Err(Trouble::Silence);
        }
        let by_node_port = self.scene.services.iter().find_map(|service| {
            let is_it = |known: &&ServicePort| known.extra.get("nodePort").is_some_and(|at| at == port);
            Some((Rc::clone(service), service.spec.ports.iter().find(is_it)?.clone()))
        });
        let (service, port) = by_node_port.ok_or(Trouble::Refused)?;
        let mut ready: Vec<Endpoint> = self.scene.ready(&service).cloned().collect();
        if service.spec.extra.get("externalTrafficPolicy").is_some_and(|policy| policy == "Local") {
            let is_elsewhere = !ready.is_empty();
            ready.retain(|endpoint| endpoint.node_name.as_deref() == Some(node.as_str()));
            if ready.is_empty() && is_elsewhere {
                return Err(Trouble::Silence);
            }
            return self.reach_service(from, &service, &port, ready);
        }
        // What goes on to another node comes from this one.
        let from = Origin { node, address: address.to_owned() };
        self.reach_service(&from, &service, &port, ready)
    }

    /// The pod that has an address.
    pub(super) fn pod_at(&self, address: &str) -> Option<Rc<Pod>> {
        let has = |pod: &&Rc<Pod>| pod.status.pod_ip == address && pod.status.phase == "Running";
        self.scene.pods.iter().find(has).cloned()
    }

    /// One of the pods of a Service.
    fn reach_service(
        &mut self,
        from: &Origin,
        service: &Service,
        port: &ServicePort,
        ready: Vec<Endpoint>,
    ) -> Result<Peer, Trouble> {
        if service.metadata.name == "kubernetes" && service.metadata.namespace == "default" {
            return Err(Trouble::Unknown(
                "the sandbox's API server cannot be asked from a container".to_owned(),
            ));
        }
        // kube-proxy draws lots; here the turn goes round.
        let at = usize::try_from(self.next_request()).unwrap_or_default() % ready.len().max(1);
        let endpoint = ready.into_iter().nth(at).ok_or(Trouble::Refused)?;
        let address = endpoint.addresses.into_iter().next().unwrap_or_default();
        let pod = self.pod_at(&address).ok_or(Trouble::NoRoute)?;
        let number = target_port(port, &pod).ok_or(Trouble::Refused)?;
        self.reach_pod(from, &pod, number)
    }

    fn reach_pod(&mut self, from: &Origin, pod: &Rc<Pod>, port: i64) -> Result<Peer, Trouble> {
        if !self.scene.is_reachable(&from.node, &pod.spec.node_name) {
            return Err(Trouble::Silence);
        }
        self.listener(pod, port, &from.address)
    }

    /// The container of a pod that listens at a port.
    fn listener(&mut self, pod: &Rc<Pod>, port: i64, client: &str) -> Result<Peer, Trouble> {
        let mut unknown = None;
        for container in &pod.spec.containers {
            let image = images::of(&container.image);
            let Ok(place) = place(pod, &container.name, false) else { continue };
            if place.ended.is_some() {
                continue;
            }
            if !image.knows(container) {
                unknown =
                    Some(format!("the sandbox does not know what the image {} answers", container.image));
            }
            let listens = self.within(&place, |world| world.listens(port)).unwrap_or_default();
            if listens {
                return Ok(Peer { place, port, client: client.to_owned() });
            }
        }
        Err(unknown.map_or(Trouble::Refused, Trouble::Unknown))
    }

    /// Whether the container that the world is in listens at a port.
    fn listens(&self, port: i64) -> bool {
        self.instance().is_some_and(|held| held.ports.contains(&port) && !held.has_ended())
    }
}

/// The pod's port behind a Service's.
pub(super) fn target_port(port: &ServicePort, pod: &Pod) -> Option<i64> {
    use crate::api::intstr::IntOrString;
    match &port.target_port {
        None => Some(port.port),
        Some(IntOrString::Int(number)) => Some(*number),
        Some(IntOrString::String(name)) => {
            let mut ports = pod.spec.containers.iter().flat_map(|container| &container.ports);
            ports.find(|known| known.name == *name).map(|known| known.container_port)
        }
    }
}

impl World {
    /// The address of a host, as a program resolves it.
    pub(super) fn address_of(&self, host: &str) -> Option<String> {
        let pod = self.pod()?;
        if is_address(host) {
            return Some(host.to_owned());
        }
        if host == "localhost" {
            return Some("127.0.0.1".to_owned());
        }
        if super::environment::is_own_name(&self.scene, pod, host) {
            return Some(pod.status.pod_ip.clone());
        }
        self.scene.resolve(host, &pod.metadata.namespace)?.addresses.first().cloned()
    }

    /// Whether a host answers to `ping`: pods do, cluster addresses do not.
    pub(super) fn answers_ping(&self, address: &str) -> bool {
        let Some(own) = self.pod() else { return false };
        address.starts_with("127.")
            || self
                .pod_at(address)
                .is_some_and(|pod| self.scene.is_reachable(&own.spec.node_name, &pod.spec.node_name))
    }
}

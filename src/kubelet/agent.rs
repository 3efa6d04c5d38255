//! One node's agent: what it has given away, which addresses and images it holds, whether it runs.
//!
//! Models the node-wide parts of pkg/kubelet/kubelet.go and a network plugin that counts addresses up,
//! Kubernetes v1.36. Left out: devices, huge pages, topology.

use std::rc::Rc;

use super::node::{internal_ip, pod_address_prefix};
use crate::api::node::Node;
use crate::api::pod::{Container, Pod, PodSpec, ResourceList};
use crate::api::quantity::Quantity;
use crate::api::scheduling::HostPort;
use crate::collections::SortedSet;

/// Amounts of what a node has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts {
    /// Thousandths of a core.
    pub(super) cpu: i64,
    /// Bytes.
    pub(super) memory: i64,
    /// Bytes.
    pub(super) ephemeral_storage: i64,
    /// Pods.
    pub(super) pods: i64,
}

impl Amounts {
    /// What a list of resources names.
    pub(super) fn of(list: &ResourceList) -> Self {
        let quantity = |name: &str| list.get(name).and_then(|text| Quantity::parse(text).ok());
        let value = |name: &str| quantity(name).map_or(0, |quantity| quantity.value());
        Self {
            cpu: quantity("cpu").map_or(0, |quantity| quantity.milli_value()),
            memory: value("memory"),
            ephemeral_storage: value("ephemeral-storage"),
            pods: value("pods"),
        }
    }

    /// What a pod asks for: its containers and sidecars together, or its largest init container.
    pub(super) fn requested(spec: &PodSpec) -> Self {
        let of = |container: &Container| Self::of(&container.resources.requests);
        let mut running = spec.containers.iter().map(of).fold(Self::default(), Self::plus);
        let mut largest = Self::default();
        let mut sidecars = Self::default();
        for container in &spec.init_containers {
            if container.restart_policy == "Always" {
                sidecars = sidecars.plus(of(container));
                largest = largest.larger(sidecars);
            } else {
                largest = largest.larger(sidecars.plus(of(container)));
            }
        }
        running = running.plus(sidecars).larger(largest);
        Self { pods: 1, ..running }
    }

    fn plus(self, other: Self) -> Self {
        self.combined(other, i64::saturating_add)
    }

    fn larger(self, other: Self) -> Self {
        self.combined(other, i64::max)
    }

    fn combined(self, other: Self, each: fn(i64, i64) -> i64) -> Self {
        Self {
            cpu: each(self.cpu, other.cpu),
            memory: each(self.memory, other.memory),
            ephemeral_storage: each(self.ephemeral_storage, other.ephemeral_storage),
            pods: each(self.pods, other.pods),
        }
    }
}

/// The agent of one node.
#[derive(Clone, Debug)]
pub(super) struct NodeAgent {
    pub(super) node: Rc<Node>,
    /// Stopped by a person: it neither sees nor does anything.
    pub(super) frozen: bool,
    pub(super) images: SortedSet<String>,
    pub(super) used: Amounts,
    pub(super) ports: Vec<HostPort>,
    pub(super) host_ip: String,
    prefix: String,
    last_address: u8,
    addresses: SortedSet<u8>,
}

impl NodeAgent {
    /// The agent of a node that has just joined.
    pub(super) fn new(node: Rc<Node>) -> Self {
        Self {
            host_ip: internal_ip(&node),
            prefix: pod_address_prefix(&node),
            node,
            frozen: false,
            images: SortedSet::new(),
            used: Amounts::default(),
            ports: Vec::new(),
            last_address: 1,
            addresses: SortedSet::new(),
        }
    }

    /// Sets a pod's requests and host ports aside.
    pub(super) fn reserve(&mut self, amounts: Amounts, pod: &Pod) {
        self.used = self.used.plus(amounts);
        self.ports.extend(HostPort::of(pod));
    }

    /// Gives a pod's requests, host ports and address back.
    pub(super) fn release(&mut self, amounts: Amounts, pod: &Pod, address: &str) {
        self.used = self.used.combined(amounts, i64::saturating_sub);
        let freed = HostPort::of(pod);
        self.ports.retain(|port| !freed.contains(port));
        if let Some(last) = address.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('.'))
            && let Ok(last) = last.parse()
        {
            self.addresses.remove(&last);
        }
    }

    /// The next free address for a pod; on a node with more pods than addresses they are given out again.
    pub(super) fn address_for(&mut self, pod: &Pod) -> String {
        if pod.spec.extra.get("hostNetwork").is_some_and(|value| value == true) {
            return self.host_ip.clone();
        }
        for _ in 0..=253_u8 {
            self.last_address = if self.last_address >= 254 { 2 } else { self.last_address + 1 };
            if self.addresses.insert(self.last_address) {
                break;
            }
        }
        format!("{}.{}", self.prefix, self.last_address)
    }
}

//! One node's machine: what it has given away, which addresses and images it holds, whether it runs.
//!
//! Models the node-wide parts of pkg/kubelet/kubelet.go and a network plugin that counts addresses up,
//! Kubernetes v1.36. Left out: devices, huge pages, topology.

use std::rc::Rc;

use super::heartbeats::NextRound;
use super::node::{NodeConfig, internal_ip, node_object_at, pod_address_prefix};
use super::report::{Pressure, Report};
use crate::api::codec::api_words;
use crate::api::node::Node;
use crate::api::pod::{Pod, PodSpec, ResourceList};
use crate::api::pod_resources::{self, of_containers};
use crate::api::quantity::Quantity;
use crate::api::scheduling::HostPort;
use crate::collections::SortedSet;
use crate::sim::Time;

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
        let needed = of_containers(spec, |container| Self::of(&container.resources.requests));
        Self { pods: 1, ..needed }
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

impl pod_resources::Amounts for Amounts {
    fn plus(&mut self, other: &Self) {
        *self = self.combined(*other, i64::saturating_add);
    }

    fn at_least(&mut self, other: &Self) {
        *self = self.combined(*other, i64::max);
    }
}

api_words! {
    /// What keeps a node's kubelet from the API server.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Outage {
        /// The kubelet does not run. Containers go on; nobody looks after them.
        #[default]
        KubeletStopped = "kubeletStopped",
        /// The network is cut. The kubelet goes on by itself, and nobody hears of it.
        Partitioned = "partitioned",
        /// The machine is off: no container runs.
        PoweredOff = "poweredOff",
    }
}

/// The machine of one node, with its kubelet.
#[derive(Clone, Debug)]
pub(super) struct NodeAgent {
    pub(super) config: NodeConfig,
    /// Its object as it was last seen.
    pub(super) node: Rc<Node>,
    /// Whether the object exists.
    pub(super) is_registered: bool,
    /// What keeps its kubelet from the API server, and since when.
    pub(super) outage: Option<(Outage, Time)>,
    /// When its network is up and it takes pods.
    pub(super) ready_at: Time,
    /// How often the machine was started again.
    pub(super) boots: u32,
    /// When its lease is turned to again.
    pub(super) next_renewal: NextRound,
    /// When its node is reported about again.
    pub(super) next_report: NextRound,
    pub(super) pressures: SortedSet<Pressure>,
    pub(super) images: SortedSet<String>,
    pub(super) used: Amounts,
    pub(super) ports: Vec<HostPort>,
    pub(super) host_ip: String,
    prefix: String,
    last_address: u8,
    addresses: SortedSet<u8>,
}

impl NodeAgent {
    /// The machine of a node that has just joined.
    pub(super) fn new(config: NodeConfig, now: Time) -> Self {
        let node = Rc::new(node_object_at(&config, now));
        Self {
            host_ip: internal_ip(&node),
            prefix: pod_address_prefix(&node),
            node,
            is_registered: false,
            outage: None,
            ready_at: now,
            boots: 0,
            next_renewal: NextRound::default(),
            next_report: NextRound::default(),
            pressures: SortedSet::new(),
            images: SortedSet::new(),
            used: Amounts::default(),
            ports: Vec::new(),
            last_address: 1,
            addresses: SortedSet::new(),
            config,
        }
    }

    /// Whether its kubelet hears the API server and is heard.
    pub(super) fn is_connected(&self) -> bool {
        self.outage.is_none()
    }

    /// Whether its kubelet looks after its pods.
    pub(super) fn works(&self) -> bool {
        matches!(self.outage, None | Some((Outage::Partitioned, _)))
    }

    /// Whether its machine has power.
    pub(super) fn has_power(&self) -> bool {
        !matches!(self.outage, Some((Outage::PoweredOff, _)))
    }

    /// What its kubelet reports.
    pub(super) fn report(&self, now: Time) -> Report<'_> {
        let ready = match (self.ready_at <= now, self.config.stand_in) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        };
        Report { config: &self.config, boots: self.boots, ready, pressures: &self.pressures }
    }

    /// Sets a pod's requests and host ports aside.
    pub(super) fn reserve(&mut self, amounts: Amounts, pod: &Pod) {
        pod_resources::Amounts::plus(&mut self.used, &amounts);
        self.ports.extend(HostPort::of(pod));
    }

    /// Gives a pod's requests, host ports and address back.
    pub(super) fn release(&mut self, amounts: Amounts, pod: &Pod, address: &str) {
        self.used = self.used.combined(amounts, i64::saturating_sub);
        let freed = HostPort::of(pod);
        self.ports.retain(|port| !freed.contains(port));
        self.give_back(address);
    }

    /// Takes a pod's address back.
    pub(super) fn give_back(&mut self, address: &str) {
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

//! A node as the scheduler counts it, and a pod that counts on it.
//!
//! Models `NodeInfo`, `staging/src/k8s.io/kube-scheduler/framework`, Kubernetes v1.36. Left out:
//! generations, as nothing is copied for an attempt.

use std::rc::Rc;

use super::resources::{PodRequests, Resources};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::HostPort;
use crate::collections::SortedMap;

/// A node with the sums of what its pods ask for.
#[derive(Clone, Debug)]
pub(crate) struct NodeState {
    /// Its name.
    pub(crate) name: Rc<str>,
    /// The node.
    pub(crate) node: Rc<Node>,
    /// What it can give.
    pub(crate) allocatable: Resources,
    /// What its pods ask for.
    pub(crate) requested: Resources,
    /// The same with defaults, in thousandths of a cpu.
    pub(crate) non_zero_milli_cpu: i64,
    /// The same with defaults, in bytes.
    pub(crate) non_zero_memory: i64,
    /// How many pods it has.
    pub(crate) pod_count: i64,
    /// The ports that are taken.
    pub(crate) ports: Vec<HostPort>,
    /// The pods' priorities with their number.
    pub(crate) priorities: SortedMap<i64, i64>,
}

impl NodeState {
    pub(super) fn new(node: Rc<Node>) -> Self {
        Self {
            name: node.metadata.name.as_str().into(),
            allocatable: Resources::of(&node.status.allocatable),
            node,
            requested: Resources::default(),
            non_zero_milli_cpu: 0,
            non_zero_memory: 0,
            pod_count: 0,
            ports: Vec::new(),
            priorities: SortedMap::new(),
        }
    }

    pub(super) fn count(&mut self, placed: &PlacedPod, times: i64) {
        self.requested.add(&placed.requests.requests, times);
        self.non_zero_milli_cpu += placed.requests.non_zero_milli_cpu * times;
        self.non_zero_memory += placed.requests.non_zero_memory * times;
        self.pod_count += times;
        *self.priorities.entry(placed.pod.spec.priority.unwrap_or_default()).or_default() += times;
        for port in &placed.ports {
            if times > 0 {
                self.ports.push(port.clone());
            } else if let Some(at) = self.ports.iter().position(|taken| taken == port) {
                self.ports.swap_remove(at);
            }
        }
    }
}

/// A pod that is bound to a node, or assumed to be.
#[derive(Clone, Debug)]
pub(super) struct PlacedPod {
    pub(super) pod: Rc<Pod>,
    pub(super) node: Rc<str>,
    pub(super) requests: PodRequests,
    pub(super) ports: Vec<HostPort>,
    pub(super) terms: Vec<usize>,
    pub(super) is_assumed: bool,
}

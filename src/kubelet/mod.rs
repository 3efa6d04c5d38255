//! The kubelets: one component that runs the pods of all simulated nodes on virtual time.
//!
//! Models pkg/kubelet, Kubernetes v1.36: a pod that is bound to a node is taken on, its images are pulled,
//! its containers start, pass their probes, end, start again, and stop when the pod is deleted. Nothing
//! really runs: stages pass as time does, and whoever looks into a container (`crate::containers`) tells
//! when its program ends. Left out: static pods.
//!
//! - [`timing`]: how long everything takes. [`node`]: how nodes are configured. `nodes`, `heartbeats`,
//!   `report`: what kubelets do for their nodes and say about them.
//! - [`control`]: faults that people inject; `touch`: what they do to pods. [`faults`]: those that stay.
//! - `lifecycle`: the table of a container's stages; `container`, `worker`: one container, one pod;
//!   `runtime`: what keeps a container from starting; `container_words`: what is said of one;
//!   `stopping`: how a pod ends; `pods`: what makes it go on;
//!   `retry`: what the next try of a container comes to; `status`, `conditions`, `pod_reports`: what is
//!   reported; `admission`, `images`, `commands`, `hooks`, `configuration`, `agent`: what the stages
//!   depend on; `mounting`: how volumes come; `probing`: probes, and those that fail because somebody
//!   changed something; `ended`: what the inside of a container tells of its end.

pub mod timing;
pub mod node;
pub mod control;
pub mod faults;
mod touch;
mod report;
mod heartbeats;
mod nodes;
mod agent;
mod admission;
mod images;
mod registry;
mod commands;
mod hooks;
mod conditions;
mod configuration;
mod probing;
mod ended;
mod lifecycle;
mod mounting;
mod retry;
mod runtime;
mod container;
mod container_words;
mod worker;
mod stopping;
mod status;
mod pods;
mod pod_reports;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod fault_tests;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use agent::Outage;
pub use configuration::{ConfigError, Find, container_error, volume_errors};
pub use control::Control;
pub use node::{NodeConfig, node_object, node_object_at};
pub use probing::ProbeKind;
pub use report::Pressure;
pub use retry::NextTry;
pub use runtime::{FindProgram, StartStep};
pub use timing::Timing;

use crate::api::pod::Pod;
use crate::api::shared::Shared;
use crate::api::{Kind, Object};
use crate::client::{Cache, Change, Component, Context};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};
use agent::NodeAgent;
use faults::Faults;
use runtime::Runtime;
use worker::Worker;

/// Who tells the Events.
const COMPONENT: &str = "kubelet";

/// Namespace and name.
type Place = (String, String);

type Ctx<'a> = Context<'a, Timer>;

/// One pod among all that ever had its name: a pod may still run somewhere when its name is used again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodId {
    namespace: String,
    name: String,
    uid: String,
}

impl PodId {
    fn of(pod: &Pod) -> Self {
        let meta = &pod.metadata;
        Self { namespace: meta.namespace.clone(), name: meta.name.clone(), uid: meta.uid.clone() }
    }

    fn place(&self) -> Place {
        (self.namespace.clone(), self.name.clone())
    }
}

/// What a kubelet is woken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Looks at one pod again.
    Pod {
        /// Which one.
        pod: Rc<PodId>,
        /// When.
        at: Time,
    },
    /// A node may be ready by now, or is to be reported again.
    Node(String),
    /// A node's lease is to be made or renewed.
    Lease(String),
    /// A pod whose status or removal could not be told is told of again.
    Report(Rc<PodId>),
}

/// How long until a report that failed is tried again: the period of the status manager, and of node reports.
const REPORT_AGAIN: Span = Span::from_seconds(10);

/// A pod with a container that runs somewhere, whatever the API server knows of it.
#[derive(Clone, Copy, Debug)]
pub struct RunningPod<'a> {
    /// The pod as its kubelet knows it.
    pub pod: &'a Pod,
    /// Its node.
    pub node: &'a str,
    /// What keeps the node from the API server, and since when.
    pub outage: Option<(Outage, Time)>,
}

/// The kubelets of all nodes.
#[derive(Clone, Debug, Default)]
pub struct Kubelets {
    timing: Timing,
    runtime: Runtime,
    agents: SortedMap<String, NodeAgent>,
    /// What runs in each pod; copies of the cluster share what has not changed since.
    workers: BTreeMap<Rc<PodId>, Shared<Worker>>,
    /// Pods that wait for a claim, by the claim.
    awaiting: SortedMap<Place, SortedSet<Rc<PodId>>>,
    faults: Faults,
    /// When a pod that comes now is turned to.
    next_turn: Time,
    /// Pods that are told of again.
    to_report: SortedSet<Rc<PodId>>,
}

impl Kubelets {
    /// The kubelets of these nodes, whose objects are there already or will soon be.
    pub fn new(timing: Timing, nodes: &[NodeConfig]) -> Self {
        let agent = |node: &NodeConfig| (node.name.clone(), NodeAgent::new(node.clone(), Time::ZERO));
        Self { timing, agents: nodes.iter().map(agent).collect(), ..Self::default() }
    }

    /// Tells how to ask which programs an image has; until then all are taken to be there.
    #[must_use]
    pub fn with_programs(self, find: FindProgram) -> Self {
        Self { runtime: Runtime(find), ..self }
    }

    /// How long the nodes take.
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// Changes how long the nodes take from now on.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// The faults that stay.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The machines, with what keeps them from the API server and since when.
    pub fn machines(&self) -> impl Iterator<Item = (&str, Option<(Outage, Time)>)> {
        self.agents.iter().map(|(name, agent)| (name.as_str(), agent.outage))
    }

    /// What a machine is short of.
    pub fn pressures(&self, node: &str) -> impl Iterator<Item = Pressure> {
        self.agents.get(node).into_iter().flat_map(|agent| agent.pressures.iter().copied())
    }

    /// Every pod of which a container runs: the truth, which the API server may not know.
    pub fn running(&self) -> impl Iterator<Item = RunningPod<'_>> {
        self.workers.values().filter(|worker| worker.has_process()).filter_map(|worker| {
            let (node, agent) = self.agents.get_key_value(&worker.pod.spec.node_name)?;
            let running = RunningPod { pod: &worker.pod, node, outage: agent.outage };
            agent.has_power().then_some(running)
        })
    }

    /// Since when the containers of a pod are made, and when they run if nothing goes wrong.
    pub fn making(&self, pod: &Pod) -> Option<(Time, Time)> {
        self.workers.get(&PodId::of(pod))?.making(&self.timing)
    }
}

impl Component for Kubelets {
    type Timer = Timer;

    /// Each node's kubelet acts for itself, so others may come to work between, and turns stay short.
    const CHANGES_A_TURN: usize = 32;

    fn watches(&self) -> &'static [Kind] {
        &[Kind::ConfigMap, Kind::Lease, Kind::Node, Kind::PersistentVolumeClaim, Kind::Pod, Kind::Secret]
    }

    fn observe(&mut self, changes: &[Change], context: &mut Ctx<'_>) {
        for change in changes {
            match (&change.old, &change.new) {
                (old, Some(Object::Node(node))) => self.node_changed(old.as_ref(), node, context),
                (Some(Object::Node(node)), None) => self.node_removed(&node.metadata.name),
                (Some(Object::Lease(lease)), None) => self.lease_removed(lease, context),
                (_, Some(Object::PersistentVolumeClaim(claim))) => self.claim_changed(claim, context),
                (_, Some(Object::Pod(pod))) if pod.is_bound() => self.pod_changed(pod, context),
                (Some(Object::Pod(pod)), None) => {
                    let is_connected =
                        self.agents.get(&pod.spec.node_name).is_some_and(NodeAgent::is_connected);
                    let known = self.workers.get_key_value(&PodId::of(pod));
                    if let Some(key) = known.map(|(key, _)| Rc::clone(key)).filter(|_| is_connected) {
                        self.abandon(&key, context);
                    }
                }
                _ => {}
            }
        }
    }

    fn wake(&mut self, timer: Timer, context: &mut Ctx<'_>) {
        match timer {
            Timer::Pod { pod, at } => {
                let Some(worker) = self.workers.get_mut(&pod) else {
                    return;
                };
                // An earlier timer took its place.
                if worker.wake_at != Some(at) {
                    return;
                }
                worker.wake_at = None;
                self.advance(&pod, context);
            }
            Timer::Node(node) => self.report_round(&node, context),
            Timer::Lease(node) => self.lease_round(&node, context),
            Timer::Report(pod) => self.report_again(&pod, context),
        }
    }
}

/// What everything on a node depends on.
#[derive(Clone, Copy, Debug)]
struct Scene<'a> {
    timing: &'a Timing,
    runtime: Runtime,
    faults: &'a Faults,
    /// The objects that its kubelet knows.
    cache: &'a Cache,
}

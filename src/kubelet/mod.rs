//! The kubelets: one component that runs the pods of all simulated nodes on virtual time.
//!
//! Models pkg/kubelet, Kubernetes v1.36: a pod that is bound to a node is taken on, its images are pulled,
//! its containers start, pass their probes, end, start again, and stop when the pod is deleted. Nothing
//! really runs: stages pass as time does, and whoever looks into a container (`crate::containers`) tells
//! when its program ends. Left out: static pods.
//!
//! - [`timing`]: how long everything takes. [`node`]: how nodes are configured. `nodes`, `report`: what
//!   kubelets do for their nodes and say about them.
//! - [`control`]: faults that people inject. [`faults`]: those that stay.
//! - `lifecycle`: the table of a container's stages; `container`, `worker`: one container, one pod;
//!   `status`: what is reported; `admission`, `images`, `commands`, `agent`: what the stages depend on;
//!   `probing`: probes that fail because somebody changed something.

pub mod timing;
pub mod node;
pub mod control;
pub mod faults;
mod report;
mod nodes;
mod agent;
mod admission;
mod images;
mod commands;
mod probing;
mod lifecycle;
mod container;
mod worker;
mod status;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod fault_tests;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use agent::Outage;
pub use control::Control;
pub use node::{NodeConfig, node_object, node_object_at};
pub use probing::ProbeKind;
pub use report::Pressure;
pub use timing::Timing;

use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{
    Cache, Change, Component, Context, DeleteOptions, EventType, Preconditions, Request, Telling,
};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};
use agent::NodeAgent;
use container::Told;
use faults::Faults;
use worker::{Outcome, Plan, Worker};

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
    agents: SortedMap<String, NodeAgent>,
    workers: BTreeMap<Rc<PodId>, Worker>,
    /// Pods that wait for a claim, by the claim.
    awaiting: SortedMap<Place, SortedSet<Rc<PodId>>>,
    faults: Faults,
    /// When a pod that comes now is turned to.
    next_turn: Time,
}

impl Kubelets {
    /// The kubelets of these nodes, whose objects are there already or will soon be.
    pub fn new(timing: Timing, nodes: &[NodeConfig]) -> Self {
        let agent = |node: &NodeConfig| (node.name.clone(), NodeAgent::new(node.clone(), Time::ZERO));
        Self { timing, agents: nodes.iter().map(agent).collect(), ..Self::default() }
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

    /// The newest worker of a pod's name; one whose pod still exists goes first.
    fn find(&self, place: &Place) -> Option<Rc<PodId>> {
        let (namespace, name) = place.clone();
        let first = PodId { namespace, name, uid: String::new() };
        let named = self.workers.range(Rc::new(first)..).take_while(|(key, _)| key.place() == *place);
        named
            .max_by_key(|(_, worker)| (!worker.is_abandoned, worker.start_time))
            .map(|(key, _)| Rc::clone(key))
    }

    fn pod_changed(&mut self, pod: &Rc<Pod>, context: &mut Ctx<'_>) {
        let Some(agent) = self.agents.get_mut(&pod.spec.node_name).filter(|agent| agent.is_connected())
        else {
            return;
        };
        let Some((key, _)) = self.workers.get_key_value(&PodId::of(pod)) else {
            if !pod.is_terminal() {
                self.take_on(pod, context);
            } else if pod.is_terminating() {
                remove(pod, context);
            }
            return;
        };
        let key = Rc::clone(key);
        let Some(worker) = self.workers.get_mut(&key) else {
            return;
        };
        let now = context.now();
        let old = std::mem::replace(&mut worker.pod, Rc::clone(pod));
        let mut outcome = Outcome::default();
        let scene = Scene { timing: &self.timing, faults: &self.faults };
        if old.metadata.generation != pod.metadata.generation {
            outcome = worker.take_new_images(&old, now, agent, scene);
        }
        let grace = |pod: &Pod| pod.metadata.deletion_grace_period_seconds;
        if pod.is_terminating() && (!old.is_terminating() || grace(&old) != grace(pod)) {
            outcome.told.extend(worker.terminate(now, scene).told);
        }
        // Somebody else took its readiness away; the status manager mends that
        // (`needsReconcile`).
        if is_readiness_taken(pod) && !is_readiness_taken(&old) {
            context.wake_after(REPORT_AGAIN, Timer::Report(Rc::clone(&key)));
        }
        // An echo of this kubelet's own write asks for nothing.
        if outcome.status || worker.due() != worker.wake_at {
            self.carry_out(&key, outcome, context);
        }
    }

    fn take_on(&mut self, pod: &Rc<Pod>, context: &mut Ctx<'_>) {
        let now = context.now();
        let Some(agent) = self.agents.get_mut(&pod.spec.node_name) else {
            return;
        };
        let mut worker = Worker::new(Rc::clone(pod), now);
        let key = Rc::new(PodId::of(pod));
        let mut outcome = Outcome { status: true, ..Outcome::default() };
        let scene = Scene { timing: &self.timing, faults: &self.faults };
        if self.faults.of_pod(&pod.metadata.namespace, &pod.metadata.name).unready {
            worker.runs.iter_mut().for_each(|run| run.hold_unready(true));
        }
        if pod.is_terminating() {
            outcome = worker.terminate(now, scene);
        } else if let Err(rejection) = admission::admit(pod, worker.requested, agent) {
            context.tell(&Telling {
                component: COMPONENT,
                host: &pod.spec.node_name,
                about: &Object::Pod(Rc::clone(pod)),
                field_path: "",
                type_: EventType::Warning,
                reason: &rejection.reason,
                message: &rejection.message,
            });
            worker.plan = Plan::GivenUp(rejection);
        } else {
            agent.reserve(worker.requested, pod);
            worker.reserved = true;
            let unbound = unbound_claims(pod, context.cache);
            if unbound.is_empty() {
                let turn = self.next_turn.max(now);
                self.next_turn = turn + Span::from_ms(self.timing.pod_gap_ms);
                let started = worker.volumes_are_bound(turn, agent, scene);
                outcome.told.extend(started.told);
            }
            for claim in unbound {
                self.awaiting.entry(claim).or_default().insert(Rc::clone(&key));
            }
        }
        self.workers.insert(Rc::clone(&key), worker);
        self.carry_out(&key, outcome, context);
    }

    fn claim_changed(&mut self, claim: &PersistentVolumeClaim, context: &mut Ctx<'_>) {
        if claim.status.phase != "Bound" {
            return;
        }
        let name = (claim.metadata.namespace.clone(), claim.metadata.name.clone());
        for key in self.awaiting.remove(&name).unwrap_or_default() {
            self.start_if_bound(&key, context);
        }
    }

    /// Starts a pod that waited for its claims; a kubelet that hears nothing does so when it is back.
    fn start_if_bound(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        let agent = self.agents.get_mut(&worker.pod.spec.node_name).filter(|agent| agent.is_connected());
        if let Some(agent) = agent
            && worker.plan == Plan::AwaitVolumes
            && unbound_claims(&worker.pod, context.cache).is_empty()
        {
            let scene = Scene { timing: &self.timing, faults: &self.faults };
            let outcome = worker.volumes_are_bound(context.now(), agent, scene);
            self.carry_out(key, outcome, context);
        }
    }

    fn advance(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        let Some(agent) = self.agents.get_mut(&worker.pod.spec.node_name).filter(|agent| agent.works())
        else {
            return;
        };
        let scene = Scene { timing: &self.timing, faults: &self.faults };
        let outcome = worker.advance(context.now(), agent, scene);
        self.carry_out(key, outcome, context);
    }

    /// The object of a pod is gone: what still runs of it is stopped.
    fn abandon(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        if !worker.has_process() {
            self.forget(key);
            return;
        }
        worker.is_abandoned = true;
        let scene = Scene { timing: &self.timing, faults: &self.faults };
        let outcome = worker.terminate(context.now(), scene);
        self.carry_out(key, outcome, context);
    }

    /// Writes, tells and sets timers as a step of a worker asks.
    fn carry_out(&mut self, key: &Rc<PodId>, outcome: Outcome, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        let node = &worker.pod.spec.node_name;
        let is_heard = self.agents.get(node).is_some_and(NodeAgent::is_connected);
        if !outcome.told.is_empty() && is_heard {
            let about = Object::Pod(Rc::clone(&worker.pod));
            for Told { type_, reason, message, field_path } in outcome.told {
                context.tell(&Telling {
                    component: COMPONENT,
                    host: &worker.pod.spec.node_name,
                    about: &about,
                    field_path: &field_path,
                    type_,
                    reason,
                    message: &message,
                });
            }
        }
        if worker.reserved && !worker.holds_resources() {
            worker.reserved = false;
            if let Some(agent) = self.agents.get_mut(&worker.pod.spec.node_name) {
                agent.release(worker.requested, &worker.pod, &worker.address);
            }
        }
        match worker.due() {
            Some(due) if worker.wake_at != Some(due) => {
                worker.wake_at = Some(due);
                let at = due.max(context.now());
                worker.wake_at = Some(at);
                context.wake_after(at - context.now(), Timer::Pod { pod: Rc::clone(key), at });
            }
            Some(_) => {}
            None => worker.wake_at = None,
        }
        if outcome.remove && worker.is_abandoned {
            self.forget(key);
        } else if is_heard {
            if outcome.remove {
                remove(&worker.pod, context);
            }
            if outcome.status {
                self.write_status(key, context);
            }
        }
    }

    fn write_status(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let Some(worker) = self.workers.get(key) else {
            return;
        };
        let Some(agent) = self.agents.get(&worker.pod.spec.node_name).filter(|agent| agent.is_connected())
        else {
            return;
        };
        let at = ObjectKey::new(Kind::Pod, key.namespace.as_str(), key.name.as_str());
        // The stored object may be newer than the cached one: a controller may have changed a condition.
        let live = match context.live(&at) {
            Ok(Object::Pod(live)) => live,
            Err(error) if !error.is_not_found() => {
                context.wake_after(REPORT_AGAIN, Timer::Report(Rc::clone(key)));
                return;
            }
            _ => return,
        };
        if live.metadata.uid != worker.pod.metadata.uid {
            return;
        }
        let status = status::pod_status(worker, live, &agent.host_ip, context.now(), &self.timing);
        if status == live.status {
            return;
        }
        let pod = Pod { metadata: live.metadata.clone(), spec: live.spec.clone(), status };
        match context.request(Request::update_status(pod)) {
            // The pod has just been removed: there is nothing to report.
            Err(error) if !error.is_not_found() => {
                context.wake_after(REPORT_AGAIN, Timer::Report(Rc::clone(key)));
            }
            _ => {}
        }
    }

    /// Tells again what could not be told.
    fn report_again(&mut self, key: &Rc<PodId>, context: &mut Ctx<'_>) {
        let known = self.workers.get(key).map(|worker| (Rc::clone(&worker.pod), worker.plan == Plan::Gone));
        let (pod, is_gone) = match known {
            Some(known) => known,
            None => match context.cache.typed::<Pod>(&key.namespace, &key.name) {
                Some(pod) if pod.metadata.uid == key.uid && pod.is_terminal() && pod.is_terminating() => {
                    (Rc::clone(pod), true)
                }
                _ => return,
            },
        };
        if !is_gone {
            self.write_status(key, context);
        } else if self.agents.get(&pod.spec.node_name).is_some_and(NodeAgent::is_connected) {
            remove(&pod, context);
        }
    }

    fn forget(&mut self, key: &Rc<PodId>) {
        let Some(worker) = self.workers.remove(key) else {
            return;
        };
        if let Some(agent) = self.agents.get_mut(&worker.pod.spec.node_name)
            && worker.reserved
        {
            agent.release(worker.requested, &worker.pod, &worker.address);
        }
        if worker.plan == Plan::AwaitVolumes {
            for claim in worker.pod.claim_names() {
                let claim = (key.namespace.clone(), claim.to_owned());
                if let Some(pods) = self.awaiting.get_mut(&claim) {
                    pods.remove(key);
                    if pods.is_empty() {
                        self.awaiting.remove(&claim);
                    }
                }
            }
        }
    }
}

impl Component for Kubelets {
    type Timer = Timer;

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Node, Kind::PersistentVolumeClaim, Kind::Pod]
    }

    fn observe(&mut self, changes: &[Change], context: &mut Ctx<'_>) {
        for change in changes {
            match (&change.old, &change.new) {
                (old, Some(Object::Node(node))) => self.node_changed(old.as_ref(), node, context),
                (Some(Object::Node(node)), None) => self.node_removed(&node.metadata.name),
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
            Timer::Node(node) => {
                self.keep_lease(&node, context);
                self.post(&node, context);
            }
            Timer::Report(pod) => self.report_again(&pod, context),
        }
    }
}

/// Whether a pod is not ready although all its containers are.
fn is_readiness_taken(pod: &Pod) -> bool {
    let is = |type_: &str, status: &str| {
        Condition::find(&pod.status.conditions, type_).is_some_and(|condition| condition.status == status)
    };
    is("Ready", "False") && is("ContainersReady", "True")
}

/// What everything on a node depends on.
#[derive(Clone, Copy, Debug)]
struct Scene<'a> {
    timing: &'a Timing,
    faults: &'a Faults,
}

/// Names of the pod's claims that are not bound yet.
fn unbound_claims(pod: &Pod, cache: &Cache) -> Vec<Place> {
    let namespace = &pod.metadata.namespace;
    let is_bound = |claim: &str| {
        cache
            .typed::<PersistentVolumeClaim>(namespace, claim)
            .is_some_and(|claim| claim.status.phase == "Bound")
    };
    pod.claim_names()
        .filter(|claim| !is_bound(claim))
        .map(|claim| (namespace.clone(), claim.to_owned()))
        .collect()
}

/// Removes the object of a pod that has stopped, unless its name belongs to another pod by now.
fn remove(pod: &Pod, context: &mut Ctx<'_>) {
    let key = ObjectKey::new(Kind::Pod, pod.metadata.namespace.clone(), pod.metadata.name.clone());
    let options = DeleteOptions {
        grace_period_seconds: Some(0),
        preconditions: Preconditions { uid: Some(pod.metadata.uid.clone()), resource_version: None },
        propagation_policy: None,
    };
    match context.request(Request::delete(key, options)) {
        // Somebody else may have removed it, which is as good.
        Err(error) if !error.is_not_found() && !error.is_conflict() => {
            context.wake_after(REPORT_AGAIN, Timer::Report(Rc::new(PodId::of(pod))));
        }
        _ => {}
    }
}

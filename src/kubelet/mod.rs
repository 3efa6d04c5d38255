//! The kubelets: one component that runs the pods of all simulated nodes on virtual time.
//!
//! Models pkg/kubelet, Kubernetes v1.36: a pod that is bound to a node is taken on, its images are pulled,
//! its containers start, pass their probes, end, start again, and stop when the pod is deleted. Nothing
//! really runs: stages pass as time does. Left out: heartbeats and leases, logs, static pods, mounts of
//! config maps and secrets.
//!
//! - [`timing`]: how long everything takes. [`node`]: what a node reports of itself.
//! - [`control`]: faults that people inject.
//! - `lifecycle`: the table of a container's stages; `container`, `worker`: one container, one pod;
//!   `status`: what is   reported; `admission`, `images`, `commands`, `agent`: what the stages depend on.

pub mod timing;
pub mod node;
pub mod control;
mod agent;
mod admission;
mod images;
mod commands;
mod lifecycle;
mod container;
mod worker;
mod status;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use control::Control;
pub use node::{NodeConfig, node_object, node_object_at};
pub use timing::Timing;

use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{
    Cache, Change, Component, Context, DeleteOptions, EventType, Preconditions, Request, Telling,
};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::Time;
use agent::NodeAgent;
use container::Told;
use worker::{Outcome, Plan, Worker};

/// Who tells the Events.
const COMPONENT: &str = "kubelet";

/// Namespace and name.
type Place = (String, String);

/// Looks at one pod again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    pod: Rc<Place>,
    at: Time,
}

/// The kubelets of all nodes.
#[derive(Clone, Debug, Default)]
pub struct Kubelets {
    timing: Timing,
    agents: SortedMap<String, NodeAgent>,
    workers: BTreeMap<Rc<Place>, Worker>,
    /// Pods that wait for a claim, by the claim.
    awaiting: SortedMap<Place, SortedSet<Rc<Place>>>,
}

impl Kubelets {
    /// Kubelets without nodes; nodes join as their objects appear.
    pub fn new(timing: Timing) -> Self {
        Self { timing, ..Self::default() }
    }

    /// How long the nodes take.
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// Changes how long the nodes take from now on.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    fn node_changed(&mut self, node: &Rc<Node>, context: &mut Context<'_, Timer>) {
        let name = &node.metadata.name;
        if let Some(agent) = self.agents.get_mut(name) {
            agent.node = Rc::clone(node);
            return;
        }
        self.agents.insert(name.clone(), NodeAgent::new(Rc::clone(node)));
        self.catch_up(name, context);
    }

    /// Looks at all pods of a node whose kubelet has just started.
    fn catch_up(&mut self, node: &str, context: &mut Context<'_, Timer>) {
        let pods: Vec<Rc<Pod>> = context.cache.pods_on(node).cloned().collect();
        let there: SortedSet<&str> = pods.iter().map(|pod| pod.metadata.uid.as_str()).collect();
        let gone = |worker: &Worker| {
            worker.pod.spec.node_name == node && !there.contains(worker.pod.metadata.uid.as_str())
        };
        let gone: Vec<Rc<Place>> =
            self.workers.iter().filter(|(_, worker)| gone(worker)).map(|(key, _)| Rc::clone(key)).collect();
        for key in gone {
            self.forget(&key);
        }
        for pod in pods {
            self.pod_changed(&pod, context);
            let key = place(&pod);
            if let Some((key, _)) = self.workers.get_key_value(&key) {
                let key = Rc::clone(key);
                self.advance(&key, context);
                self.write_status(&key, context);
            }
        }
    }

    fn pod_changed(&mut self, pod: &Rc<Pod>, context: &mut Context<'_, Timer>) {
        let Some(agent) = self.agents.get_mut(&pod.spec.node_name).filter(|agent| !agent.frozen) else {
            return;
        };
        let key = place(pod);
        let known = self.workers.get_key_value(&key).map(|(key, worker)| (Rc::clone(key), worker));
        match known {
            Some((key, worker)) if worker.pod.metadata.uid == pod.metadata.uid => {
                let Some(worker) = self.workers.get_mut(&key) else {
                    return;
                };
                let now = context.now();
                let old = std::mem::replace(&mut worker.pod, Rc::clone(pod));
                let mut outcome = Outcome::default();
                if old.metadata.generation != pod.metadata.generation {
                    outcome = worker.take_new_images(&old, now, agent, &self.timing);
                }
                let grace = |pod: &Pod| pod.metadata.deletion_grace_period_seconds;
                if pod.is_terminating() && (!old.is_terminating() || grace(&old) != grace(pod)) {
                    outcome.told.extend(worker.terminate(now, &self.timing).told);
                }
                // An echo of this kubelet's own write asks for nothing.
                if outcome.status || worker.due() != worker.wake_at {
                    self.carry_out(&key, outcome, context);
                }
            }
            known => {
                if let Some((key, _)) = known {
                    self.forget(&key);
                }
                if !pod.is_terminal() {
                    self.take_on(pod, context);
                } else if pod.is_terminating() {
                    remove(pod, context);
                }
            }
        }
    }

    fn take_on(&mut self, pod: &Rc<Pod>, context: &mut Context<'_, Timer>) {
        let now = context.now();
        let Some(agent) = self.agents.get_mut(&pod.spec.node_name) else {
            return;
        };
        let mut worker = Worker::new(Rc::clone(pod), now);
        let key = Rc::new(place(pod));
        let mut outcome = Outcome { status: true, ..Outcome::default() };
        if pod.is_terminating() {
            outcome = worker.terminate(now, &self.timing);
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
                let started = worker.volumes_are_bound(now, agent, &self.timing);
                outcome.told.extend(started.told);
            }
            for claim in unbound {
                self.awaiting.entry(claim).or_default().insert(Rc::clone(&key));
            }
        }
        self.workers.insert(Rc::clone(&key), worker);
        self.carry_out(&key, outcome, context);
    }

    fn claim_changed(&mut self, claim: &PersistentVolumeClaim, context: &mut Context<'_, Timer>) {
        if claim.status.phase != "Bound" {
            return;
        }
        let name = (claim.metadata.namespace.clone(), claim.metadata.name.clone());
        for key in self.awaiting.remove(&name).unwrap_or_default() {
            let Some(worker) = self.workers.get_mut(&key) else {
                continue;
            };
            let agent = self.agents.get_mut(&worker.pod.spec.node_name);
            if let Some(agent) = agent
                && unbound_claims(&worker.pod, context.cache).is_empty()
            {
                let outcome = worker.volumes_are_bound(context.now(), agent, &self.timing);
                self.carry_out(&key, outcome, context);
            }
        }
    }

    fn advance(&mut self, key: &Rc<Place>, context: &mut Context<'_, Timer>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        let Some(agent) = self.agents.get_mut(&worker.pod.spec.node_name).filter(|agent| !agent.frozen)
        else {
            return;
        };
        let outcome = worker.advance(context.now(), agent, &self.timing);
        self.carry_out(key, outcome, context);
    }

    /// Writes, tells and sets timers as a step of a worker asks.
    fn carry_out(&mut self, key: &Rc<Place>, outcome: Outcome, context: &mut Context<'_, Timer>) {
        let Some(worker) = self.workers.get_mut(key) else {
            return;
        };
        if !outcome.told.is_empty() {
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
                context.wake_after(at - context.now(), Timer { pod: Rc::clone(key), at });
            }
            Some(_) => {}
            None => worker.wake_at = None,
        }
        if outcome.remove {
            remove(&worker.pod, context);
        }
        if outcome.status {
            self.write_status(key, context);
        }
    }

    fn write_status(&mut self, key: &Rc<Place>, context: &mut Context<'_, Timer>) {
        let Some(worker) = self.workers.get(key) else {
            return;
        };
        let Some(agent) = self.agents.get(&worker.pod.spec.node_name) else {
            return;
        };
        let at = ObjectKey::new(Kind::Pod, key.0.clone(), key.1.clone());
        // The stored object may be newer than the cached one: a controller may have changed a condition.
        let Ok(Object::Pod(live)) = context.live(&at) else {
            return;
        };
        if live.metadata.uid != worker.pod.metadata.uid {
            return;
        }
        let status = status::pod_status(worker, live, &agent.host_ip, context.now(), &self.timing);
        if status == live.status {
            return;
        }
        let pod = Pod { metadata: live.metadata.clone(), spec: live.spec.clone(), status };
        // The only refusal left is that the pod has just been removed, and then there is nothing to report.
        drop(context.request(Request::update_status(pod)));
    }

    fn forget(&mut self, key: &Rc<Place>) {
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
                let claim = (key.0.clone(), claim.to_owned());
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

    fn observe(&mut self, changes: &[Change], context: &mut Context<'_, Timer>) {
        for change in changes {
            match (&change.old, &change.new) {
                (_, Some(Object::Node(node))) => self.node_changed(node, context),
                (_, Some(Object::PersistentVolumeClaim(claim))) => self.claim_changed(claim, context),
                (_, Some(Object::Pod(pod))) if pod.is_bound() => self.pod_changed(pod, context),
                (Some(Object::Pod(pod)), None) => {
                    let key = place(pod);
                    let known = self.workers.get_key_value(&key);
                    let frozen = |name: &str| self.agents.get(name).is_some_and(|agent| agent.frozen);
                    if let Some((key, worker)) = known
                        && worker.pod.metadata.uid == pod.metadata.uid
                        && !frozen(&pod.spec.node_name)
                    {
                        let key = Rc::clone(key);
                        self.forget(&key);
                    }
                }
                _ => {}
            }
        }
    }

    fn wake(&mut self, timer: Timer, context: &mut Context<'_, Timer>) {
        let Some(worker) = self.workers.get_mut(&timer.pod) else {
            return;
        };
        // An earlier timer took its place.
        if worker.wake_at != Some(timer.at) {
            return;
        }
        worker.wake_at = None;
        self.advance(&timer.pod, context);
    }
}

fn place(pod: &Pod) -> Place {
    (pod.metadata.namespace.clone(), pod.metadata.name.clone())
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
fn remove(pod: &Pod, context: &mut Context<'_, Timer>) {
    let key = ObjectKey::new(Kind::Pod, pod.metadata.namespace.clone(), pod.metadata.name.clone());
    let options = DeleteOptions {
        grace_period_seconds: Some(0),
        preconditions: Preconditions { uid: Some(pod.metadata.uid.clone()), resource_version: None },
        propagation_policy: None,
    };
    // Somebody else may have removed it, which is as good.
    drop(context.request(Request::delete(key, options)));
}

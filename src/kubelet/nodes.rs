//! What kubelets do for their nodes: register them, report about them, fall silent and come back.
//!
//! Models `registerWithAPIServer` and `syncNodeStatus`, `pkg/kubelet/kubelet_node_status.go`, and the lease
//! of staging/src/k8s.io/component-helpers/apimachinery/lease, Kubernetes v1.36. A report that would change
//! nothing is not sent; when a kubelet falls silent, the times of its last heartbeats are written down
//! (`api::heartbeat`). Left out: a kubelet that cannot register.

use std::rc::Rc;

use super::agent::{NodeAgent, Outage};
use super::node::NodeConfig;
use super::report::boot_id;
use super::worker::Plan;
use super::{COMPONENT, Ctx, Kubelets, PodId, REPORT_AGAIN, Timer, remove};
use crate::api::heartbeat::{LEASE_NAMESPACE, RENEW_EVERY, last_beat, lease, renew_time};
use crate::api::node::{Node, NodeStatus};
use crate::api::object::Opaque;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Timestamp};
use crate::client::{EventType, Request, StatusError, Telling};
use crate::sim::{Span, Time};

fn node_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Node, "", name)
}

fn node_lease_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Lease, LEASE_NAMESPACE, name)
}

/// Renews a lease from now on, unless it is being renewed.
fn renew(left: &Opaque, name: &str, context: &mut Ctx<'_>) -> Result<(), StatusError> {
    if renew_time(left).is_none() {
        return Ok(());
    }
    let mut renewed = left.clone();
    renewed.extra.extend(lease(name, "", None).extra);
    context.request(Request::update(Object::Lease(Rc::new(renewed)))).map(drop)
}

impl Kubelets {
    /// A node's object came or changed.
    pub(super) fn node_changed(&mut self, old: Option<&Object>, node: &Rc<Node>, context: &mut Ctx<'_>) {
        let name = &node.metadata.name;
        // An object that a person made has no machine behind it.
        let Some(agent) = self.agents.get_mut(name) else {
            return;
        };
        let is_new = !std::mem::replace(&mut agent.is_registered, true);
        let was_cordoned = std::mem::replace(&mut agent.node, Rc::clone(node)).spec.unschedulable;
        if !agent.is_connected() {
            return;
        }
        if is_new {
            self.keep_lease(name, context);
            self.catch_up(name, context);
        }
        if old.is_some() && was_cordoned != node.spec.unschedulable {
            let what = if node.spec.unschedulable { "NodeNotSchedulable" } else { "NodeSchedulable" };
            self.tell_status(name, what, context);
        }
        self.post(name, context);
    }

    /// Makes a node's lease, or goes on with one that is left from an earlier life
    /// (`backoffEnsureLease`). That one still names the earlier node, so the garbage collector removes it,
    /// and the next renewal makes another.
    pub(super) fn keep_lease(&self, name: &str, context: &mut Ctx<'_>) {
        let Some(agent) = self.agents.get(name).filter(|a| a.is_connected() && a.is_registered) else {
            return;
        };
        let lease = lease(name, &agent.node.metadata.uid, None);
        let left = match context.find(&node_lease_key(name)) {
            Ok(Some(Object::Lease(left))) => Some(Rc::clone(left)),
            _ => None,
        };
        let is_own = left
            .as_ref()
            .is_none_or(|left| left.metadata.owner_references == lease.metadata.owner_references);
        let written = match left {
            None => context.request(Request::create(Object::Lease(Rc::new(lease)))).map(drop),
            Some(left) => renew(&left, name, context),
        };
        if written.is_err() || !is_own {
            context.wake_after(RENEW_EVERY, Timer::Node(name.to_owned()));
        }
    }

    /// A node's object is gone; its kubelet goes on, and registers only when it is started again.
    pub(super) fn node_removed(&mut self, name: &str) {
        if let Some(agent) = self.agents.get_mut(name) {
            agent.is_registered = false;
        }
    }

    /// A new machine joins.
    ///
    /// # Errors
    /// When there is one of the name.
    pub(super) fn add_node(&mut self, mut config: NodeConfig, context: &mut Ctx<'_>) -> Result<(), String> {
        config.stand_in |= self.timing.stand_in;
        let name = config.name.clone();
        if self.agents.contains_key(&name) {
            return Err(format!("node \"{name}\" has a machine already"));
        }
        let mut agent = NodeAgent::new(config, context.now());
        agent.ready_at = context.now() + Span::from_ms(self.timing.node_ready_ms);
        self.agents.insert(name.clone(), agent);
        self.register(&name, context)
    }

    fn register(&mut self, name: &str, context: &mut Ctx<'_>) -> Result<(), String> {
        let now = context.now();
        let Some(agent) = self.agents.get_mut(name) else {
            return Err(no_node(name));
        };
        if agent.ready_at > now {
            context.wake_after(agent.ready_at - now, Timer::Node(name.to_owned()));
        }
        let mut node = super::node_object_at(&agent.config, now);
        node.status = NodeStatus::default();
        agent.report(now).post(&mut node.status, now);
        self.tell(name, EventType::Normal, "Starting", "Starting kubelet.", context);
        match context.request(Request::create(node)) {
            Ok(_) => Ok(()),
            // The object is there: a person made it, or it is left from an earlier life.
            Err(error) if error.is_already_exists() => {
                if let Ok(Object::Node(node)) = context.live(&node_key(name)) {
                    let node = Rc::clone(node);
                    self.node_changed(None, &node, context);
                }
                Ok(())
            }
            Err(error) => Err(error.message),
        }
    }

    /// Writes what a kubelet reports, unless the object says so already.
    pub(super) fn post(&mut self, name: &str, context: &mut Ctx<'_>) {
        let now = context.now();
        let Some(agent) = self.agents.get(name).filter(|agent| agent.is_connected()) else {
            return;
        };
        let live = match context.live(&node_key(name)) {
            Ok(Object::Node(live)) => live,
            Err(error) if !error.is_not_found() => {
                return context.wake_after(REPORT_AGAIN, Timer::Node(name.to_owned()));
            }
            _ => return,
        };
        let mut node = (**live).clone();
        agent.report(now).post(&mut node.status, now);
        if node.status == live.status {
            return;
        }
        let news = news(&live.status, &node.status);
        match context.request(Request::update_status(node)) {
            Ok(_) => {
                for what in news {
                    self.tell_status(name, what, context);
                }
            }
            Err(error) if error.is_not_found() => {}
            Err(_) => context.wake_after(REPORT_AGAIN, Timer::Node(name.to_owned())),
        }
    }

    /// A node's kubelet, network or power fails.
    ///
    /// # Errors
    /// When there is no such machine.
    pub(super) fn fail(&mut self, name: &str, outage: Outage, context: &mut Ctx<'_>) -> Result<(), String> {
        let now = context.now();
        let agent = self.agents.get_mut(name).ok_or_else(|| no_node(name))?;
        let was_heard = agent.is_connected();
        // Who is cut off and then loses power has lost both.
        if agent.has_power() {
            agent.outage = Some((outage, agent.outage.map_or(now, |(_, since)| since)));
        }
        if was_heard {
            self.write_last_heartbeats(name, context);
        }
        Ok(())
    }

    /// Writes down when the last heartbeats came that were not sent.
    fn write_last_heartbeats(&self, name: &str, context: &mut Ctx<'_>) {
        let now = context.now();
        let beat = |since: Option<Timestamp>, every: u64| {
            last_beat(since.map_or(Time::ZERO, Timestamp::time), Span::from_ms(every), now)
        };
        if let Ok(Object::Lease(live)) = context.live(&node_lease_key(name)) {
            let renewed = beat(live.metadata.creation_timestamp, self.timing.lease_renew_ms);
            let written = lease(name, "", Some(renewed)).extra;
            let mut silent = (**live).clone();
            silent.extra.extend(written);
            drop(context.request(Request::update(Object::Lease(Rc::new(silent)))));
        }
        if let Ok(Object::Node(live)) = context.live(&node_key(name)) {
            let mut node = (**live).clone();
            let posted = |conditions: &[crate::api::meta::Condition]| {
                let moved = conditions.iter().filter_map(|condition| condition.last_transition_time).max();
                Timestamp::at(beat(moved, self.timing.status_report_ms))
            };
            let at = posted(&node.status.conditions);
            for condition in &mut node.status.conditions {
                condition.last_heartbeat_time.get_or_insert(at);
            }
            drop(context.request(Request::update_status(node)));
        }
    }

    /// A node's kubelet, network or power is back.
    ///
    /// # Errors
    /// When there is no such machine.
    pub(super) fn recover(&mut self, name: &str, context: &mut Ctx<'_>) -> Result<(), String> {
        let agent = self.agents.get_mut(name).ok_or_else(|| no_node(name))?;
        let outage = agent.outage.take().map(|(outage, _)| outage);
        if outage == Some(Outage::PoweredOff) {
            agent.boots += 1;
            self.boot(name, context);
        }
        let Some(agent) = self.agents.get(name) else {
            return Ok(());
        };
        if !agent.is_registered {
            return self.register(name, context);
        }
        let starts = matches!(outage, Some(Outage::KubeletStopped | Outage::PoweredOff));
        if starts {
            self.tell(name, EventType::Normal, "Starting", "Starting kubelet.", context);
        }
        if outage == Some(Outage::PoweredOff) {
            let boots = self.agents.get(name).map_or(0, |agent| agent.boots);
            let message = format!("Node {name} has been rebooted, boot id: {}", boot_id(name, boots));
            self.tell(name, EventType::Warning, "Rebooted", &message, context);
        }
        if outage.is_some() {
            self.keep_lease(name, context);
            self.post(name, context);
            self.catch_up(name, context);
        }
        Ok(())
    }

    /// The machine starts: none of its containers has survived.
    fn boot(&mut self, name: &str, context: &mut Ctx<'_>) {
        let now = context.now();
        for key in self.pods_of(name) {
            if let (Some(worker), Some(agent)) = (self.workers.get_mut(&key), self.agents.get_mut(name)) {
                worker.reboot(now, agent);
            }
        }
    }

    /// The machine is gone for good. Its object stays until somebody deletes it.
    ///
    /// # Errors
    /// When there is no such machine.
    pub(super) fn forget_node(&mut self, name: &str, context: &mut Ctx<'_>) -> Result<(), String> {
        self.fail(name, Outage::PoweredOff, context)?;
        self.agents.remove(name);
        self.workers.retain(|_, worker| worker.pod.spec.node_name != name);
        Ok(())
    }

    pub(super) fn pods_of(&self, node: &str) -> Vec<Rc<PodId>> {
        let here = self.workers.iter().filter(|(_, worker)| worker.pod.spec.node_name == node);
        here.map(|(key, _)| Rc::clone(key)).collect()
    }

    /// Looks at all pods of a node whose kubelet has just come to the API server.
    pub(super) fn catch_up(&mut self, node: &str, context: &mut Ctx<'_>) {
        let pods: Vec<_> = context.cache.pods_on(node).cloned().collect();
        for key in self.pods_of(node) {
            if !pods.iter().any(|pod| pod.metadata.uid == key.uid) {
                self.abandon(&key, context);
            }
        }
        for pod in pods {
            self.pod_changed(&pod, context);
            let key = PodId::of(&pod);
            let Some((key, worker)) = self.workers.get_key_value(&key) else {
                continue;
            };
            let key = Rc::clone(key);
            // What ended while nobody could be told.
            if worker.plan == Plan::Gone {
                remove(&pod, context);
                continue;
            }
            self.start_if_bound(&key, context);
            self.advance(&key, context);
            // A pod in deletion has nothing to say before it has ended.
            if !pod.is_terminating() {
                self.write_status(&key, context);
            }
        }
    }

    fn tell_status(&self, name: &str, what: &str, context: &mut Ctx<'_>) {
        let message = format!("Node {name} status is now: {what}");
        self.tell(name, EventType::Normal, what, &message, context);
    }

    /// Tells an Event about a node, which kubelets name by its name as if it were a uid.
    fn tell(&self, name: &str, type_: EventType, reason: &str, message: &str, context: &mut Ctx<'_>) {
        if self.timing.stand_in {
            return;
        }
        let metadata = ObjectMeta { name: name.to_owned(), uid: name.to_owned(), ..ObjectMeta::default() };
        let about = Object::from(Node { metadata, ..Node::default() });
        let field_path = "";
        context.tell(&Telling {
            component: COMPONENT,
            host: name,
            about: &about,
            field_path,
            type_,
            reason,
            message,
        });
    }
}

/// What has changed between two statuses, as kubelets tell it.
fn news(old: &NodeStatus, new: &NodeStatus) -> Vec<&'static str> {
    use crate::api::meta::Condition;
    const TOLD: [(&str, &str, &str); 4] = [
        ("MemoryPressure", "NodeHasSufficientMemory", "NodeHasInsufficientMemory"),
        ("DiskPressure", "NodeHasNoDiskPressure", "NodeHasDiskPressure"),
        ("PIDPressure", "NodeHasSufficientPID", "NodeHasInsufficientPID"),
        ("Ready", "NodeNotReady", "NodeReady"),
    ];
    let status = |status: &NodeStatus, type_: &str| {
        Condition::find(&status.conditions, type_).map(|condition| condition.status == "True")
    };
    let unknown = |type_: &str| {
        Condition::find(&old.conditions, type_).is_none_or(|condition| condition.status == "Unknown")
    };
    TOLD.iter()
        .filter_map(|(type_, when_false, when_true)| {
            let is = status(new, type_)?;
            let changed = unknown(type_) || status(old, type_) != Some(is);
            changed.then_some(if is { *when_true } else { *when_false })
        })
        .collect()
}

pub(super) fn no_node(node: &str) -> String {
    format!("node \"{node}\" has no machine here")
}

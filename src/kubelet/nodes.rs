//! What kubelets do for their nodes: register them, fall silent and come back.
//!
//! Models `registerWithAPIServer`, `pkg/kubelet/kubelet_node_status.go`, and what a kubelet finds when it
//! starts, Kubernetes v1.36. What it tells about its node is in `heartbeats`. Left out: a kubelet that cannot
//! register.

use std::rc::Rc;

use super::agent::{NodeAgent, Outage};
use super::heartbeats::node_key;
use super::node::NodeConfig;
use super::report::boot_id;
use super::worker::Plan;
use super::{COMPONENT, Ctx, Kubelets, PodId};
use crate::api::node::{Node, NodeStatus};
use crate::api::{Object, ObjectMeta};
use crate::client::{EventType, Request, Telling};
use crate::sim::Span;

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
        let Some(ready_at) = self.agents.get(name).map(|agent| agent.ready_at) else {
            return Err(no_node(name));
        };
        if ready_at > now {
            self.report_node_after(name, ready_at - now, context);
        }
        let Some(agent) = self.agents.get_mut(name) else {
            return Err(no_node(name));
        };
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
                self.remove(&pod, context);
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

    /// Tells an Event about a node, which kubelets name by its name as if it were a uid.
    pub(super) fn tell(
        &self,
        name: &str,
        type_: EventType,
        reason: &str,
        message: &str,
        context: &mut Ctx<'_>,
    ) {
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

pub(super) fn no_node(node: &str) -> String {
    format!("node \"{node}\" has no machine here")
}

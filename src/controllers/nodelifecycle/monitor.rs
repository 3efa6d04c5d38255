//! One look at all nodes: who came, who went, who is lost, who is back.
//!
//! Models `monitorNodeHealth` and `doNoExecuteTaintingPass`,
//! `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, and `MarkPodsNotReady`,
//! `pkg/controller/util/node/controller_utils.go`, Kubernetes v1.36. Left out: nodes side by side.

use std::rc::Rc;

use super::health::{Health, mark_unknown, ready_status};
use super::taints::{self, Eviction};
use super::zones::{Disruption, zone_key};
use super::{COMPONENT, NodeLifecycle, node_key, swap_taints};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::client::{Context, EventType, Request};
use crate::collections::SortedMap;
use crate::controllers::SyncError;
use crate::controllers::controller::Requeue;
use crate::sim::Span;

/// How often a status is tried to be written.
const TRIES: usize = 5;

type Ctx<'a> = Context<'a, Requeue>;

/// What a look found about a node.
struct Look {
    /// The `Ready` status that was found, and the one that was left.
    observed: Option<String>,
    current: Option<String>,
}

impl NodeLifecycle {
    /// Looks at all nodes.
    pub(super) fn monitor(&mut self, context: &mut Ctx<'_>) -> Result<(), SyncError> {
        let nodes: Vec<Rc<Node>> = context.cache.list::<Node>(None).cloned().collect();
        self.greet(&nodes, context)?;
        self.take_leave(&nodes, context);
        let mut ready: SortedMap<String, Vec<bool>> = SortedMap::new();
        for node in &nodes {
            // A node whose status cannot be written is left for the next look.
            let Some(look) = self.examine(node, context) else {
                continue;
            };
            let is_ready = look.current.as_deref() == Some("True");
            ready.entry(zone_key(node)).or_default().push(is_ready);
            if let Some(current) = &look.current {
                self.evict(node, current, context)?;
                self.tell_pods(node, &look, context);
            }
        }
        match self.zones.count(&ready, context.now()) {
            Disruption::Zonal => {}
            Disruption::Begins => {
                for node in &nodes {
                    self.mark_reachable(node, context)?;
                }
            }
            Disruption::Ends => {
                let now = context.now();
                self.forgiven = nodes.iter().map(|node| (node.metadata.name.clone(), now)).collect();
            }
        }
        Ok(())
    }

    fn greet(&mut self, nodes: &[Rc<Node>], context: &mut Ctx<'_>) -> Result<(), SyncError> {
        for node in nodes {
            let name = &node.metadata.name;
            self.zones.add(zone_key(node));
            if !self.known.contains_key(name) {
                tell(node, "RegisteredNode", &format!("Registered Node {name} in Controller"), context);
                self.known.insert(name.clone(), Rc::clone(node));
                self.mark_reachable(node, context)?;
            }
        }
        Ok(())
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn take_leave(&mut self, nodes: &[Rc<Node>], context: &mut Ctx<'_>) {
        let is_there = |name: &String| nodes.iter().any(|node| node.metadata.name == *name);
        let gone: Vec<String> = self.known.keys().filter(|name| !is_there(name)).cloned().collect();
        for name in gone {
            if let Some(node) = self.known.remove(&name) {
                tell(&node, "RemovingNode", &format!("Removing Node {name} from Controller"), context);
            }
            self.forgiven.remove(&name);
            self.to_retry.remove(&name);
        }
    }

    /// Writes `Unknown` into the conditions of a node that has been silent for too long.
    fn examine(&self, node: &Rc<Node>, context: &mut Ctx<'_>) -> Option<Look> {
        let now = context.now();
        let mut node = Rc::clone(node);
        for _ in 0..TRIES {
            let observed = ready_status(&node).map(str::to_owned);
            let is_lost = match self.health(&node, context.cache, now) {
                Health::Alive => false,
                Health::Silent { lost_at, .. } => lost_at <= now,
            };
            let mut marked = (*node).clone();
            if !is_lost || !mark_unknown(&mut marked, now) {
                return Some(Look { current: observed.clone(), observed });
            }
            let current = ready_status(&marked).map(str::to_owned);
            match context.request(Request::update_status(marked)) {
                Ok(_) => return Some(Look { observed, current }),
                Err(_) => match context.live(&node_key(&node.metadata.name)) {
                    Ok(Object::Node(live)) => node = Rc::clone(live),
                    _ => return None,
                },
            }
        }
        None
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn evict(&mut self, node: &Node, ready: &str, context: &mut Ctx<'_>) -> Result<(), SyncError> {
        let (name, zone) = (&node.metadata.name, zone_key(node));
        match taints::eviction(node, ready) {
            Eviction::Swap(swap) => swap_taints(name, &swap, context),
            Eviction::Queue => {
                if !taints::has_no_execute(node, ready) {
                    // What it waits for has changed.
                    if !self.zones.holds(&zone, name) {
                        context.wake_after(Span::ZERO, node_key(name));
                    }
                    self.zones.queue(&zone, name);
                }
                Ok(())
            }
            Eviction::Reachable(_) => self.mark_reachable(node, context),
        }
    }

    fn mark_reachable(&mut self, node: &Node, context: &mut Ctx<'_>) -> Result<(), SyncError> {
        if let Eviction::Reachable(swap) = taints::eviction(node, "True") {
            swap_taints(&node.metadata.name, &swap, context)?;
        }
        self.zones.forget(&zone_key(node), &node.metadata.name);
        Ok(())
    }

    /// When a node was lost just now, or its pods could not all be told before: tells them.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn tell_pods(&mut self, node: &Node, look: &Look, context: &mut Ctx<'_>) {
        let name = &node.metadata.name;
        let is_ready = |status: &Option<String>| status.as_deref() == Some("True");
        let just_lost = !is_ready(&look.current) && is_ready(&look.observed);
        if just_lost {
            let message = format!("Node {name} status is now: NodeNotReady");
            let about = Object::Node(Rc::new(node.clone()));
            context.event(COMPONENT, &about, EventType::Normal, "NodeNotReady", &message);
        }
        let again = self.to_retry.remove(name) && !is_ready(&look.observed);
        if (just_lost || again) && !mark_pods_not_ready(name, context) {
            self.to_retry.insert(name.clone());
        }
    }

    /// Taints the nodes whose turn it is.
    pub(super) fn taint_queued(&mut self, context: &mut Ctx<'_>) -> Result<(), SyncError> {
        for name in self.zones.take(context.now()) {
            let swap = context
                .cache
                .typed::<Node>("", &name)
                .and_then(|node| taints::no_execute(ready_status(node)?));
            if let Some(swap) = swap {
                swap_taints(&name, &swap, context)?;
            }
        }
        Ok(())
    }
}

fn tell(node: &Rc<Node>, reason: &str, event: &str, context: &mut Ctx<'_>) {
    let message = format!("Node {} event: {event}", node.metadata.name);
    context.event(COMPONENT, &Object::Node(Rc::clone(node)), EventType::Normal, reason, &message);
}

/// Takes the readiness of all pods of a lost node away; whether all could be written.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn mark_pods_not_ready(node: &str, context: &mut Ctx<'_>) -> bool {
    let pods: Vec<Rc<Pod>> = context.cache.pods_on(node).cloned().collect();
    let mut all = true;
    for pod in pods {
        let key = ObjectKey::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str());
        let now = context.now();
        let live = match context.find(&key) {
            Ok(Some(Object::Pod(live))) => live,
            Ok(_) => continue,
            Err(_) => {
                all = false;
                continue;
            }
        };
        if live.metadata.uid != pod.metadata.uid || !live_is_ready(live) {
            continue;
        }
        let mut unready = (**live).clone();
        for condition in unready.status.conditions.iter_mut().filter(|c| c.type_ == "Ready") {
            "False".clone_into(&mut condition.status);
            condition.last_transition_time = Some(Timestamp::at(now));
        }
        match context.request(Request::update_status(unready)) {
            Ok(pod) => {
                let (reason, message) = ("NodeNotReady", "Node is not ready");
                context.event(COMPONENT, &pod, EventType::Warning, reason, message);
            }
            Err(error) => all &= error.is_not_found(),
        }
    }
    all
}

/// Whether it has a `Ready` condition that is not false already.
fn live_is_ready(pod: &Pod) -> bool {
    Condition::find(&pod.status.conditions, "Ready").is_some_and(|condition| condition.status != "False")
}

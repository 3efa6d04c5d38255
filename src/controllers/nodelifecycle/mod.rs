//! The node lifecycle controller: greets nodes, notices when they fall silent, and taints them for it.
//!
//! Models pkg/controller/nodelifecycle, Kubernetes v1.36. Reads Node, Lease, Pod; writes nodes/status,
//! Node, pods/status. Heartbeats that come as they should are not seen (`api::heartbeat`): the controller
//! sleeps until a node falls silent, and then looks at those instants at which upstream's would notice
//! something. Left out: pods that come to a lost node (they are not ready anyway), several workers.
//!
//! - `clock`: when it looks. `health`: whether a node is there. `taints`: which taints it should have.
//!   `zones`: how fast nodes are tainted. `monitor`: one look. `waiting`: why a node stands as it does.

mod clock;
mod health;
mod taints;
mod zones;
mod monitor;
mod waiting;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::controller::Requeue;
use super::{Controller, SyncError, SyncResult, Verdict};
use crate::api::heartbeat::LEASE_NAMESPACE;
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::object::Opaque;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Context, Request};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};
use clock::Clock;
use health::{Health, health, ready_status};
use taints::Swap;
use waiting::WaitingFor;
use zones::{Zones, zone_key};

/// Who tells the Events.
const COMPONENT: &str = "node-controller";
/// Labels of old, which follow their successors.
const OLD_LABELS: [(&str, &str); 2] =
    [("kubernetes.io/os", "beta.kubernetes.io/os"), ("kubernetes.io/arch", "beta.kubernetes.io/arch")];

/// The node lifecycle controller. Its keys are nodes, and one that stands for a look at all of them.
#[derive(Clone, Debug, Default)]
pub struct NodeLifecycle {
    clock: Option<Clock>,
    /// The nodes that were greeted.
    known: SortedMap<String, Rc<Node>>,
    /// When a node's silence was forgiven, because no node was heard.
    forgiven: SortedMap<String, Time>,
    zones: Zones,
    /// Nodes whose pods could not all be marked.
    to_retry: SortedSet<String>,
    /// Nodes about which the last word was a wait.
    waited_for: SortedSet<String>,
}

/// The key of a look at all nodes.
fn look_key() -> ObjectKey {
    node_key("")
}

fn node_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Node, "", name)
}

/// The lease of a node.
fn lease_of<'a>(cache: &'a Cache, node: &str) -> Option<&'a Opaque> {
    match cache.get(&ObjectKey::new(Kind::Lease, LEASE_NAMESPACE, node))? {
        Object::Lease(lease) => Some(lease),
        _ => None,
    }
}

impl NodeLifecycle {
    fn clock(&self, now: Time) -> Clock {
        self.clock.unwrap_or_else(|| Clock::starting(now))
    }

    fn health(&self, node: &Node, cache: &Cache, now: Time) -> Health {
        let name = &node.metadata.name;
        health(node, lease_of(cache, name), self.forgiven.get(name).copied(), self.clock(now))
    }

    /// The look at which something is to be done about a node; `None` when nothing is.
    fn due(&self, node: &Node, cache: &Cache, now: Time) -> Option<Time> {
        let next = self.clock(now).look_at_or_after(now);
        let name = &node.metadata.name;
        let zone = zone_key(node);
        if !self.known.contains_key(name) || !self.zones.knows(&zone) || self.to_retry.contains(name) {
            return Some(next);
        }
        let ready = ready_status(node);
        if let Health::Silent { lost_at, .. } = self.health(node, cache, now)
            && ready != Some("Unknown")
        {
            return Some(lost_at.max(next));
        }
        let waits = match ready {
            None => false,
            Some("True") => taints::is_being_emptied(node) || self.zones.holds(&zone, name),
            // One that left the queue without its taint, because a stale view said that it is well, is put
            // in again by the next look.
            Some(ready) => !taints::has_no_execute(node, ready) && self.zones.waits(&zone, name).is_none(),
        };
        waits.then_some(next)
    }

    fn sync_node(&mut self, name: &str, context: &mut Context<'_, Requeue>) -> SyncResult {
        let now = context.now();
        let Some(node) = context.cache.typed::<Node>("", name).cloned() else {
            self.waited_for.remove(name);
            if self.known.contains_key(name) {
                Self::look_at(self.clock(now).look_at_or_after(now), name, context);
            }
            return Ok(None);
        };
        swap_taints(name, &taints::no_schedule(&node), context)?;
        keep_old_labels(&node, context)?;
        if let Some(due) = self.due(&node, context.cache, now) {
            Self::look_at(due, name, context);
        }
        Ok(self.verdict(&node, context.cache, now))
    }

    /// Looks at all nodes for the sake of one: now, or when its key comes again.
    fn look_at(due: Time, name: &str, context: &mut Context<'_, Requeue>) {
        let now = context.now();
        let key = if due <= now { look_key() } else { node_key(name) };
        context.wake_after(due - now, key);
    }

    fn verdict(&mut self, node: &Node, cache: &Cache, now: Time) -> Option<Verdict> {
        let name = &node.metadata.name;
        match self.waiting(node, cache, now) {
            Some(waiting) => {
                self.waited_for.insert(name.clone());
                Some(waiting.verdict(name))
            }
            None => self.waited_for.remove(name).then_some(Verdict::Converged),
        }
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn waiting(&self, node: &Node, cache: &Cache, now: Time) -> Option<WaitingFor> {
        let ready = ready_status(node)?;
        let (name, zone) = (&node.metadata.name, zone_key(node));
        if ready == "True" {
            if let Health::Silent { since, lost_at } = self.health(node, cache, now) {
                return Some(WaitingFor::Heartbeat { since, lost_at });
            }
            let at = self.clock(now).look_at_or_after(now);
            return taints::is_being_emptied(node).then_some(WaitingFor::NextLook { at });
        }
        if ready == "False" {
            let found = Condition::find(&node.status.conditions, "Ready");
            let message = found.map(|condition| condition.message.clone()).unwrap_or_default();
            return Some(WaitingFor::KubeletReady { message });
        }
        Some(match self.zones.waits(&zone, name) {
            Some(next) => WaitingFor::EvictionRate { next },
            None if taints::is_being_emptied(node) => WaitingFor::KubeletReturn,
            None => WaitingFor::EvictionRate { next: Some(self.clock(now).look_after(now)) },
        })
    }

    /// A look at all nodes, and at the queues of those that are to be tainted.
    fn sync_all(&mut self, context: &mut Context<'_, Requeue>) -> SyncResult {
        let now = context.now();
        let clock = self.clock(now);
        if clock.is_look(now) {
            self.monitor(context)?;
        } else if clock.is_taint_look(now) {
            self.taint_queued(context)?;
        }
        // What is still to be done now could not be done: the next look tries again.
        let next = clock.look_after(now);
        let nodes: Vec<Rc<Node>> = context.cache.list::<Node>(None).cloned().collect();
        for node in nodes {
            let name = &node.metadata.name;
            // What was written just now comes back and is looked at then.
            let version = node.metadata.resource_version;
            let is_current = match context.find(&node_key(name)) {
                Ok(live) => live.is_some_and(|live| live.meta().resource_version == version),
                Err(_) => true,
            };
            if let Some(due) = self.due(&node, context.cache, now).filter(|_| is_current) {
                Self::look_at(due.max(next), name, context);
            }
        }
        if let Some(turn) = self.zones.next_turn() {
            let turn = clock.taint_at_or_after(turn.max(clock.taint_after(now)));
            context.wake_after(turn - now, look_key());
        }
        Ok(None)
    }
}

/// Changes a node's taints, if there is anything to change.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn swap_taints(name: &str, swap: &Swap, context: &mut Context<'_, Requeue>) -> Result<(), SyncError> {
    if swap.is_empty() {
        return Ok(());
    }
    let now = context.now();
    let Some(Object::Node(live)) = context.find(&node_key(name))? else {
        return Ok(());
    };
    let taints = swap.applied(&live.spec.taints, now);
    if taints != live.spec.taints {
        let mut node = (**live).clone();
        node.spec.taints = taints;
        context.request(Request::update(node))?;
    }
    Ok(())
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn keep_old_labels(node: &Node, context: &mut Context<'_, Requeue>) -> Result<(), SyncError> {
    let stale = |labels: &crate::api::LabelMap| -> Vec<(String, String)> {
        let pairs = OLD_LABELS.iter().filter_map(|(new, old)| {
            let value = labels.get(*new)?;
            (labels.get(*old) != Some(value)).then(|| ((*old).to_owned(), value.clone()))
        });
        pairs.collect()
    };
    if stale(&node.metadata.labels).is_empty() {
        return Ok(());
    }
    if let Some(Object::Node(live)) = context.find(&node_key(&node.metadata.name))? {
        let mut node = (**live).clone();
        let mended = stale(&node.metadata.labels);
        node.metadata.labels.extend(mended);
        context.request(Request::update(node))?;
    }
    Ok(())
}

impl Controller for NodeLifecycle {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Lease, Kind::Node]
    }

    fn keys_for(&mut self, change: &Change, _: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        self.clock.get_or_insert_with(|| Clock::starting(now));
        let Some(object) = change.object() else {
            return Vec::new();
        };
        let meta = object.meta();
        match object.kind() {
            Kind::Node => vec![(node_key(&meta.name), Span::ZERO)],
            Kind::Lease if meta.namespace == LEASE_NAMESPACE => vec![(node_key(&meta.name), Span::ZERO)],
            _ => Vec::new(),
        }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        if *key == look_key() { self.sync_all(context) } else { self.sync_node(&key.name, context) }
    }

    fn renews_timers(&self) -> bool {
        true
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

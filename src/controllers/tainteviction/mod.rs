//! The taint eviction controller: deletes pods from nodes whose `NoExecute` taints they do not tolerate.
//!
//! Models pkg/controller/tainteviction, Kubernetes v1.36. Reads Node and Pod; writes pods/status, deletes
//! Pod. A pod that tolerates the taints for a while is deleted when that time is over; the time runs from
//! the first taint and is not begun anew by further ones. Its Events name a pod without its uid, so
//! `kubectl describe pod` does not show them, as upstream's. Left out: several workers.
//!
//! - `policy`: how long a pod stays. `waiting`: why it is still there.

mod policy;
mod waiting;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::controller::Requeue;
use super::{Controller, Reason, SyncError, SyncResult, Verdict};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::scheduling::Taint;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Timestamp};
use crate::client::{Cache, Change, Context, DeleteOptions, EventType, Request};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};
use policy::{Stay, no_execute, stay};
use waiting::WaitingFor;

/// Who tells the Events.
const COMPONENT: &str = "taint-eviction-controller";

/// How often a deletion is tried (`retries`).
const TRIES: u32 = 5;
/// How long it waits after a try that failed.
const TRY_AGAIN_AFTER: Span = Span::from_ms(10);

/// The taint eviction controller. Its keys are nodes and pods.
#[derive(Clone, Debug, Default)]
pub struct TaintEviction {
    /// The taints of the nodes that have some.
    tainted: SortedMap<String, Vec<Taint>>,
    /// When which pod is to be deleted.
    work: SortedMap<ObjectKey, Time>,
    /// Tries of deletions that have failed so far.
    failed_tries: SortedMap<ObjectKey, u32>,
    /// Pods for which something has changed since they were looked at.
    touched: SortedSet<ObjectKey>,
}

fn pod_key(pod: &Pod) -> ObjectKey {
    ObjectKey::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str())
}

impl TaintEviction {
    fn node_keys(&self, old: Option<&Node>, new: Option<&Node>) -> bool {
        let taints = |node: Option<&Node>| node.map(|node| no_execute(&node.spec.taints));
        match (taints(old), taints(new)) {
            (Some(old), Some(new)) => old != new,
            (None, Some(new)) => !new.is_empty() || !self.work.is_empty(),
            (old, None) => old.is_some_and(|old| !old.is_empty()),
        }
    }

    fn pod_keys(&self, old: Option<&Pod>, new: Option<&Pod>) -> Option<ObjectKey> {
        let key = pod_key(new.or(old)?);
        let Some(new) = new else {
            return self.work.contains_key(&key).then_some(key);
        };
        let is_same = old.is_some_and(|old| {
            old.spec.node_name == new.spec.node_name && old.spec.tolerations == new.spec.tolerations
        });
        let matters = self.tainted.contains_key(&new.spec.node_name) || self.work.contains_key(&key);
        (!is_same && matters).then_some(key)
    }

    fn sync_node(&mut self, name: &str, context: &mut Context<'_, Requeue>) {
        let Some(node) = context.cache.typed::<Node>("", name) else {
            self.tainted.remove(name);
            return;
        };
        let taints = no_execute(&node.spec.taints);
        if taints.is_empty() {
            self.tainted.remove(name);
        } else {
            self.tainted.insert(name.to_owned(), taints);
        }
        // Each pod has its own verdict.
        let pods: Vec<Rc<Pod>> = context.cache.pods_on(name).cloned().collect();
        for pod in pods {
            let key = pod_key(&pod);
            if self.tainted.contains_key(name) || self.work.contains_key(&key) {
                self.touched.insert(key.clone());
                context.wake_after(Span::ZERO, key);
            }
        }
    }

    fn sync_pod(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let now = context.now();
        if self.work.get(key).is_some_and(|at| *at <= now) {
            return self.delete(key, context);
        }
        // Nothing but a timer came early.
        if !self.touched.remove(key) {
            if let Some(at) = self.work.get(key) {
                context.wake_after(*at - now, key.clone());
            }
            return Ok(None);
        }
        let Some(pod) = context.cache.get(key).and_then(Pod::of).cloned() else {
            return Ok(self.cancel(key, context));
        };
        let Some(taints) = self.tainted.get(&pod.spec.node_name).cloned() else {
            return Ok(self.cancel(key, context));
        };
        match stay(&taints, &pod.spec.tolerations) {
            Stay::NotAtAll => {
                drop(self.cancel(key, context));
                self.delete(key, context)
            }
            Stay::Forever => Ok(self.cancel(key, context)),
            Stay::For(Span::ZERO) => self.delete(key, context),
            Stay::For(span) => {
                // What was begun for an earlier taint goes on.
                let until = *self.work.entry(key.clone()).or_insert(now + span);
                context.wake_after(until - now, key.clone());
                let node = pod.spec.node_name.clone();
                let waiting = WaitingFor::TolerationSeconds { node, taints, until };
                Ok(Some(waiting.verdict(&key.name)))
            }
        }
    }

    /// Takes a deletion back, if one is planned.
    fn cancel(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> Option<Verdict> {
        self.failed_tries.remove(key);
        self.work.remove(key)?;
        tell(key, &format!("Cancelling deletion of Pod {}/{}", key.namespace, key.name), context);
        Some(Verdict::Converged)
    }

    /// Deletes a pod; when that fails, it is tried a few times more, and then given up (`deletePodHandler`).
    fn delete(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        self.work.remove(key);
        let failed = self.failed_tries.remove(key).unwrap_or(0);
        if failed == 0 {
            tell(key, &format!("Marking for deletion Pod {}/{}", key.namespace, key.name), context);
        }
        let outcome = add_condition_and_delete(key, context);
        if outcome.is_err() && failed + 1 < TRIES {
            self.failed_tries.insert(key.clone(), failed + 1);
            self.work.insert(key.clone(), context.now() + TRY_AGAIN_AFTER);
            context.wake_after(TRY_AGAIN_AFTER, key.clone());
        }
        outcome
    }
}

fn add_condition_and_delete(key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
    let Some(Object::Pod(live)) = context.find(key)?.cloned() else {
        return Ok(None);
    };
    let node = live.spec.node_name.clone();
    add_condition(&live, context)?;
    match context.request(Request::delete(key.clone(), DeleteOptions::default())) {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(Some(Verdict::Progressing(Reason {
            name: "Evicted",
            sentence: format!(
                "Pod {} was deleted because of a NoExecute taint of {node}; its object stays until the \
                 kubelet there has ended it",
                key.name
            ),
            object: Some(ObjectKey::new(Kind::Node, "", node)),
            facts: Vec::new(),
            until: None,
        }))),
    }
}

/// Tells an Event about a pod of which only the name is known.
fn tell(key: &ObjectKey, message: &str, context: &mut Context<'_, Requeue>) {
    let metadata =
        ObjectMeta { name: key.name.clone(), namespace: key.namespace.clone(), ..ObjectMeta::default() };
    let about = Object::from(Pod { metadata, ..Pod::default() });
    context.event(COMPONENT, &about, EventType::Normal, "TaintManagerEviction", message);
}

fn add_condition(live: &Pod, context: &mut Context<'_, Requeue>) -> Result<(), SyncError> {
    let mut pod = live.clone();
    Condition::set(
        &mut pod.status.conditions,
        Condition {
            type_: "DisruptionTarget".to_owned(),
            status: "True".to_owned(),
            observed_generation: Some(pod.metadata.generation),
            last_transition_time: Some(Timestamp::at(context.now())),
            reason: "DeletionByTaintManager".to_owned(),
            message: "Taint manager: deleting due to NoExecute taint".to_owned(),
            ..Condition::default()
        },
    );
    context.request(Request::update_status(pod))?;
    Ok(())
}

impl Controller for TaintEviction {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Node, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, _: &Cache, _: Time) -> Vec<(ObjectKey, Span)> {
        let key = match change.object() {
            Some(Object::Node(node)) => {
                let (old, new) =
                    (change.old.as_ref().and_then(Node::of), change.new.as_ref().and_then(Node::of));
                self.node_keys(old.map(|n| &**n), new.map(|n| &**n))
                    .then(|| ObjectKey::new(Kind::Node, "", node.metadata.name.as_str()))
            }
            Some(Object::Pod(_)) => {
                let (old, new) =
                    (change.old.as_ref().and_then(Pod::of), change.new.as_ref().and_then(Pod::of));
                self.pod_keys(old.map(|p| &**p), new.map(|p| &**p))
            }
            _ => None,
        };
        self.touched.extend(key.iter().filter(|key| key.kind == Kind::Pod).cloned());
        key.map(|key| (key, Span::ZERO)).into_iter().collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        match key.kind {
            Kind::Node => {
                self.sync_node(&key.name, context);
                Ok(None)
            }
            Kind::Pod => self.sync_pod(key, context),
            _ => Ok(None),
        }
    }

    fn renews_timers(&self) -> bool {
        true
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

//! Removes pods that nobody else will: of nodes that are gone, of nodes that are given up, and without a
//! node.
//!
//! Models pkg/controller/podgc, Kubernetes v1.36: it looks every 20 s, keeps a missing node in quarantine
//! for 40 s, marks a pod `Failed` before it removes it without grace, and lets 12,500 finished pods lie.
//! Here it looks only at those instants at which it would find something. Left out: nothing.

use std::rc::Rc;

use super::controller::Requeue;
use super::{Controller, Reason, SyncError, SyncResult, Verdict};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::client::{Cache, Change, Context, DeleteOptions, Preconditions, Request};
use crate::collections::{SortedMap, sort_by};
use crate::sim::{Span, Time};

const LOOKS_EVERY: Span = Span::from_seconds(20);
const QUARANTINE: Span = Span::from_seconds(40);
/// `--terminated-pod-gc-threshold`.
const TERMINATED_MAX: usize = 12_500;
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// The pod garbage collector. Its keys are pods, and one that stands for all finished pods.
#[derive(Clone, Debug)]
pub struct PodGc {
    started: Option<Time>,
    /// Nodes that pods name and that do not exist, with the first look that missed them.
    missing: SortedMap<String, Time>,
    terminated_max: usize,
}

impl Default for PodGc {
    fn default() -> Self {
        Self { started: None, missing: SortedMap::new(), terminated_max: TERMINATED_MAX }
    }
}

/// Why a pod is to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Its node no longer exists.
    Orphaned,
    /// It is in deletion on a node that is not ready and that a person has given up.
    OutOfService,
    /// It is in deletion and was never bound.
    Unscheduled,
}

/// What must happen before a pod is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WaitingFor {
    /// Its node must be missing for a while.
    NodeQuarantine { node: String, until: Time },
    /// The collector's next look.
    CollectorLook { at: Time },
}

impl WaitingFor {
    fn verdict(&self, pod: &str) -> Verdict {
        let (name, sentence, fact, time) = match self {
            Self::NodeQuarantine { node, until } => (
                "NodeQuarantine",
                format!("node {node} no longer exists: Pod {pod} is removed unless the node comes back"),
                "quarantineUntil",
                until,
            ),
            Self::CollectorLook { at } => (
                "CollectorLook",
                format!("Pod {pod} is removed at the garbage collector's next look"),
                "nextLook",
                at,
            ),
        };
        let facts = vec![(fact.to_owned(), Timestamp::at(*time).to_string())];
        Verdict::Waiting(Reason { name, sentence, object: None, facts, until: None })
    }
}

/// Why a pod is to be removed, as far as it and its node say; `node` is `None` when it does not exist.
fn cause(pod: &Pod, node: Option<&Node>) -> Option<Cause> {
    // What could be done was done; finalizers hold it.
    let is_done =
        pod.is_terminal() && pod.is_terminating() && pod.metadata.deletion_grace_period_seconds == Some(0);
    if is_done {
        return None;
    }
    if !pod.is_bound() {
        return pod.is_terminating().then_some(Cause::Unscheduled);
    }
    let Some(node) = node else {
        return Some(Cause::Orphaned);
    };
    let given_up = !node.is_ready() && node.spec.taints.iter().any(|taint| taint.key == OUT_OF_SERVICE);
    (pod.is_terminating() && given_up).then_some(Cause::OutOfService)
}

/// Evicted pods first, then by age (`byEvictionAndCreationTimestamp`).
fn removal_order(pod: &Pod) -> (bool, Option<Timestamp>, &str) {
    let evicted = pod.status.phase == "Failed" && pod.status.reason == "Evicted";
    (!evicted, pod.metadata.creation_timestamp, &pod.metadata.name)
}

fn node_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Node, "", name)
}

fn pod_key(pod: &Pod) -> ObjectKey {
    ObjectKey::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str())
}

/// The key of all finished pods.
fn finished_key() -> ObjectKey {
    ObjectKey::new(Kind::Pod, "", "")
}

impl PodGc {
    /// The first look at this instant or after it.
    fn look(&self, now: Time) -> Time {
        let started = self.started.unwrap_or(now);
        match (now - started).ms() % LOOKS_EVERY.ms() {
            0 => now.max(started),
            past => now + Span::from_ms(LOOKS_EVERY.ms() - past),
        }
    }

    fn pod_changed(&mut self, old: Option<&Pod>, pod: &Pod, cache: &Cache, now: Time) -> Vec<ObjectKey> {
        let looks = |pod: &Pod| (pod.is_bound(), pod.is_terminating(), pod.is_terminal());
        if old.is_some_and(|old| looks(old) == looks(pod)) {
            return Vec::new();
        }
        let mut keys = Vec::new();
        let node = cache.typed::<Node>("", &pod.spec.node_name).map(|node| &**node);
        if let Some(cause) = cause(pod, node) {
            if cause == Cause::Orphaned {
                let look = self.look(now);
                self.missing.entry(pod.spec.node_name.clone()).or_insert(look);
            }
            keys.push(pod_key(pod));
        }
        if pod.is_terminal() {
            keys.push(finished_key());
        }
        keys
    }

    fn node_changed(&mut self, name: &str, exists: bool, cache: &Cache, now: Time) -> Vec<ObjectKey> {
        let came_back = exists && self.missing.remove(name).is_some();
        if !exists {
            self.missing.insert(name.to_owned(), self.look(now));
        }
        let pods = cache.pods_on(name).filter(|pod| !exists || came_back || pod.is_terminating());
        pods.map(|pod| pod_key(pod)).collect()
    }

    fn sync_pod(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let now = context.now();
        let Some(pod) = context.cache.get(key).and_then(Pod::of).cloned() else {
            return Ok(None);
        };
        let node = context.cache.typed::<Node>("", &pod.spec.node_name).map(|node| &**node);
        let Some(cause) = cause(&pod, node) else {
            return Ok(None);
        };
        let name = &pod.spec.node_name;
        let (due, waiting) = match cause {
            Cause::Orphaned => {
                let until = self.missing.get(name).copied().unwrap_or_else(|| self.look(now)) + QUARANTINE;
                (until, WaitingFor::NodeQuarantine { node: name.clone(), until })
            }
            Cause::OutOfService | Cause::Unscheduled => {
                let at = self.look(now);
                (at, WaitingFor::CollectorLook { at })
            }
        };
        if due > now {
            context.wake_after(due - now, key.clone());
            return Ok(Some(waiting.verdict(&key.name)));
        }
        // Upstream too asks the server itself before it takes a node for gone.
        if cause == Cause::Orphaned && context.find(&node_key(name))?.is_some() {
            return Ok(None);
        }
        mark_failed_and_delete(&pod, cause, context)?;
        Ok(Some(Verdict::Progressing(Reason {
            name: "Removed",
            sentence: format!("Pod {} was removed: nobody else will ({cause:?})", key.name),
            object: None,
            facts: Vec::new(),
            until: None,
        })))
    }

    /// Removes finished pods above the limit.
    fn sync_finished(&mut self, context: &mut Context<'_, Requeue>) -> SyncResult {
        let mut finished: Vec<Rc<Pod>> =
            context.cache.list::<Pod>(None).filter(|pod| pod.is_terminal()).cloned().collect();
        let surplus = finished.len().saturating_sub(self.terminated_max);
        if surplus == 0 {
            return Ok(None);
        }
        let now = context.now();
        let look = self.look(now);
        if look > now {
            context.wake_after(look - now, finished_key());
            return Ok(None);
        }
        sort_by(&mut finished, |a, b| removal_order(a).cmp(&removal_order(b)));
        for pod in finished.iter().take(surplus) {
            mark_failed_and_delete(pod, Cause::Unscheduled, context)?;
        }
        Ok(None)
    }
}

impl Controller for PodGc {
    fn name(&self) -> &'static str {
        "pod-garbage-collector-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Node, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        self.started.get_or_insert(now);
        let keys = match (&change.old, &change.new) {
            (Some(Object::Node(node)), None) => self.node_changed(&node.metadata.name, false, cache, now),
            (old, Some(Object::Node(node))) => {
                let given_up = |node: &Node| (node.is_ready(), node.spec.taints.clone());
                let is_same =
                    old.as_ref().and_then(Node::of).is_some_and(|old| given_up(old) == given_up(node));
                if is_same { Vec::new() } else { self.node_changed(&node.metadata.name, true, cache, now) }
            }
            (old, Some(Object::Pod(pod))) => {
                self.pod_changed(old.as_ref().and_then(Pod::of).map(|old| &**old), pod, cache, now)
            }
            _ => Vec::new(),
        };
        keys.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        if *key == finished_key() { self.sync_finished(context) } else { self.sync_pod(key, context) }
    }

    fn renews_timers(&self) -> bool {
        true
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

fn mark_failed_and_delete(
    pod: &Pod,
    cause: Cause,
    context: &mut Context<'_, Requeue>,
) -> Result<(), SyncError> {
    let key = pod_key(pod);
    let Some(Object::Pod(live)) = context.find(&key)? else {
        return Ok(());
    };
    if live.metadata.uid != pod.metadata.uid {
        return Ok(());
    }
    if !live.is_terminal() {
        let mut failed = (**live).clone();
        "Failed".clone_into(&mut failed.status.phase);
        failed.status.observed_generation = failed.metadata.generation;
        if cause == Cause::Orphaned {
            let condition = Condition {
                type_: "DisruptionTarget".to_owned(),
                status: "True".to_owned(),
                observed_generation: Some(failed.metadata.generation),
                last_transition_time: Some(Timestamp::at(context.now())),
                reason: "DeletionByPodGC".to_owned(),
                message: "PodGC: node no longer exists".to_owned(),
                ..Condition::default()
            };
            Condition::set(&mut failed.status.conditions, condition);
        }
        context.request(Request::update_status(failed))?;
    }
    let options = DeleteOptions {
        grace_period_seconds: Some(0),
        preconditions: Preconditions { uid: Some(pod.metadata.uid.clone()), resource_version: None },
        propagation_policy: None,
    };
    match context.request(Request::delete(key, options)) {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::codec::from_value;
    use serde_json::json;

    fn pod(node: &str, phase: &str, deletion: Option<i64>) -> Pod {
        let mut metadata = json!({"name": "web-0", "namespace": "default"});
        if let Some(grace) = deletion {
            metadata["deletionTimestamp"] = "2026-01-05T09:00:00Z".into();
            metadata["deletionGracePeriodSeconds"] = grace.into();
        }
        let (spec, status) = (json!({"nodeName": node}), json!({"phase": phase}));
        from_value(json!({"metadata": metadata, "spec": spec, "status": status})).unwrap()
    }

    fn node(ready: &str, taint: &str) -> Node {
        from_value(json!({
            "metadata": {"name": "node-1"},
            "spec": {"taints": [{"key": taint, "effect": "NoExecute"}]},
            "status": {"conditions": [{"type": "Ready", "status": ready}]},
        }))
        .unwrap()
    }

    #[test]
    fn pods_that_nobody_else_will_remove() {
        let (lost, given_up) = (node("Unknown", "a"), node("Unknown", OUT_OF_SERVICE));
        let well = node("True", OUT_OF_SERVICE);
        let orphaned = Some(Cause::Orphaned);
        for (what, pod, node, expected) in [
            ("its node is gone", pod("node-1", "Running", None), None, orphaned),
            ("its node is gone, it is in deletion", pod("node-1", "Running", Some(30)), None, orphaned),
            ("removed, but held by finalizers", pod("node-1", "Failed", Some(0)), None, None),
            ("its node is lost", pod("node-1", "Running", Some(30)), Some(&lost), None),
            (
                "its node is given up, it is not in deletion",
                pod("node-1", "Running", None),
                Some(&given_up),
                None,
            ),
            (
                "its node is given up",
                pod("node-1", "Running", Some(30)),
                Some(&given_up),
                Some(Cause::OutOfService),
            ),
            ("its node is given up and well", pod("node-1", "Running", Some(30)), Some(&well), None),
            ("it waits for a node", pod("", "Pending", None), None, None),
            ("it was deleted without a node", pod("", "Pending", Some(0)), None, Some(Cause::Unscheduled)),
        ] {
            assert_eq!(cause(&pod, node), expected, "{what}");
        }
    }

    #[test]
    fn a_node_is_missed_for_forty_to_sixty_seconds() {
        let collector = PodGc { started: Some(Time::from_ms(5)), ..PodGc::default() };
        for (gone, missed) in [(5, 5), (6, 20_005), (20_005, 20_005), (20_006, 40_005)] {
            assert_eq!(collector.look(Time::from_ms(gone)).ms(), missed);
        }
        let until = Time::from_ms(60_000);
        let waits = [
            WaitingFor::NodeQuarantine { node: "node-1".into(), until },
            WaitingFor::CollectorLook { at: until },
        ];
        let names = waits.map(|wait| wait.verdict("web-0").reason().map(|reason| reason.name));
        assert_eq!(names, [Some("NodeQuarantine"), Some("CollectorLook")]);
    }

    #[test]
    fn evicted_pods_go_first_then_the_oldest() {
        let mut evicted = pod("node-1", "Failed", None);
        evicted.status.reason = "Evicted".to_owned();
        evicted.metadata.creation_timestamp = Some(Timestamp::at(Time::from_ms(9_000)));
        let mut old = pod("node-1", "Succeeded", None);
        old.metadata.creation_timestamp = Some(Timestamp::at(Time::ZERO));
        assert!(removal_order(&evicted) < removal_order(&old));
        old.metadata.name = "web-1".to_owned();
        let older = pod("node-1", "Succeeded", None);
        assert!(removal_order(&older) < removal_order(&old));
    }
}

//! Removes pods whose node no longer exists.
//!
//! Models `gcOrphaned`, `pkg/controller/podgc/gc_controller.go`, Kubernetes v1.36: looks every 20 s, keeps
//! a missing node in quarantine for 40 s, then marks its pods `Failed` and removes them without grace. Here
//! a look happens only when a node is missing. Left out: the limit on terminated pods, unscheduled pods in
//! deletion, the out-of-service taint.

use super::process::Requeue;
use super::{Controller, Reason, SyncError, SyncResult, Verdict};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::client::{Cache, Change, Context, DeleteOptions, Preconditions, Request};
use crate::sim::{Span, Time};

const LOOKS_EVERY_MS: u64 = 20_000;
const QUARANTINE_MS: u64 = 40_000;

/// The pod garbage collector. Its keys are nodes.
#[derive(Clone, Debug, Default)]
pub struct PodGc;

impl Controller for PodGc {
    fn name(&self) -> &'static str {
        "pod-garbage-collector-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Node, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        let node = match (&change.old, &change.new) {
            (Some(Object::Node(node)), None) => node.metadata.name.as_str(),
            (old, Some(Object::Pod(pod))) if pod.is_bound() => {
                let was_bound = matches!(old, Some(Object::Pod(old)) if old.is_bound());
                if was_bound || cache.get(&node_key(&pod.spec.node_name)).is_some() {
                    return Vec::new();
                }
                pod.spec.node_name.as_str()
            }
            _ => return Vec::new(),
        };
        vec![(node_key(node), until_removal(now))]
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        // Upstream too asks the server itself before it removes anything.
        if context.live(key).is_ok() {
            return Ok(None);
        }
        let pods: Vec<_> = context.cache.pods_on(&key.name).cloned().collect();
        for pod in &pods {
            mark_failed_and_delete(pod, context)?;
        }
        if pods.is_empty() {
            return Ok(None);
        }
        Ok(Some(Verdict::Progressing(Reason {
            name: "NodeGone",
            sentence: format!("node {} no longer exists: its {} pods are removed", key.name, pods.len()),
            object: None,
            facts: Vec::new(),
        })))
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

fn node_key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::Node, "", name)
}

/// From the disappearance of a node to the removal of its pods: the next look finds it missing, the
/// quarantine follows.
fn until_removal(now: Time) -> Span {
    Span::from_ms(LOOKS_EVERY_MS - now.ms() % LOOKS_EVERY_MS + QUARANTINE_MS)
}

fn mark_failed_and_delete(pod: &Pod, context: &mut Context<'_, Requeue>) -> Result<(), SyncError> {
    let key = ObjectKey::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str());
    let Ok(Object::Pod(live)) = context.live(&key) else {
        return Ok(());
    };
    if live.metadata.uid != pod.metadata.uid {
        return Ok(());
    }
    if !live.is_terminal() {
        let mut failed = (**live).clone();
        "Failed".clone_into(&mut failed.status.phase);
        failed.status.observed_generation = failed.metadata.generation;
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

    #[test]
    fn a_node_is_missed_for_forty_to_sixty_seconds() {
        for (now, removal) in [(0, 60_000), (1, 60_000), (19_999, 60_000), (20_000, 80_000)] {
            assert_eq!((Time::from_ms(now) + until_removal(Time::from_ms(now))).ms(), removal);
        }
    }
}

//! The disruption controller: how many pods of each budget may be evicted.
//!
//! Models pkg/controller/disruption/disruption.go, Kubernetes v1.36. Left out: `ReplicationController`s and
//! scales of custom resources.
//!
//! - `budget`: the policy. `scale`: how many pods there should be. `waiting`: why no eviction is allowed.
//! - `stale`: marks of pods that were to be disrupted and were not.

mod scale;
mod waiting;
mod budget;
mod stale;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::rc::Rc;

use self::budget::{View, sync_budget};
use self::waiting::{Outcome, WaitingFor};
use super::api_access::Api;
use super::{Controller, Reason, SyncResult, Verdict};
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, Object, ObjectKey, OwnerReference};
use crate::client::{Cache, Change, Context, EventType, Request};
use crate::collections::SortedMap;
use crate::sim::{Rng, Span, Time};

/// The source of its Events, as upstream spells it.
const COMPONENT: &str = "controllermanager";

/// A key that comes from the recheck queue goes through the rate limiter first.
const RECHECK_LATENCY: Span = Span::from_ms(5);

/// The controller. Its keys are budgets, and pods whose mark may be stale.
#[derive(Clone, Debug)]
pub struct DisruptionController {
    /// Chooses among several budgets of one pod.
    rng: Rng,
    /// Pods that several budgets select, with what is to be told about it at the pod's next sync.
    ambiguous: SortedMap<ObjectKey, String>,
}

impl DisruptionController {
    /// A controller that draws from this stream.
    pub fn new(rng: Rng) -> Self {
        Self { rng, ambiguous: SortedMap::new() }
    }

    /// Syncs one key; [`Controller::sync`] with the world behind an interface.
    ///
    /// # Errors
    /// When a request was refused in a way that a later try may mend.
    pub fn sync_with(&mut self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> SyncResult {
        if key.kind == Kind::Pod {
            return self.sync_pod(key, cache, api);
        }
        let Some(budget) = cache.typed::<PodDisruptionBudget>(&key.namespace, &key.name) else {
            return Ok(None);
        };
        let pods: Vec<Rc<Pod>> = pods_of(budget, cache).cloned().collect();
        let now = api.now();
        let unreachable = Cell::new(None);
        let plan = {
            let live = |key: &ObjectKey| match api.live(key) {
                Err(error) if !error.is_not_found() => {
                    unreachable.set(Some(error));
                    None
                }
                found => found.ok(),
            };
            let find_scale = |owner: &OwnerReference| scale::find_scale(cache, &live, &key.namespace, owner);
            sync_budget(&View { budget, pods: &pods, find_scale: &find_scale, now })
        };
        // Who cannot be asked says nothing of a scale (`getScaleController`).
        if let Some(error) = unreachable.take() {
            return Err(error.into());
        }
        for told in &plan.events {
            api.event(COMPONENT, &told.about, told.type_, told.reason, &told.message);
        }
        if let Some(status) = plan.status {
            // The version goes with it: an eviction that was granted meanwhile makes this a conflict.
            let changed = PodDisruptionBudget { status, ..(**budget).clone() };
            api.request(Request::update_status(changed))?;
        }
        if let Some(at) = plan.recheck_at {
            api.requeue_after(key, at.since(now) + RECHECK_LATENCY);
        }
        Ok(Some(plan.outcome.verdict(Some(budget))))
    }

    fn sync_pod(&mut self, key: &ObjectKey, cache: &Cache, api: &mut dyn Api) -> SyncResult {
        let message = self.ambiguous.remove(key);
        let Some(pod) = cache.typed::<Pod>(&key.namespace, &key.name) else {
            return Ok(None);
        };
        if let Some(message) = message {
            let about = Object::Pod(Rc::clone(pod));
            api.event(COMPONENT, &about, EventType::Warning, "MultiplePodDisruptionBudgets", &message);
        }
        let now = api.now();
        let Some(after) = stale::clean_after(pod, now) else {
            return Ok(None);
        };
        if after > Span::ZERO {
            api.requeue_after(key, after);
            let wait = WaitingFor::PodDeletion { until: now + after };
            return Ok(Some(Outcome::Waiting(wait).verdict(None)));
        }
        api.request(Request::update_status(stale::without_mark(pod, now)))?;
        Ok(Some(Verdict::Progressing(Reason {
            name: "MarkTakenBack",
            sentence:
                "the Pod was to be disrupted two minutes ago and was not: its DisruptionTarget is False again"
                    .to_owned(),
            object: None,
            facts: Vec::new(),
            until: None,
        })))
    }

    /// The budget of a changed pod, and the pod itself when there is something to do about it.
    fn pod_changed(&mut self, change: &Change, cache: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        let Some(Object::Pod(pod)) = change.object() else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        let pod_key =
            || ObjectKey::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str());
        let budgets: Vec<_> = cache
            .list::<PodDisruptionBudget>(Some(&pod.metadata.namespace))
            .filter(|budget| selects(budget, pod))
            .collect();
        // Upstream takes the first of a list that is made of a Go map: another one for each change.
        let chosen = if budgets.len() > 1 { self.rng.choose(&budgets) } else { budgets.first() };
        if let Some(chosen) = chosen {
            let meta = &chosen.metadata;
            if budgets.len() > 1 {
                let message = format!(
                    "Pod {:?}/{:?} matches multiple PodDisruptionBudgets.  Chose {:?} arbitrarily.",
                    pod.metadata.namespace, pod.metadata.name, meta.name
                );
                self.ambiguous.insert(pod_key(), message);
                keys.push((pod_key(), Span::ZERO));
            }
            let key = ObjectKey::new(Kind::PodDisruptionBudget, meta.namespace.as_str(), meta.name.as_str());
            keys.push((key, Span::ZERO));
        }
        if change.new.is_some()
            && let Some(after) = stale::clean_after(pod, now)
        {
            keys.push((pod_key(), after));
        }
        keys
    }
}

/// Whether a budget selects a pod: an empty selector selects all, an absent one none.
fn selects(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    budget.spec.selector.as_ref().is_some_and(|selector| selector.matches(&pod.metadata.labels))
}

fn pods_of<'a>(budget: &'a PodDisruptionBudget, cache: &'a Cache) -> impl Iterator<Item = &'a Rc<Pod>> {
    cache.list::<Pod>(Some(&budget.metadata.namespace)).filter(|pod| selects(budget, pod))
}

impl Controller for DisruptionController {
    fn name(&self) -> &'static str {
        COMPONENT
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::PodDisruptionBudget, Kind::Pod]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        match change.object().map(Object::kind) {
            Some(Kind::PodDisruptionBudget) => {
                change.object().map(|budget| (budget.key(), Span::ZERO)).into_iter().collect()
            }
            Some(Kind::Pod) => self.pod_changed(change, cache, now),
            _ => Vec::new(),
        }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, ObjectKey>) -> SyncResult {
        let cache = context.cache;
        self.sync_with(key, cache, context)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

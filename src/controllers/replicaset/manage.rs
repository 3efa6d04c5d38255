//! Chooses how many pods of a `ReplicaSet` to create, or which to delete.
//!
//! Models `manageReplicas`, `pkg/controller/replicaset/replica_set.go`, Kubernetes v1.36. Reads ReplicaSet
//! and Pod; writes Pod. Left out: nothing.

use std::rc::Rc;

use super::pods::PodTable;
use super::ranking::pods_to_delete;
use super::waiting::{Outcome, Progress, WaitingFor};
use crate::api::deployment::ReplicaSet;
use crate::api::pod::Pod;
use crate::client::Cache;
use crate::controllers::expectations::Expectations;
use crate::sim::Time;

/// Pods that one sync creates or deletes at most (`BurstReplicas`).
const BURST_REPLICAS: usize = 500;

/// What the policy sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The set.
    pub(crate) set: &'a ReplicaSet,
    /// Its pods.
    pub(crate) pods: &'a PodTable,
    /// What it expects to see first.
    pub(crate) expectations: &'a Expectations,
    /// The pods of its siblings, among all else.
    pub(crate) cache: &'a Cache,
}

/// What is done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Steps {
    /// Nothing.
    Nothing,
    /// So many pods are created.
    Create(usize),
    /// These pods are deleted.
    Delete(Vec<Rc<Pod>>),
}

/// What one sync does, and how it ends.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// What is done.
    pub(crate) steps: Steps,
    /// How it ends when nothing fails.
    pub(crate) outcome: Outcome,
}

/// Decides what to do.
pub(crate) fn manage_replicas(view: &View<'_>, now: Time) -> Plan {
    let waiting = |wait| Plan { steps: Steps::Nothing, outcome: Outcome::Waiting(wait) };
    if view.set.metadata.is_terminating() {
        return waiting(WaitingFor::SetDeletion);
    }
    if !view.expectations.are_satisfied(now) {
        let (creations, deletions) = view.expectations.outstanding();
        return waiting(WaitingFor::Expectations { creations, deletions });
    }
    let desired = usize::try_from(view.set.spec.replicas.unwrap_or(1)).unwrap_or_default();
    let active = view.pods.counts().active;
    if active < desired {
        let count = (desired - active).min(BURST_REPLICAS);
        let outcome = Outcome::Progressing(Progress::Create { count });
        return Plan { steps: Steps::Create(count), outcome };
    }
    if active > desired {
        let count = (active - desired).min(BURST_REPLICAS);
        let chosen = pods_to_delete(view.pods.active(), related_pods(view), count, now);
        let first = chosen.first().map(|pod| pod.metadata.name.clone()).unwrap_or_default();
        let outcome = Outcome::Progressing(Progress::Delete { first, count: chosen.len() });
        return Plan { steps: Steps::Delete(chosen), outcome };
    }
    Plan { steps: Steps::Nothing, outcome: at_rest(view, desired, now) }
}

/// There are as many pods as there should be; are they all there?
fn at_rest(view: &View<'_>, desired: usize, now: Time) -> Outcome {
    let counts = view.pods.counts();
    if let (true, Some(first)) = (counts.ready < desired, view.pods.first_unready()) {
        let count = desired - counts.ready;
        return Outcome::Waiting(WaitingFor::PodsReady { count, first: first.to_owned() });
    }
    if counts.available < desired {
        return Outcome::Waiting(WaitingFor::PodsAvailable {
            count: desired - counts.available,
            min_ready_seconds: view.set.spec.min_ready_seconds,
            until: now + view.pods.next_availability(now).unwrap_or_default(),
        });
    }
    Outcome::Converged
}

/// The pods that any `ReplicaSet` of the same owner selects; none when nobody owns this one.
fn related_pods<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Rc<Pod>> {
    let meta = &view.set.metadata;
    let siblings: Vec<_> = (meta.controller_of().into_iter())
        .flat_map(|owner| view.cache.controlled_by::<ReplicaSet>(&meta.namespace, &owner.uid))
        .collect();
    let pods = view.cache.list::<Pod>(Some(&meta.namespace));
    pods.filter(move |pod| siblings.iter().any(|set| set.spec.selector.matches(&pod.metadata.labels)))
}

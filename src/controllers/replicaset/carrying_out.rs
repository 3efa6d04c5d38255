//! How a plan is carried out: some pods a turn, until all are made or deleted.
//!
//! Models `manageReplicas` and `slowStartBatch`, `pkg/controller/replicaset/replica_set.go`, Kubernetes
//! v1.36. Left out: requests side by side. Upstream's requests take their time, in which others act; here a
//! sync takes none, but other processes get their turn between two parts of a long one, and pods that were
//! just adopted are deleted as much later as the adoption takes upstream.

use std::rc::Rc;

use super::COMPONENT;
use super::manage::{Plan, Steps};
use super::pods::Counts;
use super::sync::SetState;
use super::waiting::Outcome;
use crate::api::Object;
use crate::api::deployment::ReplicaSet;
use crate::client::StatusError;
use crate::controllers::api_access::Api;
use crate::controllers::expectations::Expectations;
use crate::controllers::pod_control::{create_pod, delete_pod, pod_from_template};
use crate::sim::{Span, Time};

/// Pods that one turn makes or deletes at most.
const PODS_A_TURN: usize = 32;

/// How long it takes to ask the server whether the set may adopt and to send it the adoption. A scheduler,
/// which sends one request, has given a new pod its node before.
const ADOPTION: Span = Span::from_ms(10);

/// A sync that has decided what to do.
#[derive(Clone, Debug)]
pub(super) struct UnderWay {
    /// The set as it was when the sync began.
    pub(super) set: Rc<ReplicaSet>,
    /// Its pods, counted then.
    pub(super) counts: Counts,
    /// How the sync ends when nothing fails.
    pub(super) outcome: Rc<Outcome>,
    /// The first failure.
    pub(super) failure: Option<StatusError>,
    /// When it goes on; at once unless the sync has adopted pods and is to delete some.
    pub(super) from: Time,
    rest: Rest,
}

/// What is still to be done.
#[derive(Clone, Debug)]
enum Rest {
    /// So many pods are to be created, of which so many are in the batch that has begun.
    Create { left: usize, in_batch: usize, batch: usize },
    /// The pods of these names are to be deleted, the last of them first.
    Delete(Vec<String>),
}

impl UnderWay {
    /// Begins with a plan: what it does is expected from now on.
    pub(super) fn begin(
        plan: Plan,
        set: &Rc<ReplicaSet>,
        counts: Counts,
        has_adopted: bool,
        expectations: &mut Expectations,
        now: Time,
    ) -> Self {
        let waits = has_adopted && matches!(plan.steps, Steps::Delete(_));
        let from = if waits { now + ADOPTION } else { now };
        let rest = match plan.steps {
            Steps::Nothing => Rest::Delete(Vec::new()),
            Steps::Create(count) => {
                expectations.expect_creations(count, now);
                Rest::Create { left: count, in_batch: 1, batch: 1 }
            }
            Steps::Delete(pods) => {
                let names = || pods.iter().map(|pod| pod.metadata.name.clone());
                expectations.expect_deletions(names(), now);
                Rest::Delete(names().rev().collect())
            }
        };
        Self { set: Rc::clone(set), counts, outcome: Rc::new(plan.outcome), failure: None, from, rest }
    }
}

impl SetState {
    /// Does as much as one turn may; says whether that was the last of it.
    pub(super) fn carry_out_some(&mut self, under_way: &mut UnderWay, api: &mut dyn Api) -> bool {
        let owner = Object::ReplicaSet(Rc::clone(&under_way.set));
        let UnderWay { set, failure, rest, .. } = under_way;
        for _ in 0..PODS_A_TURN {
            match rest {
                Rest::Create { left: 0, .. } => return true,
                Rest::Create { left, in_batch, batch } => {
                    self.create_pod(set, &owner, failure, api);
                    (*left, *in_batch) = (*left - 1, *in_batch - 1);
                    if *in_batch == 0 {
                        // After a batch with a failure the rest is left for a later try.
                        if failure.is_some() {
                            (0..*left).for_each(|_| self.expectations.creation_observed());
                            return true;
                        }
                        *batch *= 2;
                        *in_batch = *batch;
                    }
                }
                Rest::Delete(names) => match names.pop() {
                    Some(name) => self.delete_pod(&name, &owner, failure, api),
                    None => return true,
                },
            }
        }
        match rest {
            Rest::Create { left, .. } => *left == 0,
            Rest::Delete(names) => names.is_empty(),
        }
    }

    fn create_pod(
        &mut self,
        set: &ReplicaSet,
        owner: &Object,
        failure: &mut Option<StatusError>,
        api: &mut dyn Api,
    ) {
        let pod = pod_from_template(&set.spec.template, owner);
        match create_pod(api, COMPONENT, pod, owner) {
            Ok(pod) => self.writes.wrote(&pod),
            // In a namespace that is being deleted there is nothing left to do.
            Err(error) if error.is_namespace_terminating() => {}
            Err(error) => {
                self.expectations.creation_observed();
                failure.get_or_insert(error);
            }
        }
    }

    fn delete_pod(
        &mut self,
        name: &str,
        owner: &Object,
        failure: &mut Option<StatusError>,
        api: &mut dyn Api,
    ) {
        if let Err(error) = delete_pod(api, COMPONENT, name, owner) {
            self.expectations.deletion_observed(name);
            if !error.is_not_found() {
                failure.get_or_insert(error);
            }
        }
    }
}

//! Chooses which pods of a StatefulSet to create, delete, mend or leave alone.
//!
//! Models `updateStatefulSet` with `processReplica`, `processCondemned` and
//! `updateStatefulSetAfterInvariantEstablished`, `pkg/controller/statefulset/stateful_set_control.go`,
//! Kubernetes v1.36. Reads StatefulSet, Pod, `PersistentVolumeClaim` and the names of two
//! `ControllerRevision`s. Left out: what a creation in the same sync would let a burst do next; the next sync
//! does it.

use super::claims::{Holder, stale_claim};
use super::facts::{Facts, Slot};
use super::mending::{claim_steps, enforce_invariants, fix_condemned_claims, steps_for};
use super::ordinals::pod_name;
use super::outcome::Outcome;
use super::plan::{Phase, Plan, Purpose, Side, Task, TaskKind};
use super::pods::PodTable;
use super::status::compute_status;
use super::update::{update_one, update_within_budget};
use super::waiting::{Then, WaitingFor, is_stuck, pod_state};
use crate::api::apps::StatefulSet;
use crate::client::Cache;
use crate::sim::Time;

/// Tasks of one sync, twice a ReplicaSet's burst; what is left is for the next. Upstream has no such bound,
/// but no tab to freeze either.
const TASKS_MAX: usize = 1_000;

/// Feature gates that touch this controller, as v1.36 has them by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `MaxUnavailableStatefulSet`: beta and off. Without it one pod at a time is updated, whatever
    /// `maxUnavailable` says.
    pub max_unavailable: bool,
}

/// What the policy sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The set.
    pub(crate) set: &'a StatefulSet,
    /// Its pods.
    pub(crate) pods: &'a PodTable,
    /// The claims, among all else.
    pub(crate) cache: &'a Cache,
    /// The name of the revision of pods below the partition.
    pub(crate) current_revision: &'a str,
    /// The name of the revision of the template.
    pub(crate) update_revision: &'a str,
    /// How often a revision's name was already taken.
    pub(crate) collision_count: i64,
    /// Feature gates.
    pub(crate) features: Features,
}

/// Why no further pod is looked at.
pub(super) enum Stop {
    /// Something was done, and one thing at a time is enough.
    Done,
    /// Something must happen first.
    Wait(WaitingFor),
}

impl View<'_> {
    fn is_monotonic(&self) -> bool {
        self.set.spec.pod_management_policy != "Parallel"
    }

    pub(super) fn is_on_delete(&self) -> bool {
        self.set.spec.update_strategy.type_ == "OnDelete"
    }

    pub(super) fn name(&self, ordinal: i64) -> String {
        pod_name(self.set, ordinal)
    }

    /// The lowest ordinal that a rolling update touches.
    pub(super) fn partition_ordinal(&self) -> i64 {
        self.set.start_ordinal().saturating_add(self.partition().unwrap_or(0))
    }

    pub(super) fn partition(&self) -> Option<i64> {
        self.set.spec.update_strategy.rolling_update.as_ref()?.partition
    }

    /// Which of the two templates a new pod gets.
    fn side_of(&self, ordinal: i64) -> Side {
        let strategy = &self.set.spec.update_strategy;
        let current = if strategy.rolling_update.is_some() {
            ordinal < self.partition_ordinal()
        } else {
            let current_replicas = self.set.status.current_replicas;
            strategy.type_ == "RollingUpdate"
                && ordinal < self.set.start_ordinal().saturating_add(current_replicas)
        };
        if current { Side::Current } else { Side::Update }
    }

    /// What a pod that is not as it should be holds back.
    fn then(&self, ordinal: i64) -> Then {
        if let Some(missing) = self.pods.missing_from(self.set.start_ordinal()).find(|o| *o != ordinal) {
            return Then::Create(self.name(missing));
        }
        if let Some((condemned, _)) = self.pods.condemned_staying().next() {
            return Then::Delete(self.name(condemned));
        }
        if self.is_on_delete() {
            return Then::Nothing;
        }
        let outdated = self.pods.outdated_from(self.partition_ordinal());
        let next = outdated.rev().find(|(o, slot)| *o != ordinal && !slot.is_terminating());
        next.map_or(Then::Nothing, |(o, _)| Then::Update(self.name(o)))
    }
}

/// Decides one sync: replicas in ascending order, then condemned pods in descending order, then the update.
pub(crate) fn update_stateful_set(view: &View<'_>, now: Time) -> Plan {
    let mut plan = Plan::for_status(compute_status(view));
    if view.set.metadata.is_terminating() {
        return plan.ending(Outcome::Waiting(WaitingFor::SetDeletion));
    }
    if let Some(stop) = process_replicas(view, now, &mut plan) {
        return plan.stopping(view, stop);
    }
    fix_condemned_claims(view, &mut plan);
    if let Some(stop) = process_condemned(view, &mut plan) {
        return plan.stopping(view, stop);
    }
    if view.is_on_delete() {
        return plan.resting(view, None);
    }
    let wait = if view.features.max_unavailable {
        update_within_budget(view, &mut plan)
    } else {
        update_one(view, &mut plan)
    };
    plan.resting(view, wait)
}

fn process_replicas(view: &View<'_>, now: Time, plan: &mut Plan) -> Option<Stop> {
    let monotonic = view.is_monotonic();
    let mut missing = view.pods.missing_from(view.set.start_ordinal()).peekable();
    let mut work = view.pods.work().peekable();
    // A burst waits for nothing, so that pods which are merely on their way are of no concern.
    let mut unsettled = monotonic.then(|| view.pods.unsettled()).into_iter().flatten().peekable();
    let mut burst_wait = None;
    while plan.tasks.len() < TASKS_MAX {
        let heads = [missing.peek().copied(), work.peek().map(|w| w.0), unsettled.peek().map(|u| u.0)];
        let Some(ordinal) = heads.into_iter().flatten().min() else { break };
        missing.next_if_eq(&ordinal);
        work.next_if(|(at, _)| *at == ordinal);
        unsettled.next_if(|(at, _)| *at == ordinal);
        match process_replica(view, ordinal, now, plan) {
            Some(stop) if monotonic => return Some(stop),
            Some(Stop::Wait(wait)) => burst_wait = burst_wait.or(Some(wait)),
            Some(Stop::Done) | None => {}
        }
    }
    plan.burst_wait = burst_wait;
    None
}

fn process_replica(view: &View<'_>, ordinal: i64, now: Time, plan: &mut Plan) -> Option<Stop> {
    let Some(slot) = view.pods.slot(ordinal) else {
        let pod = view.name(ordinal);
        if let Some(claim) = stale_claim(view.set, &pod, view.cache) {
            return Some(Stop::Wait(WaitingFor::StaleClaim { pod, claim }));
        }
        create(view, ordinal, &pod, plan);
        return Some(Stop::Done);
    };
    let pod = || slot.pod.metadata.name.clone();
    if slot.facts.has(Facts::FINISHED) {
        if slot.is_terminating() {
            return Some(Stop::Wait(WaitingFor::PodTermination { pod: pod(), then: Then::Create(pod()) }));
        }
        plan.push(Task::delete(Phase::Replicas, position(view, ordinal), ordinal, Purpose::Finished));
        return Some(Stop::Done);
    }
    if slot.facts.has(Facts::PENDING) && !slot.facts.has(Facts::CLAIMS) {
        let claims = claim_steps(view, slot, ordinal, true);
        plan.push_claims(Phase::Replicas, position(view, ordinal), ordinal, TaskKind::EnsureClaims, claims);
    }
    if view.is_monotonic() {
        if slot.is_terminating() {
            return Some(Stop::Wait(WaitingFor::PodTermination { pod: pod(), then: Then::Create(pod()) }));
        }
        if !slot.is_running_and_ready() {
            return Some(Stop::Wait(not_ready(view, ordinal, slot)));
        }
        if !slot.is_available() {
            let min_ready_seconds = view.set.spec.min_ready_seconds;
            return Some(Stop::Wait(WaitingFor::PodAvailable {
                pod: pod(),
                min_ready_seconds,
                until: now + slot.time_to_availability(min_ready_seconds, now),
                then: view.then(ordinal),
            }));
        }
    }
    enforce_invariants(view, slot, ordinal, plan);
    None
}

/// Why the controller waits for a pod that is not ready, and whether it waits for good.
fn not_ready(view: &View<'_>, ordinal: i64, slot: &Slot) -> WaitingFor {
    let pod = slot.pod.metadata.name.clone();
    let state = pod_state(&slot.pod);
    let revision = view.pods.revision_name(slot.revision);
    let rolling = !view.is_on_delete();
    let wanted = if ordinal >= view.partition_ordinal() { view.update_revision } else { revision };
    if rolling && revision != wanted && is_stuck(&slot.pod) {
        return WaitingFor::BrokenRollout {
            pod,
            revision: revision.to_owned(),
            update_revision: wanted.to_owned(),
            state,
        };
    }
    WaitingFor::PodReady { pod, state, then: view.then(ordinal) }
}

pub(super) fn position(view: &View<'_>, ordinal: i64) -> usize {
    usize::try_from(ordinal - view.set.start_ordinal()).unwrap_or_default()
}

fn create(view: &View<'_>, ordinal: i64, pod: &str, plan: &mut Plan) {
    let holder = Holder { name: pod, uid: "", condemned: false };
    let claims = steps_for(view, holder, true);
    plan.push(Task {
        phase: Phase::Replicas,
        position: position(view, ordinal),
        ordinal,
        kind: TaskKind::Create { side: view.side_of(ordinal) },
        claims,
    });
}

fn process_condemned(view: &View<'_>, plan: &mut Plan) -> Option<Stop> {
    if !view.is_monotonic() {
        for (index, (ordinal, _)) in view.pods.condemned_staying().enumerate().take(TASKS_MAX) {
            plan.push(Task::delete(Phase::Condemned, index, ordinal, Purpose::ScaleDown));
        }
        return None;
    }
    let (ordinal, slot) = view.pods.condemned().next()?;
    let pod = slot.pod.metadata.name.clone();
    if slot.is_terminating() {
        let next = view.pods.condemned_staying().next();
        let then = next.map_or(Then::Nothing, |(next, _)| Then::Delete(view.name(next)));
        return Some(Stop::Wait(WaitingFor::ScaleDownTermination { pod, then }));
    }
    // Every replica is available by now, so that the first unhealthy pod is a condemned one.
    if !slot.is_running_and_ready() || !slot.is_available() {
        let first = view.pods.condemned().rev().find(|(_, slot)| slot.is_unavailable());
        if let Some((first, _)) = first.filter(|(first, _)| *first != ordinal) {
            let unhealthy = view.name(first);
            return Some(Stop::Wait(if slot.is_running_and_ready() {
                WaitingFor::ScaleDownAvailable { pod, unhealthy }
            } else {
                WaitingFor::ScaleDownReady { pod, unhealthy }
            }));
        }
    }
    plan.push(Task::delete(Phase::Condemned, 0, ordinal, Purpose::ScaleDown));
    Some(Stop::Done)
}

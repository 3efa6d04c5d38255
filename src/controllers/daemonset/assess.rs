//! What there is to do about one node, what it counts for, and how far its update has come.
//!
//! Models `podsShouldBeOnNode`, `getUnscheduledPodsWithoutNode`, `findUpdatedPodsOnNode` and the body of
//! `updateDaemonSetStatus`, `pkg/controller/daemon/{daemon_controller,update}.go`, Kubernetes v1.36. Upstream
//! asks all this of every node in every sync; here it is asked of a node when something about it changed.

use std::rc::Rc;

use super::nodes::{Misfit, NodeFit};
use super::template::is_pod_updated;
use crate::api::apps::CONTROLLER_REVISION_HASH;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::collections::sort_by;
use crate::sim::{Span, Time};

/// What all nodes of a set share.
#[derive(Clone, Debug)]
pub(crate) struct Rules<'a> {
    /// The hash of the newest template.
    pub(crate) hash: &'a str,
    /// The generation of the newest template.
    pub(crate) generation: Option<&'a str>,
    /// How long a pod must be ready to be available.
    pub(crate) min_ready_seconds: i64,
    /// Whether a node may have two pods.
    pub(crate) allows_surge: bool,
}

/// Why a pod is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It failed, and its node shall have another one.
    Failed,
    /// It succeeded, and its node shall have another one.
    Succeeded,
    /// Its node has an older one.
    Excess,
    /// Its node does not suit the set.
    Unsuitable(Misfit),
    /// Its node does not exist, and it was never bound.
    NoNode,
    /// Surge: the new pod of its node takes over.
    Replaced,
    /// It is of an old template.
    Update,
}

/// A pod to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// Its name.
    pub(crate) pod: String,
    /// Why.
    pub(crate) purpose: Purpose,
}

impl Deletion {
    fn new(pod: &Pod, purpose: Purpose) -> Self {
        Self { pod: pod.metadata.name.clone(), purpose }
    }
}

/// What one node counts for in the set's status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// It should run a pod.
    pub(crate) desired: i64,
    /// It should, and does.
    pub(crate) current: i64,
    /// It should not, and does.
    pub(crate) misscheduled: i64,
    /// Its pod is ready.
    pub(crate) ready: i64,
    /// Its pod has been ready long enough.
    pub(crate) available: i64,
    /// Its pod is of the newest template.
    pub(crate) updated: i64,
}

impl Tally {
    /// Adds another tally `times` times; -1 takes it away.
    pub(crate) fn add(&mut self, other: Self, times: i64) {
        self.desired += other.desired * times;
        self.current += other.current * times;
        self.misscheduled += other.misscheduled * times;
        self.ready += other.ready * times;
        self.available += other.available * times;
        self.updated += other.updated * times;
    }
}

/// How far the update of one node has come; pods that are terminating do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum UpdateState {
    /// It has no pod, or only ones that are terminating.
    Empty,
    /// It has two pods of one revision.
    Excess,
    /// It has a new pod that is not available.
    NewUnavailable,
    /// It has a new pod that is available.
    NewAvailable,
    /// It has an old pod that is not available; whether a pod should run there.
    OldUnavailable(bool),
    /// It has an old pod that is available; whether a pod should run there.
    OldAvailable(bool),
    /// It has an old and a new pod, and the new one is not available.
    Surging,
    /// It has an old and a new pod, and the new one is available.
    Surged,
}

/// All about one node.
#[derive(Clone, Debug)]
pub(crate) struct Assessment {
    /// Whether a pod has to be created for it.
    pub(crate) needs_pod: bool,
    /// Pods that have to be deleted; failed ones as their back-off allows.
    pub(crate) deletions: Vec<Deletion>,
    /// What it counts for.
    pub(crate) tally: Tally,
    /// How far its update has come; `None` where no pod is and none should be.
    pub(crate) update: Option<UpdateState>,
    /// Its pod of an old template that is not terminating.
    pub(crate) old_pod: Option<String>,
    /// Whether its old pod, or else its new one, is available.
    pub(crate) is_served: bool,
    /// When one of its pods becomes available if nothing happens.
    pub(crate) ripe_at: Option<Time>,
}

/// Finds out all about one node. `fit` is `None` when the node does not exist; `pods` are the set's pods that
/// are on it or meant for it.
pub(crate) fn assess(rules: &Rules<'_>, fit: Option<&NodeFit>, pods: &[Rc<Pod>], now: Time) -> Assessment {
    // A pod that has ended and is being deleted is the kubelet's alone.
    let mut pods: Vec<&Pod> = pods.iter().map(|pod| &**pod).filter(|pod| !is_leftover(pod)).collect();
    sort_by(&mut pods, |a, b| {
        let key = |pod: &Pod| (!pod.is_bound(), pod.metadata.creation_timestamp);
        key(a).cmp(&key(b)).then_with(|| a.metadata.name.cmp(&b.metadata.name))
    });
    let mut assessment = Assessment {
        needs_pod: false,
        deletions: Vec::new(),
        tally: Tally::default(),
        update: None,
        old_pod: None,
        is_served: false,
        ripe_at: pods.iter().filter_map(|pod| ripe_at(rules, pod, now)).min(),
    };
    if let Some(fit) = fit {
        pods_should_be_on_node(rules, fit, &pods, now, &mut assessment);
        assessment.tally = tally(rules, fit, &pods, now);
    } else {
        let unbound = pods.iter().filter(|pod| !pod.is_bound());
        assessment.deletions.extend(unbound.map(|pod| Deletion::new(pod, Purpose::NoNode)));
    }
    let should_run = fit.is_some_and(NodeFit::should_run);
    if should_run || !pods.is_empty() {
        find_update_state(rules, should_run, &pods, now, &mut assessment);
    }
    assessment
}

/// Whether the pod has ended and is being deleted.
pub(crate) fn is_leftover(pod: &Pod) -> bool {
    pod.is_terminal() && pod.is_terminating()
}

/// When a pod that is ready becomes available; `None` when it is already, or is not ready.
fn ripe_at(rules: &Rules<'_>, pod: &Pod, now: Time) -> Option<Time> {
    if !pod.is_ready() || pod.is_available(rules.min_ready_seconds, now) {
        return None;
    }
    let since = Condition::find(&pod.status.conditions, "Ready")?.last_transition_time?;
    Some(since.time() + Span::from_seconds(u64::try_from(rules.min_ready_seconds).unwrap_or_default()))
}

fn pods_should_be_on_node(
    rules: &Rules<'_>,
    fit: &NodeFit,
    pods: &[&Pod],
    now: Time,
    assessment: &mut Assessment,
) {
    let staying = || pods.iter().copied().filter(|pod| !pod.is_terminating());
    let deletions = &mut assessment.deletions;
    if fit.should_run() && pods.is_empty() {
        assessment.needs_pod = true;
        return;
    }
    if let NodeFit::ShouldNotRun(misfit) = fit {
        deletions.extend(staying().map(|pod| Deletion::new(pod, Purpose::Unsuitable(misfit.clone()))));
        return;
    }
    let mut running = Vec::new();
    for pod in staying() {
        match pod.status.phase.as_str() {
            "Failed" => deletions.push(Deletion::new(pod, Purpose::Failed)),
            "Succeeded" => deletions.push(Deletion::new(pod, Purpose::Succeeded)),
            _ => running.push(pod),
        }
    }
    if !rules.allows_surge {
        deletions.extend(running.into_iter().skip(1).map(|pod| Deletion::new(pod, Purpose::Excess)));
    } else if running.is_empty() {
        // A pod that is terminating does not hold the next one back.
        assessment.needs_pod = fit.should_run();
    } else {
        prune_surge(rules, &running, now, deletions);
    }
}

/// Of pods that run on one node, oldest first, the oldest new and the oldest old one may stay side by side:
/// the old one as long as it is ready and the new one is not yet available.
fn prune_surge(rules: &Rules<'_>, running: &[&Pod], now: Time, deletions: &mut Vec<Deletion>) {
    let (mut oldest_new, mut oldest_old) = (None, None);
    for &pod in running {
        let is_new = pod.metadata.labels.get(CONTROLLER_REVISION_HASH).is_some_and(|hash| hash == rules.hash);
        let place = if is_new { &mut oldest_new } else { &mut oldest_old };
        match place {
            None => *place = Some(pod),
            Some(_) => deletions.push(Deletion::new(pod, Purpose::Excess)),
        }
    }
    if let (Some(new), Some(old)) = (oldest_new, oldest_old)
        && (!old.is_ready() || new.is_available(rules.min_ready_seconds, now))
    {
        deletions.push(Deletion::new(old, Purpose::Replaced));
    }
}

fn tally(rules: &Rules<'_>, fit: &NodeFit, pods: &[&Pod], now: Time) -> Tally {
    let mut tally = Tally::default();
    let oldest = pods.first();
    if !fit.should_run() {
        tally.misscheduled = i64::from(oldest.is_some());
        return tally;
    }
    tally.desired = 1;
    if let Some(pod) = oldest {
        tally.current = 1;
        tally.ready = i64::from(pod.is_ready());
        tally.available = i64::from(pod.is_available(rules.min_ready_seconds, now));
        tally.updated = i64::from(is_pod_updated(pod, rules.hash, rules.generation));
    }
    tally
}

fn find_update_state(
    rules: &Rules<'_>,
    should_run: bool,
    pods: &[&Pod],
    now: Time,
    assessment: &mut Assessment,
) {
    let (mut new, mut old) = (None, None);
    for &pod in pods.iter().filter(|pod| !pod.is_terminating()) {
        let updated = is_pod_updated(pod, rules.hash, rules.generation);
        let place = if updated { &mut new } else { &mut old };
        if place.replace(pod).is_some() {
            assessment.update = Some(UpdateState::Excess);
            return;
        }
    }
    let is_available = |pod: &Pod| pod.is_available(rules.min_ready_seconds, now);
    let (new_available, old_available) = (new.is_some_and(is_available), old.is_some_and(is_available));
    assessment.old_pod = old.map(|pod| pod.metadata.name.clone());
    assessment.is_served = if old.is_some() { old_available } else { new_available };
    assessment.update = Some(match (new, old) {
        (None, None) => UpdateState::Empty,
        (Some(_), None) if new_available => UpdateState::NewAvailable,
        (Some(_), None) => UpdateState::NewUnavailable,
        (None, Some(_)) if old_available => UpdateState::OldAvailable(should_run),
        (None, Some(_)) => UpdateState::OldUnavailable(should_run),
        (Some(_), Some(_)) if new_available => UpdateState::Surged,
        (Some(_), Some(_)) => UpdateState::Surging,
    });
}

//! kube-scheduler: finds a node for each pod that has none.
//!
//! Models pkg/scheduler with the default profile, Kubernetes v1.36: queue → filter → score → assume → volumes
//! → bind. Reads pods, nodes, claims, volumes, classes, services, sets; writes pods/binding, pods/status,
//! claims and volumes. Left out: several profiles, extenders, pod groups, devices.
//!
//! - [`queue`]: which pod is next. [`hints`]: what brings a waiting pod back.
//! - [`cluster_state`], [`resources`], [`terms`]: what is known of nodes and placed pods.
//! - [`schedule_one`], [`plugins`], [`draws`], [`preemption`], [`framework`]: one attempt and what it says.
//! - [`nominations`], [`preempting`]: nodes that are kept for pods, and how room is made there.
//! - [`binding`]: what follows once a node is chosen. [`history`]: attempts that were made.

pub(crate) mod resources;
pub(crate) mod terms;
pub mod framework;
pub(crate) mod cluster_state;
pub(crate) mod plugins;
pub(crate) mod nominations;
pub(crate) mod preemption;
pub(crate) mod draws;
pub(crate) mod schedule_one;
pub mod queue;
pub(crate) mod hints;
pub(crate) mod history;
pub(crate) mod preempting;
pub(crate) mod binding;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod component_tests;

pub use draws::DrawTable;
pub use framework::{Attempt, NodeVerdict, Plugin, Rejection, SCORE_WEIGHTS, Scores};
pub use queue::Place;

use std::rc::Rc;

use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::client::{Change, Component, Context, EventType, Request};
use crate::collections::SortedMap;
use crate::sim::Time;
use binding::Binding;
use cluster_state::ClusterState;
use draws::Draws;
use hints::ClusterEvent;
use history::History;
use nominations::{Nominations, nominated_node};
use plugins::volume_binding::AssumedVolumes;
use queue::{QueuedPod, SchedulingQueue};
use schedule_one::{Around, Choice, Failure, Placement, schedule_pod};

/// The source of the scheduler's Events, and the name by which pods ask for it.
pub const DEFAULT_SCHEDULER: &str = "default-scheduler";

/// What the scheduler's timers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Timer {
    /// A pod in the queue is due.
    Queue,
    /// The claims of a placed pod may be bound by now.
    Binding {
        /// The pod's uid.
        uid: Rc<str>,
    },
}

/// The scheduler.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    state: ClusterState,
    queue: SchedulingQueue,
    volumes: AssumedVolumes,
    bindings: SortedMap<Rc<str>, Binding>,
    history: History,
    draws: Draws,
    nominations: Nominations,
    next_start: usize,
    wake_at: Option<Time>,
}

type Ctx<'a> = Context<'a, Timer>;

impl Scheduler {
    /// A scheduler whose choice among equally good nodes is laid down as far as the table goes.
    pub fn with_draws(table: &DrawTable) -> Self {
        Self { draws: Draws::new(table), ..Self::default() }
    }

    /// The last attempts to place a pod, oldest first.
    pub fn attempts(&self, pod: &ObjectKey) -> impl DoubleEndedIterator<Item = &Rc<Attempt>> {
        self.history.of(pod)
    }

    /// The last attempt to place a pod.
    pub fn last_attempt(&self, pod: &ObjectKey) -> Option<&Attempt> {
        self.attempts(pod).next_back().map(|attempt| &**attempt)
    }

    /// Where a pod waits in the queue, by uid; `None` when it does not.
    pub fn place(&self, uid: &str) -> Option<Place> {
        self.queue.place(uid)
    }

    /// All pods that wait, with where and how often they were tried.
    pub fn waiting(&self) -> impl Iterator<Item = (Place, &Rc<Pod>, u32)> {
        self.queue.iter().map(|(place, queued)| (place, &queued.pod, queued.attempts))
    }

    fn take_in(&mut self, change: &Change, context: &mut Ctx<'_>) {
        let now = context.now();
        match change.object().map(Object::kind) {
            Some(Kind::Pod) => self.take_in_pod(change, now),
            Some(Kind::Node) => self.take_in_node(change, now),
            Some(Kind::PersistentVolumeClaim) => {
                if let Some(claim) = new_of::<PersistentVolumeClaim>(change) {
                    binding::forget_assumed_claim(&mut self.volumes, claim);
                    self.tell_queue(now, &ClusterEvent::Claim(claim));
                }
            }
            Some(Kind::PersistentVolume) => self.take_in_volume(change, now),
            Some(Kind::StorageClass) => {
                if let Some(new) = new_of::<StorageClass>(change) {
                    let old = old_of::<StorageClass>(change).map(|old| &**old);
                    self.tell_queue(now, &ClusterEvent::StorageClass { old, new });
                }
            }
            Some(Kind::Namespace) => {
                if let Some(object) = change.object() {
                    let labels = change.new.as_ref().map(|new| &new.meta().labels);
                    self.state.put_namespace(&object.meta().name, labels);
                }
            }
            _ => {}
        }
    }

    fn tell_queue(&mut self, now: Time, event: &ClusterEvent<'_>) {
        self.queue.move_pods(now, |queued| {
            queued.rejectors.iter().any(|plugin| hints::may_help(*plugin, &queued.pod, event))
        });
    }

    fn take_in_node(&mut self, change: &Change, now: Time) {
        let old = old_of::<Node>(change);
        match (new_of::<Node>(change), old) {
            (Some(new), old) => {
                self.state.put_node(new);
                self.tell_queue(now, &ClusterEvent::Node { old: old.map(|old| &**old), new });
            }
            (None, Some(old)) => {
                self.tell_queue(now, &ClusterEvent::NodeDelete(old));
                self.state.remove_node(&old.metadata.name);
            }
            (None, None) => {}
        }
    }

    fn take_in_volume(&mut self, change: &Change, now: Time) {
        let Some(object) = change.object() else {
            return;
        };
        let name = object.meta().name.clone();
        match new_of::<PersistentVolume>(change) {
            Some(volume) => {
                binding::forget_assumed_volume(&mut self.volumes, volume);
                if volume.status.phase == "Bound" {
                    self.volumes.unbound.remove(&name);
                } else {
                    self.volumes.unbound.insert(name, Rc::clone(volume));
                }
                self.tell_queue(now, &ClusterEvent::Volume);
            }
            None => drop(self.volumes.unbound.remove(&name)),
        }
    }

    /// Pods that have ended count as gone: they take no room.
    fn take_in_pod(&mut self, change: &Change, now: Time) {
        let old = old_of::<Pod>(change).filter(|pod| !pod.is_terminal());
        let new = new_of::<Pod>(change).filter(|pod| !pod.is_terminal());
        let (old, new) = match (old, new) {
            // A name that was used again: one pod is gone, another came.
            (Some(old), Some(new)) if old.metadata.uid != new.metadata.uid => {
                self.pod_gone(old, now);
                (None, Some(new))
            }
            pair => pair,
        };
        match (old, new) {
            (None, None) => {}
            (Some(old), None) => self.pod_gone(old, now),
            (old, Some(new)) if new.is_bound() => {
                let was_bound = old.filter(|old| old.is_bound());
                self.state.put_pod(new);
                drop(self.queue.remove(&new.metadata.uid));
                self.nominations.remove(&new.metadata.uid);
                let has_same_labels = was_bound.is_some_and(|old| old.metadata.labels == new.metadata.labels);
                if !has_same_labels {
                    let old = was_bound.map(|old| &**old);
                    self.tell_queue(now, &ClusterEvent::AssignedPod { old, new });
                }
            }
            (old, Some(new)) => self.unplaced_pod(old, new, now),
        }
    }

    fn unplaced_pod(&mut self, old: Option<&Rc<Pod>>, new: &Rc<Pod>, now: Time) {
        if !matches!(new.spec.scheduler_name.as_str(), "" | DEFAULT_SCHEDULER) {
            return;
        }
        let uid = new.metadata.uid.as_str();
        if self.state.is_assumed(uid) || self.bindings.contains_key(uid) {
            if new.is_terminating() && old.is_some_and(|old| !old.is_terminating()) {
                self.forget_assumed(uid, now);
            }
            return;
        }
        self.nominations.take_in(old.map(|old| &**old), new);
        if !self.queue.update(new) {
            self.queue.add(new, now);
            return;
        }
        if let Some(old) = old {
            let event = ClusterEvent::Itself { old, new };
            self.queue.move_pod(uid, now, |queued| {
                queued.rejectors.iter().any(|plugin| hints::may_help(*plugin, new, &event))
            });
        }
    }

    fn pod_gone(&mut self, pod: &Rc<Pod>, now: Time) {
        let uid = pod.metadata.uid.as_str();
        drop(self.queue.remove(uid));
        self.nominations.remove(uid);
        if pod.is_bound() {
            self.state.remove_pod(uid);
            self.tell_queue(now, &ClusterEvent::AssignedPodDelete(pod));
        } else {
            self.forget_assumed(uid, now);
        }
    }

    /// Frees what a pod was assumed to take.
    fn forget_assumed(&mut self, uid: &str, now: Time) {
        if self.state.is_assumed(uid)
            && let Some(pod) = self.state.remove_pod(uid)
        {
            self.tell_queue(now, &ClusterEvent::AssignedPodDelete(&pod));
        }
    }

    /// Tries the pods that are due.
    fn run_queue(&mut self, context: &mut Ctx<'_>) {
        while let Some(queued) = self.queue.pop(context.now()) {
            self.schedule_one(queued, context);
        }
    }

    fn schedule_one(&mut self, queued: QueuedPod, context: &mut Ctx<'_>) {
        let pod = Rc::clone(&queued.pod);
        if pod.is_terminating() {
            let name = format!("{}/{}", pod.metadata.namespace, pod.metadata.name);
            tell(&pod, "FailedScheduling", &format!("skip schedule deleting pod: {name}"), context);
            return;
        }
        let (cache, now) = (context.cache, context.now());
        let choice = Choice { drawn: self.draws.peek(&pod), rng: context.rng() };
        let around = Around { volumes: &self.volumes, nominations: &self.nominations, cache, now };
        let outcome = schedule_pod(&pod, &mut self.state, around, &mut self.next_start, choice);
        let (chosen, message) = match &outcome.result {
            Ok(placement) => (Some(Rc::clone(&placement.node)), String::new()),
            Err(failure) => (None, failure.message.clone()),
        };
        self.history.note(Attempt {
            at: context.now(),
            pod: key_of(&pod),
            nodes: outcome.nodes,
            chosen,
            equals: outcome.equals,
            message,
        });
        match outcome.result {
            Ok(Placement { node, volumes }) => {
                self.draws.advance(&pod);
                self.nominations.remove(&pod.metadata.uid);
                self.state.assume(&pod, &node);
                self.begin_binding(Binding::new(queued, node, volumes), context);
            }
            Err(failure) => {
                let (node, victims) = (failure.nomination.clone(), failure.victims.clone());
                self.handle_failure(queued, failure, "Unschedulable", context);
                if let Some(node) = node.filter(|_| !victims.is_empty()) {
                    self.preempt(&pod, &node, &victims, context);
                }
            }
        }
    }

    /// Puts a pod back into the queue, says why, and writes it into the pod.
    fn handle_failure(
        &mut self,
        mut queued: QueuedPod,
        failure: Failure,
        reason: &str,
        context: &mut Ctx<'_>,
    ) {
        let pod = Rc::clone(&queued.pod);
        queued.rejectors = failure.rejectors;
        let cached = context.cache.typed::<Pod>(&pod.metadata.namespace, &pod.metadata.name).cloned();
        if let Some(cached) = cached {
            if cached.metadata.uid != pod.metadata.uid {
                return;
            }
            // A pod that was bound meanwhile does not come back, nor does one that is gone.
            if !cached.is_bound() {
                queued.pod = Rc::clone(&cached);
                self.queue.put_back(queued, context.now());
                let kept = failure.nomination.as_deref().unwrap_or_else(|| nominated_node(&cached));
                self.nominations.set(&cached, kept);
            }
        }
        tell(&pod, "FailedScheduling", &truncated(&failure.message), context);
        let condition = Condition {
            type_: "PodScheduled".to_owned(),
            status: "False".to_owned(),
            observed_generation: Some(pod.metadata.generation),
            last_transition_time: Some(Timestamp::at(context.now())),
            reason: reason.to_owned(),
            message: failure.message,
            ..Condition::default()
        };
        write_status(&pod, context, |live| {
            match failure.nomination.as_deref() {
                None => {}
                Some("") => drop(live.status.extra.remove("nominatedNodeName")),
                Some(node) => drop(live.status.extra.insert("nominatedNodeName".to_owned(), node.into())),
            }
            Condition::set(&mut live.status.conditions, condition);
        });
    }

    fn set_timer(&mut self, context: &mut Ctx<'_>) {
        let now = context.now();
        let Some(due) = self.queue.next_due(now) else {
            return;
        };
        if self.wake_at.is_none_or(|at| at > due || at <= now) {
            self.wake_at = Some(due);
            context.wake_after(due - now, Timer::Queue);
        }
    }
}

impl Component for Scheduler {
    type Timer = Timer;

    fn watches(&self) -> &'static [Kind] {
        &[
            Kind::Namespace,
            Kind::StorageClass,
            Kind::Service,
            Kind::StatefulSet,
            Kind::PodDisruptionBudget,
            Kind::PersistentVolume,
            Kind::PersistentVolumeClaim,
            Kind::Node,
            Kind::Pod,
        ]
    }

    fn observe(&mut self, changes: &[Change], context: &mut Ctx<'_>) {
        for change in changes {
            self.take_in(change, context);
            self.run_queue(context);
        }
        self.set_timer(context);
    }

    fn wake(&mut self, timer: Timer, context: &mut Ctx<'_>) {
        match timer {
            Timer::Queue => self.wake_at = None,
            Timer::Binding { uid } => self.check_binding(&uid, context),
        }
        self.run_queue(context);
        self.set_timer(context);
    }
}

fn new_of<T: crate::api::object::Typed>(change: &Change) -> Option<&Rc<T>> {
    change.new.as_ref().and_then(T::of)
}

fn old_of<T: crate::api::object::Typed>(change: &Change) -> Option<&Rc<T>> {
    change.old.as_ref().and_then(T::of)
}

fn tell(pod: &Rc<Pod>, reason: &str, message: &str, context: &mut Ctx<'_>) {
    let type_ = if reason == "Scheduled" { EventType::Normal } else { EventType::Warning };
    context.event(DEFAULT_SCHEDULER, &Object::Pod(Rc::clone(pod)), type_, reason, message);
}

fn key_of(pod: &Pod) -> ObjectKey {
    ObjectKey::new(Kind::Pod, pod.metadata.namespace.clone(), pod.metadata.name.clone())
}

/// Changes a pod's status as the server has it; nothing is written when nothing changes.
fn write_status(pod: &Pod, context: &mut Ctx<'_>, change: impl FnOnce(&mut Pod)) {
    let Some(live) = context.live(&key_of(pod)).ok().and_then(Pod::of).cloned() else {
        return;
    };
    if live.metadata.uid != pod.metadata.uid {
        return;
    }
    let mut changed = (*live).clone();
    change(&mut changed);
    if changed != *live {
        // A refused status is lost, as upstream: the next attempt writes it again.
        drop(context.request(Request::update_status(changed)));
    }
}

/// Events hold no more than 1024 characters.
fn truncated(message: &str) -> String {
    const MAX: usize = 1024;
    const SUFFIX: &str = " ...";
    if message.len() <= MAX {
        return message.to_owned();
    }
    let mut end = MAX - SUFFIX.len();
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{SUFFIX}", message.get(..end).unwrap_or_default())
}

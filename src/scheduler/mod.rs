//! kube-scheduler: finds a node for each pod that has none.
//!
//! Models pkg/scheduler with the default profile, Kubernetes v1.36: queue → filter → score → assume → volumes
//! → bind. Reads pods, nodes, claims, volumes, classes, services, sets; writes pods/binding, pods/status,
//! claims and volumes. Left out: several profiles, extenders, pod groups, devices.
//!
//! - [`queue`]: which pod is next. [`hints`]: what brings a waiting pod back.
//! - [`cluster_state`], [`node_state`], [`topology`], [`resources`], [`terms`]: what is known of nodes and
//!   placed pods.
//! - [`schedule_one`], [`plugins`], [`draws`], [`preemption`], [`framework`]: one attempt and what it says.
//! - [`nominations`], [`preempting`]: nodes that are kept for pods, and how room is made there.
//! - `intake`: what a change means. `failure`: what follows when there is no node. `openings`: what
//!   would let a pod in.
//! - [`binding`]: what follows once a node is chosen. [`history`]: attempts that were made.

pub(crate) mod resources;
pub(crate) mod terms;
pub(crate) mod node_state;
pub(crate) mod topology;
pub mod framework;
pub(crate) mod cluster_state;
pub(crate) mod plugins;
pub(crate) mod nominations;
pub(crate) mod preemption;
pub(crate) mod draws;
pub(crate) mod schedule_one;
mod openings;
pub mod queue;
pub(crate) mod hints;
pub(crate) mod history;
pub(crate) mod preempting;
mod intake;
mod failure;
pub(crate) mod binding;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod component_tests;

pub use draws::DrawTable;
pub use framework::{Attempt, NodeVerdict, Plugin, Preemption, Rejection, SCORE_WEIGHTS, Scores};
pub(crate) use plugins::volume_zone::topologies_of as volume_topologies;
pub use queue::Place;

use std::rc::Rc;

use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Change, Component, Context, EventType, Request};
use crate::collections::SortedMap;
use crate::sim::Time;
use binding::Binding;
use cluster_state::ClusterState;
use draws::Draws;
use history::History;
use nominations::Nominations;
use plugins::volume_binding::AssumedVolumes;
use queue::{QueuedPod, SchedulingQueue};
use schedule_one::{Around, Choice, Placement, schedule_pod};

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
    /// Whether it knows all that there was when it started.
    has_begun: bool,
}

type Ctx<'a> = Context<'a, Timer>;

/// How many pods are placed in one turn. The next turn, at the same instant, goes on: others come to work
/// between, as they do upstream, and a turn stays short.
const PLACED_A_TURN: usize = 16;

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

    /// Tries the pods that are due, as far as there is room in this turn.
    fn run_queue(&mut self, room: &mut usize, context: &mut Ctx<'_>) {
        while *room > 0 {
            let Some(queued) = self.queue.pop(context.now()) else { return };
            *room -= 1;
            self.schedule_one(queued, context);
        }
    }

    // Out of line, so that the page does not load all of scheduling before it is drawn, to look at an empty
    // queue.
    #[inline(never)]
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
        let mut attempt = Attempt {
            at: context.now(),
            pod: key_of(&pod),
            nodes: outcome.nodes,
            chosen: None,
            equals: outcome.equals,
            message: String::new(),
            before: None,
            preemption: Preemption::NotTried,
            not_bound: None,
        };
        match &outcome.result {
            Ok(placement) => attempt.chosen = Some(Rc::clone(&placement.node)),
            Err(failure) => {
                attempt.message.clone_from(&failure.message);
                attempt.before.clone_from(&failure.before);
                attempt.preemption.clone_from(&failure.preemption);
            }
        }
        self.history.note(attempt);
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
        // No pod is placed before the first lists are taken in (`WaitForHandlersSync`): a pod that waits may
        // stand before those that have a node.
        let has_begun = std::mem::replace(&mut self.has_begun, true);
        let mut room = PLACED_A_TURN;
        for change in changes {
            self.take_in(change, context);
            if has_begun {
                self.run_queue(&mut room, context);
            }
        }
        if !has_begun {
            self.run_queue(&mut room, context);
        }
        self.set_timer(context);
    }

    fn wake(&mut self, timer: Timer, context: &mut Ctx<'_>) {
        match timer {
            Timer::Queue => self.wake_at = None,
            Timer::Binding { uid } => self.check_binding(&uid, context),
        }
        let mut room = PLACED_A_TURN;
        self.run_queue(&mut room, context);
        self.set_timer(context);
    }
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

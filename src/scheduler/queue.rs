//! The scheduling queue: pods that are due, pods that wait out a back-off, and pods that wait for a change.
//!
//! Models pkg/scheduler/backend/queue, Kubernetes v1.36: priority comes first, then time. A pod that no
//! node could take waits for an event that may help it; when the scheduler is idle it does not wait out the
//! back-off either (`SchedulerPopFromBackoffQ`). A pod that failed for an error waits 1 s, doubling up to
//! 10 s. After five minutes without an event a pod is tried again. Left out: events that come while a pod
//! is being placed (an attempt takes no time here).

use std::cmp::Reverse;
use std::rc::Rc;

use super::framework::Plugin;
use crate::api::pod::Pod;
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

const INITIAL_BACKOFF_SECONDS: u64 = 1;
const MAX_BACKOFF_SECONDS: u64 = 10;
/// Back-offs end on whole multiples of this.
const ORDERING_WINDOW_MS: u64 = 1_000;
const MAX_UNSCHEDULABLE: Span = Span::from_seconds(300);
const FLUSH_PERIOD_MS: u64 = 30_000;

/// Where a pod waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It is due.
    Active,
    /// It waits until it may be tried again, after no node could take it.
    Backoff,
    /// It waits until it may be tried again, after an error.
    ErrorBackoff,
    /// It waits for an event that may help it.
    Unschedulable,
    /// It has scheduling gates.
    Gated,
}

/// A pod in the queue, or one that is just being tried.
#[derive(Clone, Debug)]
pub(crate) struct QueuedPod {
    /// The pod.
    pub(crate) pod: Rc<Pod>,
    /// The plugins that rejected nodes the last time.
    pub(crate) rejectors: Vec<Plugin>,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// Since when it is in the queue, or when it last came back.
    since: Time,
    /// Keeps pods of the same time in the order in which they came.
    sequence: u64,
    unschedulable_count: u32,
    consecutive_errors: u32,
}

type Order = (Reverse<i64>, Time, u64, Rc<str>);

impl QueuedPod {
    fn order(&self, uid: &Rc<str>) -> Order {
        (Reverse(self.pod.spec.priority.unwrap_or_default()), self.since, self.sequence, Rc::clone(uid))
    }

    /// When its back-off ends.
    fn backoff_until(&self) -> Time {
        let count =
            if self.consecutive_errors > 0 { self.consecutive_errors } else { self.unschedulable_count };
        let seconds = match count {
            0 => 0,
            count => INITIAL_BACKOFF_SECONDS.checked_shl(count - 1).unwrap_or(MAX_BACKOFF_SECONDS),
        };
        let end = self.since + Span::from_seconds(seconds.min(MAX_BACKOFF_SECONDS));
        // Upstream compares whole windows and still waits in the one in which the time ends.
        let window = end.ms() / ORDERING_WINDOW_MS;
        if count == 0 { self.since } else { Time::from_ms((window + 1) * ORDERING_WINDOW_MS) }
    }

    fn has_gates(&self) -> bool {
        let gates = self.pod.spec.extra.get("schedulingGates").and_then(|gates| gates.as_array());
        gates.is_some_and(|gates| !gates.is_empty())
    }
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct SchedulingQueue {
    /// Behind a pointer, as entries move while others come and go.
    pods: SortedMap<Rc<str>, (Place, Box<QueuedPod>)>,
    active: SortedSet<Order>,
    backoff: SortedSet<(Time, Order)>,
    error_backoff: SortedSet<(Time, Order)>,
    /// Pods that wait for an event, by when they came back.
    unschedulable: SortedSet<(Time, u64, Rc<str>)>,
    sequence: u64,
}

impl SchedulingQueue {
    /// Puts a new pod in.
    pub(crate) fn add(&mut self, pod: &Rc<Pod>, now: Time) {
        self.sequence += 1;
        let queued = QueuedPod {
            pod: Rc::clone(pod),
            rejectors: Vec::new(),
            attempts: 0,
            since: now,
            sequence: self.sequence,
            unschedulable_count: 0,
            consecutive_errors: 0,
        };
        let place = if queued.has_gates() { Place::Gated } else { Place::Active };
        self.insert(queued, place);
    }

    fn insert(&mut self, queued: QueuedPod, place: Place) {
        let uid: Rc<str> = queued.pod.metadata.uid.as_str().into();
        drop(self.remove(&uid));
        match place {
            Place::Active => drop(self.active.insert(queued.order(&uid))),
            Place::Backoff => drop(self.backoff.insert((queued.backoff_until(), queued.order(&uid)))),
            Place::ErrorBackoff => {
                self.error_backoff.insert((queued.backoff_until(), queued.order(&uid)));
            }
            Place::Unschedulable => {
                self.unschedulable.insert((queued.since, queued.sequence, Rc::clone(&uid)));
            }
            Place::Gated => {}
        }
        self.pods.insert(uid, (place, Box::new(queued)));
    }

    /// Takes a pod out wherever it waits.
    pub(crate) fn remove(&mut self, uid: &str) -> Option<QueuedPod> {
        let (uid, (place, queued)) = self.pods.remove_entry(uid)?;
        match place {
            Place::Active => drop(self.active.remove(&queued.order(&uid))),
            Place::Backoff => drop(self.backoff.remove(&(queued.backoff_until(), queued.order(&uid)))),
            Place::ErrorBackoff => {
                self.error_backoff.remove(&(queued.backoff_until(), queued.order(&uid)));
            }
            Place::Unschedulable => {
                self.unschedulable.remove(&(queued.since, queued.sequence, uid));
            }
            Place::Gated => {}
        }
        Some(*queued)
    }

    /// Takes in the new state of a pod that waits; `false` when it does not wait here.
    pub(crate) fn update(&mut self, pod: &Rc<Pod>) -> bool {
        let Some((place, _)) = self.pods.get(pod.metadata.uid.as_str()) else {
            return false;
        };
        let place = *place;
        if let Some(mut queued) = self.remove(&pod.metadata.uid) {
            queued.pod = Rc::clone(pod);
            let place = if place == Place::Gated && !queued.has_gates() { Place::Active } else { place };
            self.insert(queued, place);
        }
        true
    }

    /// Takes the next pod out, to be tried.
    pub(crate) fn pop(&mut self, now: Time) -> Option<QueuedPod> {
        self.flush(now);
        let uid = match self.active.first() {
            Some((_, _, _, uid)) => Rc::clone(uid),
            None => self.backoff.first().map(|(_, (_, _, _, uid))| Rc::clone(uid))?,
        };
        let mut queued = self.remove(&uid)?;
        queued.attempts += 1;
        Some(queued)
    }

    fn flush(&mut self, now: Time) {
        let mut due: Vec<Rc<str>> = Vec::new();
        for waiting in [&self.backoff, &self.error_backoff] {
            let over = waiting.iter().take_while(|(until, _)| *until <= now);
            due.extend(over.map(|(_, (_, _, _, uid))| Rc::clone(uid)));
        }
        let forgotten = self.unschedulable.iter().take_while(|(since, _, _)| flush_at(*since) <= now);
        due.extend(forgotten.map(|(_, _, uid)| Rc::clone(uid)));
        for uid in due {
            self.move_to(&uid, Place::Active);
        }
    }

    fn move_to(&mut self, uid: &str, place: Place) {
        if let Some(queued) = self.remove(uid) {
            self.insert(queued, place);
        }
    }

    /// Puts a pod back after a failed attempt. Without rejectors it failed for an error.
    pub(crate) fn put_back(&mut self, mut queued: QueuedPod, now: Time) {
        queued.since = now;
        let place = if queued.rejectors.is_empty() {
            queued.consecutive_errors += 1;
            Place::ErrorBackoff
        } else {
            queued.consecutive_errors = 0;
            queued.unschedulable_count += 1;
            Place::Unschedulable
        };
        self.insert(queued, place);
    }

    /// Moves the pods back that an event may help.
    pub(crate) fn move_pods(&mut self, now: Time, mut may_help: impl FnMut(&QueuedPod) -> bool) {
        let helped: Vec<Rc<str>> = self
            .unschedulable
            .iter()
            .filter(|(_, _, uid)| self.pods.get(uid).is_some_and(|(_, queued)| may_help(queued)))
            .map(|(_, _, uid)| Rc::clone(uid))
            .collect();
        for uid in helped {
            let is_backing_off = self.pods.get(&uid).is_some_and(|(_, queued)| queued.backoff_until() > now);
            self.move_to(&uid, if is_backing_off { Place::Backoff } else { Place::Active });
        }
    }

    /// Moves one pod back when an event of its own may help it.
    pub(crate) fn move_pod(&mut self, uid: &str, now: Time, may_help: impl FnOnce(&QueuedPod) -> bool) {
        let Some((Place::Unschedulable, queued)) = self.pods.get(uid) else { return };
        if may_help(queued) {
            let is_backing_off = queued.backoff_until() > now;
            self.move_to(uid, if is_backing_off { Place::Backoff } else { Place::Active });
        }
    }

    /// When the queue must be looked at again; `None` when only events can change it.
    pub(crate) fn next_due(&self, now: Time) -> Option<Time> {
        if !self.active.is_empty() || !self.backoff.is_empty() {
            return Some(now);
        }
        let error = self.error_backoff.first().map(|(until, _)| *until);
        let forgotten = self.unschedulable.first().map(|(since, _, _)| flush_at(*since));
        error.into_iter().chain(forgotten).min()
    }

    /// Where a pod waits.
    pub(crate) fn place(&self, uid: &str) -> Option<Place> {
        self.pods.get(uid).map(|(place, _)| *place)
    }

    /// All pods that wait, with where.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Place, &QueuedPod)> {
        self.pods.values().map(|(place, queued)| (*place, &**queued))
    }
}

/// When a pod that came back at `since` is tried again without an event: the look-outs are 30 s apart.
fn flush_at(since: Time) -> Time {
    let over = (since + MAX_UNSCHEDULABLE).ms();
    Time::from_ms((over / FLUSH_PERIOD_MS + 1) * FLUSH_PERIOD_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, priority: i64) -> Rc<Pod> {
        let mut pod = Pod::default();
        pod.metadata.name = name.to_owned();
        pod.metadata.uid = format!("uid-{name}");
        pod.spec.priority = Some(priority);
        Rc::new(pod)
    }

    fn popped(queue: &mut SchedulingQueue, ms: u64) -> String {
        queue.pop(Time::from_ms(ms)).map_or("nothing".to_owned(), |queued| queued.pod.metadata.name.clone())
    }

    #[test]
    fn priority_comes_before_time() {
        let mut queue = SchedulingQueue::default();
        for (name, priority, ms) in [("late", 0, 20), ("early", 0, 10), ("high", 5, 30)] {
            queue.add(&pod(name, priority), Time::from_ms(ms));
        }
        let order: Vec<String> = (0..4).map(|_| popped(&mut queue, 40)).collect();
        assert_eq!(order, ["high", "early", "late", "nothing"]);
    }

    #[test]
    fn errors_back_off_from_one_second_to_ten() {
        let mut queue = SchedulingQueue::default();
        queue.add(&pod("a", 0), Time::ZERO);
        let mut now = Time::ZERO;
        let mut waits = Vec::new();
        for _ in 0..6 {
            let queued = queue.pop(now).unwrap();
            queue.put_back(queued, now);
            let due = queue.next_due(now).unwrap();
            assert!(queue.pop(Time::from_ms(due.ms() - 1)).is_none());
            waits.push((due - now).seconds());
            now = due;
        }
        // One second more than the back-off: the window in which it ends is waited out.
        assert_eq!(waits, [2, 3, 5, 9, 11, 11]);
    }

    #[test]
    fn an_event_brings_a_pod_back_at_once_and_five_minutes_do_too() {
        let mut queue = SchedulingQueue::default();
        queue.add(&pod("a", 0), Time::ZERO);
        let mut queued = queue.pop(Time::ZERO).unwrap();
        queued.rejectors = vec![Plugin::NodeResourcesFit];
        queue.put_back(queued, Time::from_ms(5));
        assert_eq!(queue.place("uid-a"), Some(Place::Unschedulable));
        queue.move_pods(Time::from_ms(10), |_| false);
        assert_eq!(popped(&mut queue, 10), "nothing");
        queue.move_pods(Time::from_ms(20), |queued| queued.rejectors.contains(&Plugin::NodeResourcesFit));
        assert_eq!(queue.place("uid-a"), Some(Place::Backoff));
        // An idle scheduler does not wait for the back-off of a pod that no node could take.
        let mut queued = queue.pop(Time::from_ms(20)).unwrap();
        queued.rejectors = vec![Plugin::NodeAffinity];
        queue.put_back(queued, Time::from_ms(20));
        assert_eq!(queue.next_due(Time::from_ms(20)), Some(Time::from_ms(330_000)));
        assert_eq!(popped(&mut queue, 329_999), "nothing");
        assert_eq!(popped(&mut queue, 330_000), "a");
    }

    #[test]
    fn a_gated_pod_waits_until_its_gates_are_gone() {
        let mut queue = SchedulingQueue::default();
        let mut gated = (*pod("a", 0)).clone();
        gated.spec.extra.insert("schedulingGates".to_owned(), serde_json::json!([{"name": "wait"}]));
        queue.add(&Rc::new(gated), Time::ZERO);
        assert_eq!((queue.place("uid-a"), popped(&mut queue, 0)), (Some(Place::Gated), "nothing".to_owned()));
        queue.update(&pod("a", 0));
        assert_eq!(popped(&mut queue, 0), "a");
    }
}

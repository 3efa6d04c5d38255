//! The process that runs the controllers: hears changes, fills queues, runs one sync at a time.
//!
//! Models cmd/kube-controller-manager/app/controllermanager.go, Kubernetes v1.36. Left out: leases, health
//! checks.

use std::rc::Rc;

use super::controller::{Controller, WATCHED};
use super::verdict::Decision;
use super::volume::VolumeFault;
use super::worker::Worker;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Component, Context};
use crate::collections::SortedMap;
use crate::sim::Time;

/// Decisions that are kept for each object.
const DECISIONS_MAX: usize = 50;

/// The timer of the process: run a sync of the controller at this index, if one is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunNext(pub usize);

/// All controllers with their queues.
#[derive(Clone, Debug)]
pub struct ControllerManager {
    workers: Vec<Worker>,
    watches: &'static [Kind],
    decisions: SortedMap<Rc<ObjectKey>, Rc<Vec<Decision>>>,
    sync_count: u64,
}

impl ControllerManager {
    /// Starts the controllers.
    pub fn new(controllers: Vec<Box<dyn Controller>>) -> Self {
        let workers = controllers.into_iter().map(Worker::new).collect();
        Self { workers, watches: WATCHED, decisions: SortedMap::new(), sync_count: 0 }
    }

    /// The last decisions about an object, oldest first.
    pub fn decisions(&self, key: &ObjectKey) -> &[Decision] {
        self.decisions.get(key).map_or(&[], |decisions| decisions.as_slice())
    }

    /// All objects that decisions were made about, with the newest decision of each.
    pub fn latest_decisions(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.values().filter_map(|decisions| decisions.last())
    }

    /// How many syncs have run.
    pub fn sync_count(&self) -> u64 {
        self.sync_count
    }

    /// Injects a fault into the controllers that it touches.
    pub fn inject(&mut self, fault: &VolumeFault, context: &mut Context<'_, RunNext>) {
        for index in 0..self.workers.len() {
            let Some(worker) = self.workers.get_mut(index) else {
                continue;
            };
            for key in worker.controller.inject(fault, context.cache) {
                worker.queue.add(key);
            }
            self.set_timer(index, context);
        }
    }

    /// Which controller a timer wakes, and for which key.
    pub fn next_work(&self, RunNext(index): RunNext) -> String {
        self.workers.get(index).map_or_else(String::new, |worker| {
            let key = worker.next_key().map(ToString::to_string).unwrap_or_default();
            format!("{} {key}", worker.controller.name())
        })
    }

    /// Sets the timers of all controllers anew, for a copy of the process.
    pub fn set_all_timers(&mut self, context: &mut Context<'_, RunNext>) {
        for index in 0..self.workers.len() {
            if let Some(worker) = self.workers.get_mut(index) {
                worker.wakes.clear();
            }
            self.set_timer(index, context);
        }
    }

    fn set_timer(&mut self, index: usize, context: &mut Context<'_, RunNext>) {
        let now = context.now();
        let Some(worker) = self.workers.get_mut(index) else {
            return;
        };
        let Some(due) = worker.next_due(now) else {
            return;
        };
        let due = due.max(now);
        if worker.wakes.insert(due) {
            context.wake_after(due - now, RunNext(index));
        }
    }

    /// Whether a timer that is set for `at` has become pointless, as nothing will be due then; it is
    /// forgotten.
    pub fn forgo(&mut self, RunNext(index): RunNext, at: Time) -> bool {
        let Some(worker) = self.workers.get_mut(index) else {
            return true;
        };
        let is_needed = worker.next_due(at).is_some_and(|due| due <= at);
        if !is_needed {
            worker.wakes.remove(&at);
        }
        !is_needed
    }

    fn note(&mut self, decision: Decision) {
        let decisions = match self.decisions.get_mut(&decision.object) {
            Some(decisions) => decisions,
            None => self.decisions.entry(Rc::new(decision.object.clone())).or_default(),
        };
        // The same decision again is no news: the first of them says since when it holds. About another
        // object of the name it is news.
        let is_same = |last: &Decision| {
            last.by == decision.by && last.verdict == decision.verdict && last.uid == decision.uid
        };
        if decisions.last().is_some_and(is_same) {
            return;
        }
        let decisions = Rc::make_mut(decisions);
        if decisions.len() >= DECISIONS_MAX {
            decisions.remove(0);
        }
        decisions.push(decision);
    }
}

impl Component for ControllerManager {
    type Timer = RunNext;

    fn watches(&self) -> &'static [Kind] {
        self.watches
    }

    fn observe(&mut self, changes: &[Change], context: &mut Context<'_, RunNext>) {
        let now = context.now();
        for index in 0..self.workers.len() {
            let Some(worker) = self.workers.get_mut(index) else {
                continue;
            };
            let watches = worker.controller.watches();
            let mut passed_by = Vec::new();
            for change in changes.iter().filter(|c| c.object().is_some_and(|o| watches.contains(&o.kind()))) {
                for (key, after) in worker.controller.keys_for(change, context.cache, now) {
                    worker.queue.add_after(key, after, now);
                }
                passed_by.extend(worker.controller.passed_by());
            }
            let by = worker.controller.name();
            passed_by.retain(|(key, _)| !worker.queue.holds(key));
            for (object, verdict) in passed_by {
                let uid = uid_of(context.cache, &object);
                self.note(Decision { at: now, by, object, uid, verdict });
            }
            self.set_timer(index, context);
        }
    }

    fn wake(&mut self, RunNext(index): RunNext, context: &mut Context<'_, RunNext>) {
        let now = context.now();
        let Some(worker) = self.workers.get_mut(index) else {
            return;
        };
        worker.wakes.remove(&now);
        let decided = worker.take_turn(&mut self.sync_count, context);
        if let Some(decision) = decided {
            self.note(decision);
        }
        self.set_timer(index, context);
    }
}

/// The uid of an object as it is cached; empty when it is not.
pub(super) fn uid_of(cache: &Cache, key: &ObjectKey) -> String {
    cache.get(key).map_or_else(String::new, |cached| cached.meta().uid.clone())
}

/// Whether an object may still be acted for: it exists and is this very one (a name may have been used
/// again).
pub fn is_current(cache: &Cache, object: &Object) -> bool {
    cache.get(&object.key()).is_some_and(|cached| cached.meta().uid == object.meta().uid)
}

//! The process that runs the controllers: hears changes, fills queues, runs one sync at a time.
//!
//! Models cmd/kube-controller-manager/app/controllermanager.go and the worker loop that every controller has,
//! Kubernetes v1.36. Left out: several workers; a sync runs to its end in one instant.

use std::fmt;
use std::rc::Rc;

use super::verdict::{Decision, Reason, Verdict};
use super::volume::VolumeFault;
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Component, Context, StatusError, WorkFate, WorkQueue};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

/// Decisions that are kept for each object.
const DECISIONS_MAX: usize = 50;

/// A sync that could not be finished; it is tried again after a back-off.
#[derive(Clone, Debug)]
pub struct SyncError {
    /// What was refused, in the server's words.
    pub message: String,
}

impl From<StatusError> for SyncError {
    fn from(error: StatusError) -> Self {
        Self { message: error.message }
    }
}

/// How a sync ended: `None` when there was nothing to decide.
pub type SyncResult = Result<Option<Verdict>, SyncError>;

/// What a controller may set as a timer: its own key again.
pub type Requeue = ObjectKey;

/// One controller.
pub trait Controller {
    /// Its name as the source of Events, such as `statefulset-controller`.
    fn name(&self) -> &'static str;

    /// The kinds whose changes it follows.
    fn watches(&self) -> &'static [Kind];

    /// The keys whose state may be touched by a change, with a delay where upstream has one.
    fn keys_for(&mut self, change: &Change, cache: &Cache, now: Time) -> Vec<(ObjectKey, Span)>;

    /// Which objects the last change has passed by although there is something to do about them, and why;
    /// told of those that nothing else wakes the controller for.
    fn passed_by(&mut self) -> Vec<(ObjectKey, Verdict)> {
        Vec::new()
    }

    /// Brings one object nearer to what it should be. Timers set on the context put the key in again.
    ///
    /// # Errors
    /// When a request was refused in a way that a later try may mend.
    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult;

    /// Takes in a fault that a person injects; returns the keys to look at again.
    fn inject(&mut self, _fault: &VolumeFault, _cache: &Cache) -> Vec<ObjectKey> {
        Vec::new()
    }

    /// Whether each sync says anew when its object is to be looked at again, so that what was said before no
    /// longer counts. Otherwise a deadline that has become pointless would keep the cluster from resting.
    fn renews_timers(&self) -> bool {
        false
    }

    /// Makes a copy, for snapshots of the whole cluster.
    fn boxed_clone(&self) -> Box<dyn Controller>;
}

/// Its name alone: printing the state of every controller would be code that the page loads for nothing.
impl fmt::Debug for dyn Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Clone for Box<dyn Controller> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// What controllers watch: all but Events. Nobody acts upon those, and they are more than all else.
pub(super) const WATCHED: &[Kind] = &without_events();

const fn without_events() -> [Kind; Kind::ALL.len() - 1] {
    let mut kinds = [Kind::Event; Kind::ALL.len() - 1];
    let (mut from, mut to) = (0, 0);
    while from < Kind::ALL.len() {
        if !matches!(Kind::ALL[from], Kind::Event) {
            kinds[to] = Kind::ALL[from];
            to += 1;
        }
        from += 1;
    }
    kinds
}

/// The timer of the process: run a sync of the controller at this index, if one is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunNext(pub usize);

#[derive(Clone, Debug)]
struct Worker {
    controller: Box<dyn Controller>,
    queue: WorkQueue<ObjectKey>,
    /// When this worker will be woken.
    wakes: SortedSet<Time>,
}

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
        let workers = controllers
            .into_iter()
            .map(|controller| Worker { controller, queue: WorkQueue::default(), wakes: SortedSet::new() })
            .collect();
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
            let key = worker.queue.peek().map(ToString::to_string).unwrap_or_default();
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
        let Some(due) = worker.queue.next_due(now) else {
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
        let is_needed = worker.queue.next_due(at).is_some_and(|due| due <= at);
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
        // The same decision again is no news: the first of them says since when it holds.
        if decisions.last().is_some_and(|last| last.verdict == decision.verdict && last.by == decision.by) {
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
                self.note(Decision { at: now, by, object, verdict });
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
        let mut decided = None;
        let fate = context.work_fate(worker.queue.due_count(now));
        if let WorkFate::Overtaken(place) = fate {
            worker.queue.bring_forward(place);
        }
        if let Some(key) = worker.queue.pop(now).filter(|_| fate != WorkFate::Lost) {
            self.sync_count += 1;
            let comes_again = worker.queue.holds(&key);
            let mut part = context.part_with(|part: &mut Context<'_, Requeue>| {
                part.note_again(comes_again);
                worker.controller.sync(&key, part)
            });
            if worker.controller.renews_timers() {
                worker.queue.forget_delayed(&key);
            }
            for (at, again) in part.timers.drain(..) {
                worker.queue.add_after(again, at - now, now);
            }
            if fate == WorkFate::Again {
                worker.queue.add(key.clone());
            }
            let verdict = match part.result {
                Ok(verdict) => {
                    worker.queue.forget(&key);
                    verdict
                }
                Err(error) => {
                    worker.queue.add_rate_limited(key.clone(), now);
                    Some(Verdict::Failed(Reason {
                        name: "RequestRefused",
                        sentence: error.message,
                        object: None,
                        facts: Vec::new(),
                    }))
                }
            };
            decided = verdict.map(|verdict| Decision {
                at: now,
                by: worker.controller.name(),
                object: key,
                verdict,
            });
        }
        if let Some(decision) = decided {
            self.note(decision);
        }
        self.set_timer(index, context);
    }
}

/// Whether an object may still be acted for: it exists and is this very one (a name may have been used
/// again).
pub fn is_current(cache: &Cache, object: &Object) -> bool {
    cache.get(&object.key()).is_some_and(|cached| cached.meta().uid == object.meta().uid)
}

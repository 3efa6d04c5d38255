//! The worker of one controller: takes a key off the queue and syncs it, one at a time.
//!
//! Models `processNextWorkItem` of every controller, such as that of
//! `pkg/controller/replicaset/replica_set.go`, Kubernetes v1.36. Left out: several workers. A sync that
//! makes very many pods takes several turns, all at one instant, between which other processes act;
//! upstream they act beside it.

use super::controller::{Controller, Requeue, SyncResult};
use super::process::uid_of;
use super::verdict::{Decision, Reason, Verdict};
use crate::api::ObjectKey;
use crate::client::{Context, WorkFate, WorkQueue};
use crate::collections::SortedSet;
use crate::sim::Time;

/// A controller with its queue.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) controller: Box<dyn Controller>,
    pub(super) queue: WorkQueue<ObjectKey>,
    /// When it will be woken.
    pub(super) wakes: SortedSet<Time>,
    /// Whose sync goes on in the next turn.
    under_way: Option<ObjectKey>,
}

/// What a turn is for.
struct Turn {
    key: ObjectKey,
    fate: WorkFate,
    /// The key waits in the queue again.
    comes_again: bool,
}

impl Worker {
    /// Starts a controller.
    pub(super) fn new(controller: Box<dyn Controller>) -> Self {
        Self { controller, queue: WorkQueue::default(), wakes: SortedSet::new(), under_way: None }
    }

    /// The key that comes next, whether it is due or not.
    pub(super) fn next_key(&self) -> Option<&ObjectKey> {
        self.under_way.as_ref().or_else(|| self.queue.peek())
    }

    /// When there is something to do.
    pub(super) fn next_due(&self, now: Time) -> Option<Time> {
        if self.under_way.is_some() { Some(now) } else { self.queue.next_due(now) }
    }

    /// Runs the sync of the next key, or goes on with the one that has begun; returns what was decided.
    pub(super) fn take_turn<T>(
        &mut self,
        sync_count: &mut u64,
        context: &mut Context<'_, T>,
    ) -> Option<Decision> {
        let Turn { key, fate, comes_again } = match self.resume() {
            Some(turn) => turn,
            None => self.begin(context).inspect(|_| *sync_count += 1)?,
        };
        let now = context.now();
        let part = context.part_with(|part: &mut Context<'_, Requeue>| {
            part.note_again(comes_again);
            self.controller.sync(&key, part)
        });
        for (at, again) in part.timers {
            self.queue.add_after(again, at - now, now);
        }
        if fate == WorkFate::Again {
            self.queue.add(key.clone());
        }
        if self.controller.is_under_way(&key, now) {
            self.under_way = Some(key);
            return None;
        }
        let verdict = self.end(&key, part.result, now)?;
        let uid = uid_of(context.cache, &key);
        Some(Decision { at: now, by: self.controller.name(), object: key, uid, verdict })
    }

    fn resume(&mut self) -> Option<Turn> {
        let key = self.under_way.take()?;
        Some(Turn { comes_again: self.queue.holds(&key), key, fate: WorkFate::Synced })
    }

    /// Takes the next key that is due; none when it is lost.
    fn begin<T>(&mut self, context: &mut Context<'_, T>) -> Option<Turn> {
        let now = context.now();
        let fate = context.work_fate(self.queue.due_count(now));
        if let WorkFate::Overtaken(place) = fate {
            self.queue.bring_forward(place);
        }
        let key = self.queue.pop(now).filter(|_| fate != WorkFate::Lost)?;
        let comes_again = self.queue.holds(&key);
        if self.controller.renews_timers() {
            self.queue.forget_delayed(&key);
        }
        Some(Turn { key, fate, comes_again })
    }

    /// Ends the sync of a key: one that has failed comes again.
    fn end(&mut self, key: &ObjectKey, result: SyncResult, now: Time) -> Option<Verdict> {
        match result {
            Ok(verdict) => {
                self.queue.forget(key);
                verdict
            }
            Err(error) => {
                self.queue.add_rate_limited(key.clone(), now);
                Some(Verdict::Failed(Reason {
                    name: "RequestRefused",
                    sentence: error.message,
                    object: None,
                    facts: Vec::new(),
                    until: None,
                }))
            }
        }
    }
}

//! Follows the changes of one kind for one process, at its own latency.
//!
//! Models `cache.Reflector` and `SharedInformer`, staging/src/k8s.io/client-go/tools/cache, Kubernetes v1.36:
//! each process has one stream per kind, so a pod's change and its claim's may arrive in either order. Left
//! out: periodic resync.

use super::cache::{Cache, Change};
use crate::api::Kind;
use crate::apiserver::{Store, WatchEvent};
use crate::sim::{Span, Time};

/// The place of one process in one kind's log.
#[derive(Clone, Debug)]
pub struct Informer {
    kind: Kind,
    position: u64,
    /// How long a change takes to arrive.
    pub latency: Span,
    /// Nothing arrives before.
    held_until: Time,
    /// Whether it must list: it has just begun, or its watch broke.
    must_list: bool,
}

impl Informer {
    /// Follows a kind from the log's beginning.
    pub fn new(kind: Kind, latency: Span) -> Self {
        Self { kind, position: 0, latency, held_until: Time::ZERO, must_list: false }
    }

    /// Follows a kind anew from a list of what there is now.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self { must_list: true, held_until: Time::ZERO, ..self.clone() }
    }

    /// Lets nothing arrive before an instant.
    pub fn hold_until(&mut self, until: Time) {
        self.held_until = until;
    }

    /// The watch breaks: what has not arrived never will, and at the next delivery a list shows what there
    /// is.
    pub fn break_watch(&mut self) {
        self.must_list = true;
    }

    /// Since when something is under way that has not arrived; `None` when all has.
    pub fn behind_since(&self, store: &Store) -> Option<Time> {
        match store.watch_log(self.kind)?.since(self.position) {
            None => Some(Time::ZERO),
            Some(mut events) => events.next().map(|event| event.at),
        }
    }

    /// The kind it follows.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// When the next change arrives; `None` when none is under way.
    pub fn next_arrival(&self, store: &Store) -> Option<Time> {
        let next = store.watch_log(self.kind)?.since(self.position);
        // A watch that fell too far behind lists anew at once.
        let at = match next {
            None => Some(Time::ZERO),
            Some(_) if self.must_list => Some(Time::ZERO),
            Some(mut events) => events.next().map(|event| event.at + self.latency),
        };
        at.map(|at| at.max(self.held_until))
    }

    /// The changes that will have arrived by an instant.
    pub fn arriving<'a>(&self, store: &'a Store, until: Time) -> impl Iterator<Item = &'a WatchEvent> {
        let latency = self.latency;
        let events = store.watch_log(self.kind).and_then(|log| log.since(self.position));
        events.into_iter().flatten().take_while(move |event| event.at + latency <= until)
    }

    /// Brings the changes that have arrived by `now` into the cache and tells them.
    pub fn deliver(&mut self, store: &Store, now: Time, cache: &mut Cache) -> Vec<Change> {
        let Some(log) = store.watch_log(self.kind).filter(|_| self.held_until <= now) else {
            return Vec::new();
        };
        let Some(events) = log.since(self.position).filter(|_| !self.must_list) else {
            self.must_list = false;
            self.position = log.end();
            cache.note_revision(self.kind, store.revision());
            return cache.replace(self.kind, store.list(self.kind, None).cloned());
        };
        let mut changes = Vec::new();
        for event in events.take_while(|event| event.at + self.latency <= now) {
            self.position += 1;
            changes.push(cache.apply(event.type_, &event.object));
        }
        changes
    }

    /// The position up to which the log is no longer needed.
    pub fn position(&self) -> u64 {
        self.position
    }
}

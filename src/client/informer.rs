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
        self.deliver_some(store, now, cache, usize::MAX)
    }

    /// Brings `room` of these changes at most, but a list as a whole.
    pub fn deliver_some(&mut self, store: &Store, now: Time, cache: &mut Cache, room: usize) -> Vec<Change> {
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
        for event in events.take_while(|event| event.at + self.latency <= now).take(room) {
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::api::Object;
    use crate::api::pod::Pod;

    #[test]
    fn a_part_of_the_changes_leaves_the_others_for_the_same_instant() {
        let mut store = Store::default();
        for name in ["a", "b", "c", "d", "e"] {
            let mut pod = Pod::default();
            pod.metadata.name = name.to_owned();
            pod.metadata.namespace = "default".to_owned();
            store.put(Object::Pod(Rc::new(pod)), Time::ZERO);
        }
        let now = Time::from_ms(5);
        for (room, expected) in [(2, vec!["a b", "c d", "e"]), (5, vec!["a b c d e"]), (9, vec!["a b c d e"])]
        {
            let mut informer = Informer::new(Kind::Pod, Span::from_ms(5));
            let mut cache = Cache::default();
            let mut parts = Vec::new();
            while let Some(at) = informer.next_arrival(&store) {
                assert_eq!(at, now);
                let changes = informer.deliver_some(&store, now, &mut cache, room);
                let names = changes.iter().filter_map(|change| Some(change.object()?.meta().name.clone()));
                parts.push(names.collect::<Vec<_>>().join(" "));
            }
            assert_eq!(parts, expected, "room for {room}");
            assert_eq!(cache.objects(Kind::Pod, None).count(), 5);
        }
    }
}

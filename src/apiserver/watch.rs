//! The log of changes that clients follow.
//!
//! Models the watch cache, staging/src/k8s.io/apiserver/pkg/storage/cacher, Kubernetes v1.36: every watcher
//! of a kind sees every change in order. Left out: bookmarks; a log keeps a bounded number of events and a
//! watcher that falls behind must list anew.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::api::Object;
use crate::sim::Time;

/// How many events of a kind are kept.
const EVENTS_MAX: usize = 200_000;

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchEventType {
    /// A new object.
    Added,
    /// A new version of an object.
    Modified,
    /// The object is gone; the event carries the last it was.
    Deleted,
}

impl WatchEventType {
    /// As the watch stream spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct WatchEvent {
    /// What it did.
    pub type_: WatchEventType,
    /// The object after it; for a deletion the last it was.
    pub object: Object,
    /// When it happened.
    pub at: Time,
    /// The store's revision after it.
    pub revision: u64,
}

/// The changes of one kind, oldest first; copies share them until one of them changes.
#[derive(Clone, Debug, Default)]
pub struct WatchLog {
    events: Rc<VecDeque<WatchEvent>>,
    dropped: u64,
}

impl WatchLog {
    /// Adds a change; the oldest falls out when there are too many.
    pub(super) fn push(&mut self, event: WatchEvent) {
        let events = Rc::make_mut(&mut self.events);
        if events.len() >= EVENTS_MAX {
            events.pop_front();
            self.dropped += 1;
        }
        events.push_back(event);
    }

    /// The position after the newest change: where a watch begins that follows a list.
    pub fn end(&self) -> u64 {
        self.dropped + self.events.len() as u64
    }

    /// The changes from a position on; `None` when some of them are no longer kept ("too old resource
    /// version").
    pub fn since(&self, position: u64) -> Option<impl Iterator<Item = &WatchEvent>> {
        let skip = usize::try_from(position.checked_sub(self.dropped)?).ok()?;
        Some(self.events.iter().skip(skip))
    }

    /// Forgets the changes before a position.
    pub fn forget_before(&mut self, position: u64) {
        let Some(events) = Rc::get_mut(&mut self.events) else {
            return self.keep_after(position);
        };
        while self.dropped < position && events.pop_front().is_some() {
            self.dropped += 1;
        }
        // What is copied has no room for what was forgotten.
        if events.len() < events.capacity() / 4 {
            events.shrink_to_fit();
        }
    }

    /// Where the changes are another copy's too, those that are kept are copied.
    fn keep_after(&mut self, position: u64) {
        let forgotten = position.saturating_sub(self.dropped).min(self.events.len() as u64);
        let skip = usize::try_from(forgotten).unwrap_or(usize::MAX);
        self.events = Rc::new(self.events.iter().skip(skip).cloned().collect());
        self.dropped += forgotten;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::pod::Pod;

    fn log(count: u64) -> WatchLog {
        let mut log = WatchLog::default();
        for revision in 1..=count {
            let object = Object::Pod(Rc::new(Pod::default()));
            log.push(WatchEvent { type_: WatchEventType::Added, object, at: Time::ZERO, revision });
        }
        log
    }

    fn revisions(log: &WatchLog, position: u64) -> Option<Vec<u64>> {
        Some(log.since(position)?.map(|event| event.revision).collect())
    }

    #[test]
    fn a_copy_forgets_for_itself_as_the_only_one_does() {
        for position in [0, 2, 5, 9] {
            let (original, mut alone) = (log(5), log(5));
            let mut copy = original.clone();
            copy.forget_before(position);
            alone.forget_before(position);
            for from in 0..=5 {
                assert_eq!(revisions(&copy, from), revisions(&alone, from), "before {position}, from {from}");
            }
            assert_eq!((copy.end(), alone.end()), (5, 5));
            assert_eq!(revisions(&original, 0), Some(vec![1, 2, 3, 4, 5]));
        }
    }
}

//! The log of changes that clients follow.
//!
//! Models the watch cache, staging/src/k8s.io/apiserver/pkg/storage/cacher, Kubernetes v1.36: every watcher
//! of a kind sees every change in order. Left out: bookmarks; a log keeps a bounded number of events and a
//! watcher that falls behind must list anew.

use std::collections::VecDeque;

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

/// The changes of one kind, oldest first.
#[derive(Clone, Debug, Default)]
pub struct WatchLog {
    events: VecDeque<WatchEvent>,
    dropped: u64,
}

impl WatchLog {
    /// Adds a change; the oldest falls out when there are too many.
    pub(super) fn push(&mut self, event: WatchEvent) {
        if self.events.len() >= EVENTS_MAX {
            self.events.pop_front();
            self.dropped += 1;
        }
        self.events.push_back(event);
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
        while self.dropped < position && self.events.pop_front().is_some() {
            self.dropped += 1;
        }
        // What is copied has no room for what was forgotten.
        if self.events.len() < self.events.capacity() / 4 {
            self.events.shrink_to_fit();
        }
    }
}

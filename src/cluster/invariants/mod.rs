//! What must hold after every step, whatever people and faults do: the rule is its sentence.
//!
//! A [`Checker`] follows the store's log beside the cluster and looks at every change with what was there
//! before. Rules that speak of a controller's view allow for its caches' lag: a view is at most [`VIEW_LAG`]
//! old.
//!
//! - [`store`]: versions, identity, deletion. [`pods`]: lives, placement. [`statefulset`]: order, identity,
//!   revisions. [`daemonset`]: nodes, budgets, surge, back-off.

pub mod store;
pub mod pods;
pub mod statefulset;
pub mod daemonset;

use std::collections::VecDeque;

use crate::api::apps::StatefulSet;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, WatchEvent, WatchEventType};
use crate::collections::{SortedMap, SortedSet, sort_by_key};
use crate::sim::{Span, Time};

/// How old a controller's view may be.
pub const VIEW_LAG: Span = Span::from_ms(100);

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// Its number among the safety properties.
    pub id: &'static str,
    /// The rule as a sentence.
    pub sentence: &'static str,
    /// Looks at one change; says what is wrong.
    pub check: fn(&Seen<'_>) -> Result<(), String>,
}

/// A rule that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's number.
    pub id: &'static str,
    /// The rule as a sentence.
    pub sentence: &'static str,
    /// What was seen instead.
    pub what: String,
    /// When.
    pub at: Time,
}

/// One change with what was there before it.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The change.
    pub event: &'a WatchEvent,
    /// The object before it.
    pub before: Option<&'a Object>,
    /// Whether a person's own request made it.
    pub by_person: bool,
    /// Everything else, as it was before the change.
    pub memory: &'a Memory,
}

impl Seen<'_> {
    /// The object after the change; `None` when it is gone.
    pub fn after(&self) -> Option<&Object> {
        (self.event.type_ != WatchEventType::Deleted).then_some(&self.event.object)
    }

    /// Whether the change asked for the object's deletion.
    pub fn is_deletion_asked(&self) -> bool {
        let was = self.before.is_some_and(|object| object.meta().is_terminating());
        !was && (self.event.object.meta().is_terminating() || self.after().is_none())
    }
}

/// What has been seen so far.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The objects as the log leaves them.
    pub objects: SortedMap<ObjectKey, Object>,
    /// Every uid that was ever used.
    pub uids: SortedSet<String>,
    /// The revision of the last change.
    pub revision: u64,
    /// Earlier versions that a controller may still see, with the time at which each was replaced.
    replaced: VecDeque<(Time, ObjectKey, Object)>,
    /// Nodes whose failed daemon pods were deleted.
    pub failed_pods: daemonset::FailedPods,
}

impl Memory {
    /// The versions of an object that a controller may see at `now`: the newest first.
    pub fn views<'a>(&'a self, key: &'a ObjectKey, now: Time) -> impl Iterator<Item = &'a Object> {
        let recent = self
            .replaced
            .iter()
            .rev()
            .filter(move |(until, replaced, _)| replaced == key && (now - *until) <= VIEW_LAG)
            .map(|(_, _, object)| object);
        self.objects.get(key).into_iter().chain(recent)
    }

    /// The versions of an object that a controller may see at `now`, the newest first; it may be gone since.
    pub fn versions(&self, key: &ObjectKey, now: Time) -> Vec<&Object> {
        let recent = self
            .replaced
            .iter()
            .rev()
            .filter(|(until, replaced, _)| replaced == key && (now - *until) <= VIEW_LAG)
            .map(|(_, _, object)| object);
        self.objects.get(key).into_iter().chain(recent).collect()
    }

    /// As [`Self::versions`], for one who knows what was done at `now` itself.
    pub fn versions_before(&self, key: &ObjectKey, now: Time) -> Vec<&Object> {
        let recent = self
            .replaced
            .iter()
            .rev()
            .filter(|(until, replaced, _)| replaced == key && *until < now && (now - *until) <= VIEW_LAG)
            .map(|(_, _, object)| object);
        self.objects.get(key).into_iter().chain(recent).collect()
    }

    /// The set that controls a pod, in the versions that its controller may see.
    pub fn sets_of<'a>(&'a self, pod: &Pod, now: Time) -> Vec<&'a StatefulSet> {
        let Some(owner) = pod.metadata.controller_of().filter(|owner| owner.kind == "StatefulSet") else {
            return Vec::new();
        };
        let key = ObjectKey::new(Kind::StatefulSet, pod.metadata.namespace.clone(), owner.name.clone());
        let versions: Vec<&Object> = self
            .objects
            .get(&key)
            .into_iter()
            .chain(
                self.replaced
                    .iter()
                    .rev()
                    .filter(|(until, replaced, _)| *replaced == key && (now - *until) <= VIEW_LAG)
                    .map(|(_, _, object)| object),
            )
            .collect();
        let sets = versions.into_iter().filter_map(|object| match object {
            Object::StatefulSet(set) if set.metadata.uid == owner.uid => Some(&**set),
            _ => None,
        });
        sets.collect()
    }

    fn take(&mut self, event: &WatchEvent) {
        let key = event.object.key();
        self.revision = event.revision;
        self.uids.insert(event.object.meta().uid.clone());
        let old = match event.type_ {
            WatchEventType::Deleted => self.objects.remove(&key),
            WatchEventType::Added | WatchEventType::Modified => {
                self.objects.insert(key.clone(), event.object.clone())
            }
        };
        if let Some(old) = old {
            self.replaced.push_back((event.at, key, old));
        }
        while self.replaced.front().is_some_and(|(until, _, _)| (event.at - *until) > VIEW_LAG) {
            self.replaced.pop_front();
        }
    }
}

/// Follows a cluster and checks every change.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    positions: SortedMap<Kind, u64>,
    memory: Memory,
    checked: u64,
}

/// All rules, in the order of their numbers.
pub fn all() -> impl Iterator<Item = &'static Invariant> {
    store::INVARIANTS
        .iter()
        .chain(pods::INVARIANTS)
        .chain(statefulset::INVARIANTS)
        .chain(daemonset::INVARIANTS)
}

impl Checker {
    /// Checks what is new in the store. `by_person` says that a person's request was the last thing that ran.
    ///
    /// # Errors
    /// The first rule that did not hold.
    pub fn check(&mut self, server: &ApiServer, by_person: bool) -> Result<(), Violation> {
        let mut news: Vec<&WatchEvent> = Vec::new();
        for &kind in Kind::ALL {
            let position = self.positions.entry(kind).or_default();
            if let Some(log) = server.store().watch_log(kind) {
                news.extend(log.since(*position).into_iter().flatten());
                *position = log.end();
            }
        }
        sort_by_key(&mut news, |event| event.revision);
        for event in news {
            let key = event.object.key();
            let seen = Seen { event, before: self.memory.objects.get(&key), by_person, memory: &self.memory };
            for invariant in all() {
                (invariant.check)(&seen).map_err(|what| Violation {
                    id: invariant.id,
                    sentence: invariant.sentence,
                    what: format!("{key}: {what}"),
                    at: event.at,
                })?;
            }
            self.checked += 1;
            let before = self.memory.objects.get(&key).cloned();
            daemonset::remember(event, before.as_ref(), by_person, &mut self.memory);
            self.memory.take(event);
        }
        Ok(())
    }

    /// How many changes were checked.
    pub fn checked(&self) -> u64 {
        self.checked
    }
}

//! What has been seen of a cluster so far, and what its processes may still see of what was.

use super::{VIEW_LAG, daemonset};
use crate::api::apps::StatefulSet;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::apiserver::{WatchEvent, WatchEventType};
use crate::cluster::{Actor, ProcessName};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};
use std::collections::{BTreeMap, VecDeque};

/// For how long earlier versions are remembered: once its node is chosen, a pod may wait so long for volumes.
const REMEMBERED: Span = Span::from_seconds(660);

/// What has been seen so far.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The objects as the log leaves them.
    pub objects: SortedMap<ObjectKey, Object>,
    /// Every uid that was ever used.
    pub uids: SortedSet<String>,
    /// Uids of pods that were removed by somebody else than their kubelets.
    pub forced: SortedSet<String>,
    /// The revision of the last change.
    pub revision: u64,
    /// The time of the last change.
    pub at: Time,
    /// Objects whose maker was told that they were not made.
    pub(super) unanswered: SortedSet<ObjectKey>,
    /// Pods whose binding was carried out while the scheduler was told that it was not, and when.
    pub(super) unanswered_bindings: SortedMap<ObjectKey, Time>,
    /// When each object was made.
    pub(super) made: BTreeMap<ObjectKey, Time>,
    /// When the controllers' process last started with an empty memory; now, as long as two of them run.
    pub(super) started_at: Time,
    /// How old the controllers' view may be, and the scheduler's.
    pub(super) lag: Span,
    pub(super) scheduler_lag: Span,
    /// Earlier versions by object, the oldest first.
    pub(super) replaced: BTreeMap<ObjectKey, VecDeque<Replaced>>,
    /// All of them in the order of time.
    pub(super) replacements: VecDeque<(Time, ObjectKey)>,
    /// Nodes whose failed daemon pods were deleted.
    pub failed_pods: daemonset::FailedPods,
}

/// An earlier version of an object.
#[derive(Clone, Debug)]
pub(super) struct Replaced {
    /// When it was replaced.
    until: Time,
    /// By whom.
    by: Actor,
    object: Object,
}

impl Replaced {
    /// Whether a process may not know at `now` that it was replaced: it knows what it did itself.
    fn may_be_seen_by(&self, process: Option<ProcessName>, now: Time) -> bool {
        self.until < now || process.is_none_or(|process| self.by != Actor::Process(process))
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            objects: SortedMap::new(),
            uids: SortedSet::new(),
            forced: SortedSet::new(),
            revision: 0,
            at: Time::ZERO,
            unanswered: SortedSet::new(),
            unanswered_bindings: SortedMap::new(),
            made: BTreeMap::new(),
            started_at: Time::ZERO,
            lag: VIEW_LAG,
            scheduler_lag: VIEW_LAG,
            replaced: BTreeMap::new(),
            replacements: VecDeque::new(),
            failed_pods: daemonset::FailedPods::default(),
        }
    }
}

impl Memory {
    fn within(&self, key: &ObjectKey, now: Time, lag: Span) -> impl Iterator<Item = &Object> {
        let replaced = self.replaced.get(key).into_iter().flatten().rev();
        let recent = replaced.take_while(move |old| (now - old.until) <= lag).map(|old| &old.object);
        self.objects.get(key).into_iter().chain(recent)
    }

    /// The versions of an object that a controller may see at `now`: the newest first.
    pub fn views(&self, key: &ObjectKey, now: Time) -> impl Iterator<Item = &Object> {
        self.within(key, now, self.lag)
    }

    /// The same as a list.
    pub fn versions(&self, key: &ObjectKey, now: Time) -> Vec<&Object> {
        self.views(key, now).collect()
    }

    /// As [`Self::versions`], for a process that knows what it did at `now` itself.
    pub fn versions_before(&self, key: &ObjectKey, by: Option<ProcessName>, now: Time) -> Vec<&Object> {
        let replaced = self.replaced.get(key).into_iter().flatten().rev();
        let recent = replaced.filter(|old| old.may_be_seen_by(by, now) && (now - old.until) <= self.lag);
        self.objects.get(key).into_iter().chain(recent.map(|old| &old.object)).collect()
    }

    /// All versions that were replaced so short a time ago that a controller may still see them.
    pub fn recent(&self, now: Time) -> impl Iterator<Item = &Object> {
        let recent = self.replaced.values().flatten().filter(move |old| (now - old.until) <= self.lag);
        recent.map(|old| &old.object)
    }

    /// Whether the controllers have forgotten by now what they knew at a time.
    pub fn has_forgotten(&self, at: Time) -> bool {
        self.started_at > at
    }

    /// The versions of an object that the scheduler may see at `now`: the newest first.
    pub fn scheduler_views(&self, key: &ObjectKey, now: Time) -> impl Iterator<Item = &Object> {
        self.within(key, now, self.scheduler_lag)
    }

    /// The versions of an object since long ago.
    pub fn past_views(&self, key: &ObjectKey, now: Time) -> impl Iterator<Item = &Object> {
        self.within(key, now, REMEMBERED)
    }

    /// Whether something holds the controllers up, or makes them see what was.
    pub fn is_disturbed(&self) -> bool {
        self.lag > VIEW_LAG
    }

    /// Whether a controller may not know yet of an object, because it was made within the lag, and by another
    /// process, by its own before it last started, or without being told so; it knows what else it made.
    pub fn may_be_unseen(&self, key: &ObjectKey, now: Time) -> bool {
        let made = self.made.get(key).copied().unwrap_or(Time::ZERO);
        now - made <= self.lag && (made <= self.started_at || self.unanswered.contains(key))
    }

    /// Whether an object was made so short a time ago that a cache may not show it yet.
    pub fn is_new(&self, key: &ObjectKey, now: Time) -> bool {
        self.made.get(key).is_some_and(|made| now - *made <= self.lag)
    }

    /// Earlier versions that a process may still see.
    pub fn seen_lately(&self, by: Option<ProcessName>, now: Time) -> impl Iterator<Item = &Object> {
        let recent = self.replaced.values().flatten().filter(move |old| (now - old.until) <= self.lag);
        recent.filter(move |old| old.may_be_seen_by(by, now)).map(|old| &old.object)
    }

    /// Whether the scheduler may not know that a pod has a node: it was told that the binding failed, gave
    /// the room back (`handleBindingCycleError` with `ForgetPod`), and its watch has not said otherwise yet.
    pub fn may_be_taken_for_unbound(&self, pod: &ObjectKey, now: Time) -> bool {
        self.unanswered_bindings.get(pod).is_some_and(|at| now - *at <= self.scheduler_lag)
    }

    /// What controls an object, in the versions that the controller of that kind may see; none when something
    /// of another kind controls it.
    pub fn controllers_of<'a, T: Typed>(&'a self, meta: &ObjectMeta, now: Time) -> Vec<&'a T> {
        let Some(owner) = meta.controller_of().filter(|owner| owner.kind == T::KIND.resource().kind) else {
            return Vec::new();
        };
        let key = ObjectKey::new(T::KIND, meta.namespace.clone(), owner.name.clone());
        let versions = self.views(&key, now).filter(|object| object.meta().uid == owner.uid);
        versions.filter_map(T::of).map(|typed| &**typed).collect()
    }

    /// The set that controls a pod, in the versions that its controller may see.
    pub fn sets_of(&self, pod: &Pod, now: Time) -> Vec<&StatefulSet> {
        self.controllers_of(&pod.metadata, now)
    }

    pub(super) fn take(&mut self, event: &WatchEvent, by: Actor) {
        let key = event.object.key();
        self.revision = event.revision;
        self.at = event.at;
        self.uids.insert(event.object.meta().uid.clone());
        let by_kubelet = by == Actor::Process(ProcessName::Kubelets);
        if event.type_ == WatchEventType::Deleted && event.object.kind() == Kind::Pod && !by_kubelet {
            self.forced.insert(event.object.meta().uid.clone());
        }
        if event.type_ == WatchEventType::Added {
            self.made.insert(key.clone(), event.at);
        }
        let old = match event.type_ {
            WatchEventType::Deleted => {
                self.made.remove(&key);
                self.unanswered.remove(&key);
                self.objects.remove(&key)
            }
            WatchEventType::Added | WatchEventType::Modified => {
                self.objects.insert(key.clone(), event.object.clone())
            }
        };
        if let Some(old) = old {
            self.replaced.entry(key.clone()).or_default().push_back(Replaced {
                until: event.at,
                by,
                object: old,
            });
            self.replacements.push_back((event.at, key));
        }
        let is_old = |until: Time| event.at - until > self.lag.max(REMEMBERED);
        while let Some((_, key)) = self.replacements.pop_front_if(|(until, _)| is_old(*until)) {
            if let Some(versions) = self.replaced.get_mut(&key) {
                versions.pop_front();
                if versions.is_empty() {
                    self.replaced.remove(&key);
                }
            }
        }
    }
}

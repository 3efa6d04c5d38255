//! What must hold after every step, whatever people and faults do: the rule is its sentence.
//!
//! A [`Checker`] follows the store's log beside the cluster and looks at every change with what was there
//! before. Rules that speak of a controller's view allow for its caches' lag: a view is at most [`VIEW_LAG`]
//! old, or as old as the checker was told ([`Checker::set_lag`]).
//!
//! - [`store`]: versions, identity, deletion. [`pods`]: lives, placement. [`nodes`]: cordons, lost nodes.
//!   [`statefulset`]: order, identity, claims. [`revisions`]: numbers, history. [`daemonset`]: nodes,
//!   budgets, surge, back-off. [`deployment`]: sizes, availability, one template at a time.
//!   [`disruption`]: budgets and evictions. [`ownership`]: who controls what.

pub mod store;
pub mod pods;
pub mod nodes;
pub mod statefulset;
pub mod revisions;
pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod ownership;
#[cfg(test)]
mod deployment_tests;
#[cfg(test)]
mod mutants;

use std::collections::{BTreeMap, VecDeque};

use crate::api::apps::StatefulSet;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::apiserver::{ApiServer, WatchEvent, WatchEventType};
use crate::cluster::{Actor, Cluster, ProcessName};
use crate::collections::{SortedMap, SortedSet, sort_by_key};
use crate::sim::{Span, Time};

/// How old a controller's view may be when nothing holds it up.
pub const VIEW_LAG: Span = Span::from_ms(100);
/// For how long earlier versions are remembered: once its node is chosen, a pod may wait so long for volumes.
const REMEMBERED: Span = Span::from_seconds(660);

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

/// A rule about what really is, which no change of the store shows.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// Its number among the safety properties.
    pub id: &'static str,
    /// The rule as a sentence.
    pub sentence: &'static str,
    /// Looks at a cluster and at what has been seen of its store; says what is wrong.
    pub check: fn(&Cluster, &Memory) -> Result<(), String>,
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
    /// The process that made it, as far as that is known.
    pub by: Option<ProcessName>,
    /// Everything else, as it was before the change.
    pub memory: &'a Memory,
}

impl Seen<'_> {
    /// The object after the change; `None` when it is gone.
    pub fn after(&self) -> Option<&Object> {
        (self.event.type_ != WatchEventType::Deleted).then_some(&self.event.object)
    }

    /// Whether the controllers made it.
    pub fn is_by_controllers(&self) -> bool {
        matches!(self.by, Some(ProcessName::ControllerManager | ProcessName::FormerLeader))
    }

    /// Whether the change asked for the object's deletion, for its own sake: not because its namespace goes
    /// with all that is in it.
    pub fn is_deletion_asked(&self) -> bool {
        let was = self.before.is_some_and(|object| object.meta().is_terminating());
        !was && (self.event.object.meta().is_terminating() || self.after().is_none())
            && !self.is_namespace_going()
    }

    /// Whether the namespace is being deleted with all that is in it.
    pub fn is_namespace_going(&self) -> bool {
        let key = ObjectKey::new(Kind::Namespace, "", self.event.object.meta().namespace.as_str());
        self.memory.objects.get(&key).is_some_and(|namespace| namespace.meta().is_terminating())
    }
}

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
    unanswered: SortedSet<ObjectKey>,
    /// Pods whose binding was carried out while the scheduler was told that it was not, and when.
    unanswered_bindings: SortedMap<ObjectKey, Time>,
    /// When each object was made.
    made: BTreeMap<ObjectKey, Time>,
    /// When the controllers' process last started with an empty memory; now, as long as two of them run.
    started_at: Time,
    /// How old the controllers' view may be, and the scheduler's.
    lag: Span,
    scheduler_lag: Span,
    /// Earlier versions by object, the oldest first.
    replaced: BTreeMap<ObjectKey, VecDeque<Replaced>>,
    /// All of them in the order of time.
    replacements: VecDeque<(Time, ObjectKey)>,
    /// Nodes whose failed daemon pods were deleted.
    pub failed_pods: daemonset::FailedPods,
}

/// An earlier version of an object.
#[derive(Clone, Debug)]
struct Replaced {
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

    /// Objects that are gone, in the versions in which a controller may still see them.
    pub fn gone(&self, by: Option<ProcessName>, now: Time) -> impl Iterator<Item = &Object> {
        let recent = self.replacements.iter().rev().take_while(move |(until, _)| (now - *until) <= self.lag);
        let gone = recent.filter(move |(_, key)| !self.objects.contains_key(key));
        let versions = gone.flat_map(|(_, key)| self.replaced.get(key).into_iter().flatten());
        let versions = versions.filter(move |old| (now - old.until) <= self.lag);
        versions.filter(move |old| old.may_be_seen_by(by, now)).map(|old| &old.object)
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

    fn take(&mut self, event: &WatchEvent, by: Actor) {
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

/// Follows a cluster and checks every change.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    positions: SortedMap<Kind, u64>,
    memory: Memory,
    checked: u64,
    latest: Vec<WatchEvent>,
    answer_was_lost: bool,
}

/// All rules about changes, folder by folder.
pub fn all() -> impl Iterator<Item = &'static Invariant> {
    let folders = [
        store::INVARIANTS,
        pods::INVARIANTS,
        nodes::INVARIANTS,
        statefulset::INVARIANTS,
        revisions::INVARIANTS,
        daemonset::INVARIANTS,
        deployment::INVARIANTS,
        disruption::INVARIANTS,
        ownership::INVARIANTS,
    ];
    folders.into_iter().flatten()
}

/// The numbers of all rules.
pub fn ids() -> impl Iterator<Item = &'static str> {
    all().map(|invariant| invariant.id).chain(pods::TRUTHS.iter().map(|truth| truth.id))
}

impl Checker {
    /// Says how old the controllers' view and the scheduler's may be from now on, beyond [`VIEW_LAG`].
    pub fn set_lag(&mut self, controllers: Span, scheduler: Span) {
        self.memory.lag = VIEW_LAG + controllers;
        self.memory.scheduler_lag = VIEW_LAG + scheduler;
    }

    /// Says that in the step that is to be checked an answer was lost: who made something may not know.
    pub fn note_lost_answer(&mut self) {
        self.answer_was_lost = true;
    }

    /// Says that the scheduler was told of a binding that it failed, although it did not.
    pub fn note_lost_binding(&mut self, pod: ObjectKey, at: Time) {
        self.memory.unanswered_bindings.insert(pod, at);
    }

    /// Checks what a step of a cluster has changed, with the lag that its processes have.
    ///
    /// # Errors
    /// The first rule that did not hold.
    pub fn check_step(&mut self, cluster: &Cluster) -> Result<(), Violation> {
        self.set_lag(cluster.controllers_lag(), cluster.scheduler_lag());
        self.memory.started_at = cluster.controllers_started_at();
        let by = cluster.last_actor();
        let latest = self.news(cluster.server());
        if std::mem::take(&mut self.answer_was_lost) {
            let made = latest.iter().filter(|event| event.type_ == WatchEventType::Added);
            self.memory.unanswered.extend(made.map(|event| event.object.key()));
        }
        let outcome = latest.iter().try_for_each(|event| self.look_at(event, by));
        self.latest = latest;
        outcome?;
        pods::TRUTHS.iter().try_for_each(|truth| {
            (truth.check)(cluster, &self.memory).map_err(|what| Violation {
                id: truth.id,
                sentence: truth.sentence,
                what,
                at: cluster.now(),
            })
        })
    }

    /// Checks what is new in the store. `by_person` says that a person's request was the last thing that ran.
    ///
    /// # Errors
    /// The first rule that did not hold.
    pub fn check(&mut self, server: &ApiServer, by_person: bool) -> Result<(), Violation> {
        // Without knowing better, the controllers are whom the rules speak of.
        let process = Actor::Process(ProcessName::ControllerManager);
        let by = if by_person { Actor::Person } else { process };
        self.news(server).iter().try_for_each(|event| self.look_at(event, by))
    }

    /// What is new in the store since the last call, in the order of its revisions.
    pub fn news(&mut self, server: &ApiServer) -> Vec<WatchEvent> {
        let mut news: Vec<WatchEvent> = Vec::new();
        for &kind in Kind::ALL {
            let position = self.positions.entry(kind).or_default();
            if let Some(log) = server.store().watch_log(kind) {
                news.extend(log.since(*position).into_iter().flatten().cloned());
                *position = log.end();
            }
        }
        sort_by_key(&mut news, |event| event.revision);
        news
    }

    /// Checks one change and remembers it.
    ///
    /// # Errors
    /// The first rule that does not hold.
    pub fn look_at(&mut self, event: &WatchEvent, by: Actor) -> Result<(), Violation> {
        let key = event.object.key();
        let process = match by {
            Actor::Person => None,
            Actor::Process(name) => Some(name),
        };
        let before = self.memory.objects.get(&key);
        let seen = Seen { event, before, by_person: by == Actor::Person, by: process, memory: &self.memory };
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
        daemonset::remember(event, before.as_ref(), by == Actor::Person, &mut self.memory);
        self.memory.take(event, by);
        Ok(())
    }

    /// How many changes were checked.
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// The changes that were checked last.
    pub fn latest(&self) -> &[WatchEvent] {
        &self.latest
    }

    /// The objects as the checked changes leave them.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }
}

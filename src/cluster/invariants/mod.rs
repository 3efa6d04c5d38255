//! What must hold after every step, whatever people and faults do: the rule is its sentence.
//!
//! A [`Checker`] follows the store's log beside the cluster and looks at every change with what was there
//! before. Rules that speak of a controller's view allow for its caches' lag: a view is at most [`VIEW_LAG`]
//! old, or as old as the checker was told ([`Checker::set_lag`]).
//!
//! - [`store`]: versions, identity, deletion. [`pods`]: lives, placement. [`nodes`]: cordons, lost nodes.
//!   [`statefulset`]: order, identity, claims. [`revisions`]: numbers, history. [`daemonset`]: nodes,
//!   budgets, surge, back-off. [`deployment`]: sizes, availability, one template at a time.
//!   [`disruption`]: budgets and evictions. [`ownership`]: who controls what. [`memory`]: what was seen.

pub mod store;
pub mod pods;
pub mod nodes;
pub mod statefulset;
pub mod revisions;
pub mod daemonset;
pub mod deployment;
pub mod disruption;
pub mod ownership;
pub mod memory;
#[cfg(test)]
mod deployment_tests;
#[cfg(test)]
mod mutants;

pub use self::memory::Memory;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, WatchEvent, WatchEventType};
use crate::cluster::{Actor, Cluster, ProcessName};
use crate::collections::{SortedMap, sort_by_key};
use crate::sim::{Span, Time};

/// How old a controller's view may be when nothing holds it up.
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

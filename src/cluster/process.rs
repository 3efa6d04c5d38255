//! A component with its cache, its streams and its own randomness.
//!
//! One process has one stream for each kind it follows; changes of several kinds that arrive at the same
//! instant are told kind by kind, in the order of the kinds.

use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, Store, WatchEvent};
use crate::client::{Cache, Change, Component, Context, Informer, Interference, Recorder};
use crate::sim::{Rng, Span, Time};

/// The timers that a component set.
pub(super) type Timers<T> = Vec<(Time, T)>;

/// What may go wrong while a component works; `None` when nothing does.
pub(super) type Wrong<'a> = Option<&'a mut dyn Interference>;

/// What a process saw at some time.
#[derive(Clone, Debug)]
pub struct View {
    cache: Cache,
    informers: Vec<Informer>,
}

/// A component and all that is its own.
#[derive(Clone, Debug)]
pub(super) struct Process<C> {
    /// The component.
    pub(super) component: C,
    cache: Cache,
    informers: Vec<Informer>,
    recorder: Recorder,
    rng: Rng,
    /// When the next delivery is on the agenda.
    delivery_at: Option<Time>,
    /// Whether it runs.
    pub(super) runs: bool,
}

impl<C: Component> Process<C> {
    /// Starts a component.
    pub(super) fn new(component: C, latency: Span, rng: Rng) -> Self {
        let informers = component.watches().iter().map(|&kind| Informer::new(kind, latency)).collect();
        Self {
            component,
            cache: Cache::default(),
            informers,
            recorder: Recorder::default(),
            rng,
            delivery_at: None,
            runs: true,
        }
    }

    /// What it knows of the cluster.
    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// It ends, and forgets all that it knew.
    pub(super) fn end(&mut self) {
        self.runs = false;
        self.delivery_at = None;
    }

    /// It starts with an empty memory: it sees what there is now, or, when the server it asks is behind, what
    /// there was, for as long as `held_until`.
    pub(super) fn start(
        &mut self,
        component: C,
        past: Option<View>,
        held_until: Time,
        server: &mut ApiServer,
        wrong: Wrong<'_>,
    ) -> Timers<C::Timer> {
        self.component = component;
        self.recorder = Recorder::default();
        self.runs = true;
        self.delivery_at = None;
        let Some(past) = past else {
            self.cache = Cache::default();
            self.informers = self.informers.iter().map(Informer::anew).collect();
            self.hold(None, held_until);
            return Vec::new();
        };
        self.cache = past.cache;
        self.informers = past.informers;
        self.hold(None, held_until);
        let kinds = self.component.watches();
        let seen = kinds.iter().flat_map(|&kind| self.cache.objects(kind, None));
        let changes: Vec<Change> =
            seen.map(|object| Change { old: None, new: Some(object.clone()) }).collect();
        self.with_context(server, wrong, |component, context| component.observe(&changes, context))
    }

    /// What it sees now.
    pub(super) fn view(&self) -> View {
        View { cache: self.cache.clone(), informers: self.informers.clone() }
    }

    /// Lets nothing of one kind, or of all, arrive before an instant.
    pub(super) fn hold(&mut self, kind: Option<Kind>, until: Time) {
        for informer in self.informers.iter_mut().filter(|i| kind.is_none_or(|kind| i.kind() == kind)) {
            informer.hold_until(until);
        }
        // What is on the agenda comes for nothing; the next look finds the new time.
        self.delivery_at = None;
    }

    /// It is a copy: what is on the agenda comes to the other.
    pub(super) fn forget_delivery(&mut self) {
        self.delivery_at = None;
    }

    /// Its watches of one kind, or of all, break.
    pub(super) fn break_watches(&mut self, kind: Option<Kind>) {
        for informer in self.informers.iter_mut().filter(|i| kind.is_none_or(|kind| i.kind() == kind)) {
            informer.break_watch();
        }
    }

    /// An object of which it sees another version than the stored one.
    pub(super) fn misseen(&self, store: &Store) -> Option<ObjectKey> {
        self.component.watches().iter().find_map(|&kind| {
            let mut stored = store.list(kind, None);
            let mut seen = self.cache.objects(kind, None);
            loop {
                match (stored.next(), seen.next()) {
                    (None, None) => return None,
                    (Some(stored), Some(seen)) if stored.is_same(seen) => {}
                    (Some(object), _) | (None, Some(object)) => return Some(object.key()),
                }
            }
        })
    }

    /// Since when it lags behind the server; `None` when it does not.
    pub(super) fn behind_since(&self, store: &Store) -> Option<Time> {
        self.informers.iter().filter_map(|informer| informer.behind_since(store)).min()
    }

    /// When the next delivery must be put on the agenda; `None` when it is there already or none is needed.
    pub(super) fn next_delivery(&mut self, store: &Store) -> Option<Time> {
        if !self.runs {
            return None;
        }
        let at = self.informers.iter().filter_map(|informer| informer.next_arrival(store)).min()?;
        if self.delivery_at.is_some_and(|set| set <= at) {
            return None;
        }
        self.delivery_at = Some(at);
        Some(at)
    }

    /// Brings what has arrived into the cache and tells the component.
    pub(super) fn deliver(&mut self, server: &mut ApiServer, wrong: Wrong<'_>) -> Timers<C::Timer> {
        self.delivery_at = None;
        if !self.runs {
            return Vec::new();
        }
        let now = server.now();
        let mut changes = Vec::new();
        for informer in &mut self.informers {
            let room = C::CHANGES_A_TURN.saturating_sub(changes.len());
            changes.extend(informer.deliver_some(server.store(), now, &mut self.cache, room));
        }
        if changes.is_empty() {
            return Vec::new();
        }
        self.with_context(server, wrong, |component, context| component.observe(&changes, context))
    }

    /// The changes of a kind that a delivery at an instant will bring.
    pub(super) fn arriving<'a>(
        &self,
        kind: Kind,
        store: &'a Store,
        at: Time,
    ) -> impl Iterator<Item = &'a WatchEvent> {
        let informer = self.informers.iter().find(|informer| informer.kind() == kind);
        informer.into_iter().flat_map(move |informer| informer.arriving(store, at))
    }

    /// Wakes the component by its timer.
    pub(super) fn wake(
        &mut self,
        timer: C::Timer,
        server: &mut ApiServer,
        wrong: Wrong<'_>,
    ) -> Timers<C::Timer> {
        self.with_context(server, wrong, |component, context| component.wake(timer, context))
    }

    /// Lets the component do something outside its own timers, such as a fault that a person injects.
    pub(super) fn with_context(
        &mut self,
        server: &mut ApiServer,
        wrong: Wrong<'_>,
        run: impl FnOnce(&mut C, &mut Context<'_, C::Timer>),
    ) -> Timers<C::Timer> {
        let context = Context::new(&self.cache, server, &mut self.recorder, &mut self.rng);
        let mut context = context.interfered(wrong.map(|wrong| wrong as _));
        run(&mut self.component, &mut context);
        if context.has_ended() {
            self.end();
            return Vec::new();
        }
        context.into_timers()
    }

    /// The position up to which a kind's log has been delivered; `None` when the kind is not followed.
    pub(super) fn position(&self, kind: Kind) -> Option<u64> {
        self.informers.iter().find(|informer| informer.kind() == kind).map(Informer::position)
    }
}

//! A component with its cache, its streams and its own randomness.
//!
//! One process has one stream for each kind it follows; changes of several kinds that arrive at the same
//! instant are told kind by kind, in the order of the kinds.

use crate::api::Kind;
use crate::apiserver::{ApiServer, Store};
use crate::client::{Cache, Component, Context, Informer, Recorder};
use crate::sim::{Rng, Span, Time};

/// The timers that a component set.
pub(super) type Timers<T> = Vec<(Time, T)>;

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
        }
    }

    /// When the next delivery must be put on the agenda; `None` when it is there already or none is needed.
    pub(super) fn next_delivery(&mut self, store: &Store) -> Option<Time> {
        let at = self.informers.iter().filter_map(|informer| informer.next_arrival(store)).min()?;
        if self.delivery_at.is_some_and(|set| set <= at) {
            return None;
        }
        self.delivery_at = Some(at);
        Some(at)
    }

    /// Brings what has arrived into the cache and tells the component.
    pub(super) fn deliver(&mut self, server: &mut ApiServer) -> Timers<C::Timer> {
        self.delivery_at = None;
        let now = server.now();
        let mut changes = Vec::new();
        for informer in &mut self.informers {
            changes.extend(informer.deliver(server.store(), now, &mut self.cache));
        }
        if changes.is_empty() {
            return Vec::new();
        }
        self.with_context(server, |component, context| component.observe(&changes, context))
    }

    /// Wakes the component by its timer.
    pub(super) fn wake(&mut self, timer: C::Timer, server: &mut ApiServer) -> Timers<C::Timer> {
        self.with_context(server, |component, context| component.wake(timer, context))
    }

    /// Lets the component do something outside its own timers, such as a fault that a person injects.
    pub(super) fn with_context(
        &mut self,
        server: &mut ApiServer,
        run: impl FnOnce(&mut C, &mut Context<'_, C::Timer>),
    ) -> Timers<C::Timer> {
        let mut context = Context::new(&self.cache, server, &mut self.recorder, &mut self.rng);
        run(&mut self.component, &mut context);
        context.into_timers()
    }

    /// The position up to which a kind's log has been delivered; `None` when the kind is not followed.
    pub(super) fn position(&self, kind: Kind) -> Option<u64> {
        self.informers.iter().find(|informer| informer.kind() == kind).map(Informer::position)
    }
}

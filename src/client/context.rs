//! What a component may do when it is woken: read the time, send requests, tell events, set timers.
//!
//! Models a component's process with its client (staging/src/k8s.io/client-go/kubernetes), Kubernetes v1.36.
//! Left out: the time that a request takes; it is answered at once, while its echo in the caches takes the
//! watch latency.

use super::cache::{Cache, Change};
use super::interference::{Fate, Interference, WorkFate};
use super::recorder::Recorder;
use super::telling::{EventType, Telling};
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{ApiServer, Request, StatusError};
use crate::sim::{Rng, Span, Time};

/// A process beside the API server: kube-controller-manager, kube-scheduler, the kubelets, a provisioner.
pub trait Component {
    /// What its timers say when they come.
    type Timer: Clone + std::fmt::Debug;

    /// How many changes reach it in one turn at most; the next turn, at the same instant, brings the rest.
    const CHANGES_A_TURN: usize = usize::MAX;

    /// The kinds whose changes it follows.
    fn watches(&self) -> &'static [Kind];

    /// Hears of changes that have just reached its cache, in order.
    fn observe(&mut self, changes: &[Change], context: &mut Context<'_, Self::Timer>);

    /// Is woken by one of its timers.
    fn wake(&mut self, timer: Self::Timer, context: &mut Context<'_, Self::Timer>);
}

/// The world as a component sees it while it is awake.
#[derive(Debug)]
pub struct Context<'a, T> {
    /// Its copy of the objects, which lags behind.
    pub cache: &'a Cache,
    server: &'a mut ApiServer,
    recorder: &'a mut Recorder,
    rng: &'a mut Rng,
    timers: Vec<(Time, T)>,
    interference: Option<&'a mut (dyn Interference + 'a)>,
    /// The process has ended in the middle of its work: what it still does, it does no more.
    has_ended: bool,
    /// What it is awake for comes again anyway.
    comes_again: bool,
}

impl<'a, T> Context<'a, T> {
    /// Puts the parts together.
    pub fn new(
        cache: &'a Cache,
        server: &'a mut ApiServer,
        recorder: &'a mut Recorder,
        rng: &'a mut Rng,
    ) -> Self {
        Self {
            cache,
            server,
            recorder,
            rng,
            timers: Vec::new(),
            interference: None,
            has_ended: false,
            comes_again: false,
        }
    }

    /// Lets something go wrong.
    #[must_use]
    pub fn interfered(mut self, interference: Option<&'a mut (dyn Interference + 'a)>) -> Self {
        self.interference = interference;
        self
    }

    /// The present instant.
    pub fn now(&self) -> Time {
        self.server.now()
    }

    /// The component's own seeded randomness.
    pub fn rng(&mut self) -> &mut Rng {
        self.rng
    }

    /// Sends a request.
    ///
    /// # Errors
    /// As the server answers.
    pub fn request(&mut self, request: Request) -> Result<Object, StatusError> {
        let now = self.now();
        if self.has_ended {
            return Err(ended());
        }
        let Some(interference) = self.interference.as_deref_mut() else {
            return self.server.handle(request);
        };
        match interference.request(&request, now) {
            Fate::Arrives => self.server.handle(request),
            Fate::Refused(error) => Err(error),
            Fate::AnswerLost(error) => {
                drop(self.server.handle(request));
                Err(error)
            }
            Fate::LastWord => {
                self.has_ended = true;
                self.server.handle(request)
            }
            Fate::Replaced(requests) => {
                let answers = requests.into_iter().map(|request| self.server.handle(request));
                answers.last().unwrap_or_else(|| Err(ended()))
            }
        }
    }

    /// What becomes of the next of `waiting` keys in a work queue.
    pub fn work_fate(&mut self, waiting: usize) -> WorkFate {
        let now = self.now();
        self.interference.as_deref_mut().map_or(WorkFate::Synced, |i| i.work(waiting, now))
    }

    /// Whether the process has ended in the middle of its work.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Says that what the component is awake for waits in its queue again, or that it does not.
    pub fn note_again(&mut self, comes_again: bool) {
        self.comes_again = comes_again;
    }

    /// Whether what the component is awake for comes again, whatever happens.
    pub fn comes_again(&self) -> bool {
        self.comes_again || !self.timers.is_empty()
    }

    /// Why the server cannot be reached; `None` when it can.
    fn cut_off(&self) -> Option<StatusError> {
        if self.has_ended {
            return Some(ended());
        }
        self.interference.as_deref().and_then(|interference| interference.cut_off(self.server.now()))
    }

    /// Reads from the server itself, past the cache (upstream's "live" or quorum reads).
    ///
    /// # Errors
    /// `NotFound`.
    pub fn live(&self, key: &ObjectKey) -> Result<&Object, StatusError> {
        match self.cut_off() {
            Some(why) => Err(why),
            None => self.server.get(key),
        }
    }

    /// Lists the objects of a namespace from the server itself.
    ///
    /// # Errors
    /// Why it cannot be asked.
    pub fn live_list(
        &self,
        kind: Kind,
        namespace: &str,
    ) -> Result<impl Iterator<Item = &Object>, StatusError> {
        match self.cut_off() {
            Some(why) => Err(why),
            None => Ok(self.server.list(kind, Some(namespace))),
        }
    }

    /// Reads from the server itself; `None` when it has no such object.
    ///
    /// # Errors
    /// Why it cannot be asked, which says nothing of the object.
    pub fn find(&self, key: &ObjectKey) -> Result<Option<&Object>, StatusError> {
        match self.live(key) {
            Err(error) if !error.is_not_found() => Err(error),
            found => Ok(found.ok()),
        }
    }

    /// Sets a timer.
    pub fn wake_after(&mut self, after: Span, timer: T) {
        let at = self.now() + after;
        self.timers.push((at, timer));
    }

    /// Tells an Event about an object. `component` is who tells it, such as `statefulset-controller`.
    pub fn event(&mut self, component: &str, about: &Object, type_: EventType, reason: &str, message: &str) {
        self.tell(&Telling { component, host: "", about, field_path: "", type_, reason, message });
    }

    /// Tells an Event with all that can be said of it, such as a kubelet's node.
    pub fn tell(&mut self, telling: &Telling<'_>) {
        if self.cut_off().is_none() {
            self.recorder.record(self.server, telling);
        }
    }

    /// The timers that were set, in order.
    pub fn into_timers(self) -> Vec<(Time, T)> {
        self.timers
    }

    /// Runs a part of the component that has timers of its own, and returns its result with the timers it
    /// set.
    pub fn part_with<U, R>(&mut self, run: impl FnOnce(&mut Context<'_, U>) -> R) -> Part<U, R> {
        let mut part = Context {
            cache: self.cache,
            server: &mut *self.server,
            recorder: &mut *self.recorder,
            rng: &mut *self.rng,
            timers: Vec::new(),
            interference: self.interference.as_deref_mut().map(|interference| interference as _),
            has_ended: self.has_ended,
            comes_again: false,
        };
        let result = run(&mut part);
        let Context { timers, has_ended, .. } = part;
        self.has_ended = has_ended;
        Part { result, timers }
    }
}

/// What a part of a component did.
#[derive(Debug)]
pub struct Part<U, R> {
    /// Its result.
    pub result: R,
    /// The timers that it set.
    pub timers: Vec<(Time, U)>,
}

fn ended() -> StatusError {
    StatusError::unknown("the process has ended")
}

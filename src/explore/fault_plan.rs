//! Which requests and which work go wrong: drawn from the seed, one decision a request.

use std::rc::Rc;

use super::fault_kind::{FaultKind, Fired};
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::apiserver::{Body, Request, StatusError, Subresource};
use crate::client::{Fate, Interference, WorkFate};
use crate::cluster::{Actor, ProcessName};
use crate::sim::{Rng, Span, Time};

/// Draws are made out of this many.
const OUT_OF: u64 = 10_000;
/// Rates that a run may have; most runs are free of most kinds.
const RATES: &[u64] = &[0, 0, 0, 10, 50, 200, 1_000];
/// How far a node's clock may be wrong.
const SKEW: Span = Span::from_seconds(60);

/// What goes wrong with requests and work, and how often it has.
#[derive(Clone, Debug)]
pub struct FaultPlan {
    rng: Rng,
    rates: Vec<(FaultKind, u64)>,
    /// Nothing goes wrong any more.
    is_over: bool,
    /// Whose turn it is.
    actor: Option<Actor>,
    unavailable_until: Time,
    quota_until: Time,
    skewed_until: Time,
    is_clock_ahead: bool,
    /// How often each kind has fired, those of machines and people included.
    pub fired: Fired,
    /// Pods that were bound in this step while the scheduler was told otherwise.
    pub lost_bindings: Vec<ObjectKey>,
}

impl FaultPlan {
    /// Draws how often each kind is to happen in this run.
    pub fn new(mut rng: Rng) -> Self {
        let kinds = [
            FaultKind::LostWork,
            FaultKind::ReorderedWork,
            FaultKind::CrashBetweenWrites,
            FaultKind::Conflict,
            FaultKind::WriteLost,
            FaultKind::AnswerLost,
        ];
        let mut rates = Vec::new();
        for kind in kinds {
            let rate = rng.choose(RATES).copied().unwrap_or_default();
            rates.push((kind, if kind == FaultKind::CrashBetweenWrites { rate / 4 } else { rate }));
        }
        Self {
            rng,
            rates,
            is_over: false,
            actor: None,
            unavailable_until: Time::ZERO,
            quota_until: Time::ZERO,
            skewed_until: Time::ZERO,
            is_clock_ahead: false,
            fired: Fired::default(),
            lost_bindings: Vec::new(),
        }
    }

    /// Says whose turn it is.
    pub fn turn(&mut self, actor: Option<Actor>) {
        self.actor = actor;
    }

    /// From now on everything goes well.
    pub fn heal(&mut self) {
        self.is_over = true;
        self.unavailable_until = Time::ZERO;
        self.quota_until = Time::ZERO;
        self.skewed_until = Time::ZERO;
    }

    /// The API server cannot be reached until then.
    pub fn cut_until(&mut self, until: Time) {
        self.unavailable_until = until;
    }

    /// No pods may be made until then.
    pub fn refuse_pods_until(&mut self, until: Time) {
        self.quota_until = until;
    }

    /// The nodes' clocks are wrong until then.
    pub fn skew_until(&mut self, until: Time, is_ahead: bool) {
        self.skewed_until = until;
        self.is_clock_ahead = is_ahead;
    }

    /// Whether something due soon is to come before what is due next.
    pub fn wants_reordering(&mut self) -> bool {
        !self.is_over && self.draw_one(FaultKind::ReorderedWork)
    }

    fn rate(&self, kind: FaultKind) -> u64 {
        self.rates.iter().find(|(k, _)| *k == kind).map_or(0, |(_, rate)| *rate)
    }

    fn draw_one(&mut self, kind: FaultKind) -> bool {
        let rate = self.rate(kind);
        rate > 0 && self.rng.below(OUT_OF) < rate
    }

    fn is_controllers(&self) -> bool {
        matches!(self.actor, Some(Actor::Process(ProcessName::ControllerManager)))
    }

    fn draw_fate(&mut self, request: &Request) -> Fate {
        let key = key_of(request);
        if self.is_controllers() && self.draw_one(FaultKind::CrashBetweenWrites) {
            self.fired.note(FaultKind::CrashBetweenWrites);
            return Fate::LastWord;
        }
        if matches!(request, Request::Update { .. }) && self.draw_one(FaultKind::Conflict) {
            self.fired.note(FaultKind::Conflict);
            return Fate::Refused(StatusError::modified(key.kind, &key.name));
        }
        if self.draw_one(FaultKind::WriteLost) {
            self.fired.note(FaultKind::WriteLost);
            return Fate::Refused(StatusError::internal("etcdserver: request timed out"));
        }
        if self.draw_one(FaultKind::AnswerLost) {
            self.fired.note(FaultKind::AnswerLost);
            if matches!(request, Request::Bind { .. }) {
                self.lost_bindings.push(key);
            }
            return Fate::AnswerLost(StatusError::timeout());
        }
        Fate::Arrives
    }

    /// A pod's status as a kubelet writes it whose clock is wrong.
    fn skewed(&self, request: &Request, now: Time) -> Option<Request> {
        let is_kubelet = matches!(self.actor, Some(Actor::Process(ProcessName::Kubelets)));
        let Request::Update { key, body: Body::Typed(Object::Pod(pod)), subresource, dry_run } = request
        else {
            return None;
        };
        if !is_kubelet || self.skewed_until <= now || *subresource != Subresource::Status {
            return None;
        }
        let right = Timestamp::at(now);
        let wrong =
            if self.is_clock_ahead { now + SKEW } else { Time::from_ms(now.ms().saturating_sub(SKEW.ms())) };
        let mut pod = Rc::clone(pod);
        let mut has_changed = false;
        for condition in &mut Rc::make_mut(&mut pod).status.conditions {
            if condition.last_transition_time == Some(right) {
                condition.last_transition_time = Some(Timestamp::at(wrong));
                has_changed = true;
            }
        }
        has_changed.then(|| Request::Update {
            key: key.clone(),
            body: Body::Typed(Object::Pod(pod)),
            subresource: *subresource,
            dry_run: *dry_run,
        })
    }
}

/// What a request is about.
pub fn key_of(request: &Request) -> ObjectKey {
    match request {
        Request::Create { kind, namespace, body, .. } => {
            let name = match body {
                Body::Typed(object) => object.meta().name.clone(),
                Body::Manifest(_) => String::new(),
            };
            ObjectKey::new(*kind, namespace.clone(), name)
        }
        Request::Update { key, .. }
        | Request::Patch { key, .. }
        | Request::Delete { key, .. }
        | Request::Evict { key, .. }
        | Request::Bind { key, .. }
        | Request::Scale { key, .. }
        | Request::PatchScale { key, .. } => key.clone(),
    }
}

impl Interference for FaultPlan {
    fn request(&mut self, request: &Request, now: Time) -> Fate {
        if let Some(error) = self.cut_off(now) {
            self.fired.note(FaultKind::Unavailable);
            return Fate::Refused(error);
        }
        if self.is_over {
            return Fate::Arrives;
        }
        if self.quota_until > now
            && self.actor.is_some_and(|actor| actor != Actor::Person)
            && matches!(request, Request::Create { kind: Kind::Pod, .. })
        {
            self.fired.note(FaultKind::Quota);
            let why = "exceeded quota: pods, requested: pods=1, used: pods=9, limited: pods=9";
            return Fate::Refused(StatusError::forbidden(Kind::Pod, &key_of(request).name, why));
        }
        match self.draw_fate(request) {
            Fate::Arrives => match self.skewed(request, now) {
                Some(skewed) => {
                    self.fired.note(FaultKind::SkewedClock);
                    Fate::Replaced(vec![skewed])
                }
                None => Fate::Arrives,
            },
            fate => fate,
        }
    }

    fn cut_off(&self, now: Time) -> Option<StatusError> {
        (self.unavailable_until > now).then(|| {
            StatusError::unknown(
                "Get \"https://10.96.0.1:443\": dial tcp 10.96.0.1:443: connect: connection refused",
            )
        })
    }

    fn work(&mut self, waiting: usize, _now: Time) -> WorkFate {
        if self.is_over || waiting == 0 {
            return WorkFate::Synced;
        }
        if self.draw_one(FaultKind::LostWork) {
            self.fired.note(FaultKind::LostWork);
            return WorkFate::Lost;
        }
        if !self.draw_one(FaultKind::ReorderedWork) {
            return WorkFate::Synced;
        }
        self.fired.note(FaultKind::ReorderedWork);
        match usize::try_from(self.rng.below(waiting as u64)) {
            Ok(place) if place > 0 => WorkFate::Overtaken(place),
            _ => WorkFate::Again,
        }
    }
}

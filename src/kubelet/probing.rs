//! Probes that fail because of what somebody changed in a container.
//!
//! Models pkg/kubelet/prober/worker.go and results, Kubernetes v1.36: a probe counts after `failureThreshold`
//! failures in a row, one each `periodSeconds`. Nobody probes as long as nothing was changed: probes then
//! pass. Left out: further Events of a probe that goes on failing.

use super::container::{ContainerRun, Role};
use super::container_words::{Place as At, Told};
use super::stopping::time_to_stop;
use super::timing::Timing;
use super::worker::{Outcome, containers};
use super::{Ctx, Kubelets};
use crate::api::pod::{Container, Probe};
use crate::client::EventType;
use crate::sim::{Span, Time};

/// Which of a container's probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeKind {
    /// Whether it can serve.
    Readiness,
    /// Whether it must be restarted.
    Liveness,
}

/// A probe that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failing {
    pub(super) kind: ProbeKind,
    why: String,
    /// When it fails next.
    pub(super) at: Time,
    period: Span,
    /// Failures that are left until it counts.
    left: i64,
    /// For liveness: how long the container takes to end then, and its code.
    stopping: (Span, i64),
}

impl Kubelets {
    /// A probe of a container fails from now on, and why, or passes again.
    pub fn report_probe(
        &mut self,
        (namespace, pod, container): (&str, &str, &str),
        kind: ProbeKind,
        failure: Option<String>,
        context: &mut Ctx<'_>,
    ) {
        // A pod that does not run has no probes.
        drop(self.touch(&(namespace.to_owned(), pod.to_owned()), context, |touch| {
            let spec = std::rc::Rc::clone(&touch.worker.pod);
            let Some(at) = containers(&spec).position(|known| known.name == container) else {
                return Ok(Outcome::default());
            };
            let (Some(known), now) = (containers(&spec).nth(at), touch.now) else {
                return Ok(Outcome::default());
            };
            let stopping = time_to_stop(&touch.worker.pod, known, Role::App, touch.scene);
            if let Some(run) = touch.worker.runs.get_mut(at).filter(|run| run.is_running()) {
                run.probe_changed(known, kind, failure, stopping, now);
            }
            Ok(Outcome::default())
        }));
    }
}

fn probe_of(container: &Container, kind: ProbeKind) -> Option<&Probe> {
    match kind {
        ProbeKind::Readiness => container.readiness_probe.as_ref(),
        ProbeKind::Liveness => container.liveness_probe.as_ref(),
    }
}

impl ContainerRun {
    /// Keeps it from being ready, or lets it be ready again.
    pub(super) fn hold_unready(&mut self, held: bool) {
        self.held_unready = held;
        if self.is_running() && self.role != Role::Init {
            self.ready = !held && self.started && self.ready_at.is_none();
        }
    }

    /// Its readiness probe has failed too often; says whether its status has changed.
    pub(super) fn lose_readiness(&mut self) -> bool {
        self.ready_at = None;
        std::mem::take(&mut self.ready)
    }

    /// Its readiness probe passes again from an instant on.
    pub(super) fn ready_again(&mut self, at: Time) {
        self.ready_at = Some(at);
    }

    /// A probe of it fails from now on, and why, or passes again.
    fn probe_changed(
        &mut self,
        container: &Container,
        kind: ProbeKind,
        failure: Option<String>,
        stopping: (Span, i64),
        now: Time,
    ) {
        let Some(probe) = probe_of(container, kind) else { return };
        let seconds = |value: Option<i64>, usual: u64| {
            value.map_or(usual, |value| u64::try_from(value).unwrap_or_default()).saturating_mul(1_000)
        };
        let period = seconds(probe.period_seconds, 10).max(1_000);
        let started = self.started_at.map_or(Time::ZERO, super::super::api::timestamp::Timestamp::time);
        let first = started + Span::from_ms(seconds(probe.initial_delay_seconds, 0));
        // Probes go on in the rhythm in which they began.
        let passed = (now - first).ms();
        let next = if now < first { first } else { first + Span::from_ms((passed / period + 1) * period) };
        self.failing.retain(|failing| failing.kind != kind);
        if failure.is_some() && kind == ProbeKind::Readiness && !self.ready {
            self.ready_at = None;
        }
        match failure {
            Some(why) => self.failing.push(Failing {
                kind,
                why,
                at: next,
                period: Span::from_ms(period),
                left: probe.failure_threshold.unwrap_or(3).max(1),
                stopping,
            }),
            None if kind == ProbeKind::Readiness && !self.ready => {
                let further = seconds(Some(probe.success_threshold.unwrap_or(1) - 1), 0) / 1_000 * period;
                self.ready_again(next + Span::from_ms(further));
            }
            None => {}
        }
    }

    /// When a probe fails next.
    pub(super) fn fails_at(&self) -> Option<Time> {
        self.failing.iter().filter(|failing| failing.left > 0).map(|failing| failing.at).min()
    }

    /// Lets the probe fail that is due; says whether the status has changed.
    pub(super) fn fail_probe(&mut self, due: Time, place: &mut At<'_>) -> bool {
        let Some(failing) = self.failing.iter_mut().find(|failing| failing.left > 0 && failing.at == due)
        else {
            return false;
        };
        failing.left -= 1;
        failing.at += failing.period;
        let counts = failing.left == 0;
        let (kind, why, stopping) = (failing.kind, failing.why.clone(), failing.stopping);
        let name = match kind {
            ProbeKind::Readiness => "Readiness",
            ProbeKind::Liveness => "Liveness",
        };
        tell(place, EventType::Warning, "Unhealthy", format!("{name} probe failed: {why}"));
        if !counts {
            return false;
        }
        if kind == ProbeKind::Readiness {
            return self.lose_readiness();
        }
        let container = &place.container.name;
        let message = format!("Container {container} failed liveness probe, will be restarted");
        tell(place, EventType::Normal, "Killing", message);
        let (takes, code) = stopping;
        self.set_exit(Some((due + takes, code)), false);
        false
    }
}

fn tell(place: &mut At<'_>, type_: EventType, reason: &'static str, message: String) {
    if !place.scene.timing.stand_in {
        let field_path = format!("spec.containers{{{}}}", place.container.name);
        place.told.push(Told { type_, reason, message, field_path });
    }
}

/// From the start of a container to the passing of a probe.
pub(super) fn probe_delay(probe: &Probe, timing: &Timing) -> Span {
    let seconds = |value: Option<i64>| u64::try_from(value.unwrap_or_default()).unwrap_or_default();
    let first = seconds(probe.initial_delay_seconds).saturating_mul(1_000).max(timing.first_probe_ms);
    let further = seconds(probe.success_threshold).saturating_sub(1);
    let period = seconds(Some(probe.period_seconds.unwrap_or(10)));
    Span::from_ms(first.saturating_add(further.saturating_mul(period).saturating_mul(1_000)))
}

/// When the first probe passes that comes after a program has started up slowly.
pub(super) fn next_probe(probe: &Probe, first: Span, slow: Span) -> Span {
    let period = u64::try_from(probe.period_seconds.unwrap_or(10)).unwrap_or_default().max(1) * 1_000;
    let late = slow.ms().saturating_sub(first.ms());
    first + Span::from_ms(late.div_ceil(period) * period)
}

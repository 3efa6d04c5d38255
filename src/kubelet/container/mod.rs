//! One container of a pod: its stage, its starts and ends, its probes.
//!
//! Models the container's share of pkg/kubelet/kuberuntime and pkg/kubelet/prober, Kubernetes v1.36. Probes
//! succeed unless a fault says otherwise, or somebody has changed something (`super::probing`). `ends`: how
//! it ends, and what is left of it after that.

mod ends;

use super::commands::behaviour;
use super::configuration;
use super::container_words::Place;
use super::hooks::post_start;
use super::images;
use super::lifecycle::{Facts, Stage, next_stage};
use super::probing::{Failing, next_probe, probe_delay};
use super::runtime::FailedStart;
use super::stopping::time_to_stop;
use super::timing::Timing;
use crate::api::pod::{Container, Pod, Terminated};
use crate::api::{ObjectKey, Timestamp};
use crate::sim::{Span, Time};

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Runs to its end before the next one starts.
    Init,
    /// An init container that runs on beside the others.
    Sidecar,
    /// What the pod is there for.
    App,
}

/// What ends a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EndedBy {
    /// Its own program, or a probe of it.
    Itself,
    /// A fault that somebody injected.
    Fault,
}

impl EndedBy {
    fn of(is_fault: bool) -> Self {
        if is_fault { Self::Fault } else { Self::Itself }
    }
}

/// A container as its kubelet knows it.
#[derive(Clone, Debug)]
pub(super) struct ContainerRun {
    pub(super) role: Role,
    /// Its place among the containers of its pod.
    index: usize,
    pub(super) stage: Stage,
    /// When it entered its stage.
    since: Time,
    /// The next stage and when it comes.
    pub(super) then: Option<(Time, Stage)>,
    /// How often it was started.
    pub(super) starts: i64,
    pub(super) started_at: Option<Timestamp>,
    /// Whether its startup probe has passed, and when it will.
    pub(super) started: bool,
    startup_at: Option<Time>,
    /// Whether its readiness probe passes, and when it will.
    pub(super) ready: bool,
    pub(super) ready_at: Option<Time>,
    /// A fault keeps it from being ready.
    pub(super) held_unready: bool,
    /// When it ends by itself, and with which code.
    exits: Option<(Time, i64)>,
    /// What ended its last start, or is to end this one.
    pub(super) ended_by: EndedBy,
    /// How its last start ended, and the one before.
    pub(super) ended: Option<Terminated>,
    pub(super) previous: Option<Terminated>,
    pub(super) crashes: u32,
    pub(super) pull_failures: u32,
    /// Why it could not be made when that was tried last.
    pub(super) config_error: Option<String>,
    /// Why its last start came to nothing.
    pub(super) failed_start: Option<FailedStart>,
    /// Its probes that fail because somebody changed something in it.
    pub(super) failing: Vec<Failing>,
}

impl ContainerRun {
    /// A container whose turn has not come.
    pub(super) fn new(role: Role, index: usize, now: Time) -> Self {
        Self {
            role,
            index,
            stage: Stage::Queued,
            since: now,
            then: None,
            starts: 0,
            started_at: None,
            started: false,
            startup_at: None,
            ready: false,
            ready_at: None,
            held_unready: false,
            exits: None,
            ended_by: EndedBy::Itself,
            ended: None,
            previous: None,
            crashes: 0,
            pull_failures: 0,
            config_error: None,
            failed_start: None,
            failing: Vec::new(),
        }
    }

    /// When something happens to it next.
    pub(super) fn due(&self) -> Option<Time> {
        let own = [self.then.map(|(at, _)| at), self.startup_at, self.ready_at, self.exits.map(|(at, _)| at)];
        own.into_iter().chain([self.fails_at()]).flatten().min()
    }

    /// When its process runs if nothing goes wrong; `None` when it runs, or when that cannot be told yet.
    pub(super) fn runs_at(&self, timing: &Timing) -> Option<Time> {
        match self.then? {
            (at, Stage::Running) => Some(at),
            (at, Stage::Starting) => Some(at + Span::from_ms(timing.start_ms)),
            _ => None,
        }
    }

    /// Whether its process runs.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running | Stage::PostStart | Stage::PostStartHookError)
    }

    /// Whether its first start is over as far as those are concerned that start after it.
    pub(super) fn was_started(&self) -> bool {
        match self.stage {
            Stage::PostStart => self.starts > 1,
            _ => self.starts > 0,
        }
    }

    /// Whether it has ended and will not start again.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Exited | Stage::RunContainerError) && self.then.is_none()
    }

    /// The code of its last end.
    pub(super) fn exit_code(&self) -> Option<i64> {
        self.ended.as_ref().map(|ended| ended.exit_code)
    }

    /// Whether its first try goes on, with a hook that comes to an end before others may start.
    pub(super) fn holds_others_up(&self, container: &Container) -> bool {
        let is_tried = matches!(
            self.stage,
            Stage::Queued | Stage::Creating | Stage::Pulling | Stage::Starting | Stage::PostStart
        );
        is_tried && !self.was_started() && post_start(container).is_some()
    }

    /// Lets its turn come.
    pub(super) fn create(&mut self, now: Time, place: &mut Place<'_>) {
        self.enter(Stage::Creating, now, place);
    }

    /// Does all that is due; says whether its status has changed.
    pub(super) fn run(&mut self, now: Time, place: &mut Place<'_>) -> bool {
        let mut changed = false;
        while let Some(due) = self.due().filter(|due| *due <= now) {
            if let Some((_, code)) = self.exits.filter(|(at, _)| *at == due) {
                self.exit(code, now, place);
                changed = true;
            } else if self.startup_at == Some(due) {
                self.startup_at = None;
                self.started = true;
                changed = true;
            } else if self.ready_at == Some(due) {
                self.ready_at = None;
                changed |= !self.held_unready;
                self.ready = !self.held_unready;
            } else if self.fails_at() == Some(due) {
                changed |= self.fail_probe(due, place);
            } else if let Some((_, stage)) = self.then {
                changed |= self.enter(stage, now, place);
            }
        }
        changed
    }

    /// Enters a stage; says whether the status shows it.
    fn enter(&mut self, stage: Stage, now: Time, place: &mut Place<'_>) -> bool {
        let pulling_for = now - self.since;
        let was = std::mem::replace(&mut self.stage, stage);
        self.since = now;
        if stage == Stage::ErrImagePull {
            self.pull_failures = self.pull_failures.saturating_add(1);
        }
        let (timing, faults) = (place.scene.timing, place.scene.faults);
        if stage == Stage::Starting && !timing.stand_in {
            let find = |key: &ObjectKey| place.scene.cache.get(key).cloned();
            let error = configuration::container_error(place.pod, place.container, &find);
            self.config_error = error.map(|error| error.to_string());
            let missing = (place.scene.runtime.0)(place.container);
            self.failed_start = missing.as_deref().map(FailedStart::of_program);
        }
        let hook = post_start(place.container).filter(|_| !timing.stand_in);
        match (stage, &hook) {
            (Stage::RunContainerError, _) => self.fail_to_start(now, place.pod),
            (Stage::PostStartHookError, Some(hook)) => {
                self.failed_start = Some(FailedStart::of_hook(hook, place.pod, &place.container.name));
            }
            _ => {}
        }
        // Counted before the table is asked, so that the wait is that of this failure.
        let facts = Facts {
            timing,
            image: images::need(place.container, place.images, timing, faults),
            slow_pull: faults.slow_pull(&place.container.image),
            can_be_made: self.config_error.is_none(),
            can_start: self.failed_start.is_none(),
            hook: hook.as_ref(),
            pull_failures: self.pull_failures,
            restarts: self.restarts(place.pod),
            crashes: self.crashes,
        };
        self.then = next_stage(stage, &facts).map(|(after, next)| (now + after, next));
        self.tell_of(stage, was, pulling_for, facts.image, place);
        match stage {
            Stage::Starting => {
                self.pull_failures = 0;
                place.images.insert(place.container.image.clone());
                false
            }
            Stage::PostStart => {
                self.begin(now);
                false
            }
            Stage::PostStartHookError => {
                let (takes, code) = time_to_stop(place.pod, place.container, self.role, place.scene);
                self.exits = Some((now + takes, code));
                false
            }
            Stage::Running => {
                if was != Stage::PostStart {
                    self.begin(now);
                }
                self.start(now, place);
                true
            }
            Stage::Queued | Stage::Creating | Stage::Pulling => false,
            _ => true,
        }
    }

    /// Its process runs from now on.
    fn begin(&mut self, now: Time) {
        self.starts += 1;
        self.started_at = Some(Timestamp::at(now));
    }

    fn start(&mut self, now: Time, place: &Place<'_>) {
        let (timing, container) = (place.scene.timing, place.container);
        let faults = place.scene.faults.of_pod(&place.pod.metadata.namespace, &place.pod.metadata.name);
        let startup =
            container.startup_probe.as_ref().filter(|_| !timing.stand_in).map(|p| probe_delay(p, timing));
        let readiness = container.readiness_probe.as_ref().map(|probe| {
            let passes = probe_delay(probe, timing);
            faults.slow_start.map_or(passes, |slow| next_probe(probe, passes, slow))
        });
        self.started = startup.is_none();
        self.startup_at = startup.map(|after| now + after);
        if self.role != Role::Init {
            self.ready_at = Some(now + readiness.max(startup).unwrap_or(Span::ZERO));
        }
        let ends = behaviour(container, self.role == Role::Init, timing).ends;
        let fault = faults.crash_loop.filter(|_| self.role == Role::App && self.is_first(place));
        self.exits = fault.or(ends).map(|(after, code)| (now + after, code));
        self.ended_by = EndedBy::of(fault.is_some());
    }

    fn is_first(&self, place: &Place<'_>) -> bool {
        self.index == place.pod.spec.init_containers.len()
    }

    /// Names a start of the container.
    pub(super) fn container_id(&self, pod: &Pod, start: i64) -> String {
        let place = format!("{} {:?} {} {start}", pod.metadata.uid, self.role, self.index);
        format!("containerd://{}", images::hex64(&place))
    }
}

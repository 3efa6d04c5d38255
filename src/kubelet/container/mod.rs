//! One container of a pod: its stage, its starts and ends, its probes.
//!
//! Models the container's share of pkg/kubelet/kuberuntime and pkg/kubelet/prober, Kubernetes v1.36. Probes
//! succeed unless a fault says otherwise, or somebody has changed something (`super::probing`).

use super::commands::behaviour;
use super::container_words::Place;
use super::images;
use super::lifecycle::{Facts, Stage, next_stage};
use super::probing::{Failing, next_probe, probe_delay};
use super::timing::Timing;
use crate::api::Timestamp;
use crate::api::pod::{ContainerStatus, Pod, Terminated};
use crate::sim::{Span, Time};

/// What is said of a container that ran on a machine that knows nothing of it.
const LOST: &str =
    "The container could not be located when the pod was deleted.  The container used to be Running";

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
    then: Option<(Time, Stage)>,
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

    /// When it is pulled or started again; `None` while it is not waited for.
    pub(super) fn next_try_at(&self, timing: &Timing) -> Option<Time> {
        let (at, next) = self.then?;
        let crashes = timing.crash_back_off(self.crashes).ms().saturating_sub(timing.exit_shown_ms);
        match (self.stage, next) {
            (Stage::ErrImagePull, _) => Some(at + timing.pull_back_off(self.pull_failures)),
            (Stage::Exited, Stage::CrashLoopBackOff) => Some(at + Span::from_ms(crashes)),
            (Stage::ImagePullBackOff | Stage::Exited | Stage::CrashLoopBackOff, _) => Some(at),
            _ => None,
        }
    }

    /// Whether its process runs.
    pub(super) fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }

    /// Whether it has ended and will not start again.
    pub(super) fn is_done(&self) -> bool {
        self.stage == Stage::Exited && self.then.is_none()
    }

    /// The code of its last end.
    pub(super) fn exit_code(&self) -> Option<i64> {
        self.ended.as_ref().map(|ended| ended.exit_code)
    }

    /// The pod ran before on a machine that knows nothing of it any more: what is reported of it counts on.
    pub(super) fn recall(&mut self, status: &ContainerStatus) {
        let ended = status.state.terminated.as_ref().or(status.last_state.terminated.as_ref()).cloned();
        if ended.is_none() && status.state.running.is_none() {
            return;
        }
        self.starts = status.restart_count + 1;
        self.ended = ended.or_else(|| {
            Some(Terminated {
                exit_code: 137,
                message: LOST.to_owned(),
                reason: "ContainerStatusUnknown".to_owned(),
                ..Terminated::default()
            })
        });
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

    /// Its process ends because it took too much memory.
    pub(super) fn run_out_of_memory(&mut self, now: Time, place: &mut Place<'_>) {
        self.exit(137, now, place);
        if let Some(ended) = &mut self.ended {
            "OOMKilled".clone_into(&mut ended.reason);
        }
    }

    /// Its process ends.
    pub(super) fn exit(&mut self, code: i64, now: Time, place: &mut Place<'_>) {
        let ran = self.started_at.map_or(Span::ZERO, |since| now - since.time());
        if ran.ms() > place.scene.timing.crash_back_off_reset_ms {
            self.crashes = 0;
        }
        self.crashes = self.crashes.saturating_add(1);
        self.end(code, now, place.pod);
        self.enter(Stage::Exited, now, place);
    }

    /// Its process is ended for good; one that never ran stays as it is.
    pub(super) fn stop(&mut self, code: i64, now: Time, pod: &Pod) {
        if self.is_running() {
            self.end(code, now, pod);
            self.stage = Stage::Exited;
        }
        self.then = None;
    }

    fn end(&mut self, code: i64, now: Time, pod: &Pod) {
        self.previous = self.ended.take();
        self.ended = Some(Terminated {
            container_id: self.container_id(pod, self.starts),
            exit_code: code,
            finished_at: Some(Timestamp::at(now)),
            message: String::new(),
            reason: if code == 0 { "Completed" } else { "Error" }.to_owned(),
            started_at: self.started_at,
        });
        self.ready = self.role == Role::Init && code == 0;
        self.started = false;
        self.failing.clear();
        (self.startup_at, self.ready_at, self.exits) = (None, None, None);
    }

    /// Whether it starts again after its last end.
    fn restarts(&self, pod: &Pod) -> bool {
        self.restarts_after(self.exit_code().unwrap_or_default(), pod)
    }

    /// Whether it starts again after an end with this code.
    pub(super) fn restarts_after(&self, code: i64, pod: &Pod) -> bool {
        pod.restarts(self.role != Role::App, self.role == Role::Sidecar, code)
    }

    /// Enters a stage; says whether the status shows it.
    fn enter(&mut self, stage: Stage, now: Time, place: &mut Place<'_>) -> bool {
        let pulling_for = now - self.since;
        let was = std::mem::replace(&mut self.stage, stage);
        self.since = now;
        if stage == Stage::ErrImagePull {
            self.pull_failures = self.pull_failures.saturating_add(1);
        }
        // Counted before the table is asked, so that the wait is that of this failure.
        let facts = Facts {
            timing: place.scene.timing,
            image: images::need(place.container, place.images, place.scene),
            slow_pull: place.scene.faults.slow_pull(&place.container.image),
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
            Stage::Running => {
                self.start(now, place);
                true
            }
            Stage::Queued | Stage::Creating | Stage::Pulling => false,
            _ => true,
        }
    }

    fn start(&mut self, now: Time, place: &Place<'_>) {
        let (timing, container) = (place.scene.timing, place.container);
        let faults = place.scene.faults.of_pod(&place.pod.metadata.namespace, &place.pod.metadata.name);
        self.starts += 1;
        self.started_at = Some(Timestamp::at(now));
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

    /// Ends by itself after a while, perhaps because of a fault; `None` takes that back.
    pub(super) fn set_exit(&mut self, exit: Option<(Time, i64)>, is_fault: bool) {
        if self.is_running() {
            self.exits = exit;
            self.ended_by = EndedBy::of(is_fault);
        }
    }

    /// Its process ended when its machine lost power; nobody knows how.
    pub(super) fn lose(&mut self, now: Time, pod: &Pod) {
        if self.is_running() {
            self.end(255, now, pod);
            if let Some(ended) = &mut self.ended {
                "Unknown".clone_into(&mut ended.reason);
            }
            self.stage = Stage::Exited;
            self.then = None;
        }
    }

    /// Its pod starts anew on a machine that was off: back-offs are forgotten.
    pub(super) fn begin_anew(&mut self, now: Time, pod: &Pod) {
        (self.crashes, self.pull_failures) = (0, 0);
        let stays_ended = self.role == Role::App && self.ended.is_some() && !self.restarts(pod);
        if !stays_ended {
            (self.stage, self.since, self.then) = (Stage::Queued, now, None);
            (self.ready, self.started) = (false, false);
        }
    }

    /// Names a start of the container.
    pub(super) fn container_id(&self, pod: &Pod, start: i64) -> String {
        let place = format!("{} {:?} {} {start}", pod.metadata.uid, self.role, self.index);
        format!("containerd://{}", images::hex64(&place))
    }
}

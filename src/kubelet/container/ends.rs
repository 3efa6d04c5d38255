//! How a container ends: by itself, by a fault, with its pod or with its machine; whether it starts again.
//!
//! Models `killContainer` and the restarts of `computePodActions`, pkg/kubelet/kuberuntime, Kubernetes v1.36.

use super::{ContainerRun, EndedBy, Role};
use crate::api::Timestamp;
use crate::api::pod::{ContainerStatus, Pod, Terminated};
use crate::kubelet::container_words::Place;
use crate::kubelet::lifecycle::Stage;
use crate::kubelet::runtime::START_ERROR_CODE;
use crate::sim::{Span, Time};

/// What is said of a container that ran on a machine that knows nothing of it.
const LOST: &str =
    "The container could not be located when the pod was deleted.  The container used to be Running";

impl ContainerRun {
    /// The pod ran before on a machine that knows nothing of it any more: what is reported of it counts on.
    pub(in crate::kubelet) fn recall(&mut self, status: &ContainerStatus) {
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

    /// Its process ends because it took too much memory.
    pub(in crate::kubelet) fn run_out_of_memory(&mut self, now: Time, place: &mut Place<'_>) {
        self.exit(137, now, place);
        if let Some(ended) = &mut self.ended {
            "OOMKilled".clone_into(&mut ended.reason);
        }
    }

    /// Its process ends.
    pub(in crate::kubelet) fn exit(&mut self, code: i64, now: Time, place: &mut Place<'_>) {
        let ran = self.started_at.map_or(Span::ZERO, |since| now - since.time());
        if ran.ms() > place.scene.timing.crash_back_off_reset_ms {
            self.crashes = 0;
        }
        self.crashes = self.crashes.saturating_add(1);
        self.end(code, now, place.pod);
        self.enter(Stage::Exited, now, place);
    }

    /// It was made, and its program could not be started. When it started nobody says: in 1970.
    pub(super) fn fail_to_start(&mut self, now: Time, pod: &Pod) {
        self.starts += 1;
        self.started_at = Some(Timestamp::default());
        self.crashes = self.crashes.saturating_add(1);
        self.end(START_ERROR_CODE, now, pod);
        if let (Some(ended), Some(failed)) = (&mut self.ended, &self.failed_start) {
            "StartError".clone_into(&mut ended.reason);
            ended.message.clone_from(&failed.message);
        }
    }

    /// Its process is ended for good; one that never ran stays as it is.
    pub(in crate::kubelet) fn stop(&mut self, code: i64, now: Time, pod: &Pod) {
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
    pub(super) fn restarts(&self, pod: &Pod) -> bool {
        self.restarts_after(self.exit_code().unwrap_or_default(), pod)
    }

    /// Whether it starts again after an end with this code.
    pub(in crate::kubelet) fn restarts_after(&self, code: i64, pod: &Pod) -> bool {
        pod.restarts(self.role != Role::App, self.role == Role::Sidecar, code)
    }

    /// Ends by itself after a while, perhaps because of a fault; `None` takes that back.
    pub(in crate::kubelet) fn set_exit(&mut self, exit: Option<(Time, i64)>, is_fault: bool) {
        if self.is_running() {
            self.exits = exit;
            self.ended_by = EndedBy::of(is_fault);
        }
    }

    /// Its process ended when its machine lost power; nobody knows how.
    pub(in crate::kubelet) fn lose(&mut self, now: Time, pod: &Pod) {
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
    pub(in crate::kubelet) fn begin_anew(&mut self, now: Time, pod: &Pod) {
        (self.crashes, self.pull_failures) = (0, 0);
        let stays_ended = self.role == Role::App && self.ended.is_some() && !self.restarts(pod);
        if !stays_ended {
            (self.stage, self.since, self.then) = (Stage::Queued, now, None);
            (self.ready, self.started) = (false, false);
        }
    }
}

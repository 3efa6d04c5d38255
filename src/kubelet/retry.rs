//! When a kubelet tries a container again that could not start or has ended, and whether that can come to
//! more than before.
//!
//! Models no part of Kubernetes v1.36: a kubelet says only that it waits. What is asked here is what only the
//! machine knows: whether the registry has the image by now, and whether the program would end again.

use super::commands::behaviour;
use super::container::{ContainerRun, EndedBy, Role};
use super::images::{self, ImageNeed};
use super::lifecycle::Stage;
use super::runtime::StartStep;
use super::timing::Timing;
use super::worker::{Worker, containers};
use super::{Kubelets, PodId};
use crate::api::pod::{Container, Pod};
use crate::sim::{Span, Time};

/// Starts after which a container is expected to end again, when nothing is known of why it did.
const STARTS_MANY: i64 = 4;

/// The next try of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextTry {
    /// When it comes; `None` when the container is not waited for.
    pub at: Option<Time>,
    /// Whether it ends as the one before, as far as anybody can know.
    pub is_in_vain: bool,
    /// What of the last start failed, where it came to nothing.
    pub failed_start: Option<StartStep>,
}

impl Kubelets {
    /// The next try of a pod's container; `None` when no kubelet has the pod.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn next_try(&self, pod: &Pod, container: &str) -> Option<NextTry> {
        let (worker, run, spec) = self.run_of(pod, container)?;
        let agent = self.agents.get(&worker.pod.spec.node_name)?;
        let need = images::need(spec, &agent.images, &self.timing, &self.faults);
        let cannot_pull =
            matches!(need, ImageNeed::PullInVain | ImageNeed::NeverPull | ImageNeed::InvalidName);
        Some(NextTry {
            at: run.next_try_at(&self.timing),
            is_in_vain: cannot_pull
                || run.failed_start.is_some()
                || (run.has_ended() && self.ends_again(run, spec, &worker.pod)),
            failed_start: run.failed_start.as_ref().map(|failed| failed.step),
        })
    }

    /// Whether a container runs and the hook after its start does, too; and whether that comes to an end.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn hook_runs(&self, pod: &Pod, container: &str) -> Option<bool> {
        let (_, run, _) = self.run_of(pod, container)?;
        (run.stage == Stage::PostStart).then(|| run.due().is_some())
    }

    fn run_of(&self, pod: &Pod, container: &str) -> Option<(&Worker, &ContainerRun, &Container)> {
        let worker = self.workers.get(&PodId::of(pod))?;
        let mut runs = worker.runs.iter().zip(containers(&worker.pod));
        let (run, spec) = runs.find(|(_, spec)| spec.name == container)?;
        Some((worker, run, spec))
    }

    /// Whether a container that has ended would end again after another start.
    fn ends_again(&self, run: &ContainerRun, spec: &Container, pod: &Pod) -> bool {
        let meta = &pod.metadata;
        let is_first_app = run.role == Role::App && pod.spec.containers.first() == Some(spec);
        let fault = self.faults.of_pod(&meta.namespace, &meta.name).crash_loop.filter(|_| is_first_app);
        let ends = fault.or(behaviour(spec, run.role == Role::Init, &self.timing).ends);
        match ends {
            Some((_, code)) => run.restarts_after(code, pod),
            // What ended because of a fault that is over stays up; of all else only its past is known.
            None => run.ended_by == EndedBy::Itself && run.starts >= STARTS_MANY,
        }
    }
}

impl ContainerRun {
    /// When it is pulled or started again; `None` while it is not waited for.
    fn next_try_at(&self, timing: &Timing) -> Option<Time> {
        let (at, next) = self.then?;
        let crashes = timing.crash_back_off(self.crashes).ms().saturating_sub(timing.exit_shown_ms);
        match (self.stage, next) {
            (Stage::ErrImagePull, _) => Some(at + timing.pull_back_off(self.pull_failures)),
            (Stage::Exited | Stage::RunContainerError, Stage::CrashLoopBackOff) => {
                Some(at + Span::from_ms(crashes))
            }
            (
                Stage::ImagePullBackOff
                | Stage::Exited
                | Stage::RunContainerError
                | Stage::CrashLoopBackOff
                | Stage::CreateContainerConfigError
                | Stage::InvalidImageName,
                _,
            ) => Some(at),
            _ => None,
        }
    }

    fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Exited | Stage::RunContainerError | Stage::CrashLoopBackOff)
    }
}

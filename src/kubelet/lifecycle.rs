//! The stages of a container, as a table: from which stage, under which condition, after how long, to which.
//!
//! Models what `SyncPod` does to one container, `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, and the
//! back-offs of pkg/kubelet/images, Kubernetes v1.36. Written as a table after kwok's stages. A container
//! that runs has no next stage here: its probes and its own end decide. Left out: in-place resize.

use super::hooks::Hook;
use super::images::ImageNeed;
use super::timing::{SYNC_AGAIN, Timing};
use crate::sim::Span;

/// How far a container has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its turn has not come: volumes or earlier init containers are missing.
    Queued,
    /// Its turn has come.
    Creating,
    /// Its image is being pulled.
    Pulling,
    /// The pull failed.
    ErrImagePull,
    /// The next pull waits.
    ImagePullBackOff,
    /// The image is missing and must not be pulled.
    ErrImageNeverPull,
    /// The image's name is none.
    InvalidImageName,
    /// The image is there, and the container cannot be made as it is configured.
    CreateContainerConfigError,
    /// The image is there; the container is being made.
    Starting,
    /// The container is made, and its program could not be started.
    RunContainerError,
    /// Its process runs, and so does the hook after its start, before which nothing is said of it.
    PostStart,
    /// That hook failed, and it is being stopped.
    PostStartHookError,
    /// Its process runs.
    Running,
    /// Its process has ended.
    Exited,
    /// Its restart waits.
    CrashLoopBackOff,
}

/// What decides about the next stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    /// How long things take.
    pub(super) timing: &'a Timing,
    /// What has to be done for the image.
    pub(super) image: ImageNeed,
    /// How long a pull takes, when the fault of a slow registry decides it.
    pub(super) slow_pull: Option<Span>,
    /// Whether it can be made as it is configured.
    pub(super) can_be_made: bool,
    /// Whether its image has its program.
    pub(super) can_start: bool,
    /// The hook after its start, if it has one.
    pub(super) hook: Option<&'a Hook>,
    /// How often its image could not be pulled, in a row.
    pub(super) pull_failures: u32,
    /// Whether it starts again after its end.
    pub(super) restarts: bool,
    /// How often it ended, in a row.
    pub(super) crashes: u32,
}

/// The next stage and the time until then; `None` when something else must happen first.
pub(super) fn next_stage(stage: Stage, facts: &Facts<'_>) -> Option<(Span, Stage)> {
    let timing = facts.timing;
    let after = |ms, stage| Some((Span::from_ms(ms), stage));
    let back_off = timing.crash_back_off(facts.crashes);
    // A stand-in keeps no images, and yet pulls none for a restart.
    let again = if timing.stand_in { Stage::Starting } else { Stage::Creating };
    match stage {
        Stage::Creating => match facts.image {
            ImageNeed::Nothing => after(0, Stage::Starting),
            ImageNeed::NeverPull => after(0, Stage::ErrImageNeverPull),
            ImageNeed::InvalidName => after(0, Stage::InvalidImageName),
            ImageNeed::Pull | ImageNeed::PullAgain | ImageNeed::PullInVain => after(0, Stage::Pulling),
        },
        Stage::Pulling => match facts.image {
            ImageNeed::PullInVain => after(timing.pull_fail_ms, Stage::ErrImagePull),
            ImageNeed::PullAgain => after(timing.pull_again_ms, Stage::Starting),
            _ => Some((facts.slow_pull.unwrap_or(Span::from_ms(timing.pull_ms)), Stage::Starting)),
        },
        Stage::ErrImagePull => after(timing.pull_error_shown_ms, Stage::ImagePullBackOff),
        Stage::ImagePullBackOff => Some((timing.pull_back_off(facts.pull_failures), Stage::Pulling)),
        Stage::Starting if !facts.can_be_made => after(0, Stage::CreateContainerConfigError),
        Stage::Starting if !facts.can_start => after(timing.start_ms, Stage::RunContainerError),
        Stage::Starting if facts.hook.is_some() => after(timing.start_ms, Stage::PostStart),
        Stage::Starting => after(timing.start_ms, Stage::Running),
        Stage::PostStart => {
            let hook = facts.hook?;
            Some((hook.takes?, if hook.code == 0 { Stage::Running } else { Stage::PostStartHookError }))
        }
        // The pod is synced again.
        Stage::CreateContainerConfigError | Stage::InvalidImageName => Some((SYNC_AGAIN, Stage::Creating)),
        Stage::Exited | Stage::RunContainerError if !facts.restarts => None,
        Stage::Exited | Stage::RunContainerError if back_off == Span::ZERO => after(timing.restart_ms, again),
        Stage::Exited | Stage::RunContainerError => after(timing.exit_shown_ms, Stage::CrashLoopBackOff),
        Stage::CrashLoopBackOff => after(back_off.ms().saturating_sub(timing.exit_shown_ms), again),
        Stage::Queued | Stage::Running | Stage::PostStartHookError | Stage::ErrImageNeverPull => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(mut stage: Stage, facts: &Facts<'_>, steps: usize) -> String {
        let mut at = 0;
        let mut lines = vec![format!("+0 {stage:?}")];
        for _ in 0..steps {
            let Some((after, next)) = next_stage(stage, facts) else {
                break;
            };
            at += after.ms();
            stage = next;
            lines.push(format!("+{at} {stage:?}"));
        }
        lines.join(" ")
    }

    #[test]
    fn stages_follow_the_table() {
        let (recorded, real) = (Timing::recorded(), Timing::default());
        let hook = |code| Hook { takes: Some(Span::from_seconds(5)), code, words: Vec::new() };
        let (passes, fails) = (hook(0), hook(1));
        let facts = |timing, image| Facts {
            timing,
            image,
            slow_pull: None,
            can_be_made: true,
            can_start: true,
            hook: None,
            pull_failures: 1,
            restarts: true,
            crashes: 1,
        };
        let table = [
            (
                Stage::Creating,
                facts(&recorded, ImageNeed::Pull),
                "+0 Creating +0 Pulling +800 Starting +1200 Running",
            ),
            (
                Stage::Creating,
                facts(&recorded, ImageNeed::PullInVain),
                "+0 Creating +0 Pulling +800 ErrImagePull +2300 ImagePullBackOff +32300 Pulling",
            ),
            (Stage::Exited, facts(&recorded, ImageNeed::Pull), "+0 Exited +0 Starting +400 Running"),
            (Stage::Creating, facts(&real, ImageNeed::Nothing), "+0 Creating +0 Starting +500 Running"),
            (Stage::Creating, facts(&real, ImageNeed::NeverPull), "+0 Creating +0 ErrImageNeverPull"),
            (
                Stage::Exited,
                Facts { crashes: 3, ..facts(&real, ImageNeed::Nothing) },
                "+0 Exited +1000 CrashLoopBackOff +20000 Creating +20000 Starting",
            ),
            (
                Stage::Creating,
                Facts { can_be_made: false, ..facts(&real, ImageNeed::Nothing) },
                "+0 Creating +0 Starting +0 CreateContainerConfigError +12000 Creating",
            ),
            (
                Stage::Creating,
                Facts { can_start: false, ..facts(&real, ImageNeed::Nothing) },
                "+0 Creating +0 Starting +500 RunContainerError +1000 Creating",
            ),
            (
                Stage::RunContainerError,
                Facts { crashes: 2, ..facts(&real, ImageNeed::Nothing) },
                "+0 RunContainerError +1000 CrashLoopBackOff +10000 Creating",
            ),
            (
                Stage::Creating,
                Facts { hook: Some(&passes), ..facts(&real, ImageNeed::Nothing) },
                "+0 Creating +0 Starting +500 PostStart +5500 Running",
            ),
            (
                Stage::PostStart,
                Facts { hook: Some(&fails), ..facts(&real, ImageNeed::Nothing) },
                "+0 PostStart +5000 PostStartHookError",
            ),
            (
                Stage::Creating,
                facts(&real, ImageNeed::InvalidName),
                "+0 Creating +0 InvalidImageName +12000 Creating",
            ),
            (Stage::Exited, Facts { restarts: false, ..facts(&real, ImageNeed::Nothing) }, "+0 Exited"),
        ];
        for (stage, facts, expected) in table {
            assert_eq!(walk(stage, &facts, expected.split('+').count() - 2), expected);
        }
    }
}

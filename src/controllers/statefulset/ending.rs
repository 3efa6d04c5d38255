//! How a sync ends: with what is done, or with what is waited for.
//!
//! Models the log lines of `updateStatefulSet`, `pkg/controller/statefulset/stateful_set_control.go`,
//! Kubernetes v1.36. Left out: log levels.

use super::control::{Stop, View};
use super::outcome::{Outcome, Progress};
use super::plan::{Plan, Purpose, Task, TaskKind};
use super::update::{held_by_partition, on_delete};
use super::waiting::{Then, WaitingFor};

impl Plan {
    /// Ends where no further pod is looked at.
    pub(super) fn stopping(self, view: &View<'_>, stop: Stop) -> Self {
        let outcome = match stop {
            Stop::Done => self.progress(view),
            Stop::Wait(wait) => Outcome::Waiting(wait),
        };
        self.ending(outcome)
    }

    /// Ends a sync that went through to the end: with what is done, else with what is waited for.
    pub(super) fn resting(mut self, view: &View<'_>, update_wait: Option<WaitingFor>) -> Self {
        let burst_wait = self.burst_wait.take();
        if !self.tasks.is_empty() {
            let progress = self.progress(view);
            return self.ending(progress);
        }
        let held = || if view.is_on_delete() { on_delete(view) } else { held_by_partition(view) };
        // A pod that cannot be made for its claim is what an update waits for as well.
        let (stale, burst_wait) = match burst_wait {
            Some(wait @ WaitingFor::StaleClaim { .. }) => (Some(wait), None),
            other => (None, other),
        };
        let wait = stale.or(update_wait).or(burst_wait).or_else(|| pods_ready(view)).or_else(held);
        self.ending(wait.map_or(Outcome::Converged, Outcome::Waiting))
    }

    fn progress(&self, view: &View<'_>) -> Outcome {
        let Some(first) = self.tasks.first() else {
            return Outcome::Converged;
        };
        let pod = view.name(first.ordinal);
        let same = |task: &&Task| std::mem::discriminant(&task.kind) == std::mem::discriminant(&first.kind);
        let count = self.tasks.iter().filter(same).count();
        Outcome::Progressing(match first.kind {
            TaskKind::Create { .. } => Progress::Create { pod, count },
            TaskKind::Delete(Purpose::Finished) => Progress::DeleteFinished { pod, count },
            TaskKind::Delete(Purpose::ScaleDown) => Progress::ScaleDown { pod, count },
            TaskKind::Delete(Purpose::Update) => Progress::Update { pod, count },
            TaskKind::EnsureClaims | TaskKind::OwnClaims | TaskKind::Update => {
                Progress::Repair { pod, count }
            }
        })
    }
}

/// Which pods are still on their way although nothing is held back.
fn pods_ready(view: &View<'_>) -> Option<WaitingFor> {
    if let Some((_, slot)) = view.pods.condemned().next() {
        let pod = slot.pod.metadata.name.clone();
        return Some(WaitingFor::ScaleDownTermination { pod, then: Then::Nothing });
    }
    let missing = view.pods.missing_from(view.set.start_ordinal()).next();
    let present = view.pods.unsettled().next().map(|(ordinal, _)| ordinal);
    let first = view.name(missing.into_iter().chain(present).min()?);
    let count = view.pods.missing_count().saturating_add(view.pods.unsettled_count());
    Some(WaitingFor::PodsReady { count, first })
}

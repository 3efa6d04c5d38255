//! Carries a plan out, some of its tasks a turn.
//!
//! Models `runForAll` and `slowStartBatch`, `pkg/controller/statefulset/stateful_set_control.go`,
//! Kubernetes v1.36. Left out: requests side by side. Upstream's requests take their time, in which others
//! act; here a sync takes none, but other processes get their turn between two parts of a long one.

use std::rc::Rc;

use super::plan::{Phase, Plan, Purpose, TaskKind};
use super::pod_control::{PodControl, aggregate};
use crate::api::apps::StatefulSetStatus;

/// Tasks that one turn carries out at most.
const TASKS_A_TURN: usize = 32;

/// A plan of which a part is done.
#[derive(Clone, Debug)]
pub(super) struct CarryingOut {
    /// The plan; copies of the controller share it.
    pub(super) plan: Rc<Plan>,
    /// Pods that the update has deleted.
    deleted: i64,
    next: usize,
    failed: Option<Failed>,
}

/// Where it failed, and why.
#[derive(Clone, Debug)]
struct Failed {
    phase: Phase,
    batch: usize,
    messages: Vec<String>,
}

impl CarryingOut {
    /// Begins.
    pub(super) fn new(plan: Plan) -> Self {
        Self { plan: Rc::new(plan), deleted: 0, next: 0, failed: None }
    }

    /// Does as much as one turn may: of an ordered plan until the first failure, of a burst until the end
    /// of the batch that one fell into. Says whether that was the last of it.
    pub(super) fn carry_out_some(&mut self, control: &mut PodControl<'_>) -> bool {
        let is_burst = control.set.spec.pod_management_policy == "Parallel";
        for _ in 0..TASKS_A_TURN {
            let Some(task) = self.plan.tasks.get(self.next) else { return true };
            self.next += 1;
            if self.failed.as_ref().is_some_and(|f| f.phase != task.phase || f.batch != task.batch()) {
                return true;
            }
            match control.carry_out(task) {
                Ok(()) if task.kind == TaskKind::Delete(Purpose::Update) => {
                    self.deleted += 1;
                }
                Ok(()) => {}
                Err(message) => {
                    let (phase, batch) = (task.phase, task.batch());
                    let failed =
                        self.failed.get_or_insert_with(|| Failed { phase, batch, messages: Vec::new() });
                    failed.messages.push(message);
                    if !is_burst || phase == Phase::Update {
                        return true;
                    }
                }
            }
        }
        self.next == self.plan.tasks.len()
    }

    /// The status to be written.
    pub(super) fn status(&self) -> StatefulSetStatus {
        let mut status = self.plan.status.clone();
        status.current_replicas -= self.deleted;
        status
    }

    /// Whether all went well; otherwise what was refused, in the server's words.
    pub(super) fn result(&mut self) -> Result<(), String> {
        self.failed.take().map_or(Ok(()), |failed| Err(aggregate(failed.messages)))
    }
}

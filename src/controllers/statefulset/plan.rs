//! What one sync is to do, in order.
//!
//! Models the calls that `updateStatefulSet` makes on `StatefulPodControl`, and `slowStartBatch`,
//! `pkg/controller/statefulset/stateful_set_control.go`, Kubernetes v1.36. Left out: requests side by side.

use super::outcome::Outcome;
use super::waiting::WaitingFor;
use crate::api::apps::StatefulSetStatus;

/// Pods in the largest batch of a burst.
const MAX_BATCH_SIZE: usize = 500;
/// Batches before the size stays at the largest: 1, 2, 4, … 256.
const DOUBLING_BATCHES: usize = 9;

/// The loop that a task belongs to: a failure ends the sync at the end of the loop, or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Pods that should be.
    Replicas,
    /// Claims of pods that should not be.
    CondemnedClaims,
    /// Pods that should not be.
    Condemned,
    /// Pods that are to be updated.
    Update,
}

/// Which template a new pod gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The one of the current revision.
    Current,
    /// The one of the update revision.
    Update,
}

/// Why a pod is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It failed or succeeded and is to come back.
    Finished,
    /// The set is scaled down.
    ScaleDown,
    /// It is to come back with the new template.
    Update,
}

/// What there is to do about one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimStep {
    /// It is missing: create it from the template with this index.
    Create {
        /// Index of the template.
        template: usize,
    },
    /// It is being deleted: nothing can be done with the pod now.
    Terminating {
        /// Name of the claim.
        claim: String,
    },
    /// It has other owners than it should have.
    Own {
        /// Name of the claim.
        claim: String,
        /// Whether something else controls it, which is worth an Event.
        conflicting: bool,
    },
}

/// What is done about one pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskKind {
    /// Its claims are created, then it.
    Create {
        /// With which template.
        side: Side,
    },
    /// Claims that are missing are created.
    EnsureClaims,
    /// Its claims are given their owners.
    OwnClaims,
    /// Its labels and volumes are mended.
    Update,
    /// It is deleted.
    Delete(Purpose),
}

/// One pod's part of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// The loop it belongs to.
    pub(crate) phase: Phase,
    /// Its place in the loop, which says which batch of a burst it falls into.
    pub(crate) position: usize,
    /// The pod's ordinal.
    pub(crate) ordinal: i64,
    /// What is done.
    pub(crate) kind: TaskKind,
    /// What is done about its claims, in order.
    pub(crate) claims: Vec<ClaimStep>,
}

impl Task {
    /// The deletion of a pod.
    pub(crate) fn delete(phase: Phase, position: usize, ordinal: i64, purpose: Purpose) -> Self {
        Self { phase, position, ordinal, kind: TaskKind::Delete(purpose), claims: Vec::new() }
    }

    /// The batch of a burst that it falls into.
    pub(crate) fn batch(&self) -> usize {
        let doubled = (self.position + 1).ilog2() as usize;
        let before = (1 << DOUBLING_BATCHES) - 1;
        if doubled < DOUBLING_BATCHES {
            doubled
        } else {
            DOUBLING_BATCHES + (self.position - before) / MAX_BATCH_SIZE
        }
    }
}

/// What one sync is to do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// In this order.
    pub(crate) tasks: Vec<Task>,
    /// What is then written, less the pods that the update deleted.
    pub(crate) status: StatefulSetStatus,
    /// How it ends when nothing fails.
    pub(crate) outcome: Outcome,
    /// What a burst would have waited for, had it been one to wait.
    pub(super) burst_wait: Option<WaitingFor>,
}

impl Plan {
    /// A plan that does nothing but write the status.
    pub(crate) fn for_status(status: StatefulSetStatus) -> Self {
        Self { tasks: Vec::new(), status, outcome: Outcome::Converged, burst_wait: None }
    }

    /// The plan with this outcome.
    pub(crate) fn ending(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Adds a task.
    pub(crate) fn push(&mut self, task: Task) {
        self.tasks.push(task);
    }

    /// Adds a task that is about claims only, unless there is nothing to do about them.
    pub(crate) fn push_claims(
        &mut self,
        phase: Phase,
        position: usize,
        ordinal: i64,
        kind: TaskKind,
        claims: Vec<ClaimStep>,
    ) {
        if !claims.is_empty() {
            self.push(Task { phase, position, ordinal, kind, claims });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_double_up_to_five_hundred() {
        let batch = |position| Task::delete(Phase::Replicas, position, 0, Purpose::Finished).batch();
        let firsts = [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1011, 1511];
        for (number, first) in firsts.into_iter().enumerate() {
            assert_eq!(batch(first), number, "{first}");
            assert_eq!(batch(first + 1), number + usize::from(first == 0), "after {first}");
        }
    }
}

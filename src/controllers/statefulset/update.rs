//! Which pods give way to the newest template.
//!
//! Models the last part of `updateStatefulSet` and `updateStatefulSetAfterInvariantEstablished`,
//! `pkg/controller/statefulset/stateful_set_control.go`, Kubernetes v1.36. Left out: nothing.

use super::control::View;
use super::ordinals::replicas;
use super::plan::{Phase, Plan, Purpose, Task};
use super::waiting::{Then, WaitingFor, pod_state};
use crate::api::intstr::IntOrString;

/// The highest pod from the partition on that is not available, missing ones among them.
fn highest_unavailable(view: &View<'_>) -> Option<i64> {
    let lowest = view.partition_ordinal();
    let missing = view.pods.highest_missing(lowest);
    let pods = view.pods.unsettled().rev().take_while(|(ordinal, _)| *ordinal >= lowest);
    let present = pods.filter(|(_, slot)| slot.is_unavailable()).map(|(ordinal, _)| ordinal).next();
    present.max(missing)
}

/// Deletes the highest outdated pod, unless a higher one must become available first.
pub(super) fn update_one(view: &View<'_>, plan: &mut Plan) -> Option<WaitingFor> {
    let outdated =
        view.pods.outdated_from(view.partition_ordinal()).rev().find(|(_, slot)| !slot.is_terminating());
    let target = outdated.map(|(ordinal, _)| ordinal);
    let unavailable = highest_unavailable(view);
    match (target, unavailable) {
        (Some(target), unavailable) if unavailable.is_none_or(|ordinal| target >= ordinal) => {
            plan.push(Task::delete(Phase::Update, 0, target, Purpose::Update));
            None
        }
        (Some(target), Some(ordinal)) => {
            let state = view.pods.slot(ordinal).map_or("missing".to_owned(), |slot| pod_state(&slot.pod));
            let then = Then::Update(view.name(target));
            Some(WaitingFor::UpdatedPod { pod: view.name(ordinal), state, then })
        }
        _ => None,
    }
}

/// Deletes outdated pods, highest first, as far as the budget goes.
pub(super) fn update_within_budget(view: &View<'_>, plan: &mut Plan) -> Option<WaitingFor> {
    let rolling = view.set.spec.update_strategy.rolling_update.as_ref();
    let max_unavailable = rolling
        .map_or(Ok(1), |rolling| max_unavailable(rolling.max_unavailable.as_ref(), replicas(view.set)));
    // What cannot be read is refused by the API server; should it get here, one at a time is safe.
    let max_unavailable = max_unavailable.unwrap_or(1);
    let present = view.pods.unsettled().filter(|(_, slot)| slot.is_unavailable()).count();
    let unavailable = i64::try_from(present).unwrap_or(i64::MAX).saturating_add(view.pods.missing_count());
    let outdated = || {
        let outdated = view.pods.outdated_from(view.partition_ordinal()).rev();
        outdated.filter(|(_, slot)| !slot.is_terminating())
    };
    if unavailable >= max_unavailable {
        return outdated().next().map(|_| WaitingFor::MaxUnavailable { unavailable, max_unavailable });
    }
    let budget = usize::try_from(max_unavailable - unavailable).unwrap_or_default();
    for (index, (ordinal, _)) in outdated().take(budget).enumerate() {
        plan.push(Task::delete(Phase::Update, index, ordinal, Purpose::Update));
    }
    None
}

/// How many pods may be away: 1 when nothing is said, percentages rounded down, never less than 1.
///
/// # Errors
/// When the text is no percentage.
pub(crate) fn max_unavailable(value: Option<&IntOrString>, replicas: i64) -> Result<i64, String> {
    value.map_or(Ok(1), |value| value.scaled(replicas, false)).map(|number| number.max(1))
}

pub(super) fn on_delete(view: &View<'_>) -> Option<WaitingFor> {
    let (_, slot) = view.pods.outdated_from(i64::MIN).next_back()?;
    let count = view.pods.outdated_below(i64::MAX);
    Some(WaitingFor::OnDelete { count, pod: slot.pod.metadata.name.clone() })
}

pub(super) fn held_by_partition(view: &View<'_>) -> Option<WaitingFor> {
    let count = view.pods.outdated_below(view.partition_ordinal());
    let (partition, from) = (view.partition().unwrap_or(0), view.partition_ordinal());
    (count > 0).then_some(WaitingFor::Partition { partition, from, count })
}

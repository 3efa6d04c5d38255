//! The mark of a pod that was to be disrupted and was not: it is taken back after two minutes.
//!
//! Models `syncStalePodDisruption` and `nonTerminatingPodHasStaleDisruptionCondition`,
//! pkg/controller/disruption/disruption.go, Kubernetes v1.36.

use crate::api::Timestamp;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::sim::{Span, Time};

/// How long a pod may carry the mark without being deleted.
pub(super) const STALE_TIMEOUT: Span = Span::from_seconds(120);

const DISRUPTION_TARGET: &str = "DisruptionTarget";

/// How long until the mark is taken back; zero when it is time, `None` when the pod has no stale mark. The
/// kubelet's own mark is never stale, nor is one of a pod that ends or has ended.
pub(super) fn clean_after(pod: &Pod, now: Time) -> Option<Span> {
    if pod.is_terminating() || pod.is_terminal() {
        return None;
    }
    let condition = Condition::find(&pod.status.conditions, DISRUPTION_TARGET)?;
    if condition.status != "True" || condition.reason == "TerminationByKubelet" {
        return None;
    }
    let since = condition.last_transition_time.map_or(Time::ZERO, Timestamp::time);
    Some((since + STALE_TIMEOUT).since(now))
}

/// The pod without its mark.
pub(super) fn without_mark(pod: &Pod, now: Time) -> Pod {
    let mut pod = pod.clone();
    let condition = Condition {
        type_: DISRUPTION_TARGET.to_owned(),
        status: "False".to_owned(),
        observed_generation: Some(pod.metadata.generation),
        last_transition_time: Some(Timestamp::at(now)),
        ..Condition::default()
    };
    Condition::set(&mut pod.status.conditions, condition);
    pod
}

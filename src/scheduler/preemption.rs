//! What is said when no node fits: whether the removal of other pods could help.
//!
//! Models `PostFilter` of defaultpreemption and dynamicresources, pkg/scheduler/framework, Kubernetes v1.36.
//! Left out: the removal of victims: pods of lower priority are counted, never evicted.

use super::cluster_state::ClusterState;
use super::framework::{Diagnosis, NodeVerdict};
use crate::api::pod::Pod;

/// The last part of a failed attempt's message.
pub(crate) fn post_filter_message(pod: &Pod, verdicts: &[NodeVerdict], state: &ClusterState) -> String {
    if pod.spec.extra.get("preemptionPolicy").and_then(|policy| policy.as_str()) == Some("Never") {
        return "no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never."
            .to_owned();
    }
    let priority = pod.spec.priority.unwrap_or_default();
    let mut diagnosis = Diagnosis { node_count: state.nodes().len(), ..Diagnosis::default() };
    for verdict in verdicts {
        let Some(rejection) = &verdict.rejected else {
            continue;
        };
        let at = state.position(&verdict.node);
        let has_victims = at.is_some_and(|at| state.lower_priority_count(at, priority) > 0);
        if rejection.is_resolvable && has_victims {
            rejection
                .reasons
                .iter()
                .for_each(|reason| *diagnosis.reasons.entry(reason.clone()).or_default() += 1);
            continue;
        }
        let reason = if rejection.is_resolvable {
            "No preemption victims found for incoming pod"
        } else {
            "Preemption is not helpful for scheduling"
        };
        *diagnosis.reasons.entry(reason.into()).or_default() += 1;
    }
    format!("no new claims to deallocate, preemption: {diagnosis}")
}

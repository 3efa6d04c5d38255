//! One pod on each node that should run one, and none on any other.
//!
//! Models `manage` with the back-off of `podsShouldBeOnNode`, `pkg/controller/daemon/daemon_controller.go`,
//! Kubernetes v1.36. Left out: an order among nodes, which is arbitrary upstream and by name here.

use super::assess::Purpose;
use super::outcome::Outcome;
use super::plan::{Ended, Plan, View};
use super::waiting::WaitingFor;
use crate::controllers::pod_state::pod_state;
use crate::sim::Time;

/// Which nodes get a pod, and which pods go.
pub(crate) fn manage(view: &View<'_>, now: Time) -> Plan {
    let mut plan = Plan::default();
    for (name, row) in view.table.work() {
        let Some(assessment) = row.assessment() else { continue };
        if assessment.needs_pod {
            plan.create.push(name.clone());
        }
        let mut limit = view.backoff.limit(name, now).map(|(delay, _)| delay);
        for deletion in &assessment.deletions {
            let ended = |failed| Ended { pod: deletion.pod.clone(), node: name.clone(), failed };
            match (&deletion.purpose, limit) {
                (Purpose::Failed, Some(delay)) => {
                    plan.recheck_after = Some(plan.recheck_after.map_or(delay, |set| set.min(delay)));
                    continue;
                }
                (Purpose::Failed, None) => {
                    // The other failed pods of the node fall under the back-off that this one starts.
                    limit = Some(view.backoff.next_delay(name, now));
                    plan.ended.push(ended(true));
                }
                (Purpose::Succeeded, _) => plan.ended.push(ended(false)),
                _ => {}
            }
            plan.delete.push(deletion.clone());
        }
    }
    plan
}

/// What is waited for when there is nothing to do.
pub(crate) fn resting(view: &View<'_>, update: Option<WaitingFor>, now: Time) -> Outcome {
    let limited = view.table.work().find_map(|(name, row)| {
        let failed = row.assessment()?.deletions.iter().find(|d| d.purpose == Purpose::Failed)?;
        let (_, left) = view.backoff.limit(name, now)?;
        Some(WaitingFor::FailedPodBackoff { pod: failed.pod.clone(), node: name.clone(), until: now + left })
    });
    let unserved = || unserved(view);
    let wait = limited.or(update).or_else(unserved).or_else(|| no_node(view));
    wait.map_or(Outcome::Converged, Outcome::Waiting)
}

fn unserved(view: &View<'_>) -> Option<WaitingFor> {
    let count = view.table.unserved_count();
    let (node, row) = view.table.unserved().next()?;
    let pods = row.pods().iter().map(|pod| &**pod);
    let pod = pods.clone().find(|pod| !pod.is_terminating()).or_else(|| pods.clone().next())?;
    let (pod_name, node) = (pod.metadata.name.clone(), node.clone());
    if pod.is_terminating() {
        return Some(WaitingFor::PodTermination { pod: pod_name, node });
    }
    if let (true, Some(at)) = (pod.is_ready(), view.table.next_ripe_at()) {
        return Some(WaitingFor::PodsAvailable {
            count,
            first: pod_name,
            min_ready_seconds: view.set.spec.min_ready_seconds,
            until: at,
        });
    }
    Some(WaitingFor::PodsReady { count, first: pod_name, node, state: pod_state(pod) })
}

/// No node suits: that is as it should be, and worth a word.
fn no_node(view: &View<'_>) -> Option<WaitingFor> {
    if view.table.tally().desired > 0 {
        return None;
    }
    let mut nodes = view.table.nodes();
    let Some((name, row)) = nodes.next() else {
        return Some(WaitingFor::SuitableNode { nodes: 0, why: String::new() });
    };
    let why = row.fit()?.misfit().map(|misfit| format!("{name}: {misfit}")).unwrap_or_default();
    Some(WaitingFor::SuitableNode { nodes: 1 + nodes.count(), why })
}

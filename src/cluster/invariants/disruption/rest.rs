//! Budgets and marks of evictions once nothing moves.

use super::{TIMEOUT, reason, selects};
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, Timestamp};
use crate::apiserver::ApiServer;
use crate::sim::{Span, Time};

/// L-11: once nothing moves, every budget's status is of its newest spec and its numbers are right, and no
/// mark of a pod that was not disrupted is older than two minutes.
///
/// # Errors
/// The first budget or pod of which this is not so.
pub fn at_rest(server: &ApiServer) -> Result<(), String> {
    let now = server.now();
    let pods = || {
        server.list(Kind::Pod, None).filter_map(|object| match object {
            Object::Pod(pod) => Some(&**pod),
            _ => None,
        })
    };
    for object in server.list(Kind::PodDisruptionBudget, None) {
        let Object::PodDisruptionBudget(budget) = object else { continue };
        let (name, status) = (&budget.metadata.name, &budget.status);
        if status.observed_generation != budget.metadata.generation {
            return Err(format!("{name}: generation {} is not seen", budget.metadata.generation));
        }
        // While the scale is not known the numbers are those of before.
        if reason(budget) == "SyncFailed" {
            continue;
        }
        let healthy = pods().filter(|pod| {
            selects(budget, pod)
                && pod.is_ready()
                && !pod.is_terminating()
                && !status.disrupted_pods.contains_key(&pod.metadata.name)
        });
        let healthy = i64::try_from(healthy.count()).unwrap_or(i64::MAX);
        if status.current_healthy != healthy {
            return Err(format!("{name}: {} healthy where {healthy} are", status.current_healthy));
        }
    }
    let is_stale = |pod: &&Pod| {
        !pod.is_terminating()
            && !pod.is_terminal()
            && Condition::find(&pod.status.conditions, "DisruptionTarget").is_some_and(|condition| {
                let since = condition.last_transition_time.map_or(Time::ZERO, Timestamp::time);
                let kubelets = condition.reason == "TerminationByKubelet";
                condition.status == "True" && !kubelets && since + TIMEOUT + Span::from_seconds(1) < now
            })
    };
    match pods().find(is_stale) {
        Some(pod) => Err(format!("{}: still marked as to be disrupted", pod.metadata.name)),
        None => Ok(()),
    }
}

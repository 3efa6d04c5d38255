//! Rules of disruption budgets and evictions.
//!
//! Those that speak of a status hold for what the controller writes; the eviction subresource and people may
//! write between its writes. [`at_rest`] holds once nothing moves (L-11).
//!
//! - `status`: what the controller writes. `rest`: once nothing moves.

mod status;
mod rest;
#[cfg(test)]
mod tests;

pub use self::rest::at_rest;

use self::status::{
    allowed_is_what_is_left, granted_evictions_stay, healthy_pods_are_counted, percentages_round_up,
    pods_without_scale_allow_nothing,
};
use super::{Invariant, Memory, Seen};
use crate::api::Object;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::policy::{DISRUPTION_ALLOWED, PodDisruptionBudget};
use crate::sim::Span;

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-48",
        sentence: "a healthy pod is evicted only after its budget has noted the eviction and taken it off",
        check: eviction_is_noted_first,
    },
    Invariant {
        id: "S-49",
        sentence: "allowed disruptions are the healthy pods beyond the desired ones, none when nothing is known, \
                   and never fewer than none",
        check: allowed_is_what_is_left,
    },
    Invariant {
        id: "S-50",
        sentence: "percentages are rounded up, for minAvailable and for maxUnavailable",
        check: percentages_round_up,
    },
    Invariant {
        id: "S-51",
        sentence: "a pod whose eviction was granted is not healthy until it is seen to end or two minutes passed",
        check: healthy_pods_are_counted,
    },
    Invariant {
        id: "S-52",
        sentence: "no pod that counts is evicted while two budgets select it, or one that was not looked at",
        check: budget_is_one_and_seen,
    },
    Invariant {
        id: "S-53",
        sentence: "an unready pod is evicted as its budget's policy says",
        check: unready_pods_go_by_policy,
    },
    Invariant {
        id: "S-54",
        sentence: "the controller takes no eviction back that was granted while it looked away",
        check: granted_evictions_stay,
    },
    Invariant {
        id: "S-56",
        sentence: "a share of pods whose controller has no scale is not known, and then nothing is allowed",
        check: pods_without_scale_allow_nothing,
    },
];

/// How long a granted eviction is believed in, and a mark stays.
const TIMEOUT: Span = Span::from_seconds(120);

const EVICTED: &str = "EvictionByEvictionAPI";

fn is_marked(pod: &Pod) -> bool {
    Condition::find(&pod.status.conditions, "DisruptionTarget")
        .is_some_and(|condition| condition.status == "True" && condition.reason == EVICTED)
}

fn selects(budget: &PodDisruptionBudget, pod: &Pod) -> bool {
    budget.metadata.namespace == pod.metadata.namespace
        && budget.spec.selector.as_ref().is_some_and(|selector| selector.matches(&pod.metadata.labels))
}

fn budgets(memory: &Memory) -> impl Iterator<Item = &PodDisruptionBudget> {
    memory.objects.values().filter_map(|object| match object {
        Object::PodDisruptionBudget(budget) => Some(&**budget),
        _ => None,
    })
}

/// A pod that counts and is being evicted by this change, as it was, with the budgets that select it.
fn evicted<'a>(seen: &'a Seen<'_>) -> Option<(&'a Pod, Vec<&'a PodDisruptionBudget>)> {
    let (Object::Pod(before), Object::Pod(after)) = (seen.before?, seen.after()?) else {
        return None;
    };
    let counts = before.status.phase == "Running" && !before.is_terminating();
    if !counts || is_marked(before) || !is_marked(after) {
        return None;
    }
    Some((before, budgets(seen.memory).filter(|budget| selects(budget, before)).collect()))
}

fn eviction_is_noted_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, budgets)) = evicted(seen).filter(|(pod, _)| pod.is_ready()) else {
        return Ok(());
    };
    match budgets.as_slice() {
        [budget] if !budget.status.disrupted_pods.contains_key(&pod.metadata.name) => {
            Err(format!("evicted without a note in {}", budget.metadata.name))
        }
        _ => Ok(()),
    }
}

fn budget_is_one_and_seen(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, budgets)) = evicted(seen) else {
        return Ok(());
    };
    match budgets.as_slice() {
        [] => Ok(()),
        [budget] => {
            let noted = budget.status.disrupted_pods.contains_key(&pod.metadata.name);
            let is_seen = budget.status.observed_generation >= budget.metadata.generation;
            if noted && !is_seen {
                return Err(format!("evicted while {} was not looked at", budget.metadata.name));
            }
            Ok(())
        }
        many => Err(format!("evicted under {} budgets", many.len())),
    }
}

fn unready_pods_go_by_policy(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, budgets)) = evicted(seen).filter(|(pod, _)| !pod.is_ready()) else {
        return Ok(());
    };
    let [budget] = budgets.as_slice() else {
        return Ok(());
    };
    let status = &budget.status;
    let always = budget.spec.unhealthy_pod_eviction_policy.as_deref() == Some("AlwaysAllow");
    let suffice = status.desired_healthy > 0 && status.current_healthy >= status.desired_healthy;
    if always || suffice || status.disrupted_pods.contains_key(&pod.metadata.name) {
        Ok(())
    } else {
        Err(format!("unready and evicted, which {} does not allow", budget.metadata.name))
    }
}

fn reason(budget: &PodDisruptionBudget) -> &str {
    Condition::find(&budget.status.conditions, DISRUPTION_ALLOWED)
        .map_or("", |condition| condition.reason.as_str())
}

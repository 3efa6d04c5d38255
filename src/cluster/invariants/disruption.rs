//! Rules of disruption budgets and evictions.
//!
//! Those that speak of a status hold for what the controller writes; the eviction subresource and people may
//! write between its writes. [`at_rest`] holds once nothing moves (L-11).

use super::{Invariant, Memory, Seen, VIEW_LAG};
use crate::api::intstr::IntOrString;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::policy::{DISRUPTION_ALLOWED, PodDisruptionBudget};
use crate::api::{Kind, Object, Timestamp};
use crate::apiserver::ApiServer;
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

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

/// A status that the controller wrote, and the budget before.
fn written<'a>(seen: &'a Seen<'_>) -> Option<(&'a PodDisruptionBudget, &'a PodDisruptionBudget)> {
    match (seen.before?, seen.after()?) {
        (Object::PodDisruptionBudget(before), Object::PodDisruptionBudget(after))
            if !seen.by_person && before.status != after.status =>
        {
            Some((before, after))
        }
        _ => None,
    }
}

fn reason(budget: &PodDisruptionBudget) -> &str {
    Condition::find(&budget.status.conditions, DISRUPTION_ALLOWED)
        .map_or("", |condition| condition.reason.as_str())
}

fn allowed_is_what_is_left(seen: &Seen<'_>) -> Result<(), String> {
    if let Some(Object::PodDisruptionBudget(after)) = seen.after()
        && after.status.disruptions_allowed < 0
    {
        return Err(format!("{} disruptions allowed", after.status.disruptions_allowed));
    }
    let Some((_, after)) = written(seen) else {
        return Ok(());
    };
    let status = &after.status;
    let right = match reason(after) {
        "SyncFailed" => 0,
        _ if status.expected_pods <= 0 => 0,
        _ => (status.current_healthy - status.desired_healthy).max(0),
    };
    if status.disruptions_allowed == right {
        Ok(())
    } else {
        Err(format!("{} allowed where {right} are left: {status:?}", status.disruptions_allowed))
    }
}

/// What should be healthy of so many pods.
fn desired(budget: &PodDisruptionBudget, expected: i64) -> i64 {
    let share = |value: &IntOrString| match value {
        IntOrString::Int(number) => *number,
        // The smallest whole number that is not below the share.
        IntOrString::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or_default();
            (percent * expected + 99) / 100
        }
    };
    match (&budget.spec.max_unavailable, &budget.spec.min_available) {
        (Some(max), _) => (expected - share(max)).max(0),
        (None, Some(min)) => share(min),
        (None, None) => 0,
    }
}

fn percentages_round_up(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, after)) = written(seen).filter(|(_, after)| reason(after) != "SyncFailed") else {
        return Ok(());
    };
    let right = desired(after, after.status.expected_pods);
    if after.status.desired_healthy == right {
        Ok(())
    } else {
        Err(format!(
            "{} desired of {}, not {right}",
            after.status.desired_healthy, after.status.expected_pods
        ))
    }
}

/// The versions of a pod that a budget's controller may see.
#[derive(Debug, Default)]
struct Views<'a> {
    /// The pod as it is; `None` when it is gone.
    newest: Option<&'a Pod>,
    /// What it was a moment ago.
    older: Vec<&'a Pod>,
}

impl<'a> Views<'a> {
    fn all(&self) -> impl Iterator<Item = &&'a Pod> {
        self.newest.iter().chain(&self.older)
    }

    /// The pod, when everybody must have seen it as it is.
    fn settled(&self, now: Time) -> Option<&'a Pod> {
        // Timestamps are whole seconds: a pod made in this second may be new.
        let is_old = |made: Timestamp| made.time() + Span::from_seconds(1) + VIEW_LAG < now;
        let pod = self.newest.filter(|_| self.older.is_empty())?;
        pod.metadata.creation_timestamp.is_some_and(is_old).then_some(pod)
    }
}

fn views<'a>(memory: &'a Memory, namespace: &str, now: Time) -> SortedMap<&'a str, Views<'a>> {
    let mut views: SortedMap<&str, Views<'_>> = SortedMap::new();
    let pods = |object: &'a Object| match object {
        Object::Pod(pod) if pod.metadata.namespace == namespace => Some(&**pod),
        _ => None,
    };
    for pod in memory.objects.values().filter_map(pods) {
        views.entry(pod.metadata.name.as_str()).or_default().newest = Some(pod);
    }
    let recent = memory.replaced.iter().filter(|(until, _, _)| (now - *until) <= VIEW_LAG);
    for pod in recent.filter_map(|(_, _, object)| pods(object)) {
        views.entry(pod.metadata.name.as_str()).or_default().older.push(pod);
    }
    views
}

fn is_fresh(granted: Timestamp, now: Time) -> bool {
    granted.time() + TIMEOUT > now
}

fn healthy_pods_are_counted(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, after)) = written(seen).filter(|(_, after)| reason(after) != "SyncFailed") else {
        return Ok(());
    };
    let now = seen.event.at;
    let disrupted = |name: &str| after.status.disrupted_pods.get(name).is_some_and(|at| is_fresh(*at, now));
    let is_healthy = |pod: &&Pod| selects(after, pod) && pod.is_ready() && !pod.is_terminating();
    let (mut at_least, mut at_most) = (0, 0);
    for (name, views) in views(seen.memory, &after.metadata.namespace, now) {
        if disrupted(name) {
            continue;
        }
        at_least += i64::from(views.settled(now).as_ref().is_some_and(is_healthy));
        at_most += i64::from(views.all().any(is_healthy));
    }
    let counted = after.status.current_healthy;
    if (at_least..=at_most).contains(&counted) {
        Ok(())
    } else {
        Err(format!("{counted} healthy pods counted, there are {at_least} to {at_most}"))
    }
}

fn granted_evictions_stay(seen: &Seen<'_>) -> Result<(), String> {
    let Some((before, after)) = written(seen) else {
        return Ok(());
    };
    let now = seen.event.at;
    let views = views(seen.memory, &after.metadata.namespace, now);
    for (name, granted) in &before.status.disrupted_pods {
        if after.status.disrupted_pods.contains_key(name) || !is_fresh(*granted, now) {
            continue;
        }
        let pod = views.get(name.as_str()).and_then(|views| views.settled(now));
        if pod.is_some_and(|pod| !pod.is_terminating() && selects(after, pod)) {
            return Err(format!("forgot that {name} is to go"));
        }
    }
    Ok(())
}

fn pods_without_scale_allow_nothing(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, after)) = written(seen).filter(|(_, after)| reason(after) != "SyncFailed") else {
        return Ok(());
    };
    let is_share = after.spec.max_unavailable.is_some()
        || matches!(after.spec.min_available, Some(IntOrString::String(_)));
    if !is_share {
        return Ok(());
    }
    for (name, views) in views(seen.memory, &after.metadata.namespace, seen.event.at) {
        let Some(pod) = views.settled(seen.event.at) else { continue };
        let owner = pod.metadata.controller_of().map_or("", |owner| owner.kind.as_str());
        if owner == "DaemonSet" && selects(after, pod) {
            return Err(format!("counted although {name} belongs to a {owner}"));
        }
    }
    Ok(())
}

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

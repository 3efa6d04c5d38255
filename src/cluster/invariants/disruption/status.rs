//! What a budget's controller writes: how many disruptions are allowed, and of what.

use super::{TIMEOUT, reason, selects};
use crate::api::intstr::IntOrString;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Object, Timestamp};
use crate::cluster::invariants::{Memory, Seen};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

/// A status that the controller wrote, and the budget before.
pub(super) fn written<'a>(seen: &'a Seen<'_>) -> Option<(&'a PodDisruptionBudget, &'a PodDisruptionBudget)> {
    match (seen.before?, seen.after()?) {
        (Object::PodDisruptionBudget(before), Object::PodDisruptionBudget(after))
            if seen.is_by_controllers() && before.status != after.status =>
        {
            Some((before, after))
        }
        _ => None,
    }
}

pub(super) fn allowed_is_what_is_left(seen: &Seen<'_>) -> Result<(), String> {
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
pub(super) fn desired(budget: &PodDisruptionBudget, expected: i64) -> i64 {
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

pub(super) fn percentages_round_up(seen: &Seen<'_>) -> Result<(), String> {
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
    fn settled(&self, memory: &Memory, now: Time) -> Option<&'a Pod> {
        // Timestamps are whole seconds: a pod made in this second may be new.
        let is_old = |made: Timestamp| made.time() + Span::from_seconds(1) + memory.lag < now;
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
    for pod in memory.recent(now).filter_map(pods) {
        views.entry(pod.metadata.name.as_str()).or_default().older.push(pod);
    }
    views
}

fn is_fresh(granted: Timestamp, now: Time) -> bool {
    granted.time() + TIMEOUT > now
}

pub(super) fn healthy_pods_are_counted(seen: &Seen<'_>) -> Result<(), String> {
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
        at_least += i64::from(views.settled(seen.memory, now).as_ref().is_some_and(is_healthy));
        at_most += i64::from(views.all().any(is_healthy));
    }
    let counted = after.status.current_healthy;
    if (at_least..=at_most).contains(&counted) {
        Ok(())
    } else {
        Err(format!("{counted} healthy pods counted, there are {at_least} to {at_most}"))
    }
}

pub(super) fn granted_evictions_stay(seen: &Seen<'_>) -> Result<(), String> {
    let Some((before, after)) = written(seen) else {
        return Ok(());
    };
    let now = seen.event.at;
    let views = views(seen.memory, &after.metadata.namespace, now);
    for (name, granted) in &before.status.disrupted_pods {
        if after.status.disrupted_pods.contains_key(name) || !is_fresh(*granted, now) {
            continue;
        }
        let pod = views.get(name.as_str()).and_then(|views| views.settled(seen.memory, now));
        if pod.is_some_and(|pod| !pod.is_terminating() && selects(after, pod)) {
            return Err(format!("forgot that {name} is to go"));
        }
    }
    Ok(())
}

pub(super) fn pods_without_scale_allow_nothing(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, after)) = written(seen).filter(|(_, after)| reason(after) != "SyncFailed") else {
        return Ok(());
    };
    let is_share = after.spec.max_unavailable.is_some()
        || matches!(after.spec.min_available, Some(IntOrString::String(_)));
    if !is_share {
        return Ok(());
    }
    for (name, views) in views(seen.memory, &after.metadata.namespace, seen.event.at) {
        let Some(pod) = views.settled(seen.memory, seen.event.at) else { continue };
        let owner = pod.metadata.controller_of().map_or("", |owner| owner.kind.as_str());
        if owner == "DaemonSet" && selects(after, pod) {
            return Err(format!("counted although {name} belongs to a {owner}"));
        }
    }
    Ok(())
}

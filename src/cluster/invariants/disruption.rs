//! Rules of disruption budgets and evictions.
//!
//! Those that speak of a status hold for what the controller writes; the eviction subresource and people may
//! write between its writes. [`at_rest`] holds once nothing moves (L-11).

use super::{Invariant, Memory, Seen};
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
            if seen.is_by_controllers() && before.status != after.status =>
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
        let pod = views.get(name.as_str()).and_then(|views| views.settled(seen.memory, now));
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
        let Some(pod) = views.settled(seen.memory, seen.event.at) else { continue };
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::apiserver::{WatchEvent, WatchEventType};
    use crate::cluster::ProcessName;

    const NOW: Time = Time::from_ms(600_000);

    /// Puts fields over others, deeply.
    fn merge(value: &mut Value, more: &Value) {
        match (value, more) {
            (Value::Object(fields), Value::Object(more)) => {
                for (name, more) in more {
                    merge(fields.entry(name.clone()).or_insert(Value::Null), more);
                }
            }
            (value, more) => value.clone_from(more),
        }
    }

    fn pod(name: &str, more: &Value) -> Object {
        let mut value = json!({
            "metadata": {
                "name": name, "namespace": "default", "uid": name, "labels": {"app": "web"},
                "creationTimestamp": "2026-01-05T09:00:00Z",
            },
            "spec": {"containers": []},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
        });
        merge(&mut value, more);
        Object::from_value(Kind::Pod, value).unwrap()
    }

    fn evicted_pod(name: &str, ready: bool) -> Object {
        let ready = if ready { "True" } else { "False" };
        let mark = json!({"type": "DisruptionTarget", "status": "True", "reason": EVICTED});
        pod(name, &json!({"status": {"conditions": [{"type": "Ready", "status": ready}, mark]}}))
    }

    #[expect(clippy::needless_pass_by_value, reason = "values written on the spot")]
    fn budget(name: &str, spec: Value, status: Value) -> Object {
        let mut value = json!({
            "metadata": {"name": name, "namespace": "default", "uid": name, "generation": 1},
            "spec": {"selector": {"matchLabels": {"app": "web"}}},
            "status": {"observedGeneration": 1},
        });
        merge(&mut value, &json!({"spec": spec, "status": status}));
        Object::from_value(Kind::PodDisruptionBudget, value).unwrap()
    }

    /// The rules that a change breaks.
    fn broken(there: Vec<Object>, change: Object) -> Vec<&'static str> {
        let mut memory = Memory::default();
        for object in there {
            memory.objects.insert(object.key(), object);
        }
        let before = memory.objects.get(&change.key());
        let event = WatchEvent { type_: WatchEventType::Modified, object: change, at: NOW, revision: 1 };
        let by = Some(ProcessName::ControllerManager);
        let seen = Seen { event: &event, before, by_person: false, by, memory: &memory };
        INVARIANTS.iter().filter(|rule| (rule.check)(&seen).is_err()).map(|rule| rule.id).collect()
    }

    #[test]
    fn evictions_that_break_a_rule_are_found() {
        let unready = || pod("a", &json!({"status": {"conditions": [{"type": "Ready", "status": "False"}]}}));
        let noted = json!({"disruptedPods": {"a": "2026-01-05T09:10:00Z"}});
        let one = |status: &Value| budget("one", json!({"minAvailable": 1}), status.clone());
        let enough = json!({"currentHealthy": 1, "desiredHealthy": 1});
        assert_eq!(broken(vec![pod("a", &json!({}))], evicted_pod("a", true)), [""; 0]);
        assert_eq!(broken(vec![pod("a", &json!({})), one(&noted)], evicted_pod("a", true)), [""; 0]);
        assert_eq!(broken(vec![pod("a", &json!({})), one(&json!({}))], evicted_pod("a", true)), ["S-48"]);
        let two = budget("two", json!({"minAvailable": 1}), json!({}));
        assert_eq!(broken(vec![pod("a", &json!({})), one(&noted), two], evicted_pod("a", true)), ["S-52"]);
        let mut unseen = one(&noted);
        unseen.meta_mut().generation = 2;
        assert_eq!(broken(vec![pod("a", &json!({})), unseen], evicted_pod("a", true)), ["S-52"]);
        assert_eq!(broken(vec![unready(), one(&json!({}))], evicted_pod("a", false)), ["S-53"]);
        assert_eq!(broken(vec![unready(), one(&enough)], evicted_pod("a", false)), [""; 0]);
    }

    #[test]
    fn statuses_that_break_a_rule_are_found() {
        let numbers = |allowed: i64, healthy: i64, desired: i64, expected: i64| {
            json!({
                "disruptionsAllowed": allowed, "currentHealthy": healthy, "desiredHealthy": desired,
                "expectedPods": expected,
            })
        };
        let three = || ["a", "b", "c"].map(|name| pod(name, &json!({})));
        let write = |spec: Value, before: Value, after: Value, pods: Vec<Object>| {
            let mut there = pods;
            there.push(budget("one", spec.clone(), before));
            broken(there, budget("one", spec, after))
        };
        let min = |value: Value| json!({"minAvailable": value});
        let check = |after: Value| write(min(json!(2)), json!({}), after, three().into());
        assert_eq!(check(numbers(1, 3, 2, 3)), [""; 0]);
        assert_eq!(check(numbers(2, 3, 2, 3)), ["S-49"]);
        assert_eq!(check(numbers(0, 2, 2, 3)), ["S-51"]);
        assert_eq!(check(numbers(2, 4, 2, 3)), ["S-51"]);
        // 34 % of 3 are 1.02.
        let share = |desired| {
            let after = numbers(3 - desired, 3, desired, 3);
            write(min(json!("34%")), json!({}), after, three().into())
        };
        assert_eq!(share(2), [""; 0]);
        assert_eq!(share(1), ["S-50"]);
        // An eviction was granted ten seconds ago.
        let granted = json!({"disruptedPods": {"a": "2026-01-05T09:09:50Z"}});
        assert_eq!(write(min(json!(2)), granted.clone(), numbers(1, 3, 2, 3), three().into()), ["S-54"]);
        let mut counted = numbers(1, 3, 2, 3);
        counted["disruptedPods"] = granted["disruptedPods"].clone();
        assert_eq!(write(min(json!(2)), granted, counted, three().into()), ["S-51"]);
        // Daemon pods have no scale.
        let owner = json!({"metadata": {"ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "d", "uid": "d", "controller": true},
        ]}});
        let daemons = ["a", "b", "c"].map(|name| pod(name, &owner));
        let spec = json!({"maxUnavailable": 1});
        assert_eq!(write(spec, json!({}), numbers(1, 3, 2, 3), daemons.into()), ["S-56"]);
    }
}

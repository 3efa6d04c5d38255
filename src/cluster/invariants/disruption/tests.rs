//! Evictions and statuses that break one rule of budgets each.

use serde_json::{Value, json};

use super::{EVICTED, INVARIANTS};
use crate::api::{Kind, Object};
use crate::apiserver::{WatchEvent, WatchEventType};
use crate::cluster::ProcessName;
use crate::cluster::invariants::{Memory, Seen};
use crate::sim::Time;

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

//! Mutants of disruption budgets and evictions.

use serde_json::{Value, json};

use super::history::{CONTROLLERS, History, KUBELETS, PERSON};
use super::{Mutant, mutant};
use crate::api::{Kind, ObjectKey};
use crate::sim::Span;

/// By then everybody has seen what was written, and timestamps of whole seconds have passed.
const LATER: Span = Span::from_seconds(3);

fn budget() -> ObjectKey {
    ObjectKey::new(Kind::PodDisruptionBudget, "default", "front")
}

fn pods(history: &History) -> Vec<ObjectKey> {
    history.keys(Kind::Pod, "front-")
}

/// The eviction API marks a pod.
fn evict(history: &mut History, pod: &ObjectKey) {
    history.write(PERSON, pod, |it| {
        let mark = json!({"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"});
        it["status"]["conditions"].as_array_mut().unwrap().push(mark);
    });
}

/// The eviction API notes in the budget that a pod goes.
fn grant(history: &mut History, pod: &ObjectKey) {
    let now = history.last().event.at;
    let now = crate::api::Timestamp::at(now).to_string();
    history.write(PERSON, &budget(), |it| {
        it["status"]["disruptedPods"] = json!({pod.name.as_str(): now});
        it["status"]["disruptionsAllowed"] = json!(0);
    });
}

fn lose_readiness(history: &mut History, pod: &ObjectKey) {
    history.write(KUBELETS, pod, |it| {
        for condition in it["status"]["conditions"].as_array_mut().unwrap() {
            if condition["type"] == "Ready" {
                condition["status"] = json!("False");
            }
        }
    });
}

/// The controller counts: allowed, healthy, desired.
fn count(history: &mut History, key: &ObjectKey, [allowed, healthy, desired]: [i64; 3]) {
    history.write(CONTROLLERS, key, |it| {
        let status = it["status"].as_object_mut().unwrap();
        status.remove("disruptedPods");
        let counts = [
            ("disruptionsAllowed", allowed),
            ("currentHealthy", healthy),
            ("desiredHealthy", desired),
            ("expectedPods", 3),
        ];
        status.extend(counts.map(|(name, number)| (name.to_owned(), json!(number))));
        for condition in status["conditions"].as_array_mut().into_iter().flatten() {
            condition["reason"] = json!(if allowed > 0 { "SufficientPods" } else { "InsufficientPods" });
        }
    });
}

fn bump(value: &mut Value) {
    value["spec"]["minAvailable"] = json!(1);
}

const SCENE: &str = "deployment with a budget";

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("S-48", "an eviction that no budget notes", SCENE, |history| {
        let pods = pods(history);
        evict(history, &pods[0]);
    }),
    mutant("S-49", "more disruptions than are left", SCENE, |history| {
        count(history, &budget(), [3, 3, 2]);
    }),
    mutant("S-49", "fewer disruptions than none", SCENE, |history| {
        count(history, &budget(), [-1, 3, 2]);
    }),
    mutant("S-50", "a percentage that is rounded down", "deployment with a share", |history| {
        count(history, &budget(), [2, 3, 1]);
    }),
    mutant("S-51", "a healthy pod that is not counted", SCENE, |history| {
        history.pass(LATER);
        count(history, &budget(), [0, 2, 2]);
    }),
    mutant("S-51", "an unready pod that is counted", SCENE, |history| {
        let pods = pods(history);
        lose_readiness(history, &pods[0]);
        history.pass(LATER);
        count(history, &budget(), [0, 2, 2]);
        count(history, &budget(), [1, 3, 2]);
    }),
    mutant("S-51", "a pod that is counted although its eviction was granted", SCENE, |history| {
        let pods = pods(history);
        grant(history, &pods[0]);
        history.pass(LATER);
        history.write(CONTROLLERS, &budget(), |it| it["status"]["disruptionsAllowed"] = json!(1));
    }),
    mutant("S-52", "an eviction under two budgets", SCENE, |history| {
        let pods = pods(history);
        history.make_like(PERSON, &budget(), &[("\"name\":\"front\"", "\"name\":\"second\"")]);
        grant(history, &pods[0]);
        evict(history, &pods[0]);
    }),
    mutant("S-52", "an eviction under a budget that was not looked at", SCENE, |history| {
        let pods = pods(history);
        history.write(PERSON, &budget(), bump);
        grant(history, &pods[0]);
        evict(history, &pods[0]);
    }),
    mutant("S-53", "an unready pod evicted while its budget is not healthy", SCENE, |history| {
        let pods = pods(history);
        lose_readiness(history, &pods[0]);
        lose_readiness(history, &pods[1]);
        history.pass(LATER);
        count(history, &budget(), [0, 1, 2]);
        evict(history, &pods[0]);
    }),
    mutant("S-54", "a granted eviction that is taken back", SCENE, |history| {
        let pods = pods(history);
        grant(history, &pods[0]);
        history.pass(LATER);
        count(history, &budget(), [1, 3, 2]);
    }),
    mutant("S-56", "a share of daemon pods that is counted", "daemons with a budget", |history| {
        let key = ObjectKey::new(Kind::PodDisruptionBudget, "default", "agent");
        history.pass(LATER);
        count(history, &key, [1, 3, 2]);
    }),
];

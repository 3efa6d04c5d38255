//! Text tables for the policy: a set, its pods, and what one sync decides.
//!
//! `set replicas=3 minReady=10 owned`, then `pod a ready=90`, `pod b sibling`, `created 2`, and after `=>`
//! what is done and why. Pods run, are of the set and bound to the node of their `on=`; the time is second
//! 100.

use std::rc::Rc;

use super::manage::{Plan, Steps, View, manage_replicas};
use super::pods::PodTable;
use super::waiting::{Outcome, WaitingFor};
use crate::api::deployment::ReplicaSet;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectMeta, OwnerReference, Timestamp};
use crate::client::{Cache, WatchEventType};
use crate::controllers::Verdict;
use crate::controllers::expectations::Expectations;
use crate::sim::Time;

const NOW: Time = Time::from_ms(100_000);

#[expect(clippy::unnecessary_wraps, reason = "the fields it fills are optional")]
fn at(value: &str) -> Option<Timestamp> {
    Some(Timestamp::at(Time::from_ms(value.parse::<u64>().unwrap() * 1000)))
}

fn set_of(words: &[&str]) -> ReplicaSet {
    let mut set = ReplicaSet::default();
    set.metadata.name = "web".into();
    set.metadata.namespace = "default".into();
    set.metadata.uid = "uid-web".into();
    set.spec.selector.match_labels.insert("app".into(), "web".into());
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("replicas", value) => set.spec.replicas = value.parse().ok(),
            ("minReady", value) => set.spec.min_ready_seconds = value.parse().unwrap(),
            ("deleting", _) => set.metadata.deletion_timestamp = Some(Timestamp::at(NOW)),
            ("owned", _) => {
                let owner = ObjectMeta { uid: "uid-owner".into(), ..ObjectMeta::default() };
                set.metadata.owner_references =
                    vec![OwnerReference::controller("apps/v1", "Deployment", &owner)];
            }
            (other, _) => panic!("{other}"),
        }
    }
    set
}

fn pod_of(words: &[&str]) -> Pod {
    let mut pod = Pod::default();
    pod.metadata.name = words[0].into();
    pod.metadata.namespace = "default".into();
    pod.metadata.uid = words[0].into();
    pod.metadata.labels.insert("app".into(), "web".into());
    pod.status.phase = "Running".into();
    for word in &words[1..] {
        match word.split_once('=').unwrap_or((word, "")) {
            ("on", node) => pod.spec.node_name = node.into(),
            ("ready", value) => pod.status.conditions.push(Condition {
                type_: "Ready".into(),
                status: "True".into(),
                last_transition_time: at(value),
                ..Condition::default()
            }),
            ("sibling", _) => drop(pod.metadata.labels.insert("app".into(), "sibling".into())),
            ("going", _) => pod.metadata.deletion_timestamp = Some(Timestamp::at(NOW)),
            (phase, _) => pod.status.phase = phase.into(),
        }
    }
    pod
}

fn plan_of(lines: &str) -> (ReplicaSet, Plan) {
    let mut cache = Cache::default();
    let mut table: Option<PodTable> = None;
    let mut expectations = Expectations::default();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "set" => {
                let set = set_of(&words[1..]);
                let mut sibling = set.clone();
                sibling.metadata.name = "old".into();
                sibling.spec.selector.match_labels.insert("app".into(), "sibling".into());
                for set in [&set, &sibling] {
                    cache.apply(WatchEventType::Added, &Object::from(set.clone()));
                }
                table = Some(PodTable::new(Rc::new(set)));
            }
            "pod" => {
                let pod = Rc::new(pod_of(&words[1..]));
                cache.apply(WatchEventType::Added, &Object::Pod(Rc::clone(&pod)));
                if pod.metadata.labels["app"] == "web" {
                    table.as_mut().unwrap().put(pod);
                }
            }
            "created" => expectations.expect_creations(words[1].parse().unwrap(), NOW),
            "deleted" => expectations.expect_deletions(words[1..].iter().map(|&w| w.to_owned()), NOW),
            other => panic!("{other}"),
        }
    }
    let mut table = table.unwrap();
    table.refresh(NOW);
    let set = Rc::clone(table.set());
    let view = View { set: &set, pods: &table, expectations: &expectations, cache: &cache };
    let plan = manage_replicas(&view, NOW);
    ((*set).clone(), plan)
}

fn told(set: &ReplicaSet, plan: &Plan) -> String {
    let steps = match &plan.steps {
        Steps::Nothing => String::new(),
        Steps::Create(count) => format!("create {count}; "),
        Steps::Delete(pods) => {
            let names: Vec<&str> = pods.iter().map(|pod| pod.metadata.name.as_str()).collect();
            format!("delete {}; ", names.join(" "))
        }
    };
    let end = match plan.outcome.verdict(set) {
        Verdict::Converged => "converged".to_owned(),
        verdict => verdict.reason().map(|reason| reason.name.to_owned()).unwrap(),
    };
    steps + &end
}

fn check(table: &str) {
    let (lines, expected) = table.split_once("=>").unwrap();
    let (set, plan) = plan_of(lines);
    assert_eq!(told(&set, &plan), expected.trim(), "{lines}");
}

#[test]
fn missing_pods_are_created_at_most_five_hundred_at_a_time() {
    check("set replicas=3\n pod a ready=1 => create 2; Create");
    check(
        "set replicas=3\n pod a ready=1\n pod b going\n pod c Failed\n pod d Succeeded => create 2; Create",
    );
    check("set replicas=800 => create 500; Create");
    check("set => create 1; Create");
}

#[test]
fn surplus_pods_are_deleted_by_rank() {
    check("set replicas=1\n pod a on=n ready=1\n pod b on=m\n pod c on=o ready=1 => delete b a; Delete");
    check("set replicas=0\n pod a on=n ready=1\n pod b on=m => delete a b; Delete");
    // A sibling's pod on the same node makes a pod the first to go; a set of its own has no siblings.
    let pods = "pod a on=n ready=1\n pod b on=m ready=1\n pod s sibling on=m ready=1";
    check(&format!("set replicas=1 owned\n {pods} => delete b; Delete"));
    check(&format!("set replicas=1\n {pods} => delete a; Delete"));
    // One that is going or has ended is no neighbour.
    check(
        "set replicas=1 owned\n pod a on=n ready=1\n pod b on=m ready=1\n pod s sibling on=m going => delete a; Delete",
    );
}

#[test]
fn nothing_is_done_before_what_was_done_is_seen() {
    check("set replicas=3\n created 2 => Expectations");
    check("set replicas=0\n pod a\n deleted a => Expectations");
    check("set replicas=3 deleting => SetDeletion");
}

#[test]
fn the_end_says_what_is_still_missing() {
    check("set replicas=2\n pod a ready=1\n pod b => PodsReady");
    check("set replicas=2 minReady=10\n pod a ready=80\n pod b ready=95 => PodsAvailable");
    check("set replicas=2 minReady=10\n pod a ready=80\n pod b ready=90 => converged");
    check("set replicas=0 => converged");
}

/// Every variant of `WaitingFor` in its words.
#[test]
fn waits_read_as_sentences() {
    let say = |wait: WaitingFor| {
        let Verdict::Waiting(reason) = Outcome::Waiting(wait).verdict(&set_of(&[])) else { panic!() };
        reason.sentence
    };
    let of = |creations, deletions| WaitingFor::Expectations { creations, deletions };
    for (wait, sentence) in [
        (of(2, 0), "waiting to see the 2 Pods that it created before it counts again"),
        (of(0, 1), "waiting to see the 1 Pod that it deleted go before it counts again"),
        (
            WaitingFor::PodsReady { count: 2, first: "web-x".into() },
            "waiting for 2 Pods to become ready, the first of them web-x",
        ),
        (WaitingFor::PodsReady { count: 1, first: "web-x".into() }, "waiting for Pod web-x to become ready"),
        (
            WaitingFor::PodsAvailable { count: 1, min_ready_seconds: 10, until: Time::ZERO },
            "waiting for 1 Pod to be Available (minReadySeconds 10)",
        ),
        (
            WaitingFor::SetDeletion,
            "the ReplicaSet is being deleted: its Pods are left to the garbage collector",
        ),
        (
            WaitingFor::CacheCatchUp { kind: Kind::Pod },
            "waiting for the controller's cache to show its own writes (pods)",
        ),
    ] {
        assert_eq!(say(wait), sentence);
    }
}

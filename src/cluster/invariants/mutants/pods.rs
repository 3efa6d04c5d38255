//! Mutants of pods and nodes: placement, phases, containers, cordons, lost nodes.

use serde_json::{Value, json};

use super::history::{CONTROLLERS, Change, History, KUBELETS, PERSON, SCHEDULER, text};
use super::{Mutant, mutant};
use crate::api::{Kind, ObjectKey};
use crate::sim::Span;

fn pod() -> ObjectKey {
    ObjectKey::new(Kind::Pod, "default", "web-0")
}

fn is_binding(change: &Change) -> bool {
    change.by == SCHEDULER && change.kind() == Kind::Pod && change.name().starts_with("front-")
}

/// Just before a pod of the Deployment is bound, something happens to the node that it is bound to.
fn before_binding(history: &mut History, edit: fn(&mut Value)) {
    history.until(|change| is_binding(change) && !change.text("/spec/nodeName").is_empty());
    let binding = history.take_last();
    let node = ObjectKey::new(Kind::Node, "", binding.text("/spec/nodeName"));
    history.write(PERSON, &node, edit);
    history.pass(Span::from_seconds(1));
    history.put(binding);
}

/// The scheduler is told of a binding that it failed, and some time later binds another pod to the same node,
/// which has room for one.
fn bind_two_for_one(history: &mut History, later: Span) {
    let is_bound = |change: &Change| is_binding(change) && !change.text("/spec/nodeName").is_empty();
    history.until_nth(1, is_bound);
    let second = history.take_last();
    let first = history.lose_answer(is_bound);
    let node = first.text("/spec/nodeName");
    let is_node = |change: &Change| change.is(Kind::Node, &node);
    history.rewrite(is_node, |it| it["status"]["allocatable"]["pods"] = json!("1"));
    history.pass(later);
    history.put(second);
    history.alter(|it| it["spec"]["nodeName"] = json!(node));
}

/// Until the watch tells of it, the scheduler takes such a pod for unbound (`ForgetPod`).
#[test]
fn a_lost_binding_excuses_what_comes_within_the_lag_alone() {
    let whole = super::stage::play("deployment");
    for (later, found) in [(Span::ZERO, None), (Span::from_seconds(1), Some("S-13"))] {
        let mut history = whole.clone();
        bind_two_for_one(&mut history, later);
        assert_eq!(history.check().err().map(|(_, violation)| violation.id), found, "{later:?} later");
    }
}

fn restarted(count: i64) -> impl Fn(&mut Value) {
    move |it| it["status"]["containerStatuses"][0]["restartCount"] = json!(count)
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("S-09", "a pod that moves", "set", |history| {
        history.write(SCHEDULER, &pod(), |it| it["spec"]["nodeName"] = json!("node-9"));
    }),
    mutant("S-09", "a pod whose command changes", "set", |history| {
        history.write(PERSON, &pod(), |it| it["spec"]["containers"][0]["command"] = json!(["sh"]));
    }),
    mutant("S-09", "a pod that no longer tolerates a lost node", "set", |history| {
        history.write(PERSON, &pod(), |it| it["spec"]["tolerations"] = json!([]));
    }),
    mutant("S-09", "a pod that gets another grace", "set", |history| {
        history.write(PERSON, &pod(), |it| it["spec"]["terminationGracePeriodSeconds"] = json!(1));
    }),
    mutant("S-10", "a pod that runs and is pending again", "set", |history| {
        history.write(KUBELETS, &pod(), |it| it["status"]["phase"] = json!("Pending"));
    }),
    mutant("S-10", "a pod that failed and runs again", "set", |history| {
        history.write(KUBELETS, &pod(), |it| it["status"] = json!({"phase": "Failed"}));
        history.write(KUBELETS, &pod(), |it| it["status"]["phase"] = json!("Running"));
    }),
    mutant("S-11", "a ready pod with a container that is not", "set", |history| {
        history.write(KUBELETS, &pod(), |it| it["status"]["containerStatuses"][0]["ready"] = json!(false));
    }),
    mutant("S-11", "a ready pod that does not run", "set", |history| {
        history.write(KUBELETS, &pod(), |it| it["status"]["phase"] = json!("Succeeded"));
    }),
    mutant("S-11", "a restart that is forgotten", "set", |history| {
        history.write(KUBELETS, &pod(), restarted(3));
        history.write(KUBELETS, &pod(), restarted(2));
    }),
    mutant("S-12", "a container that runs without its volume", "set", |history| {
        let running = "/status/containerStatuses/0/state/running";
        history.until(|change| change.is(Kind::Pod, "web-0") && !change.text(running).is_empty());
        let start = history.take_last();
        let claim = ObjectKey::new(Kind::PersistentVolumeClaim, "default", "www-web-0");
        history.write(CONTROLLERS, &claim, |it| it["status"]["phase"] = json!("Lost"));
        history.put(start);
    }),
    mutant("S-13", "a pod on a node whose taint it does not tolerate", "deployment", |history| {
        before_binding(history, |it| {
            it["spec"]["taints"] = json!([{"key": "dedicated", "value": "db", "effect": "NoSchedule"}]);
        });
    }),
    mutant("S-13", "a pod on a node whose cpu does not suffice", "deployment", |history| {
        before_binding(history, |it| it["status"]["allocatable"]["cpu"] = json!("50m"));
    }),
    mutant("S-13", "a pod on a node that is full", "deployment", |history| {
        before_binding(history, |it| it["status"]["allocatable"]["pods"] = json!("0"));
    }),
    mutant("S-13", "a pod on a node that does not exist", "deployment", |history| {
        history.until(|change| is_binding(change) && !change.text("/spec/nodeName").is_empty());
        history.alter(|it| it["spec"]["nodeName"] = json!("node-9"));
    }),
    mutant("S-13", "a daemon pod on another node than its own", "daemons", |history| {
        history.until(|change| change.by == SCHEDULER && change.name().starts_with("agent-"));
        history.alter(|it| {
            let other = if it["spec"]["nodeName"] == "node-1" { "node-2" } else { "node-1" };
            it["spec"]["nodeName"] = json!(other);
        });
    }),
    mutant("S-13", "a pod whose host port is taken", "deployment", |history| {
        history.rewrite(
            |change| change.kind() == Kind::Pod,
            |it| it["spec"]["containers"][0]["ports"] = json!([{"containerPort": 80, "hostPort": 80}]),
        );
        history.until_nth(1, |change| is_binding(change) && !change.text("/spec/nodeName").is_empty());
        let own = history.last().event.object.key();
        let others = history.keys(Kind::Pod, "front-").into_iter().filter(|pod| *pod != own);
        let nodes = others.map(|pod| text(&history.object(&pod).to_value(), "/spec/nodeName"));
        let taken = nodes.into_iter().find(|node| !node.is_empty()).unwrap();
        history.alter(|it| it["spec"]["nodeName"] = json!(taken));
    }),
    mutant("S-13", "a pod beside one whose lost binding was seen long ago", "deployment", |history| {
        bind_two_for_one(history, Span::from_seconds(1));
    }),
    mutant("S-14", "a pod on a cordoned node", "deployment", |history| {
        before_binding(history, |it| it["spec"]["unschedulable"] = json!(true));
    }),
    mutant("S-06", "a pod that the controllers remove while it runs", "set", |history| {
        history.remove(CONTROLLERS, &pod());
    }),
    mutant("S-06", "a pod that the scheduler removes while it ends", "set", |history| {
        history.delete(PERSON, &pod());
        history.pass(Span::from_seconds(1));
        history.remove(SCHEDULER, &pod());
    }),
    mutant("S-15", "a pod that the controllers remove from a lost node", "set on a lost node", |history| {
        let pods = history.keys(Kind::Pod, "web-");
        let lost = pods.into_iter().find(|pod| history.object(pod).meta().is_terminating());
        history.remove(CONTROLLERS, &lost.unwrap());
    }),
];

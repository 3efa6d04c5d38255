//! Mutants of `DaemonSet`s: nodes, budgets, surge, back-off, revisions.

use serde_json::{Value, json};

use super::history::{CONTROLLERS, Change, History, KUBELETS, PERSON, text};
use super::{Mutant, mutant};
use crate::api::{Kind, ObjectKey};
use crate::sim::Span;

const SECOND: Span = Span::from_seconds(1);
const HASH: &str = "/metadata/labels/controller-revision-hash";

fn agent() -> ObjectKey {
    ObjectKey::new(Kind::DaemonSet, "default", "agent")
}

fn makes_pod(change: &Change) -> bool {
    change.makes(Kind::Pod, "agent-")
}

fn deletes_pod(change: &Change) -> bool {
    change.kind() == Kind::Pod && change.name().starts_with("agent-") && change.is_going()
}

fn first_pod(history: &History) -> ObjectKey {
    history.key(Kind::Pod, "agent-")
}

fn node_of(history: &History, pod: &ObjectKey) -> ObjectKey {
    ObjectKey::new(Kind::Node, "", text(&history.object(pod).to_value(), "/spec/nodeName"))
}

/// The controllers make another pod like this one.
fn make_another(history: &mut History, pod: &ObjectKey) -> ObjectKey {
    history.make_like(CONTROLLERS, pod, &[(&pod.name, "agent-other")]);
    ObjectKey::new(Kind::Pod, "default", "agent-other")
}

/// A failed pod is deleted, and is gone a moment later.
fn replace_failed(history: &mut History, pod: &ObjectKey) {
    history.write(KUBELETS, pod, |it| it["status"] = json!({"phase": "Failed"}));
    history.pass(SECOND);
    history.delete(CONTROLLERS, pod);
    history.pass(Span::from_ms(200));
    history.remove(KUBELETS, pod);
}

fn tolerations(value: &mut Value) -> &mut Vec<Value> {
    value["spec"]["tolerations"].as_array_mut().unwrap()
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("S-34", "a second pod on a node", "daemons", |history| {
        let pod = first_pod(history);
        make_another(history, &pod);
    }),
    mutant("S-34", "with surge, a second pod of one revision", "daemons with surge", |history| {
        let pod = first_pod(history);
        make_another(history, &pod);
    }),
    mutant("S-35", "a pod for a node with a taint", "daemons", |history| {
        let pod = first_pod(history);
        let node = node_of(history, &pod);
        history.end(PERSON, &pod);
        let taint = json!([{"key": "dedicated", "effect": "NoSchedule"}]);
        history.write(PERSON, &node, |it| it["spec"]["taints"] = taint);
        history.pass(SECOND);
        make_another(history, &pod);
    }),
    mutant("S-35", "a pod for a node that is gone", "daemons", |history| {
        let pod = first_pod(history);
        let node = node_of(history, &pod);
        history.end(PERSON, &pod);
        history.remove(PERSON, &node);
        history.pass(SECOND);
        make_another(history, &pod);
    }),
    mutant("S-36", "a pod that does not tolerate what all others do", "daemons", |history| {
        history.until(makes_pod);
        history.alter(|it| tolerations(it).retain(|one| one["key"] != "node.kubernetes.io/unschedulable"));
    }),
    mutant("S-36", "a pod that leaves a lost node after a while", "daemons", |history| {
        history.until(makes_pod);
        history.alter(|it| {
            for one in tolerations(it).iter_mut().filter(|one| one["effect"] == "NoExecute") {
                one["tolerationSeconds"] = json!(300);
            }
        });
    }),
    mutant("S-36", "a pod that may go to either of two nodes", "daemons", |history| {
        history.until(makes_pod);
        history.alter(|it| {
            let required = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution";
            let terms = it.pointer_mut(required).unwrap()["nodeSelectorTerms"].as_array_mut().unwrap();
            terms.push(terms[0].clone());
        });
    }),
    mutant("S-37", "a second old pod goes while the first node has none", "daemons updated", |history| {
        history.until(deletes_pod);
        let gone = history.last().name().to_owned();
        let pods = history.keys(Kind::Pod, "agent-");
        history.pass(SECOND);
        history.delete(CONTROLLERS, pods.iter().find(|pod| pod.name != gone).unwrap());
    }),
    mutant("S-37", "an old pod goes under OnDelete", "daemons on delete", |history| {
        let pod = first_pod(history);
        history.delete(CONTROLLERS, &pod);
    }),
    mutant("S-38", "an old pod goes before the new one is available", "daemons with surge", |history| {
        history.until_nth(3, makes_pod);
        let new = history.last().event.object.to_value();
        let target = |value: &Value| value["spec"]["affinity"].clone();
        let mut old = history.keys(Kind::Pod, "agent-");
        old.retain(|pod| {
            let value = history.object(pod).to_value();
            target(&value) == target(&new) && text(&value, HASH) != text(&new, HASH)
        });
        history.pass(SECOND);
        history.delete(CONTROLLERS, &old[0]);
    }),
    mutant("S-38", "two nodes have an old and a new pod", "daemons with surge", |history| {
        history.until_nth(3, makes_pod);
        let new = history.last().event.object.clone();
        let nodes = ["node-1", "node-2", "node-3"];
        let spec = new.to_value()["spec"].to_string();
        let here = nodes.iter().find(|node| spec.contains(*node)).unwrap();
        let there = nodes.iter().find(|node| *node != here).unwrap();
        history.pass(SECOND);
        history.make_like(CONTROLLERS, &new.key(), &[(&new.meta().name, "agent-other"), (here, there)]);
    }),
    mutant("S-39", "a sound pod is deleted", "daemons", |history| {
        let pod = first_pod(history);
        history.delete(CONTROLLERS, &pod);
    }),
    mutant("S-40", "a pod for a set that is going", "daemons", |history| {
        let pod = first_pod(history);
        history.delete(PERSON, &agent());
        history.pass(SECOND);
        history.end(CONTROLLERS, &pod);
        history.pass(SECOND);
        make_another(history, &pod);
    }),
    mutant("S-41", "two failed pods of a node within a second", "daemons", |history| {
        let pod = first_pod(history);
        replace_failed(history, &pod);
        let other = make_another(history, &pod);
        history.pass(Span::from_ms(200));
        history.write(KUBELETS, &other, |it| it["status"] = json!({"phase": "Failed", "reason": "Evicted"}));
        history.pass(Span::from_ms(200));
        history.delete(CONTROLLERS, &other);
    }),
    mutant("S-31", "the revision of running pods is removed, where none is kept", "daemons", |history| {
        history.write(PERSON, &agent(), |it| it["spec"]["revisionHistoryLimit"] = json!(0));
        history.pass(SECOND);
        let key = history.key(Kind::ControllerRevision, "agent-");
        history.remove(CONTROLLERS, &key);
    }),
    mutant("S-31", "a revision within the limit is removed", "daemons updated", |history| {
        let keys = history.keys(Kind::ControllerRevision, "agent-");
        history.remove(CONTROLLERS, &keys[0]);
    }),
    mutant("S-30", "a revision that changes", "daemons", |history| {
        let key = history.key(Kind::ControllerRevision, "agent-");
        history.write(CONTROLLERS, &key, |it| it["data"]["spec"]["template"]["metadata"] = json!({}));
    }),
    mutant("S-32", "a collision that is forgotten", "daemons", |history| {
        history.write(CONTROLLERS, &agent(), |it| it["status"]["collisionCount"] = json!(1));
        history.write(CONTROLLERS, &agent(), |it| it["status"]["collisionCount"] = json!(0));
    }),
    mutant("S-27", "fewer unavailable nodes than there are", "daemons", |history| {
        history.write(CONTROLLERS, &agent(), |it| it["status"]["numberAvailable"] = json!(1));
    }),
];

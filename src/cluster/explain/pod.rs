//! Pods: where they are on their way from the scheduler to Ready, and who keeps them.

use std::rc::Rc;

use super::budget;
use super::decided::decided;
use super::explanation::{Class, Explanation, Mend};
use super::rule::{Ends, Rule, rule};
use super::view::{View, instant, named};
use super::{containers, deletion, placement, silence};
use crate::api::deployment::ReplicaSet;
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};

const KUBELET: &str = "kubelet";

const READY: Rule = rule(
    KUBELET,
    "Ready",
    Ends::Settled,
    "spec.containers",
    "A Pod is Ready when all its containers run and pass their readiness probes; Services then send it requests.",
);
const SUCCEEDED: Rule = rule(
    KUBELET,
    "Succeeded",
    Ends::Settled,
    "spec.restartPolicy",
    "A Pod all of whose containers ended well and are not to be restarted has succeeded, and stays as a record.",
);
const FAILED: Rule = rule(
    KUBELET,
    "Failed",
    Ends::Person,
    "spec.restartPolicy",
    "A Pod that failed is not started again. A controller replaces it if one owns it; otherwise nobody does.",
);
const NODE_LOST: Rule = rule(
    "node-controller",
    "NodeLost",
    Ends::Person,
    "",
    "When a node's kubelet is not heard of, its Pods are taken to be not Ready. What really runs there nobody knows.",
);

pub(super) const RULES: &[&Rule] = &[&READY, &SUCCEEDED, &FAILED, &NODE_LOST];

/// Why a pod is as it is.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, pod: &Rc<Pod>) -> Explanation {
    let mut explanation = explain_by_state(view, key, pod);
    // Whoever waits for it passes on what it waits for, and not these; and many may wait for many.
    if view.is_at_the_top() {
        explanation.facts.extend(deletion::truth_about(view, pod));
    }
    explanation
}

fn explain_by_state(view: View<'_>, key: &ObjectKey, pod: &Rc<Pod>) -> Explanation {
    if pod.is_terminal() {
        return ended(view, key, pod);
    }
    let object = Object::Pod(Rc::clone(pod));
    // What was done to a pod is over; what it waits for is not.
    if let Some(decided) = decided(view, key, &object).filter(|decided| decided.class > Class::Working) {
        return decided;
    }
    if !pod.is_bound() {
        return placement::explain(view, key, pod);
    }
    match view.typed::<Node>("", &pod.spec.node_name) {
        Some(node) if !node.is_ready() => node_lost(view, key, pod),
        // What containers are like is known from their status, which holds whole seconds.
        _ => containers::explain(view, key, pod).unwrap_or_else(|| ready(view, key, pod)).at_a_second(),
    }
}

fn ready(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Explanation {
    let (node, name) = (&pod.spec.node_name, &key.name);
    if let Some(since) = silence::since(view, node) {
        let sentence = format!("Pod {name} is reported as Running and Ready on {node}");
        let explanation = Explanation::new(key, READY, sentence).fact("node", node);
        return silence::doubted(view, node, since, explanation);
    }
    let since = Condition::find(&pod.status.conditions, "Ready")
        .and_then(|ready| instant(ready.last_transition_time));
    let owner = view.workload(&pod.metadata);
    let kept = match &owner {
        Some(owner) => format!("{} keeps it", named(owner)),
        None => "no controller owns it, so nobody replaces it when it is deleted".to_owned(),
    };
    let sentence = format!("Pod {name} is Running and Ready on {node}; {kept}");
    let mut explanation = Explanation::new(key, READY, sentence).at(since).fact("node", node);
    if let Some(owner) = &owner {
        explanation = explanation.fact("controlledBy", named(owner));
        if let Some(above) = view.explain(owner).filter(|above| above.class != Class::Settled) {
            explanation.also.push((above.by, format!("{}: {}", named(owner), above.sentence)));
            explanation.held_up_by = Some(owner.clone());
        }
    }
    if let Some(budget) = budget::refusing(view, pod).filter(|it| budget::has_refused(view, &it.object, pod))
    {
        let refused = format!("its eviction was refused by {}: {}", named(&budget.object), budget.sentence);
        explanation.also.push((budget.by, refused));
        explanation.held_up_by = Some(budget.object);
        explanation.mends = budget.mends;
    }
    explanation
}

fn ended(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Explanation {
    let status = &pod.status;
    let name = &key.name;
    let ends = status.init_container_statuses.iter().chain(&status.container_statuses);
    let ends = ends.filter_map(|status| Some((status.name.as_str(), status.state.terminated.as_ref()?)));
    let at = ends.clone().filter_map(|(_, ended)| instant(ended.finished_at)).max();
    let failed = ends.clone().find(|(_, ended)| ended.exit_code != 0);
    if status.phase == "Succeeded" {
        let sentence = format!("Pod {name} has succeeded: all its containers ended with code 0");
        return Explanation::new(key, SUCCEEDED, sentence)
            .at(at)
            .at_a_second()
            .field(view.pod_field(pod, "spec.restartPolicy"));
    }
    let why = match (status.reason.as_str(), status.message.trim()) {
        ("", "") => match failed {
            Some((container, ended)) => {
                format!("container {container} ended with code {} and is not started again", ended.exit_code)
            }
            None => "a container ended with an error and is not started again".to_owned(),
        },
        (reason, "") => reason.to_owned(),
        ("", message) => message.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    };
    let mut explanation = Explanation::new(key, FAILED, format!("Pod {name} has failed: {why}"))
        .at(at)
        .at_a_second()
        .fact("restartPolicy", &pod.spec.restart_policy)
        .field(view.pod_field(pod, "spec.restartPolicy"));
    if let Some(owner) = view.workload(&pod.metadata) {
        let owner_named = named(&owner);
        let (class, then) = if is_replaced(view, pod) {
            (
                Class::Settled,
                "has put another in its place; this one stays as a record until somebody deletes it",
            )
        } else {
            (Class::Waiting, "puts another in its place")
        };
        explanation.class = class;
        explanation.sentence.push_str(&format!("; {owner_named} {then}"));
        return explanation.fact("controlledBy", owner_named);
    }
    let line = format!("kubectl delete pod {name}{}", view.flag(key));
    let words = "Delete it and apply its manifest again: nobody does that for a Pod without a controller";
    explanation.mend(Mend::line(words, line))
}

/// Whether the pod's set has as many others as it wants: a `ReplicaSet` counts no pods that have failed.
fn is_replaced(view: View<'_>, pod: &Pod) -> bool {
    let set = view.controller(&pod.metadata);
    let set = set.and_then(|set| view.typed::<ReplicaSet>(&set.namespace, &set.name));
    set.is_some_and(|set| set.status.replicas >= set.spec.replicas.unwrap_or(1))
}

fn node_lost(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Explanation {
    let node = &pod.spec.node_name;
    let sentence =
        format!("the node {node} of Pod {} is not ready: nobody knows whether the Pod still runs", key.name);
    let since = Condition::find(&pod.status.conditions, "Ready")
        .and_then(|ready| instant(ready.last_transition_time));
    let mut explanation =
        Explanation::new(key, NODE_LOST, sentence).at(since).at_a_second().fact("node", node);
    let node_key = ObjectKey::new(Kind::Node, "", node.clone());
    let below = view.explain(&node_key);
    explanation.class = below.as_ref().map_or(Class::Waiting, |below| below.class.max(Class::Waiting));
    if let Some(below) = below {
        explanation.also.push((below.by, below.sentence));
        explanation.mends = below.mends;
    }
    explanation.held_up_by = Some(node_key);
    explanation
}

//! Nodes that have fallen silent and that nobody misses yet: what is reported of their Pods is from before.
//!
//! Models the time until the node controller notices (`node-monitor-grace-period`), Kubernetes v1.36.

use super::deletion::outage;
use super::explanation::{Class, Explanation};
use super::rules::of_decision;
use super::view::{View, pod_key};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, ObjectKey};
use crate::sim::Time;

/// Since when a node is silent that is still reported as ready.
pub(super) fn since(view: View<'_>, node: &str) -> Option<Time> {
    let (_, since) = outage(view, node)?;
    view.typed::<Node>("", node).is_some_and(|node| node.is_ready()).then_some(since)
}

/// What is known of something on a silent node: the node controller has to notice first.
pub(super) fn doubted(view: View<'_>, node: &str, since: Time, explanation: Explanation) -> Explanation {
    let mut doubted = Explanation { rule: of_decision("node-controller", "Heartbeat"), ..explanation };
    let seconds = (view.cluster.now() - since).ms() / 1_000;
    doubted
        .sentence
        .push_str(&format!(", which has been silent for {seconds} s, and nobody has missed it yet"));
    doubted.class = Class::Waiting;
    doubted.at = Some(since);
    doubted.by = doubted.rule.by;
    doubted.field = None;
    let node = ObjectKey::new(Kind::Node, "", node);
    if let Some(below) = view.explain(&node) {
        doubted.mends = below.mends;
    }
    doubted.held_up_by.get_or_insert(node);
    doubted
}

/// What is said of a workload with which all is well as far as is reported.
pub(super) fn of_workload(view: View<'_>, key: &ObjectKey, explanation: Explanation) -> Explanation {
    let machines = view.cluster.kubelets().machines();
    let mut silent = machines.filter_map(|(node, _)| Some((node, since(view, node)?)));
    let found = silent.find_map(|(node, since)| {
        let is_on_it = |pod: &&std::rc::Rc<Pod>| {
            let owners = [view.workload(&pod.metadata), view.controller(&pod.metadata)];
            pod.spec.node_name == node && owners.iter().flatten().any(|owner| owner == key)
        };
        let pod = view.list::<Pod>(Some(&key.namespace)).find(is_on_it)?;
        Some((pod_key(pod), node, since))
    });
    let Some((pod, node, since)) = found else { return explanation };
    let known = explanation.sentence.replacen("Everything is", "What is reported is", 1);
    let sentence = format!("{known}; but Pod {} is on {node}", pod.name);
    doubted(view, node, since, Explanation { sentence, held_up_by: Some(pod), ..explanation })
}

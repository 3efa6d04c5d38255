//! Nodes that have fallen silent and that nobody misses yet: what is reported of their Pods is from before.
//!
//! Models the time until the node controller notices (`node-monitor-grace-period`), Kubernetes v1.36.

use std::rc::Rc;

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

/// A Pod on a silent node.
pub(super) struct SilentPod {
    pod: ObjectKey,
    node: String,
    since: Time,
}

/// The first Pod of a workload whose node is silent.
pub(super) fn on_silent_node(view: View<'_>, workload: &ObjectKey) -> Option<SilentPod> {
    let machines = view.cluster.kubelets().machines();
    let mut silent = machines.filter_map(|(node, _)| Some((node, since(view, node)?)));
    silent.find_map(|(node, since)| {
        let is_on_it = |pod: &&Rc<Pod>| {
            let owners = [view.workload(&pod.metadata), view.controller(&pod.metadata)];
            pod.spec.node_name == node && owners.iter().flatten().any(|owner| owner == workload)
        };
        let pod = view.list::<Pod>(Some(&workload.namespace)).find(is_on_it)?;
        Some(SilentPod { pod: pod_key(pod), node: node.to_owned(), since })
    })
}

/// What is said of a workload with such a Pod.
pub(super) fn doubted_with(view: View<'_>, silent: &SilentPod, mut explanation: Explanation) -> Explanation {
    let SilentPod { pod, node, since } = silent;
    explanation.sentence.push_str(&format!("; but Pod {} is on {node}", pod.name));
    explanation.held_up_by = Some(pod.clone());
    doubted(view, node, *since, explanation)
}

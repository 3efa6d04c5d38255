//! Labels that no node has and that a pod asks for.

use super::rules::NO_NODE_MATCHES;
use crate::api::node::Node;
use crate::api::pod::{Pod, PodSpec};
use crate::api::{LabelMap, ObjectKey};
use crate::cluster::explain::change::owned;
use crate::cluster::explain::explanation::{Explanation, Mend};
use crate::cluster::explain::view::View;

/// The label with a node's own name.
const HOSTNAME: &str = "kubernetes.io/hostname";
/// Labels that say what a node is, or where, so that nobody gives them another value.
const OF_NODES: [&str; 5] = [
    HOSTNAME,
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
];

/// No node has the labels that a pod asks for; `among` are those that refuse it for that, none for all.
pub(in crate::cluster::explain) fn no_node_matches(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    sentence: String,
    among: &[&str],
) -> Explanation {
    let selector = &pod.spec.node_selector;
    let lacks_label = nearest(view, &pod.spec, among);
    let by_selector =
        lacks_label.as_ref().is_none_or(|(_, missing)| !missing.is_empty()) && !selector.is_empty();
    let path = if by_selector { "spec.nodeSelector" } else { "spec.affinity.nodeAffinity" };
    let mut explanation = Explanation::new(key, NO_NODE_MATCHES, sentence).field(view.pod_field(pod, path));
    if !selector.is_empty() {
        explanation = explanation.fact("nodeSelector", written(selector.iter(), ","));
    }
    let Some((node, missing)) = lacks_label.filter(|_| by_selector) else {
        let words = "Ask for what nodes have";
        return owned(view, key, pod).edit(explanation, words, path);
    };
    explanation = explanation.fact(&format!("{node} lacks"), written(missing.iter().copied(), ","));
    if says_what_nodes_are(&missing) {
        let names: Vec<&str> =
            view.list::<Node>(None).take(5).map(|node| node.metadata.name.as_str()).collect();
        let is_name = missing.iter().any(|(label, _)| *label == HOSTNAME);
        let words = if is_name { "Name a node that is there" } else { "Ask for what nodes have" };
        return owned(view, key, pod).edit(explanation.fact("nodes", names.join(", ")), words, path);
    }
    let mend = label_line(view, node, missing.iter().copied());
    owned(view, key, pod).edit(explanation.mend(mend), "Or ask for labels that nodes have", path)
}

/// The node that lacks the fewest labels of a selector, and those; of cordoned ones only when there are no
/// others. `among` are the nodes that count, none for all.
pub(in crate::cluster::explain) fn nearest<'a>(
    view: View<'a>,
    spec: &'a PodSpec,
    among: &[&str],
) -> Option<(&'a str, Vec<(&'a String, &'a String)>)> {
    let missing = |node: &'a Node| {
        let lacks = |(key, value): &(&String, &String)| node.metadata.labels.get(*key) != Some(*value);
        (node.metadata.name.as_str(), spec.node_selector.iter().filter(lacks).collect::<Vec<_>>())
    };
    let counts = |node: &&Node| among.is_empty() || among.contains(&node.metadata.name.as_str());
    let nodes = || view.list::<Node>(None).map(|node| &**node).filter(counts);
    let open = nodes().filter(|node| !node.spec.unschedulable).map(missing);
    let open = open.min_by_key(|(_, missing)| missing.len());
    open.or_else(|| nodes().map(missing).min_by_key(|(_, missing)| missing.len()))
}

/// Whether one of the labels says what a node is.
pub(in crate::cluster::explain) fn says_what_nodes_are(labels: &[(&String, &String)]) -> bool {
    labels.iter().any(|(label, _)| OF_NODES.contains(&label.as_str()))
}

/// The line that gives a node labels; those that it has with another value are written over.
pub(in crate::cluster::explain) fn label_line<'a>(
    view: View<'_>,
    node: &str,
    labels: impl Iterator<Item = (&'a String, &'a String)> + Clone,
) -> Mend {
    let empty = LabelMap::default();
    let has = view.typed::<Node>("", node).map_or(&empty, |node| &node.metadata.labels);
    let over = if labels.clone().any(|(label, _)| has.contains_key(label)) { " --overwrite" } else { "" };
    let what = if labels.clone().count() == 1 { "Give a node the label" } else { "Give a node the labels" };
    Mend::line(what, format!("kubectl label node {node} {}{over}", written(labels, " ")))
}

fn written<'a>(labels: impl Iterator<Item = (&'a String, &'a String)>, between: &str) -> String {
    labels.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(between)
}

//! Which nodes should run a pod of a set.
//!
//! Models `NodeShouldRunDaemonPod` and `predicates`, `pkg/controller/daemon/daemon_controller.go`, Kubernetes
//! v1.36: the template's node name, its node selector and required node affinity, and taints against the
//! tolerations that every daemon pod gets. Room on the node, its readiness and host ports are no concern of
//! the controller. Left out: node selectors of namespaces, which no upstream build reads.

use std::fmt;

use super::template::daemon_pod_tolerations;
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::pod::PodSpec;
use crate::api::scheduling::{Taint, Toleration, node_affinity_matches, untolerated_taint};

/// Why a node does not suit a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The template names another node.
    NodeName {
        /// The node that it names.
        wanted: String,
    },
    /// The node lacks a label of the template's node selector.
    NodeSelector {
        /// The label, as `key=value`.
        label: String,
    },
    /// No term of the template's required node affinity matches the node.
    NodeAffinity,
    /// The pods do not put up with a taint of the node.
    Taint {
        /// The taint, as `key=value:Effect`.
        taint: String,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NodeName { wanted } => write!(f, "the template names node {wanted}"),
            Self::NodeSelector { label } => write!(f, "it lacks the label {label} of the nodeSelector"),
            Self::NodeAffinity => write!(f, "the required node affinity does not match it"),
            Self::Taint { taint } => write!(f, "its taint {taint} is not tolerated"),
        }
    }
}

/// Whether a node should run a pod of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeFit {
    /// It should run one.
    ShouldRun,
    /// A pod that is there stays, and no new one comes.
    ShouldContinueRunning(Misfit),
    /// It should run none.
    ShouldNotRun(Misfit),
}

impl NodeFit {
    /// Whether a pod should come when there is none.
    pub fn should_run(&self) -> bool {
        matches!(self, Self::ShouldRun)
    }

    /// Whether a pod that is there should stay.
    pub fn should_continue_running(&self) -> bool {
        !matches!(self, Self::ShouldNotRun(_))
    }

    /// Why it does not suit.
    pub fn misfit(&self) -> Option<&Misfit> {
        match self {
            Self::ShouldRun => None,
            Self::ShouldContinueRunning(misfit) | Self::ShouldNotRun(misfit) => Some(misfit),
        }
    }
}

/// Whether the node should run a pod of the set.
pub fn node_should_run_daemon_pod(node: &Node, set: &DaemonSet) -> NodeFit {
    let spec = &set.spec.template.spec;
    let tolerations = daemon_pod_tolerations(spec);
    fit(node, spec, &tolerations)
}

/// The same with the tolerations of the set's pods at hand.
pub(crate) fn fit(node: &Node, spec: &PodSpec, tolerations: &[Toleration]) -> NodeFit {
    if !spec.node_name.is_empty() && spec.node_name != node.metadata.name {
        return NodeFit::ShouldNotRun(Misfit::NodeName { wanted: spec.node_name.clone() });
    }
    if !node_affinity_matches(spec, node) {
        let lacks = |(key, value): &(&String, &String)| node.metadata.labels.get(*key) != Some(*value);
        let missing = spec.node_selector.iter().find(lacks);
        return NodeFit::ShouldNotRun(missing.map_or(Misfit::NodeAffinity, |(key, value)| {
            Misfit::NodeSelector { label: format!("{key}={value}") }
        }));
    }
    let untolerated = |effects: &[&str]| untolerated_taint(&node.spec.taints, tolerations, effects);
    if let Some(taint) = untolerated(&["NoExecute"]) {
        return NodeFit::ShouldNotRun(Misfit::Taint { taint: taint_text(taint) });
    }
    match untolerated(&["NoSchedule"]) {
        Some(taint) => NodeFit::ShouldContinueRunning(Misfit::Taint { taint: taint_text(taint) }),
        None => NodeFit::ShouldRun,
    }
}

fn taint_text(taint: &Taint) -> String {
    let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
    format!("{}{value}:{}", taint.key, taint.effect)
}

/// Whether a change of a node can make it suit sets that it did not suit, or the other way round
/// (`shouldIgnoreNodeUpdate`).
pub(crate) fn may_change_fit(old: &Node, new: &Node) -> bool {
    old.metadata.labels != new.metadata.labels || old.spec.taints != new.spec.taints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::codec::from_value;
    use crate::api::scheduling::Taint;

    fn node(labels: &[&str], taints: &[&str]) -> Node {
        let mut node = Node::default();
        "node-1".clone_into(&mut node.metadata.name);
        for label in labels {
            let (key, value) = label.split_once('=').unwrap();
            node.metadata.labels.insert(key.into(), value.into());
        }
        for taint in taints {
            let (key, effect) = taint.split_once(':').unwrap();
            let (key, value) = key.split_once('=').unwrap_or((key, ""));
            let taint =
                Taint { key: key.into(), value: value.into(), effect: effect.into(), ..Taint::default() };
            node.spec.taints.push(taint);
        }
        node
    }

    /// DS-UNIT-34 to 40: the set's own tolerations and those that every daemon pod gets.
    #[test]
    fn ds_unit_34_to_40_taints_keep_new_pods_away_or_drive_pods_out() {
        let table = [
            ("", "runs"),
            ("dedicated=infra:NoSchedule", "stays: its taint dedicated=infra:NoSchedule is not tolerated"),
            ("stop=now:NoExecute", "out: its taint stop=now:NoExecute is not tolerated"),
            ("a:PreferNoSchedule", "runs"),
            ("node.kubernetes.io/not-ready:NoExecute", "runs"),
            (
                "node.kubernetes.io/not-ready:NoSchedule",
                "stays: its taint node.kubernetes.io/not-ready:NoSchedule is not tolerated",
            ),
            ("node.kubernetes.io/unreachable:NoExecute", "runs"),
            ("node.kubernetes.io/unschedulable:NoSchedule", "runs"),
            ("node.kubernetes.io/disk-pressure:NoSchedule", "runs"),
            ("node.kubernetes.io/memory-pressure:NoSchedule", "runs"),
            ("node.kubernetes.io/pid-pressure:NoSchedule", "runs"),
            (
                "node.kubernetes.io/network-unavailable:NoSchedule",
                "stays: its taint node.kubernetes.io/network-unavailable:NoSchedule is not tolerated",
            ),
        ];
        for (taint, expected) in table {
            let taints: Vec<&str> = [taint].into_iter().filter(|taint| !taint.is_empty()).collect();
            let fit = node_should_run_daemon_pod(&node(&[], &taints), &DaemonSet::default());
            assert_eq!(text(&fit), expected, "{taint}");
        }
        let mut host = DaemonSet::default();
        host.spec.template.spec.extra.insert("hostNetwork".into(), true.into());
        let unavailable = node(&[], &["node.kubernetes.io/network-unavailable:NoSchedule"]);
        assert_eq!(node_should_run_daemon_pod(&unavailable, &host), NodeFit::ShouldRun);
    }

    fn text(fit: &NodeFit) -> String {
        match fit {
            NodeFit::ShouldRun => "runs".to_owned(),
            NodeFit::ShouldContinueRunning(misfit) => format!("stays: {misfit}"),
            NodeFit::ShouldNotRun(misfit) => format!("out: {misfit}"),
        }
    }

    #[test]
    fn names_selectors_and_affinity_decide_first() {
        let mut set = DaemonSet::default();
        let spec = &mut set.spec.template.spec;
        spec.node_selector.insert("gpu".into(), "cuda".into());
        let fit =
            |set: &DaemonSet, labels: &[&str]| text(&node_should_run_daemon_pod(&node(labels, &[]), set));
        assert_eq!(fit(&set, &[]), "out: it lacks the label gpu=cuda of the nodeSelector");
        assert_eq!(fit(&set, &["gpu=cuda"]), "runs");
        "node-2".clone_into(&mut set.spec.template.spec.node_name);
        assert_eq!(fit(&set, &["gpu=cuda"]), "out: the template names node node-2");
        let affinity = serde_json::json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "type", "operator": "In", "values": ["a"]}]}]}}});
        let mut set = DaemonSet::default();
        set.spec.template.spec.affinity = Some(from_value(affinity).unwrap());
        assert_eq!(fit(&set, &["type=b"]), "out: the required node affinity does not match it");
        assert_eq!(fit(&set, &["type=a"]), "runs");
    }
}

//! Rules of nodes: who is bound to them, and who stays on a node that nobody hears.

use super::{Invariant, Seen};
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::scheduling::Taint;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::ProcessName;

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-14",
        sentence: "a cordoned node gets only pods that tolerate it",
        check: cordons_are_kept,
    },
    Invariant {
        id: "S-15",
        sentence: "controllers alone never remove a pod from a node that nobody hears",
        check: lost_pods_stay,
    },
    Invariant {
        id: "S-06",
        sentence: "a pod of a node is removed only when its kubelet has ended it, by force, or with its node",
        check: kubelets_end_pods,
    },
];

/// A pod that the scheduler has just bound, with the node in the versions that it may have seen.
pub(super) fn bound<'a>(seen: &'a Seen<'_>) -> Option<(&'a Pod, Vec<&'a Node>)> {
    let (Object::Pod(before), Object::Pod(after)) = (seen.before?, seen.after()?) else {
        return None;
    };
    if before.is_bound() || !after.is_bound() {
        return None;
    }
    let key = ObjectKey::new(Kind::Node, "", after.spec.node_name.as_str());
    let now = seen.event.at;
    // A pod that had to wait for its volumes was given its node before.
    let has_waited = after.claim_names().next().is_some();
    let nodes = |views: &mut dyn Iterator<Item = &'a Object>| -> Vec<&'a Node> {
        views.filter_map(Node::of).map(|node| &**node).collect()
    };
    let nodes = if has_waited {
        nodes(&mut seen.memory.past_views(&key, now))
    } else {
        nodes(&mut seen.memory.scheduler_views(&key, now))
    };
    Some((after, nodes))
}

fn cordons_are_kept(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, nodes)) = bound(seen) else {
        return Ok(());
    };
    let cordon = Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        effect: "NoSchedule".to_owned(),
        ..Taint::default()
    };
    let tolerated = pod.spec.tolerations.iter().any(|toleration| toleration.tolerates(&cordon));
    if tolerated || nodes.iter().any(|node| !node.spec.unschedulable) {
        return Ok(());
    }
    Err(format!("bound to the cordoned node {}", pod.spec.node_name))
}

fn lost_pods_stay(seen: &Seen<'_>) -> Result<(), String> {
    let is_removed = seen.after().is_none() && seen.is_by_controllers();
    let Some(Object::Pod(pod)) = seen.before.filter(|_| is_removed) else {
        return Ok(());
    };
    if !pod.is_bound() {
        return Ok(());
    }
    let key = ObjectKey::new(Kind::Node, "", pod.spec.node_name.as_str());
    // The collector of pods acts on what it saw; a node that is gone takes its pods with it, and so does one
    // that a person has given up.
    let is_lost = |node: &Node| {
        Condition::find(&node.status.conditions, "Ready").is_some_and(|ready| ready.status == "Unknown")
    };
    let exists = seen.memory.objects.get(&key).and_then(Node::of).is_some_and(|node| is_lost(node));
    let mut views = seen.memory.views(&key, seen.event.at).filter_map(Node::of);
    if exists && !views.any(|node| is_given_up(node)) && pod.metadata.deletion_grace_period_seconds != Some(0)
    {
        return Err(format!(
            "removed from {}, whose kubelet has not said that it stopped",
            pod.spec.node_name
        ));
    }
    Ok(())
}

fn kubelets_end_pods(seen: &Seen<'_>) -> Result<(), String> {
    let is_removed = seen.after().is_none() && seen.by.is_some_and(|by| by != ProcessName::Kubelets);
    let Some(Object::Pod(pod)) = seen.before.filter(|_| is_removed) else {
        return Ok(());
    };
    let is_over = pod.is_terminal() || pod.metadata.deletion_grace_period_seconds == Some(0);
    if !pod.is_bound() || is_over {
        return Ok(());
    }
    // The collector of pods acts on what it saw of the node.
    let key = ObjectKey::new(Kind::Node, "", pod.spec.node_name.as_str());
    let mut views = seen.memory.views(&key, seen.event.at).filter_map(Node::of);
    if seen.memory.objects.contains_key(&key) && views.all(|node| !is_given_up(node)) {
        return Err(format!("removed from {}, where it has not ended", pod.spec.node_name));
    }
    Ok(())
}

/// Whether a person has given a node up, and its pods with it.
fn is_given_up(node: &Node) -> bool {
    node.spec.taints.iter().any(|taint| taint.key == "node.kubernetes.io/out-of-service")
}

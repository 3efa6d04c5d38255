//! Where a `DaemonSet`'s pods are made: one a node, on nodes that suit, for a set that stays.

use super::{Daemon, HASH, allows_surge, is_active, label, made, pods_of, surely, target};
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::pod::PodSpec;
use crate::api::scheduling::{Toleration, node_affinity_matches, untolerated_taint};
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::invariants::Seen;

fn has_host_network(spec: &PodSpec) -> bool {
    spec.extra.get("hostNetwork").and_then(serde_json::Value::as_bool) == Some(true)
}

/// Keys and effects of what every daemon pod tolerates, and of what those in the node's network do.
fn automatic_tolerations(host_network: bool) -> impl Iterator<Item = (String, &'static str)> {
    let network = host_network.then_some(("network-unavailable", "NoSchedule"));
    let all = [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ];
    let named = all.into_iter().chain(network);
    named.map(|(name, effect)| (format!("node.kubernetes.io/{name}"), effect))
}

/// Whether a set's pods should come to a node, with what its template tolerates now.
pub(super) fn suits(node: &Node, set: &DaemonSet) -> bool {
    let spec = &set.spec.template.spec;
    let automatic = automatic_tolerations(has_host_network(spec)).map(|(key, effect)| Toleration {
        key,
        operator: "Exists".to_owned(),
        effect: effect.to_owned(),
        ..Toleration::default()
    });
    let tolerations: Vec<Toleration> = spec.tolerations.iter().cloned().chain(automatic).collect();
    (spec.node_name.is_empty() || spec.node_name == node.metadata.name)
        && node_affinity_matches(spec, node)
        && untolerated_taint(&node.spec.taints, &tolerations, &["NoExecute", "NoSchedule"]).is_none()
}

pub(super) fn one_pod_a_node(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Daemon { pod, node, sets }) = made(seen) else { return Ok(()) };
    let others = pods_of(seen, sets[0]).filter(|other| other.metadata.uid != pod.metadata.uid);
    let beside = others.filter(|other| {
        target(other) == Some(node)
            && surely(seen, other, |other| {
                is_active(other) && other.metadata.is_controlled_by(&sets[0].metadata.uid)
            })
    });
    let surges = sets.iter().any(|set| allows_surge(set));
    let mut wrong = beside.filter(|other| !surges || label(other, HASH) == label(pod, HASH));
    wrong.next().map_or(Ok(()), |other| Err(format!("made for {node} beside {}", other.metadata.name)))
}

pub(super) fn nodes_suit(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Daemon { node, sets, .. }) = made(seen) else { return Ok(()) };
    let key = ObjectKey::new(Kind::Node, "", node);
    let versions = seen.memory.versions(&key, seen.event.at);
    let suitable = versions.iter().any(|object| match object {
        Object::Node(node) => sets.iter().any(|set| suits(node, set)),
        _ => false,
    });
    if suitable { Ok(()) } else { Err(format!("made for {node}, which does not suit")) }
}

pub(super) fn pods_name_their_node(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Daemon { pod, sets, .. }) = made(seen) else { return Ok(()) };
    let affinity = pod.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required = affinity.and_then(|affinity| affinity.required.as_ref());
    let one_term = required.is_some_and(|required| match required.node_selector_terms.as_slice() {
        [term] => term.match_expressions.is_empty() && term.match_fields.len() == 1,
        _ => false,
    });
    if !one_term {
        return Err("requires something else than one node".into());
    }
    let host_network = sets.iter().all(|set| has_host_network(&set.spec.template.spec));
    for (key, effect) in automatic_tolerations(host_network) {
        let is_tolerated = pod.spec.tolerations.iter().any(|toleration| {
            toleration.key == key
                && toleration.effect == effect
                && toleration.operator == "Exists"
                && toleration.toleration_seconds.is_none()
        });
        if !is_tolerated {
            return Err(format!("does not tolerate {key}:{effect}"));
        }
    }
    Ok(())
}

pub(super) fn nothing_is_made_for_a_set_that_goes(seen: &Seen<'_>) -> Result<(), String> {
    let Some(daemon) = made(seen) else { return Ok(()) };
    if daemon.sets.iter().all(|set| set.metadata.is_terminating()) {
        return Err("made while its set is being deleted".into());
    }
    Ok(())
}

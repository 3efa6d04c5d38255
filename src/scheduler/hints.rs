//! Which events may help which waiting pods: each plugin says what could change its mind.
//!
//! Models `EventsToRegister` and the queueing hints of the plugins, pkg/scheduler/framework/plugins,
//! Kubernetes v1.36. Like there, any change of a node's taints brings a pod back whose rejecting plugin
//! listens to new nodes but has no hint of its own for taints. Left out: in-place resize.

use super::framework::Plugin;
use super::plugins::node_unschedulable::tolerates_unschedulable;
use super::plugins::pod_topology_spread::{Constraint, constraints_of};
use super::plugins::taint_toleration::is_kept_off;
use super::plugins::volume_restrictions::share_a_claim;
use super::plugins::volume_zone;
use super::resources::{PodRequests, Resources};
use super::terms::{Role, Term, terms_of};
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::HostPort;
use crate::api::scheduling::node_affinity_matches;
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
use crate::api::volume::binds_late;

/// Something that happened in the cluster.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ClusterEvent<'a> {
    /// A node came or changed; `old` is `None` for a new one.
    Node { old: Option<&'a Node>, new: &'a Node },
    /// A node is gone.
    NodeDelete(&'a Node),
    /// A pod was placed, or a placed pod's labels changed.
    AssignedPod { old: Option<&'a Pod>, new: &'a Pod },
    /// A placed pod is gone.
    AssignedPodDelete(&'a Pod),
    /// The waiting pod itself changed.
    Itself { old: &'a Pod, new: &'a Pod },
    /// A claim came or changed.
    Claim { claim: &'a PersistentVolumeClaim, is_new: bool },
    /// A volume came or changed.
    Volume { old: Option<&'a PersistentVolume>, new: &'a PersistentVolume },
    /// A class came or changed.
    StorageClass { old: Option<&'a StorageClass>, new: &'a StorageClass },
}

/// What changed about a node.
#[derive(Clone, Copy, Debug)]
struct NodeChange {
    taints: bool,
    labels: bool,
    allocatable: bool,
}

impl NodeChange {
    fn of(old: &Node, new: &Node) -> Self {
        Self {
            taints: old.spec.taints != new.spec.taints || (old.spec.unschedulable && !new.spec.unschedulable),
            labels: old.metadata.labels != new.metadata.labels,
            allocatable: old.status.allocatable != new.status.allocatable,
        }
    }
}

/// Whether an event may help a pod that this plugin rejected.
pub(crate) fn may_help(plugin: Plugin, pod: &Pod, event: &ClusterEvent<'_>) -> bool {
    match *event {
        ClusterEvent::Node { old, new } => node_may_help(plugin, pod, old, new),
        ClusterEvent::NodeDelete(node) => {
            plugin == Plugin::PodTopologySpread && has_topology_labels(node, &hard_constraints(pod))
        }
        ClusterEvent::AssignedPod { old, new } => assigned_pod_may_help(plugin, pod, old, new),
        ClusterEvent::AssignedPodDelete(gone) => deleted_pod_may_help(plugin, pod, gone),
        ClusterEvent::Itself { old, new } => itself_may_help(plugin, old, new),
        ClusterEvent::Claim { claim, is_new } => {
            (matches!(plugin, Plugin::VolumeBinding | Plugin::VolumeZone)
                || (plugin == Plugin::VolumeRestrictions && is_new))
                && claim.metadata.namespace == pod.metadata.namespace
                && pod.claim_names().any(|name| name == claim.metadata.name)
        }
        ClusterEvent::Volume { old, new } => match plugin {
            Plugin::VolumeBinding => true,
            Plugin::VolumeZone => volume_zone::topologies_differ(old, new),
            _ => false,
        },
        ClusterEvent::StorageClass { old, new } => match plugin {
            Plugin::VolumeBinding => {
                old.is_none_or(|old| old.extra.get("allowedTopologies") != new.extra.get("allowedTopologies"))
            }
            Plugin::VolumeZone => old.is_none() && binds_late(Some(new)),
            _ => false,
        },
    }
}

fn node_may_help(plugin: Plugin, pod: &Pod, old: Option<&Node>, new: &Node) -> bool {
    let change = old.map(|old| NodeChange::of(old, new));
    let is_new = change.is_none();
    let changed = |what: fn(&NodeChange) -> bool| change.as_ref().is_some_and(what);
    let taints = changed(|change| change.taints);
    let labels = changed(|change| change.labels);
    match plugin {
        Plugin::NodeUnschedulable => {
            (is_new || taints) && !new.spec.unschedulable && old.is_none_or(|old| old.spec.unschedulable)
        }
        Plugin::TaintToleration => {
            (is_new || taints) && !is_kept_off(pod, new) && old.is_none_or(|old| is_kept_off(pod, old))
        }
        Plugin::NodeAffinity => {
            taints
                || ((is_new || labels)
                    && node_affinity_matches(&pod.spec, new)
                    && old.is_none_or(|old| !node_affinity_matches(&pod.spec, old)))
        }
        Plugin::NodeResourcesFit => {
            taints || ((is_new || changed(|change| change.allocatable)) && has_more_room(pod, old, new))
        }
        Plugin::NodeName | Plugin::NodePorts | Plugin::VolumeRestrictions => is_new || taints,
        Plugin::VolumeBinding | Plugin::VolumeZone => is_new || labels || taints,
        Plugin::PodTopologySpread => {
            (is_new || labels || taints) && spread_may_change(&hard_constraints(pod), old, new)
        }
        Plugin::InterPodAffinity => taints || ((is_new || labels) && nearness_may_change(pod, old, new)),
        Plugin::SchedulingGates
        | Plugin::NodeResourcesBalancedAllocation
        | Plugin::ImageLocality
        | Plugin::DefaultPreemption => false,
    }
}

fn has_more_room(pod: &Pod, old: Option<&Node>, new: &Node) -> bool {
    let asked = PodRequests::of(pod).requests;
    let has = Resources::of(&new.status.allocatable);
    let had = old.map(|old| Resources::of(&old.status.allocatable)).unwrap_or_default();
    let pairs = [
        (asked.milli_cpu, had.milli_cpu, has.milli_cpu),
        (asked.memory, had.memory, has.memory),
        (asked.ephemeral_storage, had.ephemeral_storage, has.ephemeral_storage),
    ];
    let scalars = asked.scalar.iter().map(|(name, asked)| (*asked, had.scalar(name), has.scalar(name)));
    let mut all = pairs.into_iter().chain(scalars).filter(|(asked, _, _)| *asked > 0);
    let fits = has.pods > 0 && all.clone().all(|(asked, _, has)| asked <= has);
    fits && (old.is_none() || has.pods > had.pods || all.any(|(_, had, has)| has > had))
}

fn hard_constraints(pod: &Pod) -> Vec<Constraint> {
    constraints_of(pod).into_iter().filter(Constraint::is_hard).collect()
}

fn has_topology_labels(node: &Node, constraints: &[Constraint]) -> bool {
    constraints.iter().all(|constraint| node.metadata.labels.contains_key(constraint.topology_key()))
}

fn spread_may_change(constraints: &[Constraint], old: Option<&Node>, new: &Node) -> bool {
    let matches = has_topology_labels(new, constraints);
    let Some(old) = old else {
        return matches;
    };
    let moved = || {
        constraints.iter().any(|constraint| {
            let key = constraint.topology_key();
            old.metadata.labels.get(key) != new.metadata.labels.get(key)
        })
    };
    matches != has_topology_labels(old, constraints)
        || (matches && (moved() || old.spec.taints != new.spec.taints))
}

fn nearness_may_change(pod: &Pod, old: Option<&Node>, new: &Node) -> bool {
    terms_of(pod).iter().any(|(role, term)| {
        let has = new.metadata.labels.get(&term.topology_key);
        let had = old.and_then(|old| old.metadata.labels.get(&term.topology_key));
        match role {
            Role::Required => has.is_some() && has != had,
            Role::RequiredAnti => old.is_none() || (had.is_some() && has != had),
            Role::Preferred(_) => false,
        }
    })
}

fn of_role(pod: &Pod, role: Role) -> Vec<Term> {
    terms_of(pod).into_iter().filter(|(other, _)| *other == role).map(|(_, term)| term).collect()
}

fn matches_all(terms: &[Term], pod: &Pod) -> bool {
    !terms.is_empty() && terms.iter().all(|term| term.matcher.matches(pod, None))
}

fn assigned_pod_may_help(plugin: Plugin, pod: &Pod, old: Option<&Pod>, new: &Pod) -> bool {
    match plugin {
        Plugin::PodTopologySpread => {
            new.metadata.namespace == pod.metadata.namespace
                && hard_constraints(pod).iter().any(|constraint| match old {
                    Some(old) => constraint.picks(old) != constraint.picks(new),
                    None => constraint.picks(new),
                })
        }
        Plugin::InterPodAffinity => {
            let near = of_role(pod, Role::Required);
            let away = of_role(pod, Role::RequiredAnti);
            match old {
                Some(old) => {
                    (matches_all(&near, new) && !matches_all(&near, old))
                        || (matches_all(&away, old) && !matches_all(&away, new))
                }
                None => matches_all(&near, new),
            }
        }
        _ => false,
    }
}

fn deleted_pod_may_help(plugin: Plugin, pod: &Pod, gone: &Pod) -> bool {
    match plugin {
        Plugin::NodeResourcesFit => true,
        Plugin::NodePorts => {
            let freed = HostPort::of(gone);
            HostPort::of(pod).iter().any(|port| freed.iter().any(|other| port.conflicts(other)))
        }
        Plugin::VolumeRestrictions => share_a_claim(pod, gone),
        Plugin::PodTopologySpread => {
            gone.metadata.namespace == pod.metadata.namespace
                && hard_constraints(pod).iter().any(|constraint| constraint.picks(gone))
        }
        Plugin::InterPodAffinity => {
            matches_all(&of_role(pod, Role::RequiredAnti), gone)
                || matches_all(&of_role(gone, Role::RequiredAnti), pod)
        }
        _ => false,
    }
}

fn itself_may_help(plugin: Plugin, old: &Pod, new: &Pod) -> bool {
    let has_new_toleration = old.spec.tolerations.len() != new.spec.tolerations.len();
    let has_new_labels = old.metadata.labels != new.metadata.labels;
    match plugin {
        Plugin::NodeUnschedulable => has_new_toleration && tolerates_unschedulable(new),
        Plugin::TaintToleration => has_new_toleration,
        Plugin::PodTopologySpread => {
            let constraints = hard_constraints(new);
            (has_new_toleration && constraints.iter().any(Constraint::honors_taints))
                || (has_new_labels && constraints.iter().any(|c| c.picks(old) != c.picks(new)))
        }
        Plugin::InterPodAffinity => has_new_labels,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::codec::from_value;
    use serde_json::json;

    fn node(taint: bool, unschedulable: bool, disk: &str, cpu: &str) -> Node {
        let taints =
            if taint { json!([{"key": "team", "value": "a", "effect": "NoSchedule"}]) } else { json!([]) };
        from_value(json!({
            "metadata": {"name": "node-1", "labels": {"disk": disk}},
            "spec": {"taints": taints, "unschedulable": unschedulable},
            "status": {"allocatable": {"cpu": cpu, "pods": "110"}},
        }))
        .unwrap()
    }

    #[test]
    fn only_changes_that_may_help_bring_a_pod_back() {
        let pod: Pod = from_value(json!({
            "metadata": {"name": "p", "namespace": "default"},
            "spec": {
                "nodeSelector": {"disk": "ssd"},
                "containers": [{"name": "c", "resources": {"requests": {"cpu": "5"}}}],
            },
        }))
        .unwrap();
        let plain = node(false, false, "hdd", "4");
        let table = [
            // The recorded cluster: a new taint brings back what NodeResourcesFit and NodeAffinity rejected.
            ("tainted", &plain, node(true, false, "hdd", "4"), "NodeResourcesFit NodeAffinity"),
            (
                "untainted",
                &node(true, false, "hdd", "4"),
                plain.clone(),
                "TaintToleration NodeResourcesFit NodeAffinity",
            ),
            ("cordoned", &plain, node(false, true, "hdd", "4"), ""),
            (
                "uncordoned",
                &node(false, true, "hdd", "4"),
                plain.clone(),
                "NodeUnschedulable NodeResourcesFit NodeAffinity",
            ),
            ("labelled", &plain, node(false, false, "ssd", "4"), "NodeAffinity"),
            ("a little larger", &plain, node(false, false, "hdd", "4500m"), ""),
            ("large enough", &plain, node(false, false, "hdd", "8"), "NodeResourcesFit"),
        ];
        for (what, old, new, expected) in table {
            let event = ClusterEvent::Node { old: Some(old), new: &new };
            let helped: Vec<&str> = [
                Plugin::NodeUnschedulable,
                Plugin::TaintToleration,
                Plugin::NodeResourcesFit,
                Plugin::NodeAffinity,
            ]
            .into_iter()
            .filter(|plugin| may_help(*plugin, &pod, &event))
            .map(Plugin::name)
            .collect();
            assert_eq!(helped.join(" "), expected, "{what}");
        }
    }

    #[test]
    fn the_places_of_volumes_bring_back_what_they_refused() {
        let pod: Pod = from_value(json!({"metadata": {"name": "p", "namespace": "default"}})).unwrap();
        let volume = |zone: &str, phase: &str| -> PersistentVolume {
            let labels = json!({"topology.kubernetes.io/zone": zone});
            from_value(json!({"metadata": {"name": "v", "labels": labels}, "status": {"phase": phase}}))
                .unwrap()
        };
        let class = |mode: &str| -> StorageClass {
            from_value(json!({"metadata": {"name": "c"}, "volumeBindingMode": mode})).unwrap()
        };
        let (old, bound, moved) = (volume("a", "Available"), volume("a", "Bound"), volume("b", "Bound"));
        let (late, now) = (class("WaitForFirstConsumer"), class("Immediate"));
        let table = [
            ("new", ClusterEvent::Volume { old: None, new: &old }, true),
            ("bound", ClusterEvent::Volume { old: Some(&old), new: &bound }, false),
            ("moved", ClusterEvent::Volume { old: Some(&bound), new: &moved }, true),
            ("late class", ClusterEvent::StorageClass { old: None, new: &late }, true),
            ("late class, changed", ClusterEvent::StorageClass { old: Some(&late), new: &late }, false),
            ("class", ClusterEvent::StorageClass { old: None, new: &now }, false),
        ];
        for (what, event, expected) in table {
            assert_eq!(may_help(Plugin::VolumeZone, &pod, &event), expected, "{what}");
        }
    }
}

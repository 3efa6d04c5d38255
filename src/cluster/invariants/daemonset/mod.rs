//! Rules of `DaemonSet`s: one pod a node, suitable nodes, budgets, surge, back-off, revisions.
//!
//! A rule that compares a decision with what else was there holds what was done in the same sync, which the
//! controller knows, against what others did within the lag of its caches, which it may not know.
//!
//! - `placement`: which nodes get a pod. `update`: budget and surge. `backoff`: failed pods.

mod placement;
mod update;
mod backoff;

pub(super) use self::backoff::remember;
pub use self::backoff::{Failed, FailedPods};

use self::backoff::failed_pods_back_off;
use self::placement::{
    nodes_suit, nothing_is_made_for_a_set_that_goes, one_pod_a_node, pods_name_their_node,
};
use self::update::{budget_holds, max_surge, sound_pods_stay, surge_holds};
use super::{Invariant, Memory, Seen};
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::untolerated_taint;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::WatchEventType;
use crate::sim::Time;

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-34",
        sentence: "a node gets a pod of a DaemonSet only when it has none, with surge none of the same revision",
        check: one_pod_a_node,
    },
    Invariant {
        id: "S-35",
        sentence: "a DaemonSet's pods are made only for nodes that its template selects and whose taints they tolerate",
        check: nodes_suit,
    },
    Invariant {
        id: "S-36",
        sentence: "a DaemonSet's pod requires its one node by name and tolerates what every daemon pod does",
        check: pods_name_their_node,
    },
    Invariant {
        id: "S-37",
        sentence: "a rolling update deletes an available old pod only while fewer nodes than maxUnavailable are without one",
        check: budget_holds,
    },
    Invariant {
        id: "S-38",
        sentence: "with surge an available old pod goes after its node's new one is available, and maxSurge nodes have both",
        check: surge_holds,
    },
    Invariant {
        id: "S-39",
        sentence: "a sound pod of the newest template on a suitable node is not deleted while it is the only one",
        check: sound_pods_stay,
    },
    Invariant {
        id: "S-40",
        sentence: "a DaemonSet that is being deleted gets no more pods",
        check: nothing_is_made_for_a_set_that_goes,
    },
    Invariant {
        id: "S-41",
        sentence: "failed pods of a node are deleted one second apart, then two, then four, …",
        check: failed_pods_back_off,
    },
    Invariant {
        id: "S-31",
        sentence: "a DaemonSet's revision that a live pod names is not removed",
        check: revisions_in_use_stay,
    },
    Invariant {
        id: "S-27",
        sentence: "available <= ready <= current <= desired, updated <= current, unavailable = desired - available",
        check: counters_are_consistent,
    },
];

const HASH: &str = "controller-revision-hash";

fn label<'a>(pod: &'a Pod, name: &str) -> &'a str {
    pod.metadata.labels.get(name).map_or("", String::as_str)
}

/// The node that a pod is on or meant for.
fn target(pod: &Pod) -> Option<&str> {
    if pod.is_bound() {
        return Some(&pod.spec.node_name);
    }
    let required = pod.spec.affinity.as_ref()?.node_affinity.as_ref()?.required.as_ref()?;
    let fields = required.node_selector_terms.iter().flat_map(|term| &term.match_fields);
    let mut names = fields.filter(|field| field.key == "metadata.name").flat_map(|field| &field.values);
    names.next().map(String::as_str)
}

fn is_active(pod: &Pod) -> bool {
    !pod.is_terminal() && !pod.is_terminating()
}

/// A pod with its node and the versions of its set that the controller may have seen, newest first.
struct Daemon<'a> {
    pod: &'a Pod,
    node: &'a str,
    sets: Vec<&'a DaemonSet>,
}

fn daemon<'a>(memory: &'a Memory, pod: &'a Pod, now: Time) -> Option<Daemon<'a>> {
    let owner = pod.metadata.controller_of().filter(|owner| owner.kind == "DaemonSet")?;
    let key = ObjectKey::new(Kind::DaemonSet, pod.metadata.namespace.clone(), owner.name.clone());
    let sets: Vec<&DaemonSet> = memory
        .versions(&key, now)
        .into_iter()
        .filter_map(|object| match object {
            Object::DaemonSet(set) if set.metadata.uid == owner.uid => Some(&**set),
            _ => None,
        })
        .collect();
    let is_there =
        matches!(memory.objects.get(&key), Some(Object::DaemonSet(set)) if set.metadata.uid == owner.uid);
    if sets.is_empty() || !is_there { None } else { Some(Daemon { pod, node: target(pod)?, sets }) }
}

/// A pod that its set's controller has just made.
fn made<'a>(seen: &'a Seen<'_>) -> Option<Daemon<'a>> {
    let Object::Pod(pod) = seen.after()? else { return None };
    if seen.event.type_ != WatchEventType::Added || seen.by_person {
        return None;
    }
    daemon(seen.memory, pod, seen.event.at)
}

/// A pod whose deletion its set's controller may have just asked for: nobody else deletes pods of nodes that
/// exist and have no taint that drives them out.
fn deleted<'a>(seen: &'a Seen<'_>) -> Option<Daemon<'a>> {
    let Object::Pod(pod) = seen.before? else { return None };
    if !seen.is_deletion_asked() || seen.by_person {
        return None;
    }
    let daemon = daemon(seen.memory, pod, seen.event.at)?;
    if daemon.sets.iter().any(|set| set.metadata.is_terminating()) {
        return None;
    }
    nodes(seen, daemon.node).iter().all(|node| drives_out(node, pod).is_none()).then_some(daemon)
}

/// The versions of a node that a controller may have seen; none when one of them is that it is gone.
fn nodes<'a>(seen: &'a Seen<'_>, name: &str) -> Vec<&'a Node> {
    let key = ObjectKey::new(Kind::Node, "", name);
    let versions = seen.memory.versions(&key, seen.event.at);
    if !seen.memory.objects.contains_key(&key) {
        return Vec::new();
    }
    let node = |object: &'a Object| match object {
        Object::Node(node) => Some(&**node),
        _ => None,
    };
    versions.into_iter().filter_map(node).collect()
}

fn drives_out<'a>(node: &'a Node, pod: &Pod) -> Option<&'a crate::api::scheduling::Taint> {
    untolerated_taint(&node.spec.taints, &pod.spec.tolerations, &["NoExecute"])
}

/// The pods of a set, as they are.
fn pods_of<'a>(seen: &'a Seen<'_>, set: &'a DaemonSet) -> impl Iterator<Item = &'a Pod> {
    seen.memory.objects.values().filter_map(|object| match object {
        Object::Pod(pod) if pod.metadata.is_controlled_by(&set.metadata.uid) => Some(&**pod),
        _ => None,
    })
}

/// Whether something holds for a pod in every version of it that the controller may have seen. What was done
/// in this very instant, the controller did itself.
fn surely(seen: &Seen<'_>, pod: &Pod, holds: impl Fn(&Pod) -> bool) -> bool {
    let key = ObjectKey::new(Kind::Pod, pod.metadata.namespace.clone(), pod.metadata.name.clone());
    let versions = seen.memory.versions_before(&key, seen.by, seen.event.at);
    !seen.memory.may_be_unseen(&key, seen.event.at)
        && versions.into_iter().all(|object| matches!(object, Object::Pod(pod) if holds(pod)))
}

fn allows_surge(set: &DaemonSet) -> bool {
    set.spec.update_strategy.type_ == "RollingUpdate" && max_surge(set, 1) > 0
}

fn revisions_in_use_stay(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::ControllerRevision(gone)) =
        seen.before.filter(|_| seen.after().is_none() && !seen.by_person && !seen.is_namespace_going())
    else {
        return Ok(());
    };
    let Some(owner) = gone.metadata.controller_of() else { return Ok(()) };
    let key = ObjectKey::new(Kind::DaemonSet, gone.metadata.namespace.clone(), owner.name.clone());
    let Some(Object::DaemonSet(set)) = seen.memory.objects.get(&key) else { return Ok(()) };
    // With a set that is going, the garbage collector removes its revisions.
    if set.metadata.uid != owner.uid || set.metadata.is_terminating() {
        return Ok(());
    }
    let hash = gone.metadata.labels.get(HASH).map_or("", String::as_str);
    let used = pods_of(seen, set).any(|pod| {
        label(pod, HASH) == hash && surely(seen, pod, |pod| pod.metadata.is_controlled_by(&owner.uid))
    });
    if used { Err("removed while a pod is of it".into()) } else { Ok(()) }
}

fn counters_are_consistent(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::DaemonSet(set)) = seen.after() else { return Ok(()) };
    let status = &set.status;
    let consistent = status.number_available <= status.number_ready
        && status.number_ready <= status.current_number_scheduled
        && status.current_number_scheduled <= status.desired_number_scheduled
        && status.updated_number_scheduled <= status.current_number_scheduled
        && status.number_unavailable == status.desired_number_scheduled - status.number_available;
    if consistent || seen.by_person { Ok(()) } else { Err(format!("{status:?}")) }
}

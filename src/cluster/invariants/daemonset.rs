//! Rules of `DaemonSet`s: one pod a node, suitable nodes, budgets, surge, back-off, revisions.
//!
//! A rule that compares a decision with what else was there holds what was done in the same sync, which the
//! controller knows, against what others did within the lag of its caches, which it may not know.

use super::{Invariant, Memory, Seen};
use crate::api::apps::ControllerRevision;
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::{Pod, PodSpec};
use crate::api::scheduling::{Toleration, node_affinity_matches, untolerated_taint};
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::{WatchEvent, WatchEventType};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

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
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";
const LONGEST_BACKOFF: Span = Span::from_seconds(15 * 60);
const BACKOFF_FORGOTTEN: Span = Span::from_seconds(30 * 60);

/// A node whose failed pod was deleted.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    at: Time,
    delay: Span,
    generation: Option<i64>,
}

/// The nodes whose failed pods were deleted, by uid of the set and name of the node.
pub type FailedPods = SortedMap<(String, String), Failed>;

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

/// How many nodes there may be, as the controller sees it, of which something holds.
fn nodes_that_may_count(seen: &Seen<'_>, holds: impl Fn(&Node) -> bool) -> i64 {
    let all = seen.memory.objects.values().chain(seen.memory.recent(seen.event.at)).filter_map(Node::of);
    let names: SortedSet<&str> =
        all.filter(|node| holds(node)).map(|node| node.metadata.name.as_str()).collect();
    i64::try_from(names.len()).unwrap_or(i64::MAX)
}

fn drives_out<'a>(node: &'a Node, pod: &Pod) -> Option<&'a crate::api::scheduling::Taint> {
    untolerated_taint(&node.spec.taints, &pod.spec.tolerations, &["NoExecute"])
}

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
fn suits(node: &Node, set: &DaemonSet) -> bool {
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

fn max_surge(set: &DaemonSet, nodes: i64) -> i64 {
    let rolling = set.spec.update_strategy.rolling_update.as_ref();
    let surge = rolling.and_then(|rolling| rolling.max_surge.as_ref());
    surge.map_or(0, |surge| surge.scaled(nodes, true).unwrap_or_default())
}

fn allows_surge(set: &DaemonSet) -> bool {
    set.spec.update_strategy.type_ == "RollingUpdate" && max_surge(set, 1) > 0
}

/// The hash of the set's newest revision.
fn newest_hash<'a>(memory: &'a Memory, set: &DaemonSet) -> Option<&'a str> {
    let own = memory.objects.values().filter_map(|object| match object {
        Object::ControllerRevision(revision) if revision.metadata.is_controlled_by(&set.metadata.uid) => {
            Some(&**revision)
        }
        _ => None,
    });
    let newest: &ControllerRevision = own.max_by_key(|revision| revision.revision)?;
    newest.metadata.labels.get(HASH).map(String::as_str)
}

fn is_updated(memory: &Memory, pod: &Pod, set: &DaemonSet) -> bool {
    let generation = set.metadata.annotations.get(TEMPLATE_GENERATION);
    newest_hash(memory, set).is_some_and(|hash| hash == label(pod, HASH))
        || generation.is_some_and(|generation| generation == label(pod, "pod-template-generation"))
}

fn one_pod_a_node(seen: &Seen<'_>) -> Result<(), String> {
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

fn nodes_suit(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Daemon { node, sets, .. }) = made(seen) else { return Ok(()) };
    let key = ObjectKey::new(Kind::Node, "", node);
    let versions = seen.memory.versions(&key, seen.event.at);
    let suitable = versions.iter().any(|object| match object {
        Object::Node(node) => sets.iter().any(|set| suits(node, set)),
        _ => false,
    });
    if suitable { Ok(()) } else { Err(format!("made for {node}, which does not suit")) }
}

fn pods_name_their_node(seen: &Seen<'_>) -> Result<(), String> {
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

/// The nodes that should run a pod and surely have none that is available and stays.
fn surely_unserved<'a>(seen: &'a Seen<'_>, set: &'a DaemonSet) -> SortedSet<&'a str> {
    let now = seen.event.at;
    let mut unserved: SortedSet<&str> = SortedSet::default();
    for object in seen.memory.objects.values() {
        if let Object::Node(node) = object {
            let name = node.metadata.name.as_str();
            let versions = nodes(seen, name);
            if !versions.is_empty() && versions.iter().all(|node| suits(node, set)) {
                unserved.insert(name);
            }
        }
    }
    for other in pods_of(seen, set) {
        let serves = |pod: &Pod| is_active(pod) && pod.is_available(set.spec.min_ready_seconds, now);
        if !surely(seen, other, |pod| !serves(pod))
            && let Some(node) = target(other)
        {
            unserved.remove(node);
        }
    }
    // A pod that is gone may still be seen where it was.
    for gone in seen.memory.gone(seen.by, now) {
        if let Object::Pod(pod) = gone
            && pod.metadata.is_controlled_by(&set.metadata.uid)
            && is_active(pod)
            && let Some(node) = target(pod)
        {
            unserved.remove(node);
        }
    }
    unserved
}

/// The pods of the set that stay on a node beside this one, as the controller may see them.
fn beside<'a>(seen: &'a Seen<'_>, set: &'a DaemonSet, daemon: &Daemon<'a>) -> Vec<&'a Pod> {
    let (node, uid) = (daemon.node, &daemon.pod.metadata.uid);
    let others = pods_of(seen, set).filter(|other| other.metadata.uid != *uid && target(other) == Some(node));
    others.filter(|other| !surely(seen, other, |pod| !is_active(pod))).collect()
}

/// Whether the controller may have seen a pod of the set that stays on a node beside this one, of which this
/// holds.
fn may_be_beside(
    seen: &Seen<'_>,
    set: &DaemonSet,
    daemon: &Daemon<'_>,
    holds: &dyn Fn(&Pod) -> bool,
) -> bool {
    // Also one that is gone, or that was released, in the same sync or by somebody else.
    let all = seen.memory.objects.values().chain(seen.memory.recent(seen.event.at));
    all.filter_map(Pod::of).any(|pod| {
        pod.metadata.is_controlled_by(&set.metadata.uid)
            && pod.metadata.uid != daemon.pod.metadata.uid
            && target(pod) == Some(daemon.node)
            && is_active(pod)
            && holds(pod)
    })
}

/// The least and the most that a pod had to be ready to be available, in the versions of the set that the
/// controller may have seen.
fn min_ready(sets: &[&DaemonSet]) -> (i64, i64) {
    let all = || sets.iter().map(|set| set.spec.min_ready_seconds);
    (all().min().unwrap_or_default(), all().max().unwrap_or_default())
}

/// Whether a deletion is a rolling update's: of an old pod, surely seen as available, on a node that surely
/// suits. For old pods that do not look available `rollingUpdate` has no budget.
fn is_update(seen: &Seen<'_>, daemon: &Daemon<'_>, set: &DaemonSet) -> bool {
    let versions = nodes(seen, daemon.node);
    let (now, (_, longest)) = (seen.event.at, min_ready(&daemon.sets));
    surely(seen, daemon.pod, |pod| pod.is_available(longest, now))
        && is_active(daemon.pod)
        && !is_updated(seen.memory, daemon.pod, set)
        && !versions.is_empty()
        && daemon.sets.iter().all(|set| versions.iter().all(|node| suits(node, set)))
}

fn budget_holds(seen: &Seen<'_>) -> Result<(), String> {
    let Some(daemon) = deleted(seen) else { return Ok(()) };
    let set = daemon.sets[0];
    if daemon.sets.iter().any(|set| allows_surge(set))
        || !is_update(seen, &daemon, set)
        || !beside(seen, set, &daemon).is_empty()
    {
        return Ok(());
    }
    if daemon.sets.iter().all(|set| set.spec.update_strategy.type_ == "OnDelete") {
        return Err("deleted under OnDelete".into());
    }
    let within = |set: &&DaemonSet| {
        let desired = nodes_that_may_count(seen, |node| suits(node, set));
        let rolling = set.spec.update_strategy.rolling_update.as_ref();
        let budget = rolling.and_then(|rolling| rolling.max_unavailable.as_ref());
        let budget = budget.map_or(0, |budget| budget.scaled(desired, true).unwrap_or(1)).max(1);
        let unserved = surely_unserved(seen, set).len();
        i64::try_from(unserved).unwrap_or(i64::MAX) < budget
    };
    if daemon.sets.iter().any(within) {
        return Ok(());
    }
    let unserved = surely_unserved(seen, set);
    let names: Vec<&str> = unserved.iter().copied().collect();
    Err(format!("deleted while {} nodes have no available pod: {}", names.len(), names.join(" ")))
}

fn surge_holds(seen: &Seen<'_>) -> Result<(), String> {
    let now = seen.event.at;
    if let Some(daemon) = deleted(seen) {
        let set = daemon.sets[0];
        if !daemon.sets.iter().all(|set| allows_surge(set)) || !is_update(seen, &daemon, set) {
            return Ok(());
        }
        // Of two old pods the first one stays, whichever is available: `podsShouldBeOnNode` goes through them
        // in the order of `podByCreationTimestampAndPhase` and keeps one of each revision.
        let order = |pod: &Pod| (!pod.is_bound(), pod.metadata.creation_timestamp, pod.metadata.name.clone());
        let goes_first = |other: &Pod| order(other) < order(daemon.pod);
        let (shortest, _) = min_ready(&daemon.sets);
        let handed_over = may_be_beside(seen, set, &daemon, &|other| {
            label(other, HASH) == label(daemon.pod, HASH)
                || other.is_available(shortest, now)
                || (!is_updated(seen.memory, other, set) && goes_first(other))
        });
        return if handed_over {
            Ok(())
        } else {
            Err("deleted before its node's new pod was available".into())
        };
    }
    let Some(Daemon { pod, node, sets }) = made(seen) else { return Ok(()) };
    if !sets.iter().all(|set| allows_surge(set)) {
        return Ok(());
    }
    let set = sets[0];
    let (shortest, longest) = min_ready(&sets);
    let is_old = |other: &Pod| {
        let generation = label(other, "pod-template-generation") != label(pod, "pod-template-generation");
        label(other, HASH) != label(pod, HASH) && generation
    };
    let (mut old, mut new): (SortedSet<&str>, SortedSet<&str>) = Default::default();
    for other in pods_of(seen, set) {
        let Some(node) = target(other) else { continue };
        if is_old(other) && surely(seen, other, |pod| is_active(pod) && pod.is_available(longest, now)) {
            old.insert(node);
        } else if surely(seen, other, |pod| {
            is_active(pod) && !is_old(pod) && !pod.is_available(shortest, now)
        }) {
            new.insert(node);
        }
    }
    if !old.contains(&node) {
        return Ok(());
    }
    new.insert(node);
    let both = i64::try_from(old.iter().filter(|node| new.contains(*node)).count()).unwrap_or(i64::MAX);
    let nodes = nodes_that_may_count(seen, |_| true);
    let allowed = sets.iter().map(|set| max_surge(set, nodes)).max().unwrap_or_default();
    if both <= allowed {
        Ok(())
    } else {
        Err(format!("made for {node}: {both} nodes have an old and a new pod"))
    }
}

fn sound_pods_stay(seen: &Seen<'_>) -> Result<(), String> {
    let Some(daemon) = deleted(seen) else { return Ok(()) };
    let set = daemon.sets[0];
    let versions = nodes(seen, daemon.node);
    // The template may have changed, and the revision not yet been made.
    let observed =
        daemon.sets.iter().all(|set| set.metadata.generation == daemon.sets[0].metadata.generation);
    let sound = is_active(daemon.pod)
        && is_updated(seen.memory, daemon.pod, set)
        && surely(seen, daemon.pod, |pod| !pod.is_terminal())
        && set.spec.selector.matches(&daemon.pod.metadata.labels)
        && !versions.is_empty()
        && daemon.sets.iter().all(|set| versions.iter().all(|node| suits(node, set)));
    if observed && sound && beside(seen, set, &daemon).is_empty() {
        return Err(format!("deleted from {} although nothing is wrong with it", daemon.node));
    }
    Ok(())
}

fn nothing_is_made_for_a_set_that_goes(seen: &Seen<'_>) -> Result<(), String> {
    let Some(daemon) = made(seen) else { return Ok(()) };
    if daemon.sets.iter().all(|set| set.metadata.is_terminating()) {
        return Err("made while its set is being deleted".into());
    }
    Ok(())
}

/// A failed pod whose deletion its set's controller has just asked for.
fn failed<'a>(seen: &'a Seen<'_>) -> Option<Daemon<'a>> {
    let daemon = deleted(seen)?;
    let fails = daemon.pod.status.phase == "Failed" && !daemon.pod.is_terminating();
    (fails && !nodes(seen, daemon.node).is_empty()).then_some(daemon)
}

fn failed_pods_back_off(seen: &Seen<'_>) -> Result<(), String> {
    let Some(daemon) = failed(seen) else { return Ok(()) };
    let versions = nodes(seen, daemon.node);
    // Pods of nodes that do not suit go at once.
    if !daemon.sets.iter().all(|set| versions.iter().all(|node| suits(node, set))) {
        return Ok(());
    }
    let key = (daemon.sets[0].metadata.uid.clone(), daemon.node.to_owned());
    let Some(last) = seen.memory.failed_pods.get(&key) else { return Ok(()) };
    // What is remembered of a node goes with the process, and with the observed generation that it is for.
    let same = observed_generation(&daemon).is_some_and(|generation| last.generation == Some(generation));
    let passed = seen.event.at - last.at;
    if same && !seen.memory.has_forgotten(last.at) && passed < last.delay && passed <= BACKOFF_FORGOTTEN {
        return Err(format!("deleted {} ms after the one before, not {} ms", passed.ms(), last.delay.ms()));
    }
    Ok(())
}

/// The set's observed generation, when there is no doubt which one the controller has seen.
fn observed_generation(daemon: &Daemon<'_>) -> Option<i64> {
    let newest = daemon.sets[0].status.observed_generation;
    daemon.sets.iter().all(|set| set.status.observed_generation == newest).then_some(newest)
}

/// Remembers the deletion of a failed pod.
pub(super) fn remember(event: &WatchEvent, before: Option<&Object>, by_person: bool, memory: &mut Memory) {
    let seen = Seen { event, before, by_person, by: None, memory };
    let Some(daemon) = failed(&seen) else { return };
    let generation = observed_generation(&daemon);
    let key = (daemon.sets[0].metadata.uid.clone(), daemon.node.to_owned());
    let delay = match memory.failed_pods.get(&key) {
        Some(last)
            if last.generation == generation
                && !memory.has_forgotten(last.at)
                && (event.at - last.at) <= BACKOFF_FORGOTTEN =>
        {
            Span::from_ms(last.delay.ms() * 2).min(LONGEST_BACKOFF)
        }
        _ => Span::from_seconds(1),
    };
    memory.failed_pods.insert(key, Failed { at: event.at, delay, generation });
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

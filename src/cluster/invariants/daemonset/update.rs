//! What a rolling update of a `DaemonSet` may delete and make: the budget, the surge, sound pods.

use super::placement::suits;
use super::{Daemon, HASH, allows_surge, deleted, is_active, label, made, nodes, pods_of, surely, target};
use crate::api::Object;
use crate::api::apps::ControllerRevision;
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::cluster::invariants::{Memory, Seen};
use crate::collections::SortedSet;
use crate::controllers::history::template_patch;

const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// How many nodes there may be, as the controller sees it, of which something holds.
fn nodes_that_may_count(seen: &Seen<'_>, holds: impl Fn(&Node) -> bool) -> i64 {
    let all = seen.memory.objects.values().chain(seen.memory.recent(seen.event.at)).filter_map(Node::of);
    let names: SortedSet<&str> =
        all.filter(|node| holds(node)).map(|node| node.metadata.name.as_str()).collect();
    i64::try_from(names.len()).unwrap_or(i64::MAX)
}

pub(super) fn max_surge(set: &DaemonSet, nodes: i64) -> i64 {
    let rolling = set.spec.update_strategy.rolling_update.as_ref();
    let surge = rolling.and_then(|rolling| rolling.max_surge.as_ref());
    surge.map_or(0, |surge| surge.scaled(nodes, true).unwrap_or_default())
}

/// The hash of the set's newest revision. When none of its own has its template, the revision that an
/// earlier set of its name has left may be taken for it: `snapshot` finds its name taken, and the content to
/// be right.
fn newest_hash<'a>(memory: &'a Memory, set: &DaemonSet) -> Option<&'a str> {
    let revisions = || memory.objects.values().filter_map(ControllerRevision::of);
    let own = revisions().filter(|revision| revision.metadata.is_controlled_by(&set.metadata.uid));
    let newest = own.max_by_key(|revision| revision.revision)?;
    let template = template_patch(&set.spec.template);
    let left = || {
        let name = |revision: &ControllerRevision| {
            format!("{}-{}", set.metadata.name, revision.metadata.labels.get(HASH).map_or("", String::as_str))
        };
        revisions().find(|revision| {
            revision.metadata.namespace == set.metadata.namespace
                && revision.metadata.name == name(revision)
                && revision.data == template
        })
    };
    let newest = if newest.data == template { newest } else { left().unwrap_or(newest) };
    newest.metadata.labels.get(HASH).map(String::as_str)
}

fn is_updated(memory: &Memory, pod: &Pod, set: &DaemonSet) -> bool {
    let generation = set.metadata.annotations.get(TEMPLATE_GENERATION);
    newest_hash(memory, set).is_some_and(|hash| hash == label(pod, HASH))
        || generation.is_some_and(|generation| generation == label(pod, "pod-template-generation"))
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
    // A pod that is gone, or no longer the set's, may still be seen where it was.
    for old in seen.memory.seen_lately(seen.by, now) {
        let Object::Pod(pod) = old else { continue };
        let left = seen.memory.objects.get(&old.key()).is_none_or(|newest| {
            newest.meta().uid != pod.metadata.uid || !newest.meta().is_controlled_by(&set.metadata.uid)
        });
        if left
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
pub(super) fn beside<'a>(seen: &'a Seen<'_>, set: &'a DaemonSet, daemon: &Daemon<'a>) -> Vec<&'a Pod> {
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

pub(super) fn budget_holds(seen: &Seen<'_>) -> Result<(), String> {
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

pub(super) fn surge_holds(seen: &Seen<'_>) -> Result<(), String> {
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

pub(super) fn sound_pods_stay(seen: &Seen<'_>) -> Result<(), String> {
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::api::pod::Container;
    use crate::api::{ObjectKey, OwnerReference};

    fn set(image: &str) -> DaemonSet {
        let mut set = DaemonSet::default();
        (set.metadata.name, set.metadata.uid) = ("agent".into(), "new".into());
        set.spec.template.spec.containers = vec![Container { image: image.into(), ..Container::default() }];
        set
    }

    /// A revision of an image, by the uid of its owner, its number and its hash.
    fn put(memory: &mut Memory, image: &str, owner: &str, number: i64, hash: &str) {
        let mut revision = ControllerRevision {
            data: template_patch(&set(image).spec.template),
            revision: number,
            ..ControllerRevision::default()
        };
        revision.metadata.name = format!("agent-{hash}");
        revision.metadata.labels.insert(HASH.into(), hash.into());
        let owner = OwnerReference { uid: owner.into(), controller: Some(true), ..OwnerReference::default() };
        revision.metadata.owner_references.push(owner);
        let object = Object::ControllerRevision(Rc::new(revision));
        let key: ObjectKey = object.key();
        memory.objects.insert(key, object);
    }

    #[test]
    fn the_newest_revision_may_be_one_that_a_namesake_has_left() {
        let mut memory = Memory::default();
        put(&mut memory, "first", "old", 1, "a");
        assert_eq!(newest_hash(&memory, &set("first")), None, "it has none of its own");
        put(&mut memory, "second", "new", 1, "b");
        assert_eq!(newest_hash(&memory, &set("second")), Some("b"));
        assert_eq!(newest_hash(&memory, &set("first")), Some("a"), "taken over, with the same number");
        assert_eq!(newest_hash(&memory, &set("third")), Some("b"), "not made yet");
        put(&mut memory, "first", "new", 2, "c");
        assert_eq!(newest_hash(&memory, &set("first")), Some("c"));
    }
}

//! Rules of `StatefulSet`s: identity, order, partition, budget, revisions.
//!
//! - `identity`: names and claims. `order`: who is made and taken away first. `update`: revisions of pods.
//!   `history`: the set's revisions and counters.

mod order;
mod update;
mod identity;
mod history;

use self::history::{
    collisions_only_grow, counters_are_consistent, revisions_are_fixed, revisions_in_use_stay,
};
use self::identity::{claims_are_spared, claims_exist_first, identity_follows_ordinal};
use self::order::{highest_goes_first, lower_ones_first, ordinals_in_range, scaling_down_waits};
use self::update::{
    current_revision_waits, on_delete_deletes_nothing, revision_follows_partition, update_deletes_old_pods,
    update_waits_for_others,
};
use super::{Invariant, Seen};
use crate::api::apps::StatefulSet;
use crate::api::meta::Condition;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::WatchEventType;
use crate::sim::Time;

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-17",
        sentence: "a pod's name, labels, host name and claims follow from its set and ordinal",
        check: identity_follows_ordinal,
    },
    Invariant {
        id: "S-18",
        sentence: "pods are made only with ordinals from start to start + replicas - 1",
        check: ordinals_in_range,
    },
    Invariant {
        id: "S-19",
        sentence: "under OrderedReady a pod is made only when all lower ones are available and not terminating",
        check: lower_ones_first,
    },
    Invariant {
        id: "S-20",
        sentence: "under OrderedReady scaling down takes the highest ordinal, one at a time",
        check: highest_goes_first,
    },
    Invariant {
        id: "S-20",
        sentence: "under OrderedReady scaling down waits for every pod, but for the lowest that it waits for",
        check: scaling_down_waits,
    },
    Invariant {
        id: "S-21",
        sentence: "a rolling update deletes only the highest pod of an old revision, at or above the partition",
        check: update_deletes_old_pods,
    },
    Invariant {
        id: "S-22",
        sentence: "a pod below the partition is made at the current revision, others at the update revision",
        check: revision_follows_partition,
    },
    Invariant {
        id: "S-23",
        sentence: "a rolling update deletes a pod only when all higher ones are available, under OrderedReady all",
        check: update_waits_for_others,
    },
    Invariant {
        id: "S-24",
        sentence: "under OnDelete no pod is deleted because of its revision",
        check: on_delete_deletes_nothing,
    },
    Invariant { id: "S-26", sentence: "a pod's claims exist before the pod", check: claims_exist_first },
    Invariant {
        id: "S-26",
        sentence: "the controllers delete no claim but what its owners leave behind, and take none from another",
        check: claims_are_spared,
    },
    Invariant {
        id: "S-27",
        sentence: "available <= ready <= replicas, current <= replicas, updated <= replicas",
        check: counters_are_consistent,
    },
    Invariant {
        id: "S-28",
        sentence: "the current revision changes only when the update is complete",
        check: current_revision_waits,
    },
    Invariant {
        id: "S-30",
        sentence: "a revision's data never changes, and two revisions of one owner never hold the same",
        check: revisions_are_fixed,
    },
    Invariant {
        id: "S-31",
        sentence: "a revision that a live pod or the status names is not removed",
        check: revisions_in_use_stay,
    },
    Invariant { id: "S-32", sentence: "the collision count never falls", check: collisions_only_grow },
];

/// The ordinal in a pod's name.
fn ordinal(pod: &Pod) -> Option<i64> {
    pod.metadata.name.rsplit_once('-')?.1.parse().ok()
}

fn start(set: &StatefulSet) -> i64 {
    set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start)
}

fn replicas(set: &StatefulSet) -> i64 {
    set.spec.replicas.unwrap_or(1)
}

fn in_range(set: &StatefulSet, ordinal: i64) -> bool {
    (start(set)..start(set) + replicas(set)).contains(&ordinal)
}

fn revision(pod: &Pod) -> &str {
    pod.metadata.labels.get("controller-revision-hash").map_or("", String::as_str)
}

fn is_ordered(set: &StatefulSet) -> bool {
    set.spec.pod_management_policy != "Parallel"
}

/// A pod that its set's controller has just made, with the versions of the set that the controller may have
/// seen.
fn made<'a>(seen: &'a Seen<'_>) -> Option<(&'a Pod, i64, Vec<&'a StatefulSet>)> {
    let Object::Pod(pod) = seen.after()? else {
        return None;
    };
    if seen.event.type_ != WatchEventType::Added || !seen.is_by_controllers() {
        return None;
    }
    let sets = seen.memory.sets_of(pod, seen.event.at);
    if sets.is_empty() { None } else { Some((pod, ordinal(pod)?, sets)) }
}

/// A pod whose deletion its set's controller has just asked for.
fn deleted<'a>(seen: &'a Seen<'_>) -> Option<(&'a Pod, i64, Vec<&'a StatefulSet>)> {
    let Object::Pod(pod) = seen.before? else {
        return None;
    };
    // Whoever else deletes a pod says so in it first.
    let is_disrupted = Condition::is_true(&pod.status.conditions, "DisruptionTarget");
    // It deletes by name: of an earlier pod of the name it may have seen that it ended.
    let key = ObjectKey::new(Kind::Pod, pod.metadata.namespace.as_str(), pod.metadata.name.as_str());
    let mut views = seen.memory.views(&key, seen.event.at).filter_map(Pod::of);
    if views.any(|view| view.is_terminal()) {
        return None;
    }
    if !seen.is_deletion_asked() || !seen.is_by_controllers() || is_disrupted {
        return None;
    }
    let sets = seen.memory.sets_of(pod, seen.event.at);
    // When the set is going or gone, it is the garbage collector who deletes.
    let owner = &pod.metadata.controller_of()?.name;
    let key = ObjectKey::new(Kind::StatefulSet, pod.metadata.namespace.clone(), owner.as_str());
    let stays =
        seen.memory.objects.get(&key).is_some_and(|set| {
            !set.meta().is_terminating() && pod.metadata.is_controlled_by(&set.meta().uid)
        });
    if sets.is_empty() || !stays { None } else { Some((pod, ordinal(pod)?, sets)) }
}

fn pod_key(set: &StatefulSet, ordinal: i64) -> ObjectKey {
    ObjectKey::new(Kind::Pod, set.metadata.namespace.clone(), format!("{}-{ordinal}", set.metadata.name))
}

fn is_good(object: &Object, set: &StatefulSet, now: Time) -> bool {
    matches!(object, Object::Pod(pod)
        if pod.status.phase == "Running"
            && pod.is_available(set.spec.min_ready_seconds, now)
            && !pod.is_terminating())
}

/// Whether the controller may have seen the pod of an ordinal as available.
fn may_look_good(seen: &Seen<'_>, set: &StatefulSet, ordinal: i64) -> bool {
    let key = pod_key(set, ordinal);
    seen.memory.views(&key, seen.event.at).any(|object| is_good(object, set, seen.event.at))
}

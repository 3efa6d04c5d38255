//! Rules of `StatefulSet`s: identity, order, partition, budget, revisions.

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

fn partition(set: &StatefulSet) -> i64 {
    let rolling = set.spec.update_strategy.rolling_update.as_ref();
    rolling.and_then(|rolling| rolling.partition).unwrap_or_default()
}

fn revision(pod: &Pod) -> &str {
    pod.metadata.labels.get("controller-revision-hash").map_or("", String::as_str)
}

fn is_on_delete(set: &StatefulSet) -> bool {
    set.spec.update_strategy.type_ == "OnDelete"
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
    if !seen.is_deletion_asked() || !seen.is_by_controllers() || pod.is_terminal() || is_disrupted {
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

fn identity_follows_ordinal(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, ordinal, sets)) = made(seen) else {
        return Ok(());
    };
    let name = &pod.metadata.name;
    let label = |key: &str| pod.metadata.labels.get(key).map_or("", String::as_str);
    if label("statefulset.kubernetes.io/pod-name") != name
        || label("apps.kubernetes.io/pod-index") != ordinal.to_string()
        || pod.spec.hostname != *name
    {
        return Err("its labels or host name do not follow from its name".into());
    }
    let fits = sets.iter().any(|set| {
        set.spec.volume_claim_templates.iter().all(|template| {
            let claim = format!("{}-{name}", template.metadata.name);
            pod.claim_names().any(|used| used == claim)
        })
    });
    if fits { Ok(()) } else { Err("its claims do not follow from its name".into()) }
}

fn ordinals_in_range(seen: &Seen<'_>) -> Result<(), String> {
    match made(seen) {
        Some((_, ordinal, sets)) if !sets.iter().any(|set| in_range(set, ordinal)) => {
            Err(format!("made with ordinal {ordinal}"))
        }
        _ => Ok(()),
    }
}

fn lower_ones_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, ordinal, sets)) = made(seen) else {
        return Ok(());
    };
    let allowed = sets
        .iter()
        .any(|set| !is_ordered(set) || (start(set)..ordinal).all(|lower| may_look_good(seen, set, lower)));
    if allowed { Ok(()) } else { Err("made before a lower one was available".into()) }
}

fn highest_goes_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, ordinal, sets)) = deleted(seen) else {
        return Ok(());
    };
    let is_wrong = |set: &&StatefulSet| {
        if !is_ordered(set) || in_range(set, ordinal) {
            return false;
        }
        // Of the others outside the range, none may be higher (or, in front of the range, stand after it in
        // the descending order) and still be there without having been asked to go.
        seen.memory.objects.values().any(|object| match object {
            Object::Pod(other) => {
                other.metadata.is_controlled_by(&set.metadata.uid)
                    && self::ordinal(other).is_some_and(|other| other > ordinal && !in_range(set, other))
            }
            _ => false,
        })
    };
    if sets.iter().all(is_wrong) { Err("a higher one is still there".into()) } else { Ok(()) }
}

/// The pods in the range have to be available; of those beyond it an unavailable one goes only when none
/// below it is unavailable too.
fn scaling_down_waits(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, ordinal, sets)) = deleted(seen) else {
        return Ok(());
    };
    let now = seen.event.at;
    let may_be = |set: &StatefulSet, ordinal: i64, good: bool| {
        let key = pod_key(set, ordinal);
        let mut views = seen.memory.views(&key, now).peekable();
        let is_there = views.peek().is_some();
        !is_there || views.any(|object| is_good(object, set, now) == good)
    };
    let is_allowed = |set: &&StatefulSet| {
        if !is_ordered(set) || in_range(set, ordinal) {
            return true;
        }
        let mut range = start(set)..start(set) + replicas(set);
        let mut below = seen.memory.objects.values().filter_map(|object| match object {
            Object::Pod(other) if other.metadata.is_controlled_by(&set.metadata.uid) => {
                self::ordinal(other).filter(|other| *other < ordinal && !in_range(set, *other))
            }
            _ => None,
        });
        range.all(|lower| may_look_good(seen, set, lower))
            && (may_be(set, ordinal, true) || below.all(|lower| may_be(set, lower, true)))
    };
    if sets.iter().any(is_allowed) {
        Ok(())
    } else {
        Err(format!("{} deleted while another one was not available", pod.metadata.name))
    }
}

fn update_deletes_old_pods(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, ordinal, sets)) = deleted(seen) else {
        return Ok(());
    };
    // The status may lag behind the sync that made a new revision: then that is only known to be another one
    // than the deleted pod's. So it is when somebody has deleted the revision that the status names:
    // `getStatefulSetRevisions` makes another one, whose name differs where that one's has been taken.
    let is_updated = |set: &StatefulSet, target: &Pod, other: &Pod| {
        if set.status.observed_generation < set.metadata.generation
            || !surely_has_revision(seen, set, &set.status.update_revision)
        {
            revision(other) != revision(target)
        } else {
            revision(other) == set.status.update_revision
        }
    };
    let may_be = |set: &StatefulSet, ordinal: i64, holds: &dyn Fn(&Pod) -> bool| {
        let key = pod_key(set, ordinal);
        seen.memory.views(&key, seen.event.at).filter_map(Pod::of).any(|pod| holds(pod))
    };
    let is_allowed = |set: &&StatefulSet| {
        // The controller deletes by name: it may have seen an earlier pod of it.
        let is_next = |target: &Pod| {
            let mut higher = ordinal + 1..start(set) + replicas(set);
            !is_updated(set, target, target)
                && higher.all(|higher| may_be(set, higher, &|other| is_updated(set, target, other)))
        };
        !in_range(set, ordinal)
            || is_on_delete(set)
            || (ordinal >= start(set) + partition(set) && may_be(set, ordinal, &is_next))
    };
    if sets.iter().any(is_allowed) {
        Ok(())
    } else {
        let seen_as = |set: &&StatefulSet| {
            let status = &set.status;
            let (spec, at) = (set.metadata.generation, status.observed_generation);
            format!("generation {spec}, observed {at}, update revision {}", status.update_revision)
        };
        let sets: Vec<String> = sets.iter().map(seen_as).collect();
        let what = format!("deleted by its controller, ordinal {ordinal}, revision {}", revision(pod));
        Err(format!("{what}; the set may have been seen as {}", sets.join("; ")))
    }
}

fn on_delete_deletes_nothing(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, ordinal, sets)) = deleted(seen) else {
        return Ok(());
    };
    if sets.iter().any(|set| !in_range(set, ordinal) || !is_on_delete(set)) {
        Ok(())
    } else {
        Err(format!("ordinal {ordinal} deleted by its controller"))
    }
}

fn revision_follows_partition(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, ordinal, sets)) = made(seen) else {
        return Ok(());
    };
    let is_right = |set: &&StatefulSet| {
        let status = &set.status;
        if status.observed_generation < set.metadata.generation || status.current_revision.is_empty() {
            return true;
        }
        // A person may have deleted what the status names; then the controller begins anew.
        if ![&status.current_revision, &status.update_revision]
            .iter()
            .all(|it| surely_has_revision(seen, set, it))
        {
            return true;
        }
        if is_on_delete(set) {
            return revision(pod) == status.current_revision || revision(pod) == status.update_revision;
        }
        let wanted = if ordinal < start(set) + partition(set) {
            &status.current_revision
        } else {
            &status.update_revision
        };
        revision(pod) == wanted
    };
    if sets.iter().any(is_right) {
        Ok(())
    } else {
        Err(format!("ordinal {ordinal} made at revision {}", revision(pod)))
    }
}

/// The gate `MaxUnavailableStatefulSet` is off, so that a budget of the set changes nothing: a burst looks at
/// the higher pods alone, as upstream does.
fn update_waits_for_others(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, ordinal, sets)) = deleted(seen) else {
        return Ok(());
    };
    let is_allowed = |set: &&StatefulSet| {
        let lowest = if is_ordered(set) { start(set) } else { ordinal.saturating_add(1) };
        let mut others = (lowest..start(set) + replicas(set)).filter(|&other| other != ordinal);
        !in_range(set, ordinal) || others.all(|other| may_look_good(seen, set, other))
    };
    if sets.iter().any(is_allowed) {
        Ok(())
    } else {
        Err(format!("ordinal {ordinal} deleted while another one was away"))
    }
}

fn claims_exist_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((pod, _, _)) = made(seen) else {
        return Ok(());
    };
    // A claim that a person has just deleted may still be seen.
    let missing = pod.claim_names().find(|name| {
        let key = ObjectKey::new(Kind::PersistentVolumeClaim, pod.metadata.namespace.clone(), *name);
        seen.memory.views(&key, seen.event.at).next().is_none()
    });
    missing.map_or(Ok(()), |name| Err(format!("made without its claim {name}")))
}

fn claims_are_spared(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::PersistentVolumeClaim(before)) = seen.before.filter(|_| seen.is_by_controllers()) else {
        return Ok(());
    };
    let meta = &before.metadata;
    if seen.is_deletion_asked() && meta.owner_references.is_empty() {
        // With a namespace goes all that is in it.
        let key = ObjectKey::new(Kind::Namespace, "", meta.namespace.as_str());
        let stays = seen.memory.objects.get(&key).is_some_and(|it| !it.meta().is_terminating());
        return if stays { Err("deleted by the controllers".into()) } else { Ok(()) };
    }
    let ours = ["StatefulSet", "Pod"];
    let is_foreign = meta.controller_of().is_some_and(|it| !ours.contains(&it.kind.as_str()));
    let after = seen.after().map(|after| after.meta().owner_references.as_slice()).unwrap_or_default();
    match after.iter().find(|owner| is_foreign && !meta.owner_references.contains(owner)) {
        Some(owner) => Err(format!("taken over by {} {}", owner.kind, owner.name)),
        None => Ok(()),
    }
}

fn counters_are_consistent(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::StatefulSet(set)) = seen.after() else {
        return Ok(());
    };
    let status = &set.status;
    let consistent = status.available_replicas <= status.ready_replicas
        && status.ready_replicas <= status.replicas
        && status.current_replicas <= status.replicas
        && status.updated_replicas <= status.replicas;
    if consistent { Ok(()) } else { Err(format!("{status:?}")) }
}

fn current_revision_waits(seen: &Seen<'_>) -> Result<(), String> {
    let (Some(Object::StatefulSet(before)), Some(Object::StatefulSet(after))) = (seen.before, seen.after())
    else {
        return Ok(());
    };
    let (was, is) = (&before.status, &after.status);
    if was.current_revision.is_empty() || was.current_revision == is.current_revision {
        return Ok(());
    }
    let complete = is.current_revision == is.update_revision
        && is.updated_replicas == is.replicas
        && is.ready_replicas == is.replicas;
    // When the current revision itself is gone from the history, the controller begins anew with the update
    // revision; so it may do while the garbage collector takes the revisions of a set that is going.
    if complete || after.metadata.is_terminating() || !surely_has_revision(seen, after, &was.current_revision)
    {
        Ok(())
    } else {
        Err(format!(
            "from {} to {} before the update was complete: {is:?}",
            was.current_revision, is.current_revision
        ))
    }
}

/// Whether the controller surely sees a revision of the set. It looks for the revisions that the status names
/// among those in its cache (`getStatefulSetRevisions`), and begins anew where one is missing.
fn surely_has_revision(seen: &Seen<'_>, set: &StatefulSet, name: &str) -> bool {
    let key = ObjectKey::new(Kind::ControllerRevision, set.metadata.namespace.clone(), name);
    let (memory, now) = (seen.memory, seen.event.at);
    memory.objects.contains_key(&key)
        && !memory.is_new(&key, now)
        && memory.views(&key, now).all(|revision| revision.meta().is_controlled_by(&set.metadata.uid))
}

fn revisions_are_fixed(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::ControllerRevision(after)) = seen.after() else {
        return Ok(());
    };
    if let Some(Object::ControllerRevision(before)) = seen.before
        && before.data != after.data
    {
        return Err("its data changed".into());
    }
    let owner = after.metadata.controller_of().map(|owner| owner.uid.as_str());
    let twin = seen.memory.objects.values().any(|object| match object {
        Object::ControllerRevision(other) => {
            owner.is_some()
                && other.metadata.name != after.metadata.name
                && other.metadata.controller_of().map(|owner| owner.uid.as_str()) == owner
                && other.data == after.data
        }
        _ => false,
    });
    if twin { Err("another revision of its owner holds the same".into()) } else { Ok(()) }
}

fn revisions_in_use_stay(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::ControllerRevision(gone)) =
        seen.before.filter(|_| seen.after().is_none() && !seen.by_person && !seen.is_namespace_going())
    else {
        return Ok(());
    };
    let Some(owner) = gone.metadata.controller_of() else {
        return Ok(());
    };
    let key = ObjectKey::new(Kind::StatefulSet, gone.metadata.namespace.clone(), owner.name.clone());
    let Some(Object::StatefulSet(set)) = seen.memory.objects.get(&key) else {
        return Ok(());
    };
    // With a set that is going, the garbage collector removes its revisions.
    if set.metadata.uid != owner.uid || set.metadata.is_terminating() {
        return Ok(());
    }
    let name = &gone.metadata.name;
    let used = seen.memory.objects.values().any(|object| match object {
        Object::Pod(pod) => pod.metadata.is_controlled_by(&owner.uid) && revision(pod) == name,
        _ => false,
    });
    if used || set.status.update_revision == *name || set.status.current_revision == *name {
        return Err("removed while in use".into());
    }
    Ok(())
}

fn collisions_only_grow(seen: &Seen<'_>) -> Result<(), String> {
    let (Some(Object::StatefulSet(before)), Some(Object::StatefulSet(after))) = (seen.before, seen.after())
    else {
        return Ok(());
    };
    let (was, is) = (before.status.collision_count, after.status.collision_count);
    if is >= was { Ok(()) } else { Err(format!("from {was:?} to {is:?}")) }
}

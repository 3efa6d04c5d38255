//! What a rolling update of a `StatefulSet` may delete, and which revision its pods are made at.

use super::{deleted, in_range, is_ordered, made, may_look_good, pod_key, replicas, revision, start};
use crate::api::apps::StatefulSet;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::invariants::Seen;

pub(super) fn partition(set: &StatefulSet) -> i64 {
    let rolling = set.spec.update_strategy.rolling_update.as_ref();
    rolling.and_then(|rolling| rolling.partition).unwrap_or_default()
}

fn is_on_delete(set: &StatefulSet) -> bool {
    set.spec.update_strategy.type_ == "OnDelete"
}

pub(super) fn update_deletes_old_pods(seen: &Seen<'_>) -> Result<(), String> {
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

pub(super) fn on_delete_deletes_nothing(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, ordinal, sets)) = deleted(seen) else {
        return Ok(());
    };
    if sets.iter().any(|set| !in_range(set, ordinal) || !is_on_delete(set)) {
        Ok(())
    } else {
        Err(format!("ordinal {ordinal} deleted by its controller"))
    }
}

pub(super) fn revision_follows_partition(seen: &Seen<'_>) -> Result<(), String> {
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
pub(super) fn update_waits_for_others(seen: &Seen<'_>) -> Result<(), String> {
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

pub(super) fn current_revision_waits(seen: &Seen<'_>) -> Result<(), String> {
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

//! Which pods a `StatefulSet` makes and takes away, and in which order.

use super::{deleted, in_range, is_good, is_ordered, made, may_look_good, ordinal, pod_key, replicas, start};
use crate::api::Object;
use crate::api::apps::StatefulSet;
use crate::cluster::invariants::Seen;

pub(super) fn ordinals_in_range(seen: &Seen<'_>) -> Result<(), String> {
    match made(seen) {
        Some((_, ordinal, sets)) if !sets.iter().any(|set| in_range(set, ordinal)) => {
            Err(format!("made with ordinal {ordinal}"))
        }
        _ => Ok(()),
    }
}

pub(super) fn lower_ones_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((_, ordinal, sets)) = made(seen) else {
        return Ok(());
    };
    let allowed = sets
        .iter()
        .any(|set| !is_ordered(set) || (start(set)..ordinal).all(|lower| may_look_good(seen, set, lower)));
    if allowed { Ok(()) } else { Err("made before a lower one was available".into()) }
}

pub(super) fn highest_goes_first(seen: &Seen<'_>) -> Result<(), String> {
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
pub(super) fn scaling_down_waits(seen: &Seen<'_>) -> Result<(), String> {
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

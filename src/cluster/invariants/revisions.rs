//! Rules of revisions, whoever owns them: numbers, the limit of the history, collisions of names.

use super::{Invariant, Memory, Seen};
use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::daemonset::DaemonSet;
use crate::api::object::Typed as _;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, OwnerReference};
use crate::collections::SortedSet;
use crate::sim::{Span, Time};

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-30",
        sentence: "a revision that is used again gets a number above all others",
        check: numbers_grow,
    },
    Invariant {
        id: "S-31",
        sentence: "revisions are removed only beyond revisionHistoryLimit",
        check: history_is_kept,
    },
    Invariant {
        id: "S-31",
        sentence: "of the revisions not in use the oldest goes first",
        check: oldest_goes_first,
    },
    Invariant {
        id: "S-32",
        sentence: "each name that is taken raises the collision count by one, and it never falls",
        check: collisions_count_once,
    },
];

fn revision_of(object: &Object) -> Option<&ControllerRevision> {
    ControllerRevision::of(object).map(|revision| &**revision)
}

/// The versions of a revision that its owner's controller may have seen; none when it may not know of it.
fn surely_seen<'a>(
    memory: &'a Memory,
    revision: &ControllerRevision,
    now: Time,
) -> Vec<&'a ControllerRevision> {
    // Timestamps are whole seconds.
    let young = memory.lag + Span::from_seconds(1);
    let meta = &revision.metadata;
    if meta.creation_timestamp.is_none_or(|made| made.time() + young > now) {
        return Vec::new();
    }
    let key = ObjectKey::new(Kind::ControllerRevision, meta.namespace.clone(), meta.name.clone());
    let versions = memory.views(&key, now).filter_map(revision_of);
    versions.filter(|version| version.metadata.uid == meta.uid).collect()
}

fn numbers_grow(seen: &Seen<'_>) -> Result<(), String> {
    let (Some(before), Some(after)) = (seen.before.and_then(revision_of), seen.after().and_then(revision_of))
    else {
        return Ok(());
    };
    let (was, is) = (before.revision, after.revision);
    if was == is || !seen.is_by_controllers() {
        return Ok(());
    }
    if is < was {
        return Err(format!("number {was} became {is}"));
    }
    let Some(owner) = after.metadata.controller_of() else { return Ok(()) };
    let others = seen.memory.objects.values().filter_map(revision_of).filter(|other| {
        other.metadata.is_controlled_by(&owner.uid) && other.metadata.uid != after.metadata.uid
    });
    for other in others {
        let versions = surely_seen(seen.memory, other, seen.event.at);
        if versions.iter().map(|version| version.revision).min().is_some_and(|lowest| lowest >= is) {
            return Err(format!("number {is} beside {} of {}", other.revision, other.metadata.name));
        }
    }
    Ok(())
}

/// How many revisions are kept, in the versions of the owner that its controller may have seen.
fn limits(seen: &Seen<'_>, gone: &ControllerRevision) -> Vec<i64> {
    let (memory, meta, now) = (seen.memory, &gone.metadata, seen.event.at);
    let sets = memory.controllers_of::<StatefulSet>(meta, now);
    let mut limits: Vec<Option<i64>> = sets.iter().map(|set| set.spec.revision_history_limit).collect();
    let sets = memory.controllers_of::<DaemonSet>(meta, now);
    limits.extend(sets.iter().map(|set| set.spec.revision_history_limit));
    limits.into_iter().map(|limit| limit.unwrap_or(10)).collect()
}

/// A revision that the controllers have just removed while its owner stays: with an owner that is going, the
/// garbage collector removes its revisions.
fn removed<'a>(seen: &'a Seen<'_>) -> Option<(&'a ControllerRevision, &'a OwnerReference)> {
    let is_removed = seen.is_deletion_asked() && seen.is_by_controllers();
    let gone = seen.before.and_then(revision_of).filter(|_| is_removed)?;
    let owner = gone.metadata.controller_of()?;
    let namespace = gone.metadata.namespace.as_str();
    let stays = [Kind::StatefulSet, Kind::DaemonSet].into_iter().any(|kind| {
        let key = ObjectKey::new(kind, namespace, owner.name.as_str());
        let found = seen.memory.objects.get(&key).map(Object::meta);
        found.is_some_and(|meta| meta.uid == owner.uid && !meta.is_terminating())
    });
    stays.then_some((gone, owner))
}

fn history_is_kept(seen: &Seen<'_>) -> Result<(), String> {
    let Some((gone, owner)) = removed(seen) else { return Ok(()) };
    let Some(limit) = limits(seen, gone).into_iter().min() else { return Ok(()) };
    // Those that are gone may still have been seen, and those in use are more than those beyond the limit.
    let others = |object: &Object| {
        let meta = object.meta();
        object.kind() == Kind::ControllerRevision
            && meta.is_controlled_by(&owner.uid)
            && meta.uid != gone.metadata.uid
    };
    let memory = seen.memory;
    let mut left: SortedSet<&str> = SortedSet::new();
    left.extend(memory.objects.values().filter(|it| others(it)).map(|it| it.meta().uid.as_str()));
    let recent = memory.recent(seen.event.at).filter(|it| others(it));
    left.extend(recent.map(|it| it.meta().uid.as_str()));
    if i64::try_from(left.len()).unwrap_or(i64::MAX) >= limit {
        Ok(())
    } else {
        Err(format!("removed although only {} others are left, of which {limit} are to be kept", left.len()))
    }
}

fn oldest_goes_first(seen: &Seen<'_>) -> Result<(), String> {
    let Some((gone, owner)) = removed(seen) else { return Ok(()) };
    let (memory, now) = (seen.memory, seen.event.at);
    // Its own number may have been raised a moment ago.
    let key =
        ObjectKey::new(Kind::ControllerRevision, gone.metadata.namespace.as_str(), &*gone.metadata.name);
    let numbers = memory.views(&key, now).filter_map(revision_of).map(|it| it.revision);
    let number = numbers.min().unwrap_or(gone.revision);
    let is_older = |other: &&ControllerRevision| {
        let versions = surely_seen(memory, other, now);
        let is_own = |it: &ControllerRevision| it.metadata.is_controlled_by(&owner.uid);
        !versions.is_empty()
            && versions.iter().all(|it| it.revision < number && is_own(it))
            && !may_be_in_use(memory, other, now)
    };
    match memory.objects.values().filter_map(revision_of).find(is_older) {
        Some(older) => Err(format!("removed before {}, which is older", older.metadata.name)),
        None => Ok(()),
    }
}

/// Whether the controller may have seen a pod of a revision, or a status that names it.
fn may_be_in_use(memory: &Memory, revision: &ControllerRevision, now: Time) -> bool {
    let ControllerRevision { metadata, .. } = revision;
    let mut objects = memory.objects.values().chain(memory.recent(now));
    objects.any(|object| match object {
        Object::Pod(pod) => {
            // A name ends with its hash.
            let hash = pod.metadata.labels.get("controller-revision-hash");
            hash.is_some_and(|hash| metadata.name.ends_with(hash.as_str()))
        }
        Object::StatefulSet(set) => {
            let ObjectMeta { namespace, .. } = &set.metadata;
            let named = [&set.status.current_revision, &set.status.update_revision];
            *namespace == metadata.namespace && named.contains(&&metadata.name)
        }
        _ => false,
    })
}

/// The collision count, and by how much one sync may raise it.
fn collisions(memory: &Memory, object: &Object) -> Option<(i64, i64)> {
    let (count, most) = match object {
        // It tries names until one is free; each that was not is there.
        Object::StatefulSet(set) => {
            let prefix = format!("{}-", set.metadata.name);
            let revisions = memory.objects.keys().filter(|key| {
                key.kind == Kind::ControllerRevision
                    && key.namespace == set.metadata.namespace
                    && key.name.starts_with(&prefix)
            });
            (set.status.collision_count, i64::try_from(revisions.count()).unwrap_or(i64::MAX))
        }
        Object::DaemonSet(set) => (set.status.collision_count, 1),
        Object::Deployment(deployment) => (deployment.status.collision_count, 1),
        _ => return None,
    };
    Some((count.unwrap_or_default(), most))
}

fn collisions_count_once(seen: &Seen<'_>) -> Result<(), String> {
    let count = |object: &Object| collisions(seen.memory, object).filter(|_| seen.is_by_controllers());
    let (Some((was, _)), Some((is, most))) = (seen.before.and_then(count), seen.after().and_then(count))
    else {
        return Ok(());
    };
    if (was..=was + most).contains(&is) { Ok(()) } else { Err(format!("the count went from {was} to {is}")) }
}

//! A `StatefulSet`'s revisions and the counters of its status.

use super::revision;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::invariants::Seen;

pub(super) fn counters_are_consistent(seen: &Seen<'_>) -> Result<(), String> {
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

pub(super) fn revisions_are_fixed(seen: &Seen<'_>) -> Result<(), String> {
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

pub(super) fn revisions_in_use_stay(seen: &Seen<'_>) -> Result<(), String> {
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

pub(super) fn collisions_only_grow(seen: &Seen<'_>) -> Result<(), String> {
    let (Some(Object::StatefulSet(before)), Some(Object::StatefulSet(after))) = (seen.before, seen.after())
    else {
        return Ok(());
    };
    let (was, is) = (before.status.collision_count, after.status.collision_count);
    if is >= was { Ok(()) } else { Err(format!("from {was:?} to {is:?}")) }
}

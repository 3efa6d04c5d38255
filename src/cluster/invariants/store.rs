//! Rules of the store: versions, identity, generations, deletion.

use super::{Invariant, Seen};
use crate::api::Object;
use crate::api::meta::ResourceVersion;
use crate::apiserver::WatchEventType;

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-01",
        sentence: "the resource version grows with every change, and a change changes something",
        check: version_grows,
    },
    Invariant {
        id: "S-02",
        sentence: "a name is held by one object at a time, and a uid is never used again",
        check: identity_is_unique,
    },
    Invariant {
        id: "S-03",
        sentence: "the generation grows by one when the spec changes, and only then",
        check: generation_follows_spec,
    },
    Invariant {
        id: "S-04",
        sentence: "the observed generation never decreases and never passes the generation",
        check: observed_generation_follows,
    },
    Invariant {
        id: "S-06",
        sentence: "a deletion stays asked for, its grace only shrinks, and finalizers are waited for",
        check: deletion_is_final,
    },
    Invariant { id: "S-07", sentence: "an object has at most one controller", check: one_controller },
];

fn version_grows(seen: &Seen<'_>) -> Result<(), String> {
    let version = seen.event.object.meta().resource_version;
    if seen.event.revision <= seen.memory.revision || version != ResourceVersion(seen.event.revision) {
        return Err(format!("version {} after revision {}", version.0, seen.memory.revision));
    }
    if seen.event.type_ != WatchEventType::Modified {
        return Ok(());
    }
    let Some(before) = seen.before else {
        return Err("modified without having been there".into());
    };
    let mut after = seen.event.object.clone();
    after.meta_mut().resource_version = before.meta().resource_version;
    if after == *before { Err("a write that changed nothing".into()) } else { Ok(()) }
}

fn identity_is_unique(seen: &Seen<'_>) -> Result<(), String> {
    let uid = &seen.event.object.meta().uid;
    match (seen.event.type_, seen.before) {
        (WatchEventType::Added, Some(_)) => Err("added while the name was held".into()),
        (WatchEventType::Added, None) if uid.is_empty() || seen.memory.uids.contains(uid) => {
            Err(format!("added with the used uid {uid:?}"))
        }
        (WatchEventType::Modified, Some(before)) if before.meta().uid != *uid => {
            Err("changed its uid".into())
        }
        (WatchEventType::Modified | WatchEventType::Deleted, None) => {
            Err("changed without being there".into())
        }
        _ => Ok(()),
    }
}

fn generation_follows_spec(seen: &Seen<'_>) -> Result<(), String> {
    let (Some(Object::StatefulSet(before)), Some(Object::StatefulSet(after))) = (seen.before, seen.after())
    else {
        return Ok(());
    };
    // Asking for a deletion that has to wait raises the generation too, as upstream's BeforeDelete does.
    let asked = !before.metadata.is_terminating() && after.metadata.is_terminating();
    let wanted = before.metadata.generation + i64::from(before.spec != after.spec || asked);
    if after.metadata.generation == wanted {
        Ok(())
    } else {
        Err(format!("generation {} where {wanted} was due", after.metadata.generation))
    }
}

fn observed_generation_follows(seen: &Seen<'_>) -> Result<(), String> {
    let Some(Object::StatefulSet(after)) = seen.after() else {
        return Ok(());
    };
    let observed = after.status.observed_generation;
    if observed > after.metadata.generation {
        return Err(format!("observed generation {observed} of {}", after.metadata.generation));
    }
    match seen.before {
        Some(Object::StatefulSet(before)) if before.status.observed_generation > observed => {
            Err(format!("observed generation fell from {} to {observed}", before.status.observed_generation))
        }
        _ => Ok(()),
    }
}

fn deletion_is_final(seen: &Seen<'_>) -> Result<(), String> {
    let Some(before) = seen.before else {
        return Ok(());
    };
    let (was, is) = (before.meta(), seen.event.object.meta());
    if seen.after().is_none() {
        // The update that takes the last finalizer away is not stored: the last version still names it.
        return if is.finalizers.is_empty() || was.is_terminating() {
            Ok(())
        } else {
            Err("removed in spite of its finalizers".into())
        };
    }
    if was.is_terminating() && !is.is_terminating() {
        return Err("its deletion was taken back".into());
    }
    match (was.deletion_grace_period_seconds, is.deletion_grace_period_seconds) {
        (Some(was), Some(is)) if is > was => Err(format!("its grace grew from {was} s to {is} s")),
        _ => Ok(()),
    }
}

fn one_controller(seen: &Seen<'_>) -> Result<(), String> {
    let controllers =
        seen.event.object.meta().owner_references.iter().filter(|o| o.controller == Some(true)).count();
    if controllers <= 1 { Ok(()) } else { Err(format!("{controllers} controllers")) }
}

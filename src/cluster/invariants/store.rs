//! Rules of the store: versions, identity, generations, deletion.

use super::{Invariant, Seen};
use crate::api::Object;
use crate::api::apps::StatefulSet;
use crate::api::daemonset::DaemonSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::meta::ResourceVersion;
use crate::api::object::Typed as _;
use crate::api::policy::PodDisruptionBudget;
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
    Invariant { id: "S-58", sentence: "time never runs backwards", check: time_goes_on },
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

/// What counts generations: generation, the generation that its controller has observed, and whether two
/// objects differ in what is counted.
struct Counted<'a> {
    generation: i64,
    observed: i64,
    differs: &'a dyn Fn(&Object) -> bool,
}

fn counted<R>(object: &Object, look: impl FnOnce(Counted<'_>) -> R) -> Option<R> {
    macro_rules! counted {
        ($kind:ident, $typed:ident) => {
            counted!($kind, $typed, |other: &$kind| other.spec != $typed.spec)
        };
        ($kind:ident, $typed:ident, $differs:expr) => {{
            let differs = |other: &Object| $kind::of(other).is_some_and(|other| $differs(other));
            let observed = $typed.status.observed_generation;
            Some(look(Counted { generation: $typed.metadata.generation, observed, differs: &differs }))
        }};
    }
    match object {
        Object::StatefulSet(set) => counted!(StatefulSet, set),
        Object::DaemonSet(set) => counted!(DaemonSet, set),
        Object::ReplicaSet(set) => counted!(ReplicaSet, set),
        Object::PodDisruptionBudget(budget) => counted!(PodDisruptionBudget, budget),
        // The controller's own notes in the annotations of a Deployment come with its status and do not
        // count.
        Object::Deployment(deployment) => counted!(Deployment, deployment),
        _ => None,
    }
}

fn generation_follows_spec(seen: &Seen<'_>) -> Result<(), String> {
    let (Some(before), Some(after)) = (seen.before, seen.after()) else {
        return Ok(());
    };
    let is_annotated =
        matches!(after, Object::Deployment(_)) && before.meta().annotations != after.meta().annotations;
    // Asking for a deletion that has to wait raises the generation too, as upstream's BeforeDelete does.
    let asked = !before.meta().is_terminating() && after.meta().is_terminating();
    let due = counted(after, |counted| {
        let was = before.meta().generation;
        let due = was + i64::from((counted.differs)(before) || asked);
        let is_right = counted.generation == due || (is_annotated && counted.generation == was + 1);
        (is_right, counted.generation, due)
    });
    match due {
        Some((false, generation, due)) => Err(format!("generation {generation} where {due} was due")),
        _ => Ok(()),
    }
}

fn observed_generation_follows(seen: &Seen<'_>) -> Result<(), String> {
    let observed = |object: &Object| counted(object, |counted| (counted.observed, counted.generation));
    let Some((is, generation)) = seen.after().and_then(observed) else {
        return Ok(());
    };
    if is > generation {
        // A controller that still sees an earlier object of the name writes what it saw of that: its first
        // write is refused, and the retry takes the new object by name and gives it the generation of the old
        // one (`storeDaemonSetStatus`, `updateReplicaSetStatus`, `realStatefulSetStatusUpdater`). The others
        // do not retry.
        let retries = matches!(
            seen.event.object,
            Object::DaemonSet(_) | Object::ReplicaSet(_) | Object::StatefulSet(_)
        );
        let meta = seen.event.object.meta();
        let key = seen.event.object.key();
        let mut views = seen.memory.views(&key, seen.event.at).map(Object::meta);
        let is_of_earlier = views.any(|earlier| earlier.uid != meta.uid && earlier.generation >= is);
        if !retries || !is_of_earlier || !seen.memory.is_disturbed() {
            return Err(format!("observed generation {is} of {generation}"));
        }
    }
    match seen.before.and_then(observed) {
        // A controller that sees an older object puts what it made of it over the newer one.
        // One that was an earlier object's, beyond this one's generation, is set right.
        Some((was, generation)) if was > is && was <= generation && !seen.memory.is_disturbed() => {
            Err(format!("observed generation fell from {was} to {is}"))
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

fn time_goes_on(seen: &Seen<'_>) -> Result<(), String> {
    let (was, is) = (seen.memory.at, seen.event.at);
    if is >= was { Ok(()) } else { Err(format!("{} ms after {} ms", is.ms(), was.ms())) }
}

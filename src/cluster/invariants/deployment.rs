//! Rules of Deployments: how large, how available, one template at a time, pauses, revisions, deadlines.
//!
//! The controller acts on caches: a rule speaks of what it may have seen, and of what it surely saw.

use super::{Invariant, Memory, Seen};
use crate::api::deployment::{Deployment, POD_TEMPLATE_HASH, ReplicaSet, revision_of};
use crate::api::intstr::IntOrString;
use crate::api::meta::Condition;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::{ObjectKey, ObjectMeta};
use crate::apiserver::WatchEventType;
use crate::sim::{Span, Time};

/// The rules.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        id: "S-42",
        sentence: "a Deployment's ReplicaSets grow only to replicas + maxSurge together",
        check: size_is_bounded,
    },
    Invariant {
        id: "S-43",
        sentence: "a roll-out takes away only available pods beyond replicas - maxUnavailable",
        check: availability_is_kept,
    },
    Invariant {
        id: "S-44",
        sentence: "under Recreate a ReplicaSet grows only when the pods of the others are gone",
        check: one_template_at_a_time,
    },
    Invariant { id: "S-45", sentence: "a paused Deployment makes no ReplicaSet", check: pauses_are_kept },
    Invariant {
        id: "S-46",
        sentence: "only idle ReplicaSets beyond revisionHistoryLimit are removed, and their revisions only grow",
        check: history_is_kept,
    },
    Invariant {
        id: "L-10",
        sentence: "a roll-out is said to have failed only after progressDeadlineSeconds without progress",
        check: deadlines_are_kept,
    },
];

/// Where a `ReplicaSet` says how many pods its Deployment wanted when it was last scaled.
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
/// What was made within this time may not have been seen by everybody: times of objects are whole seconds.
const YOUNG: Span = Span::from_seconds(2);

/// A `ReplicaSet` that its Deployment's controller has just written, with the versions of the Deployment that
/// it may have seen.
struct Written<'a> {
    before: Option<&'a ReplicaSet>,
    after: &'a ReplicaSet,
    deployments: Vec<&'a Deployment>,
}

fn written<'a>(seen: &'a Seen<'_>) -> Option<Written<'a>> {
    let after = ReplicaSet::of(seen.after()?).filter(|_| seen.is_by_controllers())?;
    let before = seen.before.and_then(ReplicaSet::of).map(|set| &**set);
    let deployments = seen.memory.controllers_of::<Deployment>(&after.metadata, seen.event.at);
    (!deployments.is_empty()).then_some(Written { before, after, deployments })
}

impl Written<'_> {
    /// By how many pods it was made larger.
    fn growth(&self) -> i64 {
        size(self.after) - self.before.map_or(0, size)
    }

    /// Whether it was scaled because the Deployment was.
    fn is_scaling(&self) -> bool {
        let desired = |set: &ReplicaSet| set.metadata.annotations.get(DESIRED).cloned();
        self.before.is_some_and(|before| desired(before) != desired(self.after))
    }
}

fn key_of<T: Typed>(meta: &ObjectMeta) -> ObjectKey {
    ObjectKey::new(T::KIND, meta.namespace.clone(), meta.name.clone())
}

fn size(set: &ReplicaSet) -> i64 {
    set.spec.replicas.unwrap_or(1)
}

fn replicas(deployment: &Deployment) -> i64 {
    deployment.spec.replicas.unwrap_or(1)
}

fn is_rolling(deployment: &Deployment) -> bool {
    deployment.spec.strategy.type_ == "RollingUpdate"
}

/// How many pods there may be beyond `replicas`, and how many of these may be away.
fn budgets(deployment: &Deployment) -> (i64, i64) {
    let Some(rolling) = &deployment.spec.strategy.rolling_update else { return (0, 0) };
    let wanted = replicas(deployment);
    let scaled = |number: &Option<IntOrString>, up: bool| {
        number.as_ref().and_then(|number| number.scaled(wanted, up).ok()).unwrap_or_default()
    };
    let (surge, away) = (scaled(&rolling.max_surge, true), scaled(&rolling.max_unavailable, false));
    // One of them has to let the roll-out go on.
    let away = if surge == 0 && away == 0 { 1 } else { away };
    (surge, away.min(wanted))
}

fn is_owned(meta: &ObjectMeta, deployment: &Deployment) -> bool {
    meta.is_controlled_by(&deployment.metadata.uid)
}

/// The other `ReplicaSet`s of a Deployment.
fn others<'a>(
    memory: &'a Memory,
    set: &'a ReplicaSet,
    deployment: &'a Deployment,
) -> impl Iterator<Item = &'a ReplicaSet> {
    let sets = memory.objects.values().filter_map(ReplicaSet::of).map(|set| &**set);
    sets.filter(move |other| is_owned(&other.metadata, deployment) && other.metadata.uid != set.metadata.uid)
}

/// Whether an object is so new that the controller may not see it.
fn is_young(memory: &Memory, meta: &ObjectMeta, now: Time) -> bool {
    let young = YOUNG.max(memory.lag + Span::from_seconds(1));
    meta.creation_timestamp.is_none_or(|created| created.time() + young > now)
}

/// Whether the controller may have taken the Deployment for one that was scaled (`isScalingEvent`): a set
/// with pods still notes another size. Then all sets are looked at, those as well that have been scaled
/// before, and what rounding leaves over goes to or comes from the largest, whether or not its pods are
/// available: a Deployment of 5 that becomes 3 has shrunk its old sets when the new one is seen, which still
/// notes 5.
fn may_be_scaling(memory: &Memory, written: &Written<'_>, now: Time) -> bool {
    let newest = written.deployments[0];
    let mut sets = others(memory, written.after, newest).chain(written.before);
    sets.any(|set| {
        views(memory, set, now).into_iter().filter(|view| size(view) > 0).any(|view| {
            let noted = view.metadata.annotations.get(DESIRED).and_then(|text| text.parse::<i64>().ok());
            noted.is_some_and(|noted| written.deployments.iter().any(|it| replicas(it) != noted))
        })
    })
}

/// The versions of a `ReplicaSet` that the controller may have seen.
fn views<'a>(memory: &'a Memory, set: &ReplicaSet, now: Time) -> Vec<&'a ReplicaSet> {
    let key = key_of::<ReplicaSet>(&set.metadata);
    let views = memory.versions(&key, now).into_iter().filter_map(ReplicaSet::of).map(|set| &**set);
    views.filter(|view| view.metadata.uid == set.metadata.uid).collect()
}

fn size_is_bounded(seen: &Seen<'_>) -> Result<(), String> {
    let Some(written) = written(seen).filter(|written| written.growth() > 0) else { return Ok(()) };
    let now = seen.event.at;
    let newest = written.deployments[0];
    let room = written.deployments.iter().map(|it| replicas(it) + budgets(it).0).max().unwrap_or_default();
    let beside: i64 = others(seen.memory, written.after, newest)
        .filter(|other| !is_young(seen.memory, &other.metadata, now))
        .map(|other| {
            let sizes = views(seen.memory, other, now)
                .into_iter()
                .map(|view| if is_owned(&view.metadata, newest) { size(view) } else { 0 });
            sizes.min().unwrap_or_default()
        })
        .sum();
    let is = size(written.after);
    if is + beside <= room { Ok(()) } else { Err(format!("grew to {is} beside {beside}, room for {room}")) }
}

fn availability_is_kept(seen: &Seen<'_>) -> Result<(), String> {
    let Some(written) = written(seen).filter(|written| written.growth() < 0) else { return Ok(()) };
    let now = seen.event.at;
    let is_rolled = written.deployments.iter().all(|it| is_rolling(it));
    if written.is_scaling() || !is_rolled || may_be_scaling(seen.memory, &written, now) {
        return Ok(());
    }
    let Some(before) = written.before else { return Ok(()) };
    let available = |set: &ReplicaSet, most: bool| {
        let counts = views(seen.memory, set, now).into_iter().map(|view| view.status.available_replicas);
        if most { counts.max() } else { counts.min() }.unwrap_or_default()
    };
    // What is not available goes first.
    let taken = size(before).min(available(before, false)) - size(written.after);
    let newest = written.deployments[0];
    let beside: i64 = others(seen.memory, before, newest).map(|other| available(other, true)).sum();
    let all = available(before, true) + beside;
    let kept = written.deployments.iter().map(|it| replicas(it) - budgets(it).1).min().unwrap_or_default();
    if taken <= 0 || all - taken >= kept {
        Ok(())
    } else {
        Err(format!("{taken} of {all} available pods taken away, {kept} have to stay"))
    }
}

fn one_template_at_a_time(seen: &Seen<'_>) -> Result<(), String> {
    let Some(written) = written(seen).filter(|written| written.growth() > 0) else { return Ok(()) };
    let recreates = |it: &&Deployment| it.spec.strategy.type_ == "Recreate" && !it.spec.paused;
    if written.is_scaling() || !written.deployments.iter().all(recreates) {
        return Ok(());
    }
    let now = seen.event.at;
    let newest = written.deployments[0];
    for other in others(seen.memory, written.after, newest) {
        let pods = seen.memory.objects.values().filter_map(Pod::of);
        let mut old = pods.filter(|pod| pod.metadata.is_controlled_by(&other.metadata.uid));
        let running = old.find(|pod| {
            let key = key_of::<Pod>(&pod.metadata);
            let mut versions = seen.memory.views(&key, now).filter_map(Pod::of);
            !is_young(seen.memory, &pod.metadata, now) && versions.all(|pod| !pod.is_terminal())
        });
        if let Some(pod) = running {
            let hash = pod.metadata.labels.get(POD_TEMPLATE_HASH).map_or("", String::as_str);
            return Err(format!("grew while {} of {hash} was there", pod.metadata.name));
        }
    }
    Ok(())
}

fn pauses_are_kept(seen: &Seen<'_>) -> Result<(), String> {
    let Some(written) = written(seen).filter(|_| seen.event.type_ == WatchEventType::Added) else {
        return Ok(());
    };
    if written.deployments.iter().all(|it| it.spec.paused) {
        Err("made during a pause".into())
    } else {
        Ok(())
    }
}

fn history_is_kept(seen: &Seen<'_>) -> Result<(), String> {
    if let Some(Written { before: Some(before), after, .. }) = written(seen) {
        let (was, is) = (revision_of(&before.metadata), revision_of(&after.metadata));
        return match (was, is) {
            (Some(was), Some(is)) if is < was => Err(format!("revision {was} became {is}")),
            (Some(_), None) => Err("its revision is no number any more".into()),
            _ => Ok(()),
        };
    }
    let is_removed = seen.is_deletion_asked() && seen.is_by_controllers();
    let Some(set) = seen.before.and_then(ReplicaSet::of).filter(|_| is_removed) else { return Ok(()) };
    let now = seen.event.at;
    let deployments = seen.memory.controllers_of::<Deployment>(&set.metadata, now);
    // With a Deployment that goes, the garbage collector takes its ReplicaSets.
    let is_there = |it: &Deployment| {
        seen.memory
            .objects
            .get(&key_of::<Deployment>(&it.metadata))
            .is_some_and(|now| now.meta().uid == it.metadata.uid && !now.meta().is_terminating())
    };
    let Some(newest) = deployments.first().filter(|it| is_there(it)) else { return Ok(()) };
    if views(seen.memory, set, now).iter().all(|view| size(view) > 0 || view.status.replicas > 0) {
        return Err("removed although it has pods".into());
    }
    // All but this one and the one of the template; others may have gone since they were seen.
    let left = others(seen.memory, set, newest).filter(|other| !other.metadata.is_terminating()).count();
    let limits = deployments.iter().map(|it| it.spec.revision_history_limit.unwrap_or(10));
    let limit = limits.min().unwrap_or_default();
    if i64::try_from(left).unwrap_or(i64::MAX) >= limit {
        Ok(())
    } else {
        Err(format!("removed although only {left} others are left, of which {limit} are to be kept"))
    }
}

fn progressing(deployment: &Deployment) -> Option<&Condition> {
    Condition::find(&deployment.status.conditions, "Progressing")
}

fn deadlines_are_kept(seen: &Seen<'_>) -> Result<(), String> {
    const EXCEEDED: &str = "ProgressDeadlineExceeded";
    let (Some(before), Some(after)) =
        (seen.before.and_then(Deployment::of), seen.after().and_then(Deployment::of))
    else {
        return Ok(());
    };
    let is_told = progressing(after).is_some_and(|it| it.reason == EXCEEDED);
    let Some(last) = progressing(before).filter(|last| is_told && last.reason != EXCEEDED) else {
        return Ok(());
    };
    if !seen.is_by_controllers() {
        return Ok(());
    }
    let Some(since) = last.last_update_time else { return Err("without a step to count from".into()) };
    let key = key_of::<Deployment>(&after.metadata);
    let views = seen.memory.views(&key, seen.event.at).filter_map(Deployment::of);
    let deadline = views.filter_map(|it| it.spec.progress_deadline_seconds).min().unwrap_or_default();
    let passed = seen.event.at - since.time();
    if passed >= Span::from_seconds(deadline.unsigned_abs()) {
        Ok(())
    } else {
        Err(format!("failed after {} ms of {deadline} s", passed.ms()))
    }
}

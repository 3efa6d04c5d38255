//! What the Deployment controller notes on `ReplicaSet`s: the revision, those before it, and sizes.
//!
//! Models `SetNewReplicaSetAnnotations`, `copyDeploymentAnnotationsToReplicaSet`, `SetReplicasAnnotations`,
//! `SetDeploymentAnnotationsTo`, `MaxRevision` and `LastRevision`,
//! `pkg/controller/deployment/util/deployment_util.go`, Kubernetes v1.36. Revisions are 64-bit numbers. Left
//! out: nothing.

use std::rc::Rc;

use super::fenceposts::{max_surge, replicas};
use crate::api::LabelMap;
use crate::api::deployment::{
    ANNOTATIONS_NOT_COPIED, Deployment, REVISION_ANNOTATION as REVISION, ReplicaSet, revision_of,
};
use crate::collections;

/// The numbers that a template had before.
const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// The size of the Deployment when the set was last scaled.
pub(super) const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// The size of the Deployment with its surge when the set was last scaled.
pub(super) const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";
/// Asks for a rollback, in the manner of an API version that is gone.
pub(super) const ROLLBACK_TO: &str = "deprecated.deployment.rollback.to";

/// Bytes of the list of earlier numbers.
const HISTORY_LENGTH: usize = 2_000;

/// The highest revision.
pub(super) fn max_revision(sets: &[Rc<ReplicaSet>]) -> i64 {
    sets.iter().filter_map(|set| revision_of(&set.metadata)).fold(0, i64::max)
}

/// The second highest revision; 0 when there is none.
pub(super) fn last_revision<'a>(sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>) -> i64 {
    let mut revisions: Vec<i64> =
        sets.into_iter().filter_map(|set| revision_of(&set.metadata)).filter(|number| *number > 0).collect();
    collections::sort(&mut revisions);
    revisions.iter().rev().nth(1).copied().unwrap_or_default()
}

fn not_negative(set: &ReplicaSet, annotation: &str) -> Option<i64> {
    let number: i32 = set.metadata.annotations.get(annotation)?.parse().ok()?;
    (number >= 0).then_some(i64::from(number))
}

/// The size of the Deployment when the set was last scaled.
pub(super) fn desired_replicas(set: &ReplicaSet) -> Option<i64> {
    not_negative(set, DESIRED_REPLICAS)
}

/// The size of the Deployment with its surge when the set was last scaled.
pub(super) fn max_replicas(set: &ReplicaSet) -> Option<i64> {
    not_negative(set, MAX_REPLICAS)
}

/// Puts a value in; says whether it was another.
fn put(annotations: &mut LabelMap, key: &str, value: String) -> bool {
    if annotations.get(key) == Some(&value) {
        return false;
    }
    annotations.insert(key.to_owned(), value);
    true
}

/// Notes the Deployment's size on a set; says whether that was news.
pub(super) fn set_replicas(annotations: &mut LabelMap, deployment: &Deployment) -> bool {
    let desired = replicas(deployment);
    let was_other = put(annotations, DESIRED_REPLICAS, desired.to_string());
    put(annotations, MAX_REPLICAS, (desired + max_surge(deployment)).to_string()) || was_other
}

/// Whether the Deployment's size is not yet noted on a set.
pub(super) fn replicas_need_update(set: &ReplicaSet, deployment: &Deployment) -> bool {
    set_replicas(&mut set.metadata.annotations.clone(), deployment)
}

/// Notes on the new set what belongs there; says whether anything was news. A set that gets a higher number
/// than it had is one that is gone back to, and remembers the number it had.
pub(super) fn set_new_replica_set(
    annotations: &mut LabelMap,
    deployment: &Deployment,
    new_revision: i64,
    exists: bool,
) -> bool {
    let mut changed = false;
    for (key, value) in &deployment.metadata.annotations {
        if !ANNOTATIONS_NOT_COPIED.contains(&key.as_str()) {
            changed |= put(annotations, key, value.clone());
        }
    }
    let old = annotations.get(REVISION).cloned();
    let old_revision = match old.as_deref() {
        None | Some("") => 0,
        // A revision that is no number is left alone, and all else with it.
        Some(text) => match text.parse() {
            Ok(number) => number,
            Err(_) => return false,
        },
    };
    // Older sets may have been deleted meanwhile: a number never falls.
    if old_revision < new_revision {
        changed |= put(annotations, REVISION, new_revision.to_string());
        if let Some(old) = old {
            remember_revision(annotations, &old);
        }
    }
    if !exists {
        changed |= set_replicas(annotations, deployment);
    }
    changed
}

/// Adds a number to the list of earlier ones; the oldest are dropped when it grows too long.
fn remember_revision(annotations: &mut LabelMap, old: &str) {
    let history = annotations.get(REVISION_HISTORY).cloned().unwrap_or_default();
    let mut numbers: Vec<&str> = history.split(',').filter(|number| !number.is_empty()).collect();
    numbers.push(old);
    let mut length = numbers.iter().map(|number| number.len() + 1).sum::<usize>() - 1;
    let mut first = 0;
    while length > HISTORY_LENGTH && first + 1 < numbers.len() {
        length -= numbers.get(first).map_or(0, |number| number.len() + 1);
        first += 1;
    }
    let kept = numbers.get(first..).unwrap_or_default().join(",");
    annotations.insert(REVISION_HISTORY.to_owned(), kept);
}

/// The annotations of a Deployment that goes back to a set: its own where they differ by nature, else the
/// set's.
pub(super) fn rolled_back(deployment: &LabelMap, set: &LabelMap) -> LabelMap {
    let is_own = |key: &String| ANNOTATIONS_NOT_COPIED.contains(&key.as_str());
    let own = deployment.iter().filter(|(key, _)| is_own(key));
    let other = set.iter().filter(|(key, _)| !is_own(key));
    own.chain(other).map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> LabelMap {
        let long = |key: &str| match key {
            "revision" => REVISION.to_owned(),
            "history" => REVISION_HISTORY.to_owned(),
            "desired" => DESIRED_REPLICAS.to_owned(),
            "max" => MAX_REPLICAS.to_owned(),
            "applied" => ANNOTATIONS_NOT_COPIED[0].to_owned(),
            other => other.to_owned(),
        };
        text.split_whitespace()
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(key, value)| (long(key), value.to_owned()))
            .collect()
    }

    fn deployment(annotations: &str) -> Deployment {
        let mut deployment = Deployment::default();
        deployment.spec.replicas = Some(3);
        deployment.metadata.annotations = map(annotations);
        deployment
    }

    #[test]
    fn the_new_set_is_annotated() {
        for (own, deployment_has, new_revision, exists, expected, changed) in [
            ("", "cause=x applied=y revision=9", 1, false, "cause=x revision=1 desired=3 max=3", true),
            ("revision=1", "cause=x", 2, true, "cause=x revision=2 history=1", true),
            ("revision=1 history=0", "", 5, true, "revision=5 history=0,1", true),
            ("revision=3", "", 2, true, "revision=3", false),
            ("revision=2 cause=x", "cause=x", 2, true, "revision=2 cause=x", false),
            ("revision=x", "cause=y", 2, true, "revision=x cause=y", false),
            // Beyond what a double can hold.
            (
                "revision=3546343826724305832",
                "",
                3_546_343_826_724_305_833,
                true,
                "revision=3546343826724305833 history=3546343826724305832",
                true,
            ),
        ] {
            let mut annotations = map(own);
            let news =
                set_new_replica_set(&mut annotations, &deployment(deployment_has), new_revision, exists);
            assert_eq!((annotations, news), (map(expected), changed), "{own}");
        }
    }

    #[test]
    fn the_history_drops_its_oldest_numbers() {
        let numbers: Vec<String> = (1..700).map(|number: i32| number.to_string()).collect();
        let mut annotations = map(&format!("revision=700 history={}", numbers.join(",")));
        assert!(set_new_replica_set(&mut annotations, &deployment(""), 701, true));
        let history = &annotations[REVISION_HISTORY];
        assert!(history.len() <= HISTORY_LENGTH && history.ends_with(",699,700"), "{history}");
    }

    #[test]
    fn revisions_are_compared_as_numbers() {
        let set = |revision: &str| {
            let mut set = ReplicaSet::default();
            set.metadata.annotations = map(&format!("revision={revision}"));
            Rc::new(set)
        };
        let sets = [set("9"), set("10"), set("x"), Rc::default()];
        assert_eq!((max_revision(&sets), last_revision(&sets)), (10, 9));
        assert_eq!((max_revision(&[]), last_revision(&sets[1..])), (0, 0));
    }

    #[test]
    fn a_rollback_takes_the_sets_annotations() {
        let back = rolled_back(&map("revision=2 cause=new extra=1"), &map("revision=1 cause=old"));
        assert_eq!(back, map("revision=2 cause=old"));
    }
}

//! The `ReplicaSet`s of a Deployment: their orders, and what they come to together.
//!
//! Models `FindActiveOrLatest`, `IsSaturated`, the sums of
//! `pkg/controller/deployment/util/deployment_util.go` and the orders of
//! `pkg/controller/controller_utils.go`, Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::annotations::desired_replicas;
use super::fenceposts::replicas;
use crate::api::deployment::{Deployment, ReplicaSet, revision_of};
use crate::collections;

/// Several sets.
pub(super) type Sets = Vec<Rc<ReplicaSet>>;

/// How many pods a set should have.
pub(super) fn size(set: &ReplicaSet) -> i64 {
    set.spec.replicas.unwrap_or(1)
}

/// The sets that should have pods.
pub(super) fn active<'a>(sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>) -> Sets {
    sets.into_iter().filter(|set| size(set) > 0).cloned().collect()
}

/// Oldest first; by name among those of the same second.
pub(super) fn sort_by_creation(sets: &mut [Rc<ReplicaSet>]) {
    collections::sort_by(sets, |a, b| by_creation(a, b));
}

fn by_creation(a: &ReplicaSet, b: &ReplicaSet) -> std::cmp::Ordering {
    (a.metadata.creation_timestamp, &a.metadata.name).cmp(&(b.metadata.creation_timestamp, &b.metadata.name))
}

/// Largest first, older ones before newer ones of the same size.
pub(super) fn sort_by_size_older(sets: &mut [Rc<ReplicaSet>]) {
    collections::sort_by(sets, |a, b| size(b).cmp(&size(a)).then_with(|| by_creation(a, b)));
}

/// Largest first, newer ones before older ones of the same size.
pub(super) fn sort_by_size_newer(sets: &mut [Rc<ReplicaSet>]) {
    collections::sort_by(sets, |a, b| size(b).cmp(&size(a)).then_with(|| by_creation(b, a)));
}

/// Lowest revision first.
pub(super) fn sort_by_revision(sets: &mut [Rc<ReplicaSet>]) {
    collections::sort_by(sets, |a, b| match (revision_of(&a.metadata), revision_of(&b.metadata)) {
        (Some(first), Some(second)) if first != second => first.cmp(&second),
        _ => by_creation(a, b),
    });
}

/// The one set that has pods, or the newest when none has; `None` when several have.
pub(super) fn find_active_or_latest(
    new: Option<&Rc<ReplicaSet>>,
    old: &[Rc<ReplicaSet>],
) -> Option<Rc<ReplicaSet>> {
    match active(old.iter().chain(new)).as_slice() {
        [] => new.or_else(|| old.iter().max_by(|a, b| by_creation(a, b))).cloned(),
        [one] => Some(Rc::clone(one)),
        _ => None,
    }
}

/// Whether the new set has all pods that the Deployment should have, and all are available.
pub(super) fn is_saturated(deployment: &Deployment, new: Option<&Rc<ReplicaSet>>) -> bool {
    let wanted = replicas(deployment);
    new.is_some_and(|new| {
        size(new) == wanted
            && desired_replicas(new) == Some(wanted)
            && new.status.available_replicas == wanted
    })
}

/// How many pods the sets should have.
pub(super) fn total_size<'a>(sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>) -> i64 {
    sets.into_iter().map(|set| size(set)).sum()
}

/// How many pods the sets have, as their statuses say.
pub(super) fn total_actual<'a>(sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>) -> i64 {
    sets.into_iter().map(|set| set.status.replicas).sum()
}

/// How many pods are ready.
pub(super) fn total_ready<'a>(sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>) -> i64 {
    sets.into_iter().map(|set| set.status.ready_replicas).sum()
}

/// How many pods are available.
pub(super) fn total_available<'a>(sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>) -> i64 {
    sets.into_iter().map(|set| set.status.available_replicas).sum()
}

/// How many pods are on their way out; `None` when a set that was counted does not say.
pub(super) fn total_terminating<'a>(sets: impl IntoIterator<Item = &'a Rc<ReplicaSet>>) -> Option<i64> {
    sets.into_iter()
        .map(|set| match set.status.terminating_replicas {
            None if set.status.observed_generation == 0 => Some(0),
            count => count,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::annotations::DESIRED_REPLICAS;
    use super::*;
    use crate::api::Timestamp;
    use crate::api::deployment::{REVISION_ANNOTATION, new_and_old};
    use crate::api::pod::Container;
    use crate::sim::Time;

    /// `b image=1 made=3 size=2 available=2 revision=4 desired=2`
    fn sets(lines: &str) -> Sets {
        let one = |line: &str| {
            let mut set = ReplicaSet::default();
            for (index, word) in line.split_whitespace().enumerate() {
                let (key, value) = word.split_once('=').unwrap_or((word, ""));
                match key {
                    _ if index == 0 => {
                        set.metadata.name = word.into();
                        set.metadata.uid = word.into();
                        set.spec.replicas = Some(0);
                    }
                    "image" => {
                        let container = Container { image: value.into(), ..Container::default() };
                        set.spec.template.spec.containers = vec![container];
                    }
                    "made" => {
                        let at = Time::from_ms(value.parse::<u64>().unwrap() * 1000);
                        set.metadata.creation_timestamp = Some(Timestamp::at(at));
                    }
                    "size" => set.spec.replicas = value.parse().ok(),
                    "available" => set.status.available_replicas = value.parse().unwrap(),
                    "revision" => {
                        drop(set.metadata.annotations.insert(REVISION_ANNOTATION.into(), value.into()));
                    }
                    "desired" => drop(set.metadata.annotations.insert(DESIRED_REPLICAS.into(), value.into())),
                    "seen" => set.status.observed_generation = 1,
                    "going" => set.status.terminating_replicas = value.parse().ok(),
                    _ => panic!("{word}"),
                }
            }
            Rc::new(set)
        };
        lines.split(',').filter(|line| !line.trim().is_empty()).map(one).collect()
    }

    fn names(sets: &[Rc<ReplicaSet>]) -> String {
        sets.iter().map(|set| set.metadata.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn deployment(image: &str, replicas: i64) -> Deployment {
        let mut deployment = Deployment::default();
        deployment.spec.template = sets(&format!("x image={image}"))[0].spec.template.clone();
        deployment.spec.replicas = Some(replicas);
        deployment
    }

    #[test]
    fn the_oldest_set_with_the_template_is_the_new_one() {
        let all = sets("c image=2 made=3, b image=2 made=2, a image=1 made=1, d image=2 made=2");
        let found = |image| {
            let (new, old) = new_and_old(&deployment(image, 1), &all);
            let old: Sets = old.into_iter().cloned().collect();
            (new.map(|set| set.metadata.name.clone()), names(&old))
        };
        assert_eq!(found("2"), (Some("b".to_owned()), "a d c".to_owned()));
        assert_eq!(found("9"), (None, "a b d c".to_owned()));
    }

    #[test]
    fn sets_are_put_in_order() {
        let all = || {
            sets("a made=1 size=2 revision=9, b made=2 size=5 revision=10, c made=3 size=2, d made=3 size=5")
        };
        let mut sorted = all();
        sort_by_size_older(&mut sorted);
        assert_eq!(names(&sorted), "b d a c");
        sort_by_size_newer(&mut sorted);
        assert_eq!(names(&sorted), "d b c a");
        sort_by_revision(&mut sorted);
        assert_eq!(names(&sorted), "c d a b");
    }

    #[test]
    fn one_active_set_or_the_newest() {
        let of = |new: &str, old: &str| {
            let (new, old) = (sets(new), sets(old));
            find_active_or_latest(new.first(), &old).map(|set| set.metadata.name.clone())
        };
        assert_eq!(of("n size=3", "a made=1, b made=2").as_deref(), Some("n"));
        assert_eq!(of("n", "a made=1 size=1, b made=2").as_deref(), Some("a"));
        assert_eq!(of("n", "a made=1, b made=2").as_deref(), Some("n"));
        assert_eq!(of("", "a made=1, b made=2").as_deref(), Some("b"));
        assert_eq!(of("n size=1", "a made=1 size=1"), None);
        assert_eq!(of("", ""), None);
    }

    #[test]
    fn a_set_is_saturated_when_all_agree() {
        let of = |new: &str| is_saturated(&deployment("1", 2), sets(new).first());
        assert!(of("n size=2 desired=2 available=2"));
        for not in [
            "n size=1 desired=2 available=2",
            "n size=2 desired=3 available=2",
            "n size=2 desired=2",
            "",
            "n size=2 available=2",
        ] {
            assert!(!of(not), "{not}");
        }
    }

    #[test]
    fn terminating_pods_are_summed_when_all_say_how_many() {
        assert_eq!(total_terminating(&sets("a, b seen going=2, c seen going=0")), Some(2));
        assert_eq!(total_terminating(&sets("a, b seen going=2, c seen")), None);
    }
}

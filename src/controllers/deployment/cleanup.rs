//! Which old `ReplicaSet`s are no longer kept.
//!
//! Models `cleanupDeployment`, pkg/controller/deployment/sync.go, Kubernetes v1.36. Left out: nothing.

use std::rc::Rc;

use super::replica_sets::{Sets, size, sort_by_revision};
use crate::api::deployment::ReplicaSet;

/// The sets beyond the limit, lowest revision first. One that still has pods, or has not been counted since
/// it was scaled, takes a place but stays.
pub(super) fn surplus(old: &[Rc<ReplicaSet>], limit: i64) -> Sets {
    let mut sets: Sets = old.iter().filter(|set| !set.metadata.is_terminating()).cloned().collect();
    let too_many = sets.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
    sort_by_revision(&mut sets);
    sets.into_iter().take(too_many).filter(|set| is_idle(set)).collect()
}

fn is_idle(set: &ReplicaSet) -> bool {
    set.status.replicas == 0 && size(set) == 0 && set.metadata.generation <= set.status.observed_generation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::api::deployment::REVISION_ANNOTATION;
    use crate::sim::Time;

    /// `a revision=1 size=0 pods=0 unseen going`
    fn check(lines: &str, limit: i64, expected: &str) {
        let one = |line: &str| {
            let mut set = ReplicaSet::default();
            set.spec.replicas = Some(0);
            for (index, word) in line.split_whitespace().enumerate() {
                match word.split_once('=').unwrap_or((word, "")) {
                    (name, _) if index == 0 => set.metadata.name = name.into(),
                    ("size", value) => set.spec.replicas = value.parse().ok(),
                    ("pods", value) => set.status.replicas = value.parse().unwrap(),
                    ("unseen", _) => set.metadata.generation = 1,
                    ("going", _) => set.metadata.deletion_timestamp = Some(Timestamp::at(Time::ZERO)),
                    (_, value) => {
                        drop(set.metadata.annotations.insert(REVISION_ANNOTATION.into(), value.into()));
                    }
                }
            }
            Rc::new(set)
        };
        let old: Sets = lines.split(',').map(one).collect();
        let names: Vec<_> = surplus(&old, limit).iter().map(|set| set.metadata.name.clone()).collect();
        assert_eq!(names.join(" "), expected, "{lines}");
    }

    /// `TestDeploymentController_cleanupDeployment`.
    #[test]
    fn the_lowest_revisions_go_first() {
        let three = "a revision=10, b revision=9, c revision=2";
        check(three, 0, "c b a");
        check(three, 1, "c b");
        check(three, 3, "");
        check(three, 9, "");
    }

    #[test]
    fn sets_with_pods_stay_and_take_a_place() {
        check("a revision=1 size=1, b revision=2", 1, "");
        check("a revision=1 pods=1, b revision=2, c revision=3", 1, "b");
        check("a revision=1 unseen, b revision=2", 0, "b");
        check("a revision=1 going, b revision=2", 1, "");
    }
}

//! How the `ReplicaSet`s of a Deployment that is scaled share what is added or taken away.
//!
//! Models `scale`, pkg/controller/deployment/sync.go, with `GetReplicaSetProportion` and
//! `getReplicaSetFraction`, `pkg/controller/deployment/util/deployment_util.go`, Kubernetes v1.36. Left out:
//! nothing.

use std::rc::Rc;

use super::annotations::max_replicas;
use super::fenceposts::{is_rolling_update, max_surge, replicas};
use super::replica_sets::{
    active, find_active_or_latest, is_saturated, size, sort_by_size_newer, sort_by_size_older, total_size,
};
use crate::api::deployment::{Deployment, ReplicaSet};

/// A set that is given a size.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scaling {
    /// The set.
    pub(super) set: Rc<ReplicaSet>,
    /// Its new size.
    pub(super) to: i64,
    /// Whether its annotations are looked at even when it has that size already.
    pub(super) force: bool,
}

impl Scaling {
    /// Gives a set a size, unless it has it.
    pub(super) fn new(set: &Rc<ReplicaSet>, to: i64) -> Self {
        Self { set: Rc::clone(set), to, force: false }
    }
}

/// The sizes of the sets of a Deployment that was scaled, or that is paused. One active set takes all. When
/// several are active, in the middle of a rolling update, each gets its share of the change, so that a
/// broken template gets no larger part of the pods than it had.
pub(super) fn scale(
    deployment: &Deployment,
    new: Option<&Rc<ReplicaSet>>,
    old: &[Rc<ReplicaSet>],
) -> Vec<Scaling> {
    let desired = replicas(deployment);
    if let Some(one) = find_active_or_latest(new, old) {
        return vec![Scaling::new(&one, desired)];
    }
    if is_saturated(deployment, new) {
        return active(old).iter().rev().map(|set| Scaling::new(set, 0)).collect();
    }
    if !is_rolling_update(deployment) {
        return Vec::new();
    }
    let mut sets = active(old.iter().chain(new));
    let allowed = if desired > 0 { desired + max_surge(deployment) } else { 0 };
    let to_add = allowed - total_size(&sets);
    if to_add > 0 {
        sort_by_size_newer(&mut sets);
    } else if to_add < 0 {
        sort_by_size_older(&mut sets);
    }
    let mut added = 0;
    let mut scalings: Vec<Scaling> = Vec::new();
    for set in sets {
        let share = proportion(&set, deployment, to_add, added);
        added += share;
        scalings.push(Scaling { to: size(&set) + share, set, force: true });
    }
    // What rounding left over goes to the largest.
    if let Some(largest) = scalings.first_mut() {
        largest.to = (largest.to + to_add - added).max(0);
    }
    scalings
}

/// A set's share of `to_add` pods, of which `added` are given out already.
fn proportion(set: &ReplicaSet, deployment: &Deployment, to_add: i64, added: i64) -> i64 {
    if size(set) == 0 || to_add == added {
        return 0;
    }
    let share = fraction(set, deployment);
    let left = to_add - added;
    if to_add > 0 { share.min(left) } else { share.max(left) }
}

/// By how much a set grows when it keeps its part of the whole: of 13 pods in all, 5 become 13 of 33.
fn fraction(set: &ReplicaSet, deployment: &Deployment) -> i64 {
    let (own, desired) = (size(set), replicas(deployment));
    if desired == 0 {
        return -own;
    }
    let whole = desired + max_surge(deployment);
    // Without the annotation, the present size of the Deployment has to do.
    let before = max_replicas(set).filter(|count| *count != 0).unwrap_or(deployment.status.replicas);
    if before == 0 {
        return 0;
    }
    round_divide(own * whole, before) - own
}

/// Divides and rounds halves up.
fn round_divide(number: i64, by: i64) -> i64 {
    (2 * number + by).div_euclid(2 * by)
}

#[cfg(test)]
mod tests {
    use super::super::annotations::{DESIRED_REPLICAS, MAX_REPLICAS};
    use super::*;
    use crate::api::Timestamp;
    use crate::api::deployment::RollingUpdateDeployment;
    use crate::api::intstr::IntOrString;
    use crate::sim::Time;

    /// The sizes of the sets, newest last; `new` says whether the last is the new one. All sets are
    /// annotated with a Deployment of `before` pods and its surge.
    fn scaled(replicas: i64, surge: i64, before: i64, sizes: &[i64], new: bool) -> Vec<i64> {
        let mut deployment = Deployment::default();
        deployment.spec.replicas = Some(replicas);
        deployment.spec.strategy.type_ = "RollingUpdate".into();
        deployment.spec.strategy.rolling_update = Some(RollingUpdateDeployment {
            max_surge: Some(IntOrString::Int(surge)),
            max_unavailable: Some(IntOrString::Int(1)),
        });
        let mut sets: Vec<_> = sizes
            .iter()
            .enumerate()
            .map(|(index, &size)| {
                let mut set = ReplicaSet::default();
                set.metadata.name = format!("rs-{index}");
                let at = Time::from_ms(u64::try_from(index).unwrap() * 1000);
                set.metadata.creation_timestamp = Some(Timestamp::at(at));
                set.spec.replicas = Some(size);
                let annotations = &mut set.metadata.annotations;
                annotations.insert(DESIRED_REPLICAS.into(), before.to_string());
                annotations.insert(MAX_REPLICAS.into(), (before + surge).to_string());
                Rc::new(set)
            })
            .collect();
        let all = sets.clone();
        let new = if new { sets.pop() } else { None };
        let scalings = scale(&deployment, new.as_ref(), &sets);
        let to = |set: &Rc<ReplicaSet>| scalings.iter().find(|scaling| Rc::ptr_eq(&scaling.set, set));
        all.iter().map(|set| to(set).map_or(size(set), |scaling| scaling.to)).collect()
    }

    /// `TestScale`, `pkg/controller/deployment/sync_test.go`.
    #[test]
    fn sizes_are_shared_out_in_proportion() {
        for (replicas, surge, before, sizes, expected) in [
            // One set takes all, up and down.
            (12, 0, 10, vec![10], vec![12]),
            (5, 0, 10, vec![10], vec![5]),
            // Evenly, and what is left over goes to the newer one when growing and the older one when not.
            (12, 0, 10, vec![5, 5], vec![6, 6]),
            (5, 0, 10, vec![5, 5], vec![2, 3]),
            (7, 0, 5, vec![5, 0], vec![7, 0]),
            // The e2e test of proportional scaling: 8 + 5 of 13 become 20 + 13 of 33.
            (30, 3, 10, vec![8, 5], vec![20, 13]),
            // Down to nothing.
            (0, 3, 10, vec![8, 5], vec![0, 0]),
            (20, 0, 10, vec![5, 2, 3], vec![10, 4, 6]),
            (8, 0, 16, vec![8, 6, 2], vec![4, 3, 1]),
        ] {
            let sizes_here = scaled(replicas, surge, before, &sizes, true);
            assert_eq!(sizes_here, expected, "{replicas} surge {surge} from {sizes:?}");
        }
    }

    /// Two sets were scaled already when a third is seen that notes the earlier size: their shares change
    /// nothing, and the largest gives what is too much.
    #[test]
    fn a_set_that_is_seen_late_costs_the_largest_a_pod() {
        let mut deployment = Deployment::default();
        deployment.spec.replicas = Some(3);
        deployment.spec.strategy.type_ = "RollingUpdate".into();
        deployment.spec.strategy.rolling_update = Some(RollingUpdateDeployment {
            max_surge: Some(IntOrString::Int(0)),
            max_unavailable: Some(IntOrString::Int(1)),
        });
        let set = |name: &str, size: i64, noted: i64| {
            let mut set = ReplicaSet::default();
            set.metadata.name = name.into();
            set.spec.replicas = Some(size);
            for name in [DESIRED_REPLICAS, MAX_REPLICAS] {
                set.metadata.annotations.insert(name.into(), noted.to_string());
            }
            Rc::new(set)
        };
        let (old, new) = (vec![set("broken", 1, 3), set("serving", 2, 3)], set("new", 1, 5));
        let sizes: Vec<(String, i64)> = scale(&deployment, Some(&new), &old)
            .into_iter()
            .map(|scaling| (scaling.set.metadata.name.clone(), scaling.to))
            .collect();
        let expected = [("serving", 1), ("broken", 1), ("new", 1)];
        assert_eq!(sizes, expected.map(|(name, size)| (name.to_owned(), size)));
    }

    #[test]
    fn an_inactive_deployment_scales_its_newest_set() {
        assert_eq!(scaled(3, 0, 0, &[0, 0], true), [0, 3]);
        assert_eq!(scaled(3, 0, 0, &[0, 0], false), [0, 3]);
        assert_eq!(scaled(3, 0, 1, &[1, 0], true), [3, 0]);
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(
            (round_divide(7, 2), round_divide(5, 3), round_divide(4, 3), round_divide(0, 3)),
            (4, 2, 1, 0)
        );
    }
}

//! Rolling update: how far the new `ReplicaSet` grows, and which old ones shrink.
//!
//! Models `reconcileNewReplicaSet`, `reconcileOldReplicaSets`, `cleanupUnhealthyReplicas` and
//! `scaleDownOldReplicaSetsForRollingUpdate`, pkg/controller/deployment/rolling.go, Kubernetes v1.36. Left
//! out: nothing.

use std::rc::Rc;

use super::fenceposts::{max_unavailable, new_replicas, replicas};
use super::proportions::Scaling;
use super::replica_sets::{active, size, sort_by_creation, total_available, total_size};
use crate::api::deployment::{Deployment, ReplicaSet};

/// The new set's next size; `None` when it has its size.
pub(super) fn reconcile_new(
    deployment: &Deployment,
    new: &Rc<ReplicaSet>,
    old: &[Rc<ReplicaSet>],
) -> Option<Scaling> {
    let (desired, own) = (replicas(deployment), size(new));
    let to = if own > desired { desired } else { new_replicas(deployment, own, own + total_size(old)) };
    (to != own).then(|| Scaling::new(new, to))
}

/// How the old sets shrink.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ScaleDown {
    /// In this order; a set may come twice.
    pub(super) scalings: Vec<Scaling>,
    /// Whether the statuses contradict the sizes, because a set was scaled down and has not counted since:
    /// then no more is done for now.
    pub(super) is_broken: bool,
}

/// How many old pods may go: all but as many as must be available, less those of the new set that are not.
/// Of 10 pods with 2 unavailable and 3 surge, 8 old and 5 new: while no new one is available none may go
/// (13 - 8 - 5 = 0). After a rollback 1 is not available of the 8, and 4 may (13 - 8 - 1 = 4).
pub(super) fn may_go(deployment: &Deployment, new: &ReplicaSet, old: &[Rc<ReplicaSet>]) -> i64 {
    let all = size(new) + total_size(old);
    let min_available = replicas(deployment) - max_unavailable(deployment);
    let new_unavailable = size(new) - new.status.available_replicas;
    all - min_available - new_unavailable
}

/// Old pods that are not available go first, as nothing is lost with them; then others, as long as enough
/// are available.
pub(super) fn reconcile_old(
    deployment: &Deployment,
    new: &Rc<ReplicaSet>,
    old: &[Rc<ReplicaSet>],
) -> ScaleDown {
    let mut plan = ScaleDown::default();
    let mut old = active(old);
    sort_by_creation(&mut old);
    let most = may_go(deployment, new, &old);
    if old.is_empty() || most <= 0 {
        return plan;
    }
    let mut sizes: Vec<(Rc<ReplicaSet>, i64)> = old.iter().map(|set| (Rc::clone(set), size(set))).collect();
    clean_up_unhealthy(&mut sizes, most, &mut plan);
    if plan.is_broken {
        return plan;
    }
    let min_available = replicas(deployment) - max_unavailable(deployment);
    let available = total_available(old.iter().chain([new]));
    scale_down_healthy(&mut sizes, available - min_available, &mut plan);
    plan
}

fn clean_up_unhealthy(sizes: &mut [(Rc<ReplicaSet>, i64)], most: i64, plan: &mut ScaleDown) {
    let mut gone = 0;
    for (set, size) in sizes {
        if gone >= most {
            break;
        }
        let unhealthy = *size - set.status.available_replicas;
        if *size == 0 || unhealthy == 0 {
            continue;
        }
        let count = unhealthy.min(most - gone);
        if count < 0 {
            plan.is_broken = true;
            return;
        }
        *size -= count;
        gone += count;
        plan.scalings.push(Scaling::new(set, *size));
    }
}

fn scale_down_healthy(sizes: &mut [(Rc<ReplicaSet>, i64)], most: i64, plan: &mut ScaleDown) {
    let mut left = most;
    for (set, size) in sizes {
        if left <= 0 {
            break;
        }
        let count = left.min(*size);
        if count > 0 {
            *size -= count;
            left -= count;
            plan.scalings.push(Scaling::new(set, *size));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::api::deployment::RollingUpdateDeployment;
    use crate::api::intstr::IntOrString;
    use crate::sim::Time;

    /// `replicas=10 surge=3 unavailable=2: new 5/0, old 8/8, old 2/1` — sets with size/available.
    fn parse(line: &str) -> (Deployment, Rc<ReplicaSet>, Vec<Rc<ReplicaSet>>) {
        let (numbers, sets) = line.split_once(':').unwrap();
        let mut deployment = Deployment::default();
        deployment.spec.strategy.type_ = "RollingUpdate".into();
        let mut parameters = RollingUpdateDeployment::default();
        for word in numbers.split_whitespace() {
            let (key, value) = word.split_once('=').unwrap();
            let number = value.parse().unwrap();
            match key {
                "replicas" => deployment.spec.replicas = Some(number),
                "surge" => parameters.max_surge = Some(IntOrString::Int(number)),
                _ => parameters.max_unavailable = Some(IntOrString::Int(number)),
            }
        }
        deployment.spec.strategy.rolling_update = Some(parameters);
        let (mut new, mut old) = (None, Vec::new());
        for (index, word) in sets.split(',').enumerate() {
            let (which, counts) = word.trim().split_once(' ').unwrap();
            let (size, available) = counts.split_once('/').unwrap();
            let mut set = ReplicaSet::default();
            set.metadata.name = format!("{which}{index}");
            let made = Time::from_ms(u64::try_from(index).unwrap() * 1000);
            set.metadata.creation_timestamp = Some(Timestamp::at(made));
            set.spec.replicas = size.parse().ok();
            set.status.available_replicas = available.parse().unwrap();
            if which == "new" { new = Some(Rc::new(set)) } else { old.push(Rc::new(set)) }
        }
        (deployment, new.unwrap(), old)
    }

    fn told(plan: &ScaleDown) -> String {
        let broken = if plan.is_broken { vec!["broken".to_owned()] } else { Vec::new() };
        let one = |scaling: &Scaling| format!("{}={}", scaling.set.metadata.name, scaling.to);
        plan.scalings.iter().map(one).chain(broken).collect::<Vec<_>>().join(" ")
    }

    /// `TestDeploymentController_reconcileNewReplicaSet`, and what the documents say.
    #[test]
    fn the_new_set_grows_as_far_as_the_surge_allows() {
        for (line, expected) in [
            ("replicas=10 surge=0 unavailable=1: new 0/0, old 10/10", None),
            ("replicas=10 surge=2 unavailable=0: new 0/0, old 10/10", Some(2)),
            ("replicas=10 surge=2 unavailable=0: new 0/0, old 5/5", Some(7)),
            ("replicas=10 surge=2 unavailable=0: new 2/2, old 10/10", None),
            ("replicas=10 surge=2 unavailable=0: new 15/15, old 0/0", Some(10)),
            ("replicas=10 surge=2 unavailable=0: new 10/10, old 0/0", None),
        ] {
            let (deployment, new, old) = parse(line);
            assert_eq!(reconcile_new(&deployment, &new, &old).map(|scaling| scaling.to), expected, "{line}");
        }
    }

    /// `TestDeploymentController_reconcileOldReplicaSets` and the concrete example of rolling.go.
    #[test]
    fn old_sets_shrink_as_far_as_availability_allows() {
        for (line, expected) in [
            ("replicas=10 surge=0 unavailable=0: new 0/0, old 10/10", "old1=9"),
            ("replicas=10 surge=0 unavailable=2: new 0/0, old 10/10", "old1=8"),
            // Old pods that are not available go first.
            ("replicas=10 surge=0 unavailable=2: new 0/0, old 10/8", "old1=8"),
            ("replicas=10 surge=0 unavailable=2: new 2/0, old 8/8", ""),
            ("replicas=10 surge=0 unavailable=2: new 2/2, old 8/8", "old1=6"),
            ("replicas=10 surge=3 unavailable=2: new 5/0, old 8/8", ""),
            // A node of an old pod fails: no further step.
            ("replicas=10 surge=3 unavailable=2: new 5/0, old 8/7", ""),
            // Rolled back: 4 of the broken pods may go.
            ("replicas=10 surge=3 unavailable=2: new 8/7, old 5/0", "old1=1"),
            // Rolled over: 5 of the pods before may go, the broken ones first.
            ("replicas=10 surge=3 unavailable=2: new 0/0, old 8/8, old 5/0", "old2=0"),
            ("replicas=10 surge=3 unavailable=2: new 10/10, old 3/3, old 0/0", "old1=0"),
            ("replicas=10 surge=3 unavailable=2: new 3/1, old 4/4, old 6/6", "old1=1"),
            // A set comes twice: one pod of it is not available, others are too many.
            ("replicas=4 surge=2 unavailable=2: new 4/4, old 2/1", "old1=1 old1=0"),
            // A status from before the last scaling.
            ("replicas=10 surge=3 unavailable=2: new 5/5, old 3/5, old 5/4", "broken"),
            ("replicas=0 surge=1 unavailable=0: new 0/0, old 3/3", "old1=0"),
        ] {
            let (deployment, new, old) = parse(line);
            assert_eq!(told(&reconcile_old(&deployment, &new, &old)), expected, "{line}");
        }
    }
}

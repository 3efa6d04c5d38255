//! Recreate: the old pods go, and only when the last is gone the new ones come.
//!
//! Models `rolloutRecreate` and `oldPodsRunning`, pkg/controller/deployment/recreate.go, Kubernetes v1.36.
//! Left out: nothing.

use std::rc::Rc;

use super::proportions::Scaling;
use super::replica_sets::{active, total_actual};
use crate::api::deployment::ReplicaSet;
use crate::api::pod::Pod;

/// All old sets go down to nothing.
pub(super) fn scale_down_old(old: &[Rc<ReplicaSet>]) -> Vec<Scaling> {
    active(old).iter().map(|set| Scaling::new(set, 0)).collect()
}

/// Whether old pods are left: a set still counts some, or one of `old_pods` has not ended.
pub(super) fn old_pods_running<'a>(
    old: &[Rc<ReplicaSet>],
    mut old_pods: impl Iterator<Item = &'a Rc<Pod>>,
) -> bool {
    total_actual(old) > 0 || old_pods.any(|pod| !pod.is_terminal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::sim::Time;

    /// `TestOldPodsRunning`.
    #[test]
    fn pods_run_until_they_are_gone_or_have_ended() {
        let pod = |phase: &str, terminating: bool| {
            let mut pod = Pod::default();
            pod.status.phase = phase.into();
            pod.metadata.deletion_timestamp = terminating.then(|| Timestamp::at(Time::ZERO));
            Rc::new(pod)
        };
        let counting = |count| {
            let mut set = ReplicaSet::default();
            set.status.replicas = count;
            [Rc::new(set)]
        };
        for (count, pods, running) in [
            (0, vec![], false),
            (1, vec![], true),
            (0, vec![pod("Running", false)], true),
            (0, vec![pod("Pending", true)], true),
            (0, vec![pod("Unknown", true)], true),
            (0, vec![pod("Succeeded", false), pod("Failed", true)], false),
        ] {
            assert_eq!(old_pods_running(&counting(count), pods.iter()), running, "{count} {pods:?}");
        }
    }

    #[test]
    fn only_sets_with_pods_are_scaled_down() {
        let set = |size| {
            let mut set = ReplicaSet::default();
            set.spec.replicas = Some(size);
            Rc::new(set)
        };
        let sizes: Vec<i64> = scale_down_old(&[set(0), set(3)]).iter().map(|scaling| scaling.to).collect();
        assert_eq!(sizes, [0]);
    }
}

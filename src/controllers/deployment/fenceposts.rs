//! How many pods a rolling update may have too many, and how many too few.
//!
//! Models `ResolveFenceposts`, `MaxSurge`, `MaxUnavailable` and `NewRSNewReplicas`,
//! `pkg/controller/deployment/util/deployment_util.go`, Kubernetes v1.36. Left out: percentages that cannot
//! be read, which validation refuses.

use crate::api::deployment::Deployment;
use crate::api::intstr::IntOrString;

/// How many pods there should be.
pub(super) fn replicas(deployment: &Deployment) -> i64 {
    deployment.spec.replicas.unwrap_or(1)
}

/// Whether pods are replaced a few at a time.
pub(super) fn is_rolling_update(deployment: &Deployment) -> bool {
    deployment.spec.strategy.type_ == "RollingUpdate"
}

fn scaled(number: Option<&IntOrString>, desired: i64, round_up: bool) -> i64 {
    number.and_then(|number| number.scaled(desired, round_up).ok()).unwrap_or_default()
}

/// Surge rounded up and unavailability rounded down, in pods. Of 10 pods 25 % are 3 and 2; of 1 pod 1 and 0.
/// Both may come to nothing: one pod may be away then, or the update would never begin.
fn resolve_fenceposts(deployment: &Deployment) -> (i64, i64) {
    let parameters = deployment.spec.strategy.rolling_update.as_ref();
    let desired = replicas(deployment);
    let surge = scaled(parameters.and_then(|p| p.max_surge.as_ref()), desired, true);
    let unavailable = scaled(parameters.and_then(|p| p.max_unavailable.as_ref()), desired, false);
    if (surge, unavailable) == (0, 0) { (0, 1) } else { (surge, unavailable) }
}

/// How many pods there may be beyond `replicas`.
pub(super) fn max_surge(deployment: &Deployment) -> i64 {
    if is_rolling_update(deployment) { resolve_fenceposts(deployment).0 } else { 0 }
}

/// How many of `replicas` may be away at a time.
pub(super) fn max_unavailable(deployment: &Deployment) -> i64 {
    let desired = replicas(deployment);
    if !is_rolling_update(deployment) || desired == 0 {
        return 0;
    }
    resolve_fenceposts(deployment).1.min(desired)
}

/// The size that the new `ReplicaSet` gets, which now has `size` of `total` pods.
pub(super) fn new_replicas(deployment: &Deployment, size: i64, total: i64) -> i64 {
    let desired = replicas(deployment);
    if !is_rolling_update(deployment) {
        return desired;
    }
    let parameters = deployment.spec.strategy.rolling_update.as_ref();
    let surge = scaled(parameters.and_then(|p| p.max_surge.as_ref()), desired, true);
    let room = desired + surge - total;
    if room <= 0 { size } else { size + room.min(desired - size) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::deployment::RollingUpdateDeployment;

    fn number(text: &str) -> IntOrString {
        text.parse().map_or_else(|_| IntOrString::String(text.into()), IntOrString::Int)
    }

    fn rolling(replicas: i64, max_surge: &str, max_unavailable: &str) -> Deployment {
        let mut deployment = Deployment::default();
        deployment.spec.replicas = Some(replicas);
        deployment.spec.strategy.type_ = "RollingUpdate".into();
        deployment.spec.strategy.rolling_update = Some(RollingUpdateDeployment {
            max_surge: Some(number(max_surge)),
            max_unavailable: Some(number(max_unavailable)),
        });
        deployment
    }

    #[test]
    fn surge_is_rounded_up_and_unavailability_down() {
        for (replicas, surge, unavailable, expected) in [
            (10, "25%", "25%", (3, 2)),
            (3, "25%", "25%", (1, 0)),
            (1, "25%", "25%", (1, 0)),
            (2, "0%", "1%", (0, 1)),
            (1, "0", "0", (0, 1)),
            (2, "1%", "0%", (1, 0)),
            (10, "3", "2", (3, 2)),
            (2, "5", "5", (5, 2)),
            (0, "25%", "25%", (0, 0)),
            (4, "100%", "100%", (4, 4)),
        ] {
            let deployment = rolling(replicas, surge, unavailable);
            assert_eq!(
                (max_surge(&deployment), max_unavailable(&deployment)),
                expected,
                "{replicas} {surge}"
            );
        }
        let mut recreate = rolling(10, "3", "2");
        recreate.spec.strategy.type_ = "Recreate".into();
        assert_eq!(
            (max_surge(&recreate), max_unavailable(&recreate), new_replicas(&recreate, 0, 10)),
            (0, 0, 10)
        );
    }

    #[test]
    fn the_new_set_grows_into_the_room_that_there_is() {
        for (replicas, surge, size, total, expected) in [
            (10, "3", 0, 10, 3),
            (10, "3", 3, 13, 3),
            (10, "3", 3, 11, 5),
            (10, "3", 9, 10, 10),
            (10, "3", 10, 10, 10),
            (1, "25%", 0, 1, 1),
            (5, "0", 0, 5, 0),
        ] {
            let deployment = rolling(replicas, surge, "0");
            assert_eq!(new_replicas(&deployment, size, total), expected, "{replicas} {surge} {size}/{total}");
        }
    }
}

//! Kubernetes' own tests of the StatefulSet controller, by their ids, against the real API server of this
//! crate.
//!
//! The controller runs with caches that follow at once; a stand-in starts pods, ends them, and collects
//! claims whose owner is gone. Each scenario runs for `OrderedReady` and `Parallel` and for the four
//! claim-retention policies; after every sync the invariants STS-UNIT-INV-1 to 4 are asked.
//!
//! Elsewhere: STS-UTIL and STS-STALE, STS-UNIT-33, 45 and 52 are text tables beside the policy
//! (`src/controllers/statefulset/control_tests`). Not here: STS-E2E-08, 13, 14 to 16, 20 to 22 need
//! kubelets, patches or data (whole cluster); 17 to 19 need the gate `StatefulSetRecreateStrategy`, which
//! v1.36 does not have; 30 needs patches of a person. STS-UNIT-51 needs the gate
//! `MaxUnavailableStatefulSet`: the API server drops the field, so that it is shown with the policy alone
//! (STS-UNIT-52).

mod claims;
mod failures;
mod hist;
mod ownership;
mod revisions;
mod scaling;
#[path = "../statefulset_drive/mod.rs"]
mod statefulset_drive;
mod updates;

use kubesets::api::apps::ClaimRetentionPolicy;
use statefulset_drive::{Drive, named_set};

const POLICIES: [&str; 2] = ["OrderedReady", "Parallel"];

/// Every retention policy, as (whenDeleted, whenScaled).
const RETENTION: [(&str, &str); 4] =
    [("Retain", "Retain"), ("Delete", "Retain"), ("Retain", "Delete"), ("Delete", "Delete")];

/// Runs a scenario for every policy of pods and of claims, with one claim template.
fn for_each_policy(replicas: i64, scenario: impl Fn(&mut Drive, &str)) {
    for policy in POLICIES {
        for (when_deleted, when_scaled) in RETENTION {
            let mut set = named_set("web", replicas);
            set.spec.pod_management_policy = policy.into();
            set.spec.persistent_volume_claim_retention_policy = Some(ClaimRetentionPolicy {
                when_deleted: when_deleted.into(),
                when_scaled: when_scaled.into(),
            });
            let mut drive = Drive::new(set);
            scenario(&mut drive, policy);
        }
    }
}

/// Runs a scenario for both policies of pods.
fn for_both(replicas: i64, scenario: impl Fn(&mut Drive, &str)) {
    for policy in POLICIES {
        let mut set = named_set("web", replicas);
        set.spec.pod_management_policy = policy.into();
        scenario(&mut Drive::new(set), policy);
    }
}

fn counts(drive: &Drive) -> (i64, i64, i64) {
    let status = drive.set().status.clone();
    (status.replicas, status.ready_replicas, status.updated_replicas)
}

/// The grid of STS-UNIT-21 to 32 and 39 to 44: the size stays, grows, shrinks.
const GRID: [(i64, i64); 3] = [(3, 3), (3, 5), (5, 3)];

#[expect(clippy::unnecessary_wraps, reason = "as the field takes it")]
fn retention(when_deleted: &str, when_scaled: &str) -> Option<ClaimRetentionPolicy> {
    Some(ClaimRetentionPolicy { when_deleted: when_deleted.into(), when_scaled: when_scaled.into() })
}

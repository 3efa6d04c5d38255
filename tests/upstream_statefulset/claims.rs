//! Claims: made with their Pods, found again, and gone with them or not.

use kubesets::client::Request;

use super::{for_both, for_each_policy, retention};

#[test]
fn sts_unit_13_sts_e2e_31_a_missing_claim_of_a_pending_pod_is_made_again() {
    for_each_policy(1, |drive, _| {
        drive.sync_all();
        drive.remove_claim("www-web-0");
        assert_eq!(drive.claims().len(), 0);
        drive.touch_set();
        drive.sync_all();
        assert_eq!(drive.claims().len(), 1);
        drive.settle();
    });
}

#[test]
fn sts_e2e_01_a_pod_finds_its_claim_again() {
    for_both(3, |drive, _| {
        drive.settle();
        let claims = drive.claims();
        drive.scale(0);
        drive.settle();
        drive.scale(3);
        drive.settle();
        assert_eq!(drive.claims(), claims);
        for pod in drive.pods() {
            let claim = pod.claim_names().next().unwrap().into_owned();
            assert_eq!(claim, format!("www-{}", pod.metadata.name));
        }
    });
}

#[test]
fn sts_e2e_25_claims_that_go_with_the_set_belong_to_it() {
    for_both(3, |drive, _| {
        drive.edit_set(|set| {
            set.spec.persistent_volume_claim_retention_policy = retention("Delete", "Retain");
        });
        drive.settle();
        let uid = drive.set().metadata.uid;
        for owners in drive.claim_owners().values() {
            assert_eq!(owners.iter().map(|owner| &owner.uid).collect::<Vec<_>>(), [&uid]);
        }
        drive.request(Request::delete(drive.key(), kubesets::client::DeleteOptions::default()));
        drive.collect_garbage();
        assert_eq!(drive.claims().len(), 0);
    });
}

#[test]
fn sts_e2e_26_29_sts_int_06_claims_of_condemned_pods_go_with_them() {
    for_both(3, |drive, _| {
        drive.edit_set(|set| {
            set.spec.persistent_volume_claim_retention_policy = retention("Retain", "Delete");
        });
        drive.settle();
        // 29: the pod is adopted first.
        drive.edit_pod(2, |pod| pod.metadata.owner_references.clear());
        drive.scale(1);
        drive.settle();
        assert_eq!(drive.claims(), ["www-web-0"]);
    });
}

#[test]
fn sts_e2e_27_a_claim_of_another_controller_stays() {
    for_both(3, |drive, _| {
        drive.settle();
        drive.edit_claim("www-web-1", |claim| {
            let owner = kubesets::api::OwnerReference {
                api_version: "v1".into(),
                kind: "ConfigMap".into(),
                name: "other".into(),
                uid: "uid-other".into(),
                controller: Some(true),
                block_owner_deletion: None,
            };
            claim.metadata.owner_references = vec![owner];
        });
        drive.edit_set(|set| {
            set.spec.persistent_volume_claim_retention_policy = retention("Retain", "Delete");
        });
        drive.settle();
        drive.scale(0);
        drive.settle();
        assert_eq!(drive.claims(), ["www-web-1"]);
        drive.edit_claim("www-web-1", |claim| claim.metadata.owner_references.clear());
        drive.scale(2);
        drive.settle();
        assert_eq!(drive.claims(), ["www-web-0", "www-web-1"]);
        drive.scale(1);
        drive.settle();
        assert_eq!(drive.claims(), ["www-web-0"]);
    });
}

#[test]
fn sts_e2e_28_claims_of_adopted_pods_go_with_the_set() {
    for_both(3, |drive, _| {
        drive.edit_set(|set| {
            set.spec.persistent_volume_claim_retention_policy = retention("Delete", "Retain");
        });
        drive.settle();
        drive.edit_pod(2, |pod| pod.metadata.owner_references.clear());
        drive.sync_all();
        drive.request(Request::delete(drive.key(), kubesets::client::DeleteOptions::default()));
        drive.collect_garbage();
        assert_eq!(drive.claims().len(), 0);
    });
}

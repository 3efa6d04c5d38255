//! Requests that fail: what a sync does, tells and tries again.

use kubesets::sim::Span;

use super::statefulset_drive::{Drive, Fault, named_set};
use super::{counts, for_both, for_each_policy, retention};

#[test]
fn sts_unit_05_06_recreates_finished_pods() {
    for phase in ["Failed", "Succeeded"] {
        for_each_policy(3, |drive, policy| {
            drive.sync_all();
            drive.set_phase(0, phase);
            drive.sync_all();
            assert_eq!(drive.deleted(), ["web-0"], "{phase}");
            drive.finish_deletions();
            drive.sync_all();
            let made = if policy == "OrderedReady" { 2 } else { 4 };
            assert_eq!(drive.created().len(), made, "{phase} {policy}");
            drive.settle();
            assert_eq!(counts(drive), (3, 3, 3));
        });
    }
}

#[test]
fn sts_unit_07_08_tries_a_failed_deletion_again() {
    for phase in ["Failed", "Succeeded"] {
        for_both(3, |drive, _| {
            drive.sync_all();
            drive.set_phase(0, phase);
            drive.fail_next(Fault::Delete("web-0"));
            let error = drive.sync_once().unwrap_err();
            assert!(error.contains("injected"), "{error}");
            drive.sync_all();
            assert_eq!(drive.requests_of("delete web-0"), 2);
            drive.settle();
            assert_eq!(counts(drive), (3, 3, 3));
        });
    }
}

#[test]
fn sts_unit_09_a_failed_creation_is_told_and_tried_again() {
    for_each_policy(3, |drive, _| {
        drive.fail_next(Fault::Create("web-0"));
        let error = drive.sync_once().unwrap_err();
        assert!(error.contains("injected"), "{error}");
        let told = drive.events();
        let failed = "Warning FailedCreate Create Pod web-0 in StatefulSet web failed error: injected";
        assert!(told.iter().any(|event| event.starts_with(failed)), "{told:#?}");
        drive.settle();
        assert_eq!(counts(drive), (3, 3, 3));
    });
}

#[test]
fn sts_unit_10_a_failed_mending_is_an_error() {
    for_both(1, |drive, _| {
        drive.settle();
        drive.edit_pod(0, |pod| drop(pod.metadata.labels.remove("statefulset.kubernetes.io/pod-name")));
        drive.fail_next(Fault::Update("web-0"));
        assert!(drive.sync_once().is_err());
        drive.settle();
        let labels = drive.pods()[0].metadata.labels.clone();
        assert_eq!(labels["statefulset.kubernetes.io/pod-name"], "web-0");
        assert!(drive.events().iter().any(|e| e.starts_with("Warning FailedUpdate Update Pod web-0")));
        let mended = "Normal SuccessfulUpdate Update Pod web-0 in StatefulSet web successful";
        assert!(drive.events().contains(&mended.to_owned()));
    });
}

#[test]
fn sts_unit_11_46_the_status_is_written_once_a_sync_and_after_failures_too() {
    for_both(3, |drive, _| {
        drive.fail_next(Fault::Status);
        assert!(drive.sync_once().is_err());
        drive.settle();
        assert_eq!(counts(drive), (3, 3, 3));
        drive.forget_log();
        // The pod's failure is told, not the status's, and the status was tried.
        drive.remove_pod(2);
        drive.fail_next(Fault::Create("web-2"));
        drive.fail_next(Fault::Status);
        let error = drive.sync_once().unwrap_err();
        assert!(error.contains("web-2") && !error.contains("status"), "{error}");
        assert_eq!(drive.requests_of("status web"), 1);
        drive.fail_next(Fault::Create("web-2"));
        assert!(drive.sync_once().is_err());
        assert_eq!(drive.requests_of("status web"), 2);
        assert_eq!(drive.set().status.replicas, 2);
    });
}

#[test]
fn sts_unit_12_a_failed_deletion_leaves_the_current_replicas_as_they_are() {
    for_both(3, |drive, _| {
        drive.settle();
        drive.set_image("foo");
        drive.fail_next(Fault::Delete("web-2"));
        assert!(drive.sync_once().is_err());
        assert_eq!(drive.set().status.current_replicas, 3);
        drive.sync_once().unwrap();
        assert_eq!(drive.set().status.current_replicas, 2);
    });
}

#[test]
fn sts_unit_16_a_failed_scale_down_is_tried_again() {
    for_both(3, |drive, _| {
        drive.settle();
        drive.scale(0);
        drive.fail_next(Fault::Delete("web-2"));
        assert!(drive.sync_once().is_err());
        let told = drive.events();
        assert!(
            told.iter().any(|event| event.starts_with("Warning FailedDelete Delete Pod web-2")),
            "{told:?}"
        );
        drive.settle();
        assert_eq!(counts(drive), (0, 0, 0));
    });
}

#[test]
fn a_failing_burst_ends_with_its_batch() {
    let mut set = named_set("web", 10);
    set.spec.pod_management_policy = "Parallel".into();
    let mut drive = Drive::new(set);
    drive.fail_next(Fault::Create("web-1"));
    assert!(drive.sync_once().is_err());
    // Batches are 0, 1 to 2, 3 to 6: the second fails, so that web-2 is still tried and web-3 is not.
    assert_eq!(drive.created(), ["web-0", "web-2"]);
    drive.settle();
    assert_eq!(counts(&drive), (10, 10, 10));
}

#[test]
fn a_sync_waits_for_its_own_writes() {
    for_both(2, |drive, _| {
        drive.hold_watches();
        drive.run_sync().unwrap();
        let made = drive.created().len();
        assert_eq!(drive.run_sync().unwrap(), None, "a lag of the usual length is not worth a word");
        drive.pass(Span::from_seconds(1));
        let verdict = drive.run_sync().unwrap().unwrap();
        assert_eq!(verdict.reason().unwrap().name, "CacheCatchUp");
        assert_eq!(drive.created().len(), made);
        drive.release_watches();
        drive.settle();
        assert_eq!(counts(drive), (2, 2, 2));
    });
}

/// The set's own adoption makes the first try to update a pod meet a conflict.
#[test]
fn an_update_of_a_pod_that_was_just_adopted_succeeds() {
    for_both(3, |drive, _| {
        drive.edit_set(|set| {
            set.spec.persistent_volume_claim_retention_policy = retention("Delete", "Retain");
        });
        drive.settle();
        for ordinal in 0..3 {
            drive.edit_pod(ordinal, |pod| pod.metadata.owner_references.clear());
            drive.edit_claim(&format!("www-web-{ordinal}"), |claim| claim.metadata.owner_references.clear());
        }
        drive.forget_log();
        drive.catch_up();
        drive.run_sync().unwrap();
        let told: Vec<String> = (0..3)
            .map(|ordinal| {
                format!("Normal SuccessfulUpdate Update Pod web-{ordinal} in StatefulSet web successful")
            })
            .collect();
        assert_eq!(drive.events(), told);
        assert!(drive.pods().iter().all(|pod| pod.metadata.is_controlled_by(&drive.set().metadata.uid)));
        assert!(drive.claim_owners().values().all(|owners| owners.len() == 1));
    });
}

/// A label that somebody takes away while the set looks elsewhere is put back onto the newest pod.
#[test]
fn an_update_of_a_pod_that_has_changed_meanwhile_is_tried_again() {
    for_both(1, |drive, _| {
        drive.settle();
        drive.edit_pod(0, |pod| drop(pod.metadata.labels.remove("statefulset.kubernetes.io/pod-name")));
        drive.catch_up();
        drive.hold_watches();
        drive.edit_pod(0, |pod| drop(pod.metadata.annotations.insert("by".into(), "somebody".into())));
        drive.forget_log();
        drive.run_sync().unwrap();
        assert_eq!(
            drive.events(),
            ["Normal SuccessfulUpdate Update Pod web-0 in StatefulSet web successful"]
        );
        let meta = drive.pods().remove(0).metadata;
        assert_eq!(
            (&*meta.labels["statefulset.kubernetes.io/pod-name"], &*meta.annotations["by"]),
            ("web-0", "somebody")
        );
    });
}

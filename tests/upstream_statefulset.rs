//! Kubernetes' own tests of the StatefulSet controller, by their ids, against the real API server of this
//! crate.
//!
//! The controller runs with caches that follow at once; a stand-in starts pods, ends them, and collects
//! claims whose owner is gone. Each scenario runs for `OrderedReady` and `Parallel` and for the four
//! claim-retention policies; after every sync the invariants STS-UNIT-INV-1 to 4 are asked.
//!
//! Elsewhere: STS-UTIL and STS-STALE, STS-UNIT-33, 45 and 52 are text tables beside the policy
//! (`src/controllers/statefulset/control_tests.rs`). Not here: STS-E2E-08, 13, 14 to 16, 20 to 22 need
//! kubelets, patches or data (whole cluster); 17 to 19 need the gate `StatefulSetRecreateStrategy`, which
//! v1.36 does not have; 30 needs patches of a person. STS-UNIT-51 needs the gate
//! `MaxUnavailableStatefulSet`: the API server drops the field, so that it is shown with the policy alone
//! (STS-UNIT-52).

mod statefulset_drive;

use kubesets::api::apps::{ClaimRetentionPolicy, StatefulSet, StatefulSetOrdinals};
use kubesets::api::{Kind, Timestamp};
use kubesets::client::{Preconditions, Request};
use kubesets::sim::Span;
use statefulset_drive::{Drive, Fault, named_set};

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

#[test]
fn sts_unit_01_creates_pods() {
    for_each_policy(3, |drive, _| {
        drive.settle();
        assert_eq!(counts(drive), (3, 3, 3));
        for (ordinal, pod) in drive.pods().iter().enumerate() {
            assert_eq!(pod.metadata.labels["apps.kubernetes.io/pod-index"], ordinal.to_string());
            assert_eq!(pod.metadata.labels["statefulset.kubernetes.io/pod-name"], pod.metadata.name);
            assert_eq!(pod.metadata.labels["controller-revision-hash"], drive.set().status.update_revision);
            assert_eq!(
                (pod.spec.hostname.as_str(), pod.spec.subdomain.as_str()),
                (&*pod.metadata.name, "nginx")
            );
            assert_eq!(pod.metadata.generate_name, "web-");
        }
        assert_eq!(drive.claims().len(), 3);
    });
}

#[test]
fn sts_unit_01_events_are_those_of_a_real_cluster() {
    for_both(2, |drive, _| {
        drive.settle();
        let said = drive.events();
        for message in [
            "Normal SuccessfulCreate Create Claim www-web-0 Pod web-0 in StatefulSet web success",
            "Normal SuccessfulCreate Create Pod web-0 in StatefulSet web successful",
            "Normal SuccessfulCreate Create Claim www-web-1 Pod web-1 in StatefulSet web success",
            "Normal SuccessfulCreate Create Pod web-1 in StatefulSet web successful",
        ] {
            assert!(said.contains(&message.to_owned()), "{said:#?}");
        }
        assert_eq!(said.len(), 4);
        drive.scale(1);
        drive.settle();
        assert_eq!(
            drive.events().last().unwrap(),
            "Normal SuccessfulDelete Delete Pod web-1 in StatefulSet web successful"
        );
    });
}

#[test]
fn sts_unit_02_scales_up() {
    for_each_policy(3, |drive, _| {
        drive.settle();
        drive.scale(4);
        drive.settle();
        assert_eq!(counts(drive), (4, 4, 4));
    });
}

#[test]
fn sts_unit_03_scales_down_from_the_top() {
    for_each_policy(3, |drive, policy| {
        drive.settle();
        let claims_before = drive.claims().len();
        drive.scale(0);
        drive.settle();
        assert_eq!(counts(drive), (0, 0, 0));
        if policy == "OrderedReady" {
            assert_eq!(drive.deleted(), ["web-2", "web-1", "web-0"]);
        }
        let policy = drive.set().spec.persistent_volume_claim_retention_policy.clone().unwrap();
        let left = if policy.when_scaled == "Delete" { 0 } else { claims_before };
        assert_eq!(drive.claims().len(), left);
    });
}

#[test]
fn sts_unit_04_replaces_pods_in_order() {
    for_each_policy(5, |drive, policy| {
        drive.settle();
        drive.forget_log();
        for ordinal in [0, 2, 4] {
            drive.remove_pod(ordinal);
        }
        drive.settle();
        assert_eq!(counts(drive), (5, 5, 5));
        assert_eq!(drive.created().len(), 3);
        if policy == "OrderedReady" {
            assert_eq!(drive.created(), ["web-0", "web-2", "web-4"]);
        }
    });
}

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
fn sts_unit_17_20_revisions_are_made_found_and_renumbered() {
    for_both(1, |drive, _| {
        drive.settle();
        let first = drive.revisions();
        assert_eq!(first.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [1]);
        let status = drive.set().status;
        assert_eq!((&status.current_revision, &status.update_revision), (&first[0].0, &first[0].0));
        // 18: a new template, a new revision; the pods are still of the old one.
        drive.set_image("one");
        drive.sync_once().unwrap();
        let second = drive.revisions();
        assert_eq!(second.len(), 2);
        let status = drive.set().status;
        assert_eq!((&status.current_revision, &status.update_revision), (&first[0].0, &second[1].0));
        // 19: another sync makes no other.
        drive.settle();
        assert_eq!(drive.revisions(), second);
        // 20: back to an earlier template: its revision gets the next number.
        drive.set_image("two");
        drive.settle();
        drive.set_image("one");
        drive.settle();
        let last = drive.revisions();
        assert_eq!(last.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!(last[2].0, second[1].0);
        assert_eq!(drive.set().status.update_revision, second[1].0);
    });
}

/// The grid of STS-UNIT-21 to 32 and 39 to 44: the size stays, grows, shrinks.
const GRID: [(i64, i64); 3] = [(3, 3), (3, 5), (5, 3)];

#[test]
fn sts_unit_21_26_rolling_updates_replace_every_pod() {
    for (before, after) in GRID {
        for_each_policy(before, |drive, _| {
            drive.settle();
            drive.forget_log();
            drive.edit_set(|set| {
                set.spec.replicas = Some(after);
                set.spec.template.spec.containers[0].image = "foo".into();
            });
            drive.settle();
            assert_eq!(counts(drive), (after, after, after));
            assert!(drive.images().iter().all(|image| image == "foo"), "{:?}", drive.images());
            let status = drive.set().status;
            assert_eq!(status.current_revision, status.update_revision);
            if before == after {
                assert_eq!(drive.deleted(), ["web-2", "web-1", "web-0"]);
            }
        });
    }
}

#[test]
fn sts_unit_27_32_sts_e2e_10_on_delete_leaves_pods_to_a_person() {
    for (before, after) in GRID {
        for_both(before, |drive, _| {
            drive.edit_set(|set| {
                set.spec.update_strategy.type_ = "OnDelete".into();
                set.spec.update_strategy.rolling_update = None;
            });
            drive.settle();
            drive.edit_set(|set| {
                set.spec.replicas = Some(after);
                set.spec.template.spec.containers[0].image = "foo".into();
            });
            drive.settle();
            for (ordinal, image) in drive.images().iter().enumerate() {
                let wanted = if ordinal < usize::try_from(before).unwrap() { "nginx" } else { "foo" };
                assert_eq!(image, wanted, "{before} to {after}, web-{ordinal}");
            }
            drive.scale(0);
            drive.settle();
            drive.scale(after);
            drive.settle();
            assert!(drive.images().iter().all(|image| image == "foo"));
        });
    }
}

#[test]
fn sts_unit_33_36_the_partition_keeps_low_ordinals() {
    for after in [3, 4] {
        for_both(3, |drive, _| {
            drive.settle();
            drive.edit_set(|set| {
                set.spec.replicas = Some(after);
                set.spec.template.spec.containers[0].image = "foo".into();
                set.spec.update_strategy.rolling_update.as_mut().unwrap().partition = Some(2);
            });
            drive.settle();
            for (ordinal, image) in drive.images().iter().enumerate() {
                assert_eq!(image, if ordinal < 2 { "nginx" } else { "foo" });
            }
            let status = drive.set().status;
            assert_eq!((status.current_replicas, status.updated_replicas), (2, after - 2));
        });
    }
}

#[test]
fn sts_unit_37_38_old_revisions_are_forgotten() {
    for_both(3, |drive, _| {
        drive.edit_set(|set| set.spec.revision_history_limit = Some(2));
        drive.settle();
        for round in 0..8 {
            drive.set_image(&format!("image-{round}"));
            drive.sync_all();
            assert!(drive.revisions().len() <= 4, "{:?}", drive.revisions());
            drive.settle();
            assert!(drive.revisions().len() <= 4, "{:?}", drive.revisions());
        }
        let numbers: Vec<i64> = drive.revisions().iter().map(|(_, number)| *number).collect();
        assert_eq!(*numbers.last().unwrap(), 9);
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "the newest are kept: {numbers:?}");
    });
}

#[test]
fn sts_unit_39_44_sts_e2e_05_a_rollback_uses_the_old_revision() {
    for (before, after) in GRID {
        for_both(before, |drive, _| {
            drive.settle();
            let first = drive.set().status.update_revision;
            drive.edit_set(|set| {
                set.spec.replicas = Some(after);
                set.spec.template.spec.containers[0].image = "foo".into();
            });
            drive.settle();
            assert_ne!(drive.set().status.update_revision, first);
            drive.set_image("nginx");
            drive.settle();
            let status = drive.set().status;
            assert_eq!((&status.current_revision, &status.update_revision), (&first, &first));
            assert!(drive.images().iter().all(|image| image == "nginx"));
            assert_eq!(drive.revisions().len(), 2);
        });
    }
}

#[test]
fn sts_unit_47_50_bursts_scale_in_two_syncs() {
    for (before, after) in [(3, 30), (10, 1), (501, 0), (0, 1000)] {
        let mut set = named_set("web", before);
        set.spec.pod_management_policy = "Parallel".into();
        set.spec.volume_claim_templates.clear();
        let mut drive = Drive::new(set);
        drive.settle();
        drive.scale(after);
        drive.sync_once().unwrap();
        drive.finish_deletions();
        drive.sync_once().unwrap();
        assert_eq!(drive.pods().len(), usize::try_from(after).unwrap(), "{before} to {after}");
    }
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
            let claim = pod.claim_names().next().unwrap().to_owned();
            assert_eq!(claim, format!("www-{}", pod.metadata.name));
        }
    });
}

#[test]
fn sts_e2e_02_adopts_orphans_and_releases_what_does_not_fit() {
    for_both(1, |drive, _| {
        drive.settle();
        let uid = drive.pods()[0].metadata.uid.clone();
        drive.edit_pod(0, |pod| pod.metadata.owner_references.clear());
        drive.settle();
        let pod = drive.pods().remove(0);
        assert_eq!(
            (&pod.metadata.uid, pod.metadata.is_controlled_by(&drive.set().metadata.uid)),
            (&uid, true)
        );
        let labels = pod.metadata.labels.clone();
        drive.edit_pod(0, |pod| pod.metadata.labels.clear());
        drive.sync_all();
        assert!(drive.all_pods()[0].metadata.controller_of().is_none());
        drive.edit_pod(0, |pod| pod.metadata.labels = labels.clone());
        drive.settle();
        let pod = drive.pods().remove(0);
        assert_eq!(
            (&pod.metadata.uid, pod.metadata.is_controlled_by(&drive.set().metadata.uid)),
            (&uid, true)
        );
    });
}

#[test]
fn no_orphan_is_adopted_by_a_set_that_the_server_is_deleting() {
    for_both(1, |drive, _| {
        drive.settle();
        drive.edit_pod(0, |pod| pod.metadata.owner_references.clear());
        drive.catch_up();
        drive.hold_watches();
        drive.edit_set(|set| set.metadata.finalizers.push("example.com/hold".into()));
        drive.request(Request::delete(drive.key(), kubesets::client::DeleteOptions::default()));
        let error = drive.run_sync().unwrap_err();
        assert!(error.contains("has just been deleted at"), "{error}");
        assert!(drive.all_pods()[0].metadata.controller_of().is_none());
    });
}

#[test]
fn sts_e2e_03_a_predecessor_comes_back_although_its_successor_is_not_ready() {
    let mut drive = Drive::new(named_set("web", 2));
    drive.sync_all();
    drive.make_ready(0);
    drive.sync_all();
    drive.run_unready(1);
    drive.remove_pod(0);
    drive.sync_all();
    assert_eq!(drive.pods().len(), 2);
    drive.settle();
    assert_eq!(counts(&drive), (2, 2, 2));
}

#[test]
fn sts_e2e_06_canaries_and_phased_updates() {
    for_both(3, |drive, _| {
        drive.edit_set(|set| {
            set.spec.update_strategy.rolling_update.as_mut().unwrap().partition = Some(3);
        });
        drive.settle();
        drive.set_image("foo");
        drive.settle();
        assert_eq!(drive.images(), ["nginx", "nginx", "nginx"]);
        assert_ne!(drive.set().status.current_revision, drive.set().status.update_revision);
        let partition = |drive: &mut Drive, partition: i64| {
            drive.edit_set(|set| {
                set.spec.update_strategy.rolling_update.as_mut().unwrap().partition = Some(partition);
            });
            drive.settle();
        };
        partition(drive, 2);
        assert_eq!(drive.images(), ["nginx", "nginx", "foo"]);
        drive.remove_pod(0);
        drive.remove_pod(2);
        drive.settle();
        assert_eq!(drive.images(), ["nginx", "nginx", "foo"]);
        partition(drive, 1);
        assert_eq!(drive.images(), ["nginx", "foo", "foo"]);
        partition(drive, 0);
        assert_eq!(drive.images(), ["foo", "foo", "foo"]);
        assert_eq!(drive.set().status.current_revision, drive.set().status.update_revision);
    });
}

#[test]
fn sts_e2e_07_sts_int_07_a_pod_below_the_partition_comes_back_old() {
    for phase in ["Running", "Failed"] {
        for_both(3, |drive, _| {
            drive.edit_set(|set| {
                set.spec.update_strategy.rolling_update.as_mut().unwrap().partition = Some(1);
            });
            drive.settle();
            drive.edit_pod(0, |pod| pod.metadata.finalizers.push("example.com/hold".into()));
            drive.set_image("foo");
            drive.settle();
            assert_eq!(drive.set().status.updated_replicas, 2);
            drive.delete_pod_now(0);
            if phase == "Failed" {
                drive.set_phase(0, phase);
            } else {
                drive.run_unready(0);
            }
            drive.sync_all();
            assert_eq!(drive.set().status.ready_replicas, 2);
            assert!(drive.pods()[0].is_terminating());
            drive.edit_pod(0, |pod| pod.metadata.finalizers.clear());
            drive.settle();
            assert_eq!(drive.images(), ["nginx", "foo", "foo"]);
            assert_eq!(drive.set().status.ready_replicas, 3);
        });
    }
}

#[test]
fn sts_e2e_11_ordered_scaling_halts_at_an_unhealthy_pod() {
    let mut drive = Drive::new(named_set("web", 1));
    drive.settle();
    drive.run_unready(0);
    drive.scale(3);
    drive.sync_all();
    assert_eq!(drive.pods().len(), 1);
    drive.settle();
    assert_eq!(drive.created(), ["web-0", "web-1", "web-2"]);
    for ordinal in 0..3 {
        drive.run_unready(ordinal);
    }
    drive.scale(0);
    drive.sync_all();
    assert_eq!(drive.pods().len(), 3);
    for ordinal in 0..3 {
        drive.make_ready(ordinal);
    }
    drive.settle();
    assert_eq!(drive.deleted(), ["web-2", "web-1", "web-0"]);
}

#[test]
fn sts_e2e_12_bursts_scale_although_pods_are_unhealthy() {
    let mut set = named_set("web", 1);
    set.spec.pod_management_policy = "Parallel".into();
    let mut drive = Drive::new(set);
    drive.sync_all();
    drive.scale(3);
    drive.sync_all();
    assert_eq!(drive.pods().len(), 3);
    for ordinal in 0..3 {
        drive.run_unready(ordinal);
    }
    drive.scale(0);
    drive.sync_all();
    drive.finish_deletions();
    drive.sync_all();
    assert_eq!((drive.pods().len(), drive.set().status.replicas), (0, 0));
}

#[test]
fn sts_e2e_23_24_available_replicas_follow_min_ready_seconds() {
    for_both(2, |drive, policy| {
        drive.edit_set(|set| set.spec.min_ready_seconds = 30);
        for _ in 0..4 {
            drive.sync_all();
            drive.start_pods();
        }
        drive.sync_all();
        let ready = if policy == "OrderedReady" { 1 } else { 2 };
        assert_eq!((drive.set().status.ready_replicas, drive.set().status.available_replicas), (ready, 0));
        let (_, after) = drive.requeued().last().cloned().unwrap();
        assert!(after <= Span::from_seconds(30) && after > Span::ZERO, "{after:?}");
        drive.pass(Span::from_seconds(31));
        drive.settle();
        drive.pass(Span::from_seconds(31));
        drive.settle();
        assert_eq!(drive.set().status.available_replicas, 2);
        drive.edit_set(|set| set.spec.min_ready_seconds = 3600);
        drive.sync_all();
        assert_eq!(drive.set().status.available_replicas, 0);
        drive.edit_set(|set| set.spec.min_ready_seconds = 0);
        drive.sync_all();
        assert_eq!(drive.set().status.available_replicas, 2);
    });
}

#[expect(clippy::unnecessary_wraps, reason = "as the field takes it")]
fn retention(when_deleted: &str, when_scaled: &str) -> Option<ClaimRetentionPolicy> {
    Some(ClaimRetentionPolicy { when_deleted: when_deleted.into(), when_scaled: when_scaled.into() })
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

#[test]
fn sts_e2e_32_35_sts_int_08_ordinals_move_with_their_start() {
    /// Start and replicas before, start and replicas after, and the pods that are there then.
    type Move = (Option<i64>, i64, Option<i64>, i64, &'static [&'static str]);
    let moves: [Move; 4] = [
        (None, 2, Some(2), 3, &["web-2", "web-3", "web-4"]),
        (Some(2), 2, Some(4), 2, &["web-4", "web-5"]),
        (Some(3), 2, Some(2), 2, &["web-2", "web-3"]),
        (Some(3), 2, None, 2, &["web-0", "web-1"]),
    ];
    for (from, before, to, after, names) in moves {
        for_both(before, |drive, _| {
            let ordinals = |start: Option<i64>| start.map(|start| StatefulSetOrdinals { start });
            drive.edit_set(|set| set.spec.ordinals = ordinals(from));
            drive.settle();
            drive.edit_set(|set: &mut StatefulSet| {
                set.spec.ordinals = ordinals(to);
                set.spec.replicas = Some(after);
            });
            drive.settle();
            let found: Vec<String> = drive.pods().iter().map(|pod| pod.metadata.name.clone()).collect();
            assert_eq!(found, names);
            assert_eq!(drive.set().status.ready_replicas, after);
        });
    }
}

#[test]
fn sts_int_03_terminating_and_finished_pods() {
    let mut set = named_set("web", 3);
    set.spec.pod_management_policy = "Parallel".into();
    let mut drive = Drive::new(set);
    drive.settle();
    let uids: Vec<String> = drive.pods().iter().map(|pod| pod.metadata.uid.clone()).collect();
    drive.edit_pod(0, |pod| pod.metadata.finalizers.push("example.com/hold".into()));
    drive.delete_pod_now(0);
    drive.set_phase(1, "Failed");
    drive.set_phase(2, "Succeeded");
    drive.settle();
    let after: Vec<String> = drive.pods().iter().map(|pod| pod.metadata.uid.clone()).collect();
    assert_eq!((after.len(), &after[0]), (3, &uids[0]));
    assert!(after[1] != uids[1] && after[2] != uids[2]);
    drive.edit_pod(0, |pod| pod.metadata.finalizers.clear());
    drive.settle();
    assert_ne!(drive.pods()[0].metadata.uid, uids[0]);
}

#[test]
fn sts_int_02_replicas_are_followed_and_generations_observed() {
    for_both(2, |drive, _| {
        for replicas in [3, 0, 2] {
            drive.scale(replicas);
            drive.settle();
            assert_eq!(drive.pods().len(), usize::try_from(replicas).unwrap());
        }
        let before = drive.set().status.observed_generation;
        drive.edit_set(|set| {
            set.spec.template.metadata.annotations.insert("note".into(), "x".into());
        });
        drive.settle();
        assert_eq!(drive.set().status.observed_generation, before + 1);
    });
}

#[test]
fn orphaned_revisions_are_adopted() {
    let mut drive = Drive::new(named_set("web", 1));
    drive.settle();
    drive.orphan_revisions();
    drive.touch_set();
    drive.settle();
    assert_eq!(drive.revisions().len(), 1);
    let uid = drive.set().metadata.uid;
    assert!(drive.revision_objects().iter().all(|revision| revision.metadata.is_controlled_by(&uid)));
}

#[test]
fn a_set_in_deletion_only_counts() {
    for_both(2, |drive, _| {
        drive.settle();
        drive.edit_set(|set| set.metadata.finalizers.push("example.com/hold".into()));
        drive.request(Request::Delete {
            key: drive.key(),
            options: kubesets::client::DeleteOptions {
                preconditions: Preconditions::default(),
                ..Default::default()
            },
            dry_run: false,
        });
        drive.remove_pod(1);
        drive.sync_all();
        assert_eq!((drive.pods().len(), drive.set().status.replicas), (1, 1));
        assert!(drive.set().metadata.deletion_timestamp >= Some(Timestamp::at(kubesets::sim::Time::ZERO)));
    });
}

#[test]
fn a_set_that_comes_again_under_its_name_starts_anew() {
    let mut drive = Drive::new(named_set("web", 2));
    drive.settle();
    let old = drive.set().metadata.uid;
    drive.request(Request::delete(drive.key(), kubesets::client::DeleteOptions::default()));
    drive.collect_garbage();
    drive.request(Request::create(named_set("web", 3)));
    drive.settle();
    assert_ne!(drive.set().metadata.uid, old);
    assert_eq!(counts(&drive), (3, 3, 3));
    assert_eq!(drive.request_kind_count(Kind::StatefulSet), 1);
}

#[test]
fn syncs_grow_with_the_pods_and_not_with_their_square() {
    for policy in POLICIES {
        let mut set = named_set("web", 100);
        set.spec.pod_management_policy = policy.into();
        let mut drive = Drive::new(set);
        drive.without_invariants();
        drive.settle();
        assert_eq!(counts(&drive), (100, 100, 100));
        // One sync for each change that reaches the cache, and a few more.
        assert!(drive.sync_count() < 100 * 8, "{policy}: {}", drive.sync_count());
    }
}

mod hist {
    //! HIST: the history of revisions.
    use std::rc::Rc;

    use kubesets::api::apps::ControllerRevision;
    use kubesets::api::labels::LabelSelector;
    use kubesets::api::{Kind, ObjectKey, ObjectMeta, Timestamp};
    use kubesets::client::Request;
    use kubesets::controllers::{controller_ref, history};
    use serde_json::json;

    use super::statefulset_drive::{Drive, Fault, named_set};

    fn parent(name: &str) -> ObjectMeta {
        ObjectMeta {
            name: name.into(),
            namespace: "default".into(),
            uid: format!("uid-{name}"),
            ..ObjectMeta::default()
        }
    }

    fn revision(of: &str, text: &str, number: i64) -> ControllerRevision {
        let labels = [("app".to_owned(), "web".to_owned())].into();
        let data = json!({ "text": text });
        history::new_controller_revision(&parent(of), Kind::StatefulSet, &labels, data, number, 0)
    }

    fn drive() -> Drive {
        Drive::new(named_set("other", 0))
    }

    fn key(revision: &ControllerRevision) -> ObjectKey {
        ObjectKey::new(Kind::ControllerRevision, "default", revision.metadata.name.clone())
    }

    #[test]
    fn hist_01_lists_its_own_and_orphans() {
        let mut drive = drive();
        let selector =
            LabelSelector { match_labels: [("app".into(), "web".into())].into(), ..LabelSelector::default() };
        let listed = |drive: &mut Drive| {
            drive.catch_up();
            history::list_controller_revisions(drive.cache(), &parent("web"), &selector).len()
        };
        assert_eq!(listed(&mut drive), 0);
        drive.request(Request::create(revision("web", "one", 1)));
        drive.request(Request::create(revision("zk", "one", 1)));
        assert_eq!(listed(&mut drive), 1);
        let mut orphan = revision("web", "two", 2);
        orphan.metadata.owner_references.clear();
        drive.request(Request::create(orphan));
        assert_eq!(listed(&mut drive), 2);
        let mut stranger = revision("web", "three", 3);
        stranger.metadata.labels.clear();
        drive.request(Request::create(stranger));
        assert_eq!(listed(&mut drive), 2);
    }

    #[test]
    fn hist_02_03_names_are_made_unique() {
        let mut drive = drive();
        let mut made = |of: &str, text: &str, count: &mut i64| {
            let revision = revision(of, text, 1);
            drive.with_api(|api| {
                history::create_controller_revision(api, &parent(of), &revision, count).unwrap()
            })
        };
        let mut count = 0;
        let first = made("web", "one", &mut count);
        // Two parents, the same content: no conflict.
        assert_ne!(made("zk", "one", &mut count).metadata.name, first.metadata.name);
        // The same content again: what is there is returned.
        assert_eq!(
            (made("web", "one", &mut count).metadata.uid.clone(), count),
            (first.metadata.uid.clone(), 0)
        );
        // The name is taken by other content: another hash.
        let mut taken = revision("web", "two", 2);
        taken.data = json!({ "text": "not two" });
        drive.request(Request::create(taken.clone()));
        let mut made = |text: &str, count: &mut i64| {
            let revision = revision("web", text, 2);
            drive.with_api(|api| {
                history::create_controller_revision(api, &parent("web"), &revision, count).unwrap()
            })
        };
        let second = made("two", &mut count);
        assert_eq!(count, 1);
        assert_ne!(second.metadata.name, taken.metadata.name);
    }

    #[test]
    fn hist_04_numbers_are_raised_past_conflicts() {
        let mut drive = drive();
        let made = drive.request(Request::create(revision("web", "one", 1)));
        let kubesets::api::Object::ControllerRevision(made) = made else { panic!("{made:?}") };
        let name: &'static str = Box::leak(made.metadata.name.clone().into_boxed_str());
        let update = |drive: &mut Drive, number: i64| {
            drive.with_api(|api| history::update_controller_revision(api, &made, number))
        };
        assert_eq!(update(&mut drive, 1).unwrap().revision, 1);
        assert_eq!(drive.requests_of(&format!("revision {name}")), 0, "an unchanged number is not written");
        drive.fail_next(Fault::Revision(name));
        assert!(update(&mut drive, 2).is_err());
        drive.fail_next(Fault::RevisionConflict(name));
        drive.fail_next(Fault::RevisionConflict(name));
        assert_eq!(update(&mut drive, 2).unwrap().revision, 2);
    }

    #[test]
    fn hist_05_deletes() {
        let mut drive = drive();
        drive.request(Request::create(revision("web", "one", 1)));
        let one = revision("web", "one", 1);
        drive.with_api(|api| history::delete_controller_revision(api, &one)).unwrap();
        assert!(
            drive.with_api(|api| history::delete_controller_revision(api, &one)).unwrap_err().is_not_found()
        );
    }

    #[test]
    fn hist_06_07_adopts_and_releases() {
        let mut drive = drive();
        let mut orphan = revision("web", "one", 1);
        orphan.metadata.owner_references.clear();
        let uid = drive.request(Request::create(orphan.clone())).meta().uid.clone();
        let (web, zk) = (parent("web"), parent("zk"));
        let adopt = |drive: &mut Drive, by: &ObjectMeta| {
            drive.with_api(|api| controller_ref::adopt(api, Kind::StatefulSet, by, &key(&orphan), &uid))
        };
        let release = |drive: &mut Drive, by: &ObjectMeta| {
            drive.with_api(|api| controller_ref::release(api, &by.uid, &key(&orphan), &uid)).unwrap()
        };
        assert!(release(&mut drive, &web).is_none(), "an orphan");
        assert!(adopt(&mut drive, &web).unwrap().meta().is_controlled_by(&web.uid));
        assert!(adopt(&mut drive, &zk).is_err(), "it is owned already");
        assert!(release(&mut drive, &zk).is_none(), "somebody else's");
        assert!(release(&mut drive, &web).unwrap().meta().controller_of().is_none());
        drive.with_api(|api| history::delete_controller_revision(api, &orphan)).unwrap();
        assert!(release(&mut drive, &web).is_none(), "gone");
        assert!(adopt(&mut drive, &web).unwrap_err().is_not_found());
    }

    #[test]
    fn hist_08_equality_is_by_content() {
        let one = Rc::new(revision("web", "one", 1));
        let again = Rc::new(revision("zk", "one", 7));
        let other = Rc::new(revision("web", "two", 2));
        assert!(history::equal_revision(&one, &again) && !history::equal_revision(&one, &other));
        let all = [Rc::clone(&one), other, again];
        assert_eq!(history::find_equal_revisions(&all, &one).len(), 2);
    }

    #[test]
    fn hist_09_sorts_by_number_then_age_then_name() {
        let made = |name: &str, number: i64, second: u64| {
            let mut revision = revision("web", name, number);
            revision.metadata.name = name.into();
            let at = kubesets::sim::Time::from_ms(second * 1000);
            revision.metadata.creation_timestamp = Some(Timestamp::at(at));
            Rc::new(revision)
        };
        let mut all = [made("d", 2, 1), made("c", 1, 9), made("b", 1, 5), made("a", 1, 9)];
        history::sort_controller_revisions(&mut all);
        let names: Vec<&str> = all.iter().map(|revision| revision.metadata.name.as_str()).collect();
        assert_eq!(names, ["b", "a", "c", "d"]);
        assert_eq!((history::next_revision(&all), history::next_revision(&[])), (3, 1));
    }

    #[test]
    fn names_are_cut_to_what_a_name_may_be() {
        let long = "a".repeat(300);
        assert_eq!(history::controller_revision_name(&long, "x").len(), 225);
    }
}

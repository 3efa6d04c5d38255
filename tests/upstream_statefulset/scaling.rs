//! Scaling: Pods by ordinal, one by one or in bursts, up and down.

use kubesets::api::apps::{StatefulSet, StatefulSetOrdinals};
use kubesets::sim::Span;

use super::statefulset_drive::{Drive, named_set};
use super::{POLICIES, counts, for_both, for_each_policy};

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

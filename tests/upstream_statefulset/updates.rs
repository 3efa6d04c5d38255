//! Updates: in which order old Pods go, what a partition keeps, and what waits for a person.

use super::statefulset_drive::Drive;
use super::{GRID, counts, for_both, for_each_policy};

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

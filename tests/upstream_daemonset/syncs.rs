//! Single syncs: Pods made and deleted, the status, failures and their back-off.

use kubesets::client::{PropagationPolicy, Request};
use kubesets::sim::Span;

use super::daemonset_drive::{Drive, target};
use super::{add_pods, orphan, other_labels, set, surging};

#[test]
fn ds_unit_02_expectations_end_with_the_set() {
    let mut drive = Drive::new(set());
    assert_eq!(drive.queued_by(|drive| drive.add_nodes(0, 1, |_| {})), ["foo"]);
    drive.hold_watches();
    assert_eq!(drive.sync(), (1, 0, 0));
    assert_eq!(drive.sync(), (0, 0, 0));
    drive.release_watches();
    assert_eq!(drive.queued_by(|drive| drive.delete_set(PropagationPolicy::Background)), ["foo"]);
    assert_eq!(
        drive.queued_by(|drive| {
            drive.request(Request::create(set()));
        }),
        ["foo"]
    );
    assert_eq!(drive.sync(), (1, 0, 0));
    assert_eq!(drive.sync_all(), (0, 0, 0));
    assert_eq!(drive.queued_by(|_| {}), [""; 0]);
}

#[test]
fn ds_unit_03_09_10_every_node_gets_a_pod() {
    assert_eq!(Drive::on_nodes(set(), 5).sync(), (5, 0, 0));
    assert_eq!(Drive::on_nodes(set(), 0).sync(), (0, 0, 0));
    assert_eq!(Drive::on_nodes(set(), 1).sync(), (1, 0, 0));
}

#[test]
fn ds_unit_05_06_failing_creations_slow_down_and_are_tried_again() {
    let mut drive = Drive::on_nodes(set(), 100);
    drive.faults.creates_left = Some(10);
    let (result, counts) = drive.try_sync();
    assert_eq!((result, counts), (Err("sync error".into()), (10, 0, 0)));
    assert!(drive.create_calls() <= 15, "{}", drive.create_calls());
    // Nothing is expected that did not come: the next sync acts, and counts.
    let (result, counts) = drive.try_sync();
    assert_eq!((result, counts), (Err("sync error".into()), (0, 0, 0)));
    let status = drive.set().status;
    let counts = (status.desired_number_scheduled, status.current_number_scheduled);
    assert_eq!((counts, status.updated_number_scheduled), ((100, 10), 10));
    drive.faults.creates_left = None;
    assert_eq!(drive.sync(), (90, 0, 0));
}

#[test]
fn ds_unit_07_31_the_status_counts_what_was_launched() {
    let mut drive = Drive::on_nodes(set(), 5);
    drive.sync();
    drive.sync();
    let set = drive.set();
    assert_eq!(set.status.current_number_scheduled, 5);
    assert_eq!(set.status.observed_generation, set.metadata.generation);
}

#[test]
fn ds_unit_08_the_error_of_the_sync_comes_first() {
    let run = |sync_fails: bool, status_fails: bool| {
        let mut drive = Drive::on_nodes(set(), 1);
        if sync_fails {
            drive.faults.creates_left = Some(0);
        } else {
            drive.add_pod("node-0");
        }
        drive.faults.status = if status_fails { 2 } else { 0 };
        drive.try_sync().0.unwrap_err()
    };
    assert_eq!(run(true, false), "sync error");
    assert_eq!(run(false, true), "error storing status for daemon set default/foo: status error");
    assert_eq!(run(true, true), "sync error");
}

#[test]
fn ds_unit_15_16_a_set_in_deletion_does_nothing() {
    let mut drive = Drive::on_nodes(set(), 5);
    drive.delete_set(PropagationPolicy::Foreground);
    // Without dependents the deletion ends at once; with a pod it waits.
    let mut drive = {
        drop(drive);
        Drive::on_nodes(set(), 5)
    };
    drive.add_pod("node-0");
    drive.delete_set(PropagationPolicy::Foreground);
    assert_eq!(drive.sync(), (0, 0, 0));
    assert_eq!(drive.reason(), "SetDeletion");

    let mut drive = Drive::on_nodes(set(), 5);
    let name = drive.add_pod_with("node-0", orphan);
    drive.catch_up();
    drive.hold_watches();
    drive.delete_set(PropagationPolicy::Foreground);
    let (result, counts) = drive.try_sync();
    assert_eq!(counts, (0, 0, 0));
    let error = result.unwrap_err();
    assert!(error.contains("can't adopt Pod default/") && error.contains("has just been deleted"), "{error}");
    assert!(drive.pod(&name).unwrap().metadata.owner_references.is_empty());
}

#[test]
fn ds_unit_19_an_empty_selector_touches_no_pod() {
    let mut empty = set();
    empty.spec.selector.match_labels.clear();
    let mut drive = Drive::on_nodes(empty, 1);
    drive.add_pod_with("node-0", other_labels);
    assert_eq!(drive.sync(), (0, 0, 1));
    assert!(drive.events()[0].starts_with("Warning SelectingAll This daemon set is selecting all pods."));
    assert_eq!(drive.all_pods().len(), 1);
    assert_eq!(drive.reason(), "Selector");
}

#[test]
fn ds_unit_20_51_existing_pods_are_kept_one_to_a_node() {
    for set in [set(), surging("1")] {
        let mut drive = Drive::on_nodes(set, 5);
        add_pods(&mut drive, &[("node-1", 1), ("node-2", 2), ("node-3", 5)]);
        for _ in 0..2 {
            drive.add_pod_with("node-4", other_labels);
        }
        assert_eq!(drive.sync(), (2, 5, 0));
        assert_eq!(drive.created(), ["node-0", "node-4"]);
    }
}

#[test]
fn ds_unit_30_ready_pods_are_counted() {
    let mut drive = Drive::on_nodes(set(), 2);
    drive.sync_all();
    assert_eq!(drive.set().status.number_ready, 0);
    drive.make_all_ready();
    drive.sync();
    assert_eq!(drive.set().status.number_ready, 2);
}

#[test]
fn ds_unit_32_failed_pods_go_and_others_come_in_the_next_sync() {
    for (failed, normal, expected) in
        [(0, 1, (0, 0, 0)), (0, 0, (1, 0, 0)), (1, 0, (0, 1, 1)), (1, 3, (0, 3, 1))]
    {
        let mut drive = Drive::on_nodes(set(), 1);
        for _ in 0..failed {
            let name = drive.add_pod("node-0");
            drive.set_phase(&name, "Failed");
        }
        for _ in 0..normal {
            drive.add_pod("node-0");
        }
        assert_eq!(drive.sync(), expected, "{failed} failed, {normal} normal");
        if failed > 0 && normal == 0 {
            assert_eq!(drive.sync(), (1, 0, 0));
        }
    }
}

#[test]
fn ds_unit_33_failed_pods_back_off() {
    let mut drive = Drive::on_nodes(set(), 1);
    let fail = |drive: &mut Drive| {
        let name = drive.add_pod("node-0");
        drive.set_phase(&name, "Failed");
    };
    drive.pass(Span::from_seconds(100));
    fail(&mut drive);
    assert_eq!(drive.sync(), (0, 1, 1));
    let event = drive.events().last().unwrap().clone();
    assert!(event.contains("SuccessfulDelete Deleted pod: "), "{event}");
    assert!(drive.events().iter().any(|event| {
        event.starts_with("Warning FailedDaemonPod Found failed daemon pod default/pod-")
            && event.ends_with(" on node node-0, will try to kill it")
    }));
    fail(&mut drive);
    assert_eq!(drive.sync(), (0, 0, 0));
    assert_eq!(drive.reason(), "FailedPodBackoff");
    assert_eq!(drive.requeued().last(), Some(&Span::from_seconds(1)));
    drive.pass(Span::from_ms(999));
    assert_eq!(drive.sync(), (0, 0, 0));
    drive.pass(Span::from_ms(1));
    assert_eq!(drive.sync(), (0, 1, 1));
    // The next wait is twice as long.
    fail(&mut drive);
    drive.pass(Span::from_ms(1999));
    assert_eq!(drive.sync(), (0, 0, 0));
    drive.pass(Span::from_ms(1));
    assert_eq!(drive.sync(), (0, 1, 1));
}

#[test]
fn ds_unit_41_a_terminating_pod_is_waited_for() {
    let mut graceful = set();
    graceful.spec.template.spec.termination_grace_period_seconds = Some(30);
    let mut drive = Drive::on_nodes(graceful, 1);
    let name = drive.add_pod("node-0");
    drive.delete_pod(&name);
    assert!(drive.pod(&name).unwrap().is_terminating());
    assert_eq!(drive.sync(), (0, 0, 0));
    assert_eq!(drive.reason(), "PodTermination");
}

#[test]
fn ds_unit_45_pending_pods_of_missing_nodes_are_deleted() {
    let mut drive = Drive::on_nodes(set(), 3);
    drive.sync();
    let pods = drive.pods();
    let of = |node: &str| {
        let pod = pods.iter().find(|pod| target(pod).as_deref() == Some(node)).unwrap();
        pod.metadata.name.clone()
    };
    let (bound, pending) = (of("node-1"), of("node-2"));
    drive.make_ready(&of("node-0"));
    drive.make_ready(&bound);
    for node in ["node-1", "node-2"] {
        let key = kubesets::api::ObjectKey::new(kubesets::api::Kind::Node, "", node);
        drive.request(Request::delete(key, kubesets::client::DeleteOptions::default()));
    }
    drive.forget_log();
    assert_eq!(drive.sync_all(), (0, 1, 0));
    assert_eq!(drive.deleted(), [pending]);
}

#[test]
fn ds_unit_57_a_status_is_written_twice_at_most() {
    for (updates, reads, calls, error) in [
        (0, 0, (1, 0), None),
        (1, 0, (2, 1), None),
        (2, 0, (2, 1), Some("status error")),
        (1, 1, (1, 1), Some("get error")),
    ] {
        let mut drive = Drive::on_nodes(set(), 1);
        drive.add_pod("node-0");
        (drive.faults.status, drive.faults.reads) = (updates, reads);
        let result = drive.try_sync().0;
        assert_eq!(drive.status_calls(), calls, "{updates} {reads}");
        match error {
            None => assert!(result.is_ok()),
            Some(error) => assert!(result.unwrap_err().ends_with(error)),
        }
    }
}

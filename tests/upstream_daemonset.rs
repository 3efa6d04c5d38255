//! Kubernetes' own unit tests of the `DaemonSet` controller, by their ids: creates, deletes and Events of
//! single syncs against the API server.
//!
//! What needs scheduler and kubelets is in `upstream_daemonset_e2e.rs`; DS-UPD-11 and tables of DS-UNIT-33 to
//! 40 stand beside the policy too.
//!
//! Adapted: upstream's stand-in for pods shows writes to the sync that made them; here the next sync sees
//! them. So the status of 05 and 07 is looked at one sync later, a sync that deletes old pods and creates new
//! ones (DS-UPD-02, 03, 06) is two, and what it does is added up. 01 has no tombstones: an informer that fell
//! behind tells deletions like any other. 12 to 14, 17 and 18 differ in capacity, network and ports, which
//! the controller does not look at: that it does not is all that can be seen. 42 likewise. 46 is seen by who
//! controls the pods afterwards, and by which revisions are kept. 47 has no second queue: the sets that a
//! node concerns are put into the first at once.

mod daemonset_drive;

use std::collections::BTreeSet;
use std::rc::Rc;

use daemonset_drive::{Drive, HASH, budgets, labelled, named_set, taint, target};
use kubesets::api::apps::ControllerRevision;
use kubesets::api::daemonset::DaemonSet;
use kubesets::api::meta::Condition;
use kubesets::api::node::Node;
use kubesets::api::pod::ContainerPort;
use kubesets::api::scheduling::Toleration;
use kubesets::api::{OwnerReference, codec};
use kubesets::client::{PropagationPolicy, Request};
use kubesets::controllers::daemonset::node_should_run_daemon_pod;
use kubesets::sim::Span;
use serde_json::json;

fn set() -> DaemonSet {
    named_set("foo")
}

/// The set with a node selector.
fn selecting(key: &str, value: &str) -> DaemonSet {
    let mut set = set();
    set.spec.template.spec.node_selector.insert(key.into(), value.into());
    set
}

fn surging(surge: &str) -> DaemonSet {
    let mut set = set();
    set.spec.update_strategy.rolling_update = Some(budgets(surge, "0"));
    set
}

fn tolerating(key: &str, effect: &str) -> DaemonSet {
    let mut set = set();
    set.spec.template.spec.tolerations.push(Toleration {
        key: key.into(),
        operator: "Exists".into(),
        effect: effect.into(),
        ..Toleration::default()
    });
    set
}

fn other_labels(pod: &mut kubesets::api::pod::Pod) {
    pod.metadata.labels = [("app".to_owned(), "bar".to_owned())].into_iter().collect();
    pod.metadata.owner_references.clear();
}

/// Pods of the set's labels that nobody controls.
fn orphan(pod: &mut kubesets::api::pod::Pod) {
    pod.metadata.owner_references.clear();
}

fn add_pods(drive: &mut Drive, pods: &[(&str, usize)]) {
    for (node, count) in pods {
        for _ in 0..*count {
            drive.add_pod_with(node, orphan);
            drive.pass(Span::from_seconds(1));
        }
    }
}

#[test]
fn ds_unit_01_a_deletion_queues_the_set() {
    let mut drive = Drive::on_nodes(set(), 1);
    drive.sync();
    assert_eq!(drive.queued_by(|drive| drive.delete_set(PropagationPolicy::Background)), ["foo"]);
}

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
fn ds_unit_04_pods_name_their_node_by_affinity() {
    let mut drive = Drive::on_nodes(set(), 5);
    drive.sync();
    let pods = drive.pods();
    assert!(pods.iter().all(|pod| pod.spec.node_name.is_empty()));
    let nodes: BTreeSet<_> = pods.iter().map(|pod| target(pod).unwrap()).collect();
    assert_eq!(nodes.len(), 5);
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
fn ds_unit_11_to_14_the_state_of_a_node_is_the_schedulers_business() {
    let not_ready = |node: &mut Node| {
        let condition = Condition { type_: "Ready".into(), status: "False".into(), ..Condition::default() };
        node.status.conditions.push(condition);
    };
    let mut drive = Drive::new(set());
    drive.add_nodes(0, 1, not_ready);
    assert_eq!(drive.sync(), (1, 0, 0));
    let unavailable = |node: &mut Node| {
        let condition =
            Condition { type_: "NetworkUnavailable".into(), status: "True".into(), ..Condition::default() };
        node.status.conditions.push(condition);
    };
    let mut drive = Drive::new(set());
    drive.add_nodes(0, 1, unavailable);
    assert_eq!(drive.sync(), (1, 0, 0));
    let room = |cpu: &'static str| {
        move |node: &mut Node| drop(node.status.allocatable.insert("cpu".into(), cpu.into()))
    };
    let mut hungry = set();
    let requests = &mut hungry.spec.template.spec.containers[0].resources.requests;
    requests.insert("cpu".into(), "75m".into());
    let mut drive = Drive::new(hungry);
    drive.add_nodes(0, 1, room("100m"));
    drive.add_pod_with("node-0", other_labels);
    assert_eq!(drive.sync(), (1, 0, 0));
    let mut drive = Drive::new(selecting("color", "blue"));
    drive.add_nodes(0, 1, room("10m"));
    drive.add_nodes(1, 1, labelled("color", "blue"));
    assert_eq!(drive.sync(), (1, 0, 0));
    assert_eq!(drive.created(), ["node-1"]);
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
fn ds_unit_17_18_ports_are_the_schedulers_business() {
    let port = |host_port: i64| ContainerPort { host_port, container_port: 1, ..ContainerPort::default() };
    let mut with_port = set();
    with_port.spec.template.spec.containers[0].ports = vec![port(666)];
    let mut drive = Drive::on_nodes(with_port, 1);
    drive.add_pod("node-0");
    assert_eq!(drive.sync(), (0, 0, 0));
    let mut with_port = set();
    with_port.spec.template.spec.containers[0].ports = vec![port(6662)];
    let mut drive = Drive::on_nodes(with_port, 1);
    drive.add_pod_with("node-0", |pod| {
        other_labels(pod);
        pod.spec.containers[0].ports = vec![port(6661)];
    });
    assert_eq!(drive.sync(), (1, 0, 0));
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
fn ds_unit_21_24_a_node_selector_chooses() {
    let mut drive = Drive::on_nodes(selecting("color", "blue"), 4);
    drive.add_nodes(4, 3, labelled("color", "blue"));
    assert_eq!(drive.sync(), (3, 0, 0));
    let mut drive = Drive::on_nodes(selecting("color", "red"), 4);
    drive.add_nodes(4, 3, labelled("color", "blue"));
    assert_eq!(drive.sync(), (0, 0, 0));
    assert_eq!(drive.reason(), "SuitableNode");
}

#[test]
fn ds_unit_22_pods_off_the_selector_go() {
    let mut drive = Drive::on_nodes(selecting("color", "blue"), 5);
    drive.add_nodes(5, 5, labelled("color", "blue"));
    add_pods(&mut drive, &[("node-1", 3), ("node-4", 1)]);
    for node in ["node-0", "node-1", "node-9"] {
        drive.add_pod_with(node, other_labels);
    }
    assert_eq!(drive.sync(), (5, 4, 0));
}

#[test]
fn ds_unit_23_a_selector_deals_with_existing_pods() {
    let mut drive = Drive::on_nodes(selecting("color", "blue"), 5);
    drive.add_nodes(5, 5, labelled("color", "blue"));
    let pods = [("node-0", 1), ("node-1", 3), ("node-2", 4), ("node-6", 13), ("node-9", 1)];
    add_pods(&mut drive, &pods);
    for node in ["node-1", "node-7", "node-9"] {
        drive.add_pod_with(node, other_labels);
    }
    assert_eq!(drive.sync(), (3, 20, 0));
    assert_eq!(drive.created(), ["node-5", "node-7", "node-8"]);
}

#[test]
fn ds_unit_25_to_28_the_template_may_name_a_node() {
    let run = |node: &str, label: Option<&str>| {
        let mut set = label.map_or_else(set, |value| selecting("color", value));
        set.spec.template.spec.node_name = node.into();
        let mut drive = Drive::on_nodes(set, 4);
        drive.add_nodes(4, 3, labelled("color", "blue"));
        drive.sync()
    };
    assert_eq!(run("node-0", None), (1, 0, 0));
    assert_eq!(run("node-10", None), (0, 0, 0));
    assert_eq!(run("node-6", Some("blue")), (1, 0, 0));
    assert_eq!(run("node-0", Some("blue")), (0, 0, 0));
}

#[test]
fn ds_unit_29_affinity_chooses() {
    let mut set = set();
    let affinity = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [{"matchExpressions": [{"key": "color", "operator": "In", "values": ["blue"]}]}]}}});
    set.spec.template.spec.affinity = Some(codec::from_value(affinity).unwrap());
    let mut drive = Drive::on_nodes(set, 4);
    drive.add_nodes(4, 3, labelled("color", "blue"));
    assert_eq!(drive.sync(), (3, 0, 0));
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
fn ds_unit_34_35_taints_leave_pods_or_drive_them_out() {
    for (effect, expected) in [("NoSchedule", (0, 0, 0)), ("NoExecute", (0, 1, 0))] {
        let mut drive = Drive::on_nodes(set(), 1);
        drive.add_pod("node-0");
        drive.edit_node("node-0", |node| node.spec.taints.push(taint("dedicated", effect)));
        assert_eq!(drive.sync(), expected, "{effect}");
    }
}

#[test]
fn ds_unit_36_to_40_taints_and_tolerations() {
    let run = |set: DaemonSet, key: &str, effect: &str| {
        let mut drive = Drive::new(set);
        drive.add_nodes(0, 1, |node| node.spec.taints.push(taint(key, effect)));
        drive.sync()
    };
    assert_eq!(run(set(), "dedicated", "NoSchedule"), (0, 0, 0));
    assert_eq!(run(tolerating("dedicated", "NoSchedule"), "dedicated", "NoSchedule"), (1, 0, 0));
    for key in ["not-ready", "unreachable"] {
        assert_eq!(run(set(), &format!("node.kubernetes.io/{key}"), "NoExecute"), (1, 0, 0));
    }
    for key in ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"] {
        assert_eq!(run(set(), &format!("node.kubernetes.io/{key}"), "NoSchedule"), (1, 0, 0));
    }
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
fn ds_unit_42_which_nodes_should_run_a_pod() {
    let mut node = Node::default();
    node.metadata.name = "test-node".into();
    node.metadata.labels.insert("type".into(), "production".into());
    node.status.allocatable.insert("cpu".into(), "100m".into());
    let fits = |node: &Node, set: &DaemonSet| {
        let fit = node_should_run_daemon_pod(node, set);
        (fit.should_run(), fit.should_continue_running())
    };
    let affinity = |value: &str| {
        let mut set = set();
        let affinity = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "type", "operator": "In", "values": [value]}]}]}}});
        set.spec.template.spec.affinity = Some(codec::from_value(affinity).unwrap());
        set
    };
    let mut hungry = set();
    hungry.spec.template.spec.containers[0].resources.requests.insert("cpu".into(), "200m".into());
    let mut elsewhere = set();
    elsewhere.spec.template.spec.node_name = "other-node".into();
    let table = [
        (set(), (true, true)),
        (hungry, (true, true)),
        (elsewhere, (false, false)),
        (selecting("type", "test"), (false, false)),
        (selecting("type", "production"), (true, true)),
        (affinity("test"), (false, false)),
        (affinity("production"), (true, true)),
    ];
    for (set, expected) in table {
        assert_eq!(fits(&node, &set), expected);
    }
    node.spec.unschedulable = true;
    assert_eq!(fits(&node, &set()), (true, true));
}

#[test]
fn ds_unit_43_47_nodes_queue_the_sets_that_they_concern() {
    let mut drive = Drive::new(selecting("color", "blue"));
    assert_eq!(drive.queued_by(|drive| drive.add_nodes(0, 1, |_| {})), [""; 0]);
    assert_eq!(drive.queued_by(|drive| drive.add_nodes(1, 1, labelled("color", "blue"))), ["foo"]);
    assert_eq!(drive.sync(), (1, 0, 0));
    drive.make_all_ready();
    drive.sync_all();
    let edited = |drive: &mut Drive, edit: fn(&mut Node)| drive.queued_by(|d| d.edit_node("node-1", edit));
    assert_eq!(edited(&mut drive, |_| {}), [""; 0]);
    let room = |node: &mut Node| drop(node.status.allocatable.insert("cpu".into(), "9".into()));
    assert_eq!(edited(&mut drive, room), [""; 0]);
    assert_eq!(edited(&mut drive, |node| node.spec.taints.push(taint("a", "NoSchedule"))), [""; 0]);
    assert_eq!(edited(&mut drive, |node| node.spec.taints.push(taint("b", "NoExecute"))), ["foo"]);
    assert_eq!(drive.sync(), (0, 1, 0));
    assert_eq!(edited(&mut drive, |node| node.spec.taints.clear()), ["foo"]);
    assert_eq!(drive.sync(), (1, 0, 0));
    drive.make_all_ready();
    drive.sync_all();
    assert_eq!(edited(&mut drive, |node| drop(node.metadata.labels.remove("color"))), ["foo"]);
    assert_eq!(drive.sync(), (0, 1, 0));
}

/// A node that suits again, or no longer, is counted anew while pods are where they should not be.
#[test]
fn nodes_queue_sets_with_misscheduled_pods() {
    let mut drive = Drive::on_nodes(set(), 2);
    drive.sync();
    drive.make_all_ready();
    drive.sync_all();
    let tainted = |node: &mut Node| node.spec.taints.push(taint("a", "NoSchedule"));
    assert_eq!(drive.queued_by(|drive| drive.edit_node("node-1", tainted)), [""; 0]);
    drive.sync_all();
    assert_eq!(drive.set().status.number_misscheduled, 1);
    assert_eq!(drive.queued_by(|drive| drive.edit_node("node-1", |node| node.spec.taints.clear())), ["foo"]);
    drive.sync_all();
    assert_eq!(drive.set().status.number_misscheduled, 0);
}

#[test]
fn ds_unit_44_pods_of_others_queue_nothing() {
    let mut drive = Drive::on_nodes(set(), 1);
    let foreign = |controlled: bool, bound: bool| {
        move |pod: &mut kubesets::api::pod::Pod| {
            other_labels(pod);
            if controlled {
                let mut meta = kubesets::api::ObjectMeta::default();
                (meta.name, meta.uid) = ("other".into(), "uid-other".into());
                pod.metadata.owner_references = vec![OwnerReference::controller("v1", "ReplicaSet", &meta)];
            }
            if !bound {
                pod.spec.node_name.clear();
            }
        }
    };
    for (controlled, bound) in [(false, true), (true, true), (false, false)] {
        let name = drive.add_pod_with("node-0", foreign(controlled, bound));
        assert_eq!(drive.queued_by(|drive| drive.delete_pod(&name)), [""; 0]);
    }
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
fn ds_unit_46_which_pods_are_the_sets() {
    let mut graceful = set();
    graceful.spec.template.spec.termination_grace_period_seconds = Some(30);
    graceful.spec.revision_history_limit = Some(0);
    let mut drive = Drive::on_nodes(graceful, 6);
    drive.sync();
    let made: Vec<_> = drive.pods().iter().map(|pod| pod.metadata.name.clone()).collect();
    for name in &made {
        drive.make_ready(name);
    }
    drive.sync_all();
    let adopted = drive.add_pod_with("node-0", orphan);
    let stranger = drive.add_pod_with("node-1", other_labels);
    let released = made[2].clone();
    drive.edit_pod(&released, |pod| drop(pod.metadata.labels.insert("app".into(), "bar".into())));
    let other = OwnerReference { uid: "uid-other".into(), name: "other".into(), ..drive.owner() };
    let stolen = drive.add_pod_with("node-3", |pod| pod.metadata.owner_references = vec![other.clone()]);
    drive.sync();
    let owner_of = |drive: &Drive, name: &str| {
        let pod = drive.pod(name).unwrap();
        pod.metadata.controller_of().map(|owner| owner.name.clone())
    };
    assert_eq!(owner_of(&drive, &adopted), Some("foo".into()));
    assert_eq!(owner_of(&drive, &stranger), None);
    assert_eq!(owner_of(&drive, &released), None);
    assert_eq!(owner_of(&drive, &stolen), Some("other".into()));
    // A pod that has ended and is being deleted makes room, and still keeps its revision.
    let ended = made[4].clone();
    let old_hash = drive.pod(&ended).unwrap().metadata.labels[HASH].clone();
    drive.delete_pod(&ended);
    drive.set_phase(&ended, "Failed");
    drive.set_image("foo/new");
    drive.sync_all();
    drive.make_all_ready();
    for _ in 0..8 {
        let leaving: Vec<_> = drive.all_pods().into_iter().filter(|pod| pod.is_terminating()).collect();
        for pod in leaving.iter().filter(|pod| pod.metadata.name != ended) {
            let key = kubesets::api::ObjectKey::new(kubesets::api::Kind::Pod, "default", &*pod.metadata.name);
            let options = kubesets::client::DeleteOptions {
                grace_period_seconds: Some(0),
                ..kubesets::client::DeleteOptions::default()
            };
            drive.request(Request::delete(key, options));
        }
        drive.sync_all();
        drive.make_all_ready();
    }
    let hashes = |drive: &Drive| -> Vec<String> {
        drive.revisions().iter().map(|revision| revision.metadata.labels[HASH].clone()).collect()
    };
    assert!(hashes(&drive).contains(&old_hash) && drive.pod(&ended).is_some());
}

#[test]
fn ds_unit_48_new_pods_queue_their_set_or_those_that_they_fit() {
    let mut drive = Drive::on_nodes(named_set("foo1"), 1);
    drive.request(Request::create(named_set("foo2")));
    let mut foo3 = named_set("foo3");
    foo3.spec.selector.match_labels.insert("app".into(), "else".into());
    drive.request(Request::create(foo3));
    assert_eq!(drive.queued_by(|drive| drop(drive.add_pod("node-0"))), ["foo1"]);
    assert_eq!(drive.queued_by(|drive| drop(drive.add_pod_with("node-0", orphan))), ["foo1", "foo2"]);
}

#[test]
fn ds_unit_49_changed_pods_queue_old_and_new_owners() {
    let mut drive = Drive::on_nodes(named_set("foo1"), 1);
    let foo2 = drive.request(Request::create(named_set("foo2")));
    let note =
        |pod: &mut kubesets::api::pod::Pod| drop(pod.metadata.annotations.insert("a".into(), "b".into()));
    let owned = drive.add_pod("node-0");
    assert_eq!(drive.queued_by(|drive| drive.edit_pod(&owned, note)), ["foo1"]);
    let orphaned = drive.add_pod_with("node-0", orphan);
    assert_eq!(drive.queued_by(|drive| drive.edit_pod(&orphaned, note)), [""; 0]);
    let relabel =
        |pod: &mut kubesets::api::pod::Pod| drop(pod.metadata.labels.insert("foo2".into(), "b".into()));
    assert_eq!(drive.queued_by(|drive| drive.edit_pod(&orphaned, relabel)), ["foo1", "foo2"]);
    let to_foo2 = OwnerReference::controller("apps/v1", "DaemonSet", foo2.meta());
    let give = move |pod: &mut kubesets::api::pod::Pod| pod.metadata.owner_references = vec![to_foo2];
    assert_eq!(drive.queued_by(|drive| drive.edit_pod(&owned, give)), ["foo1", "foo2"]);
    let free = |pod: &mut kubesets::api::pod::Pod| pod.metadata.owner_references.clear();
    assert_eq!(drive.queued_by(|drive| drive.edit_pod(&owned, free)), ["foo1", "foo2"]);
}

#[test]
fn ds_unit_50_deleted_pods_queue_their_set() {
    let mut drive = Drive::on_nodes(named_set("foo1"), 1);
    drive.request(Request::create(named_set("foo2")));
    let owned = drive.add_pod("node-0");
    assert_eq!(drive.queued_by(|drive| drive.delete_pod(&owned)), ["foo1"]);
    let orphaned = drive.add_pod_with("node-0", orphan);
    assert_eq!(drive.queued_by(|drive| drive.delete_pod(&orphaned)), [""; 0]);
}

/// Five nodes; a pod of the newest revision on node-1, beside two old ones, and one on node-2.
fn surge_scene(min_ready_seconds: i64) -> (Drive, [String; 3]) {
    let mut set = surging("1");
    set.spec.min_ready_seconds = min_ready_seconds;
    let mut drive = Drive::on_nodes(set, 0);
    drive.sync_all();
    drive.add_nodes(0, 5, |_| {});
    let old = |pod: &mut kubesets::api::pod::Pod| drop(pod.metadata.labels.insert(HASH.into(), "old".into()));
    drive.pass(Span::from_seconds(50));
    let older = drive.add_pod_with("node-1", old);
    drive.pass(Span::from_seconds(10));
    let younger = drive.add_pod_with("node-1", old);
    drive.pass(Span::from_seconds(40));
    let current = drive.add_pod("node-1");
    drive.add_pod("node-2");
    (drive, [current, older, younger])
}

#[test]
fn ds_unit_52_old_ready_pods_are_kept_one_to_a_node() {
    let (mut drive, [_, older, younger]) = surge_scene(0);
    drive.make_ready(&older);
    drive.make_ready(&younger);
    assert_eq!(drive.sync(), (3, 1, 0));
    assert_eq!(drive.deleted(), [younger]);
}

#[test]
fn ds_unit_53_a_node_with_a_leaving_old_pod_gets_its_new_one_beyond_the_surge() {
    let mut set = surging("1");
    set.spec.template.spec.termination_grace_period_seconds = Some(30);
    let mut drive = Drive::on_nodes(set, 0);
    drive.sync_all();
    drive.add_nodes(0, 5, |_| {});
    let old = |pod: &mut kubesets::api::pod::Pod| drop(pod.metadata.labels.insert(HASH.into(), "old".into()));
    drive.add_pod("node-0");
    let mut last = String::new();
    for number in 0..5 {
        last = drive.add_pod_with(&format!("node-{number}"), old);
        drive.make_ready(&last);
    }
    drive.delete_pod(&last);
    assert_eq!(drive.sync(), (1, 0, 0));
    assert_eq!(drive.created(), ["node-4"]);
    assert_eq!(drive.sync_all(), (0, 0, 0));
    assert_eq!(drive.reason(), "MaxSurge");
}

#[test]
fn ds_unit_54_old_pods_that_are_not_ready_go() {
    let (mut drive, [_, older, younger]) = surge_scene(0);
    drive.make_ready(&younger);
    assert_eq!(drive.sync(), (3, 2, 0));
    let gone: BTreeSet<_> = drive.deleted().iter().cloned().collect();
    assert_eq!(gone, [older, younger].into());
}

#[test]
fn ds_unit_55_56_the_old_pod_stays_until_the_new_one_is_available() {
    for (ready_for, expected) in [(10, (3, 1, 0)), (20, (3, 2, 0))] {
        let (mut drive, [current, older, younger]) = surge_scene(15);
        for name in [&current, &older, &younger] {
            drive.make_ready(name);
        }
        drive.pass(Span::from_seconds(ready_for));
        assert_eq!(drive.sync(), expected, "ready for {ready_for} s");
    }
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

/// A set with this strategy on so many nodes, with a ready pod on each, and then with another image.
fn updating(max_surge: &str, max_unavailable: &str, nodes: usize, ready: bool) -> Drive {
    let mut set = set();
    set.spec.update_strategy.rolling_update = Some(budgets(max_surge, max_unavailable));
    let mut drive = Drive::on_nodes(set, nodes);
    assert_eq!(drive.sync(), (nodes, 0, 0));
    drive.sync_all();
    if ready {
        drive.make_all_ready();
        drive.sync_all();
    }
    drive.set_image("foo2/bar2");
    drive
}

#[test]
fn ds_upd_01_pods_are_updated_within_the_budget() {
    let mut drive = updating("0", "2", 5, true);
    for count in [2, 2, 1] {
        assert_eq!(drive.sync(), (0, count, 0));
        assert_eq!(drive.sync(), (count, 0, 0));
        assert_eq!(drive.sync(), (0, 0, 0));
        drive.make_all_ready();
    }
    assert_eq!(drive.sync_all(), (0, 0, 0));
    assert_eq!(drive.names_with_image("foo2/bar2").len(), 5);
}

#[test]
fn ds_upd_02_pods_are_updated_by_surge() {
    let mut drive = updating("2", "0", 5, true);
    for expected in [(2, 0, 0), (2, 2, 0), (1, 2, 0), (0, 1, 0)] {
        assert_eq!(drive.sync_all(), expected);
        assert_eq!(drive.sync(), (0, 0, 0));
        drive.make_all_ready();
    }
    assert_eq!(drive.sync_all(), (0, 0, 0));
    assert!(drive.by_node().values().all(|count| *count == 1));
}

#[test]
fn ds_upd_03_old_pods_of_nodes_that_no_longer_suit_serve_until_others_do() {
    let mut tolerant = tolerating("taint-1", "NoSchedule");
    tolerant.spec.update_strategy.rolling_update = Some(budgets("1", "0"));
    let mut drive = Drive::new(tolerant);
    for number in 0..5 {
        drive.add_nodes(number, 1, |node| node.spec.taints.push(taint("taint-1", "NoSchedule")));
    }
    for number in 5..10 {
        drive.add_nodes(number, 1, |node| node.spec.taints.push(taint("taint-2", "NoSchedule")));
    }
    assert_eq!(drive.sync(), (5, 0, 0));
    drive.make_all_ready();
    drive.sync_all();
    // The other half of the nodes suits now, and gets its pods at once: they are not there to be updated.
    let other = tolerating("taint-2", "NoSchedule");
    drive.edit_set(|set| set.spec.template.spec.tolerations = other.spec.template.spec.tolerations.clone());
    assert_eq!(drive.sync_all(), (5, 0, 0));
    assert_eq!(drive.reason(), "Sunset");
    // One old pod goes for each new one that serves in its place.
    let new: Vec<_> =
        drive.pods().iter().filter(|pod| !pod.is_ready()).map(|pod| pod.metadata.name.clone()).collect();
    for name in new {
        drive.make_ready(&name);
        assert_eq!(drive.sync_all(), (0, 1, 0));
    }
    assert_eq!(drive.sync_all(), (0, 0, 0));
    assert_eq!(drive.pods().len(), 5);
}

#[test]
fn ds_upd_04_new_pods_that_are_never_ready_stop_the_update() {
    let mut drive = updating("0", "3", 5, true);
    assert_eq!(drive.sync(), (0, 3, 0));
    assert_eq!(drive.sync(), (3, 0, 0));
    for _ in 0..5 {
        assert_eq!(drive.sync(), (0, 0, 0));
    }
    assert_eq!(drive.reason(), "MaxUnavailable");
    assert_eq!(drive.names_with_image("foo/bar").len(), 2);
}

#[test]
fn ds_upd_05_old_pods_that_are_not_ready_cost_nothing() {
    let mut drive = updating("0", "3", 5, false);
    assert_eq!(drive.sync(), (0, 5, 0));
    assert_eq!(drive.sync(), (5, 0, 0));
    assert_eq!(drive.sync(), (0, 0, 0));
}

#[test]
fn ds_upd_06_old_pods_that_are_not_ready_cost_no_surge() {
    let mut drive = updating("3", "0", 5, false);
    // The old ones are not ready: once the new ones are there, they go.
    assert_eq!(drive.sync(), (5, 0, 0));
    assert_eq!(drive.sync(), (0, 5, 0));
    drive.make_all_ready();
    drive.sync_all();
    drive.edit_set(|set| {
        set.spec.min_ready_seconds = 15;
        set.spec.template.spec.containers[0].image = "foo3/bar3".into();
    });
    drive.pass(Span::from_seconds(20));
    assert_eq!(drive.sync_all(), (3, 0, 0));
    // A node whose old pod is no longer ready gets its new one beyond the surge.
    let surged: BTreeSet<_> =
        drive.by_node().into_iter().filter(|(_, count)| *count == 2).map(|(node, _)| node).collect();
    let pods = drive.pods();
    let waiting = pods.iter().find(|pod| !surged.contains(&target(pod).unwrap())).unwrap();
    drive.set_phase(&waiting.metadata.name, "Running");
    assert_eq!(drive.sync(), (1, 0, 0));
    assert_eq!(drive.sync(), (0, 1, 0));
    drive.make_all_ready();
    assert_eq!(drive.sync_all(), (0, 0, 0));
    drive.pass(Span::from_seconds(15));
    assert_eq!(drive.sync_all(), (1, 3, 0));
    drive.make_all_ready();
    drive.pass(Span::from_seconds(15));
    assert_eq!(drive.sync_all(), (0, 1, 0));
    assert_eq!(drive.sync_all(), (0, 0, 0));
}

#[test]
fn ds_upd_07_pods_that_are_not_ready_are_replaced_first() {
    let mut drive = updating("0", "2", 5, true);
    let names: Vec<_> = drive.pods().iter().map(|pod| pod.metadata.name.clone()).collect();
    for name in &names[..2] {
        drive.set_phase(name, "Running");
    }
    let kept: BTreeSet<_> = names[2..].iter().cloned().collect();
    for image in ["foo2/bar2", "foo3/bar3"] {
        drive.set_image(image);
        assert_eq!(drive.sync(), (0, 2, 0), "{image}");
        assert_eq!(drive.sync(), (2, 0, 0), "{image}");
        assert_eq!(drive.sync(), (0, 0, 0), "{image}");
        assert_eq!(drive.names_with_image("foo/bar"), kept);
    }
}

#[test]
fn ds_upd_08_healthy_old_pods_outlive_broken_updates() {
    let mut drive = updating("0", "10", 20, true);
    assert_eq!(drive.sync(), (0, 10, 0));
    assert_eq!(drive.sync(), (10, 0, 0));
    let healthy = drive.names_with_image("foo/bar");
    assert_eq!(healthy.len(), 10);
    let replaced_nodes: BTreeSet<_> = drive.created()[20..].iter().cloned().collect();
    for (number, max_unavailable) in ["10", "5", "1", "9"].iter().enumerate() {
        drive.forget_log();
        drive.set_budgets("0", max_unavailable);
        drive.set_image(&format!("broken/{number}"));
        assert_eq!(drive.sync(), (0, 10, 0), "{max_unavailable}");
        assert_eq!(drive.sync(), (10, 0, 0), "{max_unavailable}");
        assert_eq!(drive.sync(), (0, 0, 0), "{max_unavailable}");
        assert_eq!(drive.names_with_image("foo/bar"), healthy);
        assert_eq!(drive.created().iter().cloned().collect::<BTreeSet<_>>(), replaced_nodes);
    }
    drive.set_budgets("0", "11");
    assert_eq!(drive.sync(), (0, 1, 0));
    assert_eq!(drive.sync(), (1, 0, 0));
    assert_eq!(drive.sync(), (0, 0, 0));
    assert_eq!(drive.names_with_image("foo/bar").len(), 9);
}

#[test]
fn ds_upd_09_only_unavailable_old_pods_go_when_the_budget_is_used_up() {
    let mut drive = Drive::on_nodes(set(), 0);
    drive.set_budgets("0", "10");
    drive.sync_all();
    drive.add_nodes(0, 100, |_| {});
    let old = |pod: &mut kubesets::api::pod::Pod| drop(pod.metadata.labels.insert(HASH.into(), "old".into()));
    for number in 0..88 {
        drive.add_pod(&format!("node-{number}"));
    }
    let unavailable: BTreeSet<_> =
        (88..90).map(|number| drive.add_pod_with(&format!("node-{number}"), old)).collect();
    for number in 90..100 {
        let name = drive.add_pod_with(&format!("node-{number}"), old);
        drive.make_ready(&name);
    }
    assert_eq!(drive.sync(), (0, 2, 0));
    assert_eq!(drive.deleted().iter().cloned().collect::<BTreeSet<_>>(), unavailable);
}

#[test]
fn ds_upd_10_another_strategy_is_no_other_template() {
    let mut drive = Drive::on_nodes(set(), 3);
    drive.sync();
    drive.make_all_ready();
    drive.sync_all();
    drive.set_budgets("0", "2");
    assert_eq!(drive.sync_all(), (0, 0, 0));
    assert_eq!(drive.revisions().len(), 1);
}

#[test]
fn ds_upd_12_revisions_are_adopted_and_released_as_pods_are() {
    let mut drive = Drive::on_nodes(set(), 1);
    drive.sync_all();
    let own = drive.newest_revision().unwrap();
    let plant = |drive: &mut Drive, name: &str, edit: &dyn Fn(&mut ControllerRevision)| {
        let mut revision = (*own).clone();
        revision.metadata = kubesets::api::ObjectMeta { name: name.into(), ..revision.metadata };
        revision.metadata.uid.clear();
        revision.metadata.resource_version = kubesets::api::meta::ResourceVersion::default();
        revision.metadata.owner_references.clear();
        revision.data = json!({"spec": {"template": {"$patch": "replace", "name": name}}});
        revision.metadata.labels.insert(HASH.into(), name.into());
        edit(&mut revision);
        drive.request(Request::create(revision));
    };
    let mut other_namespace = kubesets::api::object::Opaque::default();
    other_namespace.metadata.name = "other".into();
    drive.request(Request::create(kubesets::api::Object::Namespace(Rc::new(other_namespace))));
    plant(&mut drive, "orphan", &|_| {});
    plant(&mut drive, "elsewhere", &|revision| revision.metadata.namespace = "other".into());
    plant(&mut drive, "stranger", &|revision| {
        drop(revision.metadata.labels.insert("app".into(), "bar".into()));
    });
    let other = OwnerReference { uid: "uid-other".into(), ..own.metadata.owner_references[0].clone() };
    plant(&mut drive, "owned", &|revision| revision.metadata.owner_references = vec![other.clone()]);
    drive.sync_all();
    let uid = drive.set().metadata.uid;
    let revisions = drive.revisions();
    let mine = revisions.iter().filter(|revision| revision.metadata.is_controlled_by(&uid));
    let mine: BTreeSet<_> = mine.map(|revision| revision.metadata.name.clone()).collect();
    assert_eq!(mine, [own.metadata.name.clone(), "orphan".to_owned()].into());
}

/// DS-INT-07: a name that other content has taken raises the collision count, and the next try has another.
#[test]
fn ds_int_07_a_taken_name_raises_the_collision_count() {
    let mut drive = Drive::on_nodes(set(), 1);
    drive.sync_all();
    let first = drive.newest_revision().unwrap();
    // What the new template's revision will be called: another server tells.
    let mut changed = set();
    changed.spec.template.spec.termination_grace_period_seconds = Some(1);
    let mut other = Drive::on_nodes(changed, 1);
    other.sync();
    let wanted = other.newest_revision().unwrap().metadata.name.clone();
    let mut planted = (*first).clone();
    planted.metadata.name.clone_from(&wanted);
    planted.metadata.uid.clear();
    planted.metadata.resource_version = kubesets::api::meta::ResourceVersion::default();
    planted.revision = first.revision + 1;
    drive.request(Request::create(planted));
    drive.edit_set(|set| set.spec.template.spec.termination_grace_period_seconds = Some(1));
    drive.make_all_ready();
    let (result, _) = drive.try_sync();
    assert!(result.unwrap_err().contains("already exists"));
    assert_eq!(drive.set().status.collision_count, Some(1));
    drive.sync_all();
    let newest = drive.newest_revision().unwrap();
    assert_ne!(newest.metadata.name, wanted);
    let pods = drive.pods();
    assert_eq!(pods[0].metadata.labels[HASH], newest.metadata.labels[HASH]);
    assert_eq!(drive.set().status.collision_count, Some(1));
}

/// DS-INT-08: of revisions with the same content the newest stays, and the pods get its hash.
#[test]
fn ds_int_08_pods_follow_the_revision_that_is_kept() {
    let mut drive = Drive::on_nodes(set(), 1);
    drive.sync_all();
    let first = drive.newest_revision().unwrap();
    let mut planted = (*first).clone();
    planted.metadata.name = format!("{}-copy", first.metadata.name);
    planted.metadata.uid.clear();
    planted.metadata.resource_version = kubesets::api::meta::ResourceVersion::default();
    planted.metadata.labels.insert(HASH.into(), "planted".into());
    planted.revision = first.revision + 1;
    drive.request(Request::create(planted));
    drive.add_nodes(1, 1, |_| {});
    drive.sync_all();
    let left: Vec<_> = drive.revisions().iter().map(|revision| revision.revision).collect();
    assert_eq!(left, [first.revision + 1]);
    assert_eq!(drive.pods().len(), 2);
    assert!(drive.pods().iter().all(|pod| pod.metadata.labels[HASH] == "planted"));
}

/// A revision that comes back gets the highest number; old ones that no pod has go beyond the limit.
#[test]
fn revisions_are_renumbered_and_cleaned_up() {
    let mut limited = set();
    limited.spec.revision_history_limit = Some(1);
    let mut drive = Drive::on_nodes(limited, 1);
    let numbers = |drive: &Drive| -> Vec<i64> { drive.revisions().iter().map(|r| r.revision).collect() };
    let roll = |drive: &mut Drive, image: &str| {
        drive.set_image(image);
        for _ in 0..4 {
            drive.sync_all();
            drive.make_all_ready();
        }
    };
    roll(&mut drive, "foo/bar");
    roll(&mut drive, "two");
    assert_eq!(numbers(&drive), [1, 2]);
    roll(&mut drive, "foo/bar");
    assert_eq!(numbers(&drive), [2, 3]);
    roll(&mut drive, "three");
    assert_eq!(numbers(&drive), [3, 4]);
}

/// Upstream takes a revision whose name is taken and whose content is right, whoever controls it
/// (`snapshot`): it keeps its number, and the pods of its template are the new ones.
#[test]
fn a_revision_that_a_namesake_has_left_is_taken_over_as_it_is() {
    let mut drive = Drive::on_nodes(set(), 1);
    drive.sync_all();
    let left = drive.newest_revision().unwrap();
    // Nobody collects here what the first set has left.
    drive.delete_set(PropagationPolicy::Background);
    for pod in drive.all_pods() {
        drive.delete_pod(&pod.metadata.name);
    }
    let mut other = set();
    other.spec.template.spec.containers[0].image = "other".into();
    drive.request(Request::create(other));
    let numbers = |drive: &Drive| -> Vec<i64> { drive.revisions().iter().map(|r| r.revision).collect() };
    let hashes = |drive: &Drive| -> Vec<String> {
        drive.pods().iter().map(|pod| pod.metadata.labels[HASH].clone()).collect()
    };
    let settle = |drive: &mut Drive| {
        for _ in 0..4 {
            drive.sync_all();
            drive.make_all_ready();
        }
    };
    settle(&mut drive);
    assert_eq!(numbers(&drive), [1, 1], "it knows nothing of the other one");
    assert_ne!(hashes(&drive), [left.metadata.labels[HASH].clone()]);
    drive.set_image("foo/bar");
    let (created, deleted, _) = drive.sync();
    assert_eq!((created, deleted), (0, 1), "the pod of the other template is an old one");
    settle(&mut drive);
    assert_eq!(hashes(&drive), [left.metadata.labels[HASH].clone()]);
    assert_eq!(numbers(&drive), [1, 1]);
}

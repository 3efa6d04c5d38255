//! Which nodes get a Pod: selectors, affinity, names and taints.

use kubesets::api::codec;
use kubesets::api::daemonset::DaemonSet;
use kubesets::api::meta::Condition;
use kubesets::api::node::Node;
use kubesets::api::pod::ContainerPort;
use kubesets::controllers::daemonset::node_should_run_daemon_pod;
use serde_json::json;
use std::collections::BTreeSet;

use super::daemonset_drive::{Drive, labelled, taint, target};
use super::{add_pods, other_labels, selecting, set, tolerating};

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

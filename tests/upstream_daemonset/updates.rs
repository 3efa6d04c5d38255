//! Rolling updates: budgets, surges, and what is kept while new Pods are broken.

use kubesets::sim::Span;
use std::collections::BTreeSet;

use super::daemonset_drive::{Drive, HASH, budgets, taint, target};
use super::{set, surging, tolerating};

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

//! What puts a set into the queue: changes of nodes, of Pods and of the set.

use kubesets::api::OwnerReference;
use kubesets::api::node::Node;
use kubesets::client::{PropagationPolicy, Request};

use super::daemonset_drive::{Drive, HASH, labelled, named_set, taint};
use super::{orphan, other_labels, selecting, set};

#[test]
fn ds_unit_01_a_deletion_queues_the_set() {
    let mut drive = Drive::on_nodes(set(), 1);
    drive.sync();
    assert_eq!(drive.queued_by(|drive| drive.delete_set(PropagationPolicy::Background)), ["foo"]);
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

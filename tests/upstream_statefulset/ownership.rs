//! Whose Pods they are: adopted, let go, and those of sets in deletion or of a namesake.

use kubesets::api::{Kind, Timestamp};
use kubesets::client::{Preconditions, Request};

use super::statefulset_drive::{Drive, named_set};
use super::{counts, for_both};

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

//! Revisions: made, found again, renumbered, adopted and forgotten.

use super::statefulset_drive::{Drive, named_set};
use super::{GRID, for_both};

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

//! Revisions: adopted and released, renumbered, cleaned up, and names that are taken.

use kubesets::api::OwnerReference;
use kubesets::api::apps::ControllerRevision;
use kubesets::client::{PropagationPolicy, Request};
use serde_json::json;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::daemonset_drive::{Drive, HASH};
use super::set;

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

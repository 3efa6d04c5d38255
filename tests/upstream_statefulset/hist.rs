//! HIST: the history of revisions.

use std::rc::Rc;

use kubesets::api::apps::ControllerRevision;
use kubesets::api::labels::LabelSelector;
use kubesets::api::{Kind, ObjectKey, ObjectMeta, Timestamp};
use kubesets::client::Request;
use kubesets::controllers::{controller_ref, history};
use serde_json::json;

use super::statefulset_drive::{Drive, Fault, named_set};

fn parent(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: name.into(),
        namespace: "default".into(),
        uid: format!("uid-{name}"),
        ..ObjectMeta::default()
    }
}

fn revision(of: &str, text: &str, number: i64) -> ControllerRevision {
    let labels = [("app".to_owned(), "web".to_owned())].into();
    let data = json!({ "text": text });
    history::new_controller_revision(&parent(of), Kind::StatefulSet, &labels, data, number, 0)
}

fn drive() -> Drive {
    Drive::new(named_set("other", 0))
}

fn key(revision: &ControllerRevision) -> ObjectKey {
    ObjectKey::new(Kind::ControllerRevision, "default", revision.metadata.name.clone())
}

#[test]
fn hist_01_lists_its_own_and_orphans() {
    let mut drive = drive();
    let selector =
        LabelSelector { match_labels: [("app".into(), "web".into())].into(), ..LabelSelector::default() };
    let listed = |drive: &mut Drive| {
        drive.catch_up();
        history::list_controller_revisions(drive.cache(), &parent("web"), &selector).len()
    };
    assert_eq!(listed(&mut drive), 0);
    drive.request(Request::create(revision("web", "one", 1)));
    drive.request(Request::create(revision("zk", "one", 1)));
    assert_eq!(listed(&mut drive), 1);
    let mut orphan = revision("web", "two", 2);
    orphan.metadata.owner_references.clear();
    drive.request(Request::create(orphan));
    assert_eq!(listed(&mut drive), 2);
    let mut stranger = revision("web", "three", 3);
    stranger.metadata.labels.clear();
    drive.request(Request::create(stranger));
    assert_eq!(listed(&mut drive), 2);
}

#[test]
fn hist_02_03_names_are_made_unique() {
    let mut drive = drive();
    let mut made = |of: &str, text: &str, count: &mut i64| {
        let revision = revision(of, text, 1);
        drive.with_api(|api| history::create_controller_revision(api, &parent(of), &revision, count).unwrap())
    };
    let mut count = 0;
    let first = made("web", "one", &mut count);
    // Two parents, the same content: no conflict.
    assert_ne!(made("zk", "one", &mut count).metadata.name, first.metadata.name);
    // The same content again: what is there is returned.
    assert_eq!((made("web", "one", &mut count).metadata.uid.clone(), count), (first.metadata.uid.clone(), 0));
    // The name is taken by other content: another hash.
    let mut taken = revision("web", "two", 2);
    taken.data = json!({ "text": "not two" });
    drive.request(Request::create(taken.clone()));
    let mut made = |text: &str, count: &mut i64| {
        let revision = revision("web", text, 2);
        drive.with_api(|api| {
            history::create_controller_revision(api, &parent("web"), &revision, count).unwrap()
        })
    };
    let second = made("two", &mut count);
    assert_eq!(count, 1);
    assert_ne!(second.metadata.name, taken.metadata.name);
}

#[test]
fn hist_04_numbers_are_raised_past_conflicts() {
    let mut drive = drive();
    let made = drive.request(Request::create(revision("web", "one", 1)));
    let kubesets::api::Object::ControllerRevision(made) = made else { panic!("{made:?}") };
    let name: &'static str = Box::leak(made.metadata.name.clone().into_boxed_str());
    let update = |drive: &mut Drive, number: i64| {
        drive.with_api(|api| history::update_controller_revision(api, &made, number))
    };
    assert_eq!(update(&mut drive, 1).unwrap().revision, 1);
    assert_eq!(drive.requests_of(&format!("revision {name}")), 0, "an unchanged number is not written");
    drive.fail_next(Fault::Revision(name));
    assert!(update(&mut drive, 2).is_err());
    drive.fail_next(Fault::RevisionConflict(name));
    drive.fail_next(Fault::RevisionConflict(name));
    assert_eq!(update(&mut drive, 2).unwrap().revision, 2);
}

#[test]
fn hist_05_deletes() {
    let mut drive = drive();
    drive.request(Request::create(revision("web", "one", 1)));
    let one = revision("web", "one", 1);
    drive.with_api(|api| history::delete_controller_revision(api, &one)).unwrap();
    assert!(drive.with_api(|api| history::delete_controller_revision(api, &one)).unwrap_err().is_not_found());
}

#[test]
fn hist_06_07_adopts_and_releases() {
    let mut drive = drive();
    let mut orphan = revision("web", "one", 1);
    orphan.metadata.owner_references.clear();
    let uid = drive.request(Request::create(orphan.clone())).meta().uid.clone();
    let (web, zk) = (parent("web"), parent("zk"));
    let adopt = |drive: &mut Drive, by: &ObjectMeta| {
        drive.with_api(|api| controller_ref::adopt(api, Kind::StatefulSet, by, &key(&orphan), &uid))
    };
    let release = |drive: &mut Drive, by: &ObjectMeta| {
        drive.with_api(|api| controller_ref::release(api, &by.uid, &key(&orphan), &uid)).unwrap()
    };
    assert!(release(&mut drive, &web).is_none(), "an orphan");
    assert!(adopt(&mut drive, &web).unwrap().meta().is_controlled_by(&web.uid));
    assert!(adopt(&mut drive, &zk).is_err(), "it is owned already");
    assert!(release(&mut drive, &zk).is_none(), "somebody else's");
    assert!(release(&mut drive, &web).unwrap().meta().controller_of().is_none());
    drive.with_api(|api| history::delete_controller_revision(api, &orphan)).unwrap();
    assert!(release(&mut drive, &web).is_none(), "gone");
    assert!(adopt(&mut drive, &web).unwrap_err().is_not_found());
}

#[test]
fn hist_08_equality_is_by_content() {
    let one = Rc::new(revision("web", "one", 1));
    let again = Rc::new(revision("zk", "one", 7));
    let other = Rc::new(revision("web", "two", 2));
    assert!(history::equal_revision(&one, &again) && !history::equal_revision(&one, &other));
    let all = [Rc::clone(&one), other, again];
    assert_eq!(history::find_equal_revisions(&all, &one).len(), 2);
}

#[test]
fn hist_09_sorts_by_number_then_age_then_name() {
    let made = |name: &str, number: i64, second: u64| {
        let mut revision = revision("web", name, number);
        revision.metadata.name = name.into();
        let at = kubesets::sim::Time::from_ms(second * 1000);
        revision.metadata.creation_timestamp = Some(Timestamp::at(at));
        Rc::new(revision)
    };
    let mut all = [made("d", 2, 1), made("c", 1, 9), made("b", 1, 5), made("a", 1, 9)];
    history::sort_controller_revisions(&mut all);
    let names: Vec<&str> = all.iter().map(|revision| revision.metadata.name.as_str()).collect();
    assert_eq!(names, ["b", "a", "c", "d"]);
    assert_eq!((history::next_revision(&all), history::next_revision(&[])), (3, 1));
}

#[test]
fn names_are_cut_to_what_a_name_may_be() {
    let long = "a".repeat(300);
    assert_eq!(history::controller_revision_name(&long, "x").len(), 225);
}

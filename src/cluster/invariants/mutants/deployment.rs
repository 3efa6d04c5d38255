//! Mutants of Deployments and `ReplicaSet`s: sizes, availability, templates, pauses, history, deadlines.

use serde_json::{Value, json};

use super::history::{CONTROLLERS, Change, History, PERSON, text};
use super::{Mutant, mutant};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::WatchEventType;
use crate::sim::Span;

/// By then everybody has seen what was made.
const LATER: Span = Span::from_seconds(3);
const REVISION: &str = "deployment.kubernetes.io/revision";

fn front() -> ObjectKey {
    ObjectKey::new(Kind::Deployment, "default", "front")
}

fn makes_set(change: &Change) -> bool {
    change.makes(Kind::ReplicaSet, "front-")
}

/// Ends when the update's `ReplicaSet` has been made; returns the old one and the new one.
fn begin_update(history: &mut History) -> [ObjectKey; 2] {
    history.until_nth(1, makes_set);
    let new = history.last().event.object.key();
    let old = history.keys(Kind::ReplicaSet, "front-").into_iter().find(|key| *key != new).unwrap();
    history.pass(LATER);
    [old, new]
}

fn scale(history: &mut History, key: &ObjectKey, size: i64) {
    history.write(CONTROLLERS, key, |it| it["spec"]["replicas"] = json!(size));
}

/// The `ReplicaSet` that has no pods any more.
fn idle(history: &History) -> ObjectKey {
    let keys = history.keys(Kind::ReplicaSet, "front-");
    let is_idle = |key: &ObjectKey| text(&history.object(key).to_value(), "/spec/replicas") == "0";
    keys.into_iter().find(is_idle).unwrap()
}

fn tell_of_progress(reason: &'static str) -> impl Fn(&mut Value) {
    move |it| {
        let conditions = it["status"]["conditions"].as_array_mut().unwrap();
        let progress = conditions.iter_mut().find(|it| it["type"] == "Progressing").unwrap();
        progress["reason"] = json!(reason);
    }
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("S-42", "a surge beyond maxSurge", "deployment updated", |history| {
        let [_, new] = begin_update(history);
        scale(history, &new, 3);
    }),
    mutant("S-43", "more pods go than may be away", "deployment updated", |history| {
        let [old, _] = begin_update(history);
        scale(history, &old, 1);
    }),
    mutant("S-44", "Recreate begins while old pods run", "deployment recreated", |history| {
        history.until_nth(1, makes_set);
        let is_gone = |change: &Change| change.event.type_ == WatchEventType::Deleted;
        history.forget(|change| change.kind() == Kind::Pod && (change.is_going() || is_gone(change)));
    }),
    mutant("S-45", "a new template during a pause", "deployment updated", |history| {
        history.until_nth(1, makes_set);
        let made = history.take_last();
        history.write(PERSON, &front(), |it| it["spec"]["paused"] = json!(true));
        history.pass(LATER);
        history.put(made);
    }),
    mutant("S-46", "history within the limit is removed", "deployment updated", |history| {
        let key = idle(history);
        history.remove(CONTROLLERS, &key);
    }),
    mutant("S-46", "a ReplicaSet with pods is removed", "deployment", |history| {
        let key = history.key(Kind::ReplicaSet, "front-");
        history.remove(CONTROLLERS, &key);
    }),
    mutant("S-46", "a revision that becomes older", "deployment updated", |history| {
        let keys = history.keys(Kind::ReplicaSet, "front-");
        let old = idle(history);
        let new = keys.into_iter().find(|key| *key != old).unwrap();
        history.write(CONTROLLERS, &new, |it| it["metadata"]["annotations"][REVISION] = json!("1"));
    }),
    mutant("L-10", "a roll-out that fails before its deadline", "deployment updated", |history| {
        let failed = tell_of_progress("ProgressDeadlineExceeded");
        history.write(CONTROLLERS, &front(), failed);
    }),
    mutant("S-32", "one collision that counts twice", "deployment", |history| {
        history.write(CONTROLLERS, &front(), |it| it["status"]["collisionCount"] = json!(2));
    }),
];

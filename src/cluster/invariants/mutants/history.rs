//! What happened in a cluster, change by change, and how it can be made to have gone wrong.

use serde_json::Value;

use crate::api::meta::ResourceVersion;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::apiserver::{WatchEvent, WatchEventType};
use crate::cluster::invariants::{Checker, Violation};
use crate::cluster::{Actor, ProcessName};
use crate::sim::{Span, Time};

pub(super) const PERSON: Actor = Actor::Person;
pub(super) const CONTROLLERS: Actor = Actor::Process(ProcessName::ControllerManager);
pub(super) const SCHEDULER: Actor = Actor::Process(ProcessName::Scheduler);
pub(super) const KUBELETS: Actor = Actor::Process(ProcessName::Kubelets);

/// One change with who made it.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) event: WatchEvent,
    pub(super) by: Actor,
}

impl Change {
    pub(super) fn kind(&self) -> Kind {
        self.event.object.kind()
    }

    pub(super) fn name(&self) -> &str {
        &self.event.object.meta().name
    }

    pub(super) fn is_added(&self) -> bool {
        self.event.type_ == WatchEventType::Added
    }

    /// Whether it is one of an object that is called so.
    pub(super) fn is(&self, kind: Kind, name: &str) -> bool {
        self.kind() == kind && self.name() == name
    }

    /// Whether it makes an object of a kind whose name begins so.
    pub(super) fn makes(&self, kind: Kind, prefix: &str) -> bool {
        self.is_added() && self.kind() == kind && self.name().starts_with(prefix)
    }

    fn value(&self) -> Value {
        self.event.object.to_value()
    }

    /// A field of the object after the change, as text; empty when there is none.
    pub(super) fn text(&self, pointer: &str) -> String {
        text(&self.value(), pointer)
    }

    /// Whether the object's deletion has been asked for.
    pub(super) fn is_going(&self) -> bool {
        self.event.object.meta().is_terminating()
    }
}

/// A field of a value as text; empty when there is none.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

/// All changes of a cluster from its birth on.
///
/// A history is broken by ending it early and going on otherwise: [`Self::until`], then [`Self::alter`] for
/// a last change that comes out wrong, or [`Self::write`] and its like for one that should not have come.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    changes: Vec<Change>,
    /// Pods of whose binding the scheduler was told that it failed, with the change that it was.
    lost_bindings: Vec<(usize, ObjectKey)>,
    /// How much later the next change comes.
    pause: Span,
}

impl History {
    pub(super) fn push(&mut self, event: WatchEvent, by: Actor) {
        self.changes.push(Change { event, by });
    }

    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    /// The first rule that it breaks, and at which change.
    pub(super) fn check(&self) -> Result<(), (usize, Violation)> {
        let mut checker = Checker::default();
        for (index, Change { event, by }) in self.changes.iter().enumerate() {
            checker.look_at(event, *by).map_err(|violation| (index, violation))?;
            for (_, pod) in self.lost_bindings.iter().filter(|(at, _)| *at == index) {
                checker.note_lost_binding(pod.clone(), event.at);
            }
        }
        Ok(())
    }

    /// The scheduler is told of the first such change, a binding, that it failed; the change.
    pub(super) fn lose_answer(&mut self, is_it: impl Fn(&Change) -> bool) -> Change {
        let found = self.changes.iter().enumerate().find(|(_, change)| is_it(change));
        let (index, change) = found.expect("the binding that the mutant speaks of happens");
        let (change, pod) = (change.clone(), change.event.object.key());
        self.lost_bindings.push((index, pod));
        change
    }

    /// Ends with the first change of which this is so.
    pub(super) fn until(&mut self, is_it: impl Fn(&Change) -> bool) {
        self.until_nth(0, is_it);
    }

    /// Ends with a later change of which this is so.
    pub(super) fn until_nth(&mut self, nth: usize, is_it: impl Fn(&Change) -> bool) {
        let found = self.changes.iter().enumerate().filter(|(_, change)| is_it(change)).nth(nth);
        let (index, _) = found.expect("the change that the mutant speaks of happens");
        self.changes.truncate(index + 1);
    }

    /// Leaves changes out, as if they had never been.
    pub(super) fn forget(&mut self, is_it: impl Fn(&Change) -> bool) {
        self.changes.retain(|change| !is_it(change));
    }

    /// Tells all such changes otherwise.
    pub(super) fn rewrite(&mut self, is_it: impl Fn(&Change) -> bool, edit: impl Fn(&mut Value)) {
        for change in self.changes.iter_mut().filter(|change| is_it(change)) {
            change.event.object = edited(&change.event.object, &edit);
        }
    }

    /// The last change, which has not happened yet then.
    pub(super) fn take_last(&mut self) -> Change {
        self.changes.pop().expect("a history has a last change")
    }

    pub(super) fn last(&mut self) -> &mut Change {
        self.changes.last_mut().expect("a history has a last change")
    }

    fn now(&self) -> (Time, u64) {
        let last = self.changes.last().expect("a history has a last change");
        (last.event.at + self.pause, last.event.revision)
    }

    /// Lets time pass without a change.
    pub(super) fn pass(&mut self, span: Span) {
        self.pause = self.pause + span;
    }

    /// An object as it is at the end.
    pub(super) fn object(&self, key: &ObjectKey) -> Object {
        let change = self.changes.iter().rev().find(|change| change.event.object.key() == *key);
        change.unwrap_or_else(|| panic!("{key} exists")).event.object.clone()
    }

    /// The keys of the objects of a kind that exist at the end and whose names begin so.
    pub(super) fn keys(&self, kind: Kind, prefix: &str) -> Vec<ObjectKey> {
        let mut keys: Vec<ObjectKey> = Vec::new();
        for change in self.changes.iter().filter(|change| change.kind() == kind) {
            let key = change.event.object.key();
            match change.event.type_ {
                WatchEventType::Added if key.name.starts_with(prefix) => keys.push(key),
                WatchEventType::Deleted => keys.retain(|other| *other != key),
                WatchEventType::Added | WatchEventType::Modified => {}
            }
        }
        keys
    }

    /// The first such key.
    pub(super) fn key(&self, kind: Kind, prefix: &str) -> ObjectKey {
        self.keys(kind, prefix).first().cloned().unwrap_or_else(|| panic!("there is a {kind} {prefix}"))
    }

    fn add(&mut self, type_: WatchEventType, mut object: Object, by: Actor) {
        let (at, revision) = self.now();
        let revision = revision + 1;
        object.meta_mut().resource_version = ResourceVersion(revision);
        self.pause = Span::ZERO;
        self.push(WatchEvent { type_, object, at, revision }, by);
    }

    /// A change that happened elsewhere in the history happens now.
    pub(super) fn put(&mut self, change: Change) {
        self.add(change.event.type_, change.event.object, change.by);
    }

    /// Somebody writes an object; its generation follows its spec.
    pub(super) fn write(&mut self, by: Actor, key: &ObjectKey, edit: impl FnOnce(&mut Value)) {
        let before = self.object(key);
        let mut after = edited(&before, edit);
        let spec = |object: &Object| object.to_value().get("spec").cloned();
        if key.kind != Kind::Pod && before.meta().generation > 0 && spec(&before) != spec(&after) {
            after.meta_mut().generation += 1;
        }
        self.add(WatchEventType::Modified, after, by);
    }

    /// Changes what the last change left behind, and nothing else of it.
    pub(super) fn alter(&mut self, edit: impl FnOnce(&mut Value)) {
        let last = self.last();
        last.event.object = edited(&last.event.object, edit);
    }

    /// Somebody makes an object like another one, with a uid of its own and other words in some places.
    pub(super) fn make_like(&mut self, by: Actor, key: &ObjectKey, words: &[(&str, &str)]) {
        let like = self.object(key);
        let mut text = like.to_value().to_string();
        for (old, new) in words {
            text = text.replace(old, new);
        }
        let value = serde_json::from_str(&text).expect("words leave it as it is");
        let mut object = Object::from_value(key.kind, value).expect("words leave it as it is");
        let (at, revision) = self.now();
        let meta = object.meta_mut();
        meta.uid = format!("made-{revision}");
        meta.creation_timestamp = Some(Timestamp::at(at));
        meta.deletion_timestamp = None;
        meta.deletion_grace_period_seconds = None;
        self.add(WatchEventType::Added, object, by);
    }

    /// Somebody asks for an object's deletion, which takes a while.
    pub(super) fn delete(&mut self, by: Actor, key: &ObjectKey) {
        let mut object = self.object(key);
        let (at, _) = self.now();
        let meta = object.meta_mut();
        meta.deletion_timestamp = Some(Timestamp::at(at + Span::from_seconds(30)));
        meta.deletion_grace_period_seconds = Some(30);
        if key.kind != Kind::Pod && meta.generation > 0 {
            meta.generation += 1;
        }
        self.add(WatchEventType::Modified, object, by);
    }

    /// Somebody removes an object.
    pub(super) fn remove(&mut self, by: Actor, key: &ObjectKey) {
        let object = self.object(key);
        self.add(WatchEventType::Deleted, object, by);
    }

    /// Somebody asks for an object's deletion, and it is gone a second later.
    pub(super) fn end(&mut self, by: Actor, key: &ObjectKey) {
        self.delete(by, key);
        self.pass(Span::from_seconds(1));
        self.remove(KUBELETS, key);
    }
}

fn edited(object: &Object, edit: impl FnOnce(&mut Value)) -> Object {
    let mut value = object.to_value();
    edit(&mut value);
    Object::from_value(object.kind(), value).expect("an edit leaves an object of its kind")
}

//! Kubernetes events, newest first.

use crate::api::event::Event;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;
use crate::collections::SortedMap;
use crate::kubectl::output::duration::human_duration;

/// More events than this are not listed.
pub const EVENTS_LISTED: usize = 50;
/// While a crowd of pods moves, those that a screen has room for: they are others a moment later.
pub const EVENTS_LISTED_IN_PASSING: usize = 12;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Names the event over the cluster's whole life.
    pub uid: String,
    /// Whether it warns.
    pub is_warning: bool,
    /// In a word.
    pub reason: String,
    /// What it is about.
    pub about: Option<ObjectKey>,
    /// What it is about, in words.
    pub object: String,
    /// In a sentence.
    pub message: String,
    /// How long ago it was seen last.
    pub age: String,
    /// How often it was seen.
    pub count: i64,
}

/// The newest events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventList {
    /// Newest first.
    pub rows: Vec<EventRow>,
    /// Whether there are others, which are older.
    pub has_older: bool,
    /// Whether others take the rows' places so fast that no row is followed.
    pub is_passing: bool,
}

/// The `count` newest events, of one object or of all.
pub fn events(cluster: &Cluster, about: Option<&ObjectKey>, count: usize) -> EventList {
    let mut newest: SortedMap<_, &Event> = SortedMap::new();
    let mut has_older = false;
    // There may be thousands.
    for object in cluster.server().list(Kind::Event, None) {
        let Object::Event(event) = object else { continue };
        if about.is_some_and(|key| !concerns(event, key)) {
            continue;
        }
        let seen = (event.last_timestamp.or(event.first_timestamp), event.metadata.resource_version);
        if newest.len() == count {
            has_older = true;
            if newest.iter().next().is_some_and(|(oldest, _)| seen < *oldest) {
                continue;
            }
            newest.pop_first();
        }
        newest.insert(seen, &**event);
    }
    let rows = newest.values().rev().map(|event| row(event, cluster)).collect();
    EventList { rows, has_older, is_passing: false }
}

fn concerns(event: &Event, key: &ObjectKey) -> bool {
    let object = &event.involved_object;
    object.name == key.name
        && object.kind == key.kind.resource().kind
        && (key.namespace.is_empty() || object.namespace == key.namespace)
}

fn row(event: &Event, cluster: &Cluster) -> EventRow {
    let object = &event.involved_object;
    let seen = event.last_timestamp.or(event.first_timestamp).or(event.metadata.creation_timestamp);
    let about = Kind::of(&object.api_version, &object.kind).map(|kind| {
        let namespace = if kind.is_namespaced() { object.namespace.clone() } else { String::new() };
        ObjectKey::new(kind, namespace, object.name.clone())
    });
    EventRow {
        uid: event.metadata.uid.clone(),
        is_warning: event.type_ == "Warning",
        reason: event.reason.clone(),
        about,
        object: format!("{}/{}", object.kind.to_ascii_lowercase(), object.name),
        message: event.message.clone(),
        age: seen.map(|seen| human_duration(seen.age_seconds(cluster.now()))).unwrap_or_default(),
        count: event.count.max(1),
    }
}

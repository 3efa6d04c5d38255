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
    let uid = about.and_then(|key| Some(cluster.server().get(key).ok()?.meta().uid.as_str()));
    let mut has_older = false;
    // There may be thousands.
    for object in cluster.server().list(Kind::Event, None) {
        let Object::Event(event) = object else { continue };
        if about.is_some_and(|key| !concerns(event, key, uid)) {
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

/// Whether an event is about an object, which has this uid as long as it is there: not about an earlier one
/// of its name. Models `searchEvents` of staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes
/// v1.36; kubelets name a node's name for its uid.
fn concerns(event: &Event, key: &ObjectKey, uid: Option<&str>) -> bool {
    let object = &event.involved_object;
    let is_its = |uid: &str| object.uid == uid || (key.kind == Kind::Node && object.uid == key.name);
    uid.is_none_or(is_its)
        && object.name == key.name
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Time;
    use crate::ui::state::{Action, State};

    #[test]
    fn events_of_an_earlier_pod_of_the_name_are_left_out() {
        let mut state = State::default();
        state.reduce(Action::Apply);
        state.machine.run_until(&mut state.cluster, Time::from_ms(60_000));
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        let scheduled = |state: &State| {
            let rows = events(&state.cluster, Some(&key), EVENTS_LISTED).rows;
            rows.iter().filter(|row| row.reason == "Scheduled").count()
        };
        assert_eq!(scheduled(&state), 1);
        state.reduce(Action::Run("kubectl delete pod web-0".to_owned()));
        state.machine.run_until(&mut state.cluster, Time::from_ms(120_000));
        assert_eq!(scheduled(&state), 1, "the one before is another");
        let node = ObjectKey::new(Kind::Node, "", "node-1");
        state.reduce(Action::Run("fault restart node/node-1".to_owned()));
        state.machine.run_until(&mut state.cluster, Time::from_ms(180_000));
        assert!(!events(&state.cluster, Some(&node), EVENTS_LISTED).rows.is_empty());
    }
}

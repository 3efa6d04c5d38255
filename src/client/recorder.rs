//! Tells Events: makes them, counts repeats, combines similar ones, and drops floods.
//!
//! Models `EventCorrelator`, staging/src/k8s.io/client-go/tools/record/events_cache.go, Kubernetes v1.36:
//! the same event again raises the count of the first; from the tenth different message of one reason about
//! one object within ten minutes on they become one "(combined from similar events)"; a source may tell 25
//! events about one object at once and one more every five minutes. The scheduler uses the newer events
//! API, which only counts repeats. Left out: forgetting after an hour, the series of events.k8s.io.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::series::{Count, Series};
use super::telling::{Telling, new_event};
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::apiserver::{ApiServer, Request};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::Time;

/// Different messages before similar events are combined.
const SIMILAR_MAX: usize = 10;
/// Milliseconds without a similar event after which combining starts anew.
const SIMILAR_WITHIN_MS: u64 = 600_000;
/// Events that a source may tell about an object at once.
const BURST: u64 = 25;
/// Milliseconds after which it may tell one more.
const REFILL_MS: u64 = 300_000;
/// The component whose events are neither combined nor dropped.
const NEW_EVENTS_API: &str = "default-scheduler";

/// In how many parts what was told is remembered.
const PARTS: u8 = 64;

/// Messages of one reason about one object.
#[derive(Clone, Debug, Default)]
struct Similar {
    messages: SortedSet<String>,
    last_at: Time,
}

/// How much one source has told about one object: milliseconds of credit used.
#[derive(Clone, Debug, Default)]
struct Flood {
    used_ms: u64,
    at: Time,
}

/// What one source has told about one object.
#[derive(Clone, Debug, Default)]
struct Source {
    /// By type and reason.
    similar: SortedMap<String, Similar>,
    /// By type and reason, and unless they were combined by field and message too.
    told: SortedMap<String, ObjectKey>,
    /// What was told through the newer API: by type, reason and the version of what it is about.
    series: SortedMap<String, Series>,
    flood: Flood,
}

/// One process's memory of the Events that it told.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// In parts, by the uids of what they are about: the copies of a process share each until one of them
    /// tells more that belongs there, and only that is copied then.
    parts: Rc<SortedMap<u8, Part>>,
}

/// Sources by name.
type Part = Rc<BTreeMap<Rc<str>, Rc<Source>>>;

impl Recorder {
    /// Tells an Event: as a new object, by counting an old one, or not at all when the source floods.
    pub fn record(&mut self, server: &mut ApiServer, telling: &Telling<'_>) {
        let object = telling.about.key();
        let source = format!("{}|{}|{object}|{}", telling.component, telling.host, telling.about.meta().uid);
        let part = Rc::make_mut(&mut self.parts).entry(part(&telling.about.meta().uid)).or_default();
        let source = Rc::make_mut(Rc::make_mut(part).entry(Rc::from(source)).or_default());
        if telling.component == NEW_EVENTS_API {
            source.tell_series(server, telling);
            return;
        }
        let (same, message) = source.combine(telling, server.now());
        if !source.flood.may_tell(server.now()) {
            return;
        }
        if let Some(Object::Event(event)) = source.told.get(&same).and_then(|key| server.get(key).ok()) {
            let mut again = (**event).clone();
            again.count += 1;
            again.last_timestamp = Some(Timestamp::at(server.now()));
            again.message = message;
            // An Event is best effort, as upstream: when it cannot be written, it is lost.
            drop(server.handle(Request::update(again)));
            return;
        }
        if let Some(key) = create(server, telling, message) {
            source.told.insert(same, key);
        }
    }
}

/// Tells a new Event; its key, unless it could not be written.
fn create(server: &mut ApiServer, telling: &Telling<'_>, message: String) -> Option<ObjectKey> {
    let event = new_event(server, telling, message);
    let key = ObjectKey::new(Kind::Event, event.metadata.namespace.clone(), event.metadata.name.clone());
    server.handle(Request::create(event)).is_ok().then_some(key)
}

/// Writes how often an Event was told; `false` when there is none any more.
fn count(server: &mut ApiServer, key: &ObjectKey, told: Count) -> bool {
    let Ok(Object::Event(event)) = server.get(key) else { return false };
    let mut again = (**event).clone();
    again.count = told.count;
    again.last_timestamp = Some(Timestamp::at(told.last_at));
    drop(server.handle(Request::update(again)));
    true
}

/// In which of [`PARTS`] parts an object is: the ends of uids differ.
fn part(uid: &str) -> u8 {
    uid.bytes().rev().take(2).fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % PARTS
}

impl Source {
    /// Tells an Event through the newer API: of repeats the first message stays.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn tell_series(&mut self, server: &mut ApiServer, telling: &Telling<'_>) {
        let now = server.now();
        for series in self.series.values_mut() {
            if let Some(overdue) = series.overdue(now) {
                count(server, &series.key, overdue);
            }
        }
        self.series.retain(|_, series| !series.has_ended(now));
        let version = telling.about.meta().resource_version.0;
        let same = format!("{}|{}|{}|{version}", telling.type_.as_str(), telling.reason, telling.field_path);
        if let Some(series) = self.series.get_mut(&same) {
            match series.repeat(now) {
                Some(repeat) if !count(server, &series.key, repeat) => {}
                _ => return,
            }
        }
        if let Some(key) = create(server, telling, telling.message.to_owned()) {
            self.series.insert(same, Series::new(key, now));
        }
    }

    /// The key under which repeats are found, and the message: combined when too many were similar.
    fn combine(&mut self, telling: &Telling<'_>, now: Time) -> (String, String) {
        let kind_of = format!("{}|{}", telling.type_.as_str(), telling.reason);
        let own =
            (format!("{kind_of}|{}|{}", telling.field_path, telling.message), telling.message.to_owned());
        let similar = self.similar.entry(kind_of.clone()).or_default();
        if (now - similar.last_at).ms() > SIMILAR_WITHIN_MS {
            similar.messages.clear();
        }
        similar.last_at = now;
        similar.messages.insert(telling.message.to_owned());
        if similar.messages.len() < SIMILAR_MAX {
            return own;
        }
        similar.messages.pop_first();
        (kind_of, format!("(combined from similar events): {}", telling.message))
    }
}

impl Flood {
    /// A bucket of [`BURST`] events that refills by one every [`REFILL_MS`].
    fn may_tell(&mut self, now: Time) -> bool {
        self.used_ms = self.used_ms.saturating_sub((now - self.at).ms());
        self.at = now;
        if self.used_ms + REFILL_MS > BURST * REFILL_MS {
            return false;
        }
        self.used_ms += REFILL_MS;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::pod::Pod;
    use crate::client::EventType;
    use crate::sim::Rng;

    fn told(messages: &[String], every_ms: u64) -> Vec<(String, i64)> {
        let mut server = ApiServer::new(Rng::new(1));
        let mut recorder = Recorder::default();
        let mut pod = Pod::default();
        pod.metadata.name = "web-0".into();
        pod.metadata.namespace = "default".into();
        let about = Object::from(pod);
        for (index, message) in messages.iter().enumerate() {
            server.set_now(Time::from_ms(index as u64 * every_ms));
            let (component, type_, reason) =
                ("statefulset-controller", EventType::Normal, "SuccessfulCreate");
            let telling =
                Telling { component, host: "", about: &about, field_path: "", type_, reason, message };
            recorder.record(&mut server, &telling);
        }
        let events = server.list(Kind::Event, None).filter_map(|object| match object {
            Object::Event(event) => Some((event.message.clone(), event.count)),
            _ => None,
        });
        events.collect()
    }

    #[test]
    fn repeats_are_counted() {
        let messages = vec!["again".to_owned(); 3];
        assert_eq!(told(&messages, 1_000), [("again".to_owned(), 3)]);
    }

    #[test]
    fn the_tenth_similar_event_is_combined() {
        let messages: Vec<String> = (0..12).map(|number| format!("Create Pod {number}")).collect();
        let told = told(&messages, 1_000);
        assert_eq!(told.len(), 10);
        assert_eq!(told[9], ("(combined from similar events): Create Pod 11".to_owned(), 3));
    }

    /// What the scheduler has told of a pod: at a second, of a version, a message.
    fn scheduler_told(tellings: &[(u64, u64, &str)]) -> String {
        let mut server = ApiServer::new(Rng::new(1));
        let mut recorder = Recorder::default();
        let mut pod = Pod::default();
        pod.metadata.name = "web-0".into();
        pod.metadata.namespace = "default".into();
        for (seconds, version, message) in tellings {
            server.set_now(Time::from_ms(seconds * 1_000));
            pod.metadata.resource_version.0 = *version;
            let about = Object::from(pod.clone());
            let (component, type_, reason) = (NEW_EVENTS_API, EventType::Warning, "FailedScheduling");
            let telling =
                Telling { component, host: "", about: &about, field_path: "", type_, reason, message };
            recorder.record(&mut server, &telling);
        }
        let events = server.list(Kind::Event, None).filter_map(|object| match object {
            Object::Event(event) => Some(format!("{} x{}", event.message, event.count)),
            _ => None,
        });
        events.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn the_scheduler_counts_repeats_about_one_version() {
        let cases = [
            (
                &[(1, 7, "cpu"), (16, 8, "taint"), (31, 9, "cpu"), (46, 10, "taint")][..],
                "cpu x1, taint x1, cpu x1, taint x1",
            ),
            (&[(1, 8, "cpu"), (301, 8, "cpu"), (601, 8, "cpu")], "cpu x2"),
            (&[(1, 8, "cpu"), (2, 8, "taint")], "cpu x2"),
            (&[(1, 8, "cpu"), (2, 8, "cpu"), (3, 8, "cpu"), (1_000, 8, "cpu")], "cpu x3, cpu x1"),
        ];
        for (tellings, expected) in cases {
            assert_eq!(scheduler_told(tellings), expected);
        }
    }

    #[test]
    fn a_flood_is_cut_off_and_drips_on() {
        let many = vec!["again".to_owned(); 40];
        assert_eq!(told(&many, 1), [("again".to_owned(), 25)]);
        // One every 100 s: 25 at once, and one of each three later ones.
        assert_eq!(told(&many, 100_000).first().map(|(_, count)| *count), Some(38));
    }
}

//! Tells Events: makes them, and counts repeats of the same one.
//!
//! Models staging/src/k8s.io/client-go/tools/record (`EventAggregator`, `eventLogger`), Kubernetes v1.36: the
//! same event again raises the count of the first; more than ten alike within ten minutes become one
//! "combined from similar events". Left out: the spam filter's token bucket.

use std::collections::BTreeMap;

use crate::api::event::{Event, EventSource, ObjectReference};
use crate::api::{Kind, Object, ObjectKey, ObjectMeta, Timestamp};
use crate::apiserver::{ApiServer, Request};

/// How serious an Event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// All is as it should be.
    Normal,
    /// Somebody should look.
    Warning,
}

impl EventType {
    /// As the API spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Warning => "Warning",
        }
    }
}

/// One process's memory of the Events that it told.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    told: BTreeMap<String, ObjectKey>,
}

impl Recorder {
    /// Tells an Event, or counts it when it was told before.
    pub fn record(
        &mut self,
        server: &mut ApiServer,
        component: &str,
        about: &Object,
        type_: EventType,
        reason: &str,
        message: &str,
    ) {
        let key = about.key();
        let involved = ObjectReference::to(&key, about.meta());
        let same = format!("{component}|{}|{}|{}|{reason}|{message}", type_.as_str(), key, involved.uid);
        let now = Timestamp::at(server.now());
        if let Some(Object::Event(event)) = self.told.get(&same).and_then(|key| server.get(key).ok()) {
            let mut again = (**event).clone();
            again.count += 1;
            again.last_timestamp = Some(now);
            // An Event is best effort, as upstream: when it cannot be written, it is lost.
            drop(server.handle(Request::update(again)));
            return;
        }
        let namespace = if key.namespace.is_empty() { "default".to_owned() } else { key.namespace.clone() };
        let name = format!(
            "{}.{:016x}",
            key.name,
            server.now().ms().wrapping_mul(1_000_003) ^ server.store().revision()
        );
        let event = Event {
            count: 1,
            first_timestamp: Some(now),
            involved_object: involved,
            last_timestamp: Some(now),
            message: message.to_owned(),
            metadata: ObjectMeta {
                name: name.clone(),
                namespace: namespace.clone(),
                ..ObjectMeta::default()
            },
            reason: reason.to_owned(),
            reporting_component: component.to_owned(),
            source: EventSource { component: component.to_owned(), host: String::new() },
            type_: type_.as_str().to_owned(),
            ..Event::default()
        };
        if server.handle(Request::create(event)).is_ok() {
            self.told.insert(same, ObjectKey::new(Kind::Event, namespace, name));
        }
    }
}

//! What a component says about an object, and the Event that it becomes.
//!
//! Models `makeEvent`, staging/src/k8s.io/client-go/tools/record/event.go, Kubernetes v1.36.

use crate::api::event::{Event, EventSource, ObjectReference};
use crate::api::{Object, ObjectMeta, Timestamp};
use crate::apiserver::ApiServer;

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

/// What is told, before it is an object.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// Who tells it.
    pub component: &'a str,
    /// On which node; empty for the control plane.
    pub host: &'a str,
    /// About what.
    pub about: &'a Object,
    /// Which part of it, such as `spec.containers{nginx}`; empty for the whole.
    pub field_path: &'a str,
    /// How serious it is.
    pub type_: EventType,
    /// In one word.
    pub reason: &'a str,
    /// In a sentence.
    pub message: &'a str,
}

/// The Event that tells it.
pub(super) fn new_event(server: &ApiServer, telling: &Telling<'_>, message: String) -> Event {
    let object = telling.about.key();
    let mut involved_object = ObjectReference::to(&object, telling.about.meta());
    telling.field_path.clone_into(&mut involved_object.field_path);
    let now = Timestamp::at(server.now());
    // Upstream names an Event by the nanosecond; here the store's revision makes the name unique.
    let moment = (server.now().ms() << 24).wrapping_add(server.store().revision());
    let namespace = if object.namespace.is_empty() { "default".to_owned() } else { object.namespace };
    Event {
        count: 1,
        first_timestamp: Some(now),
        involved_object,
        last_timestamp: Some(now),
        message,
        metadata: ObjectMeta {
            name: format!("{}.{moment:016x}", object.name),
            namespace,
            ..ObjectMeta::default()
        },
        reason: telling.reason.to_owned(),
        reporting_component: telling.component.to_owned(),
        reporting_instance: telling.host.to_owned(),
        source: EventSource { component: telling.component.to_owned(), host: telling.host.to_owned() },
        type_: telling.type_.as_str().to_owned(),
        ..Event::default()
    }
}

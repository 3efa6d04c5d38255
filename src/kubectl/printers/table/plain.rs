//! The cells of kinds that have few: revisions, maps, namespaces, Events.
//!
//! Models `printControllerRevision`, `printEvent` and others,
//! pkg/printers/internalversion/printers.go, Kubernetes v1.36.

use serde_json::Value;

use super::cells::{age, since, text_at};
use super::{Column, always, wide};
use crate::api::apps::ControllerRevision;
use crate::api::event::Event;
use crate::api::object::Opaque;
use crate::sim::Time;

pub(super) const CONTROLLER_REVISION: &[Column] =
    &[always("Name"), always("Controller"), always("Revision"), always("Age")];
pub(super) const CONFIG_MAP: &[Column] = &[always("Name"), always("Data"), always("Age")];
pub(super) const SECRET: &[Column] = &[always("Name"), always("Type"), always("Data"), always("Age")];
pub(super) const NAMESPACE: &[Column] = &[always("Name"), always("Status"), always("Age")];
pub(super) const SERVICE_ACCOUNT: &[Column] = &[always("Name"), always("Age")];
pub(super) const LEASE: &[Column] = &[always("Name"), always("Holder"), always("Age")];
pub(super) const EVENT: &[Column] = &[
    always("Last Seen"),
    always("Type"),
    always("Reason"),
    always("Object"),
    wide("Subobject"),
    wide("Source"),
    always("Message"),
    wide("First Seen"),
    wide("Count"),
    wide("Name"),
];

pub(super) fn controller_revision(revision: &ControllerRevision, now: Time) -> Vec<String> {
    let controller = revision.metadata.controller_of().map_or_else(
        || "<none>".to_owned(),
        |owner| {
            let kind = owner.kind.to_ascii_lowercase();
            match owner.api_version.split_once('/') {
                Some((group, _)) => format!("{kind}.{group}/{}", owner.name),
                None => format!("{kind}/{}", owner.name),
            }
        },
    );
    vec![
        revision.metadata.name.clone(),
        controller,
        revision.revision.to_string(),
        age(&revision.metadata, now),
    ]
}

fn entries(object: &Opaque, field: &str) -> usize {
    object.extra.get(field).and_then(Value::as_object).map_or(0, serde_json::Map::len)
}

pub(super) fn config_map(map: &Opaque, now: Time) -> Vec<String> {
    let count = entries(map, "data") + entries(map, "binaryData");
    vec![map.metadata.name.clone(), count.to_string(), age(&map.metadata, now)]
}

pub(super) fn secret(secret: &Opaque, now: Time) -> Vec<String> {
    let type_ = text_at(&secret.extra, &["type"]).to_owned();
    vec![secret.metadata.name.clone(), type_, entries(secret, "data").to_string(), age(&secret.metadata, now)]
}

pub(super) fn namespace(namespace: &Opaque, now: Time) -> Vec<String> {
    let phase = text_at(&namespace.extra, &["status", "phase"]).to_owned();
    vec![namespace.metadata.name.clone(), phase, age(&namespace.metadata, now)]
}

pub(super) fn service_account(account: &Opaque, now: Time) -> Vec<String> {
    vec![account.metadata.name.clone(), age(&account.metadata, now)]
}

pub(super) fn lease(lease: &Opaque, now: Time) -> Vec<String> {
    let holder = text_at(&lease.extra, &["spec", "holderIdentity"]).to_owned();
    vec![lease.metadata.name.clone(), holder, age(&lease.metadata, now)]
}

pub(super) fn event(event: &Event, now: Time) -> Vec<String> {
    let object = &event.involved_object;
    let kind = object.kind.to_ascii_lowercase();
    let target = if object.name.is_empty() { kind } else { format!("{kind}/{}", object.name) };
    let first = since(event.first_timestamp, now);
    let last = if event.last_timestamp.is_some() { since(event.last_timestamp, now) } else { first.clone() };
    let component =
        if event.source.component.is_empty() { &event.reporting_component } else { &event.source.component };
    let host = if event.source.host.is_empty() { &event.reporting_instance } else { &event.source.host };
    let source = if host.is_empty() { component.clone() } else { format!("{component}, {host}") };
    vec![
        last,
        event.type_.clone(),
        event.reason.clone(),
        target,
        object.field_path.clone(),
        source,
        event.message.trim().to_owned(),
        first,
        event.count.max(1).to_string(),
        event.metadata.name.clone(),
    ]
}

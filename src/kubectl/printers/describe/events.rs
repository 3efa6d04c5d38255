//! The Events at the foot of descriptions.
//!
//! Models `DescribeEvents`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36.

use crate::api::event::Event;
use crate::api::{Kind, Object, Timestamp};
use crate::apiserver::ApiServer;
use crate::collections::sort_by_key;
use crate::kubectl::output::duration::human_duration;
use crate::kubectl::output::prefix_writer::PrefixWriter;
use crate::sim::Time;

/// The Events about an object, the least recent first.
pub(super) fn events(w: &mut PrefixWriter, object: &Object, server: &ApiServer) {
    let meta = object.meta();
    let namespace = if meta.namespace.is_empty() { "default" } else { &meta.namespace };
    let mut found: Vec<&Event> = server
        .list(Kind::Event, Some(namespace))
        .filter_map(|object| match object {
            Object::Event(event) => Some(&**event),
            _ => None,
        })
        .filter(|event| {
            let about = &event.involved_object;
            // Kubelets give a node's name for its uid.
            let by_kubelet = object.kind() == Kind::Node && about.uid == meta.name;
            (about.uid == meta.uid || by_kubelet)
                && about.name == meta.name
                && about.kind == object.kind().resource().kind
        })
        .collect();
    if found.is_empty() {
        w.write_line(0, "Events:\t<none>");
        return;
    }
    w.flush();
    sort_by_key(&mut found, |event| event.last_timestamp);
    w.write_line(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage");
    w.write_line(1, "----\t------\t----\t----\t-------");
    for event in found {
        let age = interval(event, server.now());
        let path = &event.involved_object.field_path;
        let message = event.message.trim();
        let message = if path.is_empty() { message.to_owned() } else { format!("{path}: {message}") };
        let (type_, reason) = (&event.type_, &event.reason);
        w.write_line(1, &format!("{type_}\t{reason}\t{age}\t{}\t{message}", event.source.component));
    }
}

/// How long ago an Event was told, and how often since when.
pub fn interval(event: &Event, now: Time) -> String {
    let since = |moment: Option<Timestamp>| {
        moment.map_or_else(|| "<unknown>".to_owned(), |moment| human_duration(moment.age_seconds(now)))
    };
    let first = since(event.first_timestamp);
    if event.count > 1 {
        format!("{} (x{} over {first})", since(event.last_timestamp), event.count)
    } else {
        first
    }
}

//! The Events at the foot of descriptions.
//!
//! Models `DescribeEvents`, staging/src/k8s.io/kubectl/pkg/describe/describe.go, and `SortableEvents`,
//! `kubectl/pkg/util/event/sorted_event_list.go`, Kubernetes v1.36: of more than twelve Events, some that
//! were last seen at once change their places. Left out: nothing.

use crate::api::event::Event;
use crate::api::{Kind, Object, Timestamp};
use crate::apiserver::ApiServer;
use crate::collections::sort_by_key;
use crate::kubectl::objects::is_of_newer_api;
use crate::kubectl::output::duration::human_duration;
use crate::kubectl::output::go_sort::sorted_by_key;
use crate::kubectl::output::prefix_writer::PrefixWriter;
use crate::sim::Time;

/// The Events about an object, the least recent first; those of the newer API have no time when they were
/// last seen and go before all others, in the order of their names.
pub(super) fn events(w: &mut PrefixWriter, object: &Object, server: &ApiServer) {
    let meta = object.meta();
    let namespace = if meta.namespace.is_empty() { "default" } else { &meta.namespace };
    // Kubelets give a node's name for its uid; what they told is asked for by itself, and added.
    let by_kubelet = |event: &Event| event.involved_object.uid == meta.name;
    let mut found: Vec<&Event> = server
        .list(Kind::Event, Some(namespace))
        .filter_map(|object| match object {
            Object::Event(event) => Some(&**event),
            _ => None,
        })
        .filter(|event| {
            let about = &event.involved_object;
            (about.uid == meta.uid || object.kind() == Kind::Node && by_kubelet(event))
                && about.name == meta.name
                && about.kind == object.kind().resource().kind
        })
        .collect();
    if found.is_empty() {
        w.write_line(0, "Events:\t<none>");
        return;
    }
    w.flush();
    sort_by_key(&mut found, |event| by_kubelet(event));
    let found = sorted_by_key(found, |event| {
        event.last_timestamp.filter(|_| !is_of_newer_api(&event.reporting_component))
    });
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::events;
    use crate::api::{Kind, Object};
    use crate::apiserver::{ApiServer, Body, Request};
    use crate::kubectl::output::prefix_writer::PrefixWriter;
    use crate::sim::{Rng, Time};

    fn create(api: &mut ApiServer, kind: Kind, value: Value) -> Object {
        let namespace = if kind.is_namespaced() { "default".to_owned() } else { String::new() };
        api.handle(Request::Create { kind, namespace, body: Body::Manifest(value), dry_run: false }).unwrap()
    }

    #[test]
    fn events_of_the_newer_api_go_before_all_others_by_name() {
        let mut api = ApiServer::new(Rng::new(1));
        api.set_now(Time::from_ms(60_000));
        create(&mut api, Kind::Namespace, json!({"metadata": {"name": "default"}}));
        let spec = json!({"containers": [{"name": "c", "image": "i"}]});
        let pod = create(&mut api, Kind::Pod, json!({"metadata": {"name": "web"}, "spec": spec}));
        let tellings = [
            ("web.3", "default-scheduler", "third", "1970-01-01T00:00:30Z"),
            ("web.2", "kubelet", "late", "1970-01-01T00:00:20Z"),
            ("web.4", "kubelet", "early", "1970-01-01T00:00:10Z"),
            ("web.1", "default-scheduler", "first", "1970-01-01T00:00:50Z"),
        ];
        for (name, component, message, last) in tellings {
            let about = json!({"kind": "Pod", "name": "web", "namespace": "default", "uid": pod.meta().uid});
            let event = json!({
                "metadata": {"name": name}, "involvedObject": about, "message": message, "type": "Normal",
                "reason": "R", "firstTimestamp": last, "lastTimestamp": last, "reportingComponent": component,
                "source": {"component": component}, "count": 1,
            });
            create(&mut api, Kind::Event, event);
        }
        let mut w = PrefixWriter::new();
        events(&mut w, &pod, &api);
        let text = w.finish();
        let told: Vec<&str> =
            text.lines().skip(3).filter_map(|line| line.split_whitespace().last()).collect();
        assert_eq!(told, ["first", "third", "early", "late"], "{text}");
    }

    #[test]
    fn what_a_nodes_kubelet_told_comes_behind_what_others_told_in_the_same_second() {
        let mut api = ApiServer::new(Rng::new(1));
        create(&mut api, Kind::Namespace, json!({"metadata": {"name": "default"}}));
        let node = create(&mut api, Kind::Node, json!({"metadata": {"name": "n"}}));
        let last = "1970-01-01T00:00:00Z";
        for (name, uid, message) in [
            ("n.1", "n", "kubelet"),
            ("n.2", node.meta().uid.as_str(), "controller"),
            ("n.3", "n", "kubelet"),
        ] {
            let event = json!({
                "metadata": {"name": name, "namespace": "default"}, "message": message, "type": "Normal",
                "involvedObject": {"kind": "Node", "name": "n", "uid": uid}, "reason": "R", "count": 1,
                "firstTimestamp": last, "lastTimestamp": last,
            });
            create(&mut api, Kind::Event, event);
        }
        let mut w = PrefixWriter::new();
        events(&mut w, &node, &api);
        let text = w.finish();
        let told: Vec<&str> =
            text.lines().skip(3).filter_map(|line| line.split_whitespace().last()).collect();
        assert_eq!(told, ["controller", "kubelet", "kubelet"], "{text}");
    }
}

//! Endpoints of pods, and slices that change as little as possible.

use std::rc::Rc;

use serde_json::{Value, json};

use super::Dirty;
use super::endpoints::{Desired, endpoint, endpoint_port};
use super::plan::{Plan, plan, slice_for};
use crate::api::Timestamp;
use crate::api::codec::from_value;
use crate::api::network::{Endpoint, EndpointSlice, Service, ServicePort};
use crate::api::pod::Pod;
use crate::collections::SortedSet;

#[expect(clippy::needless_pass_by_value, reason = "`json!` makes a value")]
fn service(spec: Value) -> Service {
    let meta = json!({"name": "nginx", "namespace": "default", "uid": "u", "labels": {"app": "nginx"}});
    from_value(json!({"metadata": meta, "spec": spec})).unwrap()
}

fn pod(name: &str, ready: bool, deleting: bool) -> Pod {
    let deleted = if deleting { json!("2026-01-05T09:00:00Z") } else { Value::Null };
    from_value(json!({
        "metadata": {
            "name": name,
            "namespace": "default",
            "labels": {"app": "nginx"},
            "deletionTimestamp": deleted,
        },
        "spec": {
            "nodeName": "node-1",
            "hostname": name,
            "subdomain": "nginx",
            "containers": [{"ports": [{"name": "web", "containerPort": 8080, "protocol": "TCP"}]}],
        },
        "status": {
            "podIP": format!("ip-{name}"),
            "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
        },
    }))
    .unwrap()
}

fn shown(endpoint: &Endpoint) -> String {
    let conditions = &endpoint.conditions;
    let flag = |set: Option<bool>, letter: &str| {
        if set == Some(true) { letter.to_owned() } else { "-".to_owned() }
    };
    format!(
        "{} {}{}{} {}",
        endpoint.addresses.join(" "),
        flag(conditions.ready, "r"),
        flag(conditions.serving, "s"),
        flag(conditions.terminating, "t"),
        endpoint.hostname.as_deref().unwrap_or("-")
    )
}

#[test]
fn an_endpoint_tells_how_its_pod_is() {
    let plain = service(json!({"selector": {"app": "nginx"}}));
    let published = service(json!({"selector": {"app": "nginx"}, "publishNotReadyAddresses": true}));
    for (service, ready, deleting, expected) in [
        (&plain, true, false, "ip-web-0 rs- web-0"),
        (&plain, false, false, "ip-web-0 --- web-0"),
        (&plain, true, true, "ip-web-0 -st web-0"),
        (&published, false, true, "ip-web-0 r-t web-0"),
    ] {
        assert_eq!(shown(&endpoint(service, &pod("web-0", ready, deleting))), expected);
    }
    let ports = [
        (json!({"name": "web", "port": 80, "protocol": "TCP"}), Some(80)),
        (json!({"name": "web", "port": 80, "protocol": "TCP", "targetPort": 81}), Some(81)),
        (json!({"port": 80, "protocol": "TCP", "targetPort": "web"}), Some(8080)),
        (json!({"port": 80, "protocol": "UDP", "targetPort": "web"}), None),
    ];
    for (port, expected) in ports {
        let port: ServicePort = from_value(port).unwrap();
        let found = endpoint_port(&port, &pod("web-0", true, false));
        assert_eq!(found.and_then(|value| value.get("port")?.as_i64()), expected);
    }
}

/// Applies a plan to slices and tells it: `+` made, `~` changed, `-` removed, each with its number of
/// endpoints.
fn carry_out(plan: Plan, slices: &mut Vec<Rc<EndpointSlice>>) -> String {
    let mut told = Vec::new();
    for name in &plan.delete {
        slices.retain(|old| old.metadata.name != *name);
    }
    for slice in plan.update {
        told.push(format!("~{}", slice.endpoints.len()));
        slices.retain(|old| old.metadata.name != slice.metadata.name);
        slices.push(Rc::new(slice));
    }
    for mut slice in plan.create {
        told.push(format!("+{}", slice.endpoints.len()));
        slice.metadata.name = format!("slice-{}-{}", slices.len(), told.len());
        slices.push(Rc::new(slice));
    }
    told.extend(plan.delete.iter().map(|_| "-".to_owned()));
    told.join(" ")
}

#[test]
fn slices_change_as_little_as_possible() {
    let service = service(json!({"selector": {"app": "nginx"}, "ports": [{"name": "web", "port": 80}]}));
    let template = slice_for(&service, Timestamp::default());
    let desired = |pods: &[Pod]| -> Desired {
        let one = |pod: &Pod| {
            let ports = service.spec.ports.iter().filter_map(|port| endpoint_port(port, pod)).collect();
            (pod.metadata.name.clone(), (ports, endpoint(&service, pod)))
        };
        pods.iter().map(one).collect()
    };
    let only = |name: &str| Dirty::Pods(SortedSet::from([name.to_owned()]));
    let mut slices = Vec::new();
    let mut step = |pods: &[Pod], dirty: &Dirty| {
        let plan = plan(slices.clone(), desired(pods), dirty, &template);
        carry_out(plan, &mut slices)
    };
    let many: Vec<Pod> = (0..150).map(|number| pod(&format!("web-{number}"), true, false)).collect();
    assert_eq!(step(&[], &Dirty::All), "+0");
    assert_eq!(step(&[], &Dirty::All), "");
    assert_eq!(step(&[pod("web-0", false, false)], &only("web-0")), "+1 -");
    assert_eq!(step(&[pod("web-0", false, false)], &only("web-0")), "");
    assert_eq!(step(&[pod("web-0", true, false)], &only("web-0")), "~1");
    assert_eq!(step(&[pod("web-1", true, false)], &only("web-1")), "~2");
    assert_eq!(step(&[], &only("web-1")), "~1");
    assert_eq!(step(&[], &only("web-0")), "+0 -");
    assert_eq!(step(&many, &Dirty::All), "+100 +50 -");
    assert_eq!(step(&many, &Dirty::All), "");
    assert_eq!(step(&[], &Dirty::All), "+0 - -");
}

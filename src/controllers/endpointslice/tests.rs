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

/// Applies a plan to slices and tells it: `+` made, `~` changed, `-` removed, each with the names of its
/// pods, or how many there are.
fn carry_out(plan: Plan, slices: &mut Vec<Rc<EndpointSlice>>) -> String {
    let pods = |slice: &EndpointSlice| {
        let names = slice.endpoints.iter().filter_map(|it| it.target_ref.as_ref()?.get("name")?.as_str());
        let names: Vec<&str> = names.collect();
        if names.len() > 9 { names.len().to_string() } else { names.join(",") }
    };
    let mut told = Vec::new();
    for mut slice in plan.create {
        told.push(format!("+{}", pods(&slice)));
        slice.metadata.name = format!("slice-{}-{}", slices.len(), told.len());
        slices.push(Rc::new(slice));
    }
    for slice in plan.update {
        told.push(format!("~{}", pods(&slice)));
        let old = slices.iter_mut().find(|old| old.metadata.name == slice.metadata.name).unwrap();
        *old = Rc::new(slice);
    }
    for name in plan.delete {
        told.push("-".to_owned());
        slices.retain(|old| old.metadata.name != name);
    }
    told.join(" ")
}

struct World {
    service: Service,
    slices: Vec<Rc<EndpointSlice>>,
}

impl World {
    fn new(spec: Value) -> Self {
        Self { service: service(spec), slices: Vec::new() }
    }

    fn desired(&self, pods: &[Pod]) -> Desired {
        let one = |pod: &Pod| {
            let ports = self.service.spec.ports.iter().filter_map(|port| endpoint_port(port, pod)).collect();
            (pod.metadata.name.clone(), (ports, endpoint(&self.service, pod)))
        };
        pods.iter().map(one).collect()
    }

    fn step(&mut self, pods: &[Pod], dirty: &Dirty) -> String {
        let template = slice_for(&self.service);
        let plan = plan(self.slices.clone(), self.desired(pods), dirty, &template, None);
        carry_out(plan, &mut self.slices)
    }

    fn all(&mut self, pods: &[Pod]) -> String {
        self.step(pods, &Dirty::All)
    }

    fn only(&mut self, name: &str, pods: &[Pod]) -> String {
        self.step(pods, &Dirty::Pods(SortedSet::from([name.to_owned()])))
    }
}

fn web() -> World {
    World::new(json!({"selector": {"app": "nginx"}, "ports": [{"name": "web", "port": 80}]}))
}

fn ready(name: &str) -> Pod {
    pod(name, true, false)
}

#[test]
fn slices_change_as_little_as_possible() {
    let mut world = web();
    let many: Vec<Pod> = (0..150).map(|number| ready(&format!("web-{number}"))).collect();
    assert_eq!(world.all(&[]), "+");
    let first = world.slices[0].metadata.name.clone();
    assert_eq!(world.all(&[]), "");
    assert_eq!(world.only("web-0", &[pod("web-0", false, false)]), "~web-0");
    assert_eq!(world.only("web-0", &[pod("web-0", false, false)]), "");
    assert_eq!(world.only("web-0", &[ready("web-0")]), "~web-0");
    assert_eq!(world.only("web-1", &[ready("web-1")]), "~web-0,web-1");
    // A change of an endpoint leaves it in its place.
    assert_eq!(world.only("web-0", &[pod("web-0", true, true)]), "~web-0,web-1");
    // A pod of the name with another address is another one.
    let mut again = ready("web-0");
    "ip-again".clone_into(&mut again.status.pod_ip);
    assert_eq!(world.only("web-0", &[again]), "~web-1,web-0");
    assert_eq!(world.only("web-0", &[]), "~web-1");
    assert_eq!(world.only("web-1", &[]), "~");
    // Through all of it the slice has stayed the same one.
    assert_eq!((world.slices.len(), &world.slices[0].metadata.name), (1, &first));
    assert_eq!(world.all(&many), "+100 ~50");
    assert_eq!(world.all(&many), "");
    assert_eq!(world.only("more", &[ready("more")]), "~51");
    assert_eq!(world.all(&[]), "~ -");
}

#[test]
fn new_endpoints_fill_what_is_written_anyway() {
    let mut world = web();
    let many: Vec<Pod> = (100..230).map(|number| ready(&format!("web-{number}"))).collect();
    assert_eq!(world.all(&many), "+100 +30");
    // The full slice loses one and takes the new one in; the other has room for it, but is not written.
    let names = ["web-100", "web-900"].map(str::to_owned);
    assert_eq!(world.step(&[ready("web-900")], &Dirty::Pods(SortedSet::from(names))), "~100");
    // Of those that are not written, one must have room for all.
    let new = |from: usize, to: usize| -> (Vec<Pod>, Dirty) {
        let pods: Vec<Pod> = (from..to).map(|number| ready(&format!("x-{number}"))).collect();
        let names = pods.iter().map(|pod| pod.metadata.name.clone()).collect();
        (pods, Dirty::Pods(names))
    };
    let (pods, dirty) = new(0, 80);
    assert_eq!(world.step(&pods, &dirty), "+80");
    let (pods, dirty) = new(100, 120);
    assert_eq!(world.step(&pods, &dirty), "~100");
}

#[test]
fn other_ports_and_labels_leave_the_slice_its_name() {
    let mut world = web();
    assert_eq!(world.all(&[ready("web-0")]), "+web-0");
    let name = world.slices[0].metadata.name.clone();
    world.service.spec.ports[0].port = 81;
    assert_eq!(world.all(&[ready("web-0")]), "~web-0");
    world.service.metadata.labels.insert("tier".into(), "front".into());
    assert_eq!(world.all(&[ready("web-0")]), "~web-0");
    assert_eq!(world.all(&[]), "~");
    world.service.metadata.labels.insert("tier".into(), "back".into());
    assert_eq!(world.all(&[]), "~");
    assert_eq!((world.slices.len(), &world.slices[0].metadata.name), (1, &name));
    assert_eq!(&*world.slices[0].metadata.labels["tier"], "back");
    // A slice of an earlier Service of the name is left to the garbage collector, which takes it too.
    "another".clone_into(&mut world.service.metadata.uid);
    assert_eq!(world.all(&[ready("web-0")]), "+web-0 -");
}

#[test]
fn what_a_slice_is_written_for_has_its_time_on_it() {
    let world = web();
    let (template, time) = (slice_for(&world.service), Timestamp::default());
    let annotation = |slice: &EndpointSlice| slice.metadata.annotations.values().next().cloned();
    let mut made = plan(Vec::new(), Desired::new(), &Dirty::All, &template, Some(time)).create;
    let mut slice = made.remove(0);
    assert_eq!(annotation(&slice), Some("1970-01-01T00:00:00Z".to_owned()));
    "nginx-1".clone_into(&mut slice.metadata.name);
    let desired = world.desired(&[ready("web-0")]);
    let written = plan(vec![Rc::new(slice)], desired, &Dirty::All, &template, None).update;
    assert_eq!(annotation(&written[0]), None);
}

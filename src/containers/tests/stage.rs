//! Pods, Services and volumes without a cluster around them, and lines that people run in containers.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::api::object::{Opaque, Typed};
use crate::api::{Kind, Object};
use crate::containers::{Containers, Place, Scene, World};
use crate::shell::{Settings, Shell, State, Stream};
use crate::sim::Time;

pub(super) fn object<T: Typed>(kind: Kind, value: Value) -> Rc<T> {
    Rc::clone(T::of(&Object::from_value(kind, value).unwrap()).unwrap())
}

/// A pod that runs, started at second 10: its container's id ends in the number of its starts.
pub(super) fn pod(name: &str, image: &str, start: u32, more: &Value) -> Value {
    let mut spec = json!({
        "nodeName": "node-1",
        "containers": [{"name": "main", "image": image}],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "settings", "configMap": {"name": "settings"}},
            {"name": "own", "emptyDir": {}},
        ],
    });
    for (field, value) in more.as_object().unwrap() {
        if field == "container" {
            for (field, value) in value.as_object().unwrap() {
                spec["containers"][0][field] = value.clone();
            }
        } else {
            spec[field] = value.clone();
        }
    }
    spec["containers"][0]["volumeMounts"] = json!([
        {"name": "data", "mountPath": "/data"},
        {"name": "settings", "mountPath": "/settings"},
        {"name": "own", "mountPath": "/own"},
    ]);
    json!({
        "metadata": {"name": name, "namespace": "default", "uid": format!("{name}-uid")},
        "spec": spec,
        "status": {
            "phase": "Running",
            "podIP": format!("10.244.0.{}", 10 + name.len()),
            "containerStatuses": [{
                "name": "main", "ready": true, "restartCount": start,
                "containerID": format!("containerd://{name}-{start}"),
                "state": {"running": {"startedAt": "2026-01-05T09:00:10Z"}},
            }],
        },
    })
}

pub(super) fn scene(pods: Vec<Value>) -> Scene {
    let endpoint = |address: &str, ready: bool, host: Option<&str>| {
        let mut endpoint = json!({"addresses": [address], "conditions": {"ready": ready}});
        if let Some(host) = host {
            endpoint["hostname"] = json!(host);
        }
        endpoint
    };
    let service = |name: &str, address: &str| {
        object(
            Kind::Service,
            json!({"metadata": {"name": name, "namespace": "default"},
                   "spec": {"clusterIP": address, "ports": [{"name": "web", "port": 80, "protocol": "TCP"}]}}),
        )
    };
    let slice = |service: &str, endpoints: Vec<Value>| {
        object(
            Kind::EndpointSlice,
            json!({"metadata": {"name": service, "namespace": "default", "labels": {"kubernetes.io/service-name": service}},
                   "addressType": "IPv4", "endpoints": endpoints}),
        )
    };
    Scene {
        now: Time::from_ms(60_000),
        pods: pods.into_iter().map(|pod| object(Kind::Pod, pod)).collect(),
        services: vec![service("nginx", "None"), service("front", "10.96.0.7"), service("empty", "None")],
        slices: vec![
            slice(
                "nginx",
                vec![
                    endpoint("10.244.0.15", true, Some("web-0")),
                    endpoint("10.244.0.99", false, Some("web-1")),
                    endpoint("10.244.0.77", true, None),
                ],
            ),
            slice("front", vec![endpoint("10.244.0.15", true, None)]),
        ],
        claims: vec![object(
            Kind::PersistentVolumeClaim,
            json!({"metadata": {"name": "data", "namespace": "default"}, "spec": {"volumeName": "pv-1"}}),
        )],
        volumes: vec![object(Kind::PersistentVolume, json!({"metadata": {"name": "pv-1", "uid": "pv-uid"}}))],
        config_maps: vec![settings()],
        ..Scene::default()
    }
}

fn settings() -> Rc<Opaque> {
    let value = json!({"metadata": {"name": "settings", "namespace": "default"}, "data": {"color": "blue"}});
    match Object::from_value(Kind::ConfigMap, value).unwrap() {
        Object::ConfigMap(object) => object,
        _ => Rc::default(),
    }
}

pub(super) fn place(world: &World, pod: &str) -> Place {
    world.find("default", pod, "main", false).unwrap()
}

/// Runs a line in a pod, as a person does; what it printed, and its exit code when it is not 0.
pub(super) fn run(world: &mut World, pod: &str, line: &str) -> String {
    let place = place(world, pod);
    assert!(world.enter(&place));
    let environment = world.instance().unwrap().environment.clone();
    let mut shell = Shell::new(Settings {
        name: "sh".to_owned(),
        folder: "/".to_owned(),
        environment,
        ..Settings::default()
    });
    shell.run(line);
    shell.end_input();
    world.is_visited = true;
    let now = world.scene.now;
    let state = shell.poll(world, now);
    world.is_visited = false;
    let mut text: String = shell
        .take_output()
        .into_iter()
        .map(|(stream, text)| if stream == Stream::Err { format!("! {text}") } else { text })
        .collect();
    match state {
        State::Done(0) => {}
        State::Done(code) => text.push_str(&format!("= {code}")),
        State::Waits { .. } => text.push('~'),
    }
    world.enter(&place);
    text
}

pub(super) fn world(pods: Vec<Value>) -> World {
    World::new(Containers::default(), scene(pods))
}

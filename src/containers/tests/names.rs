//! Names and addresses: DNS, Services, and the ports of nodes.

use serde_json::json;

use super::stage::{object, pod, run, scene, world};
use crate::api::Kind;
use crate::containers::log::Wanted;
use crate::containers::{Containers, World};
use crate::shell::web::{Obstacle, Url};

#[test]
fn names_of_the_cluster_resolve_to_what_is_ready() {
    let scene = scene(Vec::new());
    for (name, namespace, expected) in [
        ("web-0.nginx", "default", "web-0.nginx.default.svc.cluster.local 10.244.0.15"),
        ("web-1.nginx", "default", ""),
        ("nginx", "default", "nginx.default.svc.cluster.local 10.244.0.15 10.244.0.77"),
        ("10-244-0-77.nginx", "default", "10-244-0-77.nginx.default.svc.cluster.local 10.244.0.77"),
        ("nginx", "other", ""),
        ("nginx.default", "other", "nginx.default.svc.cluster.local 10.244.0.15 10.244.0.77"),
        ("front.default.svc.cluster.local", "other", "front.default.svc.cluster.local 10.96.0.7"),
        ("FRONT.default.svc.cluster.local.", "other", "front.default.svc.cluster.local 10.96.0.7"),
        ("web-0.front", "default", ""),
        ("empty", "default", ""),
        ("kube-dns.kube-system", "default", "kube-dns.kube-system.svc.cluster.local 10.96.0.10"),
        ("10-1-2-3.default.pod.cluster.local", "default", "10-1-2-3.default.pod.cluster.local 10.1.2.3"),
        ("example.com", "default", ""),
        ("", "default", ""),
    ] {
        let found = scene.resolve(name, namespace);
        let found =
            found.map(|found| format!("{} {}", found.name, found.addresses.join(" "))).unwrap_or_default();
        assert_eq!(found, expected, "{name} in {namespace}");
    }
    let ports = |name: &str| {
        let ports = scene.ports(name).unwrap_or_default();
        ports.iter().map(|port| format!("{}:{}", port.target, port.port)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        ports("_web._tcp.nginx.default.svc.cluster.local"),
        "web-0.nginx.default.svc.cluster.local:80 10-244-0-77.nginx.default.svc.cluster.local:80"
    );
    assert_eq!(ports("front.default.svc.cluster.local"), "front.default.svc.cluster.local:80");
    assert_eq!(ports("_other._tcp.nginx.default.svc.cluster.local"), "");
    assert_eq!(scene.name_of("10.244.0.15").as_deref(), Some("web-0.nginx.default.svc.cluster.local"));
}

/// Two nodes, and a Service of type `NodePort` in front of `web-0`, which is on the first.
fn with_node_port(policy: &str, is_ready: bool) -> World {
    let mut scene = scene(vec![pod("web-0", "nginx", 0, &json!({"nodeName": "node-1"}))]);
    let node = |name: &str, address: &str| {
        object(
            Kind::Node,
            json!({"metadata": {"name": name}, "status": {"addresses": [{"type": "InternalIP", "address": address}]}}),
        )
    };
    scene.nodes = vec![node("node-1", "172.18.0.2"), node("node-2", "172.18.0.3")];
    scene.services = vec![object(
        Kind::Service,
        json!({
            "metadata": {"name": "out", "namespace": "default"},
            "spec": {
                "type": "NodePort", "clusterIP": "10.96.0.9", "externalTrafficPolicy": policy,
                "ports": [{"port": 80, "targetPort": 80, "nodePort": 30_080}],
            },
        }),
    )];
    scene.slices = vec![object(
        Kind::EndpointSlice,
        json!({
            "metadata": {"name": "out", "namespace": "default", "labels": {"kubernetes.io/service-name": "out"}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": ["10.244.0.15"], "conditions": {"ready": is_ready}, "nodeName": "node-1"}],
        }),
    )];
    World::new(Containers::default(), scene)
}

#[test]
fn nodes_answer_from_outside_at_the_ports_of_services() {
    let ask = |world: &mut World, url: &str| {
        let url = Url::parse(url).unwrap();
        match world.fetch_from_outside(&url, "GET", "curl") {
            Ok(response) => response.status.to_string(),
            Err(error) => format!("{:?}", error.obstacle),
        }
    };
    for (policy, is_ready, url, expected) in [
        ("Cluster", true, "http://172.18.0.2:30080", "200"),
        ("Cluster", true, "http://172.18.0.3:30080/nothing", "404"),
        ("Cluster", true, "https://172.18.0.2:30080", "NoTls"),
        // Only what is ready answers, and who keeps to the node has nothing on the second one.
        ("Cluster", false, "http://172.18.0.2:30080", "Refused"),
        ("Local", true, "http://172.18.0.2:30080", "200"),
        ("Local", true, "http://172.18.0.3:30080", "Silence"),
        ("Local", false, "http://172.18.0.2:30080", "Refused"),
        ("Cluster", true, "http://172.18.0.2:30081", "Refused"),
        ("Cluster", true, "http://172.18.0.9:30080", "NoRoute"),
        // What is within the cluster is not there.
        ("Cluster", true, "http://10.96.0.9", "Silence"),
        ("Cluster", true, "http://10.244.0.15", "Silence"),
        ("Cluster", true, "http://out", "Unresolved"),
        ("Cluster", true, "http://localhost:30080", "Refused"),
    ] {
        assert_eq!(ask(&mut with_node_port(policy, is_ready), url), expected, "{policy} {is_ready} {url}");
    }
    let mut world = with_node_port("Cluster", true);
    world.scene.cut_off.insert("node-2".to_owned());
    assert_eq!(ask(&mut world, "http://172.18.0.3:30080"), format!("{:?}", Obstacle::Silence));
    // Behind the second node it is that node that asks.
    let mut world = with_node_port("Cluster", true);
    ask(&mut world, "http://172.18.0.3:30080");
    assert_eq!(run(&mut world, "web-0", "true"), "");
    let log = world.log(&Wanted::default());
    assert!(log.lines().any(|line| line.starts_with("172.18.0.3 - - ")), "{log}");
}

#[test]
fn a_world_without_pods_answers_nothing() {
    let mut world = world(Vec::new());
    let url = Url::parse("http://172.18.0.2:30080").unwrap();
    let error = world.fetch_from_outside(&url, "GET", "curl").unwrap_err();
    assert_eq!(error.obstacle, Obstacle::NoRoute);
}

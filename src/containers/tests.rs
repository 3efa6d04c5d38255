//! Containers without a cluster around them: names, files and programs, as tables.

use std::rc::Rc;

use serde_json::{Value, json};

use super::log::Wanted;
use super::{Containers, Place, Refusal, Scene, World};
use crate::api::object::{Opaque, Typed};
use crate::api::{Kind, Object};
use crate::shell::{Settings, Shell, State, Stream};
use crate::sim::Time;

fn object<T: Typed>(kind: Kind, value: Value) -> Rc<T> {
    Rc::clone(T::of(&Object::from_value(kind, value).unwrap()).unwrap())
}

/// A pod that runs, started at second 10: its container's id ends in the number of its starts.
fn pod(name: &str, image: &str, start: u32, more: &Value) -> Value {
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

fn scene(pods: Vec<Value>) -> Scene {
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

fn place(world: &World, pod: &str) -> Place {
    world.find("default", pod, "main", false).unwrap()
}

/// Runs a line in a pod, as a person does; what it printed, and its exit code when it is not 0.
fn run(world: &mut World, pod: &str, line: &str) -> String {
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

fn world(pods: Vec<Value>) -> World {
    World::new(Containers::default(), scene(pods))
}

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

#[test]
fn programs_answer_as_those_of_the_image_do() {
    let mut world = world(vec![
        pod("web-0", "nginx:1.27", 0, &json!({"hostname": "web-0", "subdomain": "nginx"})),
        pod("box", "busybox:1.28", 0, &json!({"container": {"command": ["sleep", "1h"]}})),
    ]);
    for (pod, line, expected) in [
        (
            "web-0",
            "hostname; hostname -f; hostname -d",
            "web-0\nweb-0.nginx.default.svc.cluster.local\nnginx.default.svc.cluster.local\n",
        ),
        ("box", "hostname -f", "box\n"),
        ("web-0", "nosuch", "! sh: 1: nosuch: not found\n= 127"),
        ("box", "nosuch", "! sh: nosuch: not found\n= 127"),
        ("web-0", "ps", "! sh: 1: ps: not found\n= 127"),
        ("box", "cat nothing", "! cat: can't open 'nothing': No such file or directory\n= 1"),
        ("web-0", "cat nothing", "! cat: nothing: No such file or directory\n= 1"),
        ("box", "rm nothing", "! rm: can't remove 'nothing': No such file or directory\n= 1"),
        ("box", "ls nothing", "! ls: nothing: No such file or directory\n= 1"),
        ("box", "rm /bin/id; id", "! sh: id: not found\n= 127"),
        ("web-0", "id -u; whoami", "0\nroot\n"),
        (
            "box",
            "cat /settings/color; echo red > /settings/color",
            "blue! sh: /settings/color: Read-only file system\n= 1",
        ),
        ("web-0", "curl -s -o /dev/null -w '%{http_code} ' localhost localhost/x", "200 404 "),
        ("box", "wget -qO- web-0.nginx | grep title", "<title>Welcome to nginx!</title>\n"),
        ("box", "wget -q -O /tmp/page front && wc -l < /tmp/page", "23\n"),
        (
            "box",
            "wget -qO- web-0.nginx:8080",
            "! Connecting to web-0.nginx (10.244.0.15:8080)\nwget: can't connect to remote host (10.244.0.15): Connection refused\n= 1",
        ),
        ("box", "wget -qO- nobody", "! wget: bad address 'nobody'\n= 1"),
        ("web-0", "curl nobody", "! curl: (6) Could not resolve host: nobody\n= 6"),
        ("web-0", "curl -s 10.244.9.9", "= 7"),
        ("web-0", "curl -m 1 front:81", "~"),
        (
            "box",
            "nc -z web-0.nginx 80; nc -z web-0.nginx 81",
            "! nc: web-0.nginx (web-0.nginx:81): Connection refused\n= 1",
        ),
        ("box", "kill 1; kill 99", "! sh: kill: (99) - No such process\n= 1"),
        ("box", "pkill nothing", "= 1"),
        ("box", "cd /tmp && echo 'echo $1 of $#' > run.sh && sh run.sh x y", "x of 2\n"),
        ("box", "which sh nslookup bash", "/usr/bin/sh\n/usr/bin/nslookup\n= 1"),
        ("box", "grep -c . /etc/resolv.conf; grep box /etc/hosts", "3\n10.244.0.13\tbox\n"),
        ("web-0", "nginx -v", "! nginx version: nginx/1.27.0\n"),
    ] {
        assert_eq!(run(&mut world, pod, line), expected, "{pod}: {line}");
    }
}

#[test]
fn a_server_that_is_ended_ends_its_container() {
    let mut world = world(vec![
        pod("web-0", "registry.k8s.io/nginx-slim:0.8", 0, &json!({})),
        pod(
            "box",
            "busybox",
            0,
            &json!({"container": {"command": ["sh", "-c", "sleep 5; echo over; exit 4"]}}),
        ),
        pod("idle", "busybox", 0, &json!({"container": {"command": ["sleep", "infinity"]}})),
        pod("python", "python:3", 0, &json!({"container": {"command": ["python", "app.py"]}})),
    ]);
    // What is not modelled runs on and says nothing.
    assert_eq!(run(&mut world, "python", "hostname"), "python\n");
    assert_eq!(run(&mut world, "web-0", "pkill nginx"), "");
    assert_eq!(run(&mut world, "idle", "pkill sleep; ps | grep -c infinity"), "1\n");
    let over = place(&world, "box");
    world.enter(&over);
    assert_eq!(world.log(&Wanted::default()), "over\n");
    let (_, exits, _) = world.close();
    let ended: Vec<(&str, i64)> = exits.iter().map(|exit| (exit.pod.as_str(), exit.code)).collect();
    // The script shares the claim of the others, so that it comes to the present before them.
    assert_eq!(ended, [("box", 4), ("web-0", 0)]);
}

#[test]
fn files_live_as_long_as_what_they_lie_on() {
    let idle = json!({"container": {"command": ["sleep", "infinity"]}});
    let mut world = world(vec![pod("box", "busybox", 0, &idle)]);
    let write = "for place in /data /own /tmp; do echo kept > $place/file; done";
    let look = "for place in /data /own /tmp; do cat $place/file 2>/dev/null || echo gone; done";
    assert_eq!(run(&mut world, "box", write), "");
    assert_eq!(run(&mut world, "box", look), "kept\nkept\nkept\n");
    // The container starts again.
    let (containers, ..) = world.close();
    let mut world = World::new(containers, scene(vec![pod("box", "busybox", 1, &idle)]));
    assert_eq!(run(&mut world, "box", look), "kept\nkept\ngone\n");
    // Another pod with the same claim.
    let (containers, ..) = world.close();
    let mut world = World::new(containers, scene(vec![pod("other", "busybox", 0, &idle)]));
    assert_eq!(run(&mut world, "other", look), "kept\ngone\ngone\n");
    // Another volume behind the claim.
    let (containers, ..) = world.close();
    let mut changed = scene(vec![pod("other", "busybox", 0, &idle)]);
    changed.volumes =
        vec![object(Kind::PersistentVolume, json!({"metadata": {"name": "pv-1", "uid": "another"}}))];
    let mut world = World::new(containers, changed);
    assert_eq!(run(&mut world, "other", look), "gone\ngone\ngone\n");
}

#[test]
fn nothing_is_kept_of_what_nobody_looks_into() {
    let idle = json!({"container": {"command": ["sleep", "infinity"]}});
    let world = world(vec![pod("box", "busybox", 0, &idle)]);
    let (containers, exits, reports) = world.close();
    assert!(containers.is_empty() && exits.is_empty() && reports.is_empty());
    let mut world = World::new(containers, scene(vec![pod("box", "busybox", 0, &idle)]));
    run(&mut world, "box", "touch /tmp/x");
    let (containers, ..) = world.close();
    assert!(!containers.is_empty());
    // Its pod is gone.
    let (containers, ..) = World::new(containers, scene(Vec::new())).close();
    assert!(containers.is_empty());
}

#[test]
fn probes_fail_when_what_they_ask_for_is_taken_away() {
    let probes = json!({"container": {
        "ports": [{"name": "http", "containerPort": 80}],
        "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
        "livenessProbe": {"exec": {"command": ["sh", "-c", "test -f /usr/share/nginx/html/50x.html || nosuch"]}},
    }});
    let mut told = Vec::new();
    let mut containers = Containers::default();
    for line in [
        "true",
        "rm /usr/share/nginx/html/index.html",
        "rm /usr/share/nginx/html/50x.html",
        "echo x > /usr/share/nginx/html/index.html",
    ] {
        let mut world = World::new(containers, scene(vec![pod("web-0", "nginx", 0, &probes)]));
        run(&mut world, "web-0", line);
        let (kept, _, reports) = world.close();
        containers = kept;
        told.extend(reports.into_iter().map(|report| format!("{:?} {:?}", report.kind, report.failure)));
    }
    assert_eq!(
        told,
        [
            "Readiness Some(\"HTTP probe failed with statuscode: 403\")",
            "Liveness Some(\"sh: 1: nosuch: not found\")",
            "Readiness None",
        ]
    );
}

#[test]
fn what_does_not_run_has_the_kubelets_words() {
    let mut waiting = pod("box", "busybox", 0, &json!({}));
    waiting["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": "ContainerCreating"}});
    let mut nowhere = pod("nowhere", "busybox", 0, &json!({}));
    nowhere["spec"]["nodeName"] = json!("");
    let world = world(vec![waiting, nowhere]);
    let found = |pod: &str, container: &str, previous| world.find("default", pod, container, previous).err();
    let said = |text: &str| Some(Refusal::NotRunning(text.to_owned()));
    assert_eq!(found("none", "main", false), Some(Refusal::NoPod));
    assert_eq!(found("box", "none", false), Some(Refusal::NoContainer));
    assert_eq!(found("nowhere", "main", false), Some(Refusal::NoNode));
    assert_eq!(
        found("box", "main", false),
        said("container \"main\" in pod \"box\" is waiting to start: ContainerCreating")
    );
    assert_eq!(
        found("box", "main", true),
        said("previous terminated container \"main\" in pod \"box\" not found")
    );
}

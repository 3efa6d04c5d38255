//! Containers that share a folder of their node: locks, and what one does to another's probes.

use std::rc::Rc;

use serde_json::{Value, json};

use super::stage::{object, run};
use crate::api::Kind;
use crate::api::pod::Pod;
use crate::containers::{Containers, Scene, World, concerns_others};
use crate::sim::Time;

/// A pod on a node whose folder `/run` it has under `/node`.
fn daemon(name: &str, command: &Value, probe: &Value) -> Rc<Pod> {
    let container = json!({
        "name": "main", "image": "busybox", "command": command,
        "volumeMounts": [{"name": "node", "mountPath": "/node"}],
    });
    let mut container = container;
    if !probe.is_null() {
        container["readinessProbe"] = json!({"exec": {"command": probe}});
    }
    object(
        Kind::Pod,
        json!({
            "metadata": {"name": name, "namespace": "default", "uid": name},
            "spec": {
                "nodeName": "node-1", "containers": [container],
                "volumes": [{"name": "node", "hostPath": {"path": "/run"}}],
            },
            "status": {"phase": "Running", "podIP": "10.244.0.9", "containerStatuses": [{
                "name": "main", "ready": true, "restartCount": 0, "containerID": format!("containerd://{name}"),
                "state": {"running": {"startedAt": "2026-01-05T09:00:10Z"}},
            }]},
        }),
    )
}

fn ended(pod: &Rc<Pod>) -> Rc<Pod> {
    let mut pod = Rc::clone(pod);
    let status = &mut Rc::make_mut(&mut pod).status.container_statuses[0];
    status.state.running = None;
    status.state.terminated = Some(crate::api::pod::Terminated {
        container_id: status.container_id.clone(),
        exit_code: 143,
        started_at: Some(crate::api::Timestamp::at(Time::from_ms(10_000))),
        finished_at: Some(crate::api::Timestamp::at(Time::from_ms(40_000))),
        ..Default::default()
    });
    pod
}

fn world(containers: Containers, pods: &[&Rc<Pod>]) -> World {
    let pods = pods.iter().map(|pod| Rc::clone(pod)).collect();
    let nodes = vec![object(Kind::Node, json!({"metadata": {"name": "node-1"}}))];
    World::new(containers, Scene { now: Time::from_ms(60_000), pods, nodes, ..Scene::default() })
}

#[test]
fn a_lock_of_the_node_is_held_by_one_and_given_on() {
    let command = json!(["flock", "/node/lock", "sh", "-c", "touch /tmp/held; sleep infinity"]);
    let probe = json!(["test", "-e", "/tmp/held"]);
    let (old, new) = (daemon("old", &command, &probe), daemon("new", &command, &probe));
    assert!(concerns_others(&old));
    let mut alone = world(Containers::default(), &[&old]);
    alone.attend(&old, false);
    assert_eq!(run(&mut alone, "old", "ls /tmp /node"), "/tmp:\nheld\n\n/node:\nlock\n");
    let mut world_before = world(alone.close().0, &[&old, &new]);
    world_before.attend(&new, false);
    assert_eq!(run(&mut world_before, "new", "ls /tmp; flock -n /node/lock true"), "= 1");
    let (containers, exits, reports) = world_before.close();
    let told: Vec<(&str, bool)> =
        reports.iter().map(|report| (report.pod.as_str(), report.failure.is_some())).collect();
    assert_eq!((exits.len(), told), (0, vec![("new", true)]));
    // The old one has ended.
    let old = ended(&old);
    let mut world_after = world(containers, &[&old, &new]);
    world_after.attend(&old, false);
    assert_eq!(run(&mut world_after, "new", "ls /tmp"), "held\n");
    let (_, _, reports) = world_after.close();
    let told: Vec<(&str, bool)> =
        reports.iter().map(|report| (report.pod.as_str(), report.failure.is_some())).collect();
    assert_eq!(told, [("new", false)]);
}

#[test]
fn flock_says_what_is_wrong_and_gives_the_commands_code() {
    let pod = daemon("box", &json!(["sleep", "infinity"]), &Value::Null);
    let mut world = world(Containers::default(), &[&pod]);
    for (line, expected) in [
        ("flock /tmp/lock echo a", "a\n"),
        ("flock -n /tmp/lock -c 'exit 3'", "= 3"),
        ("flock -w 1 /tmp/lock true; echo $?", "0\n"),
        ("flock /tmp/lock", "! Usage: flock [-nx] [-w SECONDS] FILE [-c] PROG ARGS\n= 1"),
        ("flock /no/lock true", "! flock: can't open '/no/lock': No such file or directory\n= 1"),
        ("flock /tmp/lock flock -n /tmp/lock echo twice", "= 1"),
        ("flock /tmp/lock flock -n /tmp/other echo both", "both\n"),
        ("flock -w 5 /tmp/lock sleep 9", "~"),
    ] {
        assert_eq!(run(&mut world, "box", line), expected, "{line}");
    }
}

#[test]
fn what_one_writes_to_the_node_fails_the_probe_of_another() {
    let neighbour =
        daemon("web", &json!(["sh", "-c", "sleep infinity"]), &json!(["test", "!", "-e", "/node/x"]));
    let daemon = daemon("agent", &json!(["sh", "-c", "touch /node/x; sleep infinity"]), &Value::Null);
    let mut before = world(Containers::default(), &[&neighbour]);
    before.attend(&neighbour, false);
    let (containers, _, reports) = before.close();
    assert!(reports.is_empty());
    let mut after = world(containers, &[&neighbour, &daemon]);
    after.attend(&daemon, false);
    let (containers, _, reports) = after.close();
    assert_eq!(reports.iter().map(|report| report.pod.as_str()).collect::<Vec<_>>(), ["web"]);
    // It passes again as soon as the file is gone.
    let mut mended = world(containers, &[&neighbour, &daemon]);
    assert_eq!(run(&mut mended, "agent", "rm /node/x"), "");
    let (_, _, reports) = mended.close();
    assert_eq!(reports.iter().map(|report| report.failure.is_none()).collect::<Vec<_>>(), [true]);
}

#[test]
fn servers_and_pods_alone_concern_nobody() {
    let mut alone = daemon("box", &json!(["sh", "-c", "sleep infinity"]), &Value::Null);
    Rc::make_mut(&mut alone).spec.volumes.clear();
    assert!(!concerns_others(&alone));
    let mut server = daemon("web", &json!(["nginx"]), &Value::Null);
    Rc::make_mut(&mut server).spec.containers[0].image = "nginx".to_owned();
    assert!(!concerns_others(&server));
}

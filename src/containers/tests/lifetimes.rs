//! Containers and files that come, end and are forgotten; probes.

use serde_json::json;

use super::stage::{object, place, pod, run, scene, world};
use crate::api::Kind;
use crate::containers::log::Wanted;
use crate::containers::{Containers, Refusal, World};

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

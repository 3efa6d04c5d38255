//! Lives as recorded, and what a real node tells besides.

use serde_json::json;

use super::{Rig, place_of, web};
use crate::api::{Kind, Object, ObjectKey};
use crate::client::Request;
use crate::collections::sort;
use crate::kubelet::{Control, ProbeKind, Timing, agent};

#[test]
fn a_pod_lives_as_recorded() {
    let mut rig = Rig::new(Timing::recorded());
    rig.pod(web("registry.k8s.io/nginx-slim:0.8"));
    rig.run(10);
    let status = rig.stored().status.clone();
    assert_eq!((status.host_ip.as_str(), status.pod_ip.as_str()), ("172.18.0.2", "10.244.0.2"));
    assert_eq!(status.container_statuses[0].container_id, "containerd://x");
    let types: Vec<&str> = status.conditions.iter().map(|condition| condition.type_.as_str()).collect();
    assert_eq!(types, OWNED_IN_ORDER);
    rig.delete(None);
    rig.run(10);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +1200 1/1 Running r0
         +10000 1/1 Terminating r0 deleting
         +10900 0/1 Completed r0 deleting
         +11200 gone 0/1 Completed r0 deleting",
    );
    assert_eq!(rig.events(), [""; 0]);
    assert!(rig.agenda.is_empty() && rig.kubelets.workers.is_empty());
    assert_eq!(rig.kubelets.agents["node-1"].used, agent::Amounts::default());
}

const OWNED_IN_ORDER: [&str; 5] =
    ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

#[test]
fn a_bad_image_backs_off_and_its_pod_goes_without_having_run() {
    let mut rig = Rig::new(Timing::recorded());
    rig.pod(web("registry.k8s.io/nginx-slim:bad"));
    rig.run(34);
    rig.delete(None);
    rig.run(5);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +800 0/1 ErrImagePull r0
         +2300 0/1 ImagePullBackOff r0
         +33100 0/1 ErrImagePull r0
         +34000 0/1 Terminating r0 deleting
         +35200 gone 0/1 Terminating r0 deleting",
    );
}

#[test]
fn a_crash_and_lost_readiness_show_as_recorded() {
    let mut rig = Rig::new(Timing::recorded());
    let mut spec = web("zk");
    spec["containers"][0]["command"] = json!(["sleep", "infinity"]);
    spec["containers"][0]["readinessProbe"] = json!({"initialDelaySeconds": 3});
    rig.pod(spec);
    rig.run(10);
    let (namespace, pod) = place_of("web-0");
    rig.control(Control::Crash { namespace: namespace.clone(), pod: pod.clone() }).unwrap();
    rig.run(10);
    rig.control(Control::Unready { namespace: namespace.clone(), pod: pod.clone() }).unwrap();
    rig.run(10);
    rig.control(Control::Ready { namespace, pod }).unwrap();
    rig.delete(None);
    rig.run(10);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +1200 0/1 Running r0
         +4200 1/1 Running r0
         +10000 0/1 Error r0
         +10400 0/1 Running r1
         +13400 1/1 Running r1
         +20000 0/1 Running r1
         +30000 1/1 Running r1
         +30000 1/1 Terminating r1 deleting
         +30900 0/1 Error r1 deleting
         +31200 gone 0/1 Error r1 deleting",
    );
}

#[test]
fn a_probe_that_fails_before_it_ever_passed_keeps_a_container_unready() {
    let mut rig = Rig::new(Timing::default());
    let probe = json!({"exec": {"command": ["true"]}, "initialDelaySeconds": 5, "periodSeconds": 2});
    rig.pod(json!({"containers": [{"name": "web", "image": "nginx", "readinessProbe": probe}]}));
    let is_ready = |rig: &Rig| rig.stored().status.container_statuses.iter().all(|status| status.ready);
    let report = |rig: &mut Rig, failure: Option<&str>| {
        let failure = failure.map(str::to_owned);
        rig.with_context(|kubelets, context| {
            kubelets.report_probe(("default", "web-0", "web"), ProbeKind::Readiness, failure, context);
        });
        rig.settle();
    };
    rig.run(4);
    report(&mut rig, Some("no"));
    rig.run(60);
    assert!(!is_ready(&rig));
    report(&mut rig, None);
    rig.run(4);
    assert!(is_ready(&rig));
}

#[test]
fn a_real_node_tells_what_it_does_and_keeps_images() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx:1.25"));
    rig.run(5);
    rig.delete(None);
    rig.run(5);
    rig.pod(web("nginx:1.25"));
    rig.run(5);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 1/1 Running r0
         +5000 1/1 Terminating r0 deleting
         +6000 0/1 Completed r0 deleting
         +6300 gone 0/1 Completed r0 deleting
         +10000 0/1 Pending r0
         +10000 0/1 ContainerCreating r0
         +10500 1/1 Running r0",
    );
    let mut events = rig.events();
    sort(&mut events);
    let pulled: Vec<&String> = events.iter().filter(|event| event.starts_with("Pulled")).collect();
    assert!(pulled[0].ends_with("already present on machine and can be accessed by the pod"), "{events:#?}");
    assert!(pulled[1].contains("in 1.5s (1.5s including waiting). Image size: "), "{events:#?}");
    assert!(events.contains(&"Killing Stopping container nginx".to_owned()));
    assert!(
        rig.stored().status.container_statuses[0].image_id.starts_with("docker.io/library/nginx@sha256:")
    );
}

#[test]
fn claims_are_waited_for() {
    let mut rig = Rig::new(Timing::recorded());
    let mut spec = web("nginx");
    spec["volumes"] = json!([{"name": "www", "persistentVolumeClaim": {"claimName": "www-web-0"}}]);
    rig.pod(spec);
    rig.run(5);
    let claim = json!({
        "metadata": {"name": "www-web-0", "namespace": "default"},
        "spec": {"volumeName": "v"},
    });
    rig.create(Kind::PersistentVolumeClaim, claim);
    let key = ObjectKey::new(Kind::PersistentVolumeClaim, "default", "www-web-0");
    let Ok(Object::PersistentVolumeClaim(claim)) = rig.server.get(&key).cloned() else { panic!("no claim") };
    let mut claim = (*claim).clone();
    claim.status.phase = "Bound".to_owned();
    rig.server.handle(Request::update_status(claim)).unwrap();
    rig.settle();
    rig.run(5);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +6200 1/1 Running r0",
    );
    assert!(rig.kubelets.awaiting.is_empty());
}

#[test]
fn a_stopped_node_catches_up() {
    let mut rig = Rig::new(Timing::recorded());
    rig.pod(web("nginx"));
    rig.run(1);
    let node = "node-1".to_owned();
    rig.control(Control::StopNode { node: node.clone() }).unwrap();
    rig.run(10);
    rig.control(Control::StartNode { node: node.clone() }).unwrap();
    rig.run(5);
    rig.control(Control::StopNode { node: node.clone() }).unwrap();
    rig.delete(None);
    rig.run(60);
    rig.control(Control::StartNode { node: node.clone() }).unwrap();
    rig.run(5);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +11000 1/1 Running r0
         +16000 1/1 Terminating r0 deleting
         +76900 0/1 Completed r0 deleting
         +77200 gone 0/1 Completed r0 deleting",
    );
    let lost = Control::Crash { namespace: "default".to_owned(), pod: "web-0".to_owned() };
    assert_eq!(rig.control(lost), Err("pod \"web-0\" has no running container".to_owned()));
    assert_eq!(
        rig.control(Control::StopNode { node: "node-9".to_owned() }),
        Err("node \"node-9\" has no machine here".to_owned())
    );
}

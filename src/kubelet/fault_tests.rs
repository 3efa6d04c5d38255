//! Outages of nodes and faults of programs, as rows of a pod's life.
//!
//! Models nothing by itself: it plays the API server's and the people's part, Kubernetes v1.36.

use serde_json::json;

use super::tests::{Rig, web};
use super::*;
use crate::api::ObjectKey;
use crate::api::meta::Condition;
use crate::client::{DeleteOptions, Request};

fn node() -> String {
    "node-1".to_owned()
}

fn pod() -> (String, String) {
    ("default".to_owned(), "web-0".to_owned())
}

fn lease_time(rig: &Rig) -> Option<crate::api::Timestamp> {
    let key = ObjectKey::new(Kind::Lease, crate::api::heartbeat::LEASE_NAMESPACE, "node-1");
    match rig.server.get(&key) {
        Ok(Object::Lease(lease)) => crate::api::heartbeat::renew_time(lease),
        other => panic!("no lease: {other:?}"),
    }
}

fn events_about(rig: &Rig, name: &str) -> Vec<String> {
    let events = rig.server.list(Kind::Event, None).filter_map(|object| match object {
        Object::Event(event) if event.involved_object.name == name => Some(event.reason.clone()),
        _ => None,
    });
    events.collect()
}

#[test]
fn heartbeats_are_written_down_when_they_stop() {
    let mut rig = Rig::new(Timing::default());
    assert_eq!(lease_time(&rig), None);
    rig.run(37);
    rig.control(Control::Partition { node: node() }).unwrap();
    assert_eq!(lease_time(&rig).map(|time| time.time().ms()), Some(30_000));
    rig.run(10);
    rig.control(Control::StartNode { node: node() }).unwrap();
    assert_eq!(lease_time(&rig), None);
    assert!(rig.agenda.is_empty(), "a healthy node has no timers");
}

/// A lease that is left from a node's earlier life and names it is renewed by the kubelet that registers anew
/// (`backoffEnsureLease`), so that nobody takes the new node for lost.
#[test]
fn a_lease_that_is_left_is_renewed_when_its_node_joins_again() {
    let mut rig = Rig::new(Timing::default());
    rig.run(37);
    rig.control(Control::Partition { node: node() }).unwrap();
    rig.run(60);
    rig.remove_node();
    assert!(lease_time(&rig).is_some(), "the last heartbeat is written down");
    let key = ObjectKey::new(Kind::Lease, crate::api::heartbeat::LEASE_NAMESPACE, "node-1");
    let left = rig.server.get(&key).unwrap().meta().uid.clone();
    rig.control(Control::StartNode { node: node() }).unwrap();
    assert_eq!(lease_time(&rig), None, "it is renewed from now on");
    assert_eq!(rig.server.get(&key).unwrap().meta().uid, left);
    // The collector removes it, as its owner is gone; the next renewal makes another, which names the new
    // node.
    rig.server.handle(Request::delete(key.clone(), DeleteOptions::default())).unwrap();
    rig.run(11);
    let made = rig.server.get(&key).unwrap().meta();
    let node = rig.server.get(&ObjectKey::new(Kind::Node, "", "node-1")).unwrap();
    assert_eq!(made.owner_references[0].uid, node.meta().uid);
    rig.run(60);
    assert!(rig.agenda.is_empty(), "a healthy node has no timers");
}

/// A kubelet sets right what others write into its pod's status (`needsReconcile`), as the life cycle of
/// nodes does while it takes a node for lost.
#[test]
fn readiness_that_was_taken_comes_back() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(10);
    let mut pod = (*rig.stored()).clone();
    assert!(pod.is_ready());
    for condition in pod.status.conditions.iter_mut().filter(|condition| condition.type_ == "Ready") {
        "False".clone_into(&mut condition.status);
    }
    rig.server.handle(Request::update_status(pod)).unwrap();
    rig.settle();
    assert!(!rig.stored().is_ready());
    rig.run(11);
    assert!(rig.stored().is_ready());
    assert!(rig.agenda.is_empty());
}

#[test]
fn no_container_survives_a_loss_of_power() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(10);
    let address = rig.stored().status.pod_ip.clone();
    rig.control(Control::PowerOff { node: node() }).unwrap();
    assert_eq!(rig.kubelets.running().count(), 0);
    rig.run(100);
    rig.control(Control::StartNode { node: node() }).unwrap();
    rig.run(10);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 1/1 Running r0
         +110000 0/1 Unknown r0
         +110900 1/1 Running r1",
    );
    let status = rig.stored().status.clone();
    let last = status.container_statuses[0].last_state.terminated.clone().unwrap();
    assert_eq!((last.exit_code, last.reason.as_str()), (255, "Unknown"));
    assert_ne!(status.pod_ip, address, "a new sandbox has a new address");
    let told = events_about(&rig, "node-1");
    assert!(["Starting", "Rebooted"].iter().all(|reason| told.iter().any(|t| t == reason)), "{told:?}");
}

#[test]
fn containers_run_on_while_a_node_is_cut_off() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(10);
    rig.control(Control::Partition { node: node() }).unwrap();
    // Its kubelet restarts what ends, and nobody hears of it.
    let (namespace, name) = pod();
    rig.control(Control::Crash { namespace, pod: name }).unwrap();
    rig.delete(None);
    rig.run(30);
    assert_eq!(rig.kubelets.running().count(), 1);
    rig.control(Control::StartNode { node: node() }).unwrap();
    rig.run(10);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 1/1 Running r0
         +10000 1/1 Terminating r0 deleting
         +41000 0/1 Completed r1 deleting
         +41300 gone 0/1 Completed r1 deleting",
    );
    assert!(rig.kubelets.workers.is_empty());
}

#[test]
fn a_pod_that_was_removed_by_force_runs_on_where_nobody_is_told() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(10);
    rig.control(Control::Partition { node: node() }).unwrap();
    rig.delete(Some(0));
    rig.run(30);
    assert_eq!(rig.kubelets.running().count(), 1, "its object is gone, it runs on");
    rig.control(Control::StartNode { node: node() }).unwrap();
    rig.run(10);
    assert_eq!(rig.kubelets.running().count(), 0);
    assert!(rig.kubelets.workers.is_empty() && rig.agenda.is_empty());
    // On a node that is told it ends a second later.
    rig.pod(web("nginx"));
    rig.run(10);
    rig.delete(Some(0));
    assert_eq!(rig.kubelets.running().count(), 1);
    rig.run(2);
    assert_eq!(rig.kubelets.running().count(), 0);
}

#[test]
fn a_crash_loop_backs_off_and_ends_when_its_cause_does() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(10);
    let (namespace, name) = pod();
    rig.control(Control::CrashLoop {
        namespace: namespace.clone(),
        pod: name.clone(),
        after_ms: 1_000,
        code: 3,
    })
    .unwrap();
    rig.run(50);
    rig.control(Control::ClearPod { namespace, pod: name }).unwrap();
    rig.run(60);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 1/1 Running r0
         +11000 0/1 Error r0
         +12400 1/1 Running r1
         +13400 0/1 Error r1
         +14400 0/1 CrashLoopBackOff r1
         +24300 1/1 Running r2
         +25300 0/1 Error r2
         +26300 0/1 CrashLoopBackOff r2
         +46200 1/1 Running r3
         +47200 0/1 Error r3
         +48200 0/1 CrashLoopBackOff r3
         +88100 1/1 Running r4",
    );
}

#[test]
fn memory_liveness_and_signals() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(5);
    let (namespace, name) = pod();
    rig.control(Control::OutOfMemory { namespace: namespace.clone(), pod: name.clone() }).unwrap();
    rig.run(700);
    rig.control(Control::FailLiveness { namespace: namespace.clone(), pod: name.clone() }).unwrap();
    rig.run(5);
    rig.control(Control::IgnoreTerm { namespace, pod: name }).unwrap();
    rig.delete(None);
    rig.run(40);
    // It ran for more than ten minutes: the second restart waits for nothing.
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 1/1 Running r0
         +5000 0/1 OOMKilled r0
         +6400 1/1 Running r1
         +706000 0/1 Completed r1
         +707400 1/1 Running r2
         +710000 1/1 Terminating r2 deleting
         +740000 0/1 Error r2 deleting
         +740300 gone 0/1 Error r2 deleting",
    );
}

#[test]
fn an_evicted_pod_says_what_took_it_away() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(10);
    let (namespace, name) = pod();
    rig.control(Control::Evict { namespace, pod: name }).unwrap();
    rig.run(1);
    let pod = rig.stored();
    let target = Condition::find(&pod.status.conditions, "DisruptionTarget").unwrap();
    assert_eq!((target.status.as_str(), target.reason.as_str()), ("True", "TerminationByKubelet"));
    assert_eq!((pod.status.phase.as_str(), pod.status.reason.as_str()), ("Failed", "Evicted"));
    assert_eq!(target.message, pod.status.message);
}

#[test]
fn a_registry_loses_an_image_and_finds_it_again() {
    let mut rig = Rig::new(Timing::default());
    let image = "nginx:1".to_owned();
    rig.control(Control::BreakImage { image: image.clone() }).unwrap();
    rig.pod(web(&image));
    rig.run(8);
    rig.control(Control::ClearImage { image: image.clone() }).unwrap();
    rig.control(Control::SlowPull { image, by_ms: 30_000 }).unwrap();
    rig.run(60);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +1000 0/1 ErrImagePull r0
         +2500 0/1 ImagePullBackOff r0
         +43000 1/1 Running r0",
    );
}

#[test]
fn a_slow_start_delays_the_first_probe_that_passes() {
    let mut rig = Rig::new(Timing::default());
    let (namespace, name) = pod();
    rig.control(Control::SlowStart { namespace, pod: name, by_ms: 25_000 }).unwrap();
    let mut spec = web("nginx");
    spec["containers"][0]["readinessProbe"] = json!({"periodSeconds": 10});
    rig.pod(spec);
    rig.run(60);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 0/1 Running r0
         +33000 1/1 Running r0",
    );
}

#[test]
fn nodes_join_change_their_size_and_are_short_of_things() {
    let mut rig = Rig::new(Timing::default());
    let joining = NodeConfig { cpu: "2".to_owned(), ..NodeConfig::named("node-2") };
    rig.control(Control::AddNode { node: joining.clone() }).unwrap();
    let stored = |rig: &Rig| match rig.server.get(&ObjectKey::new(Kind::Node, "", "node-2")) {
        Ok(Object::Node(node)) => Rc::clone(node),
        other => panic!("no node: {other:?}"),
    };
    assert!(!stored(&rig).is_ready());
    rig.run(5);
    assert!(stored(&rig).is_ready());
    assert_eq!(stored(&rig).status.allocatable["cpu"], "2");
    assert!(rig.control(Control::AddNode { node: joining }).is_err(), "it is there already");
    let size = |cpu: &str| Control::Resize {
        node: "node-2".into(),
        cpu: cpu.into(),
        memory: String::new(),
        pods: Some(5),
    };
    rig.control(size("8")).unwrap();
    let status = stored(&rig).status.clone();
    assert_eq!((status.capacity["cpu"].as_str(), status.allocatable["pods"].as_str()), ("8", "5"));
    rig.control(Control::Pressure { node: "node-2".into(), of: Pressure::Disk, on: true }).unwrap();
    let condition = |rig: &Rig, type_: &str| {
        let status = stored(rig).status.clone();
        Condition::find(&status.conditions, type_).unwrap().reason.clone()
    };
    assert_eq!(condition(&rig, "DiskPressure"), "KubeletHasDiskPressure");
    rig.control(Control::Pressure { node: "node-2".into(), of: Pressure::Disk, on: false }).unwrap();
    assert_eq!(condition(&rig, "DiskPressure"), "KubeletHasNoDiskPressure");
    let told = events_about(&rig, "node-2");
    assert!(told.contains(&"NodeHasDiskPressure".to_owned()) && told.contains(&"NodeReady".to_owned()));
}

#[test]
fn a_node_whose_object_was_deleted_registers_when_it_starts_again() {
    let mut rig = Rig::new(Timing::default());
    let key = ObjectKey::new(Kind::Node, "", "node-1");
    let uid = |rig: &Rig| rig.server.get(&key).map(|node| node.meta().uid.clone()).ok();
    let old = uid(&rig);
    rig.server.handle(Request::delete(key.clone(), DeleteOptions::default())).unwrap();
    rig.settle();
    rig.run(60);
    assert_eq!(uid(&rig), None);
    rig.control(Control::Reboot { node: node() }).unwrap();
    rig.run(5);
    assert!(uid(&rig).is_some() && uid(&rig) != old);
    rig.control(Control::ForgetNode { node: node() }).unwrap();
    assert!(rig.control(Control::StartNode { node: node() }).is_err());
}

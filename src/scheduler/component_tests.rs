//! The scheduler beside a server, on virtual time: Events, conditions, bindings and retries.

use serde_json::{Value, json};

use super::{DEFAULT_SCHEDULER, Place, Scheduler, Timer};
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::ApiServer;
use crate::client::{Cache, Component as _, Context, DeleteOptions, Informer, Recorder, Request};
use crate::collections::sort;
use crate::sim::{Agenda, Rng, Span};

struct World {
    server: ApiServer,
    scheduler: Scheduler,
    cache: Cache,
    informers: Vec<Informer>,
    recorder: Recorder,
    rng: Rng,
    agenda: Agenda<Timer>,
}

impl World {
    fn with_nodes(count: usize) -> Self {
        let scheduler = Scheduler::default();
        let informer = |kind: &Kind| Informer::new(*kind, Span::from_ms(10));
        let mut world = Self {
            server: ApiServer::new(Rng::new(1)),
            informers: scheduler.watches().iter().map(informer).collect(),
            scheduler,
            cache: Cache::default(),
            recorder: Recorder::default(),
            rng: Rng::new(2),
            agenda: Agenda::default(),
        };
        for number in 1..=count {
            let name = format!("node-{number}");
            world.create(
                Kind::Node,
                json!({
                    "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
                    "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}},
                }),
            );
            // Admission taints a new node until it is ready.
            world.taint(&name, false);
        }
        world.run(50);
        world
    }

    fn run(&mut self, ms: u64) {
        let end = self.agenda.now() + Span::from_ms(ms);
        loop {
            let store = self.server.store();
            let arrival = self.informers.iter().filter_map(|informer| informer.next_arrival(store)).min();
            let timer = self.agenda.next_due();
            let Some(next) = arrival.into_iter().chain(timer).min().filter(|next| *next <= end) else {
                break;
            };
            let mut changes = Vec::new();
            let fired = if timer == Some(next) { self.agenda.pop() } else { None };
            self.agenda.advance(next.max(self.agenda.now()));
            let now = self.agenda.now();
            self.server.set_now(now);
            if fired.is_none() {
                for informer in &mut self.informers {
                    changes.extend(informer.deliver(self.server.store(), now, &mut self.cache));
                }
            }
            let mut context = Context::new(&self.cache, &mut self.server, &mut self.recorder, &mut self.rng);
            match fired {
                Some(timer) => self.scheduler.wake(timer, &mut context),
                None => self.scheduler.observe(&changes, &mut context),
            }
            for (at, timer) in context.into_timers() {
                self.agenda.schedule(at, timer);
            }
        }
        self.agenda.advance(end);
        self.server.set_now(end);
    }

    /// The scheduler starts anew, with nothing in its memory and lists to be read.
    fn restart(&mut self) {
        self.scheduler = Scheduler::default();
        self.cache = Cache::default();
        self.informers = self.informers.iter().map(Informer::anew).collect();
        self.agenda.retain(|_| false);
    }

    fn create(&mut self, kind: Kind, value: Value) {
        self.server.handle(Request::create(Object::from_value(kind, value).unwrap())).unwrap();
    }

    fn pod(&mut self, name: &str, spec: Value) {
        let mut spec = spec;
        spec["containers"] = json!([{
            "name": "c", "image": "i",
            "resources": {"requests": spec.get("requests").cloned().unwrap_or(json!({}))},
        }]);
        self.create(Kind::Pod, json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec}));
    }

    fn late_claim(&mut self, name: &str) {
        if self.server.get(&ObjectKey::new(Kind::StorageClass, "", "late")).is_err() {
            self.create(
                Kind::StorageClass,
                json!({
                    "metadata": {"name": "late"},
                    "provisioner": "rancher.io/local-path",
                    "volumeBindingMode": "WaitForFirstConsumer",
                }),
            );
        }
        self.create(
            Kind::PersistentVolumeClaim,
            json!({
                "metadata": {"name": name, "namespace": "default"},
                "spec": {"storageClassName": "late", "resources": {"requests": {"storage": "1Gi"}}},
            }),
        );
    }

    fn update(&mut self, kind: Kind, namespace: &str, name: &str, change: impl FnOnce(&mut Object)) {
        let mut object = self.server.get(&ObjectKey::new(kind, namespace, name)).unwrap().clone();
        change(&mut object);
        self.server.handle(Request::update(object)).unwrap();
    }

    fn taint(&mut self, node: &str, is_tainted: bool) {
        self.update(Kind::Node, "", node, |object| {
            let mut value = object.to_value();
            value["spec"]["taints"] = if is_tainted {
                json!([{"key": "team", "value": "a", "effect": "NoSchedule"}])
            } else {
                json!([])
            };
            *object = Object::from_value(Kind::Node, value).unwrap();
        });
    }

    fn live(&self, name: &str) -> std::rc::Rc<Pod> {
        match self.server.get(&ObjectKey::new(Kind::Pod, "default", name)) {
            Ok(Object::Pod(pod)) => std::rc::Rc::clone(pod),
            other => panic!("{other:?}"),
        }
    }

    /// Messages of the scheduler's Events about a pod, without the part about preemption.
    fn told(&self, pod: &str) -> Vec<String> {
        let mut told = Vec::new();
        for object in self.server.list(Kind::Event, None) {
            if let Object::Event(event) = object
                && event.involved_object.name == pod
                && event.source.component == DEFAULT_SCHEDULER
            {
                let message = event.message.split(" no new claims").next().unwrap_or_default();
                told.push(message.to_owned());
            }
        }
        told
    }
}

#[test]
fn a_pod_is_bound_and_an_event_says_so() {
    let mut world = World::with_nodes(1);
    world.pod("plain", json!({}));
    world.run(50);
    assert_eq!(world.live("plain").spec.node_name, "node-1");
    assert_eq!(world.told("plain"), ["Successfully assigned default/plain to node-1"]);
    let key = ObjectKey::new(Kind::Pod, "default", "plain");
    let attempt = world.scheduler.last_attempt(&key).unwrap();
    let looked_at: Vec<_> = attempt.nodes.iter().map(|node| (&*node.node, node.total())).collect();
    assert_eq!((attempt.chosen.as_deref(), looked_at), (Some("node-1"), vec![("node-1", None)]));
}

/// In the list that it reads the pod that waits stands before the one that leaves it no room.
#[test]
fn a_scheduler_that_starts_knows_of_all_pods_before_it_places_one() {
    let mut world = World::with_nodes(1);
    world.pod("web-1", json!({"requests": {"cpu": "3"}}));
    world.run(100);
    assert!(world.live("web-1").is_bound());
    world.pod("web-0", json!({"requests": {"cpu": "3"}}));
    world.restart();
    world.run(100);
    assert!(!world.live("web-0").is_bound(), "the node has room for one of them");
    assert_eq!(world.told("web-0"), ["0/1 nodes are available: 1 Insufficient cpu."]);
}

#[test]
fn each_change_of_a_node_is_tried_as_in_the_recording() {
    let mut world = World::with_nodes(3);
    world.pod("big", json!({"requests": {"cpu": "5"}}));
    world.run(2_000);
    for node in ["node-1", "node-2", "node-3"] {
        world.taint(node, true);
    }
    world.run(2_000);
    let mut told = world.told("big");
    sort(&mut told);
    assert_eq!(
        told,
        [
            "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).",
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.",
            "0/3 nodes are available: 3 Insufficient cpu.",
            "0/3 nodes are available: 3 node(s) had untolerated taint(s).",
        ]
    );
    let pod = world.live("big");
    let condition = pod.status.conditions.iter().find(|c| c.type_ == "PodScheduled").unwrap();
    assert_eq!((condition.status.as_str(), condition.reason.as_str()), ("False", "Unschedulable"));
    assert!(condition.message.starts_with("0/3 nodes are available: 3 node(s) had untolerated taint(s)."));
    assert_eq!(world.scheduler.place(&pod.metadata.uid), Some(Place::Unschedulable));
    // A label that no plugin waits for tries nothing.
    let revision = world.server.store().revision();
    world.update(Kind::Node, "", "node-1", |object| {
        object.meta_mut().labels.insert("disk".to_owned(), "ssd".to_owned());
    });
    world.run(2_000);
    assert_eq!(world.server.store().revision(), revision + 1);
}

#[test]
fn room_that_a_deleted_pod_leaves_is_used() {
    let mut world = World::with_nodes(1);
    for name in ["first", "second"] {
        world.pod(name, json!({"requests": {"cpu": "3"}}));
        world.run(20);
    }
    assert!(!world.live("second").is_bound());
    let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    let key = ObjectKey::new(Kind::Pod, "default", "first");
    world.server.handle(Request::delete(key, options)).unwrap();
    world.run(20);
    assert!(world.live("second").is_bound());
}

fn claim_volume(claim: &str) -> Value {
    json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]})
}

fn bind_claim(world: &mut World, claim: &str) {
    world.create(
        Kind::PersistentVolume,
        json!({"metadata": {"name": "pv"}, "spec": {"capacity": {"storage": "1Gi"}}}),
    );
    world.update(Kind::PersistentVolumeClaim, "default", claim, |object| {
        let mut value = object.to_value();
        value["spec"]["volumeName"] = "pv".into();
        value["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = "yes".into();
        *object = Object::from_value(Kind::PersistentVolumeClaim, value).unwrap();
    });
}

#[test]
fn a_pod_is_bound_at_the_first_look_after_its_claim() {
    let mut world = World::with_nodes(2);
    world.late_claim("data");
    world.pod("web-0", claim_volume("data"));
    world.run(100);
    let claim = world.server.get(&ObjectKey::new(Kind::PersistentVolumeClaim, "default", "data")).unwrap();
    let node = claim.meta().annotations["volume.kubernetes.io/selected-node"].clone();
    assert_eq!(world.live("web-0").status.extra["nominatedNodeName"], json!(node));
    bind_claim(&mut world, "data");
    world.run(800);
    assert!(!world.live("web-0").is_bound(), "claims are looked at once a second");
    world.run(200);
    assert_eq!(world.live("web-0").spec.node_name, node);
    assert!(!world.live("web-0").status.extra.contains_key("nominatedNodeName"));
}

#[test]
fn a_pod_that_is_deleted_on_its_way_frees_its_room() {
    let mut world = World::with_nodes(1);
    world.late_claim("data");
    let mut spec = claim_volume("data");
    spec["requests"] = json!({"cpu": "3"});
    world.pod("web-0", spec);
    world.run(100);
    world.pod("other", json!({"requests": {"cpu": "3"}}));
    world.run(100);
    assert!(!world.live("other").is_bound(), "the room is assumed to be taken");
    let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    world.server.handle(Request::delete(ObjectKey::new(Kind::Pod, "default", "web-0"), options)).unwrap();
    world.run(100);
    assert!(world.live("other").is_bound());
    world.run(400_000);
    assert!(world.agenda.next_due().is_none(), "nothing is waited for any more");
}

/// `ForgetPod` is for a pod that is assumed to be somewhere: one that the watch has shown to be there keeps
/// its room, whatever becomes of the attempt to bind it.
#[test]
fn a_pod_that_was_bound_meanwhile_keeps_its_room() {
    let mut world = World::with_nodes(1);
    world.late_claim("data");
    let mut spec = claim_volume("data");
    spec["requests"] = json!({"cpu": "3"});
    world.pod("web-0", spec);
    world.run(100);
    // The scheduler waits for the claim, and somebody else binds the pod.
    let key = ObjectKey::new(Kind::Pod, "default", "web-0");
    world.server.handle(Request::Bind { key, uid: None, node: "node-1".to_owned() }).unwrap();
    world.run(100);
    bind_claim(&mut world, "data");
    world.run(2_000);
    assert!(world.live("web-0").is_bound());
    world.pod("other", json!({"requests": {"cpu": "3"}}));
    world.run(10_000);
    assert!(!world.live("other").is_bound(), "there is no room beside web-0");
}

/// The scheduler still sees a pod that is gone: what it decides for it says nothing about a namesake.
#[test]
fn a_namesake_is_not_bound_for_the_pod_before_it() {
    let mut world = World::with_nodes(2);
    let on = |node: &str| json!({"nodeSelector": {"kubernetes.io/hostname": node}});
    world.pod("web-0", on("node-1"));
    world.run(5);
    let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    world.server.handle(Request::delete(ObjectKey::new(Kind::Pod, "default", "web-0"), options)).unwrap();
    world.pod("web-0", on("node-2"));
    world.run(1_000);
    assert_eq!(world.live("web-0").spec.node_name, "node-2");
}

#[test]
fn a_claim_that_changed_meanwhile_is_an_error_and_tried_again() {
    let mut world = World::with_nodes(1);
    world.late_claim("data");
    world.run(100);
    world.pod("web-0", claim_volume("data"));
    world.run(5);
    world.update(Kind::PersistentVolumeClaim, "default", "data", |object| {
        object.meta_mut().labels.insert("app".to_owned(), "web".to_owned());
    });
    world.run(100);
    assert_eq!(
        world.told("web-0"),
        [
            "running PreBind plugin \"VolumeBinding\": Operation cannot be fulfilled on persistentvolumeclaims \"data\": \
          the object has been modified; please apply your changes to the latest version and try again"
        ]
    );
    assert_eq!(world.scheduler.place(&world.live("web-0").metadata.uid), Some(Place::ErrorBackoff));
    world.run(2_500);
    let claim = world.server.get(&ObjectKey::new(Kind::PersistentVolumeClaim, "default", "data")).unwrap();
    assert!(claim.meta().annotations.contains_key("volume.kubernetes.io/selected-node"));
}

#[test]
fn a_pod_of_high_priority_drives_others_out_and_keeps_the_room() {
    let mut world = World::with_nodes(1);
    world.pod("low", json!({"requests": {"cpu": "4"}}));
    world.run(50);
    assert_eq!(world.live("low").spec.node_name, "node-1");
    world.pod("high", json!({"requests": {"cpu": "4"}, "priority": 2_000_000_000, "priorityClassName": "system-cluster-critical"}));
    world.run(50);
    // The kubelet has not ended the victim yet.
    let low = world.live("low");
    assert!(low.is_terminating());
    let mark = low.status.conditions.iter().find(|condition| condition.type_ == "DisruptionTarget").unwrap();
    assert_eq!(
        (mark.reason.as_str(), mark.message.as_str()),
        ("PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod")
    );
    let high = world.live("high");
    assert_eq!(high.status.extra["nominatedNodeName"], json!("node-1"));
    let told = |world: &World, reason: &str| -> Vec<String> {
        let events = world.server.list(Kind::Event, None).filter_map(|object| match object {
            Object::Event(event) if event.reason == reason => {
                Some(format!("{}: {}", event.involved_object.name, event.message))
            }
            _ => None,
        });
        events.collect()
    };
    assert_eq!(
        told(&world, "Preempted"),
        [format!("low: Preempted by pod {} on node node-1", high.metadata.uid)]
    );
    assert_eq!(told(&world, "FailedScheduling"), ["high: 0/1 nodes are available: 1 Insufficient cpu."]);
    // The room that comes free is not for a pod of lower priority.
    world.pod("late", json!({"requests": {"cpu": "1"}}));
    let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    world.server.handle(Request::delete(ObjectKey::new(Kind::Pod, "default", "low"), options)).unwrap();
    world.run(5_000);
    assert_eq!(world.live("high").spec.node_name, "node-1");
    assert!(!world.live("high").status.extra.contains_key("nominatedNodeName"));
    assert_eq!(world.live("late").spec.node_name, "");
}

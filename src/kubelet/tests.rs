//! Whole lives of pods on virtual time, as rows that `kubectl get pods --watch` would print.
//!
//! Models nothing by itself: it plays the API server's and the scheduler's part for the kubelets,
//! Kubernetes v1.36.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::api::ObjectKey;
use crate::apiserver::{ApiServer, Body, WatchEventType};
use crate::client::{Cache, DeleteOptions, Informer, Recorder, Request};
use crate::collections::sort;
use crate::sim::{Agenda, Rng, Span};

/// A server, the kubelets, and nothing else.
pub(super) struct Rig {
    pub(super) server: ApiServer,
    pub(super) kubelets: Kubelets,
    cache: Cache,
    informers: Vec<Informer>,
    recorder: Recorder,
    rng: Rng,
    pub(super) agenda: Agenda<Timer>,
    seen: u64,
    rows: String,
    last_row: String,
}

impl Rig {
    pub(super) fn new(timing: Timing) -> Self {
        let kubelets = Kubelets::new(timing, &[NodeConfig::recorded("node-1")]);
        let informers = kubelets.watches().iter().map(|&kind| Informer::new(kind, Span::ZERO)).collect();
        let mut rig = Self {
            server: ApiServer::new(Rng::new(1)),
            kubelets,
            cache: Cache::default(),
            informers,
            recorder: Recorder::default(),
            rng: Rng::new(2),
            agenda: Agenda::default(),
            seen: 0,
            rows: String::new(),
            last_row: String::new(),
        };
        for namespace in ["default", crate::api::heartbeat::LEASE_NAMESPACE] {
            rig.create(Kind::Namespace, json!({"metadata": {"name": namespace}}));
        }
        let node = node_object(&NodeConfig::recorded("node-1"));
        rig.server.handle(Request::create(node)).unwrap();
        rig.settle();
        rig
    }

    fn create(&mut self, kind: Kind, object: Value) {
        let object = Object::from_value(kind, object).unwrap();
        let namespace = object.meta().namespace.clone();
        self.server
            .handle(Request::Create { kind, namespace, body: Body::Typed(object), dry_run: false })
            .unwrap();
        self.settle();
    }

    /// A pod `web-0` that the scheduler has just put on the node; its specification in short.
    pub(super) fn pod(&mut self, spec: Value) {
        let mut spec = spec;
        spec["nodeName"] = "node-1".into();
        if spec["restartPolicy"].is_null() {
            spec["restartPolicy"] = "Always".into();
        }
        spec["terminationGracePeriodSeconds"] = 30.into();
        let meta = json!({"name": "web-0", "namespace": "default"});
        self.create(Kind::Pod, json!({"metadata": meta, "spec": spec}));
    }

    fn with_context(&mut self, run: impl FnOnce(&mut Kubelets, &mut Context<'_, Timer>)) {
        let mut context = Context::new(&self.cache, &mut self.server, &mut self.recorder, &mut self.rng);
        run(&mut self.kubelets, &mut context);
        for (at, timer) in context.into_timers() {
            self.agenda.schedule(at, timer);
        }
    }

    /// Brings all changes to the kubelets until there are no more.
    pub(super) fn settle(&mut self) {
        loop {
            let now = self.server.now();
            let mut changes = Vec::new();
            for informer in &mut self.informers {
                changes.extend(informer.deliver(self.server.store(), now, &mut self.cache));
            }
            self.note_rows();
            if changes.is_empty() {
                return;
            }
            self.with_context(|kubelets, context| kubelets.observe(&changes, context));
        }
    }

    pub(super) fn run(&mut self, seconds: u64) {
        let until = self.agenda.now() + Span::from_seconds(seconds);
        while self.agenda.next_due().is_some_and(|due| due <= until) {
            let timer = self.agenda.pop().unwrap();
            self.server.set_now(self.agenda.now());
            self.with_context(|kubelets, context| kubelets.wake(timer, context));
            self.settle();
        }
        self.agenda.advance(until);
        self.server.set_now(until);
    }

    pub(super) fn delete(&mut self, grace: Option<i64>) {
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        let options = DeleteOptions { grace_period_seconds: grace, ..DeleteOptions::default() };
        self.server.handle(Request::delete(key, options)).unwrap();
        self.settle();
    }

    /// A person deletes the node's object; its kubelet hears of that when it can.
    pub(super) fn remove_node(&mut self) {
        let key = ObjectKey::new(Kind::Node, "", "node-1");
        self.server.handle(Request::delete(key, DeleteOptions::default())).unwrap();
        self.settle();
    }

    pub(super) fn control(&mut self, control: Control) -> Result<(), String> {
        let mut result = Ok(());
        self.with_context(|kubelets, context| result = kubelets.control(control, context));
        self.settle();
        result
    }

    fn note_rows(&mut self) {
        let Some(log) = self.server.store().watch_log(Kind::Pod) else { return };
        for event in log.since(self.seen).unwrap() {
            self.seen += 1;
            let Object::Pod(pod) = &event.object else { continue };
            let gone = if event.type_ == WatchEventType::Deleted { "gone " } else { "" };
            let row = format!("{gone}{}", row(pod));
            if row != self.last_row {
                writeln!(self.rows, "+{} {row}", event.at.ms()).unwrap();
                self.last_row = row;
            }
        }
    }

    fn events(&self) -> Vec<String> {
        let events = self.server.list(Kind::Event, None).filter_map(|object| match object {
            Object::Event(event) => Some(format!("{} {}", event.reason, event.message)),
            _ => None,
        });
        events.collect()
    }

    pub(super) fn stored(&self) -> Rc<Pod> {
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        match self.server.get(&key) {
            Ok(Object::Pod(pod)) => Rc::clone(pod),
            other => panic!("no pod: {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn shows(&self, expected: &str) {
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(self.rows.lines().collect::<Vec<_>>(), expected);
    }
}

/// Ready containers, the status column and restarts, in short (`printPod`).
fn row(pod: &Pod) -> String {
    let status = &pod.status;
    let ready = status.container_statuses.iter().filter(|c| c.ready && c.state.running.is_some()).count();
    let restarts: i64 = status.container_statuses.iter().map(|c| c.restart_count).sum();
    let mut reason = if status.reason.is_empty() { status.phase.clone() } else { status.reason.clone() };
    let total = pod.spec.init_containers.len();
    let mut initializing = false;
    for (index, c) in status.init_container_statuses.iter().enumerate() {
        let shown = match (&c.state.terminated, &c.state.waiting) {
            (Some(t), _) if t.exit_code == 0 => continue,
            (Some(t), _) => format!("Init:{}", t.reason),
            (_, Some(w)) if w.reason != "PodInitializing" => format!("Init:{}", w.reason),
            _ if c.started == Some(true) && pod.spec.init_containers[index].restart_policy == "Always" => {
                continue;
            }
            _ => format!("Init:{index}/{total}"),
        };
        reason = shown;
        initializing = true;
        break;
    }
    if !initializing {
        for c in status.container_statuses.iter().rev() {
            if let Some(waiting) = &c.state.waiting {
                reason.clone_from(&waiting.reason);
            } else if let Some(ended) = &c.state.terminated {
                reason.clone_from(&ended.reason);
            }
        }
    }
    let deleting = if pod.is_terminating() { " deleting" } else { "" };
    if pod.is_terminating() && !pod.is_terminal() {
        reason = "Terminating".to_owned();
    }
    format!("{ready}/{} {reason} r{restarts}{deleting}", pod.spec.containers.len())
}

pub(super) fn web(image: &str) -> Value {
    json!({"containers": [{"name": "nginx", "image": image}]})
}

fn place_of(name: &str) -> (String, String) {
    ("default".to_owned(), name.to_owned())
}

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
fn crashes_back_off() {
    let mut rig = Rig::new(Timing::default());
    let mut spec = web("busybox");
    spec["containers"][0]["command"] = json!(["sh", "-c", "sleep 2; exit 1"]);
    spec["containers"][0]["imagePullPolicy"] = "IfNotPresent".into();
    rig.pod(spec);
    rig.run(40);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 ContainerCreating r0
         +2000 1/1 Running r0
         +4000 0/1 Error r0
         +5000 1/1 Running r1
         +7000 0/1 Error r1
         +8000 0/1 CrashLoopBackOff r1
         +17500 1/1 Running r2
         +19500 0/1 Error r2
         +20500 0/1 CrashLoopBackOff r2
         +40000 1/1 Running r3",
    );
    assert!(
        rig.events()
            .iter()
            .any(|e| e.starts_with("BackOff Back-off restarting failed container nginx in pod web-0_"))
    );
}

#[test]
fn pods_finish_by_restart_policy() {
    for (policy, command, rows) in [
        ("Never", "exit 3", "+2000 0/1 Error r0"),
        ("OnFailure", "exit 0", "+2000 0/1 Completed r0"),
        ("Never", "true", "+2000 0/1 Completed r0"),
    ] {
        let mut rig = Rig::new(Timing::default());
        let mut spec = web("busybox");
        spec["containers"][0]["command"] = json!(["sh", "-c", command]);
        spec["restartPolicy"] = policy.into();
        rig.pod(spec);
        rig.run(100);
        assert_eq!(rig.rows.lines().last(), Some(rows), "{policy} {command}");
        assert!(rig.stored().is_terminal() && rig.agenda.is_empty());
        rig.delete(None);
        rig.run(1);
        assert!(rig.kubelets.workers.is_empty());
    }
}

#[test]
fn init_containers_come_first_and_sidecars_stay() {
    let mut rig = Rig::new(Timing::default());
    let mut spec = web("nginx");
    spec["initContainers"] = json!([
        {"name": "setup", "image": "setup"},
        {"name": "proxy", "image": "proxy", "restartPolicy": "Always"},
    ]);
    rig.pod(spec);
    rig.run(20);
    rig.shows(
        "+0 0/1 Pending r0
         +0 0/1 Init:0/2 r0
         +3000 0/1 Init:1/2 r0
         +5000 0/1 PodInitializing r0
         +7000 1/1 Running r0",
    );
}

#[test]
fn a_process_that_does_not_listen_is_killed_after_its_grace_period() {
    let mut rig = Rig::new(Timing::default());
    let mut spec = web("busybox");
    spec["containers"][0]["command"] = json!(["sleep", "infinity"]);
    rig.pod(spec);
    rig.run(5);
    rig.delete(None);
    rig.run(10);
    rig.delete(Some(5));
    rig.run(10);
    assert!(
        rig.rows.ends_with("+16000 0/1 Error r0 deleting\n+16300 gone 0/1 Error r0 deleting\n"),
        "{}",
        rig.rows
    );
}

#[test]
fn force_deletion_and_rejection() {
    let mut rig = Rig::new(Timing::default());
    rig.pod(web("nginx"));
    rig.run(5);
    rig.delete(Some(0));
    rig.run(5);
    assert!(rig.kubelets.workers.is_empty() && rig.agenda.is_empty());
    let mut spec = web("nginx");
    spec["containers"][0]["resources"] = json!({"requests": {"cpu": "5"}});
    rig.pod(spec);
    let status = rig.stored().status.clone();
    assert_eq!((status.phase.as_str(), status.reason.as_str()), ("Failed", "OutOfcpu"));
    assert_eq!(
        status.message,
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000"
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

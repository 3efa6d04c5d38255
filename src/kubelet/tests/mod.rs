//! Whole lives of pods on virtual time, as rows that `kubectl get pods --watch` would print.
//!
//! Models nothing by itself: it plays the API server's and the scheduler's part for the kubelets,
//! Kubernetes v1.36.

mod ends;
mod lives;

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::api::ObjectKey;
use crate::apiserver::{ApiServer, Body, WatchEventType};
use crate::client::{Cache, DeleteOptions, Informer, Recorder, Request};
use crate::kubelet::*;
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

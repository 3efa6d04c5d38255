//! Pods on tainted nodes, as lines of text.
//!
//! Models nothing by itself: it plays the part of those who taint nodes, Kubernetes v1.36.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::api::codec::from_value;
use crate::apiserver::ApiServer;
use crate::client::{Component as _, Informer, Recorder};
use crate::controllers::ControllerManager;
use crate::controllers::process::RunNext;
use crate::sim::{Agenda, Rng};

struct World {
    server: ApiServer,
    controllers: ControllerManager,
    cache: Cache,
    informers: Vec<Informer>,
    recorder: Recorder,
    rng: Rng,
    agenda: Agenda<RunNext>,
    seen: String,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            server: ApiServer::new(Rng::new(1)),
            controllers: ControllerManager::new(vec![Box::new(TaintEviction::default())]),
            cache: Cache::default(),
            informers: [Kind::Event, Kind::Node, Kind::Pod]
                .map(|kind| Informer::new(kind, Span::ZERO))
                .into(),
            recorder: Recorder::default(),
            rng: Rng::new(2),
            agenda: Agenda::default(),
            seen: String::new(),
        };
        world.create(
            Kind::Node,
            json!({"metadata": {"name": "a"}, "status": {"conditions": [
                {"type": "Ready", "status": "True"},
            ]}}),
        );
        world
    }

    fn create(&mut self, kind: Kind, value: Value) {
        let object = Object::from_value(kind, value).unwrap();
        self.server.handle(Request::create(object)).unwrap();
        self.settle();
    }

    fn with(&mut self, run: impl FnOnce(&mut ControllerManager, &mut Context<'_, RunNext>)) {
        let mut context = Context::new(&self.cache, &mut self.server, &mut self.recorder, &mut self.rng);
        run(&mut self.controllers, &mut context);
        for (at, timer) in context.into_timers() {
            self.agenda.schedule(at, timer);
        }
    }

    fn settle(&mut self) {
        loop {
            let now = self.server.now();
            let mut changes = Vec::new();
            for informer in &mut self.informers {
                changes.extend(informer.deliver(self.server.store(), now, &mut self.cache));
            }
            for change in &changes {
                let line = match &change.new {
                    Some(Object::Event(event)) => format!("Event {}", event.message),
                    Some(Object::Pod(pod)) if pod.is_terminating() => {
                        format!("{} in deletion", pod.metadata.name)
                    }
                    _ => continue,
                };
                writeln!(self.seen, "{} {line}", now.ms()).unwrap();
            }
            self.with(|controllers, context| controllers.observe(&changes, context));
            while self.agenda.next_due().is_some_and(|due| due <= now) {
                let timer = self.agenda.pop().unwrap();
                self.with(|controllers, context| controllers.wake(timer, context));
            }
            if changes.is_empty() {
                return;
            }
        }
    }

    fn run(&mut self, seconds: u64) {
        let end = self.agenda.now() + Span::from_seconds(seconds);
        while let Some(due) = self.agenda.next_due().filter(|due| *due <= end) {
            let timer = self.agenda.pop().unwrap();
            self.server.set_now(due);
            self.with(|controllers, context| controllers.wake(timer, context));
            self.settle();
        }
        self.agenda.advance(end);
        self.server.set_now(end);
    }

    #[track_caller]
    fn play(&mut self, script: &str, expected: &str) {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let key = ObjectKey::new(Kind::Node, "", "a");
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                // Tolerations besides those of every pod: `key` or `key:SECONDS`.
                ["pod", name, tolerations @ ..] => {
                    let tolerations: Vec<Value> = tolerations
                        .iter()
                        .map(|word| match word.split_once(':') {
                            Some((key, seconds)) => json!({"key": key, "operator": "Exists",
                                "effect": "NoExecute", "tolerationSeconds": seconds.parse::<i64>().unwrap()}),
                            None => json!({"key": word, "operator": "Exists"}),
                        })
                        .collect();
                    let spec = json!({"nodeName": "a", "tolerations": tolerations,
                        "terminationGracePeriodSeconds": 30, "containers": [{"name": "c", "image": "i"}]});
                    let metadata = json!({"name": name, "namespace": "default"});
                    self.create(Kind::Pod, json!({"metadata": metadata, "spec": spec}));
                }
                ["taint", keys @ ..] => {
                    let taints = keys.iter().map(|key| json!({"key": key, "effect": "NoExecute"})).collect();
                    let Ok(Object::Node(node)) = self.server.get(&key).cloned() else { panic!("no node") };
                    let mut node = (*node).clone();
                    node.spec.taints = from_value(Value::Array(taints)).unwrap();
                    self.server.handle(Request::update(node)).unwrap();
                    self.settle();
                }
                ["remove", name] => {
                    let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
                    let key = ObjectKey::new(Kind::Pod, "default", *name);
                    self.server.handle(Request::delete(key, options)).unwrap();
                    self.settle();
                }
                ["why", name] => {
                    let key = ObjectKey::new(Kind::Pod, "default", *name);
                    let last = self.controllers.decisions(&key).last();
                    let told =
                        last.and_then(|d| d.verdict.reason()).map_or("Converged", |reason| reason.name);
                    writeln!(self.seen, "why {name}: {told}").unwrap();
                }
                [wait] => self.run(wait.trim_start_matches('+').parse().unwrap()),
                other => panic!("{other:?}"),
            }
        }
        let expected: String =
            expected.lines().map(str::trim).filter(|l| !l.is_empty()).flat_map(|l| [l, "\n"]).collect();
        assert_eq!(std::mem::take(&mut self.seen), expected, "{script}");
    }
}

const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

#[test]
fn a_pod_goes_when_its_toleration_ends_and_stays_in_deletion() {
    let mut world = World::new();
    world.play(
        &format!("pod web-0\npod fast {UNREACHABLE}:5\npod agent {UNREACHABLE}\n+1\ntaint {UNREACHABLE}\nwhy web-0\n+400\nwhy web-0"),
        "why web-0: TolerationSeconds
         6000 Event Marking for deletion Pod default/fast
         6000 fast in deletion
         301000 Event Marking for deletion Pod default/web-0
         301000 web-0 in deletion
         why web-0: Evicted",
    );
    let key = ObjectKey::new(Kind::Pod, "default", "web-0");
    let Ok(Object::Pod(pod)) = world.server.get(&key) else { panic!("no pod") };
    let target = Condition::find(&pod.status.conditions, "DisruptionTarget").unwrap();
    assert_eq!((target.status.as_str(), target.reason.as_str()), ("True", "DeletionByTaintManager"));
    assert!(world.agenda.is_empty());
}

#[test]
fn an_eviction_is_taken_back_when_the_taint_goes_or_the_pod_does() {
    let mut world = World::new();
    world.play(
        &format!("pod web-0\npod web-1\ntaint {UNREACHABLE}\n+10\nremove web-1\ntaint\nwhy web-0\n+400"),
        "10000 web-1 in deletion
         10000 Event Cancelling deletion of Pod default/web-1
         10000 Event Cancelling deletion of Pod default/web-0
         why web-0: Converged",
    );
    // The pods that are made anew are judged anew.
    world.play(
        &format!("taint {UNREACHABLE}\n+5\npod web-1\n+400"),
        "710000 Event Marking for deletion Pod default/web-0
         710000 web-0 in deletion
         715000 Event Marking for deletion Pod default/web-1
         715000 web-1 in deletion",
    );
}

#[test]
fn a_further_taint_does_not_begin_the_time_anew_unless_it_is_not_tolerated() {
    let mut world = World::new();
    world.play(
        &format!("pod web-0 gone:100\ntaint {UNREACHABLE}\n+50\ntaint {UNREACHABLE} gone\n+400"),
        "300000 Event Marking for deletion Pod default/web-0
         300000 web-0 in deletion",
    );
    world.play(
        &format!("pod web-1\n+10\ntaint {UNREACHABLE} broken"),
        "450000 Event Marking for deletion Pod default/web-1
         450000 web-1 in deletion
         460000 Event Marking for deletion Pod default/web-0
         460000 Event Marking for deletion Pod default/web-1
         460000 web-0 in deletion
         460000 web-1 in deletion",
    );
}

//! Nodes that fall silent and come back, as lines of text.
//!
//! Models nothing by itself: it plays the kubelets' and the people's part for the controller, Kubernetes
//! v1.36.

use std::fmt::Write as _;

use serde_json::json;

use super::*;
use crate::api::Timestamp;
use crate::api::heartbeat::{KUBELET_CONDITIONS, lease};
use crate::apiserver::ApiServer;
use crate::client::{Component as _, DeleteOptions, Informer, Recorder};
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
    /// What was seen of the nodes and told about them.
    seen: String,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            server: ApiServer::new(Rng::new(1)),
            controllers: ControllerManager::new(vec![Box::new(NodeLifecycle::default())]),
            cache: Cache::default(),
            informers: Kind::ALL.iter().map(|&kind| Informer::new(kind, Span::from_ms(5))).collect(),
            recorder: Recorder::default(),
            rng: Rng::new(2),
            agenda: Agenda::default(),
            seen: String::new(),
        };
        world.create(Kind::Namespace, json!({"metadata": {"name": LEASE_NAMESPACE}}));
        world
    }

    fn create(&mut self, kind: Kind, value: serde_json::Value) {
        let object = Object::from_value(kind, value).unwrap();
        self.server.handle(Request::create(object)).unwrap();
    }

    fn with(&mut self, run: impl FnOnce(&mut ControllerManager, &mut Context<'_, RunNext>)) {
        let mut context = Context::new(&self.cache, &mut self.server, &mut self.recorder, &mut self.rng);
        run(&mut self.controllers, &mut context);
        for (at, timer) in context.into_timers() {
            self.agenda.schedule(at, timer);
        }
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
            if timer.is_some_and(|timer| timer <= next) {
                let timer = self.agenda.pop().unwrap();
                self.server.set_now(self.agenda.now());
                self.with(|controllers, context| controllers.wake(timer, context));
                continue;
            }
            self.agenda.advance(next.max(self.agenda.now()));
            let now = self.agenda.now();
            self.server.set_now(now);
            let mut changes = Vec::new();
            for informer in &mut self.informers {
                changes.extend(informer.deliver(self.server.store(), now, &mut self.cache));
            }
            for change in &changes {
                self.note(change, now);
            }
            self.with(|controllers, context| controllers.observe(&changes, context));
        }
        self.agenda.advance(end);
        self.server.set_now(end);
    }

    /// Notes what a change shows, at the time at which it was made.
    fn note(&mut self, change: &Change, now: Time) {
        let line = match &change.new {
            Some(Object::Node(node)) => {
                let was = change.old.as_ref().and_then(|old| match old {
                    Object::Node(old) => Some(row(old)),
                    _ => None,
                });
                Some(row(node)).filter(|row| was.as_ref() != Some(row))
            }
            Some(Object::Event(event)) => Some(format!("{} {}", event.involved_object.name, event.reason)),
            _ => None,
        };
        if let Some(line) = line {
            writeln!(self.seen, "{} {line}", now.ms() - 5).unwrap();
        }
    }

    fn node(&mut self, name: &str, change: impl FnOnce(&mut Node)) {
        let Ok(Object::Node(live)) = self.server.get(&node_key(name)).cloned() else { panic!("no {name}") };
        let mut node = (*live).clone();
        change(&mut node);
        self.server.handle(Request::update(node.clone())).unwrap();
        node.metadata.resource_version = crate::api::meta::ResourceVersion::default();
        self.server.handle(Request::update_status(node)).unwrap();
    }

    /// A ready pod on a node.
    fn pod(&mut self, name: &str, node: &str) {
        let spec = json!({"nodeName": node, "containers": [{"name": "c", "image": "i"}]});
        let metadata = json!({"name": name, "namespace": "default"});
        self.create(Kind::Pod, json!({"metadata": metadata, "spec": spec}));
        let key = ObjectKey::new(Kind::Pod, "default", name);
        let Ok(Object::Pod(live)) = self.server.get(&key).cloned() else { panic!("no pod") };
        let mut pod = (*live).clone();
        let (type_, status) = ("Ready".to_owned(), "True".to_owned());
        pod.status.conditions.push(Condition { type_, status, ..Condition::default() });
        self.server.handle(Request::update_status(pod)).unwrap();
    }

    /// Plays lines and checks what was seen since the last call.
    #[track_caller]
    fn play(&mut self, script: &str, expected: &str) {
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let now = self.agenda.now();
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["node", names @ ..] => {
                    for name in names {
                        self.create(Kind::Node, json!({"metadata": {"name": name}, "status": {"conditions": [
                            {"type": "Ready", "status": "True", "lastTransitionTime": Timestamp::at(now).to_string()},
                        ]}}));
                        let lease = lease(name, "u", None);
                        self.server.handle(Request::create(Object::Lease(Rc::new(lease)))).unwrap();
                    }
                }
                ["bare", name] => self.create(Kind::Node, json!({"metadata": {"name": name}})),
                ["silent", names @ ..] => {
                    for name in names {
                        let silent = lease(name, "u", Some(now));
                        self.server.handle(Request::update(Object::Lease(Rc::new(silent)))).unwrap();
                        self.node(name, |node| {
                            for condition in &mut node.status.conditions {
                                condition.last_heartbeat_time = Some(Timestamp::at(now));
                            }
                        });
                    }
                }
                ["heard", name, status] => {
                    let renewed = lease(name, "u", None);
                    self.server.handle(Request::update(Object::Lease(Rc::new(renewed)))).unwrap();
                    self.node(name, |node| {
                        node.status.conditions = vec![Condition {
                            type_: "Ready".to_owned(),
                            status: (*status).to_owned(),
                            message: "as told".to_owned(),
                            last_transition_time: Some(Timestamp::at(now)),
                            ..Condition::default()
                        }];
                    });
                }
                ["cordon", name] => self.node(name, |node| node.spec.unschedulable = true),
                ["uncordon", name] => self.node(name, |node| node.spec.unschedulable = false),
                ["label", name, label, value] => self.node(name, |node| {
                    node.metadata.labels.insert((*label).to_owned(), (*value).to_owned());
                }),
                ["delete", name] => {
                    drop(self.server.handle(Request::delete(node_key(name), DeleteOptions::default())));
                }
                ["pod", name, node] => self.pod(name, node),
                ["why", name] => {
                    self.run(10);
                    let decision = self.controllers.decisions(&node_key(name)).last();
                    let name_of = |reason: &crate::controllers::Reason| reason.name;
                    let told = decision
                        .map_or("nothing", |decision| decision.verdict.reason().map_or("Converged", name_of));
                    writeln!(self.seen, "why {name}: {told}").unwrap();
                }
                [wait] => self.run(wait.trim_start_matches('+').parse::<u64>().unwrap() * 1000),
                other => panic!("{other:?}"),
            }
        }
        let expected: String =
            expected.lines().map(str::trim).filter(|l| !l.is_empty()).flat_map(|l| [l, "\n"]).collect();
        assert_eq!(std::mem::take(&mut self.seen), expected, "{script}");
    }
}

/// `n1 Unknown unreachable:NoSchedule unreachable:NoExecute cordoned`
fn row(node: &Node) -> String {
    let mut row = format!("{} {}", node.metadata.name, ready_status(node).unwrap_or("-"));
    for taint in &node.spec.taints {
        let key = taint.key.trim_start_matches("node.kubernetes.io/");
        write!(row, " {key}:{}", taint.effect).unwrap();
    }
    if node.spec.unschedulable { row + " cordoned" } else { row }
}

#[test]
fn a_silent_node_is_lost_tainted_and_greeted_again() {
    let mut world = World::new();
    world.play(
        "node a b c
         pod web-0 a
         +12",
        "0 a True
         0 b True
         0 c True
         5 a RegisteredNode
         5 b RegisteredNode
         5 c RegisteredNode",
    );
    // Its last heartbeat is seen at 15.005 s; fifty seconds later it is lost.
    world.play(
        "silent a
         why a
         +60
         why a",
        "why a: Heartbeat
         65005 a NodeNotReady
         65005 web-0 NodeNotReady
         65005 a Unknown
         65010 a Unknown unreachable:NoSchedule
         65105 a Unknown unreachable:NoSchedule unreachable:NoExecute
         why a: KubeletReturn",
    );
    let key = ObjectKey::new(Kind::Pod, "default", "web-0");
    let Ok(Object::Pod(pod)) = world.server.get(&key) else { panic!("no pod") };
    assert!(!pod.is_ready());
    world.play(
        "heard a True
         why a
         +5
         why a",
        "72020 a True unreachable:NoSchedule unreachable:NoExecute
         72025 a True unreachable:NoExecute
         why a: NextLook
         75005 a True
         why a: Converged",
    );
    // Nothing is due any more.
    assert_eq!(world.agenda.next_due(), None);
}

#[test]
fn a_node_that_comes_back_in_time_is_not_lost() {
    let mut world = World::new();
    world.play(
        "node a b\n+1\nsilent a\n+50\nheard a True\n+60",
        "0 a True\n0 b True\n5 a RegisteredNode\n5 b RegisteredNode",
    );
    world.play("why a", "why a: Converged");
}

#[test]
fn a_kubelet_may_say_itself_that_its_node_is_not_ready() {
    let mut world = World::new();
    world.play("node a b\n+1", "0 a True\n0 b True\n5 a RegisteredNode\n5 b RegisteredNode");
    // The pods there are not told: their kubelet looks after them.
    world.play(
        "pod web-0 a
         heard a False
         why a
         +10",
        "1000 a False
         1005 a False not-ready:NoSchedule
         why a: KubeletReady
         5105 a False not-ready:NoSchedule not-ready:NoExecute",
    );
    // It falls silent: the taint is swapped without waiting.
    world.play(
        "silent a
         +60",
        "65005 a Unknown not-ready:NoSchedule not-ready:NoExecute
         65005 a Unknown not-ready:NoSchedule unreachable:NoExecute
         65010 a Unknown unreachable:NoExecute unreachable:NoSchedule",
    );
}

#[test]
fn a_node_without_a_kubelet_is_lost_after_a_minute() {
    let mut world = World::new();
    world.play(
        "node a
         +2
         bare b
         +70
         why b",
        "0 a True
         5 a RegisteredNode
         2000 b - not-ready:NoSchedule
         2005 b -
         5005 b RegisteredNode
         65005 b Unknown
         65010 b Unknown unreachable:NoSchedule
         65105 b Unknown unreachable:NoSchedule unreachable:NoExecute
         why b: KubeletReturn",
    );
    let Ok(Object::Node(node)) = world.server.get(&node_key("b")) else { panic!("no node") };
    assert_eq!(node.status.conditions.len(), KUBELET_CONDITIONS.len());
    assert!(node.status.conditions.iter().all(|condition| condition.reason == "NodeStatusNeverUpdated"));
}

#[test]
fn nodes_of_a_zone_are_tainted_one_after_another() {
    let mut world = World::new();
    world.play("node a b c d e\n+1", "0 a True\n0 b True\n0 c True\n0 d True\n0 e True\n5 a RegisteredNode\n5 b RegisteredNode\n5 c RegisteredNode\n5 d RegisteredNode\n5 e RegisteredNode");
    world.play(
        "silent a b
         +56
         why b
         +10",
        "55005 a NodeNotReady
         55005 b NodeNotReady
         55005 a Unknown
         55005 b Unknown
         55010 a Unknown unreachable:NoSchedule
         55010 b Unknown unreachable:NoSchedule
         55105 a Unknown unreachable:NoSchedule unreachable:NoExecute
         why b: EvictionRate
         65105 b Unknown unreachable:NoSchedule unreachable:NoExecute",
    );
}

#[test]
fn no_node_is_tainted_when_all_are_lost() {
    let mut world = World::new();
    world.play("node a b\n+1", "0 a True\n0 b True\n5 a RegisteredNode\n5 b RegisteredNode");
    world.play(
        "silent a
         +57
         silent b
         +60
         why a",
        "55005 a NodeNotReady
         55005 a Unknown
         55010 a Unknown unreachable:NoSchedule
         55105 a Unknown unreachable:NoSchedule unreachable:NoExecute
         110005 b NodeNotReady
         110005 b Unknown
         110005 a Unknown unreachable:NoSchedule
         110010 b Unknown unreachable:NoSchedule
         why a: EvictionRate",
    );
    assert_eq!(world.agenda.next_due(), None);
    // One of them is heard again: the other is tainted once the zone's rate allows it.
    world.play(
        "heard b True
         +16",
        "118010 b True unreachable:NoSchedule
         118015 b True
         130105 a Unknown unreachable:NoSchedule unreachable:NoExecute",
    );
}

#[test]
fn cordons_labels_and_removals_are_followed() {
    let mut world = World::new();
    world.play("node a b\n+1", "0 a True\n0 b True\n5 a RegisteredNode\n5 b RegisteredNode");
    world.play(
        "cordon a
         +1
         uncordon a
         +1
         label a kubernetes.io/arch arm64
         +1
         delete b
         +3",
        "1000 a True cordoned
         1005 a True unschedulable:NoSchedule cordoned
         2000 a True unschedulable:NoSchedule
         2005 a True
         5005 b RemovingNode",
    );
    let Ok(node) = world.server.get(&node_key("a")) else { panic!("no node") };
    assert_eq!(node.meta().labels["beta.kubernetes.io/arch"], "arm64");
}

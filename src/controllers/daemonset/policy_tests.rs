//! Text tables of the policy: nodes and pods in, plan and reason out.

use std::rc::Rc;

use super::assess::{Purpose, UpdateState};
use super::backoff::FailedPodsBackoff;
use super::manage::{manage, resting};
use super::outcome::Outcome;
use super::plan::{Plan, View};
use super::table::NodeTable;
use super::template::require_node;
use super::update::{Budgets, on_delete, rolling_update, updated_desired_node_counts};
use super::waiting::WaitingFor;
use crate::api::apps::CONTROLLER_REVISION_HASH;
use crate::api::daemonset::DaemonSet;
use crate::api::intstr::IntOrString;
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::scheduling::Taint;
use crate::api::{Kind, Timestamp};
use crate::controllers::Verdict;
use crate::sim::{Span, Time};

/// The instant at which all is looked at.
const NOW: Time = Time::from_ms(100_000);

/// One situation.
struct Scene {
    set: DaemonSet,
    nodes: Vec<Rc<Node>>,
    pods: Vec<Rc<Pod>>,
    backoff: FailedPodsBackoff,
}

fn amount(text: &str) -> IntOrString {
    text.parse().map_or_else(|_| IntOrString::String(text.into()), IntOrString::Int)
}

fn seconds(text: &str) -> u64 {
    text.trim_end_matches('s').parse().unwrap()
}

impl Scene {
    fn parse(text: &str) -> Self {
        let mut scene = Self {
            set: DaemonSet::default(),
            nodes: Vec::new(),
            pods: Vec::new(),
            backoff: FailedPodsBackoff::default(),
        };
        let set = &mut scene.set;
        "demo".clone_into(&mut set.metadata.name);
        set.metadata.generation = 1;
        set.spec.selector.match_labels.insert("app".into(), "demo".into());
        "RollingUpdate".clone_into(&mut set.spec.update_strategy.type_);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut words = line.split_whitespace();
            match words.next().unwrap() {
                "set" => words.for_each(|word| scene.set_word(word)),
                "node" => scene.node(words.next().unwrap(), words),
                "pod" => scene.pod(words.next().unwrap(), words.next().unwrap(), words),
                "backoff" => {
                    let node = words.next().unwrap();
                    scene.backoff.next(node, ago(seconds(words.next().unwrap())));
                }
                other => panic!("{other}"),
            }
        }
        scene
    }

    fn set_word(&mut self, word: &str) {
        let strategy = &mut self.set.spec.update_strategy;
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let mut rolling = strategy.rolling_update.take().unwrap_or_default();
        match name {
            "OnDelete" => "OnDelete".clone_into(&mut strategy.type_),
            "maxUnavailable" => rolling.max_unavailable = Some(amount(value)),
            "maxSurge" => rolling.max_surge = Some(amount(value)),
            "minReady" => self.set.spec.min_ready_seconds = value.parse().unwrap(),
            "selector" => {
                self.set.spec.template.spec.node_selector.insert(value.into(), "yes".into());
            }
            other => panic!("{other}"),
        }
        self.set.spec.update_strategy.rolling_update = Some(rolling);
    }

    fn node<'a>(&mut self, name: &str, words: impl Iterator<Item = &'a str>) {
        let mut node = Node::default();
        name.clone_into(&mut node.metadata.name);
        for word in words {
            match word.split_once(':') {
                Some((key, effect)) => node.spec.taints.push(Taint {
                    key: key.into(),
                    effect: effect.into(),
                    ..Taint::default()
                }),
                None => drop(node.metadata.labels.insert(word.into(), "yes".into())),
            }
        }
        self.nodes.push(Rc::new(node));
    }

    fn pod<'a>(&mut self, name: &str, node: &str, words: impl Iterator<Item = &'a str>) {
        let mut pod = Pod::default();
        name.clone_into(&mut pod.metadata.name);
        pod.metadata.labels.insert("app".into(), "demo".into());
        pod.metadata.creation_timestamp = Some(Timestamp::at(ago(50)));
        node.clone_into(&mut pod.spec.node_name);
        "Running".clone_into(&mut pod.status.phase);
        for word in words {
            let (word, value) = word.split_once('=').unwrap_or((word, ""));
            match word {
                "old" | "new" => {
                    pod.metadata.labels.insert(CONTROLLER_REVISION_HASH.into(), word.into());
                }
                "ready" => {
                    let since = if value.is_empty() { ago(40) } else { ago(seconds(value)) };
                    Condition::set(
                        &mut pod.status.conditions,
                        Condition {
                            type_: "Ready".into(),
                            status: "True".into(),
                            last_transition_time: Some(Timestamp::at(since)),
                            ..Condition::default()
                        },
                    );
                }
                "unready" => {}
                "age" => pod.metadata.creation_timestamp = Some(Timestamp::at(ago(seconds(value)))),
                "terminating" => pod.metadata.deletion_timestamp = Some(Timestamp::at(NOW)),
                "Failed" | "Succeeded" | "Pending" => word.clone_into(&mut pod.status.phase),
                "unbound" => {
                    pod.spec.node_name.clear();
                    require_node(&mut pod.spec, node);
                    "Pending".clone_into(&mut pod.status.phase);
                }
                other => panic!("{other}"),
            }
        }
        self.pods.push(Rc::new(pod));
    }

    fn table(&self) -> NodeTable {
        let mut table = NodeTable::new(&Rc::new(self.set.clone()), self.nodes.iter());
        table.put_hash("new");
        for pod in &self.pods {
            table.put(Rc::clone(pod));
        }
        table.refresh(NOW);
        table
    }
}

fn ago(seconds: u64) -> Time {
    Time::from_ms(NOW.ms() - seconds * 1000)
}

fn shown(plan: &Plan) -> Vec<String> {
    let mut words: Vec<String> = plan.create.iter().map(|node| format!("create {node}")).collect();
    words.extend(plan.delete.iter().map(|deletion| format!("delete {}", deletion.pod)));
    words
}

/// What one sync does, and why it rests when it does nothing.
fn decide(scene: &Scene) -> (Vec<String>, Verdict) {
    let table = scene.table();
    let view = View { set: &scene.set, table: &table, backoff: &scene.backoff };
    let managed = manage(&view, NOW);
    if let Some(outcome) = managed.outcome(false) {
        return (shown(&managed), outcome.verdict(&scene.set));
    }
    let (plan, wait) = match scene.set.spec.update_strategy.type_.as_str() {
        "RollingUpdate" => rolling_update(&view).unwrap(),
        _ => (Plan::default(), on_delete(&view)),
    };
    let outcome = plan.outcome(true).unwrap_or_else(|| resting(&view, wait, NOW));
    (shown(&plan), outcome.verdict(&scene.set))
}

/// A scene, and after `=>` what is done and the name of the reason.
fn check(text: &str) {
    let (scene, expected) = text.split_once("=>").unwrap();
    let (mut words, verdict) = decide(&Scene::parse(scene));
    words.push(match &verdict {
        Verdict::Converged => "Converged".into(),
        verdict => verdict.reason().map_or("", |reason| reason.name).to_owned(),
    });
    assert_eq!(words.join(", "), expected.trim(), "{scene}\n{verdict:?}");
}

#[test]
fn each_suitable_node_gets_one_pod() {
    check("node a\nnode b => create a, create b, Create");
    check("node a\npod x a new ready => Converged");
    check("node a\nnode b k:NoSchedule\npod x a new ready => Converged");
    check("node a k:NoSchedule\npod x a new ready => SuitableNode");
    check("node a k:NoExecute\npod x a new ready => delete x, DeleteUnsuitable");
    check("set selector=gpu\nnode a\nnode b gpu\npod x a new ready => create b, delete x, Create");
    check("set selector=gpu\nnode a\nnode b => SuitableNode");
    check("=> SuitableNode");
    // The oldest of several stays; one that is bound counts as older than one that is not.
    check(
        "node a\npod x a new ready age=5\npod y a new age=9\npod z a new unbound age=99 => delete x, delete z, DeleteExcess",
    );
    // A pod that was never bound is nobody else's to clean up when its node is gone.
    check("node a\npod x a new ready\npod y b new unbound\npod z c new ready => delete y, DeleteExcess");
}

#[test]
fn pods_that_have_ended_make_room() {
    check("node a\npod x a new Failed => delete x, DeleteFinished");
    check("node a\npod x a new Succeeded => delete x, DeleteFinished");
    check("node a\npod x a new Failed terminating => create a, Create");
    check("node a\npod x a new ready terminating => PodTermination");
    check("node a\npod x a new Failed\nbackoff a 0s => FailedPodBackoff");
    check("node a\npod x a new Failed\nbackoff a 1s => delete x, DeleteFinished");
    check("node a\npod x a new Failed\npod y a new ready\npod z a new => delete x, delete z, DeleteFinished");
}

#[test]
fn nodes_wait_for_their_pods() {
    check("node a\npod x a new unready => PodsReady");
    check("set minReady=10\nnode a\npod x a new ready=4s => PodsAvailable");
    check("set minReady=10\nnode a\npod x a new ready=10s => Converged");
}

#[test]
fn old_pods_go_within_the_budget() {
    check("set maxUnavailable=1\nnode a\nnode b\npod x a old ready\npod y b old ready => delete x, Update");
    check("set maxUnavailable=1\nnode a\nnode b\npod x a new unready\npod y b old ready => MaxUnavailable");
    // An old pod that is not available is free, and counts.
    check("set maxUnavailable=1\nnode a\nnode b\npod x a old unready\npod y b old ready => delete x, Update");
    check(
        "set maxUnavailable=2\nnode a\nnode b\npod x a old unready\npod y b old ready => delete x, delete y, Update",
    );
    // A percentage is rounded up: half of three nodes are two.
    check("set maxUnavailable=50%\nnode a\nnode b\nnode c\npod x a old ready\npod y b old ready\npod z c old ready
        => delete x, delete y, Update");
    check("set maxUnavailable=0\nnode a\npod x a old ready => delete x, Update");
    check("set OnDelete\nnode a\npod x a old ready => OnDelete");
    check("set OnDelete\nnode a\npod x a new ready => Converged");
}

#[test]
fn surge_keeps_the_old_pod_until_the_new_one_is_available() {
    let surge = "set maxSurge=1 maxUnavailable=0 minReady=10\nnode a\nnode b\n";
    let check = |text: &str| check(&format!("{surge}{text}"));
    check("pod x a old ready\npod y b old ready => create a, Surge");
    check("pod x a old ready\npod n a new ready=4s\npod y b old ready => MaxSurge");
    check("pod x a old ready\npod n a new ready=4s\npod y b new ready => NewPodAvailable");
    check("pod x a old ready\npod n a new ready\npod y b old ready => delete x, Replace");
    check("pod x a old unready\npod n a new unready\npod y b new ready => delete x, Replace");
    // An old pod that is not available costs no surge.
    check("pod x a old unready\npod y b old ready => create a, create b, Surge");
    check("pod x a old ready terminating\npod y b new ready => create a, Create");
    // Old pods of nodes that no longer suit serve until the others are served.
    check("node c k:NoSchedule\npod x a new ready=4s\npod y b new ready\npod z c old ready => Sunset");
    check("node c k:NoSchedule\npod x a new ready\npod y b new ready\npod z c old ready => delete z, Update");
    check(
        "node c k:NoSchedule\npod x a new ready\npod y b new ready\npod z c old unready => delete z, Update",
    );
}

/// A surge waits for a node that it must ask about; upstream's sync fails until its pods are collected.
#[test]
fn surge_fails_while_a_node_is_gone_and_its_pod_is_not() {
    let scene = Scene::parse("set maxSurge=1 maxUnavailable=0\nnode a\npod x a new ready\npod y b old ready");
    let table = scene.table();
    let view = View { set: &scene.set, table: &table, backoff: &scene.backoff };
    let error = rolling_update(&view).err();
    assert_eq!(error.as_deref(), Some("couldn't get node for nodeName \"b\": node \"b\" not found"));
}

/// DS-UPD-11: percentages of the nodes that should run a pod are rounded up; with neither budget one node at
/// a time may be without its pod.
#[test]
fn ds_upd_11_budgets() {
    let budgets = |text: &str| {
        let scene = Scene::parse(text);
        let table = scene.table();
        let view = View { set: &scene.set, table: &table, backoff: &scene.backoff };
        let Budgets { max_surge, max_unavailable, desired } = updated_desired_node_counts(&view).unwrap();
        (max_surge, max_unavailable, desired)
    };
    let two = "node a\nnode b\n";
    assert_eq!(budgets("set maxSurge=0 maxUnavailable=0"), (0, 0, 0));
    assert_eq!(budgets(&format!("set maxUnavailable=1\n{two}")), (0, 1, 2));
    assert_eq!(budgets(&format!("set maxSurge=0 maxUnavailable=0\n{two}")), (0, 1, 2));
    assert_eq!(budgets(&format!("set maxUnavailable=50%\n{two}")), (0, 1, 2));
    assert_eq!(budgets(&format!("set maxSurge=50% maxUnavailable=0\n{two}")), (1, 0, 2));
    assert_eq!(budgets(&format!("set maxSurge=100% maxUnavailable=0\n{two}")), (2, 0, 2));
    assert_eq!(budgets(&format!("set maxUnavailable=50%\n{two}node c")), (0, 2, 3));
    let scene = Scene::parse(&format!("set maxUnavailable=many\n{two}"));
    let table = scene.table();
    let view = View { set: &scene.set, table: &table, backoff: &scene.backoff };
    let error = updated_desired_node_counts(&view).err().unwrap_or_default();
    assert!(error.starts_with("invalid value for MaxUnavailable: "), "{error}");
}

#[test]
fn a_table_that_is_changed_piece_by_piece_is_the_one_that_is_made_anew() {
    let scene =
        Scene::parse("set minReady=10\nnode a\nnode b k:NoExecute\npod x a old ready=4s\npod y b new ready");
    let mut table = scene.table();
    table.put_node("c", Some(Rc::clone(&scene.nodes[0])));
    table.put_node("b", None);
    table.remove("y");
    table.put(Rc::clone(&scene.pods[0]));
    table.refresh(NOW);
    assert_eq!((table.tally().desired, table.tally().current, table.tally().available), (2, 1, 0));
    assert_eq!(table.count_of(UpdateState::OldUnavailable(true)), 1);
    assert!(table.is_live("old") && !table.is_live("new"));
    let ripe_at = table.next_ripe_at().unwrap();
    assert_eq!(ripe_at, ago(4) + Span::from_seconds(10));
    table.refresh(ripe_at);
    assert_eq!((table.tally().available, table.next_ripe_at()), (1, None));
    assert_eq!(table.count_of(UpdateState::OldAvailable(true)), 1);
    assert_eq!(table.count_of(UpdateState::OldUnavailable(true)), 0);
}

/// The sentences of what is not met above.
#[test]
fn reasons_are_sentences() {
    let table = [
        (
            WaitingFor::Expectations { creations: 2, deletions: 0 },
            "waiting to see the 2 Pods that it created",
        ),
        (WaitingFor::Expectations { creations: 0, deletions: 1 }, "waiting to see the 1 Pod that it deleted"),
        (WaitingFor::Selector, "the selector is empty"),
        (WaitingFor::SetDeletion, "the DaemonSet is being deleted"),
        (WaitingFor::CacheCatchUp { kind: Kind::Pod }, "waiting for the controller's cache"),
    ];
    let set = DaemonSet::default();
    for (wait, start) in table {
        let name = wait.name();
        let verdict = Outcome::Waiting(wait).verdict(&set);
        let reason = verdict.reason().unwrap();
        assert!(reason.name == name && reason.sentence.starts_with(start), "{reason:?}");
    }
    let purpose = Purpose::Failed;
    assert_ne!(purpose, Purpose::Succeeded);
    let (_, verdict) = decide(&Scene::parse("node a k:NoExecute\npod x a new ready"));
    let sentence = "deleting, because of its node (its taint k:NoExecute is not tolerated), Pod x";
    assert_eq!(verdict.reason().map(|reason| reason.sentence.as_str()), Some(sentence));
}

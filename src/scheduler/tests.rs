//! Nodes and pods as lines of text, and what one attempt makes of them.

use std::fmt::Write as _;
use std::rc::Rc;

use serde_json::{Value, json};

use super::cluster_state::ClusterState;
use super::framework::total;
use super::nominations::Nominations;
use super::plugins::volume_binding::AssumedVolumes;
use super::schedule_one::{Around, Choice, Outcome, schedule_pod};
use crate::api::codec::from_value;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object};
use crate::client::{Cache, WatchEventType};
use crate::sim::{Rng, Time};

/// What lines describe: `node …`, `on NODE pod …`, `pod …` (the one to place), `class …`, `claim …`, `volume
/// …`.
#[derive(Default)]
struct World {
    state: ClusterState,
    volumes: AssumedVolumes,
    cache: Cache,
    pod: Option<Rc<Pod>>,
}

fn insert(value: &mut Value, path: &str, new: Value) {
    let pointer = value.pointer_mut(path).unwrap();
    match pointer {
        Value::Array(items) => items.push(new),
        other => *other = new,
    }
}

fn node(words: &[&str]) -> Value {
    let name = words[0];
    let mut value = json!({
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"taints": [], "unschedulable": words.contains(&"cordoned")},
        "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}},
    });
    for (key, text) in words.iter().filter_map(|word| word.split_once('=')) {
        match key {
            "cpu" | "memory" | "pods" => value["status"]["allocatable"][key] = text.into(),
            "taint" => {
                let (key, effect) = text.split_once(':').unwrap();
                insert(&mut value, "/spec/taints", json!({"key": key, "value": "a", "effect": effect}));
            }
            label => value["metadata"]["labels"][label] = text.into(),
        }
    }
    value
}

fn affinity_term(app: &str, key: &str) -> Value {
    json!({"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": key})
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

#[expect(clippy::too_many_lines, reason = "one arm for each word")]
fn pod(words: &[&str]) -> Value {
    let name = words[0];
    let mut value = json!({
        "metadata": {"name": name, "namespace": "default", "uid": format!("uid-{name}"), "labels": {}},
        "spec": {
            "containers": [{"name": "c", "resources": {"requests": {}}, "ports": []}],
            "tolerations": [], "nodeSelector": {}, "volumes": [], "topologySpreadConstraints": [],
            "affinity": {
                "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []},
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": []},
            },
        },
    });
    for (key, text) in words.iter().filter_map(|word| word.split_once('=')) {
        let (first, second) = text.split_once('@').unwrap_or((text, "kubernetes.io/hostname"));
        match key {
            "cpu" | "memory" | "gpu" => {
                value["spec"]["containers"][0]["resources"]["requests"][key] = text.into();
            }
            "tolerate" => {
                insert(&mut value, "/spec/tolerations", json!({"key": text, "operator": "Exists"}));
            }
            "select" => {
                let (label, wanted) = text.split_once(':').unwrap();
                value["spec"]["nodeSelector"][label] = wanted.into();
            }
            "port" => {
                let port: i64 = text.parse().unwrap();
                insert(
                    &mut value,
                    "/spec/containers/0/ports",
                    json!({"containerPort": port, "hostPort": port}),
                );
            }
            "near" => {
                insert(
                    &mut value,
                    &format!("/spec/affinity/podAffinity/{REQUIRED}"),
                    affinity_term(first, second),
                );
            }
            "away" => {
                let path = format!("/spec/affinity/podAntiAffinity/{REQUIRED}");
                insert(&mut value, &path, affinity_term(first, second));
            }
            "spread" | "prefer-spread" => insert(
                &mut value,
                "/spec/topologySpreadConstraints",
                json!({
                    "maxSkew": 1,
                    "topologyKey": second,
                    "whenUnsatisfiable": if key == "spread" { "DoNotSchedule" } else { "ScheduleAnyway" },
                    "labelSelector": {"matchLabels": {"app": first}},
                }),
            ),
            "claim" => insert(
                &mut value,
                "/spec/volumes",
                json!({"name": text, "persistentVolumeClaim": {"claimName": text}}),
            ),
            // `name=a,b/c`: a term for each part that is set off by a slash.
            "name" => {
                let in_names = |names: &str| {
                    let values: Vec<&str> = names.split(',').collect();
                    json!({"key": "metadata.name", "operator": "In", "values": values})
                };
                let term =
                    |part: &str| json!({"matchFields": part.split('&').map(in_names).collect::<Vec<_>>()});
                let terms: Vec<Value> = text.split('/').map(term).collect();
                value["spec"]["affinity"]["nodeAffinity"] = json!({REQUIRED: {"nodeSelectorTerms": terms}});
            }
            "priority" => value["spec"]["priority"] = text.parse::<i64>().unwrap().into(),
            "started" => value["status"] = json!({"startTime": format!("2026-01-05T09:00:{text:0>2}Z")}),
            "policy" => value["spec"]["preemptionPolicy"] = text.into(),
            "kept-on" => value["status"] = json!({"nominatedNodeName": text}),
            label => value["metadata"]["labels"][label] = text.into(),
        }
    }
    if words.contains(&"terminating") || words.contains(&"preempted") {
        value["metadata"]["deletionTimestamp"] = "2026-01-05T09:00:00Z".into();
    }
    if words.contains(&"preempted") {
        let mark = json!({"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"});
        value["status"] = json!({"conditions": [mark]});
    }
    value
}

impl World {
    fn read(lines: &str) -> Self {
        let mut world = Self::default();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["node", words @ ..] => {
                    let node: Node = from_value(node(words)).unwrap();
                    world.state.put_node(&Rc::new(node));
                }
                ["on", node, "pod", words @ ..] => {
                    let mut value = pod(words);
                    value["spec"]["nodeName"] = (*node).into();
                    world.state.put_pod(&Rc::new(from_value(value).unwrap()));
                }
                ["pod", words @ ..] => {
                    world.pod = Some(Rc::new(from_value(pod(words)).unwrap()));
                }
                ["budget", app, allowed] => {
                    let value = json!({
                        "metadata": {"name": app, "namespace": "default"},
                        "spec": {"selector": {"matchLabels": {"app": app}}},
                        "status": {"disruptionsAllowed": allowed.parse::<i64>().unwrap()},
                    });
                    let budget = Object::from_value(Kind::PodDisruptionBudget, value).unwrap();
                    world.cache.apply(WatchEventType::Added, &budget);
                }
                [what @ ("class" | "claim" | "volume"), name, words @ ..] => world.storage(what, name, words),
                other => panic!("{other:?}"),
            }
        }
        world
    }

    fn storage(&mut self, what: &str, name: &str, words: &[&str]) {
        let mut value = json!({"metadata": {"name": name, "annotations": {}}, "spec": {}, "status": {}});
        let kind = match what {
            "class" => {
                value["provisioner"] = "rancher.io/local-path".into();
                value["volumeBindingMode"] = words[0].into();
                Kind::StorageClass
            }
            "claim" => {
                value["metadata"]["namespace"] = "default".into();
                value["spec"]["resources"] = json!({"requests": {"storage": "1Gi"}});
                Kind::PersistentVolumeClaim
            }
            _ => {
                value["spec"]["capacity"] = json!({"storage": "1Gi"});
                value["status"]["phase"] = "Available".into();
                Kind::PersistentVolume
            }
        };
        for (key, text) in words.iter().filter_map(|word| word.split_once('=')) {
            match key {
                "class" => value["spec"]["storageClassName"] = text.into(),
                "bound" => {
                    value["spec"]["volumeName"] = text.into();
                    value["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = "yes".into();
                }
                "selected" => {
                    value["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] = text.into();
                }
                "at" => {
                    let host = json!({"key": "kubernetes.io/hostname", "operator": "In", "values": [text]});
                    value["spec"]["nodeAffinity"] =
                        json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [host]}]}});
                }
                other => panic!("{other}"),
            }
        }
        let object = Object::from_value(kind, value).unwrap();
        if let Object::PersistentVolume(volume) = &object {
            self.volumes.unbound.insert(name.to_owned(), Rc::clone(volume));
        }
        self.cache.apply(WatchEventType::Added, &object);
    }

    fn attempt(&mut self) -> Outcome {
        let pod = self.pod.clone().unwrap();
        let mut start = 0;
        let choice = Choice { drawn: None, rng: &mut Rng::new(1) };
        let around = Around {
            volumes: &self.volumes,
            nominations: &Nominations::default(),
            cache: &self.cache,
            now: Time::ZERO,
        };
        schedule_pod(&pod, &mut self.state, around, &mut start, choice)
    }
}

const MORE: &str = " no new claims to deallocate, preemption: ";

fn check_message(lines: &str, expected: &str) {
    let outcome = World::read(lines).attempt();
    let message = outcome.result.map_or_else(|failure| failure.message, |placed| placed.node.to_string());
    assert_eq!(message.replace(MORE, " + "), expected, "{lines}");
}

/// Nodes that the required terms rule out by name are counted, not looked at, as for a `DaemonSet`'s pods.
#[test]
fn terms_on_names_leave_other_nodes_unseen() {
    let nodes = "node node-1\nnode node-2\nnode node-3 taint=team:NoSchedule\n";
    let message = |pod: &str, said: &str, helps: &str| {
        let expected = format!("0/3 nodes are available: {said}. + 0/3 nodes are available: {helps}.");
        check_message(&format!("{nodes} pod {pod}"), &expected);
    };
    let unhelpful = "3 Preemption is not helpful for scheduling";
    message(
        "a cpu=5 name=node-2",
        "1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
        unhelpful,
    );
    message(
        "a cpu=5 name=node-1,node-2/node-3",
        "1 node(s) had untolerated taint(s), 2 Insufficient cpu",
        unhelpful,
    );
    message("a name=gone", "3 node(s) didn't satisfy plugin(s) [NodeAffinity]", unhelpful);
    message(
        "a name=node-1&node-1,node-2 select=disk:ssd",
        "1 node(s) didn't match Pod's node affinity/selector, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]",
        unhelpful,
    );
    check_message(
        &format!("{nodes} pod a name=node-1&node-2"),
        "0/3 nodes are available: pod affinity terms conflict. not found",
    );
    check_nodes(&format!("{nodes} pod a name=node-2"), "node-2=only");
}

/// Which nodes are possible, and the best of them with their scores.
fn check_nodes(lines: &str, expected: &str) {
    let outcome = World::read(lines).attempt();
    let mut text = String::new();
    for verdict in &outcome.nodes {
        let word = match (&verdict.rejected, verdict.scores) {
            (Some(rejection), _) => rejection.plugin.name().to_owned(),
            (None, Some(scores)) => total(&scores).to_string(),
            (None, None) => "only".to_owned(),
        };
        write!(text, "{}={word} ", verdict.node).unwrap();
    }
    assert_eq!(text.trim(), expected, "{lines}");
}

#[test]
fn messages_are_those_of_the_recorded_cluster() {
    let nodes = "node node-1\nnode node-2\nnode node-3\n";
    let none_helps =
        |count| format!("0/{count} nodes are available: {count} Preemption is not helpful for scheduling.");
    let no_victims = |count| {
        format!("0/{count} nodes are available: {count} No preemption victims found for incoming pod.")
    };
    check_message(
        &format!("{nodes} pod big cpu=5"),
        &format!("0/3 nodes are available: 3 Insufficient cpu. + {}", none_helps(3)),
    );
    check_message(
        &format!("{nodes} pod sel select=disk:ssd"),
        &format!(
            "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. + {}",
            none_helps(3)
        ),
    );
    check_message(
        "node node-1 taint=team:NoSchedule\nnode node-2\nnode node-3\npod big cpu=5",
        &format!(
            "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. + {}",
            none_helps(3)
        ),
    );
    check_message(
        "node node-1 cordoned taint=node.kubernetes.io/unschedulable:NoSchedule
         node node-2 taint=team:NoSchedule
         node node-3
         pod big cpu=5",
        &format!(
            "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. + {}",
            none_helps(3)
        ),
    );
    check_message(
        "node node-1
         node node-2 taint=team:NoSchedule
         node node-3 taint=team:NoSchedule
         on node-1 pod web-0 app=nginx away=nginx
         pod web-1 app=nginx away=nginx",
        "0/3 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 2 node(s) had untolerated taint(s). + \
         0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    );
    check_message(
        &format!(
            "{nodes} on node-1 pod a cpu=4
             on node-2 pod b cpu=3
             on node-3 pod c cpu=3500m
             pod d cpu=2"
        ),
        &format!("0/3 nodes are available: 3 Insufficient cpu. + {}", no_victims(3)),
    );
    check_message(
        "node node-1 zone=a\nnode node-2 zone=a\nnode node-3 zone=b cordoned
         on node-1 pod a app=hello
         on node-1 pod b app=hello
         on node-2 pod c app=hello
         on node-3 pod d app=hello
         on node-3 pod e app=hello
         pod f app=hello spread=hello@zone",
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match pod topology spread constraints. + \
         0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
    );
    check_message(
        &format!("{nodes} pod web-0 claim=www-web-0"),
        "0/3 nodes are available: persistentvolumeclaim \"www-web-0\" not found. not found",
    );
    check_message("pod alone", "no nodes available to schedule pods");
}

#[test]
fn each_filter_rejects_what_upstream_rejects() {
    let table = [
        ("node a cordoned\nnode b\npod p", "a=NodeUnschedulable b=only"),
        ("node a taint=x:NoExecute\nnode b taint=x:PreferNoSchedule\npod p", "a=TaintToleration b=only"),
        (
            "node a taint=x:NoSchedule\nnode b disk=ssd\npod p tolerate=x select=disk:ssd",
            "a=NodeAffinity b=only",
        ),
        ("node a\nnode b\non a pod q port=80\npod p port=80", "a=NodePorts b=only"),
        ("node a cpu=1\nnode b memory=1Gi\npod p cpu=2 memory=2Gi", "a=NodeResourcesFit b=NodeResourcesFit"),
        ("node a pods=1\nnode b pods=1\non a pod q\npod p", "a=NodeResourcesFit b=only"),
        ("node a\nnode b\npod p gpu=1", "a=NodeResourcesFit b=NodeResourcesFit"),
    ];
    for (lines, expected) in table {
        check_nodes(lines, expected);
    }
}

#[test]
fn other_pods_decide_by_domain() {
    let table = [
        // Kept away by a pod that is there already.
        ("node a\nnode b\non a pod q away=web\npod p app=web", "a=InterPodAffinity b=only"),
        (
            "node a zone=x\nnode b zone=x\nnode c zone=y\non a pod q app=web\npod p away=web@zone",
            "a=InterPodAffinity b=InterPodAffinity c=only",
        ),
        // Near: the first of its kind may go anywhere, others must join.
        ("node a zone=x\nnode b\npod p app=web near=web@zone", "a=only b=InterPodAffinity"),
        (
            "node a zone=x\nnode b zone=y\non a pod q app=web\npod p near=web@zone",
            "a=only b=InterPodAffinity",
        ),
        ("node a zone=x\npod p near=web@zone", "a=InterPodAffinity"),
        // A terminating pod does not count when pods are spread, but does when they keep away.
        ("node a\nnode b\non a pod q app=web terminating\npod p away=web", "a=InterPodAffinity b=only"),
        (
            "node a zone=x\nnode b zone=y\non a pod q app=web\npod p app=web spread=web@zone",
            "a=PodTopologySpread b=only",
        ),
        ("node a zone=x\nnode b\npod p app=web spread=web@zone", "a=only b=PodTopologySpread"),
    ];
    for (lines, expected) in table {
        check_nodes(lines, expected);
    }
}

#[test]
fn volumes_hold_pods_to_their_nodes() {
    let late = "class late WaitForFirstConsumer\nclass now Immediate\nnode a\nnode b\n";
    let table = [
        ("volume v at=a class=late\nclaim c class=late bound=v\npod p claim=c", "a=only b=VolumeBinding"),
        ("claim c class=late selected=b\npod p claim=c", "a=VolumeBinding b=only"),
        ("claim c class=late bound=gone\npod p claim=c", "a=VolumeBinding b=VolumeBinding"),
        // A class without a provisioner of its own: nothing but a made volume helps.
        (
            "class none WaitForFirstConsumer\nvolume v at=a class=late\nclaim c class=late\npod p claim=c select=kubernetes.io/hostname:a",
            "a=only b=NodeAffinity",
        ),
    ];
    for (lines, expected) in table {
        check_nodes(&format!("{late}{lines}"), expected);
    }
    check_message(
        &format!("{late}claim c class=now\npod p claim=c"),
        "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
    );
    let mut world = World::read(&format!(
        "{late}volume v at=a class=late\nclaim c class=late\npod p claim=c select=kubernetes.io/hostname:a"
    ));
    let volumes = world.attempt().result.unwrap().volumes.unwrap();
    assert_eq!((volumes.static_bindings.len(), volumes.dynamic_provisions.len()), (1, 0));
}

#[test]
fn emptier_nodes_score_higher() {
    let mut world = World::read("node a\nnode b\non a pod q cpu=1\npod p cpu=1");
    let outcome = world.attempt();
    assert_eq!(outcome.result.unwrap().node.as_ref(), "b");
    let mut world =
        World::read("node a zone=x\nnode b zone=y\non a pod q app=web\npod p app=web prefer-spread=web@zone");
    assert_eq!(world.attempt().result.unwrap().node.as_ref(), "b");
    let mut world = World::read("node a taint=x:PreferNoSchedule\nnode b\npod p");
    assert_eq!(world.attempt().result.unwrap().node.as_ref(), "b");
}

#[test]
fn equals_are_chosen_at_random_and_all_of_them() {
    let lines = "node a\nnode b\nnode c\npod p";
    let mut chosen = crate::collections::SortedSet::new();
    for seed in 0..40 {
        let mut world = World::read(lines);
        let pod = world.pod.clone().unwrap();
        let mut start = 0;
        let nominations = Nominations::default();
        let around = Around {
            volumes: &world.volumes,
            nominations: &nominations,
            cache: &world.cache,
            now: Time::ZERO,
        };
        let choice = Choice { drawn: None, rng: &mut Rng::new(seed) };
        let outcome = schedule_pod(&pod, &mut world.state, around, &mut start, choice);
        assert_eq!(outcome.equals, 3);
        chosen.insert(outcome.result.unwrap().node);
        let choice = Choice { drawn: Some("b"), rng: &mut Rng::new(seed) };
        let drawn = schedule_pod(&pod, &mut world.state, around, &mut start, choice);
        assert_eq!(&*drawn.result.unwrap().node, "b");
    }
    assert_eq!(chosen.len(), 3);
}

#[test]
fn counts_follow_every_change() {
    let lines = "node a\nnode b\non a pod q app=web cpu=1\npod p app=web away=web";
    let mut world = World::read(lines);
    assert_eq!(world.attempt().result.unwrap().node.as_ref(), "b");
    world.state.remove_pod("uid-q");
    assert_eq!(world.attempt().equals, 2);
    let pod = world.pod.clone().unwrap();
    world.state.assume(&pod, &"a".into());
    let node = world.state.nodes().first().cloned().unwrap();
    assert_eq!((node.pod_count, node.requested.milli_cpu, node.non_zero_milli_cpu), (1, 0, 100));
    // A node that goes and comes back knows its pods again.
    world.state.remove_node("a");
    world.state.put_node(&node.node);
    assert_eq!(world.state.nodes().last().map(|node| node.pod_count), Some(1));
}

/// The node that is kept for the pod and who leaves it, or what is said instead.
fn check_victims(lines: &str, expected: &str) {
    let said = match World::read(lines).attempt().result {
        Ok(placed) => format!("placed on {}", placed.node),
        Err(failure) if failure.victims.is_empty() => {
            failure.message.split_once(MORE).map_or(failure.message.clone(), |(_, more)| more.to_owned())
        }
        Err(failure) => {
            let names: Vec<&str> = failure.victims.iter().map(|pod| pod.metadata.name.as_str()).collect();
            format!("{} <- {}", failure.nomination.unwrap(), names.join(" "))
        }
    };
    assert_eq!(said, expected, "{lines}");
}

#[test]
fn the_fewest_and_least_important_pods_make_room() {
    let table = [
        // All of lower priority are thought away; then as many as possible are spared, the important first.
        (
            "node a
             on a pod low cpu=2 priority=1
             on a pod mid cpu=2 priority=2
             pod p cpu=2 priority=9",
            "a <- low",
        ),
        (
            "node a
             on a pod old cpu=2 priority=1 started=1
             on a pod young cpu=2 priority=1 started=5
             pod p cpu=2 priority=9",
            "a <- young",
        ),
        (
            "node a
             on a pod x cpu=1 priority=1 started=1
             on a pod y cpu=1 priority=1 started=2
             on a pod z cpu=2 priority=9
             pod p cpu=2 priority=9",
            "a <- x y",
        ),
        // A budget that would be violated protects where another pod can go instead.
        (
            "node a
             budget web 0
             on a pod web-0 app=web cpu=2 priority=1 started=5
             on a pod plain cpu=2 priority=1 started=1
             pod p cpu=2 priority=9",
            "a <- plain",
        ),
        (
            "node a
             budget web 0
             on a pod web-0 app=web cpu=4 priority=1
             pod p cpu=2 priority=9",
            "a <- web-0",
        ),
    ];
    for (lines, expected) in table {
        check_victims(lines, expected);
    }
}

#[test]
fn room_is_made_where_it_hurts_least() {
    let table = [
        // Fewer violated budgets.
        (
            "node a\nnode b
             budget web 0
             on a pod web-0 app=web cpu=4
             on b pod x cpu=4 priority=1
             pod p cpu=4 priority=9",
            "b <- x",
        ),
        // The lower highest priority.
        (
            "node a\nnode b
             on a pod x cpu=4 priority=2
             on b pod y cpu=4 priority=1
             pod p cpu=4 priority=9",
            "b <- y",
        ),
        // Fewer pods.
        (
            "node a\nnode b
             on a pod x cpu=2
             on a pod y cpu=2
             on b pod z cpu=4
             pod p cpu=4 priority=9",
            "b <- z",
        ),
        // The one that started last.
        (
            "node a\nnode b
             on a pod x cpu=4 started=1
             on b pod y cpu=4 started=5
             pod p cpu=4 priority=9",
            "b <- y",
        ),
        // Ports and nearness are made free as well as cpu.
        ("node a\non a pod x port=80\npod p port=80 priority=9", "a <- x"),
        ("node a\non a pod x app=web away=web\npod p app=web priority=9", "a <- x"),
        (
            "node a zone=x\nnode b zone=y cordoned
             on a pod x app=web
             on a pod y app=web
             pod p app=web spread=web@zone priority=9",
            "a <- x y",
        ),
    ];
    for (lines, expected) in table {
        check_victims(lines, expected);
    }
}

#[test]
fn some_pods_make_no_room() {
    let table = [
        (
            "node a\non a pod x cpu=4\npod p cpu=4 priority=9 policy=Never",
            "not eligible due to preemptionPolicy=Never.",
        ),
        (
            "node a\non a pod x cpu=4\npod p cpu=4",
            "0/1 nodes are available: 1 No preemption victims found for incoming pod.",
        ),
        // Even without all pods of lower priority there is no room.
        (
            "node a\nnode b cordoned
             on a pod x cpu=1
             on a pod big cpu=3 priority=9
             pod p cpu=2 priority=9",
            "0/2 nodes are available: 1 Insufficient cpu, 1 Preemption is not helpful for scheduling.",
        ),
        // The victims are on their way out.
        (
            "node a\non a pod x cpu=4 preempted\npod p cpu=4 priority=9 kept-on=a",
            "not eligible due to a terminating pod on the nominated node.",
        ),
    ];
    for (lines, expected) in table {
        check_victims(lines, expected);
    }
}

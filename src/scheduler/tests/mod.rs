//! Nodes and pods as lines of text, and what one attempt makes of them.

mod placement;
mod preemption;

use std::rc::Rc;

use serde_json::{Value, json};

use crate::api::codec::from_value;
use crate::api::node::Node;
use crate::api::pod::Pod;
use crate::api::{Kind, Object};
use crate::client::{Cache, WatchEventType};
use crate::scheduler::cluster_state::ClusterState;
use crate::scheduler::nominations::Nominations;
use crate::scheduler::plugins::volume_binding::AssumedVolumes;
use crate::scheduler::schedule_one::{Around, Choice, Outcome, schedule_pod};
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
                label => value["metadata"]["labels"][label] = text.into(),
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

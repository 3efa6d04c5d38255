//! Each rule about Deployments and `ReplicaSet`s has a variant that breaks it, and is caught.

use serde_json::{Value, json};

use super::{Checker, all};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{ApiServer, Body, DeleteOptions, PatchType, Preconditions, Request, Subresource};
use crate::sim::{Rng, Time};

/// A Deployment of four with a set of each size, all of whose pods are available.
struct Scene {
    server: ApiServer,
    checker: Checker,
}

impl Scene {
    fn new(spec: &Value, sizes: &[i64]) -> Self {
        let mut scene = Self { server: ApiServer::new(Rng::new(1)), checker: Checker::default() };
        scene.server.set_now(Time::from_ms(60_000));
        scene.create(Kind::Namespace, json!({"metadata": {"name": "default"}}));
        let template = json!({
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "nginx"}]},
        });
        let selector = json!({"matchLabels": {"app": "web"}});
        let mut spec = spec.clone();
        let fields = json!({"replicas": 4, "selector": selector, "template": template});
        spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        scene.create(Kind::Deployment, json!({"metadata": {"name": "web"}, "spec": spec}));
        for (index, size) in sizes.iter().enumerate() {
            scene.set(index, *size);
            let status =
                json!({"status": {"replicas": size, "readyReplicas": size, "availableReplicas": size}});
            scene.patch(Kind::ReplicaSet, &format!("web-{index}"), status, Subresource::Status);
        }
        // Whatever was made before is old enough to have been seen.
        scene.checker.check(&scene.server, true).unwrap();
        scene.server.set_now(Time::from_ms(90_000));
        scene
    }

    fn create(&mut self, kind: Kind, mut manifest: Value) {
        let fields = json!({"apiVersion": kind.api_version(), "kind": kind.to_string()});
        manifest.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let (namespace, body) = ("default".to_owned(), Body::Manifest(manifest));
        let namespace = if kind.is_namespaced() { namespace } else { String::new() };
        self.server.handle(Request::Create { kind, namespace, body, dry_run: false }).unwrap();
    }

    fn owner(&self, kind: Kind, name: &str) -> Value {
        let owner = self.server.get(&ObjectKey::new(kind, "default", name)).unwrap();
        json!([{"apiVersion": "apps/v1", "kind": kind.to_string(), "name": name, "uid": owner.meta().uid,
                "controller": true}])
    }

    fn set(&mut self, index: usize, size: i64) {
        let hash = format!("h{index}");
        let labels = json!({"app": "web", "pod-template-hash": hash});
        let owners = self.owner(Kind::Deployment, "web");
        self.create(
            Kind::ReplicaSet,
            json!({
                "metadata": {
                    "name": format!("web-{index}"), "labels": labels, "ownerReferences": owners,
                    "annotations": {"deployment.kubernetes.io/revision": (index + 1).to_string()},
                },
                "spec": {
                    "replicas": size,
                    "selector": {"matchLabels": labels},
                    "template": {
                        "metadata": {"labels": labels},
                        "spec": {"containers": [{"name": "web", "image": "nginx"}]},
                    },
                },
            }),
        );
    }

    fn patch(&mut self, kind: Kind, name: &str, patch: Value, subresource: Subresource) {
        let key = ObjectKey::new(kind, "default", name);
        let patch_type = PatchType::Merge;
        self.server
            .handle(Request::Patch {
                key,
                patch_type,
                patch,
                subresource,
                dry_run: false,
                drops_unknown: false,
            })
            .unwrap();
    }

    fn scale(&mut self, index: usize, size: i64) {
        let patch = json!({"spec": {"replicas": size}});
        self.patch(Kind::ReplicaSet, &format!("web-{index}"), patch, Subresource::Main);
    }

    /// Which rule the controllers' last change breaks.
    fn broken(&mut self) -> &'static str {
        self.checker.check(&self.server, false).err().map_or("", |violation| violation.id)
    }
}

fn rolling() -> Value {
    json!({"strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}})
}

#[test]
fn every_rule_has_a_number_of_its_own() {
    let mut ids: Vec<&str> = super::deployment::INVARIANTS.iter().map(|rule| rule.id).collect();
    ids.dedup();
    assert_eq!(ids, ["S-42", "S-43", "S-44", "S-45", "S-46", "L-10"]);
    assert!(all().any(|rule| rule.id == "S-42"));
}

#[test]
fn sets_together_have_an_upper_bound() {
    for (size, expected) in [(1, ""), (2, "S-42")] {
        let mut scene = Scene::new(&rolling(), &[4, 0]);
        scene.scale(1, size);
        assert_eq!(scene.broken(), expected, "{size}");
    }
}

#[test]
fn available_pods_have_a_lower_bound() {
    for (size, expected) in [(3, ""), (2, "S-43")] {
        let mut scene = Scene::new(&rolling(), &[4, 0]);
        scene.scale(0, size);
        assert_eq!(scene.broken(), expected, "{size}");
    }
    // With the new set's pods there are enough.
    let mut scene = Scene::new(&rolling(), &[2, 3]);
    scene.scale(0, 0);
    assert_eq!(scene.broken(), "");
}

/// A set with pods that still notes another size has all of them scaled, in which availability counts for
/// nothing; as soon as all note the size, it counts again.
#[test]
fn scaling_has_no_lower_bound_while_a_set_notes_another_size() {
    for (noted, size, seconds, expected) in
        [(6, 1, 0, ""), (4, 1, 0, "S-43"), (6, 0, 0, "S-43"), (6, 1, 30, "S-43")]
    {
        let mut scene = Scene::new(&rolling(), &[4, size]);
        let note = |scene: &mut Scene, noted: i64| {
            let annotations = json!({"deployment.kubernetes.io/desired-replicas": noted.to_string()});
            let patch = json!({"metadata": {"annotations": annotations}});
            scene.patch(Kind::ReplicaSet, "web-1", patch, Subresource::Main);
            scene.checker.check(&scene.server, true).unwrap();
        };
        note(&mut scene, noted);
        if seconds > 0 {
            note(&mut scene, 4);
            scene.server.set_now(Time::from_ms(90_000 + seconds * 1_000));
        }
        scene.scale(0, 1);
        assert_eq!(scene.broken(), expected, "{noted} noted by {size}, {seconds} s ago");
    }
}

#[test]
fn recreate_waits_for_pods_that_go() {
    for (with_pod, expected) in [(false, ""), (true, "S-44")] {
        let mut scene = Scene::new(&json!({"strategy": {"type": "Recreate"}}), &[0, 0]);
        if with_pod {
            let owners = scene.owner(Kind::ReplicaSet, "web-0");
            scene.create(
                Kind::Pod,
                json!({
                    "metadata": {"name": "old", "labels": {"app": "web"}, "ownerReferences": owners},
                    "spec": {"containers": [{"name": "web", "image": "nginx"}]},
                }),
            );
            scene.checker.check(&scene.server, true).unwrap();
            scene.server.set_now(Time::from_ms(120_000));
        }
        scene.scale(1, 4);
        assert_eq!(scene.broken(), expected);
    }
}

#[test]
fn pauses_make_nothing() {
    for (paused, expected) in [(false, ""), (true, "S-45")] {
        let mut scene = Scene::new(&json!({"paused": paused}), &[]);
        scene.set(0, 4);
        assert_eq!(scene.broken(), expected);
    }
}

#[test]
fn history_keeps_what_is_in_use_and_what_is_asked_for() {
    for (limit, size, expected) in [(1, 0, ""), (2, 0, "S-46"), (0, 1, "S-46")] {
        let mut scene = Scene::new(&json!({"revisionHistoryLimit": limit}), &[size, 4]);
        let key = ObjectKey::new(Kind::ReplicaSet, "default", "web-0");
        let options = DeleteOptions { preconditions: Preconditions::default(), ..DeleteOptions::default() };
        scene.server.handle(Request::delete(key, options)).unwrap();
        assert_eq!(scene.broken(), expected, "{limit} {size}");
    }
    for (revision, expected) in [("9223372036854775807", ""), ("1", "S-46"), ("x", "S-46")] {
        let mut scene = Scene::new(&rolling(), &[0, 4]);
        let patch = json!({"metadata": {"annotations": {"deployment.kubernetes.io/revision": revision}}});
        scene.patch(Kind::ReplicaSet, "web-1", patch, Subresource::Main);
        assert_eq!(scene.broken(), expected, "{revision}");
    }
}

#[test]
fn a_deadline_has_to_pass() {
    for (seconds, expected) in [(25, ""), (40, "L-10")] {
        let mut scene = Scene::new(&json!({"progressDeadlineSeconds": seconds}), &[]);
        let told = |reason: &str| {
            json!({"status": {"conditions": [{
                "type": "Progressing", "status": "True", "reason": reason, "message": "",
                "lastUpdateTime": "2026-01-05T09:01:00Z", "lastTransitionTime": "2026-01-05T09:01:00Z",
            }]}})
        };
        scene.patch(Kind::Deployment, "web", told("ReplicaSetUpdated"), Subresource::Status);
        scene.checker.check(&scene.server, true).unwrap();
        scene.patch(Kind::Deployment, "web", told("ProgressDeadlineExceeded"), Subresource::Status);
        assert_eq!(scene.broken(), expected, "{seconds}");
    }
}

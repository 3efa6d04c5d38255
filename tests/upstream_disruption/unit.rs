//! PDB-UNIT: what the controller writes into a budget's status.

use kubesets::api::{Kind, Object, ObjectKey};
use kubesets::apiserver::{DeleteOptions, Request};
use serde_json::json;

use super::world::{World, budget_key};

#[test]
fn pdb_unit_01_an_empty_selector_selects_all() {
    let mut world = World::new(&json!({"minAvailable": 3, "selector": {}}));
    assert_eq!(world.synced(), (0, 0, 3, 0));
    world.pod(None, true);
    assert_eq!(world.synced(), (0, 1, 3, 1));
}

#[test]
fn pdb_unit_02_a_number_of_pods_must_be_available() {
    let mut world = World::new(&json!({"minAvailable": 3}));
    for count in 0..4 {
        assert_eq!(world.synced(), (0, count, 3, count));
        world.pod(None, true);
    }
    assert_eq!(world.synced(), (1, 4, 3, 4));
    world.set_ready("p0", false);
    assert_eq!(world.synced(), (0, 3, 3, 4));
}

#[test]
fn pdb_unit_03_pods_of_nobody_are_told_of() {
    let mut world = World::new(&json!({"maxUnavailable": 1}));
    world.pod(None, true);
    assert_eq!(world.synced().0, 0);
    assert!(world.was_told("UnmanagedPods"));
}

#[test]
fn pdb_unit_04_a_number_may_be_unavailable_of_a_scale() {
    let mut world = World::new(&json!({"maxUnavailable": 2}));
    let set = world.controller(Kind::ReplicaSet, "r", 7);
    world.pod(Some(&set), true);
    assert_eq!(world.synced(), (0, 1, 5, 7));
    scale(&mut world, 5);
    assert_eq!(world.synced(), (0, 1, 3, 5));
}

/// Scales the set `r`.
fn scale(world: &mut World, replicas: i64) {
    let key = ObjectKey::new(Kind::ReplicaSet, "default", "r");
    let mut value = world.server.get(&key).unwrap().to_value();
    value["spec"]["replicas"] = replicas.into();
    let object = Object::from_value(Kind::ReplicaSet, value).unwrap();
    world.server.handle(Request::update(object)).unwrap();
}

#[test]
fn pdb_unit_05_a_percentage_may_be_unavailable_rounded_up() {
    let mut world = World::new(&json!({"maxUnavailable": "30%"}));
    let set = world.controller(Kind::ReplicaSet, "r", 7);
    world.pod(Some(&set), true);
    assert_eq!(world.synced(), (0, 1, 4, 7));
    scale(&mut world, 3);
    assert_eq!(world.synced(), (0, 1, 2, 3));
}

#[test]
fn pdb_unit_06_a_percentage_of_nothing_known() {
    let mut world = World::new(&json!({"minAvailable": "28%"}));
    assert_eq!(world.synced().0, 0);
    world.pod(None, true);
    assert_eq!(world.synced().0, 0);
    assert!(world.was_told("UnmanagedPods"));
}

#[test]
fn pdb_unit_07_a_controller_without_a_scale() {
    let mut world = World::new(&json!({"minAvailable": "10%"}));
    let owner = world.create(Kind::ConfigMap, json!({"metadata": {"name": "owner"}}));
    world.pod(Some(&owner), true);
    assert_eq!(world.synced().0, 0);
    assert!(world.was_told("CalculateExpectedPodCountFailed"));
}

#[test]
fn pdb_unit_08_pods_of_nobody_are_no_failure() {
    let mut world = World::new(&json!({"minAvailable": "28%"}));
    world.pod(None, true);
    let set = world.controller(Kind::ReplicaSet, "r", 4);
    world.pod(Some(&set), true);
    world.synced();
    assert!(world.budget().status.conditions.iter().all(|condition| condition.reason != "SyncFailed"));
}

#[test]
fn pdb_unit_09_a_percentage_of_a_replica_set() {
    let mut world = World::new(&json!({"minAvailable": "20%"}));
    let set = world.controller(Kind::ReplicaSet, "r", 10);
    world.pod(Some(&set), true);
    assert_eq!(world.synced(), (0, 1, 2, 10));
}

#[test]
fn pdb_unit_10_a_scale_that_only_the_server_knows() {
    let mut world = World::new(&json!({"maxUnavailable": 5}));
    world.deliver();
    let set = world.controller(Kind::StatefulSet, "s", 10);
    world.pods(4, Some(&set), true);
    // The pods have reached the cache, their set has not.
    let now = world.server.now();
    for informer in world.informers.iter_mut().filter(|informer| informer.kind() == Kind::Pod) {
        informer.deliver(world.server.store(), now, &mut world.cache);
    }
    world.sync_key(&budget_key()).unwrap();
    assert_eq!(world.numbers(), (0, 4, 5, 10));
}

#[test]
fn pdb_unit_11_daemon_pods_have_no_scale() {
    for spec in [json!({"maxUnavailable": 1}), json!({"minAvailable": "50%"})] {
        let mut world = World::new(&spec);
        let set = world.create(Kind::DaemonSet, json!({"metadata": {"name": "d"}, "spec": {}}));
        let pods = world.pods(3, Some(&set), true);
        assert_eq!(world.synced().0, 0);
        let condition = world.budget().status.conditions.remove(0);
        assert_eq!(
            (condition.status.as_str(), condition.reason.as_str(), condition.message.as_str()),
            ("False", "SyncFailed", "daemonsets.apps does not implement the scale subresource")
        );
        for pod in pods {
            let error = world.evict(&pod).unwrap_err();
            assert_eq!(error.code, 429);
        }
    }
}

#[test]
fn pdb_unit_12_pods_of_two_controllers() {
    let mut world = World::new(&json!({"minAvailable": "1%"}));
    let first = world.controller(Kind::ReplicaSet, "r", 1);
    world.pod(Some(&first), false);
    assert_eq!(world.synced().0, 0);
    let second = world.controller(Kind::ReplicaSet, "q", 1);
    world.pods(2, Some(&second), true);
    assert_eq!(world.synced().0, 1);
}

#[test]
fn pdb_unit_13_and_14_pods_come_one_by_one() {
    for kind in [Kind::ReplicaSet, Kind::StatefulSet] {
        let mut world = World::new(&json!({"minAvailable": "34%"}));
        let owner = world.controller(kind, "r", 3);
        assert_eq!(world.synced(), (0, 0, 0, 0));
        for count in 1..=3 {
            world.pod(Some(&owner), true);
            assert_eq!(world.synced(), ((count - 2).max(0), count, 2, 3));
        }
        if kind == Kind::ReplicaSet {
            // A rogue pod of nobody joins: it counts as healthy, not as expected.
            world.pod(None, true);
            assert_eq!(world.synced().0, 2);
        }
    }
}

#[test]
fn pdb_unit_15_the_share_is_of_all_controllers_together() {
    let mut world = World::new(&json!({"minAvailable": "28%"}));
    let first = world.controller(Kind::ReplicaSet, "r", 11);
    world.pods(11, Some(&first), true);
    assert_eq!(world.synced(), (7, 11, 4, 11));
    let second = world.controller(Kind::ReplicaSet, "q", 11);
    world.pods(11, Some(&second), false);
    assert_eq!(world.synced(), (4, 11, 7, 22));
    for (pod, ready, expected) in [
        ("p0", false, (3, 10, 7, 22)),
        ("p1", false, (2, 9, 7, 22)),
        ("p2", false, (1, 8, 7, 22)),
        ("p3", false, (0, 7, 7, 22)),
        ("p3", true, (1, 8, 7, 22)),
    ] {
        world.set_ready(pod, ready);
        assert_eq!(world.synced(), expected);
    }
}

#[test]
fn pdb_unit_16_a_budget_that_is_gone_is_no_error() {
    let mut world = World::new(&json!({"minAvailable": 1}));
    world.deliver();
    let missing = ObjectKey::new(Kind::PodDisruptionBudget, "default", "notExist");
    assert!(matches!(world.sync_key(&missing), Ok(None)));
}

#[test]
fn pdb_unit_17_granted_evictions_are_forgotten_when_they_are_seen_or_too_old() {
    let mut world = World::new(&json!({"minAvailable": 1}));
    let pods = world.pods(3, None, true);
    world.server.handle(Request::delete(World::pod_key(&pods[0]), DeleteOptions::default())).unwrap();
    let (now, old, new) = (world.seconds_ago(0), world.seconds_ago(180), world.seconds_ago(60));
    world.write_budget_status(|budget| {
        let disrupted = [(&pods[0], now), (&pods[1], old), (&pods[2], new), (&"notthere".to_owned(), now)];
        budget.status.disrupted_pods = disrupted.into_iter().map(|(pod, at)| (pod.clone(), at)).collect();
    });
    assert_eq!(world.synced(), (0, 1, 1, 3));
    let status = world.budget().status;
    assert_eq!(status.disrupted_pods.keys().collect::<Vec<_>>(), [&pods[2]]);
    assert!(world.was_told("NotDeleted"));
}

#[test]
fn pdb_unit_18_scales_are_found_by_controller() {
    let mut world = World::new(&json!({"minAvailable": "100%"}));
    let set = world.controller(Kind::ReplicaSet, "r", 10);
    world.pod(Some(&set), true);
    assert_eq!(world.synced().3, 10);
    let other = world.controller(Kind::StatefulSet, "s", 14);
    world.pod(Some(&other), true);
    assert_eq!(world.synced().3, 24);
    // A set under a Deployment counts as the Deployment does.
    let deployment = world.controller(Kind::Deployment, "d", 12);
    let owned = world.create(
        Kind::ReplicaSet,
        json!({
            "metadata": {"name": "d-1", "ownerReferences": World::owner(&deployment)},
            "spec": {"replicas": 3},
        }),
    );
    world.pod(Some(&owned), true);
    assert_eq!(world.synced().3, 36);
}

#[test]
fn pdb_unit_19_a_stale_view_does_not_take_an_eviction_back() {
    let mut world = World::new(&json!({"minAvailable": 1}));
    let pods = world.pods(2, None, true);
    assert_eq!(world.synced(), (1, 2, 1, 2));
    // A third pod comes; before the controller has seen what follows, an eviction is granted.
    world.pod(None, true);
    world.deliver();
    world.evict(&pods[0]).unwrap();
    assert!(world.sync_key(&budget_key()).is_err(), "a conflict");
    assert_eq!(world.budget().status.disruptions_allowed, 0);
    assert_eq!(world.synced(), (1, 2, 1, 3));
}

#[test]
fn pdb_unit_20_a_selector_of_nothing() {
    let mut world = World::new(&json!({"minAvailable": 3, "selector": null}));
    world.pods(3, None, true);
    assert_eq!(world.synced(), (0, 0, 3, 0));
}

#[test]
fn pdb_unit_21_stale_marks_are_taken_back() {
    let table = [(121, false, "False"), (121, true, "True"), (119, false, "True")];
    for (seconds, deleting, expected) in table {
        let mut world = World::new(&json!({"minAvailable": 1}));
        let pod = world.pod(None, true);
        let since = world.seconds_ago(seconds).to_string();
        world.write_pod_status(&pod, |status| {
            status["conditions"] = json!([{
                "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI",
                "lastTransitionTime": since,
            }]);
        });
        if deleting {
            world.server.handle(Request::delete(World::pod_key(&pod), DeleteOptions::default())).unwrap();
        }
        world.deliver();
        drop(world.sync_key(&World::pod_key(&pod)).unwrap());
        let Object::Pod(pod) = world.server.get(&World::pod_key(&pod)).unwrap() else { panic!() };
        assert_eq!(pod.status.conditions[0].status, expected, "{seconds} s, deleting {deleting}");
    }
}

#[test]
fn pdb_unit_22_conditions_of_others_stay() {
    let mut world = World::new(&json!({"minAvailable": 1}));
    world.write_budget_status(|budget| {
        let foreign = json!({"type": "Foreign", "status": "True", "reason": "Foreign", "message": ""});
        let mut value = Object::from(budget.clone()).to_value();
        value["status"]["conditions"] = json!([foreign]);
        let Object::PodDisruptionBudget(changed) =
            Object::from_value(Kind::PodDisruptionBudget, value).unwrap()
        else {
            panic!()
        };
        *budget = (*changed).clone();
    });
    world.synced();
    let conditions = world.budget().status.conditions;
    let types: Vec<&str> = conditions.iter().map(|condition| condition.type_.as_str()).collect();
    assert_eq!(types, ["Foreign", "DisruptionAllowed"]);
}

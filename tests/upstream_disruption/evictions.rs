//! EVICT: what an eviction is granted for, and what it says.

use kubesets::api::{Kind, Object};
use kubesets::apiserver::{DeleteOptions, Request};
use serde_json::json;

use super::world::World;

#[test]
fn evict_01_pods_that_do_not_count_go_without_a_budget() {
    for phase in ["Succeeded", "Failed", "Pending"] {
        let mut world = World::new(&json!({"minAvailable": 9}));
        let pod = world.pod(None, true);
        world.synced();
        world.write_pod_status(&pod, |status| {
            status["phase"] = phase.into();
        });
        world.evict(&pod).unwrap();
    }
    let mut world = World::new(&json!({"minAvailable": 9}));
    let pod = world.pod(None, true);
    world.synced();
    world.server.handle(Request::delete(World::pod_key(&pod), DeleteOptions::default())).unwrap();
    world.evict(&pod).unwrap();
}

#[test]
fn evict_02_two_budgets_are_one_too_many() {
    let mut world = World::new(&json!({"minAvailable": 0}));
    let pod = world.pod(None, true);
    world.create(
        Kind::PodDisruptionBudget,
        json!({"metadata": {"name": "other"}, "spec": {"minAvailable": 0, "selector": {"matchLabels": {"app": "web"}}}}),
    );
    world.synced();
    let error = world.evict(&pod).unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (
            500,
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    );
}

#[test]
fn evict_03_unready_pods_go_by_the_policy() {
    let table = [
        // (policy, healthy pods beside the unready one, goes)
        (json!(null), 2, true),
        (json!("IfHealthyBudget"), 2, true),
        (json!("IfHealthyBudget"), 1, false),
        (json!("AlwaysAllow"), 0, true),
    ];
    for (policy, healthy, goes) in table {
        let mut world = World::new(&json!({"minAvailable": 2, "unhealthyPodEvictionPolicy": policy}));
        world.pods(healthy, None, true);
        let pod = world.pod(None, false);
        let before = world.synced();
        assert_eq!(world.evict(&pod).is_ok(), goes, "{policy} with {healthy} healthy pods");
        assert_eq!(world.numbers(), before, "no permission is taken off");
    }
}

#[test]
fn evict_04_a_budget_that_was_not_looked_at_grants_nothing() {
    let mut world = World::new(&json!({"minAvailable": 1}));
    let pod = world.pod(None, true);
    let error = world.evict(&pod).unwrap_err();
    assert_eq!((error.code, error.retry_after_seconds), (429, Some(10)));
    assert_eq!(error.causes[0].message, "The disruption budget pdb is still being processed by the server.");
}

#[test]
fn evict_05_impossible_numbers() {
    let mut world = World::new(&json!({"minAvailable": 0}));
    let pod = world.pod(None, true);
    world.synced();
    world.write_budget_status(|budget| budget.status.disruptions_allowed = -1);
    let error = world.evict(&pod).unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (403, "poddisruptionbudget.policy \"pdb\" is forbidden: pdb disruptions allowed is negative")
    );
    let now = world.seconds_ago(0);
    world.write_budget_status(|budget| {
        budget.status.disruptions_allowed = 1;
        budget.status.disrupted_pods = (0..2001).map(|number| (format!("q{number}"), now)).collect();
    });
    let error = world.evict(&pod).unwrap_err();
    assert!(
        error
            .message
            .ends_with("DisruptedPods map too big - too many evictions not confirmed by PDB controller")
    );
}

#[test]
fn evict_06_a_budget_says_what_it_needs() {
    let mut world = World::new(&json!({"minAvailable": 3}));
    let pods = world.pods(3, None, true);
    world.synced();
    let error = world.evict(&pods[0]).unwrap_err();
    assert_eq!(
        (error.code, error.reason, error.message.as_str(), error.cause_type),
        (
            429,
            "TooManyRequests",
            "Cannot evict pod as it would violate the pod's disruption budget.",
            "DisruptionBudget"
        )
    );
    assert_eq!(error.causes[0].message, "The disruption budget pdb needs 3 healthy pods and has 3 currently");
}

#[test]
fn evict_07_a_granted_eviction_is_noted_before_the_pod_goes() {
    let mut world = World::new(&json!({"minAvailable": 1}));
    let pods = world.pods(3, None, true);
    assert_eq!(world.synced(), (2, 3, 1, 3));
    world.evict(&pods[0]).unwrap();
    world.evict(&pods[1]).unwrap();
    assert!(world.evict(&pods[2]).is_err());
    let status = world.budget().status;
    assert_eq!(status.disrupted_pods.keys().collect::<Vec<_>>(), [&pods[0], &pods[1]]);
    assert_eq!(status.disruptions_allowed, 0);
    let of = |kind| {
        let log = world.server.store().watch_log(kind).unwrap();
        log.since(0).unwrap().map(|event| (event.revision, event.object.clone())).collect::<Vec<_>>()
    };
    for pod in &pods[..2] {
        let noted = of(Kind::PodDisruptionBudget)
            .into_iter()
            .find(|(_, object)| match object {
                Object::PodDisruptionBudget(budget) => budget.status.disrupted_pods.contains_key(pod),
                _ => false,
            })
            .unwrap();
        let deleted = of(Kind::Pod)
            .into_iter()
            .find(|(_, object)| object.meta().name == *pod && object.meta().is_terminating())
            .unwrap();
        assert!(noted.0 < deleted.0);
    }
}

#[test]
fn evict_08_a_dry_run_asks_and_changes_nothing() {
    let mut world = World::new(&json!({"minAvailable": 1}));
    let pods = world.pods(2, None, true);
    world.synced();
    let before = world.server.store().revision();
    world.try_evict(&pods[0], true).unwrap();
    world.try_evict(&pods[1], true).unwrap();
    assert_eq!(world.server.store().revision(), before);
    world.evict(&pods[0]).unwrap();
    assert_eq!(world.try_evict(&pods[1], true).unwrap_err().code, 429);
}

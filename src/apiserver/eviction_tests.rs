//! Evictions beside budgets as their controller wrote them.
//!
//! Models nothing by itself: it plays the budgets' controller's part and a kubelet's, Kubernetes v1.36.

use super::pods::set_condition;
use super::{ApiServer, DeleteOptions, Preconditions, Request, StatusError};
use crate::api::intstr::IntOrString;
use crate::api::labels::LabelSelector;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::collections::sort_by_key;
use crate::sim::{Rng, Time};

fn labels() -> crate::api::LabelMap {
    [("app".to_owned(), "web".to_owned())].into()
}

/// A server with one bound pod, `Running` and ready unless `words` say otherwise.
fn server_with(words: &str) -> ApiServer {
    let mut server = ApiServer::new(Rng::new(1));
    server.set_now(Time::from_ms(5_000));
    let mut pod = Pod::default();
    pod.metadata.name = "web-0".into();
    pod.metadata.namespace = "default".into();
    pod.metadata.labels = labels();
    pod.spec.node_name = "node-1".into();
    pod.spec.termination_grace_period_seconds = Some(30);
    let Ok(Object::Pod(pod)) = server.handle(Request::create(pod)) else { panic!() };
    let mut pod = Pod::clone(&pod);
    pod.status.phase = ["Pending", "Succeeded", "Failed"]
        .into_iter()
        .find(|phase| words.contains(phase))
        .unwrap_or("Running")
        .into();
    if pod.status.phase == "Running" && !words.contains("unready") {
        set_condition(&mut pod, "Ready", "", "", server.now());
    }
    server.handle(Request::update_status(pod)).unwrap();
    if words.contains("ending") {
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        server.handle(Request::delete(key, DeleteOptions::default())).unwrap();
    }
    server
}

/// `allowed=1 healthy=2 desired=1`: a budget's status, as its controller wrote it.
fn put_budget(server: &mut ApiServer, name: &str, words: &str) {
    let mut budget = PodDisruptionBudget::default();
    budget.metadata.name = name.into();
    budget.metadata.namespace = "default".into();
    budget.spec.min_available = Some(IntOrString::Int(1));
    budget.spec.selector = Some(LabelSelector { match_labels: labels(), ..LabelSelector::default() });
    if words.contains("AlwaysAllow") {
        budget.spec.unhealthy_pod_eviction_policy = Some("AlwaysAllow".into());
    }
    let Ok(Object::PodDisruptionBudget(budget)) = server.handle(Request::create(budget)) else { panic!() };
    let mut budget = PodDisruptionBudget::clone(&budget);
    let number = |name: &str| {
        let found = words.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        found.map_or(0, |value| value.parse::<i64>().unwrap())
    };
    budget.status.disruptions_allowed = number("allowed");
    budget.status.current_healthy = number("healthy");
    budget.status.desired_healthy = number("desired");
    budget.status.observed_generation = i64::from(!words.contains("unseen"));
    if words.contains("SyncFailed") {
        budget.status.set_disruption_allowed("False", "SyncFailed", "no scale", Timestamp::default());
    }
    for index in 0..number("disrupted") {
        budget.status.disrupted_pods.insert(format!("p{index}"), Timestamp::default());
    }
    // As if an older server had stored it: the status is not looked at again.
    let key = ObjectKey::new(Kind::PodDisruptionBudget, "default", name);
    let old = server.stored(&key).unwrap();
    server.replace(&key, budget.into(), &old, false);
}

fn said(answer: Result<Object, StatusError>) -> String {
    match answer {
        Ok(_) => "evicted".to_owned(),
        Err(error) => {
            let causes: Vec<String> = error
                .causes
                .iter()
                .map(|cause| format!(" [{}: {}]", error.cause_type, cause.message))
                .collect();
            let retry = error.retry_after_seconds.map_or(String::new(), |s| format!(" (after {s} s)"));
            format!("{} {}{retry}{}", error.code, error.message, causes.concat())
        }
    }
}

#[test]
fn budgets_are_asked_as_upstream() {
    const WOULD: &str = "429 Cannot evict pod as it would violate the pod's disruption budget.";
    let needs = |budget: &str| format!("{WOULD} [DisruptionBudget: The disruption budget {budget}]");
    let table = [
        ("", "", "evicted".to_owned()),
        ("", "allowed=1 healthy=2 desired=1", "evicted".to_owned()),
        ("", "healthy=1 desired=1", needs("pdb needs 1 healthy pods and has 1 currently")),
        ("Pending", "healthy=1 desired=1", "evicted".to_owned()),
        ("Succeeded", "healthy=1 desired=1", "evicted".to_owned()),
        ("Failed", "healthy=1 desired=1", "evicted".to_owned()),
        ("ending", "healthy=1 desired=1", "evicted".to_owned()),
        ("unready", "healthy=0 desired=1", needs("pdb needs 1 healthy pods and has 0 currently")),
        ("unready", "healthy=1 desired=1", "evicted".to_owned()),
        ("unready", "healthy=0 desired=0", needs("pdb needs 0 healthy pods and has 0 currently")),
        ("unready", "healthy=0 desired=1 AlwaysAllow", "evicted".to_owned()),
        ("", "healthy=0 desired=1 AlwaysAllow", needs("pdb needs 1 healthy pods and has 0 currently")),
        (
            "",
            "allowed=1 unseen",
            format!(
                "{WOULD} (after 10 s) [DisruptionBudget: The disruption budget pdb is still being processed by \
                 the server.]"
            ),
        ),
        (
            "",
            "healthy=3 desired=2 SyncFailed",
            needs("pdb does not allow evicting pods currently because it failed sync: no scale"),
        ),
        ("", "healthy=3 desired=2", needs("pdb does not allow evicting pods currently")),
        (
            "",
            "allowed=-1",
            "403 poddisruptionbudget.policy \"pdb\" is forbidden: pdb disruptions allowed is negative".to_owned(),
        ),
        (
            "",
            "allowed=1 disrupted=2001",
            "403 poddisruptionbudget.policy \"pdb\" is forbidden: DisruptedPods map too big - too many evictions \
             not confirmed by PDB controller"
                .to_owned(),
        ),
    ];
    for (pod, budget, expected) in table {
        for dry_run in [true, false] {
            let mut server = server_with(pod);
            if !budget.is_empty() {
                put_budget(&mut server, "pdb", budget);
            }
            let before = server.store().revision();
            let key = ObjectKey::new(Kind::Pod, "default", "web-0");
            let answer = server.handle(Request::Evict { key, options: DeleteOptions::default(), dry_run });
            let is_refused = answer.is_err();
            assert_eq!(said(answer), expected, "{pod} / {budget}");
            let wrote = server.store().revision() != before;
            assert_eq!(wrote, !dry_run && !is_refused, "{pod} / {budget}, dry run {dry_run}");
        }
    }
}

#[test]
fn two_budgets_are_one_too_many() {
    let mut server = server_with("");
    put_budget(&mut server, "a", "allowed=1");
    put_budget(&mut server, "b", "allowed=1");
    let key = ObjectKey::new(Kind::Pod, "default", "web-0");
    let answer = server.handle(Request::Evict { key, options: DeleteOptions::default(), dry_run: false });
    assert_eq!(
        said(answer),
        "500 This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
    );
}

#[test]
fn the_permission_is_written_before_the_pod_is_deleted() {
    let mut server = server_with("");
    put_budget(&mut server, "pdb", "allowed=1 healthy=2 desired=1");
    let before = server.store().revision();
    let key = ObjectKey::new(Kind::Pod, "default", "web-0");
    server
        .handle(Request::Evict { key: key.clone(), options: DeleteOptions::default(), dry_run: false })
        .unwrap();
    let mut written: Vec<(u64, Object)> = Vec::new();
    for kind in [Kind::PodDisruptionBudget, Kind::Pod] {
        let log = server.store().watch_log(kind).unwrap();
        let news = log.since(0).unwrap().filter(|event| event.revision > before);
        written.extend(news.map(|event| (event.revision, event.object.clone())));
    }
    sort_by_key(&mut written, |(revision, _)| *revision);
    let kinds: Vec<Kind> = written.iter().map(|(_, object)| object.kind()).collect();
    assert_eq!(kinds, [Kind::PodDisruptionBudget, Kind::Pod, Kind::Pod]);
    let Object::PodDisruptionBudget(budget) = &written[0].1 else { panic!() };
    assert_eq!(budget.status.disruptions_allowed, 0);
    assert_eq!(budget.status.disrupted_pods.get("web-0"), Some(&Timestamp::at(Time::from_ms(5_000))));
    assert_eq!(budget.status.conditions[0].reason, "InsufficientPods");
    assert!(written[2].1.meta().is_terminating());
}

#[test]
fn preconditions_are_looked_at_after_the_budget() {
    let mut server = server_with("");
    put_budget(&mut server, "pdb", "allowed=1 healthy=2 desired=1");
    let key = ObjectKey::new(Kind::Pod, "default", "web-0");
    let preconditions = Preconditions { uid: Some("another".into()), resource_version: None };
    let options = DeleteOptions { preconditions, ..DeleteOptions::default() };
    let answer = server.handle(Request::Evict { key, options, dry_run: false });
    assert!(answer.unwrap_err().is_conflict());
    let budget = server.get(&ObjectKey::new(Kind::PodDisruptionBudget, "default", "pdb")).unwrap();
    let Object::PodDisruptionBudget(budget) = budget else { panic!() };
    assert_eq!(budget.status.disruptions_allowed, 0, "the permission is spent, as upstream");
}

//! Text tables for the policy: a budget, the pods that it selects and their controllers, and what one sync
//! makes of them.
//!
//! `budget maxUnavailable=30%`, then `sts s 3` (or `rs`, `deploy` with its `rs`), `pod web-0 ready of=s`, and
//! after `=>` the numbers (allowed, healthy, desired, expected), the verdict and the Events. The time is
//! second 1000; pods are of nobody unless they say `of`.

use std::rc::Rc;

use super::budget::{Plan, View, sync_budget};
use super::scale::{Scale, find_scale};
use super::stale;
use super::waiting::{Outcome, WaitingFor};
use crate::api::apps::StatefulSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::intstr::IntOrString;
use crate::api::labels::LabelSelector;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::{Kind, Object, ObjectKey, OwnerReference, Timestamp};
use crate::client::{Cache, WatchEventType};
use crate::collections::SortedMap;
use crate::sim::Time;

const NOW: Time = Time::from_ms(1_000_000);

fn number_or_percent(text: &str) -> IntOrString {
    text.parse().map_or_else(|_| IntOrString::String(text.to_owned()), IntOrString::Int)
}

fn seconds_ago(seconds: u64) -> Timestamp {
    Timestamp::at(Time::from_ms(NOW.ms() - seconds * 1000))
}

fn budget_of(words: &[&str]) -> PodDisruptionBudget {
    let mut budget = PodDisruptionBudget::default();
    budget.metadata.name = "pdb".into();
    budget.metadata.namespace = "default".into();
    budget.metadata.generation = 1;
    let labels = [("app".to_owned(), "web".to_owned())].into();
    budget.spec.selector = Some(LabelSelector { match_labels: labels, ..LabelSelector::default() });
    for word in words {
        let (key, value) = word.split_once('=').unwrap();
        match key {
            "minAvailable" => budget.spec.min_available = Some(number_or_percent(value)),
            "maxUnavailable" => budget.spec.max_unavailable = Some(number_or_percent(value)),
            // A pod whose eviction was granted so many seconds ago.
            pod => {
                let granted = seconds_ago(value.parse().unwrap());
                budget.status.disrupted_pods.insert(pod.to_owned(), granted);
            }
        }
    }
    budget
}

#[derive(Default)]
struct World {
    budget: PodDisruptionBudget,
    pods: Vec<Rc<Pod>>,
    cache: Cache,
    owners: SortedMap<String, OwnerReference>,
}

impl World {
    fn put(&mut self, object: impl Into<Object>) {
        self.cache.apply(WatchEventType::Added, &object.into());
    }

    fn controller(&mut self, kind: Kind, name: &str, replicas: &str, of: Option<&str>) {
        let mut meta = crate::api::ObjectMeta {
            name: name.into(),
            namespace: "default".into(),
            uid: format!("uid-{name}"),
            ..Default::default()
        };
        let owner = OwnerReference::controller(&kind.api_version(), kind.resource().kind, &meta);
        self.owners.insert(name.to_owned(), owner);
        meta.owner_references.extend(of.and_then(|of| self.owners.get(of)).cloned());
        let replicas = replicas.parse().ok();
        match kind {
            Kind::StatefulSet => {
                let mut set = StatefulSet { metadata: meta, ..Default::default() };
                set.spec.replicas = replicas;
                self.put(set);
            }
            Kind::ReplicaSet => {
                let mut set = ReplicaSet { metadata: meta, ..Default::default() };
                set.spec.replicas = replicas;
                self.put(set);
            }
            Kind::Deployment => {
                let mut deployment = Deployment { metadata: meta, ..Default::default() };
                deployment.spec.replicas = replicas;
                self.put(deployment);
            }
            _ => {}
        }
    }

    fn pod(&mut self, words: &[&str]) {
        let mut pod = Pod::default();
        pod.metadata.name = words[0].to_owned();
        pod.metadata.namespace = "default".into();
        for word in &words[1..] {
            match word.split_once('=') {
                Some(("of", owner)) => {
                    let owner = self.owners.get(owner).cloned().unwrap_or_else(|| {
                        let (api_version, kind) = owner.split_once(':').unwrap();
                        let meta = crate::api::ObjectMeta {
                            name: "gone".into(),
                            uid: "uid-gone".into(),
                            ..Default::default()
                        };
                        OwnerReference::controller(api_version, kind, &meta)
                    });
                    pod.metadata.owner_references.push(owner);
                }
                None if *word == "ready" => {
                    let ready =
                        Condition { type_: "Ready".into(), status: "True".into(), ..Condition::default() };
                    pod.status.conditions.push(ready);
                }
                None if *word == "deleting" => pod.metadata.deletion_timestamp = Some(seconds_ago(1)),
                _ => panic!("{word}"),
            }
        }
        self.pods.push(Rc::new(pod));
    }

    fn read(text: &str) -> Self {
        let mut world = Self::default();
        for line in text.split(';').map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["budget", words @ ..] => world.budget = budget_of(words),
                ["sts", name, replicas] => world.controller(Kind::StatefulSet, name, replicas, None),
                ["ds", name] => world.controller(Kind::DaemonSet, name, "", None),
                ["rs", name, replicas] => world.controller(Kind::ReplicaSet, name, replicas, None),
                ["rs", name, replicas, of] => world.controller(Kind::ReplicaSet, name, replicas, Some(of)),
                ["deploy", name, replicas] => world.controller(Kind::Deployment, name, replicas, None),
                ["pod", words @ ..] => world.pod(words),
                ["pods", count, words @ ..] => {
                    for index in 0..count.parse::<usize>().unwrap() {
                        let name = format!("p{}", world.pods.len() + index);
                        let mut all = vec![name.as_str()];
                        all.extend(words);
                        world.pod(&all);
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        world
    }

    fn plan(&self) -> Plan {
        let budget = Rc::new(self.budget.clone());
        let live = |_: &ObjectKey| None;
        let find = |owner: &OwnerReference| find_scale(&self.cache, &live, "default", owner);
        sync_budget(&View { budget: &budget, pods: &self.pods, find_scale: &find, now: NOW })
    }
}

fn said(plan: &Plan) -> String {
    let status = plan.status.as_ref().map_or("unchanged".to_owned(), |status| {
        format!(
            "({},{},{},{})",
            status.disruptions_allowed, status.current_healthy, status.desired_healthy, status.expected_pods
        )
    });
    let mut text = format!("{status} {}", outcome_name(&plan.outcome));
    for event in &plan.events {
        text.push_str(&format!(" {}", event.reason));
    }
    text
}

fn outcome_name(outcome: &Outcome) -> String {
    outcome.verdict(None).reason().map_or("Converged".to_owned(), |reason| reason.name.to_owned())
}

fn check(table: &str) {
    for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (world, expected) = row.split_once("=>").unwrap();
        assert_eq!(said(&World::read(world).plan()), expected.trim(), "{world}");
    }
}

#[test]
fn numbers_and_percentages_round_up() {
    check(
        "budget minAvailable=3 => (0,0,3,0) Pods NoPods
         budget minAvailable=3; pods 1 ready => (0,1,3,1) HealthyPods
         budget minAvailable=3; pods 3 ready => (0,3,3,3) LargerScale
         budget minAvailable=3; pods 4 ready => (1,4,3,4) Converged
         budget minAvailable=3; pods 3 ready; pods 1 => (0,3,3,4) SparePod
         budget maxUnavailable=2; rs r 7; pods 1 ready of=r => (0,1,5,7) HealthyPods
         budget maxUnavailable=30%; rs r 7; pods 1 ready of=r => (0,1,4,7) HealthyPods
         budget maxUnavailable=30%; rs r 3; pods 1 ready of=r => (0,1,2,3) HealthyPods
         budget maxUnavailable=9; rs r 3; pods 1 ready of=r => (1,1,0,3) Converged
         budget minAvailable=34%; sts s 3; pods 3 ready of=s => (1,3,2,3) Converged
         budget minAvailable=28%; sts s 11; sts t 11; pods 5 ready of=s; pods 4 ready of=t => (2,9,7,22) Converged
         budget minAvailable=20%; deploy d 10; rs r 4 d; rs q 6 d; pods 1 ready of=r; pods 2 ready of=q => (1,3,2,10) Converged
         budget maxUnavailable=0; sts s 2; pods 2 ready of=s => (0,2,2,2) LargerScale
         budget minAvailable=1; pod a ready deleting; pod b ready => (0,1,1,2) SparePod",
    );
}

#[test]
fn pods_without_a_known_scale() {
    check(
        "budget maxUnavailable=1; pods 2 ready => (0,2,0,0) ManagedPods UnmanagedPods
         budget minAvailable=28%; pods 1 ready => (0,1,0,0) ManagedPods UnmanagedPods
         budget minAvailable=1; pods 2 ready => (1,2,1,2) Converged
         budget maxUnavailable=1; sts s 3; pods 2 ready of=s; pods 1 ready => (1,3,2,3) Converged UnmanagedPods
         budget maxUnavailable=1; ds d; pods 2 ready of=d => (0,0,0,0) Scale CalculateExpectedPodCountFailed
         budget maxUnavailable=1; pods 1 of=apps/v1:StatefulSet => (0,0,0,0) Scale CalculateExpectedPodCountFailed",
    );
    let messages = [
        ("ds d; pod a of=d", "daemonsets.apps does not implement the scale subresource"),
        ("pod a of=batch/v1:Job", "jobs.batch does not implement the scale subresource"),
        ("pod a of=v1:ConfigMap", "configmaps does not implement the scale subresource"),
        ("pod a of=v1:ReplicationController", "found no controllers for pod \"a\""),
        ("pod a of=apps/v1:StatefulSet", "found no controllers for pod \"a\""),
        ("pod a of=example.com/v1:Zoo", "no matches for kind \"Zoo\" in version \"example.com/v1\""),
        ("pod a of=a/b/c:Zoo", "unexpected GroupVersion string: a/b/c"),
    ];
    for (world, message) in messages {
        let plan = World::read(&format!("budget maxUnavailable=1; {world}")).plan();
        assert_eq!(plan.outcome, Outcome::Waiting(WaitingFor::Scale { message: message.into() }), "{world}");
        let condition = plan.status.unwrap().conditions.remove(0);
        assert_eq!(
            (condition.status.as_str(), condition.reason.as_str(), condition.message.as_str()),
            ("False", "SyncFailed", message)
        );
    }
}

#[test]
fn a_granted_eviction_counts_until_it_is_seen_or_two_minutes_have_passed() {
    check(
        "budget minAvailable=1 a=60; pod a ready; pod b ready => (0,1,1,2) EvictedPod
         budget minAvailable=1 a=60 c=10; pod a ready; pod b ready; pod c ready => (0,1,1,3) EvictedPod
         budget minAvailable=1 a=121; pod a ready; pod b ready => (1,2,1,2) Converged NotDeleted
         budget minAvailable=1 a=60; pod a ready deleting; pod b ready => (0,1,1,2) SparePod
         budget minAvailable=1 gone=60; pod b ready; pod c ready => (1,2,1,2) Converged",
    );
    let plan = World::read("budget minAvailable=1 a=60 b=20; pod a ready; pod b ready").plan();
    assert_eq!(plan.recheck_at, Some(Time::from_ms(NOW.ms() + 60_000)));
    assert_eq!(plan.status.unwrap().disrupted_pods.len(), 2);
}

#[test]
fn a_status_that_is_right_is_not_written_again() {
    let mut world = World::read("budget minAvailable=1; pods 2 ready");
    let foreign = Condition { type_: "Foreign".into(), status: "True".into(), ..Condition::default() };
    world.budget.status.conditions.push(foreign.clone());
    let status = world.plan().status.unwrap();
    assert_eq!(status.conditions.len(), 2, "conditions of others stay");
    assert_eq!(status.conditions[0], foreign);
    world.budget.status = status;
    assert_eq!(world.plan().status, None);
    world.budget.metadata.generation = 2;
    assert_eq!(world.plan().status.map(|status| status.observed_generation), Some(2));
}

#[test]
fn reasons_are_told_in_words() {
    let waits = [
        (WaitingFor::Pods, "no Pod matches the selector: there is nothing to protect"),
        (
            WaitingFor::SparePod { healthy: 2, desired: 2 },
            "no eviction is allowed: 2 Pods must be healthy, 2 are, and none is to spare",
        ),
        (
            WaitingFor::HealthyPods { healthy: 1, desired: 2 },
            "no eviction is allowed: 2 Pods must be healthy, and 1 is",
        ),
        (
            WaitingFor::PodDeletion { until: Time::ZERO },
            "the Pod is marked as to be disrupted (DisruptionTarget); unless it is deleted, the mark is taken \
             back",
        ),
    ];
    for (wait, expected) in waits {
        let verdict = Outcome::Waiting(wait).verdict(None);
        assert_eq!(verdict.reason().unwrap().sentence, expected);
    }
    let plan = World::read("budget maxUnavailable=1; pod a ready").plan();
    assert_eq!(
        plan.events[0].message,
        "Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: \
         web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the \
         status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account \
         for these pods please set \".spec.minAvailable\" field of the PDB to an integer value."
    );
}

#[test]
fn a_stale_mark_is_taken_back_after_two_minutes() {
    let marked = |seconds: u64, reason: &str| {
        let mut pod = Pod::default();
        pod.status.conditions.push(Condition {
            type_: "DisruptionTarget".into(),
            status: "True".into(),
            reason: reason.into(),
            last_transition_time: Some(seconds_ago(seconds)),
            ..Condition::default()
        });
        pod
    };
    let left = |pod: &Pod| stale::clean_after(pod, NOW).map(crate::sim::time::Span::seconds);
    assert_eq!(left(&marked(119, "EvictionByEvictionAPI")), Some(1));
    assert_eq!(left(&marked(121, "PreemptionByScheduler")), Some(0));
    assert_eq!(left(&marked(121, "TerminationByKubelet")), None);
    assert_eq!(left(&Pod::default()), None);
    let mut ended = marked(121, "EvictionByEvictionAPI");
    ended.status.phase = "Failed".into();
    assert_eq!(left(&ended), None);
    let mut deleting = marked(121, "EvictionByEvictionAPI");
    deleting.metadata.deletion_timestamp = Some(seconds_ago(1));
    assert_eq!(left(&deleting), None);
    let after = stale::without_mark(&marked(121, "EvictionByEvictionAPI"), NOW);
    assert_eq!(left(&after), None);
    assert_eq!(
        (after.status.conditions[0].status.as_str(), after.status.conditions[0].reason.as_str()),
        ("False", "")
    );
}

#[test]
fn the_scale_of_a_controller_that_the_cache_does_not_show_is_asked_for() {
    let mut set = StatefulSet::default();
    set.metadata.uid = "uid-s".into();
    set.spec.replicas = Some(5);
    let live = move |key: &ObjectKey| (key.kind == Kind::StatefulSet).then(|| Object::from(set.clone()));
    let mut meta = crate::api::ObjectMeta { name: "s".into(), uid: "uid-s".into(), ..Default::default() };
    let owner = OwnerReference::controller("apps/v1", "StatefulSet", &meta);
    let found = find_scale(&Cache::default(), &live, "default", &owner);
    assert_eq!(found, Ok(Some(Scale { uid: "uid-s".into(), replicas: 5 })));
    meta.uid = "uid-another".into();
    let owner = OwnerReference::controller("apps/v1", "StatefulSet", &meta);
    assert_eq!(find_scale(&Cache::default(), &live, "default", &owner), Ok(None));
}

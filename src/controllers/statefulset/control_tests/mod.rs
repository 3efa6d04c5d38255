//! Text tables for the policy: a set, its pods and claims, and what one sync decides.
//!
//! `set web replicas=3 Parallel partition=1`, then `pod web-1 ready old`, `claim www-web-1 owner=pod`, and
//! after `=>` the tasks in order and the end. Pods are of the new revision unless they are `old`, ready since
//! second 0 unless they say otherwise; the time is second 100.

mod claims;
mod scaling;
mod updates;

use std::rc::Rc;

use crate::api::apps::{
    CONTROLLER_REVISION_HASH, ClaimRetentionPolicy, RollingUpdateStatefulSetStrategy, StatefulSet,
    StatefulSetOrdinals,
};
use crate::api::intstr::IntOrString;
use crate::api::meta::Condition;
use crate::api::pod::{ContainerState, ContainerStatus, Pod, Waiting};
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{LabelMap, Object, OwnerReference, Timestamp};
use crate::client::{Cache, WatchEventType};
use crate::controllers::statefulset::control::{Features, View, update_stateful_set};
use crate::controllers::statefulset::outcome::Outcome;
use crate::controllers::statefulset::plan::{ClaimStep, Plan, Purpose, Side, Task, TaskKind};
use crate::controllers::statefulset::pods::{POD_NAME_LABEL, PodTable};
use crate::sim::Time;

const NOW: Time = Time::from_ms(100_000);

struct World {
    set: StatefulSet,
    pods: Vec<Pod>,
    cache: Cache,
    features: Features,
    current: &'static str,
}

fn labels() -> LabelMap {
    [("app".to_owned(), "web".to_owned())].into()
}

fn set_of(words: &[&str], features: &mut Features) -> StatefulSet {
    let mut set = StatefulSet::default();
    words[0].clone_into(&mut set.metadata.name);
    "default".clone_into(&mut set.metadata.namespace);
    "uid-set".clone_into(&mut set.metadata.uid);
    set.metadata.generation = 1;
    set.spec.selector.match_labels = labels();
    set.spec.template.metadata.labels = labels();
    "OrderedReady".clone_into(&mut set.spec.pod_management_policy);
    let mut rolling = RollingUpdateStatefulSetStrategy { partition: Some(0), max_unavailable: None };
    "RollingUpdate".clone_into(&mut set.spec.update_strategy.type_);
    let mut retention = ClaimRetentionPolicy { when_deleted: "Retain".into(), when_scaled: "Retain".into() };
    for word in &words[1..] {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<i64>().unwrap();
        match key {
            "replicas" => set.spec.replicas = Some(number()),
            "start" => set.spec.ordinals = Some(StatefulSetOrdinals { start: number() }),
            "minReady" => set.spec.min_ready_seconds = number(),
            "partition" => rolling.partition = Some(number()),
            "maxUnavailable" => {
                features.max_unavailable = true;
                rolling.max_unavailable = Some(IntOrString::Int(number()));
            }
            "OnDelete" => "OnDelete".clone_into(&mut set.spec.update_strategy.type_),
            "Parallel" => "Parallel".clone_into(&mut set.spec.pod_management_policy),
            "whenScaled" => "Delete".clone_into(&mut retention.when_scaled),
            "whenDeleted" => "Delete".clone_into(&mut retention.when_deleted),
            "deleting" => set.metadata.deletion_timestamp = Some(Timestamp::at(NOW)),
            "claims" => {
                let mut claim = PersistentVolumeClaim::default();
                value.clone_into(&mut claim.metadata.name);
                set.spec.volume_claim_templates.push(claim);
            }
            other => panic!("{other}"),
        }
    }
    if set.spec.update_strategy.type_ == "RollingUpdate" {
        set.spec.update_strategy.rolling_update = Some(rolling);
    }
    set.spec.persistent_volume_claim_retention_policy = Some(retention);
    set
}

fn pod_of(set: &StatefulSet, words: &[&str]) -> Pod {
    let mut pod = Pod::default();
    let meta = &mut pod.metadata;
    words[0].clone_into(&mut meta.name);
    "default".clone_into(&mut meta.namespace);
    meta.uid = format!("uid-{}", words[0]);
    meta.labels = labels();
    meta.labels.insert(POD_NAME_LABEL.into(), words[0].into());
    meta.owner_references = vec![OwnerReference::controller("apps/v1", "StatefulSet", &set.metadata)];
    let mut revision = "web-new";
    "node-1".clone_into(&mut pod.spec.node_name);
    let mut ready = false;
    let mut since = 0;
    for word in &words[1..] {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let phase = match key {
            "ready" | "unready" | "bad" => "Running",
            "pending" | "unplaced" => "Pending",
            "failed" => "Failed",
            "succeeded" => "Succeeded",
            _ => pod.status.phase.as_str(),
        };
        pod.status.phase = phase.to_owned();
        match key {
            "ready" => {
                ready = true;
                since = value.parse().unwrap_or(0);
            }
            "old" => revision = "web-old",
            "older" => revision = "web-older",
            "terminating" => pod.metadata.deletion_timestamp = Some(Timestamp::at(NOW)),
            "unplaced" => {
                pod.spec.node_name.clear();
                pod.status.conditions.push(Condition {
                    type_: "PodScheduled".into(),
                    status: "False".into(),
                    reason: "Unschedulable".into(),
                    ..Condition::default()
                });
            }
            "unnamed" => drop(pod.metadata.labels.remove(POD_NAME_LABEL)),
            "bad" => pod.status.container_statuses.push(ContainerStatus {
                state: ContainerState {
                    waiting: Some(Waiting { reason: "ImagePullBackOff".into(), message: String::new() }),
                    ..ContainerState::default()
                },
                ..ContainerStatus::default()
            }),
            "bare" | "unready" | "pending" | "failed" | "succeeded" => {}
            other => panic!("{other}"),
        }
    }
    pod.metadata.labels.insert(CONTROLLER_REVISION_HASH.into(), revision.into());
    pod.status.conditions.push(Condition {
        type_: "Ready".into(),
        status: if ready { "True" } else { "False" }.into(),
        last_transition_time: Some(Timestamp::at(Time::from_ms(since * 1000))),
        ..Condition::default()
    });
    if !words.contains(&"bare") {
        super::claims::update_storage(set, &mut pod);
    }
    pod
}

fn claim_of(set: &StatefulSet, words: &[&str]) -> PersistentVolumeClaim {
    let mut claim = PersistentVolumeClaim::default();
    words[0].clone_into(&mut claim.metadata.name);
    "default".clone_into(&mut claim.metadata.namespace);
    let pod = words[0].split_once('-').unwrap().1;
    for word in &words[1..] {
        let mut owner = OwnerReference::controller("apps/v1", "StatefulSet", &set.metadata);
        let is_pod = word.starts_with("owner=pod") || *word == "owner=stale";
        if is_pod {
            owner.api_version = "v1".into();
            owner.kind = "Pod".into();
            owner.name = pod.into();
            owner.uid = format!("uid-{pod}");
        }
        match *word {
            "owner=set" | "owner=pod" => {}
            "owner=set-loose" => owner.controller = Some(false),
            "owner=stale" | "owner=stale-set" => owner.uid = "uid-before".into(),
            "owner=other" => {
                owner.kind = "ConfigMap".into();
                owner.uid = "uid-other".into();
            }
            "owner=note" => {
                owner.kind = "ConfigMap".into();
                owner.uid = "uid-note".into();
                owner.controller = None;
            }
            "deleting" => {
                claim.metadata.deletion_timestamp = Some(Timestamp::at(NOW));
                continue;
            }
            other => panic!("{other}"),
        }
        claim.metadata.owner_references.push(owner);
    }
    claim
}

fn world(text: &str) -> World {
    let mut features = Features::default();
    let lines = || text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let set_words = lines().find(|words| words.first() == Some(&"set")).unwrap();
    let set = set_of(&set_words[1..], &mut features);
    let mut cache = Cache::default();
    let mut pods = Vec::new();
    for words in lines() {
        match words.first() {
            Some(&"pod") => pods.push(pod_of(&set, &words[1..])),
            Some(&"claim") => {
                let claim = claim_of(&set, &words[1..]);
                cache.apply(WatchEventType::Added, &Object::from(claim));
            }
            _ => {}
        }
    }
    let old = |pod: &Pod| pod.metadata.labels.get(CONTROLLER_REVISION_HASH).is_some_and(|r| r == "web-old");
    let current = if pods.iter().any(old) { "web-old" } else { "web-new" };
    World { set, pods, cache, features, current }
}

fn plan_of(world: &World) -> Plan {
    let mut table = PodTable::new(Rc::new(world.set.clone()));
    for pod in &world.pods {
        table.put(Rc::new(pod.clone()));
    }
    table.set_update_revision("web-new");
    table.refresh(&world.cache, NOW);
    let view = View {
        set: &world.set,
        pods: &table,
        cache: &world.cache,
        current_revision: world.current,
        update_revision: "web-new",
        collision_count: 0,
        features: world.features,
    };
    update_stateful_set(&view, NOW)
}

fn task_text(set: &StatefulSet, task: &Task) -> String {
    let pod = super::ordinals::pod_name(set, task.ordinal);
    let mut parts = Vec::new();
    for step in &task.claims {
        parts.push(match step {
            ClaimStep::Create { template } => {
                let template = &set.spec.volume_claim_templates[*template].metadata.name;
                format!("claim {template}-{pod}")
            }
            ClaimStep::Terminating { claim } => format!("blocked by {claim}"),
            ClaimStep::Own { claim, conflicting: false } => format!("own {claim}"),
            ClaimStep::Own { claim, conflicting: true } => format!("disown {claim}"),
        });
    }
    match task.kind {
        TaskKind::Create { side: Side::Current } => {
            parts.push(format!("create {pod} of the current revision"));
        }
        TaskKind::Create { side: Side::Update } => parts.push(format!("create {pod}")),
        TaskKind::EnsureClaims | TaskKind::OwnClaims => {}
        TaskKind::Update => parts.push(format!("mend {pod}")),
        TaskKind::Delete(Purpose::Finished) => parts.push(format!("delete {pod}, finished")),
        TaskKind::Delete(Purpose::ScaleDown) => parts.push(format!("delete {pod}, condemned")),
        TaskKind::Delete(Purpose::Update) => parts.push(format!("delete {pod}, outdated")),
    }
    parts.join("; ")
}

/// Decides one sync and compares with what stands behind `=>`; a wait may be given by its beginning.
fn check(text: &str) {
    let (given, expected) = text.split_once("=>").unwrap();
    let world = world(given);
    let plan = plan_of(&world);
    let mut found: Vec<String> = plan.tasks.iter().map(|task| task_text(&world.set, task)).collect();
    found.push(match &plan.outcome {
        Outcome::Converged => "converged".into(),
        Outcome::Progressing(_) => "progress".into(),
        Outcome::Waiting(wait) => format!("wait {}: {}", wait.name(), wait.sentence()),
    });
    let found = found.join("; ");
    let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(found.starts_with(&expected), "{given}\nexpected {expected}\nfound    {found}");
    assert!(found.len() == expected.len() || expected.contains("wait "), "{given}\nfound {found}");
}

fn ordinals_deleted(text: &str) -> Vec<i64> {
    let plan = plan_of(&world(text));
    plan.tasks.iter().filter(|t| matches!(t.kind, TaskKind::Delete(_))).map(|t| t.ordinal).collect()
}

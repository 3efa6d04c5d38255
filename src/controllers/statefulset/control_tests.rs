//! Text tables for the policy: a set, its pods and claims, and what one sync decides.
//!
//! `set web replicas=3 Parallel partition=1`, then `pod web-1 ready old`, `claim www-web-1 owner=pod`, and
//! after `=>` the tasks in order and the end. Pods are of the new revision unless they are `old`, ready since
//! second 0 unless they say otherwise; the time is second 100.

use std::rc::Rc;

use super::control::{Features, View, update_stateful_set};
use super::outcome::Outcome;
use super::plan::{ClaimStep, Plan, Purpose, Side, Task, TaskKind};
use super::pods::{POD_NAME_LABEL, PodTable};
use super::update::max_unavailable;
use crate::api::apps::{
    CONTROLLER_REVISION_HASH, ClaimRetentionPolicy, RollingUpdateStatefulSetStrategy, StatefulSet,
    StatefulSetOrdinals,
};
use crate::api::intstr::IntOrString;
use crate::api::meta::Condition;
use crate::api::pod::{ContainerState, ContainerStatus, Pod, Waiting};
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, LabelMap, Object, OwnerReference, Timestamp};
use crate::client::{Cache, WatchEventType};
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

#[test]
fn ordered_ready_creates_one_pod_at_a_time() {
    check("set web replicas=3 => create web-0; progress");
    check(
        "set web replicas=3
           pod web-0 pending
        => wait PodReady: waiting for Pod web-0 to be Running and Ready before web-1 is created
           (OrderedReady); it is starting",
    );
    check("set web replicas=3 \n pod web-0 ready => create web-1; progress");
    check(
        "set web replicas=3 \n pod web-0 unready \n pod web-2 ready => wait PodReady: waiting for Pod web-0",
    );
    check("set web replicas=3 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready => converged");
    check("set web replicas=0 => converged");
    check(
        "set web replicas=3 \n pod web-0 bad => wait PodReady: waiting for Pod web-0 to be Running and Ready \
           before web-1 is created (OrderedReady); it is ImagePullBackOff",
    );
}

#[test]
fn parallel_creates_all_and_waits_for_none() {
    check("set web replicas=3 Parallel \n pod web-1 pending => create web-0; create web-2; progress");
    check(
        "set web replicas=3 Parallel \n pod web-0 ready \n pod web-1 unready \n pod web-2 pending
        => wait PodsReady: waiting for 2 Pods to become ready, the first of them web-1",
    );
    check(
        "set web replicas=1 Parallel
            pod web-0 unready => wait PodsReady: waiting for Pod web-0 to become ready",
    );
}

#[test]
fn sts_unit_15_ordinals_start_where_the_set_says() {
    check("set web replicas=3 start=2 Parallel => create web-2; create web-3; create web-4; progress");
    check(
        "set web replicas=2 start=1 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready
        => delete web-0, condemned; progress",
    );
    check(
        "set web replicas=2 start=4 Parallel \n pod web-2 ready \n pod web-3 ready
        => create web-4; create web-5; delete web-3, condemned; delete web-2, condemned; progress",
    );
}

#[test]
fn sts_unit_45_min_ready_seconds_hold_the_next_pod_back() {
    check(
        "set web replicas=2 minReady=10 \n pod web-0 ready=93
        => wait PodAvailable: waiting for Pod web-0 to be Available before web-1 is created
           (minReadySeconds 10)",
    );
    check("set web replicas=2 minReady=10 \n pod web-0 ready=90 => create web-1; progress");
    let available = |text: &str| plan_of(&world(text)).status.available_replicas;
    assert_eq!(available("set web replicas=1 minReady=60 \n pod web-0 ready=30"), 1);
    assert_eq!(available("set web replicas=1 minReady=60 \n pod web-0 ready=50"), 0);
}

#[test]
fn finished_pods_are_deleted_and_come_back() {
    for (policy, rest) in [("", ""), ("Parallel", "create web-2; ")] {
        for phase in ["failed", "succeeded"] {
            check(&format!(
                "set web replicas=3 {policy} \n pod web-0 ready \n pod web-1 {phase}
                 => delete web-1, finished; {rest}progress"
            ));
        }
    }
    check(
        "set web replicas=2 \n pod web-0 failed terminating => wait PodTermination: waiting for Pod web-0 to \
           terminate before web-0 is created",
    );
}

#[test]
fn a_terminating_pod_must_be_gone_before_it_comes_back() {
    check(
        "set web replicas=2 \n pod web-0 ready \n pod web-1 ready terminating
        => wait PodTermination: waiting for Pod web-1 to terminate before web-1 is created",
    );
}

#[test]
fn scaling_down_goes_from_the_highest_ordinal() {
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready
        => delete web-2, condemned; progress",
    );
    check(
        "set web replicas=1 Parallel \n pod web-0 unready \n pod web-1 ready \n pod web-2 unready
        => delete web-2, condemned; delete web-1, condemned; progress",
    );
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 ready \n pod web-2 ready terminating
        => wait ScaleDownTermination: waiting for Pod web-2 to terminate before web-1 is deleted for the
           scale-down",
    );
    // An unhealthy replica comes first.
    check(
        "set web replicas=1 \n pod web-0 unready \n pod web-1 ready
        => wait PodReady: waiting for Pod web-0 to be Running and Ready before web-1 is deleted for the
           scale-down",
    );
    // An unhealthy condemned pod holds the ones above it back only when they are unhealthy themselves.
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 unready \n pod web-2 unready
        => wait ScaleDownReady: waiting for Pod web-1 to be Running and Ready before web-2 is deleted for
           the scale-down",
    );
    check(
        "set web replicas=1 minReady=10 \n pod web-0 ready \n pod web-1 unready \n pod web-2 ready=95
        => wait ScaleDownAvailable: waiting for Pod web-1 to be Available before web-2 is deleted for the
           scale-down",
    );
    check("set web replicas=1 \n pod web-0 ready \n pod web-1 unready => delete web-1, condemned; progress");
    check(
        "set web replicas=1 \n pod web-0 ready \n pod web-1 unready \n pod web-2 ready
        => delete web-2, condemned; progress",
    );
}

#[test]
fn rolling_updates_go_one_by_one_from_the_highest_ordinal() {
    for policy in ["", "Parallel"] {
        check(&format!(
            "set web replicas=3 {policy} \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready old
             => delete web-2, outdated; progress"
        ));
        check(&format!(
            "set web replicas=3 {policy} \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready
             => delete web-1, outdated; progress"
        ));
    }
    check(
        "set web replicas=2 \n pod web-0 ready old \n pod web-1 unready
        => wait PodReady: waiting for Pod web-1 to be Running and Ready before web-0 is updated
           (OrderedReady)",
    );
    check(
        "set web replicas=2 Parallel \n pod web-0 ready old \n pod web-1 unready
        => wait UpdatedPod: rolling update: waiting for Pod web-1 to be Available before web-0 is updated",
    );
    // A burst replaces an outdated pod that is not ready: this is how a bad template is undone without a
    // hand.
    check(
        "set web replicas=2 Parallel \n pod web-0 ready
            pod web-1 bad old => delete web-1, outdated; progress",
    );
    check(
        "set web replicas=2 Parallel \n pod web-0 ready old \n pod web-1 ready old terminating
        => wait UpdatedPod: rolling update: waiting for Pod web-1",
    );
}

#[test]
fn a_bad_template_under_ordered_ready_needs_a_hand() {
    check(
        "set web replicas=3 \n pod web-0 ready \n pod web-1 ready \n pod web-2 bad old
        => wait BrokenRollout: Pod web-2 is ImagePullBackOff with revision web-old, and
           OrderedReady waits \
        until it is Ready before it replaces it with web-new: taking the template back does not mend it",
    );
    // So does one that no node takes.
    check(
        "set web replicas=2 \n pod web-0 ready \n pod web-1 unplaced old
        => wait BrokenRollout: Pod web-1 is Pending, without a node with revision web-old, and OrderedReady waits \
        until it is Ready before it replaces it with web-new: taking the template back does not mend it",
    );
    // A pod that is only starting may still get there.
    check(
        "set web replicas=2 \n pod web-0 ready
            pod web-1 pending old => wait PodReady: waiting for Pod web-1",
    );
}

#[test]
fn sts_unit_33_the_partition_holds_pods_back() {
    check(
        "set web replicas=3 partition=2 \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready old
        => delete web-2, outdated; progress",
    );
    check(
        "set web replicas=3 partition=2 \n pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready
        => wait Partition: 2 Pods keep their revision: the partition 2 updates only ordinals from 2 on",
    );
    check(
        "set web replicas=2 partition=1 start=5 \n pod web-5 ready old \n pod web-6 ready
        => wait Partition: 1 Pod keeps its revision: the partition 1 updates only ordinals from 6 on",
    );
    check(
        "set web replicas=3 partition=2 \n pod web-1 ready old \n pod web-2 ready
        => create web-0 of the current revision; progress",
    );
    check(
        "set web replicas=3 partition=1 start=5 Parallel \n pod web-6 ready old
        => create web-5 of the current revision; create web-7; progress",
    );
    check(
        "set web replicas=3 partition=1 start=5 Parallel \n pod web-6 ready old \n pod web-7 ready
        => create web-5 of the current revision; delete web-6, outdated; progress",
    );
}

#[test]
fn on_delete_waits_for_a_person() {
    check(
        "set web replicas=2 OnDelete \n pod web-0 ready old \n pod web-1 ready old
        => wait OnDelete: waiting for a person to delete 2 Pods, such as web-1: OnDelete updates no Pod by
           itself",
    );
    check("set web replicas=2 OnDelete \n pod web-0 ready old => create web-1; progress");
    check(
        "set web replicas=1 OnDelete
            pod web-0 ready old => wait OnDelete: waiting for a person to delete Pod web-0",
    );
}

#[test]
fn a_set_in_deletion_is_left_alone() {
    check(
        "set web replicas=3 deleting
            pod web-0 failed => wait SetDeletion: the StatefulSet is being deleted",
    );
}

#[test]
fn claims_come_before_their_pods() {
    check(
        "set web replicas=1 claims=www claims=log => claim www-web-0; claim log-web-0; create web-0;
           progress",
    );
    check("set web replicas=1 claims=www \n claim www-web-0 => create web-0; progress");
    check(
        "set web replicas=1 claims=www
            claim www-web-0 deleting => blocked by www-web-0; create web-0; progress",
    );
    // STS-UNIT-13: a claim that vanished under a pending pod is made again; under a running one it is not.
    check("set web replicas=1 claims=www \n pod web-0 pending => claim www-web-0; wait PodReady");
    check("set web replicas=1 claims=www \n pod web-0 ready => converged");
}

#[test]
fn pods_are_mended() {
    check(
        "set web replicas=2 claims=www \n pod web-0 ready unnamed \n claim www-web-0
        pod web-1 ready \n claim www-web-1
        => mend web-0; progress",
    );
    check("set web replicas=1 claims=www \n pod web-0 ready bare => claim www-web-0; mend web-0; progress");
    check("set web replicas=1 Parallel \n pod web-0 pending unnamed => mend web-0; progress");
}

/// STS-UTIL-10 to 16 and STS-UNIT-INV-4.
#[test]
fn sts_util_10_16_claims_have_the_owners_of_the_policy() {
    let check_claim = |policy: &str, owner: &str, expected: &str| {
        check(&format!(
            "set web replicas=1 claims=www {policy} \n pod web-0 ready
                claim www-web-0 {owner} => {expected}"
        ));
    };
    check_claim("", "", "converged");
    check_claim("", "owner=set", "own www-web-0; mend web-0; progress");
    check_claim("", "owner=note", "converged");
    check_claim("whenDeleted", "", "own www-web-0; mend web-0; progress");
    check_claim("whenDeleted", "owner=set", "converged");
    check_claim("whenDeleted", "owner=set-loose", "own www-web-0; mend web-0; progress");
    check_claim("whenDeleted", "owner=stale-set", "converged");
    check_claim("whenDeleted", "owner=other", "converged");
    check_claim("whenDeleted", "owner=other owner=set", "disown www-web-0; mend web-0; progress");
    check_claim("", "owner=other", "converged");
    check_claim("whenScaled", "", "converged");
    check_claim("whenScaled", "owner=pod", "own www-web-0; mend web-0; progress");
    check_claim("whenScaled whenDeleted", "owner=set", "converged");
    check_claim("whenScaled whenDeleted", "owner=pod", "own www-web-0; mend web-0; progress");
    let condemned = |policy: &str, owner: &str, expected: &str| {
        check(&format!(
            "set web replicas=0 claims=www {policy} \n pod web-0 ready
                claim www-web-0 {owner} => {expected}"
        ));
    };
    condemned("", "", "delete web-0, condemned; progress");
    condemned("whenScaled", "", "own www-web-0; delete web-0, condemned; progress");
    condemned("whenScaled", "owner=pod", "delete web-0, condemned; progress");
    condemned("whenScaled whenDeleted", "owner=set", "own www-web-0; delete web-0, condemned; progress");
    condemned("whenScaled whenDeleted", "owner=pod", "delete web-0, condemned; progress");
    condemned("whenDeleted", "owner=set", "delete web-0, condemned; progress");
}

#[test]
fn a_claim_of_an_earlier_pod_holds_the_new_one_back() {
    check(
        "set web replicas=2 claims=www whenScaled \n pod web-0 ready \n claim www-web-0
        claim www-web-1 owner=stale
        => wait StaleClaim: waiting for PersistentVolumeClaim www-web-1 to be gone before web-1 is created",
    );
    check(
        "set web replicas=2 claims=www \n pod web-0 ready \n claim www-web-0 \n claim www-web-1 owner=stale
        => create web-1; progress",
    );
}

#[test]
fn sts_util_19_ready_without_running_is_not_enough() {
    let mut world = world("set web replicas=1 \n pod web-0 ready");
    world.pods[0].status.phase = "Pending".into();
    let plan = plan_of(&world);
    assert_eq!((plan.status.ready_replicas, plan.status.available_replicas), (0, 0));
    assert!(matches!(plan.outcome, Outcome::Waiting(_)));
}

#[test]
fn sts_util_21_max_unavailable_rounds_down_and_is_at_least_one() {
    let int = |n| Some(IntOrString::Int(n));
    let text = |t: &str| Some(IntOrString::String(t.into()));
    for (value, replicas, expected) in [
        (None, 5, 1),
        (int(3), 5, 3),
        (int(0), 5, 1),
        (text("10%"), 25, 2),
        (text("100%"), 5, 5),
        (text("50%"), 5, 2),
        (text("10%"), 5, 1),
        (text("1%"), 0, 1),
        (text("0%"), 5, 1),
    ] {
        assert_eq!(max_unavailable(value.as_ref(), replicas), Ok(expected), "{value:?} of {replicas}");
    }
    assert!(max_unavailable(text("many").as_ref(), 5).is_err());
}

#[test]
fn sts_unit_52_terminating_pods_use_the_budget_up() {
    for (terminating, left) in [
        ("", 4),
        ("5", 5),
        ("3", 5),
        ("4", 5),
        ("2", 5),
        ("1", 5),
        ("54", 6),
        ("53", 6),
        ("43", 6),
        ("543", 6),
    ] {
        let mut text = "set web replicas=6 Parallel partition=3 maxUnavailable=2".to_owned();
        for ordinal in 0..6 {
            let end = if terminating.contains(&ordinal.to_string()) { "terminating" } else { "" };
            text += &format!("\n pod web-{ordinal} ready old {end}");
        }
        assert_eq!(6 - ordinals_deleted(&text).len(), left, "{terminating}");
    }
    check(
        "set web replicas=2 Parallel maxUnavailable=1 \n pod web-0 ready old \n pod web-1 unready
        => wait MaxUnavailable: rolling update: 1 Pods are unavailable and maxUnavailable allows 1",
    );
    check(
        "set web replicas=5 maxUnavailable=2
           pod web-0 ready old \n pod web-1 ready old \n pod web-2 ready old \n pod web-3 ready old
           pod web-4 ready old
        => delete web-4, outdated; delete web-3, outdated; progress",
    );
}

/// STS-STALE: what v1.36 deletes in one pass. The gate is off by default, and the mending of issue 137409
/// (stale pods first) came after v1.36; rows that it changed are marked and say what v1.36 does.
#[test]
fn sts_stale_01_22_updates_with_stale_pods() {
    // id, policy, replicas, partition, maxUnavailable, unready, terminating, short of minReady; deleted by
    // default; with the gate
    type Row = (
        u8,
        &'static str,
        i64,
        i64,
        i64,
        &'static str,
        &'static str,
        &'static str,
        &'static [i64],
        &'static [i64],
    );
    let rows: &[Row] = &[
        (1, "Parallel", 1, 0, 1, "0", "", "", &[0], &[]), // gate: changed after v1.36
        (2, "Parallel", 3, 0, 1, "2", "", "", &[2], &[]), // gate: changed after v1.36
        (3, "Parallel", 5, 0, 2, "34", "", "", &[4], &[]), // gate: changed after v1.36
        (4, "", 1, 0, 1, "0", "", "", &[], &[]),
        (5, "", 3, 0, 1, "2", "", "", &[], &[]),
        (6, "", 5, 0, 2, "4", "", "", &[], &[]), // gate: changed after v1.36
        (7, "Parallel", 3, 0, 1, "", "2", "", &[], &[]),
        (8, "", 3, 0, 1, "", "2", "", &[], &[]),
        (9, "Parallel", 5, 0, 3, "3", "4", "", &[], &[3]), // gate: changed after v1.36
        (10, "Parallel", 3, 0, 1, "", "", "2", &[2], &[]), // gate: changed after v1.36
        (11, "", 3, 0, 1, "", "", "2", &[], &[]),
        (12, "Parallel", 5, 0, 3, "4", "3", "", &[4], &[4]), // gate: changed after v1.36
        (13, "", 5, 0, 3, "3", "4", "", &[], &[]),           // gate: changed after v1.36
        (14, "", 5, 0, 3, "4", "3", "", &[], &[]),           // gate: changed after v1.36
        (15, "Parallel", 5, 2, 1, "4", "", "", &[4], &[]),   // gate: changed after v1.36
        (16, "Parallel", 5, 2, 1, "2", "", "", &[4], &[]),   // gate: changed after v1.36
        (17, "Parallel", 5, 2, 1, "1", "", "", &[4], &[]),
        (18, "", 5, 2, 1, "4", "", "", &[], &[]),
        (19, "Parallel", 5, 3, 2, "34", "", "", &[4], &[]), // gate: changed after v1.36
        (20, "Parallel", 5, 3, 2, "14", "", "", &[4], &[]), // gate: changed after v1.36
        (21, "Parallel", 4, 0, 2, "01", "", "", &[3], &[]), // gate: changed after v1.36
        (22, "Parallel", 5, 0, 3, "01", "", "", &[4], &[4]), // gate: changed after v1.36
    ];
    for (id, policy, replicas, partition, max, unready, terminating, young, by_default, with_gate) in rows {
        let mut text = format!(
            "set web replicas={replicas} {policy} partition={partition} maxUnavailable={max} {}",
            if young.is_empty() { "" } else { "minReady=30" }
        );
        for ordinal in 0..*replicas {
            let digit = &ordinal.to_string();
            let ready = match () {
                () if unready.contains(digit) => "unready",
                () if young.contains(digit) => "ready=90",
                () => "ready",
            };
            let end = if terminating.contains(digit) { "terminating" } else { "" };
            text += &format!("\n pod web-{ordinal} {ready} old {end}");
        }
        assert_eq!(ordinals_deleted(&text), *with_gate, "STS-STALE-{id:02} with the gate");
        let mut world = world(&text);
        world.features = Features::default();
        let plan = plan_of(&world);
        let deleted: Vec<i64> = plan.tasks.iter().map(|task| task.ordinal).collect();
        assert_eq!(deleted, *by_default, "STS-STALE-{id:02} by default");
    }
}

#[test]
fn the_status_counts_every_pod_of_the_set() {
    let plan = plan_of(&world(
        "set web replicas=2 \n pod web-0 ready old \n pod web-1 ready
            pod web-2 ready old terminating \n pod web-3 pending",
    ));
    let status = plan.status;
    let counts = (status.replicas, status.ready_replicas, status.current_replicas, status.updated_replicas);
    assert_eq!(counts, (4, 3, 1, 2));
    assert_eq!((status.current_revision.as_str(), status.update_revision.as_str()), ("web-old", "web-new"));
    assert_eq!((status.collision_count, status.observed_generation), (Some(0), 1));
}

#[test]
fn facts_follow_every_change_of_a_pod() {
    let world =
        world("set web replicas=3 claims=www \n pod web-0 ready \n pod web-1 pending old \n pod web-5 ready");
    let mut table = PodTable::new(Rc::new(world.set.clone()));
    for pod in &world.pods {
        table.put(Rc::new(pod.clone()));
    }
    table.set_update_revision("web-new");
    // Each put again, removed, and put again: the table is as if each had been put once.
    let mut again = table.clone();
    for pod in &world.pods {
        again.put(Rc::new(pod.clone()));
        again.remove(&pod.metadata.name);
        again.put(Rc::new(pod.clone()));
    }
    let seen = |table: &PodTable| {
        let list =
            |items: Vec<(i64, &super::facts::Slot)>| items.into_iter().map(|(o, _)| o).collect::<Vec<_>>();
        (
            table.counts(),
            list(table.unsettled().collect()),
            list(table.work().collect()),
            list(table.outdated_from(0).collect()),
            list(table.condemned().collect()),
            table.missing_from(0).collect::<Vec<_>>(),
        )
    };
    assert_eq!(seen(&table), seen(&again));
    assert_eq!(table.missing_from(0).collect::<Vec<_>>(), [2]);
    assert_eq!(table.condemned().count(), 1);
}

#[test]
fn sixty_million_replicas_cost_nothing_until_they_are_made() {
    let plan = plan_of(&world("set web replicas=60000000"));
    assert_eq!(plan.tasks.len(), 1);
    let plan = plan_of(&world("set web replicas=2147483647 Parallel"));
    assert_eq!(plan.tasks.len(), 1_000);
}

#[test]
fn waits_name_their_object_and_their_facts() {
    let world = world("set web replicas=2 minReady=10 \n pod web-0 ready=93");
    let verdict = plan_of(&world).outcome.verdict(&world.set);
    let reason = verdict.reason().unwrap();
    assert_eq!(reason.name, "PodAvailable");
    let object = reason.object.as_ref().unwrap();
    assert_eq!((object.kind, object.name.as_str()), (Kind::Pod, "web-0"));
    assert!(reason.facts.contains(&("minReadySeconds".into(), "10".into())), "{:?}", reason.facts);
    let wait = super::waiting::WaitingFor::CacheCatchUp { kind: Kind::Pod };
    assert_eq!(wait.sentence(), "waiting for the controller's cache to show its own writes (pods)");
}

//! The status of a pod: phase, conditions and container statuses, from what its kubelet knows.
//!
//! Models `generateAPIPodStatus` and `getPhase`, `pkg/kubelet/kubelet_pods.go`,
//! pkg/kubelet/status/generate.go and `mergePodStatus`, `pkg/kubelet/status/status_manager.go`, Kubernetes
//! v1.36. Conditions that others own are kept. Left out: volume mounts, resources and users of containers.

use serde_json::json;

use super::container::{ContainerRun, Role};
use super::images;
use super::lifecycle::Stage;
use super::timing::Timing;
use super::worker::{Plan, Worker, containers};
use crate::api::meta::Condition;
use crate::api::pod::{Container, ContainerState, ContainerStatus, Pod, PodStatus, Running, Waiting};
use crate::api::{Extra, Timestamp};
use crate::sim::Time;

/// The conditions that a kubelet owns (`PodConditionByKubelet`).
const OWNED: &[&str] =
    &["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/// The status that the kubelet reports for a pod whose stored object is `live`.
pub(super) fn pod_status(
    worker: &Worker,
    live: &Pod,
    host_ip: &str,
    now: Time,
    timing: &Timing,
) -> PodStatus {
    let old = &live.status;
    if let Plan::GivenUp(rejection) = &worker.plan
        && worker.address.is_empty()
    {
        // Never taken on: nothing else is known of it.
        return PodStatus {
            qos_class: old.qos_class.clone(),
            conditions: old.conditions.iter().filter(|c| !is_owned(c)).cloned().collect(),
            phase: "Failed".to_owned(),
            reason: rejection.reason.clone(),
            message: format!("Pod was rejected: {}", rejection.message),
            start_time: Some(worker.start_time),
            observed_generation: generation(live, timing),
            ..PodStatus::default()
        };
    }
    let phase = phase(worker, old);
    let statuses = |init: bool| -> Vec<ContainerStatus> {
        worker
            .runs
            .iter()
            .zip(containers(live))
            .filter(|(run, _)| (run.role != Role::App) == init)
            .map(|(run, container)| container_status(run, container, worker, timing))
            .collect()
    };
    let mut status = PodStatus {
        container_statuses: statuses(false),
        init_container_statuses: statuses(true),
        host_ip: host_ip.to_owned(),
        observed_generation: generation(live, timing),
        start_time: old.start_time.or(Some(worker.start_time)),
        phase: phase.to_owned(),
        ..old.clone()
    };
    if let Plan::GivenUp(rejection) = &worker.plan {
        status.reason.clone_from(&rejection.reason);
        status.message.clone_from(&rejection.message);
    }
    tell_address(&mut status.extra, "hostIPs", host_ip);
    let has_network = worker.runs.iter().any(|run| {
        !matches!(run.stage, Stage::Queued | Stage::Creating | Stage::Pulling | Stage::Starting)
            || run.starts > 0
    });
    if has_network {
        status.pod_ip.clone_from(&worker.address);
        tell_address(&mut status.extra, "podIPs", &worker.address);
    }
    let has_sandbox = has_network && matches!(worker.plan, Plan::Live | Plan::Stop { .. });
    status.conditions = conditions(worker, live, phase, has_sandbox, now, timing);
    status
}

/// Puts the list of one address in; versions of a status with the same addresses share them.
fn tell_address(extra: &mut Extra, name: &str, address: &str) {
    let list = json!([{"ip": address}]);
    if extra.get(name) != Some(&list) {
        extra.insert(name.to_owned(), list);
    }
}

fn is_owned(condition: &Condition) -> bool {
    OWNED.contains(&condition.type_.as_str())
}

/// The stand-ins report no generation, except in conditions.
fn generation(live: &Pod, timing: &Timing) -> i64 {
    if timing.stand_in { 0 } else { live.metadata.generation }
}

fn phase(worker: &Worker, old: &PodStatus) -> &'static str {
    let apps = || worker.runs.iter().filter(|run| run.role == Role::App);
    let all_ended = || worker.apps_have_ended();
    let all_succeeded = || apps().all(|run| run.exit_code() == Some(0));
    match &worker.plan {
        Plan::Finished if all_ended() && all_succeeded() => "Succeeded",
        Plan::GivenUp(_) | Plan::Finished => "Failed",
        Plan::Remove { .. } | Plan::Gone if all_ended() => {
            if all_succeeded() {
                "Succeeded"
            } else {
                "Failed"
            }
        }
        // A terminal phase stays.
        _ if old.phase == "Failed" => "Failed",
        _ if old.phase == "Succeeded" => "Succeeded",
        _ => {
            let init_pending = worker.runs.iter().any(|run| match run.role {
                Role::Init => !run.is_done() && run.ended.is_none(),
                Role::Sidecar => run.starts == 0,
                Role::App => false,
            });
            if init_pending || apps().any(|run| run.starts == 0) { "Pending" } else { "Running" }
        }
    }
}

fn container_status(
    run: &ContainerRun,
    container: &Container,
    worker: &Worker,
    timing: &Timing,
) -> ContainerStatus {
    let ended = |ended: &Option<_>| ContainerState { terminated: ended.clone(), ..ContainerState::default() };
    let waiting = |reason: &str, message: String| ContainerState {
        waiting: Some(Waiting { message, reason: reason.to_owned() }),
        ..ContainerState::default()
    };
    let own_reason = run.waiting(&worker.pod, container, timing);
    let (state, last_state) = match (run.stage, own_reason) {
        (Stage::Running, _) => {
            let running = Some(Running { started_at: run.started_at });
            (ContainerState { running, ..ContainerState::default() }, ended(&run.ended))
        }
        (_, Some((reason, message))) => (waiting(reason, message), ended(&run.ended)),
        _ if run.ended.is_some() => (ended(&run.ended), ended(&run.previous)),
        _ => {
            let has_init = !worker.pod.spec.init_containers.is_empty();
            let reason = if has_init { "PodInitializing" } else { "ContainerCreating" };
            (waiting(reason, String::new()), ContainerState::default())
        }
    };
    let was_started = run.starts > 0;
    let (image, image_id, container_id) = match (was_started, timing.stand_in) {
        (false, _) => (container.image.clone(), String::new(), String::new()),
        (true, true) => (container.image.clone(), "sha256:x".to_owned(), "containerd://x".to_owned()),
        (true, false) => (
            images::full_name(&container.image),
            images::image_id(&container.image),
            run.container_id(&worker.pod, run.starts),
        ),
    };
    ContainerStatus {
        name: container.name.clone(),
        image,
        image_id,
        container_id,
        ready: run.ready,
        restart_count: (run.starts - 1).max(0),
        started: Some(run.is_running() && run.started),
        state,
        last_state,
        ..ContainerStatus::default()
    }
}

fn conditions(
    worker: &Worker,
    live: &Pod,
    phase: &str,
    has_sandbox: bool,
    now: Time,
    timing: &Timing,
) -> Vec<Condition> {
    let (initialized, initialized_reason, initialized_message) = initialized(worker, phase);
    let (containers_ready, reason, message) = containers_ready(worker, phase);
    let gates = unready_gates(live);
    let (ready, ready_reason, ready_message) = if containers_ready && !gates.is_empty() {
        (false, "ReadinessGatesNotReady", gates)
    } else {
        (containers_ready, reason, message.clone())
    };
    let mut conditions: Vec<Condition> =
        live.status.conditions.iter().filter(|condition| !is_owned(condition)).cloned().collect();
    for (type_, holds, reason, message) in [
        ("PodReadyToStartContainers", has_sandbox, "", String::new()),
        ("Initialized", initialized, initialized_reason, initialized_message),
        ("Ready", ready, ready_reason, ready_message),
        ("ContainersReady", containers_ready, reason, message),
        ("PodScheduled", true, "", String::new()),
    ] {
        let old = Condition::find(&live.status.conditions, type_);
        let mut condition = Condition {
            type_: type_.to_owned(),
            status: if holds { "True" } else { "False" }.to_owned(),
            observed_generation: Some(live.metadata.generation),
            reason: reason.to_owned(),
            message,
            last_transition_time: Some(Timestamp::at(now)),
            ..Condition::default()
        };
        if let Some(old) = old {
            if old.status == condition.status {
                condition.last_transition_time = old.last_transition_time;
            }
            if timing.stand_in && reason.is_empty() {
                // They patch what they report, and an empty reason is not reported.
                condition.reason.clone_from(&old.reason);
                condition.message.clone_from(&old.message);
            }
        }
        conditions.push(condition);
    }
    conditions
}

fn initialized(worker: &Worker, phase: &str) -> (bool, &'static str, String) {
    if phase == "Succeeded" {
        return (true, "PodCompleted", String::new());
    }
    let app_started = worker.runs.iter().any(|run| run.role == Role::App && run.starts > 0);
    let incomplete = names(worker, |run| match run.role {
        Role::Init => !run.ready,
        Role::Sidecar => !run.started,
        Role::App => false,
    });
    if app_started || incomplete.is_empty() {
        return (true, "", String::new());
    }
    (
        false,
        "ContainersNotInitialized",
        format!("containers with incomplete status: [{}]", incomplete.join(" ")),
    )
}

fn containers_ready(worker: &Worker, phase: &str) -> (bool, &'static str, String) {
    match phase {
        "Succeeded" => return (false, "PodCompleted", String::new()),
        "Failed" => return (false, "PodFailed", String::new()),
        _ => {}
    }
    let unready = names(worker, |run| run.role != Role::Init && !run.ready);
    if unready.is_empty() {
        return (true, "", String::new());
    }
    (false, "ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" ")))
}

fn names(worker: &Worker, wanted: impl Fn(&ContainerRun) -> bool) -> Vec<&str> {
    let runs = worker.runs.iter().zip(containers(&worker.pod));
    runs.filter(|(run, _)| wanted(run)).map(|(_, container)| container.name.as_str()).collect()
}

/// What is missing for the pod's readiness gates, in words; empty when nothing is.
pub(super) fn unready_gates(live: &Pod) -> String {
    let gates =
        live.spec.extra.get("readinessGates").and_then(|gates| gates.as_array()).into_iter().flatten();
    let missing = gates.filter_map(|gate| {
        let type_ = gate.get("conditionType")?.as_str()?;
        match Condition::find(&live.status.conditions, type_) {
            None => {
                Some(format!("corresponding condition of pod readiness gate \"{type_}\" does not exist."))
            }
            Some(condition) if condition.status == "True" => None,
            Some(condition) => Some(format!(
                "the status of pod readiness gate \"{type_}\" is not \"True\", but {}",
                condition.status
            )),
        }
    });
    missing.collect::<Vec<_>>().join(", ")
}

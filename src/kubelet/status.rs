//! The status of a pod: phase, conditions and container statuses, from what its kubelet knows.
//!
//! Models `generateAPIPodStatus` and `getPhase`, `pkg/kubelet/kubelet_pods.go`, Kubernetes v1.36.
//! `conditions`: its share of them. Left out: volume mounts, resources and users of containers.

use serde_json::json;

use super::conditions::{conditions, is_owned};
use super::container::{ContainerRun, Role};
use super::images;
use super::lifecycle::Stage;
use super::timing::Timing;
use super::worker::{Plan, Worker, containers};
use crate::api::Extra;
use crate::api::pod::{Container, ContainerState, ContainerStatus, Pod, PodStatus, Running, Waiting};
use crate::sim::Time;

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
            || run.pull_failures > 0
            || run.config_error.is_some()
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
                Role::Sidecar => !run.was_started(),
                Role::App => false,
            });
            if init_pending || apps().any(|run| !run.was_started()) { "Pending" } else { "Running" }
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

//! The conditions of a pod: which its kubelet says, which others have said.
//!
//! Models pkg/kubelet/status/generate.go and `mergePodStatus`, `pkg/kubelet/status/status_manager.go`,
//! Kubernetes v1.36.

use super::container::{ContainerRun, Role};
use super::timing::Timing;
use super::touch::EVICTED;
use super::worker::{Plan, Worker, containers};
use crate::api::Timestamp;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::sim::Time;

/// The conditions that a kubelet owns (`PodConditionByKubelet`).
const OWNED: &[&str] =
    &["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/// The condition of a pod that something takes away.
const DISRUPTION_TARGET: &str = "DisruptionTarget";

pub(super) fn is_owned(condition: &Condition) -> bool {
    OWNED.contains(&condition.type_.as_str())
}

/// All conditions of a pod whose stored object is `live`.
pub(super) fn conditions(
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
    conditions.extend(disruption(worker, live, now));
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

/// What is said of a pod that its kubelet has evicted; `None` for others, and once it has been said.
fn disruption(worker: &Worker, live: &Pod, now: Time) -> Option<Condition> {
    let Plan::GivenUp(rejection) = &worker.plan else {
        return None;
    };
    let is_said = Condition::find(&live.status.conditions, DISRUPTION_TARGET).is_some();
    (rejection.reason == EVICTED && !is_said).then(|| Condition {
        type_: DISRUPTION_TARGET.to_owned(),
        status: "True".to_owned(),
        observed_generation: Some(live.metadata.generation),
        reason: "TerminationByKubelet".to_owned(),
        message: rejection.message.clone(),
        last_transition_time: Some(Timestamp::at(now)),
        ..Condition::default()
    })
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

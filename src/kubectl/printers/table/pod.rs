//! The cells of a pod, among them the one that people read most: its status in a word.
//!
//! Models `printPod`, pkg/printers/internalversion/printers.go, Kubernetes v1.36.

use super::cells::{age, or_none, since, text_at};
use super::{Column, always, wide};
use crate::api::Timestamp;
use crate::api::meta::Condition;
use crate::api::pod::{ContainerStatus, Pod};
use crate::sim::Time;

pub(super) const COLUMNS: &[Column] = &[
    always("Name"),
    always("Ready"),
    always("Status"),
    always("Restarts"),
    always("Age"),
    wide("IP"),
    wide("Node"),
    wide("Nominated Node"),
    wide("Readiness Gates"),
];

/// What the cells count and say.
#[derive(Default)]
struct Tally {
    ready: usize,
    total: usize,
    restarts: i64,
    last_restart: Option<Timestamp>,
    reason: String,
}

impl Tally {
    fn restarted(&mut self, status: &ContainerStatus) {
        self.restarts += status.restart_count;
        let finished = status.last_state.terminated.as_ref().and_then(|ended| ended.finished_at);
        self.last_restart = self.last_restart.max(finished);
    }
}

/// The cell STATUS.
pub fn pod_status(pod: &Pod) -> String {
    tally(pod).reason
}

pub(super) fn cells(pod: &Pod, now: Time) -> Vec<String> {
    let tally = tally(pod);
    let restarts = match tally.last_restart {
        Some(moment) if tally.restarts != 0 => {
            format!("{} ({} ago)", tally.restarts, since(Some(moment), now))
        }
        _ => tally.restarts.to_string(),
    };
    vec![
        pod.metadata.name.clone(),
        format!("{}/{}", tally.ready, tally.total),
        tally.reason,
        restarts,
        age(&pod.metadata, now),
        or_none(&pod.status.pod_ip),
        or_none(&pod.spec.node_name),
        or_none(text_at(&pod.status.extra, &["nominatedNodeName"])),
        readiness_gates(pod),
    ]
}

fn readiness_gates(pod: &Pod) -> String {
    let Some(gates) = pod.spec.extra.get("readinessGates").and_then(|gates| gates.as_array()) else {
        return "<none>".to_owned();
    };
    let met = gates.iter().filter(|gate| {
        let type_ = gate.get("conditionType").and_then(|type_| type_.as_str()).unwrap_or_default();
        Condition::is_true(&pod.status.conditions, type_)
    });
    format!("{}/{}", met.count(), gates.len())
}

fn tally(pod: &Pod) -> Tally {
    let reason = if pod.status.reason.is_empty() { &pod.status.phase } else { &pod.status.reason };
    let mut tally = Tally { total: pod.spec.containers.len(), reason: reason.clone(), ..Tally::default() };
    let gated = Condition::find(&pod.status.conditions, "PodScheduled")
        .is_some_and(|condition| condition.reason == "SchedulingGated");
    if gated {
        "SchedulingGated".clone_into(&mut tally.reason);
    }
    let is_initializing = tally_init_containers(pod, &mut tally);
    if !is_initializing || Condition::is_true(&pod.status.conditions, "Initialized") {
        tally_containers(pod, &mut tally);
    }
    if pod.is_terminating() {
        if pod.status.reason == "NodeLost" {
            "Unknown".clone_into(&mut tally.reason);
        } else if !pod.is_terminal() {
            "Terminating".clone_into(&mut tally.reason);
        }
    }
    tally
}

/// Counts the init containers; `true` while one of them is not through.
fn tally_init_containers(pod: &Pod, tally: &mut Tally) -> bool {
    let is_sidecar =
        |name: &str| pod.spec.init_containers.iter().any(|c| c.name == name && c.restart_policy == "Always");
    tally.total += pod.spec.init_containers.iter().filter(|c| c.restart_policy == "Always").count();
    for (index, status) in pod.status.init_container_statuses.iter().enumerate() {
        tally.restarted(status);
        let state = &status.state;
        if state.terminated.as_ref().is_some_and(|ended| ended.exit_code == 0) {
            continue;
        }
        if is_sidecar(&status.name) && status.started == Some(true) {
            tally.ready += usize::from(status.ready);
            continue;
        }
        tally.reason = match (&state.terminated, &state.waiting) {
            (Some(ended), _) if ended.reason.is_empty() => format!("Init:ExitCode:{}", ended.exit_code),
            (Some(ended), _) => format!("Init:{}", ended.reason),
            (None, Some(waiting)) if !waiting.reason.is_empty() && waiting.reason != "PodInitializing" => {
                format!("Init:{}", waiting.reason)
            }
            _ => format!("Init:{index}/{}", pod.spec.init_containers.len()),
        };
        return true;
    }
    false
}

fn tally_containers(pod: &Pod, tally: &mut Tally) {
    // Once the pod is initialized, of the init containers only the sidecars' restarts count.
    tally.restarts = 0;
    tally.last_restart = None;
    for status in &pod.status.init_container_statuses {
        if pod.spec.init_containers.iter().any(|c| c.name == status.name && c.restart_policy == "Always") {
            tally.restarted(status);
        }
    }
    let mut is_running = false;
    let mut error = None;
    for status in pod.status.container_statuses.iter().rev() {
        tally.restarted(status);
        let state = &status.state;
        match (&state.waiting, &state.terminated) {
            (Some(waiting), _) if !waiting.reason.is_empty() => tally.reason.clone_from(&waiting.reason),
            (_, Some(ended)) => {
                tally.reason = if ended.reason.is_empty() {
                    format!("ExitCode:{}", ended.exit_code)
                } else {
                    ended.reason.clone()
                };
                if ended.exit_code != 0 {
                    error = Some(tally.reason.clone());
                }
            }
            _ if status.ready && state.running.is_some() => {
                is_running = true;
                tally.ready += 1;
            }
            _ => {}
        }
    }
    if tally.reason == "Completed" {
        if is_running && pod.is_ready() {
            "Running".clone_into(&mut tally.reason);
        } else if let Some(error) = error {
            tally.reason = error;
        } else if is_running {
            "NotReady".clone_into(&mut tally.reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Kind, Object};

    fn status_of(manifest: &str) -> Option<String> {
        let value = serde_yaml::from_str(manifest).ok()?;
        match Object::from_value(Kind::Pod, value).ok()? {
            Object::Pod(pod) => Some(cells(&pod, Time::from_ms(10_000))[..4].join(" ")),
            _ => None,
        }
    }

    #[test]
    fn the_status_is_the_most_telling_word() {
        let running = "{name: c, ready: true, state: {running: {}}}";
        let table = [
            ("status: {phase: Pending}", "p 0/1 Pending 0".to_owned()),
            (
                "status: {phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: ContainerCreating}}}]}",
                "p 0/1 ContainerCreating 0".to_owned(),
            ),
            (
                &format!("status: {{phase: Running, containerStatuses: [{running}]}}"),
                "p 1/1 Running 0".to_owned(),
            ),
            (
                "status: {phase: Running, containerStatuses: [{name: c, restartCount: 2, ready: true, state: {running: {}}, \
                 lastState: {terminated: {exitCode: 1, finishedAt: \"2026-01-05T09:00:04Z\"}}}]}",
                "p 1/1 Running 2 (6s ago)".to_owned(),
            ),
            (
                "status: {phase: Pending, initContainerStatuses: [{name: i, state: {running: {}}}]}",
                "p 0/1 Init:0/0 0".to_owned(),
            ),
            (
                "status: {phase: Succeeded, containerStatuses: [{name: c, state: {terminated: {exitCode: 0, reason: Completed}}}]}",
                "p 0/1 Completed 0".to_owned(),
            ),
        ];
        for (status, expected) in table {
            let manifest = format!("metadata: {{name: p}}\nspec: {{containers: [{{name: c}}]}}\n{status}\n");
            assert_eq!(status_of(&manifest), Some(expected), "{status}");
        }
        let deleting = "metadata: {name: p, deletionTimestamp: \"2026-01-05T09:00:30Z\"}\nspec: {containers: [{name: c}]}\n";
        for (phase, expected) in [("Running", "p 0/1 Terminating 0"), ("Succeeded", "p 0/1 Succeeded 0")] {
            let manifest = format!("{deleting}status: {{phase: {phase}}}\n");
            assert_eq!(status_of(&manifest).as_deref(), Some(expected));
        }
    }
}

//! Containers of a pod that is on its node: what keeps them from running, or from being ready.
//!
//! - `rules`: what holds. `failing`: images that cannot be pulled, containers that end. `configured`: what
//!   they name and is missing. `unready`: what runs and is not ready.

mod configured;
mod failing;
mod rules;
mod unready;

pub(super) use self::rules::RULES;

use self::rules::{ENDED, INIT_RUNS, RESTARTING, STARTING};
use super::explanation::Explanation;
use super::view::{View, instant};
use crate::api::ObjectKey;
use crate::api::meta::Condition;
use crate::api::pod::{Container, ContainerStatus, Pod};
use crate::sim::Time;

/// Why the pod's containers do not run or are not ready; `None` when they are.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Option<Explanation> {
    let status = &pod.status;
    if pod.is_running_and_ready() {
        return None;
    }
    for status in status.init_container_statuses.iter().chain(&status.container_statuses) {
        let found = match Part::of(pod, status) {
            Some(part) => not_running(view, key, pod, &part),
            None => None,
        };
        if found.is_some() {
            return found;
        }
    }
    let mut unready = status.container_statuses.iter().filter(|status| !status.ready);
    if let Some(unready) = unready.find(|status| status.state.running.is_some()) {
        return Some(unready::explain(view, key, pod, unready));
    }
    if let Some(ended) = status.container_statuses.iter().find_map(|status| ended(key, pod, status)) {
        return Some(ended);
    }
    if let Some(gate) = unready::gate(view, key, pod) {
        return Some(gate);
    }
    let node = &pod.spec.node_name;
    let sentence = format!("the kubelet of {node} starts Pod {}", key.name);
    Some(Explanation::new(key, STARTING, sentence).at(scheduled_at(pod)).fact("node", node))
}

fn scheduled_at(pod: &Pod) -> Option<Time> {
    let scheduled = Condition::find(&pod.status.conditions, "PodScheduled")?;
    instant(scheduled.last_transition_time)
}

/// A container of a pod, with its status and its place.
struct Part<'a> {
    container: &'a Container,
    status: &'a ContainerStatus,
    /// The path to it: `spec.containers[0]`.
    path: String,
    is_init: bool,
}

impl<'a> Part<'a> {
    fn of(pod: &'a Pod, status: &'a ContainerStatus) -> Option<Self> {
        let lists = [("containers", &pod.spec.containers), ("initContainers", &pod.spec.init_containers)];
        lists.into_iter().find_map(|(list, containers)| {
            let index = containers.iter().position(|container| container.name == status.name)?;
            let path = format!("spec.{list}[{index}]");
            Some(Self { container: containers.get(index)?, status, path, is_init: list == "initContainers" })
        })
    }

    fn is_sidecar(&self) -> bool {
        self.is_init && self.container.restart_policy == "Always"
    }
}

/// The line that shows what a container of a pod says; the first one needs no name.
fn logs(view: View<'_>, key: &ObjectKey, pod: &Pod, container: &str, previous: &str) -> String {
    let is_first = pod.spec.containers.first().is_some_and(|first| first.name == container);
    let which = if is_first { String::new() } else { format!(" -c {container}") };
    format!("kubectl logs {}{which}{previous}{}", key.name, view.flag(key))
}

fn not_running(view: View<'_>, key: &ObjectKey, pod: &Pod, part: &Part<'_>) -> Option<Explanation> {
    let (name, status) = (&key.name, part.status);
    if let Some(ended) = &status.state.terminated {
        // What has done its work, or is not started again, is told when nothing else is wrong.
        if !pod.restarts(part.is_init, part.is_sidecar(), ended.exit_code) {
            return None;
        }
        let sentence = format!("container {} of Pod {name} ended with code {}", status.name, ended.exit_code);
        return Some(
            Explanation::new(key, RESTARTING, sentence)
                .at(instant(ended.finished_at))
                .fact("restartPolicy", &pod.spec.restart_policy)
                .fact("restartCount", status.restart_count),
        );
    }
    if let Some(running) = &status.state.running {
        let is_passed = if part.is_sidecar() { status.started == Some(true) } else { !part.is_init };
        return (!is_passed).then(|| init_runs(view, key, pod, part, instant(running.started_at)));
    }
    failing::explain(view, key, pod, part)
}

/// An init container holds all after it up.
fn init_runs(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    part: &Part<'_>,
    since: Option<Time>,
) -> Explanation {
    let container = &part.status.name;
    let until = if part.is_sidecar() { "its startup probe has passed" } else { "it has ended with code 0" };
    let sentence =
        format!("init container {container} of Pod {} runs; the others start when {until}", key.name);
    Explanation::new(key, INIT_RUNS, sentence)
        .at(since)
        .field(view.pod_field(pod, &part.path))
        .mend(super::explanation::Mend::line("See what it says", logs(view, key, pod, container, "")))
}

/// A container that has ended for good while others run on.
fn ended(key: &ObjectKey, pod: &Pod, status: &ContainerStatus) -> Option<Explanation> {
    let ended = status.state.terminated.as_ref()?;
    let policy = &pod.spec.restart_policy;
    let sentence = format!(
        "container {} of Pod {} ended with code {} and is not started again (restartPolicy {policy}); the Pod ends \
         when its other containers have",
        status.name, key.name, ended.exit_code
    );
    Some(
        Explanation::new(key, ENDED, sentence)
            .at(instant(ended.finished_at))
            .fact("restartPolicy", policy)
            .fact("exitCode", ended.exit_code),
    )
}

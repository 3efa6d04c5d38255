//! How a pod stands, in the few words that controllers' reasons use.
//!
//! Models the STATUS column of `kubectl get pods`, pkg/printers/internalversion/printers.go, Kubernetes
//! v1.36. Left out: exit codes and init containers' progress.

use crate::api::meta::Condition;
use crate::api::pod::{ContainerStatus, Pod};

fn waiting_reason(status: &ContainerStatus) -> Option<&str> {
    let waiting = status.state.waiting.as_ref()?;
    (!matches!(waiting.reason.as_str(), "" | "ContainerCreating" | "PodInitializing"))
        .then_some(waiting.reason.as_str())
}

/// Why the pod cannot start, as `kubectl get pods` shows it; `None` when nothing speaks against it.
fn trouble(pod: &Pod) -> Option<&str> {
    let status = &pod.status;
    status.init_container_statuses.iter().chain(&status.container_statuses).find_map(waiting_reason)
}

/// Whether the pod cannot start, as far as its status says: a container does not, or no node takes it.
pub(crate) fn is_stuck(pod: &Pod) -> bool {
    let is_refused = || Condition::find(&pod.status.conditions, "PodScheduled");
    trouble(pod).is_some() || (!pod.is_bound() && is_refused().is_some_and(|it| it.status == "False"))
}

/// How the pod stands, in a few words.
pub(crate) fn pod_state(pod: &Pod) -> String {
    if pod.is_terminating() {
        return "Terminating".to_owned();
    }
    if let Some(trouble) = trouble(pod) {
        return trouble.to_owned();
    }
    match pod.status.phase.as_str() {
        "Pending" | "" if !pod.is_bound() => "Pending, without a node".to_owned(),
        "Pending" | "" => "starting".to_owned(),
        "Running" if pod.is_ready() => "Ready".to_owned(),
        "Running" => "Running and not Ready".to_owned(),
        phase => phase.to_owned(),
    }
}

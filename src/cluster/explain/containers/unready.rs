//! Containers that run and are not ready, and pods that wait for more than their containers.

use super::rules::{READINESS_GATE, UNREADY};
use super::{Part, logs};
use crate::api::ObjectKey;
use crate::api::meta::Condition;
use crate::api::pod::{ContainerStatus, Pod, Probe};
use crate::cluster::explain::change::owned;
use crate::cluster::explain::explanation::{Class, Explanation, Mend};
use crate::cluster::explain::view::{View, instant};
use crate::sim::Span;

/// A probe that should have passed so long ago is taken to fail for good.
const PROBE_GRACE: Span = Span::from_seconds(20);

/// Why a container that runs is not ready.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, pod: &Pod, status: &ContainerStatus) -> Explanation {
    let name = &key.name;
    let started =
        status.state.running.as_ref().and_then(|running| instant(running.started_at)).unwrap_or_default();
    let part = Part::of(pod, status);
    let probe = part.as_ref().and_then(|part| part.container.readiness_probe.as_ref());
    let slow = view.cluster.kubelets().faults().of_pod(&key.namespace, name).slow_start.unwrap_or_default();
    let due = started + slow + time_to_ready(probe);
    let lost_at = Condition::find(&pod.status.conditions, "Ready")
        .and_then(|ready| instant(ready.last_transition_time));
    let was_ready = lost_at.is_some_and(|lost| lost > started + Span::from_seconds(1));
    let is_for_good = was_ready || view.cluster.now() > due + PROBE_GRACE;
    let how = match (is_for_good, probe) {
        (true, Some(_)) => "runs, and its readiness probe fails",
        (true, None) => "runs and says that it is not ready",
        (false, _) => "runs, and its readiness probe has not passed yet",
    };
    let sentence = format!("container {} of Pod {name} {how}", status.name);
    let mut explanation =
        Explanation::new(key, UNREADY, sentence).at(Some(started.max(lost_at.unwrap_or_default())));
    if let Some(part) = &part {
        let field = if probe.is_some() { ".readinessProbe" } else { "" };
        explanation = explanation.field(view.pod_field(pod, &format!("{}{field}", part.path)));
    }
    if let Some(probe) = probe {
        explanation = explanation
            .fact("initialDelaySeconds", probe.initial_delay_seconds.unwrap_or(0))
            .fact("periodSeconds", probe.period_seconds.unwrap_or(10));
    }
    if slow != Span::ZERO {
        explanation = explanation.fact("slowStart", format!("{} s", slow.seconds()));
    }
    if !is_for_good {
        return explanation;
    }
    let flag = view.flag(key);
    explanation = explanation
        .class(Class::Blocked)
        .mend(Mend::line(
            "Let the program say that it is ready again",
            format!("fault ready pod/{name}{flag}"),
        ))
        .mend(Mend::line("See what the program says", logs(view, key, pod, &status.name, "")));
    if was_ready {
        // It was well with this template.
        let line = format!("kubectl delete pod {name}{flag}");
        let words = if view.workload(&pod.metadata).is_some() {
            "Or delete the Pod, so that a fresh one comes"
        } else {
            "Or delete the Pod and apply it again"
        };
        return explanation.mend(Mend::line(words, line));
    }
    owned(view, key, pod).template(explanation)
}

/// How long after its start a container may take until its probe has passed.
fn time_to_ready(probe: Option<&Probe>) -> Span {
    let Some(probe) = probe else { return Span::ZERO };
    let period = probe.period_seconds.unwrap_or(10).max(1);
    let runs = probe.success_threshold.unwrap_or(1).max(1) + 1;
    let seconds = probe.initial_delay_seconds.unwrap_or(0).max(0) + period * runs;
    Span::from_seconds(u64::try_from(seconds).unwrap_or_default())
}

/// A condition beside the containers' that the pod must have to be Ready (`GeneratePodReadyCondition`).
pub(super) fn gate(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Option<Explanation> {
    let conditions = &pod.status.conditions;
    let is_true = |type_: &str| Condition::find(conditions, type_).is_some_and(|it| it.status == "True");
    if !is_true("ContainersReady") {
        return None;
    }
    let gates = pod.spec.extra.get("readinessGates")?.as_array()?;
    let named = gates.iter().filter_map(|gate| gate.get("conditionType")?.as_str());
    let missing = named.clone().find(|type_| !is_true(type_))?;
    let name = &key.name;
    let sentence =
        format!("the containers of Pod {name} are ready, and its readiness gate {missing} is not True");
    let line = format!(
        "kubectl patch pod {name}{} --subresource=status -p \
         '{{\"status\":{{\"conditions\":[{{\"type\":\"{missing}\",\"status\":\"True\"}}]}}}}'",
        view.flag(key)
    );
    let since =
        Condition::find(conditions, "ContainersReady").and_then(|it| instant(it.last_transition_time));
    let found = Condition::find(conditions, missing).map_or("none", |it| it.status.as_str());
    Some(
        Explanation::new(key, READINESS_GATE, sentence)
            .at(since)
            .fact(missing, found)
            .field(view.pod_field(pod, "spec.readinessGates"))
            .mend(Mend::line("Set the condition, as its controller would", line)),
    )
}

//! Containers of a pod that is on its node: what keeps them from running, or from being ready.

use super::explanation::{Class, Explanation, Mend};
use super::rule::{Ends, Rule, rule};
use super::view::{View, instant, named};
use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::deployment::ReplicaSet;
use crate::api::meta::Condition;
use crate::api::pod::{Container, ContainerStatus, Pod, Probe};
use crate::api::{Kind, ObjectKey};
use crate::sim::{Span, Time};

const KUBELET: &str = "kubelet";

const STARTING: Rule = rule(
    KUBELET,
    "Starting",
    Ends::Done,
    "spec.containers",
    "The kubelet of a Pod's node mounts its volumes, pulls its images and starts its containers: init containers one \
     after another, then all others at once.",
);
const RESTARTING: Rule = rule(
    KUBELET,
    "Restarting",
    Ends::Done,
    "spec.restartPolicy",
    "The kubelet starts a container that ended again, as the restart policy says: at first at once, then after \
     10 s, 20 s, up to 5 min.",
);
const IMAGE_PULL: Rule = rule(
    KUBELET,
    "ImagePull",
    Ends::Person,
    "spec.containers",
    "The kubelet pulls an image again and again, with a wait that doubles up to 5 min. An image that no registry has \
     never comes.",
);
const NEVER_PULL: Rule = rule(
    KUBELET,
    "ImageNeverPull",
    Ends::Person,
    "spec.containers",
    "With imagePullPolicy Never the kubelet uses only images that are on its node already.",
);
const CRASH_LOOP: Rule = rule(
    KUBELET,
    "CrashLoop",
    Ends::Person,
    "spec.containers",
    "A container that ends again and again is started after a wait that doubles from 10 s up to 5 min \
     (CrashLoopBackOff), for ever.",
);
const UNREADY: Rule = rule(
    KUBELET,
    "Unready",
    Ends::Itself,
    "spec.containers",
    "A container that runs is ready once its readiness probe has passed; without a probe at once.",
);
pub(super) const RULES: &[&Rule] = &[&STARTING, &RESTARTING, &IMAGE_PULL, &NEVER_PULL, &CRASH_LOOP, &UNREADY];

/// A container that ended so often is not expected to stay up.
const RESTARTS_MANY: i64 = 3;
/// A probe that should have passed so long ago is taken to fail for good.
const PROBE_GRACE: Span = Span::from_seconds(20);

/// Why the pod's containers do not run or are not ready; `None` when they are.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, pod: &Pod) -> Option<Explanation> {
    let status = &pod.status;
    if pod.is_running_and_ready() {
        return None;
    }
    for status in status.init_container_statuses.iter().chain(&status.container_statuses) {
        if let Some(explanation) = not_running(view, key, pod, status) {
            return Some(explanation);
        }
    }
    let unready =
        status.container_statuses.iter().find(|status| !status.ready && status.state.running.is_some());
    if let Some(unready) = unready {
        return Some(not_ready(view, key, pod, unready));
    }
    let node = &pod.spec.node_name;
    let sentence = format!("the kubelet of {node} starts Pod {}", key.name);
    Some(Explanation::new(key, STARTING, sentence).at(scheduled_at(pod)).fact("node", node))
}

fn scheduled_at(pod: &Pod) -> Option<Time> {
    let scheduled = Condition::find(&pod.status.conditions, "PodScheduled")?;
    instant(scheduled.last_transition_time)
}

/// The container of a name, and the path to it.
fn container_of<'a>(pod: &'a Pod, name: &str) -> Option<(&'a Container, String)> {
    let lists = [("containers", &pod.spec.containers), ("initContainers", &pod.spec.init_containers)];
    lists.into_iter().find_map(|(list, containers)| {
        let index = containers.iter().position(|container| container.name == name)?;
        Some((containers.get(index)?, format!("spec.{list}[{index}]")))
    })
}

fn not_running(view: View<'_>, key: &ObjectKey, pod: &Pod, status: &ContainerStatus) -> Option<Explanation> {
    let (container, path) = container_of(pod, &status.name)?;
    let (name, node) = (&key.name, &pod.spec.node_name);
    if let Some(ended) = &status.state.terminated {
        // An init container that did its work.
        if ended.exit_code == 0 && path.contains("initContainers") {
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
    let waiting = status.state.waiting.as_ref()?;
    let since = Condition::find(&pod.status.conditions, "ContainersReady")
        .and_then(|ready| instant(ready.last_transition_time));
    let about = |rule, sentence: String| {
        Explanation::new(key, rule, sentence)
            .at(since)
            .fact("state", format!("{} {}", waiting.reason, waiting.message).trim())
    };
    Some(match waiting.reason.as_str() {
        "ErrImagePull" | "ImagePullBackOff" => {
            let sentence = format!("the image {} of Pod {name} cannot be pulled", container.image);
            let explanation = about(IMAGE_PULL, sentence)
                .fact("image", &container.image)
                .field(view.pod_field(pod, &format!("{path}.image")));
            mend_image(view, key, pod, container, explanation)
        }
        "ErrImageNeverPull" => {
            let sentence =
                format!("the image {} is not on {node}, and Pod {name} forbids pulling it", container.image);
            let field = view.pod_field(pod, &format!("{path}.imagePullPolicy"));
            let explanation = about(NEVER_PULL, sentence)
                .fact("imagePullPolicy", &container.image_pull_policy)
                .field(field.clone())
                .mend(Mend::edit("Let it be pulled: imagePullPolicy IfNotPresent", field));
            mend_template(view, key, pod, explanation)
        }
        "CrashLoopBackOff" => crash_loop(view, key, pod, status, about(CRASH_LOOP, String::new())),
        // ContainerCreating, PodInitializing.
        _ => {
            let sentence = format!("the kubelet of {node} starts container {} of Pod {name}", status.name);
            let slow = view.cluster.kubelets().faults().slow_pull(&container.image);
            let explanation =
                Explanation::new(key, STARTING, sentence).at(scheduled_at(pod)).fact("node", node);
            match slow {
                Some(takes) => explanation.fact("slowPull", format!("{} s", takes.seconds())),
                None => explanation,
            }
        }
    })
}

fn crash_loop(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    status: &ContainerStatus,
    mut explanation: Explanation,
) -> Explanation {
    let name = &key.name;
    let ended = status.last_state.terminated.as_ref();
    let code = ended.map_or(1, |ended| ended.exit_code);
    let fault = view.cluster.kubelets().faults().of_pod(&key.namespace, name).crash_loop.is_some();
    let is_for_good = fault || status.restart_count >= RESTARTS_MANY;
    explanation.class = if is_for_good { Class::Blocked } else { Class::Waiting };
    let how = if is_for_good { "ends after every start" } else { "ended and is started again after a wait" };
    explanation.sentence = format!("container {} of Pod {name} {how} (exit code {code})", status.name);
    explanation = explanation
        .at(ended.and_then(|ended| instant(ended.finished_at)))
        .fact("restartCount", status.restart_count)
        .fact("exitCode", code);
    if let Some((_, path)) = container_of(pod, &status.name) {
        explanation = explanation.field(view.pod_field(pod, &path));
    }
    if fault {
        let line = format!("fault clear pod/{name}");
        explanation = explanation.mend(Mend::line("End the fault that makes it crash", line));
    }
    let line = format!("kubectl logs {name} --previous{}", view.flag(key));
    mend_template(
        view,
        key,
        pod,
        explanation.mend(Mend::line("See its last words, and correct what it runs", line)),
    )
}

fn not_ready(view: View<'_>, key: &ObjectKey, pod: &Pod, status: &ContainerStatus) -> Explanation {
    let name = &key.name;
    let started =
        status.state.running.as_ref().and_then(|running| instant(running.started_at)).unwrap_or_default();
    let container = container_of(pod, &status.name);
    let probe = container.as_ref().and_then(|(container, _)| container.readiness_probe.as_ref());
    let slow = view.cluster.kubelets().faults().of_pod(&key.namespace, name).slow_start.unwrap_or_default();
    let due = started + slow + time_to_ready(probe);
    let lost_at = Condition::find(&pod.status.conditions, "Ready")
        .and_then(|ready| instant(ready.last_transition_time));
    let was_ready = lost_at.is_some_and(|lost| lost > started + Span::from_seconds(1));
    let is_for_good = was_ready || view.cluster.now() > due + PROBE_GRACE;
    let sentence = match (is_for_good, probe) {
        (true, Some(_)) => {
            format!("container {} of Pod {name} runs, and its readiness probe fails", status.name)
        }
        (true, None) => format!("container {} of Pod {name} runs and says that it is not ready", status.name),
        (false, _) => format!(
            "container {} of Pod {name} runs, and its readiness probe has not passed yet",
            status.name
        ),
    };
    let mut explanation =
        Explanation::new(key, UNREADY, sentence).at(Some(started.max(lost_at.unwrap_or_default())));
    if let Some((_, path)) = &container {
        let part = if probe.is_some() { ".readinessProbe" } else { "" };
        explanation = explanation.field(view.pod_field(pod, &format!("{path}{part}")));
    }
    if let Some(probe) = probe {
        explanation = explanation
            .fact("initialDelaySeconds", probe.initial_delay_seconds.unwrap_or(0))
            .fact("periodSeconds", probe.period_seconds.unwrap_or(10));
    }
    if !slow.ms().eq(&0) {
        explanation = explanation.fact("slowStart", format!("{} s", slow.seconds()));
    }
    if !is_for_good {
        return explanation;
    }
    let line = format!("kubectl logs {name}{}", view.flag(key));
    explanation = explanation
        .class(Class::Blocked)
        .mend(Mend::line("Let the program say that it is ready again", format!("fault ready pod/{name}")))
        .mend(Mend::line("See what the program says", line));
    if was_ready {
        // It was well with this template.
        let line = format!("kubectl delete pod {name}{}", view.flag(key));
        return explanation.mend(Mend::line("Or delete the Pod, so that a fresh one comes", line));
    }
    mend_template(view, key, pod, explanation)
}

/// How long after its start a container may take until its probe has passed.
fn time_to_ready(probe: Option<&Probe>) -> Span {
    let Some(probe) = probe else { return Span::ZERO };
    let period = probe.period_seconds.unwrap_or(10).max(1);
    let runs = probe.success_threshold.unwrap_or(1).max(1) + 1;
    let seconds = probe.initial_delay_seconds.unwrap_or(0).max(0) + period * runs;
    Span::from_seconds(u64::try_from(seconds).unwrap_or_default())
}

/// What mends an image that cannot be pulled.
fn mend_image(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    container: &Container,
    mut explanation: Explanation,
) -> Explanation {
    let image = &container.image;
    if view.cluster.kubelets().faults().is_missing(image) {
        let line = format!("fault clear image/{image}");
        explanation = explanation.mend(Mend::line("Put the image back into the registry", line));
    }
    let target = view.workload(&pod.metadata).unwrap_or_else(|| key.clone());
    let line = format!("kubectl set image {} {}=IMAGE{}", named(&target), container.name, view.flag(key));
    let explanation = explanation.mend(Mend::line("Give it an image that can be pulled", line));
    mend_template(view, key, pod, explanation)
}

/// What mends a broken template besides: going back, and what must follow under `OrderedReady`.
pub(super) fn mend_template(
    view: View<'_>,
    key: &ObjectKey,
    pod: &Pod,
    mut explanation: Explanation,
) -> Explanation {
    let Some(workload) = view.workload(&pod.metadata) else { return explanation };
    if has_earlier_revision(view, &workload) {
        let line = format!("kubectl rollout undo {}{}", named(&workload), view.flag(&workload));
        explanation = explanation.mend(Mend::line("Or go back to the template before", line));
    }
    let is_ordered = view.typed::<StatefulSet>(&workload.namespace, &workload.name).is_some_and(|set| {
        workload.kind == Kind::StatefulSet && set.spec.pod_management_policy != "Parallel"
    });
    if is_ordered && !explanation.mends.is_empty() {
        let words =
            "Then delete the stuck Pod: OrderedReady waits for it, and a new template alone never reaches it";
        let line = format!("kubectl delete pod {}{}", key.name, view.flag(key));
        explanation = explanation.mend(Mend::line(words, line));
    }
    explanation
}

/// Whether a workload has had another template before.
fn has_earlier_revision(view: View<'_>, workload: &ObjectKey) -> bool {
    let Some(uid) = view.object(workload).map(|object| object.meta().uid.as_str()) else { return false };
    let namespace = Some(workload.namespace.as_str());
    let of_it = if workload.kind == Kind::Deployment {
        view.list::<ReplicaSet>(namespace).filter(|set| set.metadata.is_controlled_by(uid)).count()
    } else {
        let revisions = view.list::<ControllerRevision>(namespace);
        revisions.filter(|revision| revision.metadata.is_controlled_by(uid)).count()
    };
    of_it > 1
}

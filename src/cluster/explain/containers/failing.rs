//! Containers that do not come to run: images that cannot be pulled, and programs that end again and again.
//!
//! Whether a wait is in vain only the machine knows; a fault that is over leaves only the wait for the next
//! try.

use super::rules::{
    CONTAINER_CONFIG, CRASH_LOOP, IMAGE_NAME, IMAGE_PULL, NEVER_PULL, POST_START, RUN_CONTAINER, STARTING,
};
use super::{Part, configured, logs, scheduled_at};
use crate::api::ObjectKey;
use crate::api::meta::Condition;
use crate::api::pod::Pod;
use crate::cluster::explain::change::owned;
use crate::cluster::explain::explanation::{Class, Explanation, Mend};
use crate::cluster::explain::rule::Rule;
use crate::cluster::explain::view::{View, instant};
use crate::kubelet::StartStep;

/// Why a container waits; `None` when it does not.
pub(super) fn explain(view: View<'_>, key: &ObjectKey, pod: &Pod, part: &Part<'_>) -> Option<Explanation> {
    let waiting = part.status.state.waiting.as_ref()?;
    let since = Condition::find(&pod.status.conditions, "ContainersReady")
        .and_then(|ready| instant(ready.last_transition_time));
    let about = |rule: Rule| {
        Explanation::new(key, rule, String::new())
            .at(since)
            .fact("state", format!("{} {}", waiting.reason, waiting.message).trim())
    };
    let failing = Failing { view, key, pod, part };
    Some(match waiting.reason.as_str() {
        "ErrImagePull" | "ImagePullBackOff" => failing.image(about(IMAGE_PULL)),
        "ErrImageNeverPull" => failing.never_pull(about(NEVER_PULL)),
        "InvalidImageName" => failing.image_name(about(IMAGE_NAME)),
        "CreateContainerConfigError" => {
            let (_, when) = failing.next_try();
            configured::container(view, key, pod, part, about(CONTAINER_CONFIG), when)
        }
        "RunContainerError" => failing.program(about(RUN_CONTAINER)),
        "PostStartHookError" => failing.hook(about(POST_START)),
        "CrashLoopBackOff" => match failing.failed_start() {
            Some(StartStep::Program) => failing.program(about(RUN_CONTAINER)),
            Some(StartStep::PostStart) => failing.hook(about(POST_START)),
            None => failing.crash_loop(about(CRASH_LOOP)),
        },
        // ContainerCreating, PodInitializing.
        _ => failing.starting(),
    })
}

/// A container that fails.
struct Failing<'a> {
    view: View<'a>,
    key: &'a ObjectKey,
    pod: &'a Pod,
    part: &'a Part<'a>,
}

impl Failing<'_> {
    /// Whether the next try fails as the last one did, and how long it takes until then.
    fn next_try(&self) -> (bool, String) {
        let kubelets = self.view.cluster.kubelets();
        let Some(next) = kubelets.next_try(self.pod, &self.part.status.name) else {
            return (true, String::new());
        };
        (next.is_in_vain, self.view.when(next.at))
    }

    /// What its last start came to, where that came to nothing.
    fn failed_start(&self) -> Option<StartStep> {
        self.view.cluster.kubelets().next_try(self.pod, &self.part.status.name)?.failed_start
    }

    /// The program that its command names is not there.
    fn program(&self, mut explanation: Explanation) -> Explanation {
        let (container, name, (_, when)) = (self.part.container, &self.key.name, self.next_try());
        let ended = self.part.status.last_state.terminated.as_ref();
        let word = container.command.first().map(String::as_str).or_else(|| container.args().next());
        let word = word.unwrap_or_default();
        let list = if container.command.is_empty() { "args" } else { "command" };
        let path = format!("{}.{list}", self.part.path);
        explanation.sentence = format!(
            "container {} of Pod {name} cannot start: its image {} has no program {word:?}",
            self.part.status.name, container.image
        );
        let explanation = explanation
            .at(ended.and_then(|ended| instant(ended.finished_at)))
            .fact("restartCount", self.part.status.restart_count)
            .fact("nextTry", when)
            .field(self.view.pod_field(self.pod, &path));
        let words = if word.contains(char::is_whitespace) {
            "Give each word an item of its own, or let a shell split them: [sh, -c, ...]"
        } else {
            "Name a program that the image has"
        };
        owned(self.view, self.key, self.pod).edit(explanation, words, &path)
    }

    /// The hook after its start fails.
    fn hook(&self, mut explanation: Explanation) -> Explanation {
        let (name, (_, when)) = (&self.key.name, self.next_try());
        let path = format!("{}.lifecycle.postStart", self.part.path);
        explanation.sentence = format!(
            "the postStart hook of container {} of Pod {name} fails, and the container is killed each time",
            self.part.status.name
        );
        let explanation = explanation
            .class(Class::Blocked)
            .fact("restartCount", self.part.status.restart_count)
            .fact("nextTry", when)
            .field(self.view.pod_field(self.pod, &path));
        owned(self.view, self.key, self.pod).edit(explanation, "Correct what the hook runs", &path)
    }

    /// It runs, and the hook after its start does, too.
    fn in_hook(&self, ends: bool) -> Explanation {
        let (container, name) = (&self.part.status.name, &self.key.name);
        let path = format!("{}.lifecycle.postStart", self.part.path);
        let sentence = if ends {
            format!("the postStart hook of container {container} of Pod {name} has not ended yet")
        } else {
            format!("the postStart hook of container {container} of Pod {name} never ends")
        };
        let explanation = Explanation::new(self.key, POST_START, sentence)
            .at(scheduled_at(self.pod))
            .field(self.view.pod_field(self.pod, &path));
        if ends {
            return explanation;
        }
        let explanation = explanation.class(Class::Blocked);
        owned(self.view, self.key, self.pod).edit(explanation, "Let the hook come to an end", &path)
    }

    fn image(&self, mut explanation: Explanation) -> Explanation {
        let (container, name) = (self.part.container, &self.key.name);
        let image = &container.image;
        explanation = explanation
            .fact("image", image)
            .field(self.view.pod_field(self.pod, &format!("{}.image", self.part.path)));
        let (is_in_vain, when) = self.next_try();
        if !is_in_vain {
            explanation.sentence = format!(
                "the image {image} of Pod {name} can be pulled by now: the kubelet tries again {when}"
            );
            return explanation.class(Class::Waiting).fact("nextTry", when);
        }
        explanation.sentence = format!("the image {image} of Pod {name} cannot be pulled");
        if self.view.cluster.kubelets().faults().is_missing(image) {
            let line = format!("fault clear image/{image}");
            explanation = explanation.mend(Mend::line("Put the image back into the registry", line));
        }
        owned(self.view, self.key, self.pod).image(explanation, container)
    }

    fn never_pull(&self, mut explanation: Explanation) -> Explanation {
        let container = self.part.container;
        let path = format!("{}.imagePullPolicy", self.part.path);
        explanation.sentence = format!(
            "the image {} is not on {}, and Pod {} forbids pulling it",
            container.image, self.pod.spec.node_name, self.key.name
        );
        let explanation = explanation
            .fact("imagePullPolicy", &container.image_pull_policy)
            .field(self.view.pod_field(self.pod, &path));
        owned(self.view, self.key, self.pod).edit(
            explanation,
            "Let it be pulled, with imagePullPolicy IfNotPresent",
            &path,
        )
    }

    fn image_name(&self, mut explanation: Explanation) -> Explanation {
        let container = self.part.container;
        explanation.sentence = format!(
            "the image {} of Pod {} has a name that no image can have",
            container.image, self.key.name
        );
        let explanation = explanation
            .fact("image", &container.image)
            .field(self.view.pod_field(self.pod, &format!("{}.image", self.part.path)));
        owned(self.view, self.key, self.pod).image(explanation, container)
    }

    fn crash_loop(&self, mut explanation: Explanation) -> Explanation {
        let (view, key, pod, status) = (self.view, self.key, self.pod, self.part.status);
        let name = &key.name;
        let ended = status.last_state.terminated.as_ref();
        let code = ended.map_or(1, |ended| ended.exit_code);
        explanation = explanation
            .at(ended.and_then(|ended| instant(ended.finished_at)))
            .fact("restartCount", status.restart_count)
            .fact("exitCode", code)
            .field(view.pod_field(pod, &self.part.path));
        let (is_in_vain, when) = self.next_try();
        let container = &status.name;
        if !is_in_vain {
            explanation.sentence = format!(
                "container {container} of Pod {name} ended (exit code {code}) and is started again {when}"
            );
            return explanation.class(Class::Waiting).fact("nextTry", when);
        }
        explanation.sentence =
            format!("container {container} of Pod {name} ends after every start (exit code {code})");
        if view.cluster.kubelets().faults().of_pod(&key.namespace, name).crash_loop.is_some() {
            let line = format!("fault clear pod/{name}{}", view.flag(key));
            explanation = explanation.mend(Mend::line("End the fault that makes it crash", line));
        }
        let line = logs(view, key, pod, container, " --previous");
        let seen = Mend::line("See its last words, and correct what it runs", line);
        owned(view, key, pod).template(explanation.mend(seen))
    }

    fn starting(&self) -> Explanation {
        if let Some(explanation) = configured::volume(self.view, self.key, self.pod) {
            return explanation;
        }
        if let Some(ends) = self.view.cluster.kubelets().hook_runs(self.pod, &self.part.status.name) {
            return self.in_hook(ends);
        }
        let (name, node) = (&self.key.name, &self.pod.spec.node_name);
        let sentence =
            format!("the kubelet of {node} starts container {} of Pod {name}", self.part.status.name);
        let explanation =
            Explanation::new(self.key, STARTING, sentence).at(scheduled_at(self.pod)).fact("node", node);
        match self.view.cluster.kubelets().faults().slow_pull(&self.part.container.image) {
            Some(takes) => explanation.fact("slowPull", format!("{} s", takes.seconds())),
            None => explanation,
        }
    }
}

//! `kubectl logs`: whose log, and how much of it.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/logs and `logsForObjectWithClient`,
//! kubectl/pkg/polymorphichelpers/logsforobject.go, Kubernetes v1.36. Left out: ephemeral containers.

use std::rc::Rc;

use super::shared_flags::SELECTOR;
use super::target::{Prefers, container_of, key_of, pod_of, target};
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Timestamp};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::inside::{ContainerAct, LogsCall, Target};
use crate::kubectl::label_selector::LabelQuery;
use crate::kubectl::quote::quote;

const FLAGS: &[Flag] = &[
    Flag::switch("follow", "Prints what is written from now on too.").short('f'),
    Flag::switch("previous", "Prints the log of the container before its restart.").short('p'),
    Flag::text("container", "", "The container.").short('c'),
    Flag::switch("all-containers", "Means all containers of the pod."),
    Flag::switch("all-pods", "Means all pods of the object; sets --prefix."),
    Flag::number("tail", "-1", "How many of the last lines; with a selector 10 by itself."),
    Flag::duration("since", "0s", "Only what is newer than this."),
    Flag::text("since-time", "", "Only what is newer than this time (RFC 3339)."),
    Flag::number("limit-bytes", "0", "How many bytes at most."),
    Flag::switch("timestamps", "Puts the time before each line."),
    Flag::switch(
        "insecure-skip-tls-verify-backend",
        "Does not check the kubelet's certificate; ignored here.",
    ),
    Flag::switch("prefix", "Puts the pod and container before each line."),
    Flag::switch("ignore-errors", "A log that cannot be had is no error."),
    Flag::number("max-log-requests", "5", "How many logs may be followed at once."),
    Flag::duration("pod-running-timeout", "20s", "How long to wait for a pod; ignored here."),
];

const USAGE: &str = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument \
     for the logs command";

/// `kubectl logs`
pub const COMMAND: Command = Command {
    name: "logs",
    short: "Print the logs for a container in a pod",
    doc: "Prints what a container's process wrote.",
    usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    examples: "# The last 20 lines of a pod\nkubectl logs web-0 --tail=20\n\n# Go on printing\nkubectl logs -f web-0\n\n\
               # Before the last restart\nkubectl logs -p web-0\n\n# All pods with a label\nkubectl logs -l app=nginx --prefix",
    flags: &[FLAGS, SELECTOR],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let args = context.args().to_vec();
    let selector = context.flags.text("selector").trim().to_owned();
    let (word, inline) = match args.as_slice() {
        [] if selector.is_empty() => return Err(context.usage_error(USAGE)),
        [] => (None, None),
        [_] if !selector.is_empty() => {
            return Err(context.usage_error("only a selector (-l) or a POD name is allowed"));
        }
        [word] => (Some(word), None),
        [word, container] => (Some(word), Some(container.clone())),
        _ => return Err(context.usage_error(USAGE)),
    };
    let mut call = call(context, word.is_none())?;
    let container = inline.clone().unwrap_or_else(|| context.flags.text("container").to_owned());
    let pods = match word {
        Some(word) => named(context, word)?,
        None => selected(context, &selector)?,
    };
    check(context, &container, inline.is_some() && args.len() == 2)?;
    for pod in pods {
        let more = containers(context, &pod, &container)?;
        call.targets.extend(more);
    }
    let most = usize::try_from(context.flags.number("max-log-requests")).unwrap_or_default();
    if call.follow && call.targets.len() > 1 && call.targets.len() > most {
        return Err(CommandError::plain(format!(
            "you are attempting to follow {} log streams, but maximum allowed concurrency is {most}, use \
             --max-log-requests to increase the limit",
            call.targets.len()
        )));
    }
    Ok(Step::Inside(ContainerAct::Logs(call)))
}

/// How much of the logs.
fn call(context: &Context<'_>, by_selector: bool) -> Result<LogsCall, CommandError> {
    let flags = &context.flags;
    let since_time = match flags.text("since-time") {
        "" => None,
        text => Some(Timestamp::parse(text).ok_or_else(|| {
            CommandError::plain(format!(
                "parsing time {0} as \"2006-01-02T15:04:05Z07:00\": cannot parse {0} as \"2006\"",
                quote(text)
            ))
        })?),
    };
    let since_ms = flags.duration_ms("since");
    if since_time.is_some() && since_ms != 0 {
        return Err(CommandError::plain("at most one of `sinceTime` or `sinceSeconds` may be specified"));
    }
    let since = match since_time {
        Some(at) => Some(at.age_seconds(context.api.now())),
        // Rounded to whole seconds, as the request has them.
        None if since_ms != 0 => Some((since_ms + 500).div_euclid(1_000)),
        None => None,
    };
    let tail = match flags.number("tail") {
        -1 if by_selector && !flags.is_given("tail") => Some(10),
        -1 => None,
        lines if lines < -1 => {
            return Err(CommandError::plain("--tail must be greater than or equal to -1"));
        }
        lines => Some(usize::try_from(lines).unwrap_or_default()),
    };
    if flags.number("limit-bytes") < 0 {
        return Err(CommandError::plain("--limit-bytes must be greater than 0"));
    }
    if since_ms < 0 {
        return Err(CommandError::plain("--since must be greater than 0"));
    }
    Ok(LogsCall {
        targets: Vec::new(),
        follow: flags.switch("follow"),
        previous: flags.switch("previous"),
        tail,
        since: since.map(|seconds| u64::try_from(seconds).unwrap_or_default()),
        timestamps: flags.switch("timestamps"),
        prefix: flags.switch("prefix") || flags.switch("all-pods"),
        limit_bytes: usize::try_from(flags.number("limit-bytes")).ok().filter(|most| *most > 0),
        ignore_errors: flags.switch("ignore-errors"),
    })
}

fn check(context: &Context<'_>, container: &str, is_inline: bool) -> Result<(), CommandError> {
    if context.flags.switch("all-containers") && !container.is_empty() {
        return Err(CommandError::plain(format!(
            "--all-containers=true should not be specified with container name {container}"
        )));
    }
    if is_inline && context.flags.is_given("container") {
        return Err(CommandError::plain("only one of -c or an inline [CONTAINER] arg is allowed"));
    }
    Ok(())
}

/// The pods of `POD` or `TYPE/NAME`.
fn named(context: &mut Context<'_>, word: &str) -> Result<Vec<Rc<Pod>>, CommandError> {
    let key = key_of(context, word)?;
    let namespace = context.namespace();
    let object = context.fetch(&key).map_err(|error| {
        if error.is_not_found() {
            CommandError::plain(format!(
                "error from server (NotFound): {} in namespace {}",
                error.message(),
                quote(&namespace)
            ))
        } else {
            error
        }
    })?;
    let (pod, count) = pod_of(context, &object, "get the logs from", Prefers::Talkative)?;
    if count > 1 && context.flags.switch("all-pods") {
        let selected = context.api.list(Kind::Pod, Some(&namespace)).filter_map(Pod::of);
        let selector = match &object {
            crate::api::Object::StatefulSet(set) => set.spec.selector.clone(),
            crate::api::Object::DaemonSet(set) => set.spec.selector.clone(),
            crate::api::Object::Deployment(set) => set.spec.selector.clone(),
            crate::api::Object::ReplicaSet(set) => set.spec.selector.clone(),
            _ => return Ok(vec![pod]),
        };
        return Ok(selected.filter(|pod| selector.matches(&pod.metadata.labels)).cloned().collect());
    }
    if count > 1 {
        context.err(&format!("Found {count} pods, using pod/{}\n", pod.metadata.name));
    }
    Ok(vec![pod])
}

/// The pods that a selector picks.
fn selected(context: &mut Context<'_>, selector: &str) -> Result<Vec<Rc<Pod>>, CommandError> {
    let query = LabelQuery::parse(selector).map_err(CommandError::plain)?;
    let namespace = context.namespace();
    let listed = context.api.list(Kind::Pod, Some(&namespace)).filter_map(Pod::of);
    let pods: Vec<Rc<Pod>> = listed.filter(|pod| query.matches(&pod.metadata.labels)).cloned().collect();
    if pods.is_empty() {
        context.err(&format!("No resources found in {namespace} namespace.\n"));
    }
    Ok(pods)
}

/// The containers of a pod whose logs are meant.
fn containers(context: &mut Context<'_>, pod: &Pod, name: &str) -> Result<Vec<Target>, CommandError> {
    if context.flags.switch("all-containers") {
        let all = pod.spec.init_containers.iter().chain(&pod.spec.containers);
        return Ok(all.map(|container| target(pod, &container.name)).collect());
    }
    let quiet = context.flags.switch("all-pods");
    Ok(vec![container_of(context, pod, name, quiet)?])
}

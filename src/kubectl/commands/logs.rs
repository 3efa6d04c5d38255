//! `kubectl logs`: kubectl's own checks; containers here write nothing.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/logs, Kubernetes v1.36. Left out: the logs themselves.

use super::shared_flags::SELECTOR;
use crate::api::{Kind, ObjectKey};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::quote::quote;

const FLAGS: &[Flag] = &[
    Flag::switch("follow", "Prints what is written from now on too.").short('f'),
    Flag::switch("previous", "Prints the log of the container before its restart.").short('p'),
    Flag::text("container", "", "The container.").short('c'),
    Flag::switch("all-containers", "Means all containers of the pod."),
    Flag::number("tail", "-1", "How many of the last lines."),
    Flag::duration("since", "0s", "Only what is newer than this."),
    Flag::switch("timestamps", "Puts the time before each line."),
    Flag::switch("prefix", "Puts the pod and container before each line."),
];

/// `kubectl logs`
pub const COMMAND: Command = Command {
    name: "logs",
    short: "Print the logs for a container in a pod",
    doc: "Prints what a container wrote. The sandbox's containers are simulated and write nothing.",
    usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    flags: &[FLAGS, SELECTOR],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let [pod, ..] = context.args() else {
        if !context.flags.text("selector").is_empty() {
            return Err(no_logs());
        }
        return Err(context.usage_error(
            "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for \
             the logs command",
        ));
    };
    let (kind, name) = match pod.split_once('/') {
        Some((types, name)) => (crate::kubectl::resources::kind_of(types)?, name.to_owned()),
        None => (Kind::Pod, pod.clone()),
    };
    let namespace = context.namespace();
    let key = ObjectKey::new(kind, namespace.as_str(), name.as_str());
    if context.api.get(&key).is_err() {
        return Err(CommandError::plain(format!(
            "error from server (NotFound): {} {} not found in namespace {}",
            kind.group_resource(),
            quote(&name),
            quote(&namespace)
        )));
    }
    Err(no_logs())
}

fn no_logs() -> CommandError {
    CommandError::sandbox(
        "the sandbox's containers are simulated and write no logs; see kubectl describe for events",
    )
}

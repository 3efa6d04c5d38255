//! `kubectl exec`: kubectl's own checks; no process runs in a container here.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/exec, Kubernetes v1.36. Left out: running anything.

use super::shared_flags::FILES;
use crate::api::{Kind, ObjectKey};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;

const FLAGS: &[Flag] = &[
    Flag::switch("stdin", "Passes the terminal's input.").short('i'),
    Flag::switch("tty", "Makes it a terminal.").short('t'),
    Flag::text("container", "", "The container.").short('c'),
    Flag::switch("quiet", "Prints only what the command prints.").short('q'),
];

/// `kubectl exec`
pub const COMMAND: Command = Command {
    name: "exec",
    short: "Execute a command in a container",
    doc: "Runs a command in a container. The sandbox's containers are simulated: nothing runs in them.",
    usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    flags: &[FLAGS, FILES],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let before = context.flags.args_before_dashes.unwrap_or(1);
    let Some(target) = context.args().first().filter(|_| before > 0).cloned() else {
        return Err(CommandError::plain("pod, type/name or --filename must be specified"));
    };
    if context.args().len() <= before {
        return Err(CommandError::plain("you must specify at least one command for the container"));
    }
    let (kind, name) = match target.split_once('/') {
        Some((types, name)) => (crate::kubectl::resources::kind_of(types)?, name.to_owned()),
        None => (Kind::Pod, target),
    };
    context.fetch(&ObjectKey::new(kind, context.namespace(), name))?;
    Err(CommandError::sandbox(
        "the sandbox's containers are simulated: nothing runs in them, so exec has no answer yet",
    ))
}

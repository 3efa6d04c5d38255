//! `kubectl exec`: which container, and which command.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/exec, Kubernetes v1.36. Left out: the size of the terminal.

use super::shared_flags::FILES;
use super::target::{Prefers, container_of, object_of, pod_of, refuse_completed};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::inside::{ContainerAct, Streams};
use crate::kubectl::selection::Selection;

const FLAGS: &[Flag] = &[
    Flag::switch("stdin", "Passes the terminal's input.").short('i'),
    Flag::switch("tty", "Makes it a terminal.").short('t'),
    Flag::text("container", "", "The container; the pod's first one by itself.").short('c'),
    Flag::switch("quiet", "Prints only what the command prints.").short('q'),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait for a pod; ignored here."),
];

/// `kubectl exec`
pub const COMMAND: Command = Command {
    name: "exec",
    short: "Execute a command in a container",
    doc: "Runs a command in a container. With -it and a shell, the next lines are typed in the container until exit.",
    usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
    examples: "# One command\nkubectl exec web-0 -- hostname\n\n# A shell to type into\nkubectl exec -it web-0 -- sh",
    flags: &[FLAGS, FILES],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let files = context.names_files();
    let dashes = context.flags.args_before_dashes;
    let words = context.args().to_vec();
    let target = words.first().filter(|_| dashes != Some(0)).cloned();
    let argv = match dashes {
        Some(before) => words.get(before..).unwrap_or_default().to_vec(),
        None if words.len() > 1 || (files && !words.is_empty()) => return Err(old_form(context, &words)),
        None => Vec::new(),
    };
    if target.is_none() && !files {
        return Err(CommandError::plain("pod, type/name or --filename must be specified"));
    }
    if argv.is_empty() {
        return Err(CommandError::plain("you must specify at least one command for the container"));
    }
    let object = if let Some(word) = target {
        object_of(context, &word)?
    } else {
        // What files name is counted before anything of it is looked for.
        let picks = Selection { args: Vec::new(), ..Selection::of(context) }.pick(context)?;
        CommandError::all(picks.errors)?;
        match picks.items.as_slice() {
            [picked] => context.fetch(&picked.key)?,
            _ => return Err(CommandError::plain("cannot exec into multiple objects at a time")),
        }
    };
    let (pod, _) = pod_of(context, &object, "attach to", Prefers::Active)?;
    refuse_completed(&pod, "exec into")?;
    let quiet = context.flags.switch("quiet");
    let name = context.flags.text("container").to_owned();
    let target = container_of(context, &pod, &name, quiet)?;
    let stdin = context.flags.switch("stdin");
    let streams = Streams { stdin, tty: stdin && context.flags.switch("tty"), quiet };
    Ok(Step::Inside(ContainerAct::Exec { target, argv, streams }))
}

/// The command without `--` before it, as older documents have it.
fn old_form(context: &Context<'_>, words: &[String]) -> CommandError {
    let flags: String = ["stdin", "tty"]
        .iter()
        .filter(|name| context.flags.switch(name))
        .map(|name| name.get(..1).map_or("", |letter| if letter == "s" { "i" } else { "t" }))
        .collect();
    let flags = if flags.is_empty() { flags } else { format!("-{flags} ") };
    let (pod, command) = words.split_first().map_or(("", [].as_slice()), |(pod, rest)| (pod.as_str(), rest));
    context
        .usage_error("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead")
        .with_hint(Some(format!("since kubectl 1.31: kubectl exec {flags}{pod} -- {}", command.join(" "))))
}

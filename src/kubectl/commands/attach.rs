//! `kubectl attach`: joins the streams of a container's own process.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/attach, Kubernetes v1.36. Left out: detaching by keys.

use super::target::{Prefers, container_named, container_of, object_of, pod_of, refuse_completed};
use crate::api::pod::Container;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::inside::{ContainerAct, Streams, Target};

/// What is said before the streams are joined.
pub(super) const SAID: &str = "All commands and output from this session will be recorded in container logs, \
     including credentials and sensitive information passed through the command prompt.\n\
     If you don't see a command prompt, try pressing enter.\n";

const FLAGS: &[Flag] = &[
    Flag::switch("stdin", "Passes the terminal's input.").short('i'),
    Flag::switch("tty", "Makes it a terminal.").short('t'),
    Flag::text("container", "", "The container; the pod's first one by itself.").short('c'),
    Flag::switch("quiet", "Prints only what the process prints.").short('q'),
    Flag::duration("pod-running-timeout", "1m0s", "How long to wait for a pod; ignored here."),
    Flag::text("detach-keys", "ctrl-p,ctrl-q", "The keys that detach; ignored here."),
];

/// `kubectl attach`
pub const COMMAND: Command = Command {
    name: "attach",
    short: "Attach to a running container",
    doc: "Shows what a container's process prints from now on, and with -i passes on what is typed.",
    usage: "(POD | TYPE/NAME) -c CONTAINER",
    flags: &[FLAGS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let word = match context.args() {
        [] => return Err(CommandError::plain("at least 1 argument is required for attach")),
        [word] => word.clone(),
        [types, name] => format!("{types}/{name}"),
        more => {
            return Err(CommandError::plain(format!(
                "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {}: [{}]",
                more.len(),
                more.join(" ")
            )));
        }
    };
    let object = object_of(context, &word)?;
    let (pod, _) = pod_of(context, &object, "attach to", Prefers::Active)?;
    refuse_completed(&pod, "attach")?;
    let quiet = context.flags.switch("quiet");
    let name = context.flags.text("container").to_owned();
    let target = container_of(context, &pod, &name, quiet)?;
    let (stdin, mut tty) = (context.flags.switch("stdin"), context.flags.switch("tty"));
    let has_tty = container_named(&pod, &target.container).is_some_and(has_tty);
    if tty && !has_tty && !quiet {
        let name = &target.container;
        context.err(&format!("error: Unable to use a TTY - container {name} did not allocate one\n"));
    }
    tty = stdin && has_tty;
    Ok(Step::Inside(act(target, Streams { stdin, tty, quiet }, false)))
}

/// Whether a container has a terminal.
pub(super) fn has_tty(container: &Container) -> bool {
    container.extra.get("tty").is_some_and(|tty| tty == true)
}

/// What is asked of the container.
pub(super) fn act(target: Target, streams: Streams, shows_log: bool) -> ContainerAct {
    let farewell = if streams.quiet || !streams.tty {
        String::new()
    } else {
        let Target { namespace, pod, container, .. } = &target;
        format!(
            "Session ended, resume using 'kubectl attach {pod} -c {container} -n {namespace} -i -t' command\n"
        )
    };
    let said = if streams.quiet { String::new() } else { SAID.to_owned() };
    ContainerAct::Attach { target, streams, shows_log, said, farewell }
}

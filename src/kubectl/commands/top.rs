//! `kubectl top`: nobody measures the sandbox's containers.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/top on a cluster without a metrics server, Kubernetes v1.36.
//! Left out: everything that such a server would answer.

use super::shared_flags::{ALL_NAMESPACES, SELECTOR};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;

const FLAGS: &[Flag] = &[
    Flag::text("sort-by", "", "cpu or memory."),
    Flag::switch("no-headers", "Prints no headers."),
    Flag::switch("containers", "Prints each container."),
    Flag::switch("sum", "Prints the sum."),
];

const fn top(name: &'static str, aliases: &'static [&'static str], short: &'static str) -> Command {
    Command {
        name,
        aliases,
        short,
        usage: "[NAME | -l label]",
        flags: &[FLAGS, SELECTOR, ALL_NAMESPACES],
        run: Some(run),
        ..Command::EMPTY
    }
}

/// `kubectl top`
pub const COMMAND: Command = Command {
    name: "top",
    short: "Display resource (CPU/memory) usage",
    doc: "Shows what nodes and pods use, where a metrics server measures it. The sandbox's containers use nothing.",
    usage: "SUBCOMMAND",
    suggest_for: &["stats"],
    subcommands: &[
        top("node", &["nodes", "no"], "Display resource (CPU/memory) usage of nodes"),
        top("pod", &["pods", "po"], "Display resource (CPU/memory) usage of pods"),
    ],
    ..Command::EMPTY
};

fn run(_: &mut Context<'_>) -> Result<Step, CommandError> {
    let hint = "a real cluster answers the same until a metrics server is installed; the sandbox has none";
    Err(CommandError::plain("Metrics API not available").with_hint(Some(hint.to_owned())))
}

//! `kubectl top`: nobody measures the sandbox's containers.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/top on a cluster without a metrics server, Kubernetes v1.36.
//! Left out: everything that such a server would answer.

use super::shared_flags::{ALL_NAMESPACES, FIELD_SELECTOR, SELECTOR};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;

const FLAGS: &[Flag] = &[
    Flag::text("sort-by", "", "cpu or memory."),
    Flag::switch("no-headers", "Prints no headers."),
    Flag::switch("show-swap", "Prints swap too."),
    Flag::switch("use-protocol-buffers", "How the metrics server is asked.").default("true"),
];
const POD: &[Flag] =
    &[Flag::switch("containers", "Prints each container."), Flag::switch("sum", "Prints the sum.")];
const NODE: &[Flag] =
    &[Flag::switch("show-capacity", "Measures by what the nodes have, not by what they give.")];

const fn top(
    name: &'static str,
    aliases: &'static [&'static str],
    short: &'static str,
    flags: &'static [&'static [Flag]],
) -> Command {
    Command { name, aliases, short, usage: "[NAME | -l label]", flags, run: Some(run), ..Command::EMPTY }
}

/// `kubectl top`
pub const COMMAND: Command = Command {
    name: "top",
    short: "Display resource (CPU/memory) usage",
    doc: "Shows what nodes and pods use, where a metrics server measures it. The sandbox's containers use nothing.",
    usage: "SUBCOMMAND",
    suggest_for: &["stats"],
    subcommands: &[
        top(
            "node",
            &["nodes", "no"],
            "Display resource (CPU/memory) usage of nodes",
            &[FLAGS, NODE, SELECTOR],
        ),
        top(
            "pod",
            &["pods", "po"],
            "Display resource (CPU/memory) usage of pods",
            &[FLAGS, POD, SELECTOR, FIELD_SELECTOR, ALL_NAMESPACES],
        ),
    ],
    ..Command::EMPTY
};

fn run(_: &mut Context<'_>) -> Result<Step, CommandError> {
    let hint = "a real cluster answers the same until a metrics server is installed; the sandbox has none";
    Err(CommandError::plain("Metrics API not available").with_hint(Some(hint.to_owned())))
}

//! `kubectl drain`: empties a node: no new pods, and those that run there are evicted.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go and pkg/drain, Kubernetes v1.36.
//!
//! - `filters`: which pods go. `evicting`: one pod. `nodes`: one node after the other.

mod filters;
mod preview;
mod evicting;
mod nodes;

pub use preview::{DrainOptions, Fate, PreviewRow, preview};

use super::cordon::cordon_all;
use super::shared_flags::{CHUNKS, DRY_RUN, SELECTOR};
use super::waiters::block;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_selector::LabelQuery;
use crate::kubectl::result::ResultPrinter;
use evicting::Terms;
use filters::Options;
use nodes::Drain;

const FLAGS: &[Flag] = &[
    Flag::switch("force", "Deletes also pods that no controller would make anew."),
    Flag::switch("ignore-daemonsets", "Leaves the pods of DaemonSets where they are."),
    Flag::switch("delete-emptydir-data", "Deletes also pods whose emptyDir volumes are lost with them."),
    Flag::number("grace-period", "-1", "Seconds that each pod gets to end; negative for its own."),
    Flag::duration("timeout", "0s", "How long to try; 0 means as long as it takes."),
    Flag::text("pod-selector", "", "Only pods with these labels."),
    Flag::switch("disable-eviction", "Deletes instead of evicting, so that no budget is asked."),
    Flag::number(
        "skip-wait-for-delete-timeout",
        "0",
        "Does not wait for pods that have been ending this long.",
    ),
];

/// `kubectl drain`
pub const COMMAND: Command = Command {
    name: "drain",
    short: "Drain node in preparation for maintenance",
    doc: "Keeps new pods off a node and evicts those that run there, then waits until they are gone. An eviction that a \
          disruption budget refuses is tried again every five seconds.",
    usage: "NODE",
    examples: "# Empty node-1\nkubectl drain node-1 --ignore-daemonsets\n\n# Give up after a minute\nkubectl drain node-1 \
               --timeout=60s",
    flags: &[FLAGS, SELECTOR, DRY_RUN, CHUNKS],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let printer = ResultPrinter::of(context)?;
    let pod_selector = LabelQuery::parse(context.flags.text("pod-selector"))
        .ok()
        .ok_or_else(|| CommandError::plain("--pod-selector=<pod_selector> must be a valid label selector"))?;
    let nodes = cordon_all(context, "drain", true)?;
    let on = |name: &str| context.flags.switch(name);
    let options = Options {
        force: on("force"),
        ignore_daemon_sets: on("ignore-daemonsets"),
        delete_empty_dir: on("delete-emptydir-data"),
        skip_after_seconds: context.flags.number("skip-wait-for-delete-timeout"),
        pod_selector,
    };
    let grace_period = context.flags.number("grace-period");
    let terms = Terms {
        printer,
        grace_period: (grace_period >= 0).then_some(grace_period),
        timeout_ms: context.flags.duration_ms("timeout"),
        deletes: on("disable-eviction"),
        skip_after_seconds: options.skip_after_seconds,
    };
    Ok(block(context, Drain::new(nodes, options, terms)))
}

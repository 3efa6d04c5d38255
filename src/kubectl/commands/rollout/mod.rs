//! `kubectl rollout`: how far an update is, what came before it, and the way back.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/rollout, Kubernetes v1.36.

mod daemon_set;
mod deployment;
mod history;
mod pause;
mod restart;
mod revisions;
mod status;
mod status_text;
mod undo;

use crate::api::Kind;
use crate::kubectl::command::{Command, Context};
use crate::kubectl::error::CommandError;
use crate::kubectl::quote::quote;
use crate::kubectl::selection::{Picks, Selection};

/// `kubectl rollout`
pub const COMMAND: Command = Command {
    name: "rollout",
    short: "Manage the rollout of a resource",
    doc: "Follows an update to its end, shows the revisions before it, and goes back to one of them.",
    usage: "SUBCOMMAND",
    examples: "# Follow an update\nkubectl rollout status sts/web\n\n# Go back to the revision before\nkubectl rollout \
               undo sts/web",
    subcommands: &[
        history::COMMAND,
        pause::PAUSE,
        pause::RESUME,
        undo::COMMAND,
        status::COMMAND,
        restart::COMMAND,
    ],
    ..Command::EMPTY
};

/// The objects that a command of the group speaks of.
fn pick(context: &mut Context<'_>) -> Result<Picks, CommandError> {
    if context.args().is_empty() && !context.names_files() {
        return Err(CommandError::plain("required resource not specified"));
    }
    Selection::of(context).type_alone(true).latest().pick(context)
}

/// Why there are no revisions of a kind: whether one that could have some, or another (`kind_visitor.go`).
fn without_history(kind: Kind, what: &str, retrieved: &str) -> CommandError {
    let group = kind.resource().group;
    let full = quote(&if group.is_empty() { kind.to_string() } else { format!("{kind}.{group}") });
    CommandError::plain(if matches!(kind, Kind::Pod | Kind::ReplicaSet) {
        format!("no {what} has been implemented for {full}")
    } else {
        format!("error retrieving {retrieved} for {full}, no visitor method exists for {{{group} {kind}}}")
    })
}

fn positive_revision(context: &Context<'_>) -> Result<i64, CommandError> {
    match context.flags.number("revision") {
        revision if revision < 0 => {
            Err(CommandError::plain(format!("revision must be a positive integer: {revision}")))
        }
        revision => Ok(revision),
    }
}

/// Tells that a selector or type picked nothing.
fn tell_nothing_found(context: &mut Context<'_>) {
    let text = format!("No resources found in {} namespace.\n", context.namespace());
    context.err(&text);
}

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

use serde_json::Value;

use crate::api::Kind;
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::wire;
use crate::kubectl::quote::quote;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::{Picked, Picks, Selection};

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

/// Changes each object that is picked (`RunPause`, `RunResume`, `RunRestart`, which are alike).
fn change_each(
    context: &mut Context<'_>,
    change: impl Fn(&mut Context<'_>, &Picked, &mut ResultPrinter) -> Result<(), CommandError>,
) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let picks = pick(context)?;
    let mut errors = picks.errors;
    if picks.items.is_empty() && errors.is_empty() {
        tell_nothing_found(context);
        return Ok(Step::Done);
    }
    let is_list = !errors.is_empty() && context.names_files();
    for picked in &picks.items {
        errors.extend(change(context, picked, &mut printer).err());
    }
    CommandError::listed(errors, is_list)?;
    Ok(Step::Done)
}

/// Sends a change of one of them, and says what was done.
fn patch(
    context: &mut Context<'_>,
    picked: &Picked,
    patch: Value,
    (printer, done): (&mut ResultPrinter, &str),
) -> Result<(), CommandError> {
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Strategic,
        patch,
        subresource: Subresource::Main,
        dry_run: false,
        drops_unknown: false,
    };
    let object = context
        .send(request)
        .map_err(|error| CommandError::plain(format!("failed to patch: {}", error.message)))?;
    printer.print(context, &wire(&object), done)
}

/// `error: deployments.apps "web" is already paused`
fn refused(picked: &Picked, why: &str) -> CommandError {
    let resource = picked.key.kind.group_resource();
    CommandError::plain(format!("error: {resource} {} {why}", quote(&picked.key.name)))
}

/// Why there are no revisions of a kind: whether one that could have some, or another (`kind_visitor.go`).
fn without_history(kind: Kind, what: &str, retrieved: &str) -> CommandError {
    let (group, full) = (kind.resource().group, quote(&kind.group_kind()));
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

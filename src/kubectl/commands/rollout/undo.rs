//! `kubectl rollout undo`: brings an earlier template back.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_undo.go` and polymorphichelpers/rollback.go,
//! Kubernetes v1.36.

use super::{deployment, revisions};
use crate::api::Kind;
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::apply::LAST_APPLIED;
use crate::kubectl::commands::shared_flags::{DRY_RUN, FILES, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers::describe::pod_template::pod_template;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::Picked;

const FLAGS: &[Flag] =
    &[Flag::number("to-revision", "0", "The revision to go back to; 0 for the one before the last.")];

/// `kubectl rollout undo`
pub(super) const COMMAND: Command = Command {
    name: "undo",
    short: "Undo a previous rollout",
    doc: "Brings the template of an earlier revision back; it then is the newest revision.",
    usage: "(TYPE NAME | TYPE/NAME) [flags]",
    examples: "# The revision before\nkubectl rollout undo sts/web\n\n# Revision 3\nkubectl rollout undo sts/web \
               --to-revision=3",
    flags: &[FLAGS, FILES, SELECTOR, DRY_RUN, RESULT],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let picks = super::pick(context)?;
    let mut errors = picks.errors;
    for picked in picks.items {
        if let Err(error) = undo(context, &picked, &mut printer) {
            errors.push(error);
        }
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn undo(context: &mut Context<'_>, picked: &Picked, printer: &mut ResultPrinter) -> Result<(), CommandError> {
    let is_applied =
        picked.object.as_ref().is_some_and(|object| object.meta().annotations.contains_key(LAST_APPLIED));
    if is_applied {
        context.err(&format!(
            "Warning: resource {} was previously managed with 'kubectl apply'. Rolling back will not update the \
             {LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. \
             Consider using 'kubectl apply' with your previous configuration file instead.\n",
            picked.object_name()
        ));
    }
    let wanted = context.flags.number("to-revision");
    let result = match picked.key.kind {
        Kind::StatefulSet | Kind::DaemonSet => roll_back(context, picked, printer)?,
        Kind::Deployment => deployment::roll_back(context, picked, wanted, printer.dry_run())?,
        kind => return Err(super::without_history(kind, "rollbacker", "rollbacker")),
    };
    printer.print(context, &picked.value(), &result)
}

fn roll_back(
    context: &mut Context<'_>,
    picked: &Picked,
    printer: &mut ResultPrinter,
) -> Result<String, CommandError> {
    let wanted = context.flags.number("to-revision");
    let not_found = || CommandError::plain(format!("unable to find specified revision {wanted} in history"));
    if wanted < 0 {
        return Err(not_found());
    }
    let (set, history) = revisions::of(context.api, &picked.key)?;
    if wanted == 0 && history.len() <= 1 {
        return Err(CommandError::plain("no last revision to roll back to"));
    }
    let revision = match wanted {
        0 => history.iter().rev().nth(1),
        _ => history.iter().find(|revision| revision.revision == wanted),
    };
    let revision = revision.ok_or_else(not_found)?;
    if printer.dry_run() == DryRun::Client {
        let applied = revisions::applied(&set, revision)?;
        let template = applied.get("spec").and_then(|spec| spec.get("template")).cloned().unwrap_or_default();
        return Ok(format!("will roll back to {}", pod_template(&template)));
    }
    if revisions::matches(&set, revision) {
        return Ok(format!("skipped rollback (current template already matches revision {wanted})"));
    }
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Strategic,
        patch: revision.data.clone(),
        subresource: Subresource::Main,
        dry_run: printer.dry_run().is_server(),
        drops_unknown: false,
    };
    context.send(request).map_err(|error| {
        CommandError::plain(format!("failed restoring revision {wanted}: {}", error.message))
    })?;
    Ok("rolled back".to_owned())
}

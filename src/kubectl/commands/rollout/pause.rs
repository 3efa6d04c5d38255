//! `kubectl rollout pause` and `resume`: only Deployments can be paused.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_pause.go` and `rollout_resume.go`, Kubernetes
//! v1.36. Left out: Deployments, which are not served yet.

use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{FILES, IGNORED, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::quote::quote;
use crate::kubectl::result::ResultPrinter;

/// `kubectl rollout pause`
pub(super) const PAUSE: Command = Command {
    name: "pause",
    short: "Mark the provided resource as paused",
    doc: "Stops the controller of a Deployment from acting on it. StatefulSets cannot be paused; a partition holds their \
          update instead.",
    usage: "RESOURCE",
    flags: &[FILES, SELECTOR, RESULT, IGNORED],
    run: Some(pause),
    ..Command::EMPTY
};

/// `kubectl rollout resume`
pub(super) const RESUME: Command = Command {
    name: "resume",
    short: "Resume a paused resource",
    doc: "Lets the controller of a paused Deployment act again.",
    usage: "RESOURCE",
    flags: &[FILES, SELECTOR, RESULT, IGNORED],
    run: Some(resume),
    ..Command::EMPTY
};

fn pause(context: &mut Context<'_>) -> Result<Step, CommandError> {
    refuse_all(context, "pausing is not supported")
}

fn resume(context: &mut Context<'_>) -> Result<Step, CommandError> {
    refuse_all(context, "resuming is not supported")
}

fn refuse_all(context: &mut Context<'_>, why: &str) -> Result<Step, CommandError> {
    ResultPrinter::of(context)?;
    let picks = super::pick(context)?;
    let mut errors = picks.errors;
    if picks.items.is_empty() && errors.is_empty() {
        super::tell_nothing_found(context);
        return Ok(Step::Done);
    }
    errors.extend(picks.items.iter().map(|picked| {
        let resource = picked.key.kind.group_resource();
        CommandError::plain(format!("error: {resource} {} {why}", quote(&picked.key.name)))
    }));
    CommandError::all(errors)?;
    Ok(Step::Done)
}

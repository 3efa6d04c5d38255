//! `kubectl rollout pause` and `resume`: only Deployments can be paused.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_pause.go` and `rollout_resume.go`, Kubernetes
//! v1.36.

use serde_json::json;

use crate::api::Object;
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{FILES, IGNORED, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::wire;
use crate::kubectl::quote::quote;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::Picked;

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
    set_all(context, true)
}

fn resume(context: &mut Context<'_>) -> Result<Step, CommandError> {
    set_all(context, false)
}

fn set_all(context: &mut Context<'_>, paused: bool) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let picks = super::pick(context)?;
    if picks.items.is_empty() {
        CommandError::listed(picks.errors, context.names_files())?;
        super::tell_nothing_found(context);
        return Ok(Step::Done);
    }
    let mut errors = picks.errors;
    let is_list = !errors.is_empty() && context.names_files();
    for picked in picks.items {
        if let Err(error) = set(context, &picked, paused, &mut printer) {
            errors.push(error);
        }
    }
    CommandError::listed(errors, is_list)?;
    Ok(Step::Done)
}

fn set(
    context: &mut Context<'_>,
    picked: &Picked,
    paused: bool,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let why_not = match (&picked.object, paused) {
        (Some(Object::Deployment(deployment)), true) if deployment.spec.paused => "is already paused",
        (Some(Object::Deployment(deployment)), false) if !deployment.spec.paused => "is not paused",
        (Some(Object::Deployment(_)), _) => "",
        (_, true) => "pausing is not supported",
        (_, false) => "resuming is not supported",
    };
    if !why_not.is_empty() {
        let resource = picked.key.kind.group_resource();
        let name = quote(&picked.key.name);
        return Err(CommandError::plain(format!("error: {resource} {name} {why_not}")));
    }
    let value = if paused { json!(true) } else { json!(null) };
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Strategic,
        patch: json!({"spec": {"paused": value}}),
        subresource: Subresource::Main,
        dry_run: false,
        drops_unknown: false,
    };
    let object = context
        .send(request)
        .map_err(|error| CommandError::plain(format!("failed to patch: {}", error.message)))?;
    printer.print(context, &wire(&object), if paused { "paused" } else { "resumed" })
}

//! `kubectl rollout pause` and `resume`: only Deployments can be paused.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_pause.go` and `rollout_resume.go`, Kubernetes
//! v1.36.

use serde_json::json;

use super::{change_each, patch, refused};
use crate::api::Object;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{FILES, IGNORED, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
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
    change_each(context, |context, picked, printer| set(context, picked, true, printer))
}

fn resume(context: &mut Context<'_>) -> Result<Step, CommandError> {
    change_each(context, |context, picked, printer| set(context, picked, false, printer))
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
        return Err(refused(picked, why_not));
    }
    let (value, done) = if paused { (json!(true), "paused") } else { (json!(null), "resumed") };
    patch(context, picked, json!({"spec": {"paused": value}}), (printer, done))
}

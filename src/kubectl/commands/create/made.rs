//! One object from a few words: sent, or only printed.
//!
//! Models the `Run` methods of staging/src/k8s.io/kubectl/pkg/cmd/create, Kubernetes v1.36, which are alike.

use serde_json::Value;

use super::super::apply::with_last_applied;
use crate::api::{Kind, schema};
use crate::apiserver::{Body, Request};
use crate::kubectl::command::{Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::kustomize::append_hash;
use crate::kubectl::objects::{set_at, wire};
use crate::kubectl::result::{DryRun, ResultPrinter};

/// `--append-hash`
pub(super) const APPEND_HASH: &[Flag] =
    &[Flag::switch("append-hash", "Appends a hash of what it holds to the name.")];

/// The one argument (`NameFromCommandArgs`); what follows `--` is no name.
pub(super) fn name(context: &Context<'_>) -> Result<String, CommandError> {
    let count = context.flags.args_before_dashes.unwrap_or(context.args().len());
    match context.args().first() {
        Some(name) if count == 1 => Ok(name.clone()),
        _ => Err(context.usage_error(&format!("exactly one NAME is required, got {count}"))),
    }
}

/// Makes the object and prints it, or `created`. `failed` is what a refusal begins with; without it the
/// server's own word is printed.
pub(super) fn make(
    context: &mut Context<'_>,
    kind: Kind,
    manifest: Value,
    failed: Option<&str>,
) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let value = send(context, kind, manifest, printer.dry_run(), failed)?;
    printer.print(context, &value, "created")?;
    Ok(Step::Done)
}

/// Makes the object; what it then is.
pub(in crate::kubectl::commands) fn send(
    context: &mut Context<'_>,
    kind: Kind,
    mut manifest: Value,
    dry_run: DryRun,
    failed: Option<&str>,
) -> Result<Value, CommandError> {
    let resource = kind.resource();
    set_at(&mut manifest, &["apiVersion"], kind.api_version().into());
    set_at(&mut manifest, &["kind"], resource.kind.into());
    if kind.is_namespaced() && context.namespace_is_given() {
        set_at(&mut manifest, &["metadata", "namespace"], context.namespace().into());
    }
    if context.flags.switch("append-hash") {
        append_hash(&mut manifest);
    }
    if context.flags.switch("save-config") {
        manifest = with_last_applied(&manifest);
    }
    if dry_run == DryRun::Client {
        // kubectl prints the typed object here, with the empty structs that it has.
        let api_version = kind.api_version();
        return Ok(schema::encode::encode(&manifest, &api_version, resource.kind).unwrap_or(manifest));
    }
    let namespace = if kind.is_namespaced() { context.namespace() } else { String::new() };
    let request =
        Request::Create { kind, namespace, body: Body::Manifest(manifest), dry_run: dry_run.is_server() };
    let made = context.send(request).map_err(|error| match failed {
        Some(failed) => CommandError::plain(format!("{failed} {}", error.message)),
        None => error.into(),
    })?;
    Ok(wire(&made))
}

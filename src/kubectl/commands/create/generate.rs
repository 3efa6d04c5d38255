//! `kubectl create namespace`, `configmap`, `serviceaccount`: small objects from a few words.
//!
//! Models `create_namespace.go`, `create_configmap.go` and `create_serviceaccount.go` of
//! kubectl/pkg/cmd/create, Kubernetes v1.36. Left out: `--append-hash`, `--from-env-file`, binary files.

use serde_json::{Map, Value, json};

use super::create_one;
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{DRY_RUN, IGNORED, RESULT, VALIDATE};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};

/// `kubectl create namespace`
pub(super) const NAMESPACE: Command = Command {
    name: "namespace",
    aliases: &["ns"],
    short: "Create a namespace with the specified name",
    usage: "NAME [--dry-run=server|client|none]",
    examples: "# A namespace called staging\nkubectl create namespace staging",
    flags: &[DRY_RUN, RESULT, IGNORED, VALIDATE],
    run: Some(namespace),
    ..Command::EMPTY
};

/// `kubectl create configmap`
pub(super) const CONFIG_MAP: Command = Command {
    name: "configmap",
    aliases: &["cm"],
    short: "Create a config map from a local file, directory or literal value",
    usage: "NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none]",
    examples: "# Two values\nkubectl create configmap settings --from-literal=color=blue --from-literal=size=3",
    flags: &[CONFIG_MAP_FLAGS, DRY_RUN, RESULT, IGNORED, VALIDATE],
    run: Some(config_map),
    ..Command::EMPTY
};

const CONFIG_MAP_FLAGS: &[Flag] = &[
    Flag::list("from-file", "A file whose text becomes the value of its name, or KEY=FILE."),
    Flag::array("from-literal", "KEY=VALUE"),
];

/// `kubectl create serviceaccount`
pub(super) const SERVICE_ACCOUNT: Command = Command {
    name: "serviceaccount",
    aliases: &["sa"],
    short: "Create a service account with the specified name",
    usage: "NAME [--dry-run=server|client|none]",
    examples: "# A service account called builder\nkubectl create serviceaccount builder",
    flags: &[DRY_RUN, RESULT, IGNORED, VALIDATE],
    run: Some(service_account),
    ..Command::EMPTY
};

/// The one argument (`NameFromCommandArgs`).
pub(super) fn name(context: &Context<'_>) -> Result<String, CommandError> {
    match context.args() {
        [name] => Ok(name.clone()),
        args => Err(context.usage_error(&format!("exactly one NAME is required, got {}", args.len()))),
    }
}

fn namespace(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    let mut printer = ResultPrinter::of(context)?;
    let manifest = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    create_one(context, Kind::Namespace, "", manifest, &mut printer)?;
    Ok(Step::Done)
}

fn namespaced(
    context: &mut Context<'_>,
    kind: Kind,
    name: &str,
    fields: Option<Map<String, Value>>,
) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of(context)?;
    let namespace = context.namespace();
    let mut manifest = json!({"apiVersion": "v1", "kind": kind.resource().kind, "metadata": {"name": name}});
    // A namespace that was not typed is left to the request, and so is not printed by a dry run of the
    // client.
    if context.namespace_is_given() || printer.dry_run() != DryRun::Client {
        crate::kubectl::objects::set_at(&mut manifest, &["metadata", "namespace"], namespace.as_str().into());
    }
    if let Some(fields) = fields {
        crate::kubectl::objects::set_at(&mut manifest, &["data"], Value::Object(fields));
    }
    create_one(context, kind, &namespace, manifest, &mut printer)?;
    Ok(Step::Done)
}

fn service_account(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    namespaced(context, Kind::ServiceAccount, &name, None)
}

fn config_map(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    let mut fields = Map::new();
    for source in context.flags.list("from-file").to_vec() {
        let (key, path) = match source.split_once('=') {
            Some((key, path)) => (key.to_owned(), path.to_owned()),
            None => (source.rsplit('/').next().unwrap_or(&source).to_owned(), source.clone()),
        };
        let text = context
            .session
            .file(&path)
            .ok_or_else(|| CommandError::plain(format!("error reading {path}: no such file or directory")))?;
        add(&mut fields, key, text.to_owned())?;
    }
    for literal in context.flags.list("from-literal").to_vec() {
        let Some((key, value)) = literal.split_once('=') else {
            return Err(CommandError::plain(format!("invalid literal source {literal}, expected key=value")));
        };
        add(&mut fields, key.to_owned(), value.to_owned())?;
    }
    let fields = (!fields.is_empty()).then_some(fields);
    namespaced(context, Kind::ConfigMap, &name, fields)
}

fn add(fields: &mut Map<String, Value>, key: String, value: String) -> Result<(), CommandError> {
    if fields.contains_key(&key) {
        return Err(CommandError::plain(format!(
            "cannot add key {}, another key by that name already exists in Data for ConfigMap",
            quote(&key)
        )));
    }
    fields.insert(key, value.into());
    Ok(())
}

//! `kubectl create namespace`, `configmap`, `serviceaccount`: small objects from a few words.
//!
//! Models `create_namespace.go`, `create_configmap.go` and `create_serviceaccount.go` of
//! kubectl/pkg/cmd/create, Kubernetes v1.36. Left out: binary files.

use serde_json::{Map, Value, json};

use super::made::{APPEND_HASH, make, name};
use super::sources::{self, SOURCES};
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{DRY_RUN, IGNORED, RESULT, SAVE_CONFIG, VALIDATE};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::set_at;
use crate::kubectl::quote::quote;

/// `kubectl create namespace`
pub(super) const NAMESPACE: Command = Command {
    name: "namespace",
    aliases: &["ns"],
    short: "Create a namespace with the specified name",
    usage: "NAME [--dry-run=server|client|none]",
    examples: "# A namespace called staging\nkubectl create namespace staging",
    flags: &[SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
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
    flags: &[SOURCES, APPEND_HASH, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
    run: Some(config_map),
    ..Command::EMPTY
};

/// `kubectl create serviceaccount`
pub(super) const SERVICE_ACCOUNT: Command = Command {
    name: "serviceaccount",
    aliases: &["sa"],
    short: "Create a service account with the specified name",
    usage: "NAME [--dry-run=server|client|none]",
    examples: "# A service account called builder\nkubectl create serviceaccount builder",
    flags: &[SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
    run: Some(service_account),
    ..Command::EMPTY
};

fn namespace(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    make(context, Kind::Namespace, json!({"metadata": {"name": name}}), None)
}

fn service_account(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    let manifest = json!({"metadata": {"name": name}});
    make(context, Kind::ServiceAccount, manifest, Some("failed to create serviceaccount:"))
}

fn config_map(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    sources::check(context)?;
    let mut pairs = sources::files(context, None)?;
    pairs.extend(sources::literals(context)?);
    pairs.extend(sources::env_files(context)?);
    let mut data = Map::new();
    for (key, value) in pairs {
        let errors = sources::key_errors(&key);
        if !errors.is_empty() {
            return Err(CommandError::plain(format!(
                "{} is not a valid key name for a ConfigMap: {}",
                quote(&key),
                errors.join(",")
            )));
        }
        if data.insert(key.clone(), value.into()).is_some() {
            return Err(CommandError::plain(format!(
                "cannot add key {}, another key by that name already exists in Data for ConfigMap {}",
                quote(&key),
                quote(&name)
            )));
        }
    }
    let mut manifest = json!({"metadata": {"name": name}});
    if !data.is_empty() {
        set_at(&mut manifest, &["data"], Value::Object(data));
    }
    make(context, Kind::ConfigMap, manifest, Some("failed to create configmap:"))
}

//! `kubectl create secret`: secrets of three types from files and words.
//!
//! Models `create_secret.go`, `create_secret_tls.go` and `create_secret_docker.go` of
//! staging/src/k8s.io/kubectl/pkg/cmd/create, Kubernetes v1.36. Left out: whether a certificate and a key
//! fit together.

use serde_json::{Map, Value, json};

use super::made::{APPEND_HASH, make, name};
use super::sources::{self, Pair, SOURCES};
use crate::api::Kind;
use crate::base64;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{DRY_RUN, IGNORED, RESULT, SAVE_CONFIG, VALIDATE};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::objects::set_at;
use crate::kubectl::quote::quote;

const DOCKER_KEY: &str = ".dockerconfigjson";

const TYPE: &[Flag] = &[Flag::text("type", "", "The secret's type; Opaque by itself.")];
const TLS_FILES: &[Flag] = &[
    Flag::text("cert", "", "The file with the certificate."),
    Flag::text("key", "", "The file with the certificate's private key."),
];
const DOCKER: &[Flag] = &[
    Flag::text("docker-username", "", "The name to sign in with."),
    Flag::text("docker-password", "", "The password to sign in with."),
    Flag::text("docker-email", "", "The address that belongs to it."),
    Flag::text("docker-server", "https://index.docker.io/v1/", "Where to sign in."),
    Flag::list("from-file", "A file with such credentials already."),
];

/// `kubectl create secret`
pub(super) const SECRET: Command = Command {
    name: "secret",
    short: "Create a secret using a specified subcommand",
    doc: "Makes a secret: of files and words (generic), of a certificate (tls), or for a registry (docker-registry).",
    usage: "(docker-registry | generic | tls)",
    subcommands: &[
        Command {
            name: "docker-registry",
            short: "Create a secret for use with a Docker registry",
            doc: "Makes a secret with which nodes may pull images from a registry.",
            usage: "NAME --docker-username=user --docker-password=password --docker-email=email \
                    [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none]",
            flags: &[DOCKER, APPEND_HASH, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
            run: Some(docker_registry),
            ..Command::EMPTY
        },
        Command {
            name: "tls",
            short: "Create a TLS secret",
            doc: "Makes a secret of a certificate and its private key.",
            usage: "NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none]",
            flags: &[TLS_FILES, APPEND_HASH, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
            run: Some(tls),
            ..Command::EMPTY
        },
        Command {
            name: "generic",
            short: "Create a secret from a local file, directory, or literal value",
            doc: "Makes a secret of files and words. Its values are shown encoded, not encrypted.",
            usage: "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] \
                    [--dry-run=server|client|none]",
            examples: "# Two values\nkubectl create secret generic my-secret --from-literal=user=admin \
                       --from-literal=password=topsecret",
            flags: &[SOURCES, TYPE, APPEND_HASH, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
            run: Some(generic),
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

fn generic(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    sources::check(context)?;
    let mut pairs = sources::literals(context)?;
    pairs.extend(sources::files(context, None)?);
    pairs.extend(sources::env_files(context)?);
    let type_ = context.flags.text("type").to_owned();
    secret(context, &name, &type_, pairs)
}

fn tls(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    let (cert, key) = (context.flags.text("cert").to_owned(), context.flags.text("key").to_owned());
    if key.is_empty() || cert.is_empty() {
        return Err(CommandError::plain("key and cert must be specified"));
    }
    let read = |path: &str| {
        let text = context.session.file(path).map(str::to_owned);
        text.ok_or_else(|| {
            CommandError::plain(format!("Cannot read file {path}, open {path}: no such file or directory"))
        })
    };
    let pairs = vec![("tls.crt".to_owned(), read(&cert)?), ("tls.key".to_owned(), read(&key)?)];
    secret(context, &name, "kubernetes.io/tls", pairs)
}

fn docker_registry(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    let text = |flag: &str| context.flags.text(flag);
    let (user, password) = (text("docker-username"), text("docker-password"));
    let (server, email) = (text("docker-server"), text("docker-email"));
    let files = sources::files(context, Some(DOCKER_KEY))?;
    if files.is_empty() && (user.is_empty() || password.is_empty() || server.is_empty()) {
        return Err(CommandError::plain(
            "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required",
        ));
    }
    let pairs = if files.is_empty() {
        vec![(DOCKER_KEY.to_owned(), docker_config(server, user, password, email))]
    } else {
        files
    };
    secret(context, &name, "kubernetes.io/dockerconfigjson", pairs)
}

/// The content of `~/.docker/config.json`, its fields in Go's order.
fn docker_config(server: &str, user: &str, password: &str, email: &str) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let auth = base64::encode(format!("{user}:{password}").as_bytes());
    let fields = [("username", user), ("password", password), ("email", email), ("auth", &auth)];
    let fields: Vec<String> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| format!("\"{field}\":{}", quoted(value)))
        .collect();
    format!("{{\"auths\":{{{}:{{{}}}}}}}", quoted(server), fields.join(","))
}

fn secret(
    context: &mut Context<'_>,
    name: &str,
    type_: &str,
    pairs: Vec<Pair>,
) -> Result<Step, CommandError> {
    let mut data = Map::new();
    for (key, value) in pairs {
        let errors = sources::key_errors(&key);
        if !errors.is_empty() {
            return Err(CommandError::plain(format!(
                "{} is not valid key name for a Secret {}",
                quote(&key),
                errors.join(";")
            )));
        }
        if data.insert(key.clone(), base64::encode(value.as_bytes()).into()).is_some() {
            return Err(CommandError::plain(format!(
                "cannot add key {key}, another key by that name already exists"
            )));
        }
    }
    let mut manifest = json!({"metadata": {"name": name}});
    if !data.is_empty() {
        set_at(&mut manifest, &["data"], Value::Object(data));
    }
    if !type_.is_empty() {
        set_at(&mut manifest, &["type"], type_.into());
    }
    make(context, Kind::Secret, manifest, Some("failed to create secret"))
}

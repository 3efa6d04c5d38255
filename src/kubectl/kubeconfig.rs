//! The flags that choose from the kubeconfig: there is one context, one cluster and one user.
//!
//! Models `DirectClientConfig`, staging/src/k8s.io/client-go/tools/clientcmd/client_config.go, Kubernetes
//! v1.36: a name that the kubeconfig does not have is refused when a command first needs it, and so is a
//! server that is not this one. Left out: what
//! a file of `--kubeconfig` says but for its type; commands that read their arguments before that.

use std::net::IpAddr;

use super::commands::config::{NAME, SERVER};
use super::error::CommandError;
use super::flags::Parsed;
use super::formats;
use super::go_duration;
use super::objects::text_at;
use super::quote::quote;
use super::session::Session;

/// Commands that ask for the namespace before they make a client, which words two refusals differently.
const ASK_FOR_NAMESPACE: &[&str] = &[
    "get",
    "describe",
    "apply view-last-applied",
    "apply set-last-applied",
    "set image",
    "set resources",
    "set serviceaccount",
    "edit",
    "delete",
    "rollout",
    "scale",
    "top pod",
    "taint",
    "logs",
    "attach",
    "patch",
    "label",
    "annotate",
    "events",
];

/// What client-go calls the types that a kubeconfig may have.
const SCHEME: &str = "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50";

/// Whom a terminal asks for the addresses of names.
const NAME_SERVER: &str = "127.0.0.53:53";

/// Commands that need no cluster.
const LOCAL: &[&str] = &["config", "kustomize", "completion", "options"];

/// Refuses what the kubeconfig does not have.
///
/// # Errors
/// kubectl's words.
pub fn check(path: &str, flags: &Parsed, session: &Session) -> Result<(), CommandError> {
    let command = path.strip_prefix("kubectl ").unwrap_or_default();
    let is_one_of = |commands: &[&str]| {
        let is_named = |rest: &str| rest.is_empty() || rest.starts_with(' ');
        commands.iter().any(|name| command.strip_prefix(name).is_some_and(is_named))
    };
    if is_one_of(LOCAL) || command == "version" && flags.switch("client") {
        return Ok(());
    }
    let namespace_first =
        is_one_of(ASK_FOR_NAMESPACE) && flags.text("namespace").is_empty() && !flags.is_given("raw");
    let refuse = |message: String| Err(CommandError::plain(message));
    let unknown = |flag: &str| Some(flags.text(flag)).filter(|name| !name.is_empty() && *name != NAME);
    let file = flags.text("kubeconfig");
    match session.file(file) {
        None if !file.is_empty() => return refuse(format!("stat {file}: no such file or directory")),
        Some(text) => load(text).map_err(|why| {
            CommandError::plain(format!("error loading config file {}: {why}", quote(file)))
        })?,
        None => {}
    }
    if let Some(context) = unknown("context") {
        if namespace_first {
            let message = format!("context was not found for specified context: {context}");
            return Err(CommandError::Configuration(message));
        }
        return refuse(format!("context {} does not exist", quote(context)));
    }
    if let Some(cluster) = unknown("cluster") {
        return refuse(if namespace_first {
            format!("no server found for cluster {}", quote(cluster))
        } else {
            format!("cluster {} does not exist", quote(cluster))
        });
    }
    if let Some(user) = unknown("user") {
        return refuse(format!("auth info {} does not exist", quote(user)));
    }
    if timeout_ms(flags.text("request-timeout")).is_none() {
        return refuse(
            "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a \
             corresponding time unit (e.g. 1s | 2m | 3h)"
                .to_owned(),
        );
    }
    // What is made of a few words and only printed needs nobody.
    if command.starts_with("create ") && flags.text("dry-run") == "client" {
        return Ok(());
    }
    connect(flags.text("server"))
}

/// Decodes a kubeconfig as far as its type; what says neither version nor kind is taken for one.
fn load(text: &str) -> Result<(), String> {
    let value = formats::value(text)?;
    let or = |field: &str, default: &str| match text_at(&value, &[field]) {
        "" => default.to_owned(),
        given => given.to_owned(),
    };
    let (version, kind) = (or("apiVersion", "v1"), or("kind", "Config"));
    if (version.as_str(), kind.as_str()) == ("v1", "Config") {
        return Ok(());
    }
    Err(format!(
        "no kind {} is registered for version {} in scheme {}",
        quote(&kind),
        quote(&version),
        quote(SCHEME)
    ))
}

/// How long a request may take, whole seconds or a span; 0 is for ever (`ParseTimeout`).
pub fn timeout_ms(text: &str) -> Option<i64> {
    match text.parse::<i64>() {
        Ok(seconds) if seconds >= 0 => Some(seconds.saturating_mul(1000)),
        _ if text.is_empty() => Some(0),
        _ => go_duration::parse(text).ok(),
    }
}

/// Reaches a server: there is one, and nobody listens at other addresses.
fn connect(server: &str) -> Result<(), CommandError> {
    let without_scheme = |url: &str| url.split_once("://").map_or(url, |(_, rest)| rest).to_owned();
    let url = without_scheme(server);
    let host = url.split('/').next().unwrap_or_default();
    if host.is_empty() || host == without_scheme(SERVER) {
        return Ok(());
    }
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    Err(CommandError::Unconnected(if name == "localhost" || name.parse::<IpAddr>().is_ok() {
        format!("The connection to the server {host} was refused - did you specify the right host or port?")
    } else {
        format!("Unable to connect to the server: dial tcp: lookup {name} on {NAME_SERVER}: no such host")
    }))
}

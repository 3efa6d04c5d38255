//! `kubectl auth can-i`: everybody may do everything in the sandbox.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/auth/cani.go, Kubernetes v1.36, on a server without
//! authorization. Left out: `--list`, `reconcile`, `whoami`.

use super::shared_flags::ALL_NAMESPACES;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::resources::kind_of;

const FLAGS: &[Flag] = &[
    Flag::switch("quiet", "Prints nothing; the exit code answers.").short('q'),
    Flag::text("subresource", "", "A part of the type, such as log or scale."),
    Flag::switch("list", "Lists all that is allowed; not in the sandbox."),
    Flag::switch("no-headers", "Prints no headers; with --list alone."),
];

/// `kubectl auth`
pub const COMMAND: Command = Command {
    name: "auth",
    short: "Inspect authorization",
    doc: "Asks what one is allowed to do. The sandbox has no authorization: all is allowed.",
    usage: "SUBCOMMAND",
    subcommands: &[
        Command {
            name: "can-i",
            short: "Check whether an action is allowed",
            usage: "VERB [TYPE | TYPE/NAME | NONRESOURCEURL]",
            examples: "# May I delete pods?\nkubectl auth can-i delete pods",
            flags: &[FLAGS, ALL_NAMESPACES],
            run: Some(can_i),
            ..Command::EMPTY
        },
        Command {
            name: "reconcile",
            short: "Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects",
            absent: true,
            ..Command::EMPTY
        },
        Command {
            name: "whoami",
            short: "Experimental: Check self subject attributes",
            absent: true,
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

/// Verbs of objects that the API knows.
const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
/// Verbs of paths that are no objects.
const PATH_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

fn can_i(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if context.flags.switch("list") {
        return Err(CommandError::sandbox("the sandbox has no authorization: everything is allowed"));
    }
    let [verb, object] = context.args() else {
        return Err(CommandError::plain(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' \
             for help and examples.",
        ));
    };
    if context.flags.switch("no-headers") {
        return Err(CommandError::plain("--no-headers cannot be set without --list specified"));
    }
    let warnings = warnings(verb, object, context.flags.switch("all-namespaces"));
    context.err(&warnings);
    if !context.flags.switch("quiet") {
        context.out("yes\n");
    }
    Ok(Step::Done)
}

fn warnings(verb: &str, object: &str, all_namespaces: bool) -> String {
    let mut text = String::new();
    let mut warn = |what: String| text.push_str(&format!("Warning: {what}\n\n"));
    let known = if object.starts_with('/') { PATH_VERBS } else { VERBS };
    let resource = object.split('/').next().unwrap_or(object).to_ascii_lowercase();
    if !object.starts_with('/') && !["*", "users", "groups"].contains(&resource.as_str()) {
        match kind_of(&resource) {
            Err(_) => warn(match resource.split_once('.') {
                Some((name, group)) => {
                    format!("the server doesn't have a resource type '{name}' in group '{group}'")
                }
                None => format!("the server doesn't have a resource type '{resource}'"),
            }),
            Ok(kind) if !kind.is_namespaced() && !all_namespaces => {
                let names = kind.resource();
                let group = if names.group.is_empty() {
                    String::new()
                } else {
                    format!(" in group '{}'", names.group)
                };
                warn(format!("resource '{}' is not namespace scoped{group}", names.plural));
            }
            Ok(_) => {}
        }
    }
    if !known.contains(&verb) {
        warn(format!("verb '{verb}' is not a known verb"));
    }
    text
}

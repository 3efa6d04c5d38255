//! `kubectl config`: the one context of the sandbox and its namespace.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/config, Kubernetes v1.36. Left out: other contexts, clusters and
//! users.

use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats::print_table;
use crate::kubectl::quote::quote;

/// The name of the one context, cluster and user.
const NAME: &str = "kubesets";

/// `kubectl config`
pub const COMMAND: Command = Command {
    name: "config",
    short: "Modify kubeconfig files",
    doc: "Shows the one context of the sandbox and sets its namespace.",
    usage: "SUBCOMMAND",
    subcommands: &[
        Command {
            name: "current-context",
            short: "Display the current-context",
            run: Some(current_context),
            ..Command::EMPTY
        },
        Command {
            name: "get-contexts",
            short: "Describe one or many contexts",
            flags: &[&[
                Flag::switch("no-headers", "Prints no headers."),
                Flag::text("output", "", "name prints the names alone.").short('o'),
            ]],
            run: Some(contexts),
            ..Command::EMPTY
        },
        Command {
            name: "set-context",
            short: "Set a context entry in kubeconfig",
            usage: "[NAME | --current] [--namespace=namespace]",
            examples: "# Work in another namespace\nkubectl config set-context --current --namespace=staging",
            flags: &[&[Flag::switch("current", "Means the current context.")]],
            run: Some(set_context),
            ..Command::EMPTY
        },
        Command {
            name: "use-context",
            aliases: &["use"],
            short: "Set the current-context in a kubeconfig file",
            usage: "CONTEXT_NAME",
            run: Some(use_context),
            ..Command::EMPTY
        },
        Command {
            name: "view",
            short: "Display merged kubeconfig settings or a specified kubeconfig file",
            flags: &[&[
                Flag::switch("minify", "Only what the current context uses; always so here."),
                Flag::text("output", "yaml", "The format.").short('o'),
            ]],
            run: Some(view),
            ..Command::EMPTY
        },
    ],
    ..Command::EMPTY
};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
fn current_context(context: &mut Context<'_>) -> Result<Step, CommandError> {
    context.out(&format!("{NAME}\n"));
    Ok(Step::Done)
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
fn contexts(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if context.flags.text("output") == "name" {
        context.out(&format!("{NAME}\n"));
        return Ok(Step::Done);
    }
    let headers = ["Current", "Name", "Cluster", "AuthInfo", "Namespace"].map(str::to_owned);
    let namespace = context.session.namespace.clone();
    let row = vec!["*".to_owned(), NAME.to_owned(), NAME.to_owned(), NAME.to_owned(), namespace];
    let text = print_table(&headers, &[row], context.flags.switch("no-headers"));
    context.out(&text);
    Ok(Step::Done)
}

fn set_context(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let current = context.flags.switch("current");
    match context.args() {
        [] if current => {}
        [name] if !current && name == NAME => {}
        [_] if !current => {
            return Err(CommandError::sandbox("the sandbox has one context only: kubesets"));
        }
        _ => {
            return Err(CommandError::plain("you must specify a non-empty context name or --current"));
        }
    }
    let namespace = context.flags.text("namespace").to_owned();
    if !namespace.is_empty() {
        context.session.namespace = namespace;
    }
    context.out(&format!("Context {} modified.\n", quote(NAME)));
    Ok(Step::Done)
}

fn use_context(context: &mut Context<'_>) -> Result<Step, CommandError> {
    match context.args() {
        [name] if name == NAME => {
            context.out(&format!("Switched to context {}.\n", quote(NAME)));
            Ok(Step::Done)
        }
        [name] => Err(CommandError::plain(format!("no context exists with the name: {}", quote(name)))),
        _ => Err(context.usage_error("Unexpected args: []")),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
fn view(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let namespace = context.session.namespace.clone();
    context.out(&format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    server: https://{NAME}\n  name: {NAME}\ncontexts:\n- context:\n    \
         cluster: {NAME}\n    namespace: {namespace}\n    user: {NAME}\n  name: {NAME}\ncurrent-context: {NAME}\nkind: \
         Config\nusers:\n- name: {NAME}\n  user: {{}}\n"
    ));
    Ok(Step::Done)
}

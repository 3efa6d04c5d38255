//! `kubectl config`: the one context of the sandbox and its namespace.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/config, Kubernetes v1.36. Left out: other contexts, clusters and
//! users, and so the commands that make, name and remove them.

use serde_json::json;

use super::absent;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::format::Format;
use crate::kubectl::formats::print_table_always;
use crate::kubectl::quote::quote;

/// The name of the one context, cluster and user.
pub const NAME: &str = "kubesets";
/// The address of the one cluster.
pub const SERVER: &str = "https://kubesets";

const VIEW_FLAGS: &[Flag] = &[
    Flag::switch("minify", "Only what the current context uses; always so here."),
    Flag::switch("flatten", "Puts certificates into the output; there are none."),
    Flag::switch("raw", "Shows certificates and secrets; there are none."),
    Flag::switch("merge", "Reads all files of the kubeconfig; there is one.").default("true"),
    Flag::switch("show-managed-fields", "Keeps metadata.managedFields; there are none."),
    Flag::text("output", "yaml", "The format.").short('o'),
    Flag::text("template", "", "The template for -o go-template or -o jsonpath-file."),
    Flag::switch("allow-missing-template-keys", "Ignores fields that a template names and the object lacks.")
        .default("true"),
];

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
            flags: &[VIEW_FLAGS],
            run: Some(view),
            ..Command::EMPTY
        },
        Command {
            name: "get-clusters",
            short: "Display clusters defined in the kubeconfig",
            run: Some(names),
            ..Command::EMPTY
        },
        Command {
            name: "get-users",
            short: "Display users defined in the kubeconfig",
            run: Some(names),
            ..Command::EMPTY
        },
        absent("set", "Set an individual value in a kubeconfig file"),
        absent("unset", "Unset an individual value in a kubeconfig file"),
        absent("set-cluster", "Set a cluster entry in kubeconfig"),
        absent("set-credentials", "Set a user entry in kubeconfig"),
        absent("rename-context", "Rename a context from the kubeconfig file"),
        absent("delete-cluster", "Delete the specified cluster from the kubeconfig"),
        absent("delete-context", "Delete the specified context from the kubeconfig"),
        absent("delete-user", "Delete the specified user from the kubeconfig"),
    ],
    ..Command::EMPTY
};

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
fn current_context(context: &mut Context<'_>) -> Result<Step, CommandError> {
    context.out(&format!("{NAME}\n"));
    Ok(Step::Done)
}

/// The names of the clusters or the users.
#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
fn names(context: &mut Context<'_>) -> Result<Step, CommandError> {
    context.out(&format!("NAME\n{NAME}\n"));
    Ok(Step::Done)
}

fn contexts(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let output = context.flags.text("output");
    if !matches!(output, "" | "name") {
        return Err(CommandError::plain(format!(
            "--output {output} is not available in kubectl config get-contexts; resetting to default output format"
        )));
    }
    let name_only = output == "name";
    let names = context.args();
    let unknown: Vec<CommandError> = names
        .iter()
        .filter(|name| *name != NAME)
        .map(|name| CommandError::plain(format!("context {name} not found")))
        .collect();
    let is_shown = names.is_empty() || names.iter().any(|name| name == NAME);
    if name_only && is_shown {
        context.out(&format!("{NAME}\n"));
    } else if !name_only {
        let headers = ["Current", "Name", "Cluster", "AuthInfo", "Namespace"].map(str::to_owned);
        let namespace = context.session.namespace.clone();
        let row = vec!["*".to_owned(), NAME.to_owned(), NAME.to_owned(), NAME.to_owned(), namespace];
        let rows = if is_shown { vec![row] } else { Vec::new() };
        let text = print_table_always(&headers, &rows, context.flags.switch("no-headers"));
        context.out(&text);
    }
    CommandError::all(unknown)?;
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
        [_] => {
            return Err(CommandError::plain("you cannot specify both a context name and --current"));
        }
        [] => {
            return Err(CommandError::plain("you must specify a non-empty context name or --current"));
        }
        many => return Err(context.usage_error(&format!("Unexpected args: [{}]", many.join(" ")))),
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
        args => Err(context.usage_error(&format!("Unexpected args: [{}]", args.join(" ")))),
    }
}

fn view(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if !context.args().is_empty() {
        let message = format!("unexpected arguments: [{}]", context.args().join(" "));
        return Err(context.usage_error(&message));
    }
    let value = json!({
        "apiVersion": "v1",
        "clusters": [{"cluster": {"server": SERVER}, "name": NAME}],
        "contexts": [{
            "context": {"cluster": NAME, "namespace": context.session.namespace, "user": NAME},
            "name": NAME,
        }],
        "current-context": NAME,
        "kind": "Config",
        "users": [{"name": NAME, "user": {}}],
    });
    if let Some(mut format) = Format::of(context, false)?.map(Format::of_structs) {
        let text = format.print(&value)?;
        context.out(&text);
    }
    Ok(Step::Done)
}

//! `kubectl get`: lists objects as tables or in another format, and follows their changes.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/get, Kubernetes v1.36. Left out: `--raw` of most paths.

mod decorate;
mod human;
mod watch;

use serde_json::{Value, json};

use super::shared_flags::{ALL_NAMESPACES, CHUNKS, FIELD_SELECTOR, FILES, SELECTOR, SUBRESOURCE};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::subresource::{Part, narrow};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::format::Format;
use crate::kubectl::selection::{Picked, Picks, Selection};

/// Where to find the names of types.
pub const SUGGEST_API_RESOURCES: &str =
    "Use \"kubectl api-resources\" for a complete list of supported resources.";

const FLAGS: &[Flag] = &[
    Flag::text(
        "output",
        "",
        "The format: wide, yaml, json, name, jsonpath=…, jsonpath-file=…, go-template=…, custom-columns=… .",
    )
    .short('o'),
    Flag::text("template", "", "The template for -o go-template or -o jsonpath-file."),
    Flag::switch("allow-missing-template-keys", "Ignores fields that a template names and the object lacks.")
        .default("true"),
    Flag::switch("show-managed-fields", "Keeps metadata.managedFields; the sandbox has none."),
    Flag::switch("watch", "After listing, prints every change until Ctrl-C.").short('w'),
    Flag::switch("watch-only", "Prints every change until Ctrl-C, without listing first."),
    Flag::switch("output-watch-events", "Prints with each change whether it added, modified or deleted."),
    Flag::switch("ignore-not-found", "A named object that does not exist is no error."),
    Flag::switch("no-headers", "Prints no headers."),
    Flag::switch("show-labels", "Adds a column with all labels."),
    Flag::switch("show-kind", "Puts the type before each name."),
    Flag::list("label-columns", "Adds a column for each of these labels.").short('L'),
    Flag::text("sort-by", "", "Sorts by a field, named by a JSONPath such as {.metadata.name}."),
    Flag::text("raw", "", "Asks the server for a path instead; here only /healthz, /livez and /readyz."),
    Flag::switch("server-print", "Lets the server make the columns; otherwise there are only name and age.")
        .default("true"),
];

/// `kubectl get`
pub const COMMAND: Command = Command {
    name: "get",
    short: "Display one or many resources",
    doc: "Lists objects: all of a type, some by name or by labels, or those that a file names. The default is a table \
          with the most important columns; -o chooses another format. With -w the command stays and prints every \
          change.",
    usage: "[(-o|--output=)json|yaml|name|wide|…] (TYPE[.VERSION][.GROUP] [NAME | -l label] | \
            TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
    examples: "# All pods of the namespace\nkubectl get pods\n\n# A StatefulSet and its pods, as they change\nkubectl get \
               pods -l app=nginx -w\n\n# Several types at once\nkubectl get sts,pods,pvc\n\n# One field of one object\n\
               kubectl get sts web -o jsonpath='{.status.currentRevision}'",
    flags: &[FLAGS, FILES, SELECTOR, FIELD_SELECTOR, ALL_NAMESPACES, SUBRESOURCE, CHUNKS],
    suggest_for: &["list", "ls"],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if context.flags.is_given("raw") {
        return raw(context);
    }
    check_flags(context)?;
    let mut selection = Selection::of(context).type_alone(true).latest();
    if selection.all_namespaces {
        selection.namespace_is_given = false;
    }
    let watches = context.flags.switch("watch") || context.flags.switch("watch-only");
    let part = context.flags.text("subresource").to_owned();
    selection.lazy = !part.is_empty();
    if watches && part.is_empty() {
        return watch::start(context, selection);
    }
    let mut picks = selection.pick(context)?;
    narrow(context, &mut picks)?;
    if watches {
        return watch_part(context, selection, picks, &part);
    }
    if context.flags.switch("ignore-not-found") {
        picks.ignore_not_found();
    }
    if let Some(warning) = picks.warning() {
        context.warn(warning);
    }
    match Format::of(context, true)? {
        Some(mut format) => generic(context, picks, &mut format)?,
        None => human::print(context, picks)?,
    }
    Ok(Step::Done)
}

/// Follows objects of which a part is meant; what has no such part is told first.
fn watch_part(
    context: &mut Context<'_>,
    mut selection: Selection,
    picks: Picks,
    part: &str,
) -> Result<Step, CommandError> {
    CommandError::all(picks.errors)?;
    if part == "scale" {
        return Err(CommandError::sandbox("the sandbox does not follow scales; leave out --watch"));
    }
    selection.lazy = false;
    watch::start(context, selection)
}

/// A path of the server instead of objects.
fn raw(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if !context.args().is_empty() {
        return Err(CommandError::plain("arguments may not be passed when --raw is specified"));
    }
    if !context.flags.text("output").is_empty() {
        return Err(CommandError::plain("--raw and --output are mutually exclusive"));
    }
    let path = context.flags.text("raw").split('?').next().unwrap_or_default();
    if !matches!(path, "/healthz" | "/livez" | "/readyz") {
        return Err(CommandError::sandbox(
            "the sandbox serves no such path; use get with a type and -o json",
        ));
    }
    context.out("ok");
    Ok(Step::Done)
}

fn check_flags(context: &mut Context<'_>) -> Result<(), CommandError> {
    let watches = context.flags.switch("watch") || context.flags.switch("watch-only");
    if !context.flags.text("sort-by").is_empty() && watches {
        let text = if context.flags.switch("watch") {
            "warning: --watch requested, --sort-by will be ignored for watch events received\n"
        } else {
            "warning: --watch-only requested, --sort-by will be ignored\n"
        };
        context.err(text);
    }
    if !watches && context.args().is_empty() && !context.names_files() {
        context.err(&format!("You must specify the type of resource to get. {SUGGEST_API_RESOURCES}\n\n"));
        return Err(context.usage_error(
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that \
             resource (e.g. kubectl explain pods).",
        ));
    }
    let output = context.flags.text("output");
    if context.flags.switch("show-labels") && !output.is_empty() && output != "wide" {
        return Err(CommandError::plain(format!(
            "--show-labels option cannot be used with {output} printer"
        )));
    }
    if context.flags.switch("output-watch-events") && !watches {
        return Err(CommandError::plain(
            "--output-watch-events option can only be used with --watch or --watch-only",
        ));
    }
    Ok(())
}

/// Prints one object, or a list of all, in a format that is no table.
fn generic(context: &mut Context<'_>, mut picks: Picks, format: &mut Format) -> Result<(), CommandError> {
    if picks.single && !picks.errors.is_empty() {
        return CommandError::all(picks.errors);
    }
    if picks.items.is_empty() && context.flags.switch("ignore-not-found") {
        return CommandError::all(picks.errors);
    }
    let part = |picked: &Picked| match Part::of(context, picked.key.kind) {
        // Objects of files are fetched whole.
        Ok(part) if picked.source.is_empty() => part.value(picked),
        _ => picked.value(),
    };
    let mut values: Vec<Value> = picks.items.iter().map(part).collect();
    let sort_by = context.flags.text("sort-by");
    if !sort_by.is_empty() {
        human::sort_values(&mut values, sort_by)?;
    }
    let value = match values.as_slice() {
        [one] if picks.single => one.clone(),
        _ => {
            json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": values})
        }
    };
    match format.print(&value) {
        Ok(text) => context.out(&text),
        Err(error) => picks.errors.push(error),
    }
    CommandError::all(picks.errors)
}

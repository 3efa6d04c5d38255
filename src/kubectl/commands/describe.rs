//! `kubectl describe`: everything about an object, with its events.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/describe, Kubernetes v1.36. Left out: nothing; the texts are the
//! printers'.

use super::get::SUGGEST_API_RESOURCES;
use super::shared_flags::{ALL_NAMESPACES, CHUNKS, FILES, SELECTOR};
use crate::api::Object;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::printers;
use crate::kubectl::selection::{Picks, Selection};

const FLAGS: &[Flag] =
    &[Flag::switch("show-events", "Prints the events too; on for one object, off for several.")
        .default("true")];

/// `kubectl describe`
pub const COMMAND: Command = Command {
    name: "describe",
    short: "Show details of a specific resource or group of resources",
    doc: "Prints everything about objects in words, with the objects around them and the events. A name that does not \
          exist stands for all that begin with it.",
    usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
    examples: "# One pod\nkubectl describe pod web-0\n\n# All pods whose names begin with web\nkubectl describe pod web",
    flags: &[FLAGS, FILES, SELECTOR, ALL_NAMESPACES, CHUNKS],
    suggest_for: &["inspect"],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    if context.args().is_empty() && !context.names_files() {
        return Err(CommandError::plain(format!(
            "You must specify the type of resource to describe. {SUGGEST_API_RESOURCES}\n"
        )));
    }
    let mut selection = Selection::of(context).type_alone(true).latest();
    if selection.all_namespaces {
        selection.namespace_is_given = false;
    }
    let picks = selection.pick(context)?;
    if let Some(warning) = picks.warning() {
        context.warn(warning);
    }
    let given = context.flags.is_given("show-events");
    let several = !picks.errors.is_empty() || picks.items.len() > 1;
    let events = if given { context.flags.switch("show-events") } else { !several };
    if let ([error], [types, prefix]) = (picks.errors.as_slice(), context.args())
        && error.is_not_found()
    {
        // Whatever was found is dropped.
        let (error, prefix) = (error.clone(), prefix.clone());
        let first = Selection { single_type: true, ..selection.args(std::slice::from_ref(types)) };
        return matching(context, &first, error, &prefix, given && events);
    }
    print(context, picks, events)
}

fn print(context: &mut Context<'_>, picks: Picks, events: bool) -> Result<Step, CommandError> {
    let mut first = true;
    for object in picks.items.iter().filter_map(|picked| picked.object.as_ref()) {
        let text = printers::describe(object, context.api, events);
        context.out(if first { "" } else { "\n\n" });
        context.out(&text);
        first = false;
    }
    if picks.items.is_empty() && picks.errors.is_empty() {
        let text = if context.flags.switch("all-namespaces") {
            "No resources found\n".to_owned()
        } else {
            format!("No resources found in {} namespace.\n", context.namespace())
        };
        context.err(&text);
    }
    CommandError::all(picks.errors)?;
    Ok(Step::Done)
}

/// Describes all objects of the first argument whose names begin with the second one, which is missing.
fn matching(
    context: &mut Context<'_>,
    first: &Selection,
    error: CommandError,
    prefix: &str,
    events: bool,
) -> Result<Step, CommandError> {
    let picks = first.pick_arguments(context.api)?;
    CommandError::all(picks.errors)?;
    let objects = picks.items.into_iter().filter_map(|picked| picked.object);
    let found: Vec<Object> = objects.filter(|object| object.meta().name.starts_with(prefix)).collect();
    if found.is_empty() {
        return Err(error);
    }
    for object in &found {
        let text = printers::describe(object, context.api, events);
        context.out(&format!("{text}\n"));
    }
    Ok(Step::Done)
}

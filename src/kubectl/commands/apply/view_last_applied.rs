//! `kubectl apply view-last-applied`: prints what was applied to objects last.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/apply/apply_view_last_applied.go`, Kubernetes v1.36. Left
//! out: nothing.

use serde_json::Value;

use super::LAST_APPLIED;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{ALL, FILES, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;
use crate::kubectl::quote::quote;
use crate::kubectl::selection::Selection;

const FLAGS: &[Flag] = &[Flag::text("output", "yaml", "The format: yaml or json.").short('o')];

/// `kubectl apply view-last-applied`
pub(super) const COMMAND: Command = Command {
    name: "view-last-applied",
    short: "View the latest last-applied-configuration annotations of a resource/object",
    doc: "Prints the configuration that kubectl apply remembers with an object: what a file said when it was applied \
          last.",
    usage: "(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)",
    examples: "# What was applied to a Deployment\nkubectl apply view-last-applied deployment/web",
    flags: &[FLAGS, FILES, ALL, SELECTOR],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut selection = Selection::of(context).type_alone(context.namespace_is_given()).latest();
    selection.all = context.flags.switch("all");
    let picks = selection.pick(context)?;
    CommandError::all(picks.errors.into_iter().take(1).collect())?;
    let (mut texts, mut without) = (Vec::new(), Vec::new());
    for picked in picks.items {
        let Some(object) = &picked.object else { continue };
        let name = &object.meta().name;
        match object.meta().annotations.get(LAST_APPLIED) {
            Some(text) => texts.push(text.clone()),
            // Upstream wraps an error that is none: where arguments name the object nothing is left of it.
            None if picked.source.is_empty() => without.push(name.clone()),
            None => {
                return Err(CommandError::plain(format!(
                    "error when no last-applied-configuration annotation found on resource: {name}\n {}: <nil>",
                    quote(&picked.source)
                )));
            }
        }
    }
    for text in texts {
        let shown = match context.flags.text("output") {
            "json" => formats::value(&text).map(|value| indented(&value, &text)),
            "yaml" => formats::value(&text).map(|value| formats::to_yaml(&value)),
            other => {
                let message =
                    format!("Unexpected -o output mode: {other}, the flag 'output' must be one of yaml|json");
                return Err(context.usage_error(&message));
            }
        };
        context.out(&shown.map_err(CommandError::plain)?);
    }
    if !without.is_empty() {
        context.output.hint = Some(format!(
            "kubectl prints nothing for objects without the annotation of kubectl apply: {}",
            without.join(", ")
        ));
    }
    Ok(Step::Done)
}

/// JSON as Go's `json.Indent` writes it, with steps of two; what stands behind the value stays as it is.
fn indented(value: &Value, text: &str) -> String {
    let behind = text.get(text.trim_end().len()..).unwrap_or_default();
    let lines: Vec<String> = formats::to_json(value)
        .trim_end()
        .lines()
        .map(|line| {
            let bare = line.trim_start();
            format!("{:1$}{bare}", "", (line.len() - bare.len()) / 2)
        })
        .collect();
    lines.join("\n") + behind
}

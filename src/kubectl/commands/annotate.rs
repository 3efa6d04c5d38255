//! `kubectl annotate`: sets and removes annotations.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/annotate, Kubernetes v1.36. Left out: `--local`.

use serde_json::{Value, json};

use super::label::{FLAGS, check, list_entries, pick, send};
use super::pairs;
use super::shared_flags::{
    ALL, ALL_NAMESPACES, DRY_RUN, FIELD_SELECTOR, FILES, IGNORED, LOCAL, RECORD, RESULT, SELECTOR,
};
use crate::api::LabelMap;
use crate::api::codec::to_value;
use crate::kubectl::command::{CHANGE_CAUSE, Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::{set_at, wire};
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::Picked;

/// `kubectl annotate`
pub const COMMAND: Command = Command {
    name: "annotate",
    short: "Update the annotations on a resource",
    doc: "Sets annotations (KEY=VALUE) and removes them (KEY-). An annotation that has another value is changed only \
          with --overwrite.",
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    examples: "# Say why a revision was made\nkubectl annotate sts/web kubernetes.io/change-cause='new image'\n\n# Remove \
               an annotation\nkubectl annotate sts/web note-",
    flags: &[
        FLAGS,
        LOCAL,
        FILES,
        ALL,
        ALL_NAMESPACES,
        FIELD_SELECTOR,
        SELECTOR,
        DRY_RUN,
        RESULT,
        IGNORED,
        RECORD,
    ],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of(context)?;
    let args = context.args().to_vec();
    let (resources, pair_args) = pairs::divide(&args, "annotation")?;
    let change = pairs::parse(pair_args, "annotation", true)?;
    check(context, resources, "annotation", &change)?;
    let both: Vec<&str> = change
        .1
        .iter()
        .filter(|key| change.0.iter().any(|(known, _)| known == *key))
        .map(String::as_str)
        .collect();
    if !both.is_empty() {
        return Err(CommandError::plain(format!(
            "can not both modify and remove the following annotation(s) in the same command: {}",
            both.join(", ")
        )));
    }
    let picks = pick(context, resources)?;
    let mut errors = picks.errors;
    for picked in &picks.items {
        let result = if context.flags.switch("list") {
            changed(context, picked, &change)
                .map(|entries| list_entries(context, picked, picks.single, "annotations", &entries))
        } else {
            annotate_one(context, picked, &change, &mut printer)
        };
        errors.extend(result.err());
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn annotations(picked: &Picked) -> LabelMap {
    picked.object.as_ref().map(|object| object.meta().annotations.clone()).unwrap_or_default()
}

/// The annotations as they would be then.
fn changed(
    context: &Context<'_>,
    picked: &Picked,
    (set, removed): &pairs::Pairs,
) -> Result<LabelMap, CommandError> {
    let mut entries = annotations(picked);
    if !context.flags.switch("overwrite") {
        let taken: Vec<String> = set
            .iter()
            .filter(|(key, _)| key != CHANGE_CAUSE)
            .filter_map(|(key, value)| {
                let current = entries.get(key).filter(|current| *current != value)?;
                Some(format!("'{key}' already has a value ({current})"))
            })
            .collect();
        if !taken.is_empty() {
            return Err(CommandError::plain(format!(
                "--overwrite is false but found the following declared annotation(s): {}",
                taken.join("; ")
            )));
        }
    }
    entries.extend(set.iter().cloned());
    entries.retain(|key, _| !removed.contains(key));
    Ok(entries)
}

fn annotate_one(
    context: &mut Context<'_>,
    picked: &Picked,
    change: &pairs::Pairs,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let ((set, removed), entries) = (change, annotations(picked));
    let new = changed(context, picked, change)?;
    let mut patch = serde_json::Map::new();
    patch.extend(
        set.iter()
            .filter(|(key, value)| entries.get(key) != Some(value))
            .map(|(key, value)| (key.clone(), Value::from(value.as_str()))),
    );
    patch.extend(
        removed.iter().filter(|key| entries.contains_key(*key)).map(|key| (key.clone(), Value::Null)),
    );
    let value = if printer.dry_run() == DryRun::Client {
        let mut value = picked.value();
        set_at(&mut value, &["metadata", "annotations"], to_value(&new));
        value
    } else {
        let patch = if patch.is_empty() { json!({}) } else { json!({"metadata": {"annotations": patch}}) };
        wire(&send(context, picked, patch, printer.dry_run())?)
    };
    printer.print(context, &value, "annotated")
}

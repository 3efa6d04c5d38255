//! `kubectl label`: sets and removes labels.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/label, Kubernetes v1.36. Left out: `--local`.

use serde_json::{Value, json};

use super::pairs;
use super::shared_flags::{
    ALL, ALL_NAMESPACES, DRY_RUN, FIELD_SELECTOR, FILES, IGNORED, LOCAL, RECORD, RESULT, SELECTOR,
};
use crate::api::LabelMap;
use crate::api::codec::to_value;
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_syntax::label_value_errors;
use crate::kubectl::objects::set_at;
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Picks, Selection};

pub(super) const FLAGS: &[Flag] = &[
    Flag::switch("overwrite", "Lets a value be changed that is there already."),
    Flag::switch("list", "Prints what is there."),
    Flag::text("resource-version", "", "Changes the object only if it is still at this version."),
];

/// `kubectl label`
pub const COMMAND: Command = Command {
    name: "label",
    short: "Update the labels on a resource",
    doc: "Sets labels (KEY=VALUE) and removes them (KEY-). A label that has another value is changed only with \
          --overwrite.",
    usage: "[--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version]",
    examples: "# Set a label\nkubectl label node node-1 disk=ssd\n\n# Change it\nkubectl label node node-1 disk=hdd \
               --overwrite\n\n# Remove it\nkubectl label node node-1 disk-",
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
    let (resources, label_args) = pairs::divide(&args, "label")?;
    let change = parse(label_args)?;
    check(context, resources, "label", &change)?;
    let picks = pick(context, resources)?;
    let mut errors = picks.errors;
    for picked in &picks.items {
        let result = if context.flags.switch("list") {
            changed(context, picked, &change)
                .map(|labels| list_entries(context, picked, picks.single, "labels", &labels))
        } else {
            label_one(context, picked, &change, &mut printer)
        };
        errors.extend(result.err());
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn parse(specs: &[String]) -> Result<pairs::Pairs, CommandError> {
    let (mut set, mut removed) = (Vec::new(), Vec::new());
    for spec in specs {
        let parts: Vec<&str> = spec.split('=').collect();
        match parts.as_slice() {
            [key, value] => {
                let errors = label_value_errors(value);
                if !errors.is_empty() {
                    return Err(CommandError::plain(format!(
                        "invalid label value: {}: {}",
                        quote(spec),
                        errors.join(";")
                    )));
                }
                set.retain(|(known, _): &(String, String)| known != key);
                set.push(((*key).to_owned(), (*value).to_owned()));
            }
            [_] => match spec.strip_suffix('-') {
                Some(key) => removed.push(key.to_owned()),
                None => return Err(CommandError::plain(format!("unknown label spec: {spec}"))),
            },
            _ => return Err(CommandError::plain(format!("invalid label spec: {spec}"))),
        }
    }
    if removed.iter().any(|key| set.iter().any(|(known, _)| known == key)) {
        return Err(CommandError::plain("can not both modify and remove a label in the same command"));
    }
    Ok((set, removed))
}

/// The checks that labels and annotations share.
pub(super) fn check(
    context: &Context<'_>,
    resources: &[String],
    what: &str,
    (set, removed): &pairs::Pairs,
) -> Result<(), CommandError> {
    let on = |name: &str| context.flags.switch(name);
    if on("list") && !context.flags.text("output").is_empty() {
        return Err(CommandError::plain("--list and --output may not be specified together"));
    }
    if on("all") && !context.flags.text("selector").is_empty() {
        return Err(CommandError::plain("cannot set --all and --selector at the same time"));
    }
    if on("all") && !context.flags.text("field-selector").is_empty() {
        return Err(CommandError::plain("cannot set --all and --field-selector at the same time"));
    }
    if resources.is_empty() && !context.names_files() {
        return Err(CommandError::plain(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    if set.is_empty() && removed.is_empty() && !on("list") {
        return Err(CommandError::plain(format!("at least one {what} update is required")));
    }
    Ok(())
}

/// The objects that labels and annotations speak of.
pub(super) fn pick(context: &mut Context<'_>, resources: &[String]) -> Result<Picks, CommandError> {
    let all = context.flags.switch("all");
    let picks = Selection::of(context).args(resources).type_alone(all).latest().pick(context)?;
    if !picks.single && !context.flags.text("resource-version").is_empty() {
        return Err(CommandError::plain("--resource-version may only be used with a single resource"));
    }
    Ok(picks)
}

fn labels(picked: &Picked) -> LabelMap {
    picked.object.as_ref().map(|object| object.meta().labels.clone()).unwrap_or_default()
}

/// The labels as they would be then.
fn changed(
    context: &Context<'_>,
    picked: &Picked,
    (set, removed): &pairs::Pairs,
) -> Result<LabelMap, CommandError> {
    let mut labels = labels(picked);
    if !context.flags.switch("overwrite") {
        let taken = set.iter().filter_map(|(key, value)| {
            let current = labels.get(key).filter(|current| *current != value)?;
            let text = format!("'{key}' already has a value ({current}), and --overwrite is false");
            Some(CommandError::plain(text))
        });
        CommandError::all(taken.collect())?;
    }
    labels.extend(set.iter().cloned());
    labels.retain(|key, _| !removed.contains(key));
    Ok(labels)
}

/// Prints labels or annotations.
pub(super) fn list_entries(
    context: &mut Context<'_>,
    picked: &Picked,
    single: bool,
    what: &str,
    entries: &LabelMap,
) {
    let mut indent = "";
    if !single {
        indent = " ";
        let (kind, group) = (picked.key.kind, picked.key.kind.resource().group);
        context.out(&format!("Listing {what} for {kind}.{group}/{}:\n", picked.key.name));
    }
    for (key, value) in entries {
        context.out(&format!("{indent}{key}={value}\n"));
    }
}

fn label_one(
    context: &mut Context<'_>,
    picked: &Picked,
    change: &pairs::Pairs,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let (set, removed) = change;
    let old = labels(picked);
    let dry_client = printer.dry_run() == DryRun::Client;
    if !dry_client {
        for key in removed.iter().filter(|key| !old.contains_key(*key)) {
            context.out(&format!("label {} not found.\n", quote(key)));
        }
    }
    let new = changed(context, picked, change)?;
    let added: Vec<_> = set.iter().filter(|(key, value)| old.get(key) != Some(value)).collect();
    let gone: Vec<_> = removed.iter().filter(|key| old.contains_key(*key)).collect();
    let mut patch = serde_json::Map::new();
    patch.extend(added.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))));
    patch.extend(gone.iter().map(|key| ((*key).clone(), Value::Null)));
    if !patch.is_empty() && !dry_client {
        let patch = json!({"metadata": {"labels": patch}});
        send(context, picked, patch, printer.dry_run())?;
    }
    let operation = match (added.is_empty(), gone.is_empty()) {
        (false, false) => "modified",
        (false, true) => "labeled",
        (true, false) => "unlabeled",
        (true, true) => "not labeled",
    };
    let mut value = picked.value();
    set_at(&mut value, &["metadata", "labels"], to_value(&new));
    printer.print(context, &value, operation)
}

/// Sends a merge patch of the metadata, with the version when one was given.
pub(super) fn send(
    context: &mut Context<'_>,
    picked: &Picked,
    mut patch: Value,
    dry_run: DryRun,
) -> Result<crate::api::Object, CommandError> {
    let version = context.flags.text("resource-version");
    if !version.is_empty() {
        set_at(&mut patch, &["metadata", "resourceVersion"], version.into());
    }
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Merge,
        patch,
        subresource: Subresource::Main,
        dry_run: dry_run.is_server(),
        drops_unknown: false,
    };
    Ok(context.send(request)?)
}

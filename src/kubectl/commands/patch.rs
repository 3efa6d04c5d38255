//! `kubectl patch`: changes some fields of an object.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/patch, Kubernetes v1.36. Left out: `--local`.

use serde_json::Value;

use super::shared_flags::{DRY_RUN, FILES, IGNORED, LOCAL, RECORD, RESULT, SUBRESOURCE};
use super::subresource::{Part, scale_value};
use crate::api::patch;
use crate::apiserver::{PatchType, Request, StatusError};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;
use crate::kubectl::objects::wire;
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};

const FLAGS: &[Flag] = &[
    Flag::text("patch", "", "The patch, in JSON or YAML.").short('p'),
    Flag::text("patch-file", "", "A file with the patch."),
    Flag::text("type", "strategic", "How the patch is read: json, merge or strategic."),
];

/// `kubectl patch`
pub const COMMAND: Command = Command {
    name: "patch",
    short: "Update fields of a resource",
    doc: "Changes some fields of an object. A strategic patch merges lists such as containers by their names; a merge \
          patch replaces whole lists; a json patch is a list of operations.",
    usage: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]",
    examples: "# Update only the pods from ordinal 2 on\nkubectl patch sts web -p \
               '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":2}}}}'\n\n# Replace an image by its \
               place\nkubectl patch sts web --type=json -p='[{\"op\":\"replace\",\
               \"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"nginx:1.27\"}]'",
    flags: &[FLAGS, LOCAL, FILES, DRY_RUN, RESULT, SUBRESOURCE, IGNORED, RECORD],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of(context)?;
    let (patch_type, patch) = requested(context)?;
    let mut selection = Selection::of(context);
    // A text that is no JSON is told of once the object was found.
    selection.lazy = printer.dry_run() != DryRun::Client && patch.is_ok();
    let picks = selection.pick(context)?;
    let mut errors = picks.errors;
    let mut count = 0;
    for picked in picks.items {
        count += 1;
        let patched = match &patch {
            Ok(patch) => patch_one(context, &picked, patch_type, patch, &mut printer),
            Err(fault) => Err(unreadable(fault, patch_type, printer.dry_run())),
        };
        errors.extend(patched.err());
    }
    CommandError::all(errors)?;
    if count == 0 {
        return Err(CommandError::plain("no objects passed to patch"));
    }
    Ok(Step::Done)
}

/// What is said of a text that looks like JSON and is none: by the server, or by kubectl itself.
fn unreadable(fault: &str, patch_type: PatchType, dry_run: DryRun) -> CommandError {
    match (dry_run, patch_type) {
        (DryRun::Client, PatchType::Strategic) => CommandError::plain("invalid JSON document"),
        (DryRun::Client, PatchType::Merge) => CommandError::plain("Invalid JSON Patch"),
        (DryRun::Client, PatchType::Json) => CommandError::plain(fault),
        (_, PatchType::Strategic) => StatusError::bad_request(fault).into(),
        _ => StatusError::bad_request(format!("error decoding patch: {fault}")).into(),
    }
}

/// How the patch is to be read, and the patch, or what is wrong with its text.
type Requested = (PatchType, Result<Value, String>);

fn requested(context: &Context<'_>) -> Result<Requested, CommandError> {
    let (given, file) = (context.flags.text("patch"), context.flags.text("patch-file"));
    if !given.is_empty() && !file.is_empty() {
        return Err(CommandError::plain("cannot specify --patch and --patch-file together"));
    }
    if given.is_empty() && file.is_empty() {
        return Err(CommandError::plain(
            "must specify --patch or --patch-file containing the contents of the patch",
        ));
    }
    let patch_type = match context.flags.text("type").to_ascii_lowercase().as_str() {
        "strategic" | "" => PatchType::Strategic,
        "merge" => PatchType::Merge,
        "json" => PatchType::Json,
        _ => {
            return Err(CommandError::plain(format!(
                "--type must be one of [json merge strategic], not {}",
                quote(context.flags.text("type"))
            )));
        }
    };
    let text = if file.is_empty() {
        given
    } else {
        context.session.file(file).ok_or_else(|| {
            CommandError::plain(format!("unable to read patch file: open {file}: no such file or directory"))
        })?
    };
    // What looks like JSON goes to the server as it is.
    if let Some(fault) = text.trim_start().strip_prefix('{').and_then(|_| formats::unmarshal_fault(text)) {
        return Ok((patch_type, Err(fault)));
    }
    let value = formats::value(text)
        .map_err(|why| CommandError::plain(format!("unable to parse {}: {why}", quote(given))))?;
    Ok((patch_type, Ok(value)))
}

fn patch_one(
    context: &mut Context<'_>,
    picked: &Picked,
    patch_type: PatchType,
    patch: &Value,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let part = Part::of(context, picked.key.kind)?;
    let before = part.value(picked);
    let after = if printer.dry_run() == DryRun::Client {
        let (version, kind) = part.version_and_kind(picked);
        apply_locally((&version, kind), &before, patch_type, patch)?
    } else {
        let (key, patch, dry_run) = (picked.key.clone(), patch.clone(), printer.dry_run().is_server());
        match part {
            Part::Object(subresource) => wire(&context.send(Request::Patch {
                key,
                patch_type,
                patch,
                subresource,
                dry_run,
                drops_unknown: true,
            })?),
            Part::Scale => {
                scale_value(&context.send(Request::PatchScale { key, patch_type, patch, dry_run })?)
            }
        }
    };
    let operation = if before == after { "patched (no change)" } else { "patched" };
    printer.print(context, &after, operation)
}

fn apply_locally(
    (version, kind): (&str, &str),
    before: &Value,
    patch_type: PatchType,
    patch: &Value,
) -> Result<Value, CommandError> {
    match patch_type {
        PatchType::Strategic => patch::strategic_merge(before, patch, version, kind),
        PatchType::Merge => patch::merge_patch(before, patch),
        PatchType::Json => patch::json_patch(before, patch).map(|(patched, _)| patched),
    }
    .map_err(|error| CommandError::plain(error.to_string()))
}

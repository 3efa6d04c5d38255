//! `kubectl replace`: puts the object of a file in the place of the server's.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/replace, Kubernetes v1.36. Left out: `--force`, `--raw`.

use super::apply::with_last_applied;
use super::shared_flags::{DRY_RUN, FILES, IGNORED, RECORD, RESULT, SUBRESOURCE, VALIDATE};
use crate::apiserver::{Body, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::objects::{fetch, wire};
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};

const FLAGS: &[Flag] = &[
    Flag::switch("save-config", "Remembers the configuration, so that apply can change it later."),
    Flag::switch("force", "Deletes the objects first; not in the sandbox."),
    Flag::number("grace-period", "-1", "Seconds that a deleted object gets to end; with --force only."),
    Flag::duration("timeout", "0s", "How long to wait for a deletion; with --force only."),
];

/// `kubectl replace`
pub const COMMAND: Command = Command {
    name: "replace",
    short: "Replace a resource by file name or stdin",
    doc: "Puts the whole object of a file in the place of the server's. The object must exist; fields that the file \
          lacks get their defaults.",
    usage: "-f FILENAME",
    examples: "# Replace an object\nkubectl replace -f web.yaml",
    flags: &[FLAGS, FILES, DRY_RUN, RESULT, SUBRESOURCE, IGNORED, RECORD, VALIDATE],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of(context)?;
    let force = context.flags.switch("force");
    if context.flags.number("grace-period") >= 0 && !force {
        return Err(CommandError::plain("--grace-period must have --force specified"));
    }
    if context.flags.duration_ms("timeout") != 0 && !force {
        return Err(CommandError::plain("--timeout must have --force specified"));
    }
    if force && !printer.dry_run().is_none() {
        return Err(CommandError::plain("--dry-run can not be used when --force is set"));
    }
    if !context.names_files() {
        return Err(CommandError::plain("must specify --filename to replace"));
    }
    if force {
        return Err(CommandError::sandbox(
            "the sandbox does not have replace --force yet; delete the object and create it again",
        ));
    }
    let picks = Selection::of(context).pick(context)?;
    picks.dropped.iter().for_each(|warning| context.warn(warning));
    let mut errors = picks.errors;
    for picked in picks.items {
        let source = picked.source.clone();
        if let Err(error) = replace_one(context, picked, &mut printer) {
            errors.push(error.when("replacing", &source));
        }
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn replace_one(
    context: &mut Context<'_>,
    picked: Picked,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let manifest = picked.value();
    let manifest = if context.flags.switch("save-config") { with_last_applied(&manifest) } else { manifest };
    let value = if printer.dry_run() == DryRun::Client {
        manifest
    } else {
        fetch(context.api, &picked.key)?;
        let status = context.flags.text("subresource") == "status";
        let request = Request::Update {
            key: picked.key,
            body: Body::Manifest(manifest),
            subresource: if status { Subresource::Status } else { Subresource::Main },
            dry_run: printer.dry_run().is_server(),
        };
        wire(&context.send(request)?)
    };
    printer.print(context, &value, "replaced")
}

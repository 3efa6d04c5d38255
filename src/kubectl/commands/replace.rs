//! `kubectl replace`: puts the object of a file in the place of the server's.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/replace, Kubernetes v1.36 (`--force` in
//! `replace_force`). Left out: `--raw`.

use super::apply::{require_files, with_last_applied};
use super::delete::propagation;
use super::replace_force;
use super::shared_flags::{DRY_RUN, FILES, IGNORED, RECORD, RESULT, SAVE_CONFIG, SUBRESOURCE, VALIDATE};
use super::subresource::{Part, scale_is_no};
use crate::apiserver::{Body, Request};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::objects::{check_path_name, wire};
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};

const FLAGS: &[Flag] = &[
    Flag::switch("force", "Deletes the objects first, and makes them anew once they are gone."),
    Flag::text(
        "cascade",
        "background",
        "What becomes of what a deleted object owns: background, foreground or orphan; with --force only.",
    )
    .bare("background"),
    Flag::text("raw", "", "Sends the file to a path of the server; not in the sandbox."),
    Flag::number("grace-period", "-1", "Seconds that a deleted object gets to end; with --force only."),
    Flag::switch("wait", "Waits for a deletion; with --force always so."),
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
    flags: &[FLAGS, SAVE_CONFIG, FILES, DRY_RUN, RESULT, SUBRESOURCE, IGNORED, RECORD, VALIDATE],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of(context)?;
    let force = context.flags.switch("force");
    let propagation = propagation(context)?;
    require_files(context)?;
    if context.flags.number("grace-period") >= 0 && !force {
        return Err(CommandError::plain("--grace-period must have --force specified"));
    }
    if context.flags.duration_ms("timeout") != 0 && !force {
        return Err(CommandError::plain("--timeout must have --force specified"));
    }
    if force && !printer.dry_run().is_none() {
        return Err(CommandError::plain("--dry-run can not be used when --force is set"));
    }
    if !context.flags.text("raw").is_empty() {
        return Err(CommandError::sandbox(
            "the sandbox takes no requests to paths; leave out --raw to replace what the file names",
        ));
    }
    if force {
        return replace_force::start(context, printer, propagation);
    }
    let picks = Selection::of(context).pick(context)?;
    picks.dropped.iter().for_each(|warning| context.warn(warning));
    let mut errors = Vec::new();
    for visit in picks.visits("replacing") {
        let replaced = visit.and_then(|picked| {
            let source = picked.source.clone();
            replace_one(context, picked, &mut printer).map_err(|error| error.when("replacing", &source))
        });
        errors.extend(replaced.err());
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
        let Part::Object(subresource) = Part::of(context, picked.key.kind)? else {
            return Err(scale_is_no(picked.key.kind));
        };
        check_path_name(&picked.key.name)?;
        let (key, dry_run) = (picked.key, printer.dry_run().is_server());
        let request = Request::Update { key, body: Body::Manifest(manifest), subresource, dry_run };
        wire(&context.send(request)?)
    };
    printer.print(context, &value, "replaced")
}

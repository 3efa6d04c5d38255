//! `kubectl apply set-last-applied`: remembers a file as what was applied last, and changes nothing else.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/apply/apply_set_last_applied.go` and `GetApplyPatch`,
//! cmd/util/editor/editoptions.go, Kubernetes v1.36. Left out: nothing.

use serde_json::{Value, json};

use super::{ANNOTATION, LAST_APPLIED, describe};
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{DRY_RUN, RESULT};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;
use crate::kubectl::objects::{fetch, text_at, wire};
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::Selection;

const FLAGS: &[Flag] = &[
    Flag::switch("create-annotation", "Remembers it also where nothing was applied before."),
    Flag::list("filename", "A file, a folder or a pattern of files with what is to be remembered.")
        .short('f'),
];

/// `kubectl apply set-last-applied`
pub(super) const COMMAND: Command = Command {
    name: "set-last-applied",
    short: "Set the last-applied-configuration annotation on a live object to match the contents of a file",
    doc: "Remembers a file with the object as if it had been applied, without changing the object itself.",
    usage: "-f FILENAME",
    examples: "# Remember a file, also where kubectl create made the object\nkubectl apply set-last-applied -f web.yaml \
               --create-annotation=true",
    flags: &[FLAGS, DRY_RUN, RESULT],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of(context)?;
    let picks = Selection::of(context).pick(context)?;
    CommandError::all(picks.errors.into_iter().take(1).collect())?;
    let mut changes = Vec::new();
    for picked in picks.items {
        let Some(manifest) = &picked.manifest else { continue };
        let object = fetch(context.api, &picked.key).map_err(|error| {
            if error.is_not_found() {
                return error;
            }
            let doing =
                format!("retrieving current configuration of:\n{}\nfrom server for:", describe(&picked));
            error.when(&doing, &picked.source)
        })?;
        let (object, name) = (wire(&object), &picked.key.name);
        let remembered = text_at(&object, &ANNOTATION);
        if remembered.is_empty() && !context.flags.switch("create-annotation") {
            return Err(CommandError::plain(format!(
                "no last-applied-configuration annotation found on resource: {name}, to create the annotation, run \
                 the command with --create-annotation"
            )));
        }
        if serde_json::from_str::<Value>(remembered).is_ok_and(|remembered| remembered == *manifest) {
            context.out(&format!("set-last-applied {name}: no changes required.\n"));
        } else {
            let patch =
                json!({"metadata": {"annotations": {LAST_APPLIED: formats::compact(manifest) + "\n"}}});
            changes.push((picked.key.clone(), object, patch));
        }
    }
    for (key, object, patch) in changes {
        let value = if printer.dry_run() == DryRun::Client {
            object
        } else {
            let (patch_type, subresource) = (PatchType::Merge, Subresource::Main);
            let dry_run = printer.dry_run().is_server();
            wire(&context.send(Request::Patch {
                key,
                patch_type,
                patch,
                subresource,
                dry_run,
                drops_unknown: false,
            })?)
        };
        printer.print(context, &value, "configured")?;
    }
    Ok(Step::Done)
}

//! `kubectl set serviceaccount`: under which account pods run.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/set/set_serviceaccount.go`, Kubernetes v1.36. Left out:
//! `--local`.

use super::pod_specs;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{ALL, DRY_RUN, FILES, IGNORED, LOCAL, RECORD, RESULT};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::set_at;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::Selection;

/// `kubectl set serviceaccount`
pub(super) const COMMAND: Command = Command {
    name: "serviceaccount",
    aliases: &["sa"],
    short: "Update the service account of a resource",
    doc: "Says under which account the pods of objects run. A new template replaces the pods.",
    usage: "(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT",
    examples: "# Another account for a Deployment's pods\nkubectl set serviceaccount deployment web builder",
    flags: &[LOCAL, FILES, ALL, DRY_RUN, RESULT, IGNORED, RECORD],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let Some((account, resources)) = context.args().split_last() else {
        return Err(CommandError::plain("serviceaccount is required"));
    };
    let (account, resources) = (account.clone(), resources.to_vec());
    let all = context.flags.switch("all");
    let picks = Selection::of(context).args(&resources).type_alone(all).latest().pick(context)?;
    CommandError::all(picks.errors)?;
    let mut errors = Vec::new();
    for picked in picks.items {
        let Some(path) = pod_specs::path(picked.key.kind) else {
            errors.push(pod_specs::unsupported(&picked));
            continue;
        };
        let mut value = picked.value();
        let field: Vec<&str> = path.iter().copied().chain(["serviceAccountName"]).collect();
        set_at(&mut value, &field, account.as_str().into());
        let words = ("serviceaccount updated", "failed to patch ServiceAccountName");
        errors.extend(pod_specs::change(context, &picked, value, &mut printer, words).err());
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

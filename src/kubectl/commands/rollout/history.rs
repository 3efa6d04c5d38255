//! `kubectl rollout history`: the remembered revisions, or one of them in full.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/rollout/rollout_history.go` and polymorphichelpers/history.go,
//! Kubernetes v1.36.

use std::fmt::Write as _;

use serde_json::Value;

use super::{deployment, revisions};
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{FILES, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::format::Format;
use crate::kubectl::output::tabwriter::TabWriter;
use crate::kubectl::printers::describe::pod_template::pod_template;
use crate::kubectl::result::key_name;
use crate::kubectl::selection::Picked;

/// One template that is remembered.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// Its number.
    pub(super) revision: i64,
    /// Why it was made, if anybody said so.
    pub(super) cause: String,
    /// What `-o` prints of it.
    pub(super) object: Value,
    /// The template.
    pub(super) template: Value,
}

const FLAGS: &[Flag] = &[Flag::number("revision", "0", "The revision to show in full; 0 lists all.")];

/// `kubectl rollout history`
pub(super) const COMMAND: Command = Command {
    name: "history",
    short: "View rollout history",
    doc: "Lists the revisions of an object's template that are remembered, or shows one of them in full.",
    usage: "(TYPE NAME | TYPE/NAME) [flags]",
    examples: "# All revisions\nkubectl rollout history sts/web\n\n# The template of revision 2\nkubectl rollout history \
               sts/web --revision=2",
    flags: &[FLAGS, FILES, SELECTOR, RESULT],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let revision = super::positive_revision(context)?;
    let picks = super::pick(context)?;
    let mut format = Format::of(context, false)?.map(Format::of_structs);
    let mut errors = picks.errors;
    for picked in picks.items {
        if let Err(error) = show(context, &picked, revision, format.as_mut()) {
            errors.push(error);
        }
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn show(
    context: &mut Context<'_>,
    picked: &Picked,
    wanted: i64,
    mut format: Option<&mut Format>,
) -> Result<(), CommandError> {
    let kind = picked.key.kind;
    let all = match kind {
        Kind::StatefulSet | Kind::DaemonSet => revisions::history(context.api, &picked.key)?,
        Kind::Deployment => deployment::history(context.api, &picked.key)?,
        _ => return Err(super::without_history(kind, "history viewer", "history")),
    };
    let one = all.iter().find(|history| wanted > 0 && history.revision == wanted);
    // Only with --output are the revisions printed; with --template alone it is the object that has them.
    if let (Some(format), true) = (&mut format, context.flags.is_given("output")) {
        let shown: Vec<_> = match (wanted, one) {
            (0, _) => all.iter().collect(),
            (_, Some(one)) => vec![one],
            (_, None) => return Err(CommandError::plain("unable to find the specified revision")),
        };
        for history in shown {
            let text = format.print(&history.object)?;
            context.out(&text);
        }
        return Ok(());
    }
    let details = match (wanted, one) {
        _ if all.is_empty() => "No rollout history found.".to_owned(),
        (0, _) => overview(&all),
        (_, Some(one)) => pod_template(&one.template),
        (_, None) => return Err(CommandError::plain("unable to find the specified revision")),
    };
    let text = if let Some(format) = format {
        format.print(&picked.value())?
    } else {
        let name = key_name(kind, &picked.key.name);
        format!("{name} {}\n{details}\n", with_revision(wanted))
    };
    context.out(&text);
    Ok(())
}

fn with_revision(wanted: i64) -> String {
    if wanted > 0 { format!("with revision #{wanted}") } else { String::new() }
}

fn overview(all: &[History]) -> String {
    let mut text = "REVISION\tCHANGE-CAUSE\n".to_owned();
    for History { revision, cause, .. } in all {
        let cause = if cause.is_empty() { "<none>" } else { cause.as_str() };
        // Writing to a string cannot fail.
        writeln!(text, "{revision}\t{cause}").unwrap_or_default();
    }
    TabWriter::describe().format(&text)
}

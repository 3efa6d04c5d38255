//! `kubectl cordon` and `uncordon`: keep new pods off a node, and let them on again.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/drain/drain.go, Kubernetes v1.36. `drain` begins with it.

use serde_json::json;

use super::shared_flags::{DRY_RUN, SELECTOR};
use crate::api::{Kind, Object};
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::quote::quote;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};

/// `kubectl cordon`
pub const CORDON: Command = Command {
    name: "cordon",
    short: "Mark node as unschedulable",
    doc: "Keeps new pods off a node. The pods that run there stay.",
    usage: "NODE",
    examples: "# No new pods on node-1\nkubectl cordon node-1",
    flags: &[SELECTOR, DRY_RUN],
    run: Some(cordon),
    ..Command::EMPTY
};

/// `kubectl uncordon`
pub const UNCORDON: Command = Command {
    name: "uncordon",
    short: "Mark node as schedulable",
    doc: "Lets new pods on a node again.",
    usage: "NODE",
    examples: "# New pods on node-1 again\nkubectl uncordon node-1",
    flags: &[SELECTOR, DRY_RUN],
    run: Some(uncordon),
    ..Command::EMPTY
};

fn cordon(context: &mut Context<'_>) -> Result<Step, CommandError> {
    mark(context, true)
}

fn uncordon(context: &mut Context<'_>) -> Result<Step, CommandError> {
    mark(context, false)
}

fn mark(context: &mut Context<'_>, unschedulable: bool) -> Result<Step, CommandError> {
    let name = if unschedulable { "cordon" } else { "uncordon" };
    cordon_all(context, name, unschedulable)?;
    Ok(Step::Done)
}

/// Marks the nodes that arguments or a selector name; they are returned.
pub(super) fn cordon_all(
    context: &mut Context<'_>,
    name: &str,
    unschedulable: bool,
) -> Result<Vec<Object>, CommandError> {
    let mut printer = ResultPrinter::of(context)?;
    let args = context.args().to_vec();
    let labels = context.flags.text("selector").to_owned();
    if args.is_empty() && !context.flags.is_given("selector") {
        return Err(context.usage_error(&format!("USAGE: {name} NODE [flags]")));
    }
    if !args.is_empty() && !labels.is_empty() {
        return Err(context.usage_error("error: cannot specify both a node name and a --selector option"));
    }
    // Every word is a node's name, also the type before it: upstream says so too.
    let mut pairs: Vec<String> = Vec::new();
    for arg in &args {
        pairs.push(if arg.contains('/') { arg.clone() } else { format!("nodes/{arg}") });
    }
    if args.is_empty() && !labels.is_empty() {
        pairs.push("nodes".to_owned());
    }
    let mut selection = Selection::of(context).args(&pairs);
    selection.single_type = true;
    let picks = selection.pick(context)?;
    // Without going on after an error, nothing is done when one node is missing.
    if let Some(error) = picks.errors.into_iter().next() {
        return Err(error);
    }
    if let Some(other) = picks.items.iter().find(|picked| picked.key.kind != Kind::Node) {
        return Err(CommandError::plain(format!(
            "error: expected resource of type node, got {}",
            quote(&crate::kubectl::resources::group_version_resource(other.key.kind))
        )));
    }
    for picked in &picks.items {
        mark_one(context, picked, unschedulable, &mut printer)?;
    }
    Ok(picks.items.into_iter().filter_map(|picked| picked.object).collect())
}

fn mark_one(
    context: &mut Context<'_>,
    picked: &Picked,
    unschedulable: bool,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let is_so = match &picked.object {
        Some(Object::Node(node)) => node.spec.unschedulable == unschedulable,
        _ => false,
    };
    let done = if unschedulable { "cordoned" } else { "uncordoned" };
    if is_so {
        return printer.print(context, &picked.value(), &format!("already {done}"));
    }
    if printer.dry_run() != DryRun::Client {
        let value = if unschedulable { json!(true) } else { json!(null) };
        let request = Request::Patch {
            key: picked.key.clone(),
            patch_type: PatchType::Strategic,
            patch: json!({"spec": {"unschedulable": value}}),
            subresource: Subresource::Main,
            dry_run: printer.dry_run().is_server(),
            drops_unknown: false,
        };
        if let Err(error) = context.send(request) {
            let verb = if unschedulable { "cordon" } else { "uncordon" };
            let text = format!("error: unable to {verb} node {}: {error}\n", quote(&picked.key.name));
            context.err(&text);
            return Ok(());
        }
    }
    printer.print(context, &picked.value(), done)
}

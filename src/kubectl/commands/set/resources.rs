//! `kubectl set resources`: what containers ask for and may use at most.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/set/set_resources.go`, Kubernetes v1.36. Left out: `--local`.

use serde_json::Value;

use super::pod_specs;
use crate::api::quantity::Quantity;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{ALL, DRY_RUN, FILES, IGNORED, LOCAL, RECORD, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::objects::set_at;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::{Picked, Selection};

const FLAGS: &[Flag] = &[
    Flag::text("containers", "*", "Which containers; * stands for any letters.").short('c'),
    Flag::text("limits", "", "What they may use at most, such as cpu=200m,memory=512Mi."),
    Flag::text("requests", "", "What they ask for, such as cpu=100m,memory=256Mi."),
];

/// `kubectl set resources`
pub(super) const COMMAND: Command = Command {
    name: "resources",
    short: "Update resource requests/limits on objects with pod templates",
    doc: "Gives containers other requests and limits. A new template replaces the pods.",
    usage: "(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]",
    examples: "# What nginx asks for and may use\nkubectl set resources deployment nginx -c=nginx \
               --requests=cpu=100m,memory=256Mi --limits=cpu=200m,memory=512Mi",
    flags: &[FLAGS, LOCAL, FILES, ALL, SELECTOR, DRY_RUN, RESULT, IGNORED, RECORD],
    run: Some(run),
    ..Command::EMPTY
};

/// The requests or the limits with what they are set to.
type Amounts = Vec<(&'static str, String, String)>;

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let all = context.flags.switch("all");
    let picks = Selection::of(context).type_alone(all).latest().pick(context)?;
    CommandError::all(picks.errors)?;
    if all && !context.flags.text("selector").is_empty() {
        return Err(CommandError::plain("cannot set --all and --selector at the same time"));
    }
    let amounts = amounts(context)?;
    let (mut errors, mut changes) = (Vec::new(), Vec::new());
    for picked in picks.items {
        match changed(context, &picked, &amounts) {
            Ok(value) => changes.push((picked, value)),
            Err(error) => errors.push(error),
        }
    }
    let words = ("resource requirements updated", "failed to patch resources update to pod template");
    for (picked, value) in changes {
        errors.extend(pod_specs::change(context, &picked, value, &mut printer, words).err());
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

fn changed(context: &Context<'_>, picked: &Picked, amounts: &Amounts) -> Result<Value, CommandError> {
    let path = pod_specs::path(picked.key.kind).ok_or_else(|| pod_specs::unsupported(picked))?;
    let pattern = context.flags.text("containers");
    let mut value = picked.value();
    let containers = pod_specs::containers(&mut value, path, pattern);
    if containers.is_empty() {
        return Err(CommandError::plain(format!("error: unable to find container named {pattern}")));
    }
    for container in containers {
        for (list, name, amount) in amounts {
            set_at(container, &["resources", list, name], amount.as_str().into());
        }
    }
    Ok(value)
}

fn amounts(context: &Context<'_>) -> Result<Amounts, CommandError> {
    let texts = [("limits", context.flags.text("limits")), ("requests", context.flags.text("requests"))];
    if texts.iter().all(|(_, text)| text.is_empty()) {
        return Err(CommandError::plain(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let mut amounts = Vec::new();
    for (list, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        for part in text.split(',') {
            let pair: Vec<&str> = part.split('=').collect();
            let [name, amount] = pair.as_slice() else {
                let why = format!("Invalid argument syntax {part}, expected <resource>=<value>");
                return Err(CommandError::plain(why));
            };
            let amount = Quantity::parse(amount).map_err(|error| CommandError::plain(error.to_string()))?;
            amounts.push((list, (*name).to_owned(), amount.to_string()));
        }
    }
    Ok(amounts)
}

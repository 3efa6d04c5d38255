//! `kubectl create poddisruptionbudget`: a budget from a few words.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/create/create_pdb.go`, Kubernetes v1.36.

use serde_json::{Map, Value, json};

use super::made::{make, name};
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{DRY_RUN, IGNORED, RESULT, SAVE_CONFIG, VALIDATE};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_selector::LabelQuery;
use crate::kubectl::objects::set_at;
use crate::kubectl::quote::quote;

const FLAGS: &[Flag] = &[
    Flag::text("min-available", "", "How many pods must stay available: a number or a percentage."),
    Flag::text("max-unavailable", "", "How many pods may be unavailable: a number or a percentage."),
    Flag::text("selector", "", "The labels of the pods that the budget counts, such as app=web."),
];

/// `kubectl create poddisruptionbudget`
pub(super) const DISRUPTION_BUDGET: Command = Command {
    name: "poddisruptionbudget",
    aliases: &["pdb"],
    short: "Create a pod disruption budget with the specified name",
    doc: "Makes a budget: how many of the pods with some labels must stay available, or may be unavailable, while pods \
          are evicted.",
    usage: "NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none]",
    examples: "# At least one pod of app=rails stays\nkubectl create poddisruptionbudget my-pdb --selector=app=rails \
               --min-available=1\n\n# At least half of the pods of app=nginx stay\nkubectl create pdb my-pdb \
               --selector=app=nginx --min-available=50%",
    flags: &[FLAGS, SAVE_CONFIG, DRY_RUN, RESULT, IGNORED, VALIDATE],
    run: Some(run),
    ..Command::EMPTY
};

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let name = name(context)?;
    let manifest = json!({"metadata": {"name": name}, "spec": spec(context)?});
    make(context, Kind::PodDisruptionBudget, manifest, Some("failed to create poddisruptionbudgets:"))
}

fn spec(context: &Context<'_>) -> Result<Value, CommandError> {
    let refuse = |message: &str| Err(CommandError::plain(message));
    let text = |name: &str| context.flags.text(name);
    let (selector, min, max) = (text("selector"), text("min-available"), text("max-unavailable"));
    if selector.is_empty() {
        return refuse("a selector must be specified");
    }
    match (min.is_empty(), max.is_empty()) {
        (true, true) => return refuse("one of min-available or max-unavailable must be specified"),
        (false, false) => return refuse("min-available and max-unavailable cannot be both specified"),
        _ => {}
    }
    for (flag, given) in [("min-available", min), ("max-unavailable", max)] {
        if !given.is_empty() && !is_number_or_percent(given) {
            return refuse(&format!("invalid format specified for {flag}"));
        }
    }
    let mut spec = Map::new();
    spec.insert("selector".to_owned(), label_selector(selector)?);
    let (field, given) = if min.is_empty() { ("maxUnavailable", max) } else { ("minAvailable", min) };
    let value = given.parse::<i64>().map_or_else(|_| Value::from(given), Value::from);
    spec.insert(field.to_owned(), value);
    Ok(Value::Object(spec))
}

fn is_number_or_percent(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A typed selector as objects carry it (`ParseToLabelSelector`).
fn label_selector(text: &str) -> Result<Value, CommandError> {
    let query = LabelQuery::parse(text).map_err(|why| {
        CommandError::plain(format!("couldn't parse the selector string {}: {why}", quote(text)))
    })?;
    let (mut labels, mut expressions) = (Map::new(), Vec::new());
    for requirement in query.requirements() {
        match requirement.operator.as_str() {
            "=" | "==" => {
                let value = requirement.values.first().cloned().unwrap_or_default();
                labels.insert(requirement.key.clone(), value.into());
            }
            operator @ ("In" | "NotIn" | "Exists" | "DoesNotExist") => {
                let mut expression = json!({"key": requirement.key, "operator": operator});
                if !requirement.values.is_empty() {
                    set_at(&mut expression, &["values"], requirement.values.clone().into());
                }
                expressions.push(expression);
            }
            operator => {
                let why = format!("{} is not a valid label selector operator", quote(operator));
                return Err(CommandError::plain(why));
            }
        }
    }
    let mut selector = Map::new();
    if !labels.is_empty() {
        selector.insert("matchLabels".to_owned(), Value::Object(labels));
    }
    if !expressions.is_empty() {
        selector.insert("matchExpressions".to_owned(), Value::Array(expressions));
    }
    Ok(Value::Object(selector))
}

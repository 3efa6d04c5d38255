//! `kubectl taint`: sets and removes the taints of nodes.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/taint, Kubernetes v1.36. Left out: nothing.

use serde_json::{Value, json};

use super::shared_flags::{DRY_RUN, IGNORED, RESULT, SELECTOR, VALIDATE};
use crate::api::{Kind, Object, patch};
use crate::apiserver::{PatchType, Request, Subresource};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_syntax::{label_key_errors, label_value_errors};
use crate::kubectl::objects::{set_at, wire};
use crate::kubectl::quote::quote;
use crate::kubectl::resources::kind_of;
use crate::kubectl::result::{DryRun, ResultPrinter};
use crate::kubectl::selection::{Picked, Selection};

const FLAGS: &[Flag] = &[
    Flag::switch("overwrite", "Lets a taint be changed that is there already."),
    Flag::switch("all", "Means all nodes."),
];

/// `kubectl taint`
pub const COMMAND: Command = Command {
    name: "taint",
    short: "Update the taints on one or more nodes",
    doc: "Sets taints (KEY=VALUE:EFFECT) and removes them (KEY:EFFECT- or KEY-). Pods that do not tolerate a taint are \
          kept off the node (NoSchedule), kept off if possible (PreferNoSchedule) or sent away (NoExecute).",
    usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
    examples: "# Keep pods off a node\nkubectl taint nodes node-1 dedicated=web:NoSchedule\n\n# Let them on again\n\
               kubectl taint nodes node-1 dedicated-",
    flags: &[FLAGS, SELECTOR, DRY_RUN, RESULT, IGNORED, VALIDATE],
    run: Some(run),
    ..Command::EMPTY
};

/// A taint as typed; without an effect it names all of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

#[derive(Clone, Debug, Default)]
struct Change {
    added: Vec<Taint>,
    removed: Vec<Taint>,
    overwrite: bool,
}

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let mut printer = ResultPrinter::of_structs(context)?;
    let args = context.args().to_vec();
    let is_taint = |arg: &String| arg.contains(['=', ':']) || arg.ends_with('-');
    let (resources, specs) = args.split_at(args.iter().position(is_taint).unwrap_or(args.len()));
    if let Some(late) = specs.iter().find(|arg| !is_taint(arg)) {
        return Err(CommandError::plain(format!(
            "all resources must be specified before taint changes: {late}"
        )));
    }
    let Some((types, names)) = resources.split_first() else {
        return Err(CommandError::plain("one or more resources must be specified as <resource> <name>"));
    };
    if specs.is_empty() {
        return Err(CommandError::plain("at least one taint update is required"));
    }
    let mut change = parse(specs).map_err(|why| context.usage_error(&why))?;
    change.overwrite = context.flags.switch("overwrite");
    if kind_of_type(context, types)? != Kind::Node {
        return Err(CommandError::plain(format!(
            "invalid resource type {}, only node types are supported",
            types.to_ascii_lowercase()
        )));
    }
    check(context, &change, names)?;
    let mut selection = Selection::of(context).args(&[]);
    selection.all = context.flags.switch("all");
    selection.args = if names.is_empty() || selection.all || !selection.labels.is_empty() {
        vec!["nodes".to_owned()]
    } else {
        let of_type = |name: &String| if name.contains('/') { name.clone() } else { format!("nodes/{name}") };
        names.iter().map(of_type).collect()
    };
    let picks = selection.pick(context)?;
    let mut errors = picks.errors;
    for picked in &picks.items {
        errors.extend(taint_one(context, picked, &change, &mut printer).err());
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

/// The kind of the first argument, which is read as `explain` reads it: without a group, and kubectl names no
/// error when there is none.
fn kind_of_type(context: &mut Context<'_>, types: &str) -> Result<Kind, CommandError> {
    let types = types.to_ascii_lowercase();
    kind_of(types.split('.').next().unwrap_or(&types)).map_err(|error| {
        context.err(&format!("{}\n", error.message()));
        error.hint_only()
    })
}

fn check(context: &Context<'_>, change: &Change, names: &[String]) -> Result<(), CommandError> {
    let conflicts: Vec<String> = change
        .added
        .iter()
        .flat_map(|added| change.removed.iter().filter(|removed| covers(removed, added)))
        .map(|removed| format!("{}={}", removed.key, removed.effect))
        .collect();
    if !conflicts.is_empty() {
        return Err(CommandError::plain(format!(
            "can not both modify and remove the following taint(s) in the same command: {}",
            conflicts.join(", ")
        )));
    }
    let (all, selects) = (context.flags.switch("all"), !context.flags.text("selector").is_empty());
    if all && selects {
        return Err(CommandError::plain("setting 'all' parameter with a non empty selector is prohibited"));
    }
    if !all && !selects && names.is_empty() {
        return Err(CommandError::plain(
            "at least one resource name must be specified since 'all' parameter is not set",
        ));
    }
    Ok(())
}

/// Whether a taint that is to be removed means another.
fn covers(removed: &Taint, other: &Taint) -> bool {
    removed.key == other.key && (removed.effect.is_empty() || removed.effect == other.effect)
}

fn parse(specs: &[String]) -> Result<Change, String> {
    let mut change = Change::default();
    for spec in specs {
        if let Some(spec) = spec.strip_suffix('-') {
            change.removed.push(parse_one(spec)?);
            continue;
        }
        let taint = parse_one(spec)?;
        if taint.effect.is_empty() {
            return Err(format!("invalid taint spec: {spec}"));
        }
        if change.added.iter().any(|known| known.key == taint.key && known.effect == taint.effect) {
            return Err(format!(
                "duplicated taints with the same key and effect: {{{} {} {} <nil>}}",
                taint.key, taint.value, taint.effect
            ));
        }
        change.added.push(taint);
    }
    Ok(change)
}

fn parse_one(spec: &str) -> Result<Taint, String> {
    let invalid = || format!("invalid taint spec: {spec}");
    let parts: Vec<&str> = spec.split(':').collect();
    let (key, value, effect) = match parts.as_slice() {
        [key] => (*key, "", ""),
        [pair, effect] => {
            if !matches!(*effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
                return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
            }
            match pair.split('=').collect::<Vec<_>>().as_slice() {
                [key] => (*key, "", *effect),
                [key, value] => (*key, *value, *effect),
                _ => return Err(invalid()),
            }
        }
        _ => return Err(invalid()),
    };
    let mut errors = label_value_errors(value);
    if errors.is_empty() {
        errors = label_key_errors(key);
    }
    if !errors.is_empty() {
        return Err(format!("{}, {}", invalid(), errors.join("; ")));
    }
    Ok(Taint { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
}

fn taint_one(
    context: &mut Context<'_>,
    picked: &Picked,
    change: &Change,
    printer: &mut ResultPrinter,
) -> Result<(), CommandError> {
    let Some(Object::Node(node)) = &picked.object else {
        let kind = picked.key.kind.resource().kind;
        return Err(CommandError::plain(format!("unexpected type *v1.{kind}, expected Node")));
    };
    let old = wire(&Object::from(node.clone()));
    let old_taints = old.get("spec").and_then(|spec| spec.get("taints")).and_then(Value::as_array).cloned();
    let (taints, operation) = reorganize(&node.metadata.name, &old_taints.unwrap_or_default(), change)?;
    let mut new = old.clone();
    set_at(&mut new, &["spec", "taints"], Value::Array(taints));
    if printer.dry_run() == DryRun::Client {
        return printer.print(context, &new, operation);
    }
    let patch =
        patch::two_way(&old, &new, "v1", "Node").map_err(|error| CommandError::plain(error.to_string()))?;
    let request = Request::Patch {
        key: picked.key.clone(),
        patch_type: PatchType::Strategic,
        patch,
        subresource: Subresource::Main,
        dry_run: printer.dry_run().is_server(),
        drops_unknown: false,
    };
    let object = context.send(request)?;
    printer.print(context, &wire(&object), operation)
}

fn of_value(value: &Value) -> Taint {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    Taint { key: text("key"), value: text("value"), effect: text("effect") }
}

/// The node's taints after the change, and what was done (`reorganizeTaints`).
fn reorganize(
    node: &str,
    old: &[Value],
    change: &Change,
) -> Result<(Vec<Value>, &'static str), CommandError> {
    let same = |a: &Taint, b: &Taint| a.key == b.key && a.effect == b.effect;
    let known: Vec<Taint> = old.iter().map(of_value).collect();
    let taken: Vec<&str> = change
        .added
        .iter()
        .filter(|added| known.iter().any(|known| same(known, added)))
        .map(|added| added.key.as_str())
        .collect();
    if !change.overwrite && !taken.is_empty() {
        return Err(CommandError::plain(format!(
            "node {node} already has {} taint(s) with same effect(s) and --overwrite is false",
            taken.join(",")
        )));
    }
    let mut taints: Vec<Value> = change
        .added
        .iter()
        .map(|taint| match taint.value.as_str() {
            "" => json!({"key": taint.key, "effect": taint.effect}),
            value => json!({"key": taint.key, "value": value, "effect": taint.effect}),
        })
        .collect();
    let kept = old.iter().filter(|value| !change.added.iter().any(|added| same(added, &of_value(value))));
    taints.extend(kept.cloned());
    let added = taints.len() != old.len();
    let (mut deleted, mut errors) = (false, Vec::new());
    for removed in &change.removed {
        let before = taints.len();
        taints.retain(|value| !covers(removed, &of_value(value)));
        deleted = taints.len() != before;
        if !deleted {
            let colon = if removed.effect.is_empty() { "" } else { ":" };
            let name = quote(&format!("{}{colon}{}", removed.key, removed.effect));
            errors.push(CommandError::plain(format!("taint {name} not found")));
        }
    }
    CommandError::all(errors)?;
    let operation = match (added, deleted) {
        (true, true) => "modified",
        _ if change.overwrite => "modified",
        (true, false) => "tainted",
        (false, _) => "untainted",
    };
    Ok((taints, operation))
}

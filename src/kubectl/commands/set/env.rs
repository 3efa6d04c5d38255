//! `kubectl set env`: the variables of containers' environments.
//!
//! Models `staging/src/k8s.io/kubectl/pkg/cmd/set/set_env.go` and `env/env_parse.go`, Kubernetes v1.36; keys
//! of a config map or secret come in their order. Left out: `--local`.

use serde_json::{Map, Value, json};

use super::env_list;
use super::pod_specs;
use crate::api::Kind;
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::commands::shared_flags::{ALL, DRY_RUN, FILES, IGNORED, LOCAL, RESULT, SELECTOR};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::label_syntax::env_name_errors;
use crate::kubectl::objects::{remove_at, set_at, text_at};
use crate::kubectl::quote::quote;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::{Picked, Selection};

const FLAGS: &[Flag] = &[
    Flag::text("containers", "*", "Which containers; * stands for any letters.").short('c'),
    Flag::text("from", "", "A config map or a secret whose keys become variables."),
    Flag::text("prefix", "", "What the names of new variables begin with."),
    Flag::array("env", "A variable, KEY=VALUE.").short('e'),
    Flag::list("keys", "Which keys of --from."),
    Flag::switch("list", "Prints the variables instead of changing them."),
    Flag::switch("resolve", "Prints the values that references lead to."),
    Flag::switch("overwrite", "Whether a variable may get another value.").default("true"),
];

/// `kubectl set env`
pub(super) const COMMAND: Command = Command {
    name: "env",
    short: "Update environment variables on a pod template",
    doc: "Sets and removes variables in the environment of containers, or lists them. A new template replaces the \
          pods.",
    usage: "RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
    examples: "# A variable\nkubectl set env deployment/web COLOR=blue\n\n# The variables\nkubectl set env deployment/web \
               --list\n\n# Away with it\nkubectl set env deployment/web COLOR-\n\n# All keys of a config map\nkubectl set \
               env --from=configmap/settings deployment/web",
    flags: &[FLAGS, LOCAL, FILES, ALL, SELECTOR, DRY_RUN, RESULT, IGNORED],
    run: Some(run),
    ..Command::EMPTY
};

/// Variables to set, and names to remove.
#[derive(Debug, Default)]
struct Changes {
    set: Vec<Value>,
    removed: Vec<String>,
}

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let args = context.args().to_vec();
    let (resources, words) = divide(context, &args)?;
    let mut printer = ResultPrinter::of_structs(context)?;
    check(context, resources)?;
    let mut specs = context.flags.list("env").to_vec();
    specs.extend(words.iter().cloned());
    let reads_input = specs.iter().any(|spec| spec == "-");
    let mut changes = parse(&specs, context.session.stdin.as_deref().unwrap_or_default())?;
    if reads_input && context.flags.list("filename").iter().any(|file| file == "-") {
        return Err(CommandError::plain("standard input cannot be used for multiple arguments"));
    }
    from_object(context, &mut changes)?;
    let prefix = context.flags.text("prefix");
    for variable in &mut changes.set {
        let name = format!("{prefix}{}", text_at(variable, &["name"]));
        set_at(variable, &["name"], name.into());
    }
    let all = context.flags.switch("all");
    let picks = Selection::of(context).args(resources).type_alone(all).latest().pick(context)?;
    CommandError::all(picks.errors)?;
    let (mut errors, mut updated) = (Vec::new(), Vec::new());
    for picked in picks.items {
        match update(context, &picked, &changes) {
            Ok(value) => updated.push((picked, value)),
            Err(error) => errors.push(error),
        }
    }
    if context.flags.switch("list") {
        return Ok(Step::Done);
    }
    let words = ("env updated", "failed to patch env update to pod template:");
    for (picked, value) in updated {
        errors.extend(pod_specs::change(context, &picked, value, &mut printer, words).err());
    }
    CommandError::all(errors)?;
    Ok(Step::Done)
}

/// Resources first, then `KEY=VALUE` and `KEY-` (`SplitEnvironmentFromResources`).
fn divide<'a>(
    context: &Context<'_>,
    args: &'a [String],
) -> Result<(&'a [String], &'a [String]), CommandError> {
    if context.flags.switch("all") && !context.flags.text("selector").is_empty() {
        return Err(CommandError::plain("cannot set --all and --selector at the same time"));
    }
    let is_variable = |arg: &String| arg.ends_with('-') || arg.rfind('=').is_some_and(|at| at > 0);
    let first = args.iter().position(is_variable).unwrap_or(args.len());
    let (resources, words) = args.split_at(first);
    if !words.iter().all(is_variable) {
        return Err(CommandError::plain(format!(
            "all resources must be specified before environment changes: {}",
            args.join(" ")
        )));
    }
    Ok((resources, words))
}

fn check(context: &Context<'_>, resources: &[String]) -> Result<(), CommandError> {
    let flags = &context.flags;
    let refuse = |message: &str| Err(CommandError::plain(message));
    if resources.is_empty() && !context.names_files() {
        return refuse("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    if flags.switch("list") && !flags.text("output").is_empty() {
        return refuse("--list and --output may not be specified together");
    }
    if !flags.list("keys").is_empty() && flags.text("from").is_empty() {
        return refuse("when specifying --keys, a configmap or secret must be provided with --from");
    }
    Ok(())
}

/// `-` stands for the lines of standard input.
fn parse(specs: &[String], input: &str) -> Result<Changes, CommandError> {
    let mut changes = Changes::default();
    let mut named: Vec<&str> = Vec::new();
    for spec in specs {
        if spec == "-" {
            changes.set.extend(input.lines().filter_map(line));
            continue;
        }
        if let Some((name, value)) = spec.split_once('=') {
            let errors = env_name_errors(name);
            if !errors.is_empty() {
                let why = format!("{} is not a valid key name: {}", quote(name), errors.join(";"));
                return Err(CommandError::plain(why));
            }
            named.push(name);
            changes.set.push(variable(name, value));
        } else if let Some(name) = spec.strip_suffix('-') {
            changes.removed.push(name.to_owned());
        } else {
            return Err(CommandError::plain(format!("unknown environment variable: {spec}")));
        }
    }
    if named.iter().any(|name| changes.removed.iter().any(|old| old == name)) {
        return Err(CommandError::plain(
            "can not both modify and remove the same environment variable in the same command",
        ));
    }
    Ok(changes)
}

fn variable(name: &str, value: &str) -> Value {
    if value.is_empty() { json!({"name": name}) } else { json!({"name": name, "value": value}) }
}

/// The variable of a line of input, whose name nobody checks here; what follows a # is a comment.
fn line(text: &str) -> Option<Value> {
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    text.split_once('=').map(|(name, value)| variable(name, value))
}

/// Variables that refer to the keys of `--from`.
fn from_object(context: &mut Context<'_>, changes: &mut Changes) -> Result<(), CommandError> {
    let from = context.flags.text("from").to_owned();
    if from.is_empty() {
        return Ok(());
    }
    let all = context.flags.switch("all");
    let picks = Selection::of(context).args(&[from]).type_alone(all).latest().pick(context)?;
    CommandError::all(picks.errors)?;
    let wanted = context.flags.list("keys").to_vec();
    for picked in picks.items {
        let reference = match picked.key.kind {
            Kind::Secret => "secretKeyRef",
            Kind::ConfigMap => "configMapKeyRef",
            _ => return Err(CommandError::plain("unsupported resource specified in --from")),
        };
        let data = picked.value().get("data").and_then(Value::as_object).cloned().unwrap_or_default();
        for key in data.keys().filter(|key| wanted.is_empty() || wanted.contains(key)) {
            let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let name = key.replace(|c| !is_valid(c), "_").to_ascii_uppercase();
            if name != *key {
                context.err(&format!("Warning: key {key} transferred to {name}\n"));
            }
            let mut source = Map::new();
            source.insert(reference.to_owned(), json!({"name": picked.key.name, "key": key}));
            changes.set.push(json!({"name": name, "valueFrom": source}));
        }
    }
    Ok(())
}

/// The object with the changes; prints its variables when that was asked.
fn update(context: &mut Context<'_>, picked: &Picked, changes: &Changes) -> Result<Value, CommandError> {
    let path = pod_specs::path(picked.key.kind).ok_or_else(|| pod_specs::unsupported(picked))?;
    let pattern = context.flags.text("containers").to_owned();
    let before = picked.value();
    let mut value = before.clone();
    let mut shown = Vec::new();
    let containers = pod_specs::containers(&mut value, path, &pattern);
    if containers.is_empty() {
        let (kind, name) = (picked.key.kind, &picked.key.name);
        let pattern = quote(&pattern);
        context.err(&format!("Warning: {kind}/{name} does not have any containers matching {pattern}\n"));
    }
    let failed = |why: String| CommandError::plain(format!("error: {} {why}\n", picked.object_name()));
    for container in containers {
        let existing = container.get("env").and_then(Value::as_array).cloned().unwrap_or_default();
        if !context.flags.switch("overwrite") {
            check_overwrites(&existing, &changes.set).map_err(failed)?;
        }
        let env = updated(&existing, changes);
        if env.is_empty() {
            remove_at(container, &["env"]);
        } else {
            set_at(container, &["env"], env.into());
        }
        shown.push(container.clone());
    }
    if context.flags.switch("list") {
        env_list::print(context, picked, &before, &shown).map_err(failed)?;
    }
    Ok(value)
}

fn find<'v>(variables: &'v [Value], name: &str) -> Option<&'v Value> {
    variables.iter().find(|variable| text_at(variable, &["name"]) == name)
}

fn check_overwrites(existing: &[Value], new: &[Value]) -> Result<(), String> {
    for variable in new {
        let name = text_at(variable, &["name"]);
        let Some(current) = find(existing, name) else { continue };
        let value = text_at(current, &["value"]);
        if value != text_at(variable, &["value"]) {
            return Err(format!("'{name}' already has a value ({value}), and --overwrite is false"));
        }
    }
    Ok(())
}

/// The variables with the changes: what is replaced keeps its place, what is new comes last.
fn updated(existing: &[Value], changes: &Changes) -> Vec<Value> {
    let mut covered: Vec<&str> = changes.removed.iter().map(String::as_str).collect();
    let mut all = Vec::new();
    for variable in existing {
        let name = text_at(variable, &["name"]);
        if covered.contains(&name) {
            continue;
        }
        let newer = find(&changes.set, name);
        if newer.is_some() {
            covered.push(name);
        }
        all.push(newer.unwrap_or(variable).clone());
    }
    for variable in &changes.set {
        let name = text_at(variable, &["name"]);
        if !covered.contains(&name) {
            covered.push(name);
            all.push(variable.clone());
        }
    }
    all
}

//! `kubectl wait`: waits for a condition of objects.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/wait, Kubernetes v1.36, in virtual time. Left out: `--local`.

use serde_json::Value;

use super::delete::WEEK_MS;
use super::shared_flags::{ALL_NAMESPACES, FIELD_SELECTOR, FILES, LOCAL, RESULT, SELECTOR};
use super::waiters::{Condition, Sequence, block, deadline};
use crate::api::ObjectKey;
use crate::apiserver::{ApiServer, StatusError};
use crate::kubectl::command::{Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::objects::{fetch, wire};
use crate::kubectl::outcome::{Output, Poll, Waiter};
use crate::kubectl::output::go_value::print_value;
use crate::kubectl::output::jsonpath::{JsonPath, relaxed_expression};
use crate::kubectl::quote::quote;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::{Picked, Picks, Selection};
use crate::sim::{Span, Time};

const FLAGS: &[Flag] = &[
    Flag::array(
        "for",
        "What to wait for: create, delete, condition=NAME[=VALUE] or jsonpath='{EXPRESSION}'[=VALUE]. All must hold.",
    ),
    Flag::duration("timeout", "30s", "How long to wait; 0 looks once, less than 0 waits for a week."),
    Flag::switch("all", "Means all objects of the given types in the namespace."),
];

/// `kubectl wait`
pub const COMMAND: Command = Command {
    name: "wait",
    short: "Wait for a specific condition on one or many resources",
    doc: "Waits until objects exist, are gone, have a condition or a value, each in turn.",
    usage: "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) \
            [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
    examples: "# Until a pod is ready\nkubectl wait --for=condition=Ready pod/web-0\n\n# Until it is gone\nkubectl wait \
               --for=delete pod/web-0 --timeout=60s\n\n# Until three pods are ready\nkubectl wait \
               --for=jsonpath='{.status.readyReplicas}'=3 sts/web",
    flags: &[FLAGS, LOCAL, FILES, SELECTOR, FIELD_SELECTOR, ALL_NAMESPACES, RESULT],
    run: Some(run),
    ..Command::EMPTY
};

/// What one `--for` asks.
#[derive(Clone, Debug, PartialEq)]
enum For {
    Create,
    Delete,
    Condition { name: String, value: String },
    JsonPath { path: JsonPath, value: Option<String> },
}

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let printer = ResultPrinter::of(context)?;
    let asked = context.flags.list("for").to_vec();
    let conditions = parse_all(&asked)?;
    let mut selection = Selection::of(context).latest();
    selection.all = context.flags.switch("all");
    let timeout_ms = match context.flags.duration_ms("timeout") {
        negative if negative < 0 => WEEK_MS,
        given => given,
    };
    // Without any time it looks once.
    if conditions.contains(&For::Create) {
        let deadline = deadline(context.api.now(), timeout_ms);
        // Files are read now: what is waited for cannot change while it is.
        let mut documents = None;
        if context.names_files() {
            let picks = Selection { latest: false, ..selection.clone() }.pick(context)?;
            CommandError::all(picks.errors)?;
            documents = Some(picks.items);
        }
        return Ok(block(context, Creation { selection, documents, conditions, printer, deadline }));
    }
    let picks = selection.pick(context)?;
    wait_for(context, picks, &conditions, &printer, timeout_ms)
}

fn wait_for(
    context: &mut Context<'_>,
    mut picks: Picks,
    conditions: &[For],
    printer: &ResultPrinter,
    timeout_ms: i64,
) -> Result<Step, CommandError> {
    let for_delete = conditions.contains(&For::Delete);
    if for_delete {
        picks.ignore_not_found();
    }
    if picks.items.is_empty() && picks.errors.is_empty() {
        return if for_delete {
            Ok(Step::Done)
        } else {
            Err(CommandError::plain("no matching resources found"))
        };
    }
    sequence(context.path.clone(), picks, conditions, printer, timeout_ms).start(context, timeout_ms)
}

fn sequence(
    title: String,
    picks: Picks,
    conditions: &[For],
    printer: &ResultPrinter,
    timeout_ms: i64,
) -> Sequence<Awaited> {
    let mut sequence = Sequence::new(title).continues_after(picks.errors);
    for picked in picks.items {
        sequence.push(Awaited {
            uid: picked.object.as_ref().map(|object| object.meta().uid.clone()).unwrap_or_default(),
            last: picked.value(),
            key: picked.key,
            conditions: conditions.to_vec(),
            printer: printer.clone(),
            once: timeout_ms == 0,
            seen: false,
        });
    }
    sequence
}

fn parse_all(asked: &[String]) -> Result<Vec<For>, CommandError> {
    let conditions: Result<Vec<For>, CommandError> = asked.iter().map(|text| parse(text)).collect();
    let conditions = conditions?;
    if conditions.is_empty() {
        return Err(CommandError::plain("unrecognized condition: []"));
    }
    Ok(conditions)
}

fn parse(text: &str) -> Result<For, CommandError> {
    match text.to_ascii_lowercase().as_str() {
        "create" => return Ok(For::Create),
        "delete" => return Ok(For::Delete),
        _ => {}
    }
    if let Some(condition) = text.strip_prefix("condition=") {
        let (name, value) = condition.split_once('=').unwrap_or((condition, "true"));
        return Ok(For::Condition { name: name.to_owned(), value: value.to_owned() });
    }
    if let Some(input) = text.strip_prefix("jsonpath=") {
        return parse_json_path(input);
    }
    Err(CommandError::plain(format!("unrecognized condition: {}", quote(text))))
}

fn parse_json_path(input: &str) -> Result<For, CommandError> {
    let parts = split_on_single_equals(input);
    let (path, value) = match parts.as_slice() {
        [path] => (path, None),
        [path, value] => (path, Some(value.trim_matches(['\'', '"']).to_owned())),
        _ => {
            return Err(CommandError::plain(
                "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or \
                 --for=jsonpath='{.status.readyReplicas}'",
            ));
        }
    };
    let path = relaxed_expression(path).map_err(CommandError::plain)?;
    if value.as_ref().is_some_and(String::is_empty) {
        return Err(CommandError::plain(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
        ));
    }
    if path.is_empty() {
        return Err(CommandError::plain("jsonpath expression cannot be empty"));
    }
    let path = JsonPath::parse(&path).map_err(CommandError::plain)?;
    Ok(For::JsonPath { path, value })
}

/// Splits at every `=` that does not stand beside another.
fn split_on_single_equals(input: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = input.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '=' && letters.peek() == Some(&'=') {
            letters.next();
            if let Some(last) = parts.last_mut() {
                last.push_str("==");
            }
        } else if letter == '=' {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
}

/// An object with all that is waited for of it.
#[derive(Clone, Debug)]
struct Awaited {
    key: ObjectKey,
    uid: String,
    last: Value,
    conditions: Vec<For>,
    printer: ResultPrinter,
    /// Looks once instead of waiting.
    once: bool,
    /// Whether it was looked at; an object that vanishes later is waited for.
    seen: bool,
}

impl Awaited {
    fn holds(&self, wanted: &For, object: Option<&Value>, looked: bool) -> Result<bool, CommandError> {
        match (wanted, object) {
            (For::Create, _) => Ok(true),
            (For::Delete, object) => Ok(object.is_none()),
            (_, None) if looked && !self.once => Ok(false),
            (_, None) => Err(StatusError::not_found(self.key.kind, &self.key.name).into()),
            (For::Condition { name, value }, Some(object)) => Ok(has_condition(object, name, value)),
            (For::JsonPath { path, value }, Some(object)) => has_value(object, path, value.as_deref()),
        }
    }
}

impl Condition for Awaited {
    fn look(&mut self, api: &ApiServer) -> Result<Option<String>, CommandError> {
        let object = api.get(&self.key).ok().cloned();
        let same = object.as_ref().filter(|object| object.meta().uid == self.uid || self.uid.is_empty());
        let current = object.as_ref().map(wire);
        if let Some(current) = &current {
            self.last = current.clone();
        }
        let mut text = String::new();
        let looked = std::mem::replace(&mut self.seen, true);
        while let Some(wanted) = self.conditions.first().cloned() {
            let seen = if wanted == For::Delete && same.is_none() { None } else { current.as_ref() };
            if !self.holds(&wanted, seen, looked)? {
                if self.once {
                    let plural = self.key.kind.resource().plural;
                    return Err(CommandError::plain(format!(
                        "condition not met for {plural}/{}",
                        self.key.name
                    )));
                }
                return Ok(None);
            }
            text.push_str(&self.printer.text(&self.last, "condition met")?);
            self.conditions.remove(0);
        }
        Ok(Some(text))
    }

    fn key(&self) -> &ObjectKey {
        &self.key
    }
}

fn has_condition(object: &Value, name: &str, wanted: &str) -> bool {
    let conditions =
        object.get("status").and_then(|status| status.get("conditions")).and_then(Value::as_array);
    let of = |condition: &Value, field: &str| {
        condition.get(field).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase()
    };
    let found =
        conditions.into_iter().flatten().find(|condition| of(condition, "type") == name.to_ascii_lowercase());
    let Some(found) = found else {
        return false;
    };
    let generation = object.get("metadata").and_then(|meta| meta.get("generation")).and_then(Value::as_i64);
    let observed = found
        .get("observedGeneration")
        .or_else(|| object.get("status").and_then(|status| status.get("observedGeneration")))
        .and_then(Value::as_i64);
    if let (Some(generation), Some(observed)) = (generation, observed)
        && observed < generation
    {
        return false;
    }
    of(found, "status") == wanted.to_ascii_lowercase()
}

fn has_value(object: &Value, path: &JsonPath, wanted: Option<&str>) -> Result<bool, CommandError> {
    let lists = path.find(object).map_err(CommandError::plain)?;
    let Some(first) = lists.first().and_then(|list| list.first()) else {
        return Ok(false);
    };
    if lists.len() > 1 {
        return Err(CommandError::plain("given jsonpath expression matches more than one list"));
    }
    if lists.first().is_some_and(|list| list.len() > 1) {
        return Err(CommandError::plain("given jsonpath expression matches more than one value"));
    }
    let Some(wanted) = wanted else {
        return Ok(true);
    };
    let text = match first.as_ref() {
        Value::Object(_) | Value::Array(_) => {
            return Err(CommandError::plain(
                "jsonpath leads to a nested object or list which is not supported",
            ));
        }
        scalar => print_value(scalar),
    };
    Ok(text.trim() == wanted.trim())
}

/// Waits until the objects exist, and then for everything else.
#[derive(Clone, Debug)]
struct Creation {
    selection: Selection,
    /// What files name; `None` when arguments name it.
    documents: Option<Vec<Picked>>,
    conditions: Vec<For>,
    printer: ResultPrinter,
    deadline: Time,
}

/// What files name, as the server has it.
fn fetched(documents: &[Picked], api: &ApiServer) -> Picks {
    let mut picks = Picks::default();
    for document in documents {
        match fetch(api, &document.key) {
            Ok(object) => picks.items.push(Picked { object: Some(object), ..document.clone() }),
            Err(error) => picks.errors.push(error),
        }
    }
    picks
}

impl Waiter for Creation {
    fn poll(&mut self, api: &mut ApiServer) -> Poll {
        let mut output = Output::default();
        let picked = match &self.documents {
            Some(documents) => Ok(fetched(documents, api)),
            None => self.selection.pick_arguments(api),
        };
        let (picks, failed) = match picked {
            Ok(picks) => {
                let failed = picks.errors.iter().find(|error| !error.is_not_found()).cloned();
                (Some(picks), failed)
            }
            Err(error) => (None, Some(error)),
        };
        if let Some(error) = failed {
            output.fail(&error);
            return Poll::Done(output);
        }
        match picks {
            Some(picks) if !picks.items.is_empty() && picks.errors.is_empty() => {
                let left = self.deadline - api.now();
                let timeout_ms = i64::try_from(left.ms()).unwrap_or(i64::MAX);
                let title = "kubectl wait".to_owned();
                let mut sequence = sequence(title, picks, &self.conditions, &self.printer, timeout_ms);
                sequence.set_deadline(self.deadline);
                match sequence.poll(api) {
                    // What is left is waited for by looking at everything again: nothing was printed yet.
                    Poll::Pending { .. } => Poll::Pending { output, wake_at: Some(self.deadline) },
                    other => other,
                }
            }
            _ if api.now() >= self.deadline => {
                output.fail(&CommandError::plain("timed out waiting for the condition"));
                Poll::Done(output)
            }
            // Upstream asks every half second.
            _ => Poll::Pending { output, wake_at: Some(self.deadline.min(api.now() + Span::from_ms(500))) },
        }
    }

    fn interrupt(&mut self) -> Output {
        Output { exit: 1, ..Output::default() }
    }

    fn boxed_clone(&self) -> Box<dyn Waiter> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "kubectl wait waits for objects to be created".to_owned()
    }
}

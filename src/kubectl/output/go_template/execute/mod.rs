//! Runs a Go template over a value.
//!
//! Models exec.go of Go's text/template, with missing keys as kubectl sets them: `<no value>` or an error.
//! Left out: methods, channels, templates within templates.
//!
//! `operands` says what pipelines and commands give.

mod operands;

use serde_json::Value;

use super::GoTemplate;
use super::found::Found;
use super::tree::{Command, Node, Operand, Pipe};
use crate::kubectl::output::go_value::print_value;

/// How much a template may print.
const MAX_OUTPUT: usize = 4 << 20;
/// How many nodes a run may walk.
const MAX_STEPS: usize = 500_000;

/// The rest of a list is skipped by `break` and `continue`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

/// Where an error happened.
#[derive(Clone, Copy)]
enum Place<'t> {
    Pipe(&'t Pipe),
    Command(&'t Command),
    Operand(&'t Operand),
}

/// Runs the nodes; on an error, what was printed before it comes along.
pub(super) fn execute(template: &GoTemplate, value: &Value) -> Result<String, (String, String)> {
    let dot = Found::borrowed(value);
    let mut run = Run {
        text: &template.text,
        allow_missing_keys: template.allow_missing_keys,
        out: String::new(),
        variables: vec![("$", dot.clone())],
        place: None,
        steps: 0,
    };
    match run.list(&dot, &template.nodes) {
        Ok(_) => Ok(run.out),
        Err(message) => Err((run.out, message)),
    }
}

struct Run<'t, 'v> {
    text: &'t str,
    allow_missing_keys: bool,
    out: String,
    variables: Vec<(&'t str, Found<'v>)>,
    place: Option<Place<'t>>,
    steps: usize,
}

type Outcome<'v> = Result<Found<'v>, String>;

impl<'t, 'v> Run<'t, 'v> {
    fn fault(&self, message: &str) -> String {
        let (at, shown) = match self.place {
            Some(Place::Pipe(pipe)) => (pipe.at, pipe.show()),
            Some(Place::Command(command)) => (command.at, command.show()),
            Some(Place::Operand(operand)) => (operand.at, operand.show()),
            None => return format!("template: output: {message}"),
        };
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rfind('\n').map_or(at, |newline| at - newline - 1);
        format!("template: output:{line}:{column}: executing \"output\" at <{shown}>: {message}")
    }

    fn step(&mut self) -> Result<(), String> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.out.len() > MAX_OUTPUT {
            return Err(self.fault("template prints too much"));
        }
        Ok(())
    }

    fn list(&mut self, dot: &Found<'v>, nodes: &'t [Node]) -> Result<Flow, String> {
        for node in nodes {
            let flow = self.walk(dot, node)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn walk(&mut self, dot: &Found<'v>, node: &'t Node) -> Result<Flow, String> {
        self.step()?;
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Action(pipe) => {
                let found = self.pipeline(dot, pipe)?;
                if pipe.variables.is_empty() {
                    let shown =
                        if found.missing { "<no value>".to_owned() } else { print_value(found.value()) };
                    self.out.push_str(&shown);
                }
            }
            Node::If { pipe, then, otherwise } => {
                return self.scoped(|run| {
                    let chosen = if run.pipeline(dot, pipe)?.is_true() { then } else { otherwise };
                    run.list(dot, chosen)
                });
            }
            Node::With { pipe, then, otherwise } => {
                return self.scoped(|run| {
                    let found = run.pipeline(dot, pipe)?;
                    if found.is_true() { run.list(&found, then) } else { run.list(dot, otherwise) }
                });
            }
            Node::Range { pipe, body, otherwise } => {
                return self.scoped(|run| run.range(dot, pipe, body, otherwise));
            }
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    /// Forgets the variables that are declared inside.
    fn scoped(&mut self, inside: impl FnOnce(&mut Self) -> Result<Flow, String>) -> Result<Flow, String> {
        let mark = self.variables.len();
        let flow = inside(self);
        self.variables.truncate(mark);
        flow
    }

    fn range(
        &mut self,
        dot: &Found<'v>,
        pipe: &'t Pipe,
        body: &'t [Node],
        otherwise: &'t [Node],
    ) -> Result<Flow, String> {
        let found = self.pipeline(dot, pipe)?;
        let mut each: Box<dyn Iterator<Item = (Value, Found<'v>)>> = match found.value() {
            Value::Array(items) => {
                let list = found.clone();
                Box::new((0..items.len()).filter_map(move |at| Some((Value::from(at), list.element(at)?))))
            }
            Value::Object(fields) => {
                let map = found.clone();
                let keys: Vec<String> = fields.keys().cloned().collect();
                Box::new(keys.into_iter().filter_map(move |key| {
                    let member = map.member(&key)?;
                    Some((Value::from(key), member))
                }))
            }
            Value::Number(number) if !number.is_f64() => {
                let end = number.as_i64().unwrap_or_default();
                Box::new((0..end).map(|index| (Value::from(index), Found::owned(Value::from(index)))))
            }
            Value::Null => Box::new(std::iter::empty()),
            other => return Err(self.fault(&format!("range can't iterate over {}", print_value(other)))),
        };
        let Some(mut next) = each.next() else { return self.list(dot, otherwise) };
        let mark = self.variables.len();
        loop {
            self.step()?;
            let (index, element) = next;
            self.set_range_variables(pipe, index, &element);
            let flow = self.list(&element, body)?;
            self.variables.truncate(mark);
            match each.next() {
                Some(more) if flow != Flow::Break => next = more,
                _ => return Ok(Flow::On),
            }
        }
    }

    /// Sets the variables of a range: one is the element, two are index and element.
    fn set_range_variables(&mut self, pipe: &'t Pipe, index: Value, element: &Found<'v>) {
        let values = [element.clone(), Found::owned(index)];
        for (name, value) in pipe.variables.iter().rev().zip(values) {
            if let Some((_, variable)) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                *variable = value;
            }
        }
    }
}

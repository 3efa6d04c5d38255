//! Runs a Go template over a value.
//!
//! Models exec.go of Go's text/template, with missing keys as kubectl sets them: `<no value>`.
//! Left out: methods, channels, templates within templates.

use std::borrow::Cow;

use serde_json::Value;

use super::functions::{arity, call, wants_text};
use super::tree::{Command, Node, Operand, Pipe, Term};
use crate::kubectl::output::go_value::{print_value, type_name};

/// How much a template may print.
const MAX_OUTPUT: usize = 4 << 20;
/// How many nodes a run may walk.
const MAX_STEPS: usize = 500_000;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found<'v> {
    value: Cow<'v, Value>,
    /// There is nothing, not even a null.
    missing: bool,
    /// It was taken out of a map or list, where Go keeps values as interfaces.
    interface: bool,
}

impl<'v> Found<'v> {
    pub(super) fn owned(value: Value) -> Self {
        Self { value: Cow::Owned(value), missing: false, interface: false }
    }

    pub(super) fn text(text: &str) -> Self {
        Self::owned(Value::from(text))
    }

    /// The null that stands for a key that a map does not have.
    pub(super) fn nil() -> Self {
        Self { interface: true, ..Self::owned(Value::Null) }
    }

    fn nothing() -> Self {
        Self { missing: true, ..Self::owned(Value::Null) }
    }

    pub(super) fn value(&self) -> &Value {
        &self.value
    }

    pub(super) fn is_missing(&self) -> bool {
        self.missing
    }

    /// Go's notion of truth: not empty, not zero.
    pub(super) fn is_true(&self) -> bool {
        match self.value() {
            Value::Null => false,
            Value::Bool(flag) => *flag,
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
        }
    }

    fn inside(value: Cow<'v, Value>) -> Self {
        Self { value, missing: false, interface: true }
    }

    pub(super) fn member(&self, key: &str) -> Option<Self> {
        match &self.value {
            Cow::Borrowed(value) => {
                value.as_object()?.get(key).map(|value| Self::inside(Cow::Borrowed(value)))
            }
            Cow::Owned(value) => {
                value.as_object()?.get(key).map(|value| Self::inside(Cow::Owned(value.clone())))
            }
        }
    }

    pub(super) fn element(&self, at: usize) -> Option<Self> {
        match &self.value {
            Cow::Borrowed(value) => value.as_array()?.get(at).map(|value| Self::inside(Cow::Borrowed(value))),
            Cow::Owned(value) => {
                value.as_array()?.get(at).map(|value| Self::inside(Cow::Owned(value.clone())))
            }
        }
    }

    /// Forgets that it came out of an interface; a null becomes nothing.
    fn concrete(mut self) -> Self {
        self.missing |= self.interface && self.value.is_null();
        self.interface = false;
        self
    }

    fn type_name(&self) -> &'static str {
        if self.interface { "interface {}" } else { type_name(&self.value) }
    }
}

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
pub(super) fn execute(text: &str, nodes: &[Node], value: &Value) -> Result<String, (String, String)> {
    let dot = Found { value: Cow::Borrowed(value), missing: false, interface: false };
    let mut run =
        Run { text, out: String::new(), variables: vec![("$", dot.clone())], place: None, steps: 0 };
    match run.list(&dot, nodes) {
        Ok(_) => Ok(run.out),
        Err(message) => Err((run.out, message)),
    }
}

struct Run<'t, 'v> {
    text: &'t str,
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

    fn pipeline(&mut self, dot: &Found<'v>, pipe: &'t Pipe) -> Outcome<'v> {
        self.place = Some(Place::Pipe(pipe));
        let mut last = None;
        for command in &pipe.commands {
            last = Some(self.command(dot, command, last)?.concrete());
        }
        let value = last.unwrap_or_else(Found::nothing);
        for name in &pipe.variables {
            if pipe.assigns {
                match self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                    Some((_, variable)) => *variable = value.clone(),
                    None => return Err(self.fault(&format!("undefined variable: {name}"))),
                }
            } else {
                self.variables.push((name, value.clone()));
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Found<'v>, command: &'t Command, last: Option<Found<'v>>) -> Outcome<'v> {
        let Some(first) = command.args.first() else { return Ok(Found::nothing()) };
        let has_args = command.args.len() > 1 || last.is_some();
        match &first.term {
            Term::Function(name) => {
                self.place = Some(Place::Operand(first));
                let args = command.args.get(1..).unwrap_or_default();
                return self.function(dot, name, args, last, Place::Command(command));
            }
            Term::Field(fields) | Term::Chain(_, fields) | Term::Variable(_, fields)
                if has_args && !fields.is_empty() =>
            {
                self.operand(dot, first)?;
                self.place = Some(Place::Operand(first));
                let name = fields.last().cloned().unwrap_or_default();
                return Err(self.fault(&format!("{name} is not a method but has arguments")));
            }
            Term::Nil => {
                self.place = Some(Place::Operand(first));
                return Err(self.fault("nil is not a command"));
            }
            _ if has_args => {
                self.place = Some(Place::Operand(first));
                return Err(self.fault(&format!("can't give argument to non-function {}", first.show())));
            }
            _ => {}
        }
        self.operand(dot, first)
    }

    /// Evaluates a value that gets no arguments.
    fn operand(&mut self, dot: &Found<'v>, operand: &'t Operand) -> Outcome<'v> {
        self.step()?;
        self.place = Some(Place::Operand(operand));
        match &operand.term {
            Term::Dot => Ok(dot.clone()),
            Term::Nil => Ok(Found::nothing()),
            Term::Constant(value, _) => Ok(Found::owned(value.clone())),
            Term::Text(text, _) => Ok(Found::text(text)),
            Term::Field(fields) => self.fields(dot.clone(), fields),
            Term::Variable(name, fields) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                match known.map(|(_, value)| value.clone()) {
                    Some(value) => self.fields(value, fields),
                    None => Err(self.fault(&format!("undefined variable: {name}"))),
                }
            }
            Term::Function(name) => self.function(dot, name, &[], None, Place::Operand(operand)),
            Term::Pipe(pipe) => self.pipeline(dot, pipe),
            Term::Chain(inner, fields) => {
                let value = self.operand(dot, inner)?;
                self.place = Some(Place::Operand(operand));
                self.fields(value, fields)
            }
        }
    }

    fn fields(&self, mut value: Found<'v>, fields: &[String]) -> Outcome<'v> {
        for name in fields {
            if value.missing {
                return Ok(Found::nothing());
            }
            value = match value.value() {
                Value::Object(_) => value.member(name).unwrap_or_else(Found::nothing),
                Value::Null => {
                    return Err(self.fault(&format!("nil pointer evaluating interface {{}}.{name}")));
                }
                _ => {
                    let message = format!("can't evaluate field {name} in type {}", value.type_name());
                    return Err(self.fault(&message));
                }
            };
        }
        Ok(value)
    }

    fn function(
        &mut self,
        dot: &Found<'v>,
        name: &str,
        args: &'t [Operand],
        last: Option<Found<'v>>,
        place: Place<'t>,
    ) -> Outcome<'v> {
        let (minimum, variadic) = arity(name);
        let count = args.len() + usize::from(last.is_some());
        if variadic && count < minimum {
            return Err(self.fault(&format!(
                "wrong number of args for {name}: want at least {minimum} got {}",
                args.len()
            )));
        }
        if !variadic && count != minimum {
            return Err(self.fault(&format!("wrong number of args for {name}: want {minimum} got {count}")));
        }
        let mut values = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            let value = self.operand(dot, arg)?;
            self.check(name, index, arg, &value)?;
            // `and` and `or` stop at the first argument that decides.
            if matches!(name, "and" | "or") && value.is_true() == (name == "or") {
                return Ok(value);
            }
            values.push(value);
        }
        if let Some(last) = last {
            if wants_text(name, values.len()) && !last.value().is_string() {
                return Err(self.wrong_type(&last));
            }
            values.push(last);
        }
        if matches!(name, "and" | "or") {
            return Ok(values.pop().unwrap_or_else(Found::nothing));
        }
        call(name, &values).map_err(|error| {
            self.place = Some(place);
            self.fault(&format!("error calling {name}: {error}"))
        })
    }

    /// Refuses an argument that is not a text where one is needed.
    fn check(&self, name: &str, index: usize, arg: &Operand, value: &Found<'v>) -> Result<(), String> {
        if !wants_text(name, index) || value.value().is_string() {
            return Ok(());
        }
        Err(match arg.term {
            Term::Constant(..) => self.fault(&format!("expected string; found {}", arg.show())),
            Term::Nil => self.fault("cannot assign nil to string"),
            _ => self.wrong_type(value),
        })
    }

    fn wrong_type(&self, value: &Found<'v>) -> String {
        if value.missing {
            return self.fault("invalid value; expected string");
        }
        let got = if value.value().is_null() { "interface {}" } else { type_name(value.value()) };
        self.fault(&format!("wrong type for value; expected string; got {got}"))
    }
}

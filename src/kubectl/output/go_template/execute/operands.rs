//! What pipelines, commands and operands of a template give.

use serde_json::Value;

use super::{Outcome, Place, Run};
use crate::kubectl::output::go_template::found::Found;
use crate::kubectl::output::go_template::functions::{arity, call, wants_text};
use crate::kubectl::output::go_template::tree::{Command, Operand, Pipe, Term};
use crate::kubectl::output::go_value::type_name;
use crate::kubectl::quote::quote;

impl<'t, 'v> Run<'t, 'v> {
    pub(super) fn pipeline(&mut self, dot: &Found<'v>, pipe: &'t Pipe) -> Outcome<'v> {
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
                if !self.allow_missing_keys {
                    return Err(self.fault(&format!("nil data; no entry for key {}", quote(name))));
                }
                return Ok(Found::nothing());
            }
            value = match value.value() {
                Value::Object(_) => match value.member(name) {
                    Some(member) => member,
                    None if self.allow_missing_keys => Found::nothing(),
                    None => {
                        return Err(self.fault(&format!("map has no entry for key {}", quote(name))));
                    }
                },
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

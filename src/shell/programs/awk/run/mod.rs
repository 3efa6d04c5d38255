//! Runs an awk program on one line after the other.
//!
//! - `values`: numbers, texts, and what comes from the input. `expressions`: what they come to, and what is
//!   assigned. `calls`: awk's own functions. `records`: what `RS` makes of the text of files. `streams`:
//!   files and commands that a program writes to and reads from, and `system`.

mod values;
mod expressions;
mod calls;
mod records;
mod streams;

use std::ops::{Deref, DerefMut};

use super::tree::{Expression, Pattern, Rule, Statement, Target};
use crate::collections::SortedMap;
use crate::shell::host::Call;
use crate::shell::io::Io;
use crate::shell::mistake::Mistake;
use calls::split;
pub(super) use records::Records;
use streams::Streams;
pub(super) use values::Value;
use values::{count, index};

/// Statements and values that one line may cost.
const STEPS_MAX: u32 = 200_000;
/// Bytes of a text.
const TEXT_MAX: usize = 1 << 20;

/// Why statements are left.
#[derive(Clone, Debug)]
pub(super) enum Leave {
    Next,
    Exit,
    Break,
    Continue,
    Wrong(Mistake),
}

type Result<T> = std::result::Result<T, Leave>;

/// A text, if it is not too long.
fn bounded(text: String) -> Result<String> {
    if text.len() > TEXT_MAX { Err(Leave::Wrong("the text is too long".into())) } else { Ok(text) }
}

/// Texts with a separator between them, if that is not too long.
fn joined(texts: &[String], separator: &str) -> Result<String> {
    let length: usize = texts.iter().map(|text| text.len() + separator.len()).sum();
    if length > TEXT_MAX + separator.len() {
        return Err(Leave::Wrong("the text is too long".into()));
    }
    Ok(texts.join(separator))
}

/// A program's variables, and what it has open.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) variables: SortedMap<String, Value>,
    pub(super) arrays: SortedMap<String, SortedMap<String, Value>>,
    line: String,
    fields: Vec<String>,
    pub(super) printed: String,
    pub(super) exit: i32,
    steps: u32,
    pub(super) streams: Streams,
    pub(super) records: Records,
}

impl State {
    pub(super) fn set_line(&mut self, line: &str) {
        line.clone_into(&mut self.line);
        let separator = self.get("FS").text();
        let is_letter = separator != " " && separator.chars().count() == 1;
        self.fields = if is_letter && self.is_by_paragraphs() {
            // A line end parts fields too.
            line.split('\n').flat_map(|line| split(line, &separator)).collect()
        } else {
            split(line, &separator)
        };
        self.set_count("NF", self.fields.len());
    }

    pub(super) fn get(&self, name: &str) -> Value {
        self.variables.get(name).cloned().unwrap_or(Value::Input(String::new()))
    }

    pub(super) fn set_count(&mut self, name: &str, value: usize) {
        self.variables.insert(name.to_owned(), count(value));
    }

    pub(super) fn set_text(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), Value::Input(value.to_owned()));
    }

    fn is_by_paragraphs(&self) -> bool {
        self.variables.get("RS").is_some_and(|separator| separator.text().is_empty())
    }
}

/// A running program with its way to files and commands.
pub(super) struct Run<'r, 'io> {
    pub(super) state: &'r mut State,
    pub(super) io: &'r mut Io<'io>,
    pub(super) call: &'r Call,
}

impl Deref for Run<'_, '_> {
    type Target = State;

    fn deref(&self) -> &State {
        self.state
    }
}

impl DerefMut for Run<'_, '_> {
    fn deref_mut(&mut self) -> &mut State {
        self.state
    }
}

impl Run<'_, '_> {
    /// Runs the rules for a line.
    pub(super) fn run_rules(&mut self, rules: &mut [Rule]) -> Result<()> {
        self.steps = 0;
        for rule in rules {
            let picks = match &mut rule.pattern {
                Pattern::Begin | Pattern::End => false,
                Pattern::Always => true,
                Pattern::When(condition) => self.evaluate(condition)?.holds(),
                Pattern::Range(first, last, is_within) => {
                    let picks = *is_within || self.evaluate(first)?.holds();
                    *is_within = picks && !self.evaluate(last)?.holds();
                    picks
                }
            };
            if !picks {
                continue;
            }
            match &rule.action {
                None => {
                    let line = self.ended(&self.line.clone());
                    self.printed.push_str(&line);
                }
                Some(statements) => self.run_all(statements)?,
            }
        }
        Ok(())
    }

    pub(super) fn run_all(&mut self, statements: &[Statement]) -> Result<()> {
        statements.iter().try_for_each(|statement| self.run(statement))
    }

    /// A text with what ends a record.
    fn ended(&self, text: &str) -> String {
        text.to_owned() + &self.get("ORS").text()
    }

    fn print(&mut self, text: &str, target: Option<&Target>) -> Result<()> {
        match target {
            None => self.printed.push_str(text),
            Some(target) => {
                let name = self.text(&target.name)?;
                self.print_to(target.way, &name, text)?;
            }
        }
        Ok(())
    }

    fn count_step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.printed.len() > TEXT_MAX {
            return Err(Leave::Wrong("the program goes on for too long".into()));
        }
        Ok(())
    }

    fn run(&mut self, statement: &Statement) -> Result<()> {
        self.count_step()?;
        match statement {
            Statement::Print(values, target) => {
                let values = values.iter().map(|value| self.text(value)).collect::<Result<Vec<_>>>()?;
                let separator = self.get("OFS").text();
                let text = if values.is_empty() { self.line.clone() } else { joined(&values, &separator)? };
                let text = self.ended(&text);
                self.print(&text, target.as_ref())?;
            }
            Statement::Printf(values, target) => {
                let text = self.formatted(values)?;
                self.print(&text, target.as_ref())?;
            }
            Statement::Run(expression) => drop(self.evaluate(expression)?),
            Statement::If(condition, yes, no) => {
                if self.evaluate(condition)?.holds() {
                    self.run(yes)?;
                } else if let Some(no) = no {
                    self.run(no)?;
                }
            }
            Statement::While(condition, body) => self.repeat(Some(condition), None, body)?,
            Statement::Do(body, condition) => match self.run(body) {
                Err(Leave::Break) => {}
                Ok(()) | Err(Leave::Continue) => self.repeat(Some(condition), None, body)?,
                Err(leave) => return Err(leave),
            },
            Statement::For(first, condition, step, body) => {
                if let Some(first) = first {
                    self.evaluate(first)?;
                }
                self.repeat(condition.as_ref(), step.as_ref(), body)?;
            }
            Statement::ForIn(name, array, body) => {
                let keys: Vec<String> =
                    self.arrays.get(array).map(|array| array.keys().cloned().collect()).unwrap_or_default();
                for key in keys {
                    self.variables.insert(name.clone(), Value::Input(key));
                    match self.run(body) {
                        Err(Leave::Break) => break,
                        Ok(()) | Err(Leave::Continue) => {}
                        Err(leave) => return Err(leave),
                    }
                }
            }
            Statement::Block(statements) => self.run_all(statements)?,
            Statement::Delete(name, keys) if keys.is_empty() => drop(self.arrays.remove(name)),
            Statement::Delete(name, keys) => {
                let key = self.key(keys)?;
                if let Some(array) = self.arrays.get_mut(name) {
                    array.remove(&key);
                }
            }
            Statement::Next => return Err(Leave::Next),
            Statement::Exit(status) => {
                if let Some(status) = status {
                    self.exit = i32::try_from(index(self.evaluate(status)?.number())).unwrap_or(1);
                }
                return Err(Leave::Exit);
            }
            Statement::Break => return Err(Leave::Break),
            Statement::Continue => return Err(Leave::Continue),
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        condition: Option<&Expression>,
        step: Option<&Expression>,
        body: &Statement,
    ) -> Result<()> {
        loop {
            self.count_step()?;
            if let Some(condition) = condition
                && !self.evaluate(condition)?.holds()
            {
                return Ok(());
            }
            match self.run(body) {
                Err(Leave::Break) => return Ok(()),
                Ok(()) | Err(Leave::Continue) => {}
                Err(leave) => return Err(leave),
            }
            if let Some(step) = step {
                self.evaluate(step)?;
            }
        }
    }
}

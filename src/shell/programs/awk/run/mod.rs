//! Runs an awk program on one line after the other.
//!
//! - `values`: numbers, texts, and what comes from the input. `expressions`: what they come to, and what is
//!   assigned. `calls`: awk's own functions.

mod values;
mod expressions;
mod calls;

use super::tree::{Expression, Pattern, Rule, Statement};
use crate::collections::SortedMap;
use calls::split;
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
    Wrong(String),
}

type Result<T> = std::result::Result<T, Leave>;

/// A running program.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) variables: SortedMap<String, Value>,
    arrays: SortedMap<String, SortedMap<String, Value>>,
    line: String,
    fields: Vec<String>,
    pub(super) printed: String,
    pub(super) exit: i32,
    steps: u32,
}

impl State {
    pub(super) fn set_line(&mut self, line: &str) {
        line.clone_into(&mut self.line);
        let separator = self.get("FS").text();
        self.fields = split(line, &separator);
        self.variables.insert("NF".to_owned(), count(self.fields.len()));
    }

    pub(super) fn get(&self, name: &str) -> Value {
        self.variables.get(name).cloned().unwrap_or(Value::Input(String::new()))
    }

    pub(super) fn set_count(&mut self, name: &str, value: usize) {
        self.variables.insert(name.to_owned(), count(value));
    }

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
                None => self.print(&self.line.clone()),
                Some(statements) => self.run_all(statements)?,
            }
        }
        Ok(())
    }

    pub(super) fn run_all(&mut self, statements: &[Statement]) -> Result<()> {
        statements.iter().try_for_each(|statement| self.run(statement))
    }

    fn print(&mut self, text: &str) {
        let end = match self.variables.get("ORS") {
            Some(end) => end.text(),
            None => "\n".to_owned(),
        };
        self.printed.push_str(text);
        self.printed.push_str(&end);
    }

    fn count_step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.printed.len() > TEXT_MAX {
            return Err(Leave::Wrong("the program goes on for too long".to_owned()));
        }
        Ok(())
    }

    fn run(&mut self, statement: &Statement) -> Result<()> {
        self.count_step()?;
        match statement {
            Statement::Print(values) => {
                let values = values.iter().map(|value| self.text(value)).collect::<Result<Vec<_>>>()?;
                let separator = match self.variables.get("OFS") {
                    Some(separator) => separator.text(),
                    None => " ".to_owned(),
                };
                let text = if values.is_empty() { self.line.clone() } else { values.join(&separator) };
                self.print(&text);
            }
            Statement::Printf(values) => {
                let text = self.formatted(values)?;
                self.printed.push_str(&text);
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

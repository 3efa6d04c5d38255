//! Arithmetic where it stands in the grammar: `$((…))`, `((…))`, and the head of a counting loop.

use std::rc::Rc;

use super::SyntaxError;
use super::scan::Parser;
use super::tree::{AndOr, Command, CommandKind, List, Part, Pipeline, Word};
use super::words::push;

impl Parser {
    /// Where `))` closes what `((` opened here.
    pub(super) fn closes_arithmetic(&self) -> Option<usize> {
        let mut depth = 0_usize;
        for (offset, letter) in self.text.iter().enumerate().skip(self.at) {
            match letter {
                '(' => depth += 1,
                ')' if depth == 2 => return (self.text.get(offset + 1) == Some(&')')).then_some(offset),
                ')' => depth = depth.checked_sub(1)?,
                '\n' => return None,
                _ => {}
            }
        }
        None
    }

    /// Takes `((…))`; the text between.
    fn between(&mut self) -> Result<String, SyntaxError> {
        let Some(end) = self.closes_arithmetic() else {
            return Err(SyntaxError::Incomplete);
        };
        let inner = self.text.get(self.at + 2..end).unwrap_or_default().iter().collect();
        self.at = end + 2;
        Ok(inner)
    }

    fn expression(&mut self, text: &str) -> Result<Word, SyntaxError> {
        self.enter()?;
        let word = Self::new(text, self.depth).here_body()?;
        self.leave();
        Ok(word)
    }

    /// Takes the rest of `$((…))`.
    pub(super) fn arithmetic(&mut self, parts: &mut Vec<Part>, is_quoted: bool) -> Result<(), SyntaxError> {
        let text = self.between()?;
        let text = self.expression(&text)?;
        parts.push(Part::Arithmetic { text, is_quoted });
        Ok(())
    }

    /// Takes the rest of `$[…]`, which is an old `$((…))`; without its end it is a text.
    pub(super) fn old_arithmetic(
        &mut self,
        parts: &mut Vec<Part>,
        is_quoted: bool,
    ) -> Result<(), SyntaxError> {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let line = rest.iter().take_while(|letter| **letter != '\n');
        let Some(length) = line.clone().position(|letter| *letter == ']') else {
            push(parts, "$", is_quoted);
            return Ok(());
        };
        let text: String = line.take(length).collect();
        self.at += length + 2;
        let text = self.expression(&text)?;
        parts.push(Part::Arithmetic { text, is_quoted });
        Ok(())
    }

    /// Takes `((…))` as a command.
    pub(super) fn arithmetic_command(&mut self) -> Result<CommandKind, SyntaxError> {
        let text = self.between()?;
        Ok(CommandKind::Arithmetic { text: self.expression(&text)?, is_head: false })
    }

    /// Takes the rest of `for ((FIRST; TEST; STEP)); do …; done`: it is a `while` that comes after FIRST, and
    /// does STEP before each TEST but the first.
    pub(super) fn counting_loop(&mut self) -> Result<CommandKind, SyntaxError> {
        let unexpected = self.unexpected();
        let head = self.between()?;
        let [first, test, step] = head.split(';').collect::<Vec<_>>()[..] else { return Err(unexpected) };
        // Without a test it goes on until something breaks it.
        let test = if test.trim().is_empty() { "1" } else { test };
        let [first, test, step] = [self.head(first)?, self.head(test)?, self.head(step)?];
        self.skip_blanks();
        self.takes(";");
        self.skip_lines()?;
        let body = if self.takes_word("{") {
            let body = self.body()?;
            self.expect_word("}")?;
            body
        } else {
            self.do_group()?
        };
        let (condition, again) = (Rc::new(List(vec![test.clone()])), Rc::new(List(vec![step, test])));
        let counts = CommandKind::While { is_until: false, condition, again, body };
        Ok(CommandKind::Group(Rc::new(List(vec![first, alone(counts)]))))
    }

    fn head(&mut self, text: &str) -> Result<AndOr, SyntaxError> {
        Ok(alone(CommandKind::Arithmetic { text: self.expression(text.trim())?, is_head: true }))
    }
}

/// A command as a member of a list.
fn alone(kind: CommandKind) -> AndOr {
    let command = Rc::new(Command { kind, redirects: Vec::new() });
    AndOr { first: Pipeline { is_negated: false, commands: vec![command] }, rest: Vec::new() }
}

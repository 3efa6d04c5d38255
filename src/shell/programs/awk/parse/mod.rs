//! From a text to an awk program.
//!
//! Left out, and said so: functions of one's own, `nextfile`, `switch`.
//!
//! - `tokens`: letters, words and texts. `expressions`: from the loosest operator to a single value.
//!   `values`: these.

mod tokens;
mod expressions;
mod values;

pub(super) use expressions::LACKING;

use super::tree::{Pattern, Rule, Script, Statement};
use crate::shell::mistake::Mistake;

/// Expressions and statements within each other.
const DEPTH_MAX: u32 = 40;

/// Reads a program.
pub(super) fn parse(text: &str) -> Result<Script, Mistake> {
    let mut parser = Parser {
        letters: text.chars().collect(),
        at: 0,
        depth: 0,
        in_print: false,
        operators: 0,
        script: Script::default(),
    };
    loop {
        parser.skip_ends();
        if parser.peek(0).is_none() {
            return Ok(parser.script);
        }
        let rule = parser.rule()?;
        parser.script.rules.push(rule);
    }
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    depth: u32,
    /// `>` would be an output file.
    in_print: bool,
    /// Operators so far: each makes the tree deeper.
    operators: u32,
    script: Script,
}

impl Parser {
    fn rule(&mut self) -> Result<Rule, Mistake> {
        for word in ["function", "func", "BEGINFILE", "ENDFILE"] {
            if self.takes_word(word) {
                let what = if word.starts_with("func") { "functions of one's own" } else { word };
                return Err(Mistake::lacks(what));
            }
        }
        let pattern = if self.takes_word("BEGIN") {
            Pattern::Begin
        } else if self.takes_word("END") {
            Pattern::End
        } else if self.sees("{") {
            Pattern::Always
        } else {
            let first = self.expression()?;
            if self.takes(",") {
                self.skip_lines();
                Pattern::Range(first, self.expression()?, false)
            } else {
                Pattern::When(first)
            }
        };
        self.skip_blanks();
        let action = if self.sees("{") { Some(self.block()?) } else { None };
        // A pattern alone ends where its line does.
        if action.is_none() && !matches!(self.peek(0), None | Some('\n' | ';')) {
            return self.wrong();
        }
        Ok(Rule { pattern, action })
    }

    fn block(&mut self) -> Result<Vec<Statement>, Mistake> {
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            self.skip_ends();
            if self.takes("}") {
                return Ok(statements);
            }
            statements.push(self.statement()?);
        }
    }

    fn statement(&mut self) -> Result<Statement, Mistake> {
        self.enter()?;
        self.skip_lines();
        let statement = self.one_statement()?;
        self.depth -= 1;
        self.skip_blanks();
        match self.peek(0) {
            Some(';' | '\n') => self.at += 1,
            Some('}') | None => {}
            Some(_)
                if matches!(
                    statement,
                    Statement::Block(_)
                        | Statement::If(..)
                        | Statement::While(..)
                        | Statement::For(..)
                        | Statement::ForIn(..)
                ) => {}
            Some(_) => return self.wrong(),
        }
        Ok(statement)
    }

    fn one_statement(&mut self) -> Result<Statement, Mistake> {
        if self.sees("{") {
            return Ok(Statement::Block(self.block()?));
        }
        if self.takes_word("print") {
            let values = self.arguments()?;
            return Ok(Statement::Print(values, self.target()?));
        }
        if self.takes_word("printf") {
            let values = self.arguments()?;
            return Ok(Statement::Printf(values, self.target()?));
        }
        if self.takes_word("if") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let yes = Box::new(self.statement()?);
            let before = self.at;
            self.skip_ends();
            if self.takes_word("else") {
                return Ok(Statement::If(condition, yes, Some(Box::new(self.statement()?))));
            }
            self.at = before;
            return Ok(Statement::If(condition, yes, None));
        }
        if self.takes_word("while") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            return Ok(Statement::While(condition, Box::new(self.statement()?)));
        }
        if self.takes_word("do") {
            let body = Box::new(self.statement()?);
            self.skip_ends();
            if !self.takes_word("while") {
                return self.wrong();
            }
            self.expect("(")?;
            return Ok(Statement::Do(body, self.until(")")?));
        }
        for word in ["nextfile", "switch"] {
            if self.takes_word(word) {
                return Err(Mistake::lacks(word));
            }
        }
        if self.takes_word("for") {
            return self.for_loop();
        }
        if self.takes_word("delete") {
            self.skip_blanks();
            let name = self.name()?;
            let keys = if self.takes("[") { self.keys("]")? } else { Vec::new() };
            return Ok(Statement::Delete(name, keys));
        }
        if self.takes_word("exit") {
            self.skip_blanks();
            let ends = matches!(self.peek(0), None | Some(';' | '\n' | '}'));
            return Ok(Statement::Exit(if ends { None } else { Some(self.expression()?) }));
        }
        for (word, statement) in
            [("next", Statement::Next), ("break", Statement::Break), ("continue", Statement::Continue)]
        {
            if self.takes_word(word) {
                return Ok(statement);
            }
        }
        Ok(Statement::Run(self.expression()?))
    }

    fn for_loop(&mut self) -> Result<Statement, Mistake> {
        self.expect("(")?;
        self.skip_blanks();
        let begin = self.at;
        let name = self.word();
        self.at += name.len();
        if !name.is_empty() && self.takes_word("in") {
            self.skip_blanks();
            let array = self.name()?;
            if self.takes(")") {
                return Ok(Statement::ForIn(name, array, Box::new(self.statement()?)));
            }
        }
        self.at = begin;
        let first = if self.takes(";") { None } else { Some(self.until(";")?) };
        let condition = if self.takes(";") { None } else { Some(self.until(";")?) };
        let step = if self.takes(")") { None } else { Some(self.until(")")?) };
        Ok(Statement::For(first, condition, step, Box::new(self.statement()?)))
    }
}

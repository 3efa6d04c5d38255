//! Pipelines of a template: commands, their operands, variables that are declared.

use serde_json::Value;

use super::Parser;
use crate::api::yaml::scalar::{Scalar, resolve};
use crate::kubectl::output::go_template::functions::is_function;
use crate::kubectl::output::go_template::lex::{Kind, Token};
use crate::kubectl::output::go_template::tree::{Command, Operand, Pipe, Term};
use crate::kubectl::output::go_value::go_unquote;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipe, String> {
        self.skip_space();
        let mut pipe = Pipe { at: self.peek().at, ..Pipe::default() };
        self.declarations(&mut pipe, context)?;
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                break;
            }
            match token.kind {
                Kind::Bool
                | Kind::CharConstant
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {}
                Kind::Keyword if [".", "nil"].contains(&token.text.as_str()) => {}
                _ => return Err(self.unexpected(&token, context)),
            }
            self.at -= 1;
            let command = self.command()?;
            pipe.commands.push(command);
        }
        if pipe.commands.is_empty() {
            return Err(self.fault(&format!("missing value for {context}")));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            let first = command.args.first().map(|arg| &arg.term);
            if matches!(first, Some(Term::Constant(..) | Term::Dot | Term::Nil | Term::Text(..))) {
                return Err(self.fault(&format!("non executable command in pipeline stage {}", index + 1)));
            }
        }
        Ok(pipe)
    }

    /// Parses `$x :=`, `$x =`, or `$i, $x :=` of a range.
    fn declarations(&mut self, pipe: &mut Pipe, context: &str) -> Result<(), String> {
        loop {
            self.skip_space();
            let variable = self.peek();
            if variable.kind != Kind::Variable {
                return Ok(());
            }
            let back = self.at;
            self.next();
            let next = self.next_non_space();
            let comma = next.kind == Kind::Char && next.text == ",";
            if !comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.at = back;
                return Ok(());
            }
            pipe.variables.push(variable.text.clone());
            self.variables.push(variable.text);
            if !comma {
                pipe.assigns = next.kind == Kind::Assign;
                return Ok(());
            }
            if context != "range" || pipe.variables.len() > 1 {
                return Err(self.fault(&format!("too many declarations in {context}")));
            }
            self.skip_space();
            if !matches!(self.peek().kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                return Err(self.fault("range can only initialize variables"));
            }
        }
    }

    fn command(&mut self) -> Result<Command, String> {
        self.skip_space();
        let mut command = Command { at: self.peek().at, args: Vec::new() };
        loop {
            self.skip_space();
            command.args.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.at -= 1;
                    break;
                }
                Kind::Pipe => break,
                Kind::Error => return Err(self.unexpected(&token, "operand")),
                _ => return Err(self.fault(&format!("unexpected {} in operand", show(&token)))),
            }
        }
        if command.args.is_empty() { Err(self.fault("empty command")) } else { Ok(command) }
    }

    /// Parses a term and the fields of it.
    fn operand(&mut self) -> Result<Option<Operand>, String> {
        let Some(operand) = self.term()? else { return Ok(None) };
        let at = self.peek().at;
        let mut more = Vec::new();
        while self.peek().kind == Kind::Field {
            more.push(self.next().text.trim_start_matches('.').to_owned());
        }
        if more.is_empty() {
            return Ok(Some(operand));
        }
        let term = match operand.term {
            Term::Field(mut fields) => {
                fields.extend(more);
                Term::Field(fields)
            }
            Term::Variable(name, mut fields) => {
                fields.extend(more);
                Term::Variable(name, fields)
            }
            Term::Constant(..) | Term::Text(..) | Term::Nil | Term::Dot => {
                return Err(self.fault(&format!("unexpected . after term {:?}", operand.show())));
            }
            Term::Function(_) | Term::Pipe(_) | Term::Chain(..) => Term::Chain(Box::new(operand), more),
        };
        Ok(Some(Operand { at, term }))
    }

    fn term(&mut self) -> Result<Option<Operand>, String> {
        let token = self.next_non_space();
        let at = token.at;
        let term = match token.kind {
            Kind::Error => return Err(self.unexpected(&token, "operand")),
            Kind::Identifier if !is_function(&token.text) => {
                return Err(self.fault(&format!("function {:?} not defined", token.text)));
            }
            Kind::Identifier => Term::Function(token.text),
            Kind::Keyword if token.text == "." => Term::Dot,
            Kind::Keyword if token.text == "nil" => Term::Nil,
            Kind::Variable if self.variables.contains(&token.text) => Term::Variable(token.text, Vec::new()),
            Kind::Variable => return Err(self.fault(&format!("undefined variable {:?}", token.text))),
            Kind::Field => Term::Field(vec![token.text.trim_start_matches('.').to_owned()]),
            Kind::Bool => Term::Constant(Value::from(token.text == "true"), token.text),
            Kind::Number => match resolve(&token.text) {
                Scalar::Int(number) => Term::Constant(Value::from(number), token.text),
                Scalar::Float(number) => Term::Constant(Value::from(number), token.text),
                _ => return Err(self.fault(&format!("illegal number syntax: {:?}", token.text))),
            },
            Kind::String | Kind::CharConstant => self.quoted(token)?,
            Kind::RawString => Term::Text(token.text.trim_matches('`').replace('\r', ""), token.text),
            Kind::LeftParen => {
                self.deeper()?;
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                self.depth -= 1;
                Term::Pipe(pipe)
            }
            _ => {
                self.at -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Operand { at, term }))
    }

    fn quoted(&self, token: Token) -> Result<Term, String> {
        let quote = if token.kind == Kind::String { '"' } else { '\'' };
        let inner = token.text.get(1..token.text.len().saturating_sub(1)).unwrap_or_default();
        let Some(text) = go_unquote(inner, quote) else { return Err(self.fault("invalid syntax")) };
        if quote == '"' {
            return Ok(Term::Text(text, token.text));
        }
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => Ok(Term::Constant(Value::from(u32::from(letter)), token.text)),
            _ => Err(self.fault(&format!("malformed character constant: {}", token.text))),
        }
    }
}

/// A token as errors show it.
pub(super) fn show(token: &Token) -> String {
    match token.kind {
        Kind::End => "EOF".to_owned(),
        Kind::Error => token.text.clone(),
        Kind::Keyword => format!("<{}>", token.text),
        _ if token.text.len() > 10 => {
            format!("{:?}...", token.text.chars().take(10).collect::<String>())
        }
        _ => format!("{:?}", token.text),
    }
}

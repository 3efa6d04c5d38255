//! Parses Go templates.
//!
//! Models parse.go of Go's text/template/parse. Left out: `define`, `template` and `block`, which kubectl's
//! one-line templates do without.

use serde_json::Value;

use super::functions::is_function;
use super::lex::{Kind, Token, lex};
use super::tree::{Command, Node, Operand, Pipe, Term};
use crate::api::yaml::scalar::{Scalar, resolve};
use crate::kubectl::output::go_value::go_unquote;

/// The longest template.
const MAX_LENGTH: usize = 64 << 10;
/// How deep blocks and parentheses may stand inside of each other.
const MAX_DEPTH: usize = 60;

/// Parses a template; errors read `template: output:1: …`.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("template of {} bytes is too long: the limit is {MAX_LENGTH}", text.len()));
    }
    let mut parser = Parser {
        text,
        tokens: lex(text),
        at: 0,
        variables: vec!["$".to_owned()],
        depth: 0,
        ranges: 0,
        action_line: 0,
    };
    let (nodes, end) = parser.list()?;
    match end {
        Stop::End => Ok(nodes),
        Stop::Else => Err(parser.fault("unexpected {{else}}")),
        Stop::BlockEnd => Err(parser.fault("unexpected {{end}}")),
    }
}

/// What ends a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    End,
    Else,
    BlockEnd,
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    variables: Vec<String>,
    depth: usize,
    ranges: usize,
    action_line: usize,
}

impl Parser<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or_default().matches('\n').count() + 1
    }

    /// An error at the last token that was looked at.
    fn fault(&self, message: &str) -> String {
        let token = self.tokens.get(self.at.saturating_sub(1)).or_else(|| self.tokens.last());
        let line = self.line(token.map_or(0, |token| token.at));
        format!("template: output:{line}: {message}")
    }

    fn unexpected(&self, token: &Token, context: &str) -> String {
        if token.kind != Kind::Error {
            return self.fault(&format!("unexpected {} in {context}", show(token)));
        }
        let line = self.line(token.at);
        if self.action_line == 0 || self.action_line == line {
            return format!("template: output:{line}: {}", token.text);
        }
        let within = if token.text.ends_with(" action") { "" } else { " in action" };
        format!("template: output:{line}: {}{within} started at output:{}", token.text, self.action_line)
    }

    fn peek(&self) -> Token {
        let end = Token { kind: Kind::End, at: self.text.len(), text: String::new() };
        self.tokens.get(self.at).cloned().unwrap_or(end)
    }

    fn next(&mut self) -> Token {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.at += 1;
        }
    }

    fn next_non_space(&mut self) -> Token {
        self.skip_space();
        self.next()
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.fault("template is nested too deeply")) } else { Ok(()) }
    }

    /// Parses nodes up to the end, an `else`, or an `end`.
    fn list(&mut self) -> Result<(Vec<Node>, Stop), String> {
        let mut nodes = Vec::new();
        loop {
            let token = self.next_non_space();
            match token.kind {
                Kind::End => return Ok((nodes, Stop::End)),
                Kind::Text => nodes.push(Node::Text(token.text)),
                Kind::LeftDelim => {
                    self.action_line = self.line(token.at);
                    if let Some(stop) = self.action(&mut nodes)? {
                        return Ok((nodes, stop));
                    }
                    self.action_line = 0;
                }
                _ => return Err(self.unexpected(&token, "input")),
            }
        }
    }

    /// Parses an action whose left delimiter is past; tells if it ends the list.
    fn action(&mut self, nodes: &mut Vec<Node>) -> Result<Option<Stop>, String> {
        self.skip_space();
        let token = self.peek();
        let keyword = if token.kind == Kind::Keyword { token.text.as_str() } else { "" };
        match keyword {
            "" | "." | "nil" => nodes.push(Node::Action(self.pipeline("command", Kind::RightDelim)?)),
            "block" | "define" | "template" => {
                return Err(self.fault(&format!("{{{{{keyword}}}}} is not supported here")));
            }
            "end" => {
                self.next();
                self.right_delim("end")?;
                return Ok(Some(Stop::BlockEnd));
            }
            "else" => {
                self.next();
                self.skip_space();
                let after = self.peek();
                if !(after.kind == Kind::Keyword && ["if", "with"].contains(&after.text.as_str())) {
                    self.right_delim("else")?;
                }
                return Ok(Some(Stop::Else));
            }
            "break" | "continue" => {
                self.next();
                self.right_delim(&format!("{{{{{keyword}}}}}"))?;
                if self.ranges == 0 {
                    return Err(self.fault(&format!("{{{{{keyword}}}}} outside {{{{range}}}}")));
                }
                nodes.push(if keyword == "break" { Node::Break } else { Node::Continue });
            }
            _ => {
                self.next();
                nodes.push(self.control(keyword)?);
            }
        }
        Ok(None)
    }

    fn right_delim(&mut self, context: &str) -> Result<(), String> {
        let token = self.next_non_space();
        if token.kind == Kind::RightDelim { Ok(()) } else { Err(self.unexpected(&token, context)) }
    }

    /// Parses `if`, `with` or `range` up to its `end`.
    fn control(&mut self, keyword: &str) -> Result<Node, String> {
        self.deeper()?;
        let known = self.variables.len();
        let pipe = self.pipeline(keyword, Kind::RightDelim)?;
        let is_range = keyword == "range";
        self.ranges += usize::from(is_range);
        let (then, stop) = self.list()?;
        self.ranges -= usize::from(is_range);
        let otherwise = match stop {
            Stop::End => return Err(self.fault("unexpected EOF")),
            Stop::BlockEnd => Vec::new(),
            Stop::Else => self.otherwise(keyword)?,
        };
        self.variables.truncate(known);
        self.depth -= 1;
        Ok(match keyword {
            "if" => Node::If { pipe, then, otherwise },
            "with" => Node::With { pipe, then, otherwise },
            _ => Node::Range { pipe, body: then, otherwise },
        })
    }

    fn otherwise(&mut self, keyword: &str) -> Result<Vec<Node>, String> {
        let token = self.peek();
        if token.kind == Kind::Keyword && token.text == keyword && keyword != "range" {
            // `else if` shares the one `end` with its `if`.
            self.next();
            return Ok(vec![self.control(keyword)?]);
        }
        let (nodes, stop) = self.list()?;
        match stop {
            Stop::BlockEnd => Ok(nodes),
            Stop::End => Err(self.fault("unexpected EOF")),
            Stop::Else => Err(self.fault("expected end; found {{else}}")),
        }
    }

    fn pipeline(&mut self, context: &str, end: Kind) -> Result<Pipe, String> {
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
fn show(token: &Token) -> String {
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

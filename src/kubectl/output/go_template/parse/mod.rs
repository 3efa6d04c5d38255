//! Parses Go templates.
//!
//! Models parse.go of Go's text/template/parse. Left out: `define`, `template` and `block`, which kubectl's
//! one-line templates do without.
//!
//! `pipelines` reads what stands between the braces.

mod pipelines;

use pipelines::show;

use super::lex::{Kind, Token, lex};
use super::tree::Node;

/// The longest template.
const MAX_LENGTH: usize = 64 << 10;
/// How deep blocks and parentheses may stand inside of each other.
const MAX_DEPTH: usize = 60;

/// Marks what templates do not have here among what is wrong.
pub(super) const LACKS: &str = "\u{0}";

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
                return Err(format!("{LACKS}{keyword}"));
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
}

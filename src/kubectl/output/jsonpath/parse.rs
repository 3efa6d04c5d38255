//! Parses JSONPath templates.
//!
//! Models parser.go of k8s.io/client-go/util/jsonpath, Kubernetes v1.36. Left out: nothing; templates are
//! limited in length and depth.

use crate::kubectl::output::go_value::go_unquote;

/// The longest template.
const MAX_LENGTH: usize = 64 << 10;
/// How deep filters may stand inside of filters.
const MAX_DEPTH: usize = 32;

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    List(Vec<Self>),
    Field(String),
    /// `range`, `end`, or a word that means nothing.
    Identifier(String),
    Array([Param; 3]),
    Filter {
        left: Vec<Self>,
        operator: String,
        right: Vec<Self>,
    },
    Int(i64),
    Float(f64),
    Bool(bool),
    Wildcard,
    Recursive,
    Union(Vec<Vec<Self>>),
}

/// Start, end or step of a slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Param {
    pub(super) value: i64,
    pub(super) known: bool,
    /// The end follows from the start: one element was asked for.
    pub(super) derived: bool,
}

/// Parses a template into its top-level parts.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("template of {} bytes is too long: the limit is {MAX_LENGTH}", text.len()));
    }
    Parser { input: text, position: 0, start: 0, depth: 0 }.template()
}

/// Parses what stands between braces.
fn parse_action(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    if depth > MAX_DEPTH {
        return Err("template is nested too deeply".to_owned());
    }
    let wrapped = format!("{{{text}}}");
    let nodes = Parser { input: &wrapped, position: 0, start: 0, depth }.template()?;
    match nodes.into_iter().next() {
        Some(Node::List(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'t> {
    input: &'t str,
    position: usize,
    start: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.input.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.position += letter.len_utf8();
        Some(letter)
    }

    /// The text since the last call.
    fn consume(&mut self) -> &'t str {
        let text = self.input.get(self.start..self.position).unwrap_or_default();
        self.start = self.position;
        text
    }

    fn skip(&mut self, bytes: usize) {
        self.position += bytes;
        self.start = self.position;
    }

    fn template(mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            let length = self.rest().find('{').unwrap_or(self.rest().len());
            self.position += length;
            if length > 0 {
                nodes.push(Node::Text(self.consume().to_owned()));
            }
            if self.peek().is_none() {
                return Ok(nodes);
            }
            self.skip(1);
            let mut action = Vec::new();
            while self.action_part(&mut action)? {}
            nodes.push(Node::List(action));
        }
    }

    /// Parses one part of an action; tells whether there is more.
    fn action_part(&mut self, nodes: &mut Vec<Node>) -> Result<bool, String> {
        let rest = self.rest();
        if rest.starts_with('}') {
            self.skip(1);
            return Ok(false);
        }
        if rest.starts_with("[?(") {
            self.filter(nodes)?;
            return Ok(true);
        }
        if rest.starts_with("..") {
            self.recursive(nodes)?;
            return Ok(true);
        }
        match self.peek() {
            None | Some('\r' | '\n') => return Err("unclosed action".to_owned()),
            Some(' ' | '@' | '$') => self.skip(1),
            Some('[') => self.array(nodes)?,
            Some(quote @ ('"' | '\'')) => self.quoted(nodes, quote)?,
            Some('.') => {
                self.next();
                self.field(nodes);
            }
            Some(letter) if letter == '+' || letter == '-' || letter.is_numeric() => self.number(nodes)?,
            Some(letter) if is_alphanumeric(letter) => self.identifier(nodes),
            Some(letter) => {
                let code = u32::from(letter);
                return Err(format!("unrecognized character in action: U+{code:04X} '{letter}'"));
            }
        }
        Ok(true)
    }

    fn identifier(&mut self, nodes: &mut Vec<Node>) {
        while self.peek().is_some_and(|letter| !is_terminator(letter)) {
            self.next();
        }
        nodes.push(match self.consume() {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            name => Node::Identifier(name.to_owned()),
        });
    }

    fn recursive(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        if nodes.last() == Some(&Node::Recursive) {
            return Err("invalid multiple recursive descent".to_owned());
        }
        self.skip(2);
        nodes.push(Node::Recursive);
        if self.peek().is_some_and(is_alphanumeric) {
            self.field(nodes);
        }
        Ok(())
    }

    fn number(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        if matches!(self.peek(), Some('+' | '-')) {
            self.next();
        }
        while self.peek().is_some_and(|letter| letter == '.' || letter.is_numeric()) {
            self.next();
        }
        let text = self.consume();
        if let Ok(number) = text.parse::<i64>() {
            nodes.push(Node::Int(number));
        } else if let Ok(number) = text.parse::<f64>() {
            nodes.push(Node::Float(number));
        } else {
            return Err(format!("cannot parse number {text}"));
        }
        Ok(())
    }

    fn field(&mut self, nodes: &mut Vec<Node>) {
        self.consume();
        while let Some(letter) = self.peek().filter(|letter| !is_terminator(*letter)) {
            self.next();
            if letter == '\\' {
                self.next();
            }
        }
        nodes.push(match self.consume() {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        });
    }

    fn quoted(&mut self, nodes: &mut Vec<Node>, quote: char) -> Result<(), String> {
        self.next();
        let mut escaped = false;
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".to_owned()),
                Some(letter) if letter == quote && !escaped => break,
                Some(letter) => escaped = letter == '\\',
            }
        }
        let text = self.consume();
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let unquoted =
            go_unquote(inner, quote).ok_or_else(|| format!("unquote string {text} error invalid syntax"))?;
        nodes.push(Node::Text(unquoted));
        Ok(())
    }

    fn array(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated array".to_owned()),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = self.consume();
        let text = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let text = if text == "*" { ":" } else { text };
        if text.contains(',') {
            let parts: Result<Vec<_>, _> = text
                .split(',')
                .map(|part| parse_action(&format!("[{}]", part.trim_matches(' ')), self.depth + 1))
                .collect();
            nodes.push(Node::Union(parts?));
            return Ok(());
        }
        let key = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        if let Some(key) = key.filter(|key| !key.contains('\'')) {
            nodes.extend(parse_action(&format!(".{key}"), self.depth + 1)?);
            return Ok(());
        }
        nodes.push(Node::Array(slice_params(text)?));
        Ok(())
    }

    fn filter(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        self.skip(3);
        let (mut begin, mut end) = (false, false);
        let mut pair = None;
        let mut previous = ' ';
        loop {
            let Some(letter) = self.next().filter(|letter| *letter != '\n') else {
                return Err("unterminated filter".to_owned());
            };
            match letter {
                '"' | '\'' if !begin => {
                    begin = true;
                    pair = Some(letter);
                }
                '"' | '\'' if previous != '\\' && Some(letter) == pair => end = true,
                ')' if begin == end => break,
                _ => {}
            }
            previous = letter;
        }
        let text = self.input.get(self.start..self.position.saturating_sub(1)).unwrap_or_default();
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".to_owned());
        }
        self.consume();
        let depth = self.depth + 1;
        nodes.push(match split_comparison(text) {
            None => Node::Filter {
                left: parse_action(text, depth)?,
                operator: "exists".to_owned(),
                right: Vec::new(),
            },
            Some((left, operator, right)) => Node::Filter {
                left: parse_action(left, depth)?,
                right: parse_action(right, depth)?,
                operator: operator.to_owned(),
            },
        });
        Ok(())
    }
}

/// Parts `@.x == "y"` at its operator; a text without one asks whether something exists.
fn split_comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator = |letter: char| matches!(letter, '!' | '<' | '>' | '=');
    let start = text.find(is_operator).filter(|start| *start > 0)?;
    let (left, rest) = text.split_at_checked(start)?;
    let length = rest.find(|letter| !is_operator(letter)).unwrap_or(rest.len().saturating_sub(1));
    let (operator, right) = rest.split_at_checked(length)?;
    (!operator.is_empty() && !right.is_empty()).then_some((left, operator, right))
}

/// Reads `start:end:step`, each of which may be missing.
fn slice_params(text: &str) -> Result<[Param; 3], String> {
    let mut parts = text.split(':');
    let mut texts = [parts.next(), parts.next(), parts.next()];
    let well_formed = parts.next().is_none()
        && texts
            .iter()
            .flatten()
            .all(|part| part.strip_prefix('-').unwrap_or(part).bytes().all(|byte| byte.is_ascii_digit()));
    if !well_formed {
        return Err(format!("invalid array index {text}"));
    }
    // Without a start the first part does not exist, rather than being empty.
    if texts.first() == Some(&Some("")) {
        texts[0] = None;
    }
    let mut params = [Param::default(); 3];
    let mut start = 0;
    for (index, (param, part)) in params.iter_mut().zip(texts).enumerate() {
        match part {
            Some("") => {}
            Some(part) => {
                param.known = true;
                let number = part.parse().ok();
                param.value = number.ok_or_else(|| format!("array index {part} is not a number"))?;
            }
            None if index == 1 => *param = Param { value: start + 1, known: true, derived: true },
            None => {}
        }
        if index == 0 {
            start = param.value;
        }
    }
    Ok(params)
}

fn is_terminator(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}

fn is_alphanumeric(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic() || letter.is_numeric()
}

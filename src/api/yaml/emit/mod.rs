//! Prints values as YAML, letter for letter as `kubectl -o yaml` does.
//!
//! Models `JSONToYAML`, sigs.k8s.io/yaml, over the emitter of go.yaml.in/yaml/v2 (emitterc.go, encode.go),
//! Kubernetes v1.36: two spaces, lists at their key's column, text folded after 80 columns.
//! Left out: anchors, tags, flow style other than `{}` and `[]`.

use serde_json::{Map, Number, Value};

use super::emit_style::{Style, choose_style, is_break, is_printable};
use super::float::{format_g, format_json};
use super::key_order::sorted_keys;
use super::scalar::{Scalar, is_base60, resolve};

const BEST_INDENT: usize = 2;
const BEST_WIDTH: usize = 80;
/// Longer keys are written after a question mark.
const SIMPLE_KEY_LENGTH: usize = 128;

/// Prints a value as one YAML document, ending with a newline.
pub fn emit(value: &Value) -> String {
    let mut emitter = Emitter { whitespace: true, indention: true, ..Emitter::default() };
    emitter.node(value, None, Context::Root);
    emitter.indent(0);
    emitter.out
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Root,
    Item,
    Value,
    Key,
}

#[derive(Default)]
struct Emitter {
    out: String,
    column: usize,
    /// The last letter written was white space.
    whitespace: bool,
    /// Only indentation was written on this line so far.
    indention: bool,
}

impl Emitter {
    /// Writes a node whose parent is indented by `parent`; the root has no parent.
    fn node(&mut self, value: &Value, parent: Option<usize>, context: Context) {
        match value {
            Value::Null => self.text("null", true, parent, context),
            Value::Bool(flag) => self.text(if *flag { "true" } else { "false" }, true, parent, context),
            Value::Number(number) => self.text(&number_text(number), true, parent, context),
            Value::String(text) => self.text(text, false, parent, context),
            Value::Array(items) if items.is_empty() => self.indicator("[]", true),
            Value::Object(fields) if fields.is_empty() => self.indicator("{}", true),
            Value::Array(items) => self.sequence(items, parent, context),
            Value::Object(fields) => self.mapping(fields, parent),
        }
    }

    fn sequence(&mut self, items: &[Value], parent: Option<usize>, context: Context) {
        let indentless = context == Context::Value && !self.indention;
        let indent = parent.map_or(0, |parent| if indentless { parent } else { parent + BEST_INDENT });
        for item in items {
            self.indent(indent);
            let indention = self.indention;
            self.indicator("-", true);
            self.indention = indention;
            self.node(item, Some(indent), Context::Item);
        }
    }

    fn mapping(&mut self, fields: &Map<String, Value>, parent: Option<usize>) {
        let indent = parent.map_or(0, |parent| parent + BEST_INDENT);
        for (key, value) in sorted_keys(fields) {
            self.indent(indent);
            if key.len() <= SIMPLE_KEY_LENGTH && !key.contains(is_break) {
                self.text(key, false, Some(indent), Context::Key);
                self.indicator(":", false);
            } else {
                let indention = self.indention;
                self.indicator("?", true);
                self.indention = indention;
                self.text(key, false, Some(indent), Context::Value);
                self.indent(indent);
                let indention = self.indention;
                self.indicator(":", true);
                self.indention = indention;
            }
            self.node(value, Some(indent), Context::Value);
        }
    }

    /// Writes a scalar; `plain` ones are known to mean what they say.
    fn text(&mut self, text: &str, plain: bool, parent: Option<usize>, context: Context) {
        let wish = if text.contains('\n') {
            Style::Literal
        } else if plain || resolve(text) == Scalar::Text && !is_base60(text) {
            Style::Plain
        } else {
            Style::DoubleQuoted
        };
        let simple_key = context == Context::Key;
        let indent = parent.map_or(BEST_INDENT, |parent| parent + BEST_INDENT);
        let fold = (!simple_key).then_some(indent);
        match choose_style(text, wish, simple_key) {
            Style::Plain => {
                if !self.whitespace {
                    self.put(' ');
                }
                self.folded_words(text, fold, false);
            }
            Style::SingleQuoted => {
                self.indicator("'", true);
                self.folded_words(text, fold, true);
                self.indicator("'", false);
            }
            Style::DoubleQuoted => self.double_quoted(text, fold),
            Style::Literal => {
                self.literal(text, indent);
                return;
            }
        }
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes words, breaking lines at single spaces beyond the best width.
    fn folded_words(&mut self, text: &str, fold: Option<usize>, quoted: bool) {
        let mut spaces = false;
        let mut letters = text.chars().peekable();
        let mut first = true;
        while let Some(letter) = letters.next() {
            if letter == ' ' {
                let next = letters.peek().copied();
                let inside = next.is_some() && !(quoted && first);
                match fold {
                    Some(indent) if !spaces && self.column > BEST_WIDTH && inside && next != Some(' ') => {
                        self.indent(indent);
                    }
                    _ => self.put(letter),
                }
                spaces = true;
            } else {
                if quoted && letter == '\'' {
                    self.put('\'');
                }
                self.put(letter);
                self.indention = false;
                spaces = false;
            }
            first = false;
        }
    }

    fn double_quoted(&mut self, text: &str, fold: Option<usize>) {
        self.indicator("\"", true);
        let mut spaces = false;
        let mut letters = text.chars().peekable();
        let mut first = true;
        while let Some(letter) = letters.next() {
            let space = letter == ' ';
            if !is_printable(letter) || is_break(letter) || letter == '"' || letter == '\\' {
                for escaped in escape(letter).chars() {
                    self.put(escaped);
                }
            } else if let (true, false, false, Some(indent), Some(next)) =
                (space && self.column > BEST_WIDTH, spaces, first, fold, letters.peek())
            {
                let next = *next;
                self.indent(indent);
                if next == ' ' {
                    self.put('\\');
                }
            } else {
                self.put(letter);
            }
            spaces = space;
            first = false;
        }
        self.indicator("\"", false);
    }

    /// Writes text as a block that keeps its lines.
    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", true);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2", false);
        }
        let mut back = text.chars().rev();
        if !back.next().is_some_and(is_break) {
            self.indicator("-", false);
        } else if back.next().is_none_or(is_break) {
            self.indicator("+", false);
        }
        self.line_break();
        self.indention = true;
        self.whitespace = true;
        let mut at_start = true;
        for letter in text.chars() {
            if is_break(letter) {
                self.out.push(letter);
                self.column = 0;
                self.indention = true;
                at_start = true;
            } else {
                if at_start {
                    self.indent(indent);
                }
                self.put(letter);
                self.indention = false;
                at_start = false;
            }
        }
    }

    fn indent(&mut self, indent: usize) {
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, indicator: &str, need_whitespace: bool) {
        if need_whitespace && !self.whitespace {
            self.put(' ');
        }
        indicator.chars().for_each(|letter| self.put(letter));
        self.whitespace = false;
        self.indention = false;
    }

    fn put(&mut self, letter: char) {
        self.out.push(letter);
        self.column += 1;
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }
}

/// A number as it reads after the way through JSON: whole floats become integers.
fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            let json = format_json(float);
            if matches!(resolve(&json), Scalar::Int(_) | Scalar::Uint(_)) { json } else { format_g(float) }
        }
        _ => number.to_string(),
    }
}

fn escape(letter: char) -> String {
    let code = u32::from(letter);
    let short = match code {
        0x00 => '0',
        0x07 => 'a',
        0x08 => 'b',
        0x09 => 't',
        0x0a => 'n',
        0x0b => 'v',
        0x0c => 'f',
        0x0d => 'r',
        0x1b => 'e',
        0x22 => '"',
        0x5c => '\\',
        0x85 => 'N',
        0xa0 => '_',
        0x2028 => 'L',
        0x2029 => 'P',
        _ if code <= 0xff => return format!("\\x{code:02X}"),
        _ if code <= 0xffff => return format!("\\u{code:04X}"),
        _ => return format!("\\U{code:08X}"),
    };
    format!("\\{short}")
}

#[cfg(test)]
mod tests;

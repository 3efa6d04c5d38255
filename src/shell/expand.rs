//! From words to what they stand for: variables, outputs of commands, arithmetic, splitting, file patterns.
//!
//! Outputs of commands are made outside: an expansion that lacks one says which, and is begun anew when it is
//! there. So nothing that an expansion does may be lasting: assignments are kept aside until it succeeds.

use std::rc::Rc;

use super::arithmetic::{self, Variables};
use super::braces;
use super::glob;
use super::host::Files;
use super::scope::Scope;
use super::separators::Separators;
use super::syntax::{List, Part, Word};

/// Bytes that the words of one command may have.
const WORDS_MAX: usize = 1 << 20;

/// Why words could not be expanded.
#[derive(Clone, Debug)]
pub(super) enum Lack {
    /// The output of these commands must be there first.
    Output(Rc<List>),
    /// It is wrong, in bash's words.
    Failed(String),
}

/// One expansion.
pub(super) struct Expansion<'a> {
    pub(super) scope: &'a Scope,
    pub(super) files: &'a dyn Files,
    /// The outputs that are there, in the order in which they are asked for.
    pub(super) outputs: &'a [String],
    pub(super) used: usize,
    /// What was assigned meanwhile.
    pub(super) assigned: Vec<(String, String)>,
}

/// The fields that a word becomes.
#[derive(Default)]
pub(super) struct Fields {
    done: Vec<Field>,
    current: Option<Field>,
    /// White space has ended the last one: a separator that follows belongs to its end.
    may_yet_end: bool,
}

#[derive(Default)]
struct Field {
    text: String,
    /// The same as a pattern: quoted letters stand for themselves.
    pattern: String,
}

impl Fields {
    fn add(&mut self, text: &str, is_quoted: bool) {
        self.may_yet_end = false;
        let field = self.current.get_or_insert_default();
        field.text.push_str(text);
        if !is_quoted {
            field.pattern.push_str(text);
            return;
        }
        for letter in text.chars() {
            if matches!(letter, '*' | '?' | '[' | '\\') {
                field.pattern.push('\\');
            }
            field.pattern.push(letter);
        }
    }

    fn end(&mut self) {
        self.done.extend(self.current.take());
        self.may_yet_end = false;
    }

    /// Adds a text that is split at separators: white space ends a field, others also one that is empty.
    fn split(&mut self, text: &str, separators: Separators<'_>) {
        let mut rest = text;
        while let Some(at) = rest.find(|letter| separators.has(letter)) {
            let (piece, after) = rest.split_at(at);
            let Some(separator) = after.chars().next() else { break };
            if !piece.is_empty() {
                self.add(piece, false);
            }
            let has_ended = self.current.is_some();
            if separators.is_white(separator) {
                let may_yet_end = has_ended || self.may_yet_end;
                self.end();
                self.may_yet_end = may_yet_end;
            } else {
                if !has_ended && !self.may_yet_end {
                    self.current = Some(Field::default());
                }
                self.end();
            }
            rest = after.get(separator.len_utf8()..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.add(rest, false);
        }
    }
}

/// Whether a word is `"$@"` alone, which is no word at all where there are no arguments.
fn is_arguments(word: &Word) -> bool {
    let mut quotes = 0;
    let mut names = 0;
    let is_so = word.0.iter().all(|part| match part {
        Part::Text { text, is_quoted: true } => {
            quotes += 1;
            text.is_empty()
        }
        Part::Variable { name, operation: None, is_quoted: true } => {
            names += 1;
            name == "@"
        }
        _ => false,
    });
    is_so && names > 0 && quotes < 2
}

impl Variables for Expansion<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let assigned = self.assigned.iter().rev().find(|(known, _)| known == name);
        assigned.map(|(_, value)| value.clone()).or_else(|| self.scope.get(name))
    }

    fn set(&mut self, name: &str, number: i64) {
        self.assigned.push((name.to_owned(), number.to_string()));
    }
}

impl Expansion<'_> {
    /// The words as arguments: split, and matched with files.
    pub(super) fn words(&mut self, words: &[Word]) -> Result<Vec<String>, Lack> {
        let mut expanded = Vec::new();
        let mut bytes = 0;
        for word in words.iter().flat_map(braces::expand) {
            if self.scope.arguments.is_empty() && is_arguments(&word) {
                continue;
            }
            let mut fields = Fields::default();
            self.parts(&word, &mut fields, true)?;
            fields.end();
            for field in fields.done {
                let found = if glob::is_pattern(&field.pattern) {
                    glob::files(self.files, &self.scope.folder, &field.pattern)
                } else {
                    Vec::new()
                };
                bytes += field.text.len();
                if found.is_empty() {
                    expanded.push(field.text);
                } else {
                    expanded.extend(found);
                }
            }
            if bytes > WORDS_MAX {
                return Err(Lack::Failed("Argument list too long".to_owned()));
            }
        }
        Ok(expanded)
    }

    /// A word as one text.
    pub(super) fn text(&mut self, word: &Word) -> Result<String, Lack> {
        Ok(self.field(word)?.text)
    }

    /// A word as a pattern.
    pub(super) fn pattern(&mut self, word: &Word) -> Result<Vec<char>, Lack> {
        Ok(self.field(word)?.pattern.chars().collect())
    }

    fn field(&mut self, word: &Word) -> Result<Field, Lack> {
        let mut fields = Fields::default();
        self.parts(word, &mut fields, false)?;
        Ok(fields.current.unwrap_or_default())
    }

    pub(super) fn parts(&mut self, word: &Word, fields: &mut Fields, splits: bool) -> Result<(), Lack> {
        for part in &word.0 {
            match part {
                Part::Text { text, is_quoted } => fields.add(text, *is_quoted),
                Part::Variable { name, operation: None, is_quoted }
                    if splits && (name == "@" || (name == "*" && !is_quoted)) =>
                {
                    for (index, argument) in self.scope.arguments.iter().enumerate() {
                        if index > 0 {
                            fields.end();
                        }
                        self.give(fields, argument, *is_quoted, true);
                    }
                }
                Part::Variable { name, operation: None, is_quoted } => {
                    let value = self.value(name).unwrap_or_default();
                    self.give(fields, &value, *is_quoted, splits);
                }
                Part::Variable { name, operation: Some((operation, word)), is_quoted } => {
                    self.operation(name, *operation, word, *is_quoted, fields, splits)?;
                }
                Part::Output { list, is_quoted } => {
                    let Some(output) = self.outputs.get(self.used) else {
                        return Err(Lack::Output(list.clone()));
                    };
                    self.used += 1;
                    self.give(fields, output, *is_quoted, splits);
                }
                Part::Arithmetic { text, is_quoted } => {
                    let text = self.text(text)?;
                    let number = arithmetic::evaluate(&text, self)
                        .map_err(|why| Lack::Failed(format!("{text}: {why}")))?;
                    self.give(fields, &number.to_string(), *is_quoted, splits);
                }
            }
            let bytes: usize = fields.current.as_ref().map_or(0, |field| field.text.len());
            if bytes > WORDS_MAX {
                return Err(Lack::Failed("Argument list too long".to_owned()));
            }
        }
        Ok(())
    }

    /// The word of `${NAME-WORD}`: what is not quoted of it is split too.
    pub(super) fn operand(&mut self, word: &Word, fields: &mut Fields, splits: bool) -> Result<(), Lack> {
        for part in &word.0 {
            match part {
                Part::Text { text, is_quoted } => self.give(fields, text, *is_quoted, splits),
                part => self.parts(&Word(vec![part.clone()]), fields, splits)?,
            }
        }
        Ok(())
    }

    /// Adds a value to the fields, split where it is not quoted.
    pub(super) fn give(&self, fields: &mut Fields, text: &str, is_quoted: bool, splits: bool) {
        if splits && !is_quoted {
            fields.split(text, self.scope.separators());
        } else {
            fields.add(text, is_quoted);
        }
    }
}

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
use super::syntax::{List, Operation, Part, Word};

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
struct Fields {
    done: Vec<Field>,
    current: Option<Field>,
}

#[derive(Default)]
struct Field {
    text: String,
    /// The same as a pattern: quoted letters stand for themselves.
    pattern: String,
}

impl Fields {
    fn add(&mut self, text: &str, is_quoted: bool) {
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
    }

    /// Adds a text that is split at blanks.
    fn split(&mut self, text: &str) {
        for (index, piece) in text.split([' ', '\t', '\n']).enumerate() {
            if index > 0 {
                self.end();
            }
            if !piece.is_empty() {
                self.add(piece, false);
            }
        }
    }
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

    fn parts(&mut self, word: &Word, fields: &mut Fields, splits: bool) -> Result<(), Lack> {
        for part in &word.0 {
            match part {
                Part::Text { text, is_quoted } => fields.add(text, *is_quoted),
                Part::Variable { name, operation: None, is_quoted: true } if name == "@" && splits => {
                    for (index, argument) in self.scope.arguments.iter().enumerate() {
                        if index > 0 {
                            fields.end();
                        }
                        fields.add(argument, true);
                    }
                }
                Part::Variable { name, operation: None, is_quoted } => {
                    let value = self.value(name).unwrap_or_default();
                    give(fields, &value, *is_quoted, splits);
                }
                Part::Variable { name, operation: Some((operation, word)), is_quoted } => {
                    self.operation(name, *operation, word, *is_quoted, fields, splits)?;
                }
                Part::Output { list, is_quoted } => {
                    let Some(output) = self.outputs.get(self.used) else {
                        return Err(Lack::Output(list.clone()));
                    };
                    self.used += 1;
                    give(fields, output, *is_quoted, splits);
                }
                Part::Arithmetic { text, is_quoted } => {
                    let text = self.text(text)?;
                    let number = arithmetic::evaluate(&text, self)
                        .map_err(|why| Lack::Failed(format!("{text}: {why}")))?;
                    give(fields, &number.to_string(), *is_quoted, splits);
                }
            }
            let bytes: usize = fields.current.as_ref().map_or(0, |field| field.text.len());
            if bytes > WORDS_MAX {
                return Err(Lack::Failed("Argument list too long".to_owned()));
            }
        }
        Ok(())
    }

    fn operation(
        &mut self,
        name: &str,
        operation: Operation,
        word: &Word,
        is_quoted: bool,
        fields: &mut Fields,
        splits: bool,
    ) -> Result<(), Lack> {
        let value = self.value(name);
        let stands = |or_empty: bool| value.as_ref().is_some_and(|value| !(or_empty && value.is_empty()));
        let result = match operation {
            Operation::Default { or_empty }
            | Operation::Assign { or_empty }
            | Operation::Required { or_empty }
                if stands(or_empty) =>
            {
                value.unwrap_or_default()
            }
            Operation::Default { .. } => return self.parts(word, fields, splits && !is_quoted),
            Operation::Assign { .. } => {
                let text = self.text(word)?;
                self.assigned.push((name.to_owned(), text.clone()));
                text
            }
            Operation::Required { .. } => {
                let text = self.text(word)?;
                let why = if text.is_empty() { "parameter null or not set" } else { &text };
                return Err(Lack::Failed(format!("{name}: {why}")));
            }
            Operation::Alternative { or_empty } if stands(or_empty) => {
                return self.parts(word, fields, splits && !is_quoted);
            }
            Operation::Alternative { .. } => String::new(),
            Operation::Length => value.unwrap_or_default().chars().count().to_string(),
            Operation::DropStart { longest } => {
                drop_start(&value.unwrap_or_default(), &self.pattern(word)?, longest)
            }
            Operation::DropEnd { longest } => {
                drop_end(&value.unwrap_or_default(), &self.pattern(word)?, longest)
            }
            Operation::Replace { all } => {
                let pattern = self.pattern(word)?;
                let (from, to) = match pattern.iter().position(|letter| *letter == '/') {
                    Some(at) => (&pattern[..at], pattern[at + 1..].iter().collect()),
                    None => (&pattern[..], String::new()),
                };
                replace(&value.unwrap_or_default(), from, &to, all)
            }
        };
        give(fields, &result, is_quoted, splits);
        Ok(())
    }
}

fn give(fields: &mut Fields, text: &str, is_quoted: bool, splits: bool) {
    if splits && !is_quoted {
        fields.split(text);
    } else {
        fields.add(text, is_quoted);
    }
}

fn drop_start(text: &str, pattern: &[char], longest: bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let fits = |length: &usize| glob::matches(pattern, &letters[..*length]);
    let mut lengths = 0..=letters.len();
    let length = if longest { lengths.rev().find(fits) } else { lengths.find(fits) };
    letters[length.unwrap_or_default()..].iter().collect()
}

fn drop_end(text: &str, pattern: &[char], longest: bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let fits = |begin: &usize| glob::matches(pattern, &letters[*begin..]);
    let mut begins = 0..=letters.len();
    let begin = if longest { begins.find(fits) } else { begins.rev().find(fits) };
    letters[..begin.unwrap_or(letters.len())].iter().collect()
}

/// Letters of a text beyond which nothing is replaced: each place is tried with each length.
const REPLACE_MAX: usize = 2_000;

fn replace(text: &str, pattern: &[char], to: &str, all: bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut result = String::new();
    let (mut at, mut goes_on) = (0, !pattern.is_empty() && letters.len() <= REPLACE_MAX);
    while at < letters.len() {
        let fits = |end: &usize| glob::matches(pattern, &letters[at..*end]);
        let found = if goes_on { (at + 1..=letters.len()).rev().find(fits) } else { None };
        if let Some(end) = found {
            result.push_str(to);
            at = end;
            goes_on = all;
        } else {
            result.push(letters[at]);
            at += 1;
        }
    }
    result
}

//! `${NAME…}`: what is made of a parameter's value.

use super::arithmetic::Variables as _;
use super::expand::{Expansion, Fields, Lack};
use super::glob;
use super::syntax::{Operation, Part, Word};

impl Expansion<'_> {
    pub(super) fn operation(
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
            Operation::Default { .. } => return self.operand(word, fields, splits && !is_quoted),
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
                return self.operand(word, fields, splits && !is_quoted);
            }
            Operation::Alternative { .. } => String::new(),
            Operation::Length if matches!(name, "@" | "*") => self.scope.arguments.len().to_string(),
            Operation::Length => value.unwrap_or_default().chars().count().to_string(),
            Operation::DropStart { longest } => {
                drop_start(&value.unwrap_or_default(), &self.pattern(word)?, longest)
            }
            Operation::DropEnd { longest } => {
                drop_end(&value.unwrap_or_default(), &self.pattern(word)?, longest)
            }
            Operation::Replace { all } => {
                let (pattern, with) = at_slash(word);
                let (pattern, with) = (self.pattern(&pattern)?, self.text(&with)?);
                let value = value.unwrap_or_default();
                match pattern.as_slice() {
                    ['#', rest @ ..] if !all => at_end(&value, drop_start(&value, rest, true), &with, true),
                    ['%', rest @ ..] if !all => at_end(&value, drop_end(&value, rest, true), &with, false),
                    pattern => replace(&value, pattern, &with, all),
                }
            }
        };
        self.give(fields, &result, is_quoted, splits);
        Ok(())
    }
}

/// `PATTERN/TEXT`, parted at the first slash that is not quoted.
fn at_slash(word: &Word) -> (Word, Word) {
    for (index, part) in word.0.iter().enumerate() {
        let Part::Text { text, is_quoted: false } = part else { continue };
        let Some((before, after)) = text.split_once('/') else { continue };
        let piece = |text: &str| Part::Text { text: text.to_owned(), is_quoted: false };
        let pattern = word.0.iter().take(index).cloned().chain([piece(before)]);
        let with = std::iter::once(piece(after)).chain(word.0.iter().skip(index + 1).cloned());
        return (Word(pattern.collect()), Word(with.collect()));
    }
    (word.clone(), Word::default())
}

/// A text of which one end was dropped gets another one in its place; `${NAME/#…}` and `${NAME/%…}`.
fn at_end(text: &str, rest: String, with: &str, is_start: bool) -> String {
    match rest.len() < text.len() {
        true if is_start => format!("{with}{rest}"),
        true => rest + with,
        false => text.to_owned(),
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

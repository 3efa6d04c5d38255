//! `${NAME…}`: what stands between the braces.

use super::SyntaxError;
use super::scan::Parser;
use super::tree::{Operation, Part, Word};
use super::words::{push, push_letter};

impl Parser {
    pub(super) fn braced(&mut self, parts: &mut Vec<Part>, is_quoted: bool) -> Result<(), SyntaxError> {
        let begin = self.at;
        self.at += 1;
        let is_length = self.peek() == Some('#') && self.peek_at(1) != Some('}');
        if is_length {
            self.at += 1;
        }
        let name = match self.peek() {
            Some(letter @ ('?' | '@' | '*' | '#' | '$' | '!' | '-')) => {
                self.at += 1;
                letter.to_string()
            }
            _ => self.name(),
        };
        if self.peek() == Some('[') && !name.is_empty() {
            return Err(SyntaxError::Refused(super::NO_ARRAYS.to_owned()));
        }
        let operation = if is_length { Some(Operation::Length) } else { self.operation() };
        let bad = |parser: &Self| {
            let text: String = parser.text.iter().skip(begin).take_while(|letter| **letter != '\n').collect();
            SyntaxError::Refused(format!("${text}: bad substitution"))
        };
        if name.is_empty() {
            return Err(if self.peek().is_none() { SyntaxError::Incomplete } else { bad(self) });
        }
        let Some(operation) = operation else {
            if !self.takes("}") {
                return Err(if self.peek().is_none() { SyntaxError::Incomplete } else { bad(self) });
            }
            parts.push(Part::Variable { name, operation: None, is_quoted });
            return Ok(());
        };
        self.enter()?;
        let word = self.braced_word(is_quoted && !operation.takes_pattern())?;
        self.leave();
        parts.push(Part::Variable { name, operation: Some((operation, word)), is_quoted });
        Ok(())
    }

    fn operation(&mut self) -> Option<Operation> {
        let or_empty = self.peek() == Some(':') && matches!(self.peek_at(1), Some('-' | '=' | '+' | '?'));
        if or_empty {
            self.at += 1;
        }
        let twice = self.peek().is_some() && self.peek() == self.peek_at(1);
        let operation = match self.peek()? {
            '-' => Operation::Default { or_empty },
            '=' => Operation::Assign { or_empty },
            '+' => Operation::Alternative { or_empty },
            '?' => Operation::Required { or_empty },
            '#' => Operation::DropStart { longest: twice },
            '%' => Operation::DropEnd { longest: twice },
            '/' => Operation::Replace { all: twice },
            _ => return None,
        };
        self.at += if twice && operation.takes_pattern() { 2 } else { 1 };
        Some(operation)
    }

    /// The word within `${NAME-…}`, up to the brace.
    fn braced_word(&mut self, is_quoted: bool) -> Result<Word, SyntaxError> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                None => return Err(SyntaxError::Incomplete),
                Some('}') => {
                    self.at += 1;
                    return Ok(Word(parts));
                }
                Some('\\') if is_quoted && !self.escapes_next() => {
                    self.at += 1;
                    push_letter(&mut parts, '\\', true);
                }
                Some('\\') => self.backslash(&mut parts)?,
                Some('\'') if !is_quoted => self.single_quoted(&mut parts)?,
                Some('"') => {
                    self.at += 1;
                    push(&mut parts, "", true);
                    self.quoted_parts(&mut parts, Some('"'))?;
                }
                Some('$') => self.dollar(&mut parts, is_quoted)?,
                Some('`') => self.backquoted(&mut parts, is_quoted)?,
                Some(letter) => {
                    self.at += 1;
                    push_letter(&mut parts, letter, is_quoted);
                }
            }
        }
    }

    /// Whether the backslash that is next means something between double quotes.
    fn escapes_next(&self) -> bool {
        self.peek_at(1).is_none_or(|next| matches!(next, '\\' | '$' | '`' | '"' | '}' | '\n'))
    }
}

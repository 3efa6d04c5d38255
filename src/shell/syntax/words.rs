//! Words: quotes, backslashes, `$` and backquotes.

use std::rc::Rc;

use super::scan::{Parser, is_meta};
use super::tree::{Part, Word};
use super::{Open, SyntaxError};
use crate::shell::escapes::{self, Escape, Place, escape};

/// Adds text to a word; texts of one kind that follow each other are one part.
pub(super) fn push(parts: &mut Vec<Part>, more: &str, quoted: bool) {
    match parts.last_mut() {
        Some(Part::Text { text, is_quoted }) if *is_quoted == quoted => text.push_str(more),
        _ => parts.push(Part::Text { text: more.to_owned(), is_quoted: quoted }),
    }
}

pub(super) fn push_letter(parts: &mut Vec<Part>, letter: char, quoted: bool) {
    push(parts, letter.encode_utf8(&mut [0; 4]), quoted);
}

impl Parser {
    /// Takes a word; `None` when none is here.
    pub(super) fn word(&mut self) -> Result<Option<Word>, SyntaxError> {
        let begin = self.at;
        let mut parts = Vec::new();
        if self.peek() == Some('~') && self.peek_at(1).is_none_or(|next| next == '/' || is_meta(next)) {
            self.at += 1;
            parts.push(Part::Variable { name: "HOME".to_owned(), operation: None, is_quoted: true });
        }
        while let Some(letter) = self.peek() {
            match letter {
                _ if is_meta(letter) => break,
                '\\' => self.backslash(&mut parts)?,
                '\'' => self.single_quoted(&mut parts)?,
                '"' => {
                    self.at += 1;
                    push(&mut parts, "", true);
                    self.quoted_parts(&mut parts, Some('"'))?;
                }
                '$' => self.dollar(&mut parts, false)?,
                '`' => self.backquoted(&mut parts, false)?,
                _ => {
                    self.at += 1;
                    push_letter(&mut parts, letter, false);
                }
            }
        }
        Ok((self.at > begin).then_some(Word(parts)))
    }

    pub(super) fn backslash(&mut self, parts: &mut Vec<Part>) -> Result<(), SyntaxError> {
        self.at += 1;
        match self.next() {
            Some('\n') => {}
            Some('\r') if self.peek() == Some('\n') => self.at += 1,
            Some(letter) => push_letter(parts, letter, true),
            None => return Err(SyntaxError::Open(Open::Line)),
        }
        Ok(())
    }

    pub(super) fn single_quoted(&mut self, parts: &mut Vec<Part>) -> Result<(), SyntaxError> {
        self.at += 1;
        push(parts, "", true);
        loop {
            match self.next() {
                Some('\'') => return Ok(()),
                Some(letter) => push_letter(parts, letter, true),
                None => return Err(SyntaxError::Open(Open::Quote('\''))),
            }
        }
    }

    /// The text of a here-document, in which only `$`, backquotes and backslashes mean something.
    pub(super) fn here_body(&mut self) -> Result<Word, SyntaxError> {
        let mut parts = Vec::new();
        self.quoted_parts(&mut parts, None)?;
        Ok(Word(parts))
    }

    /// What stands between double quotes; without an end, all of the text.
    pub(super) fn quoted_parts(
        &mut self,
        parts: &mut Vec<Part>,
        end: Option<char>,
    ) -> Result<(), SyntaxError> {
        loop {
            match self.peek() {
                None => return end.map_or(Ok(()), |end| Err(SyntaxError::Open(Open::Quote(end)))),
                Some(letter) if end == Some(letter) => {
                    self.at += 1;
                    return Ok(());
                }
                Some('\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some('\n') => self.at += 1,
                        Some(letter) if matches!(letter, '\\' | '$' | '`') || end == Some(letter) => {
                            self.at += 1;
                            push_letter(parts, letter, true);
                        }
                        _ => push(parts, "\\", true),
                    }
                }
                Some('$') => self.dollar(parts, true)?,
                Some('`') => self.backquoted(parts, true)?,
                Some(letter) => {
                    self.at += 1;
                    push_letter(parts, letter, true);
                }
            }
        }
    }

    pub(super) fn dollar(&mut self, parts: &mut Vec<Part>, is_quoted: bool) -> Result<(), SyntaxError> {
        self.at += 1;
        match self.peek() {
            Some('(') if self.peek_at(1) == Some('(') && self.closes_arithmetic().is_some() => {
                self.arithmetic(parts, is_quoted)
            }
            Some('(') => {
                self.at += 1;
                self.enter()?;
                let list = self.list()?;
                self.leave();
                if !self.takes(")") {
                    return Err(self.unexpected());
                }
                parts.push(Part::Output { list: Rc::new(list), is_quoted });
                Ok(())
            }
            Some('[') => self.old_arithmetic(parts, is_quoted),
            Some('{') => self.braced(parts, is_quoted),
            Some('\'') if !is_quoted => self.escaped_quote(parts),
            Some('"') if !is_quoted => Ok(()),
            Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => {
                let name = self.name();
                parts.push(Part::Variable { name, operation: None, is_quoted });
                Ok(())
            }
            Some(letter)
                if letter.is_ascii_digit() || matches!(letter, '?' | '@' | '*' | '#' | '$' | '!' | '-') =>
            {
                self.at += 1;
                parts.push(Part::Variable { name: letter.to_string(), operation: None, is_quoted });
                Ok(())
            }
            _ => {
                push(parts, "$", is_quoted);
                Ok(())
            }
        }
    }

    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(letter) = self.peek().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        {
            self.at += 1;
            name.push(letter);
        }
        name
    }

    pub(super) fn backquoted(&mut self, parts: &mut Vec<Part>, is_quoted: bool) -> Result<(), SyntaxError> {
        self.at += 1;
        let mut inner = String::new();
        loop {
            match self.next() {
                None => return Err(SyntaxError::Incomplete),
                Some('`') => break,
                Some('\\') => match self.next() {
                    Some(letter @ ('`' | '\\' | '$')) => inner.push(letter),
                    Some(letter) => {
                        inner.push('\\');
                        inner.push(letter);
                    }
                    None => return Err(SyntaxError::Incomplete),
                },
                Some(letter) => inner.push(letter),
            }
        }
        self.enter()?;
        let mut parser = Self::new(&inner, self.depth);
        let list = parser.whole()?;
        parser.expect_end()?;
        self.leave();
        parts.push(Part::Output { list: Rc::new(list), is_quoted });
        Ok(())
    }

    /// `$'…'`, with the escapes that people use.
    fn escaped_quote(&mut self, parts: &mut Vec<Part>) -> Result<(), SyntaxError> {
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.next() {
                None => return Err(SyntaxError::Incomplete),
                Some('\'') => break,
                Some('\\') if self.peek().is_none() => return Err(SyntaxError::Incomplete),
                Some('\\') => match escape(self.text.get(self.at..).unwrap_or_default(), Place::Quote) {
                    Some((escape, length)) => {
                        escapes::push(&mut bytes, escape);
                        self.at += length;
                    }
                    None => bytes.push(b'\\'),
                },
                Some(letter) => escapes::push(&mut bytes, Escape::Letter(letter)),
            }
        }
        push(parts, &String::from_utf8_lossy(&bytes), true);
        Ok(())
    }
}

//! The parser's place in the text: letters, blanks, comments, line ends.

use std::cell::OnceCell;
use std::rc::Rc;

use super::draft::Begun;
use super::tree::Word;
use super::{Open, SyntaxError};
use crate::collections::SortedMap;

/// Commands within commands.
const DEPTH_MAX: u32 = 40;

/// A here-document whose lines are still to come.
pub(super) struct PendingHere {
    pub(super) delimiter: String,
    pub(super) is_literal: bool,
    pub(super) drops_tabs: bool,
    pub(super) body: Rc<OnceCell<Word>>,
}

impl PendingHere {
    /// What is open until its last line.
    pub(super) fn open(&self) -> Open {
        Open::Here { delimiter: self.delimiter.clone(), drops_tabs: self.drops_tabs }
    }
}

/// A text that is being parsed.
pub(super) struct Parser {
    pub(super) text: Vec<char>,
    pub(super) at: usize,
    pub(super) depth: u32,
    pub(super) pending: Vec<PendingHere>,
    /// Lists that were begun when the text ended, by where they begin.
    pub(super) begun: SortedMap<usize, Begun>,
    /// Letters that were not parsed again.
    pub(super) skipped: usize,
}

/// Letters that end a word.
pub(super) fn is_meta(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')')
}

/// Whether a word can name a variable.
pub(crate) fn is_name(word: &str) -> bool {
    word.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

impl Parser {
    pub(super) fn new(text: &str, depth: u32) -> Self {
        Self::of(text.chars().collect(), SortedMap::new(), depth)
    }

    pub(super) fn of(text: Vec<char>, begun: SortedMap<usize, Begun>, depth: u32) -> Self {
        Self { text, at: 0, depth, pending: Vec::new(), begun, skipped: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, offset: usize) -> Option<char> {
        self.text.get(self.at + offset).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek();
        if next.is_some() {
            self.at += 1;
        }
        next
    }

    /// Whether the text goes on like this.
    pub(super) fn sees(&self, expected: &str) -> bool {
        expected.chars().enumerate().all(|(offset, letter)| self.peek_at(offset) == Some(letter))
    }

    /// Takes these letters when they are next.
    pub(super) fn takes(&mut self, expected: &str) -> bool {
        let sees = self.sees(expected);
        if sees {
            self.at += expected.chars().count();
        }
        sees
    }

    /// Skips blanks, continued lines and a comment.
    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r') => self.at += 1,
                Some('\\') if self.peek_at(1) == Some('\n') => self.at += 2,
                Some('\\') if self.peek_at(1) == Some('\r') && self.peek_at(2) == Some('\n') => self.at += 3,
                Some('#') => {
                    while self.peek().is_some_and(|letter| letter != '\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// Skips blanks and line ends; here-documents that were announced are read.
    pub(super) fn skip_lines(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.skip_blanks();
            if !self.takes("\n") {
                return Ok(());
            }
            self.read_here_documents()?;
        }
    }

    /// The word at the parser's place, when it has neither quotes nor expansions.
    pub(super) fn bare_word(&self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let word: String = rest.iter().take_while(|letter| !is_meta(**letter)).collect();
        if word.contains(['\'', '"', '\\', '$', '`']) { String::new() } else { word }
    }

    /// Takes a reserved word.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let takes = self.bare_word() == word;
        if takes {
            self.at += word.chars().count();
        }
        takes
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), SyntaxError> {
        if self.takes_word(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// What stands here may not.
    pub(super) fn unexpected(&self) -> SyntaxError {
        let token = match self.peek() {
            None => return SyntaxError::Incomplete,
            Some('\n') => "newline".to_owned(),
            Some(letter) if is_meta(letter) => match self.peek_at(1) {
                Some(next) if next == letter && letter != '(' && letter != ')' => format!("{letter}{next}"),
                _ => letter.to_string(),
            },
            Some(_) => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                rest.iter().take_while(|letter| !is_meta(**letter)).collect()
            }
        };
        SyntaxError::Unexpected(token)
    }

    pub(super) fn expect_end(&mut self) -> Result<(), SyntaxError> {
        if self.peek().is_some() {
            return Err(self.unexpected());
        }
        self.pending.first().map_or(Ok(()), |here| Err(SyntaxError::Open(here.open())))
    }

    /// One level deeper; `leave` goes back.
    pub(super) fn enter(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(SyntaxError::Refused("the line is nested too deeply".to_owned()));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

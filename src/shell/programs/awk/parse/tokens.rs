//! An awk program's letters, blanks, words and quoted texts.

use super::{DEPTH_MAX, Parser};
use crate::shell::mistake::Mistake;

impl Parser {
    pub(super) fn peek(&self, offset: usize) -> Option<char> {
        self.letters.get(self.at + offset).copied()
    }

    pub(super) fn skip_blanks(&mut self) {
        loop {
            match self.peek(0) {
                Some(' ' | '\t' | '\r') => self.at += 1,
                Some('\\') if self.peek(1) == Some('\n') => self.at += 2,
                Some('#') => {
                    while self.peek(0).is_some_and(|letter| letter != '\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    pub(super) fn skip_ends(&mut self) {
        self.skip_blanks();
        while matches!(self.peek(0), Some('\n' | ';')) {
            self.at += 1;
            self.skip_blanks();
        }
    }

    pub(super) fn skip_lines(&mut self) {
        self.skip_blanks();
        while self.peek(0) == Some('\n') {
            self.at += 1;
            self.skip_blanks();
        }
    }

    pub(super) fn wrong<T>(&self) -> Result<T, Mistake> {
        let rest: String = self.letters.iter().skip(self.at).take(20).collect();
        Err(if rest.is_empty() {
            "syntax error at the end".into()
        } else {
            format!("syntax error at or near {rest}").into()
        })
    }

    pub(super) fn sees(&self, token: &str) -> bool {
        token.chars().enumerate().all(|(offset, letter)| self.peek(offset) == Some(letter))
    }

    pub(super) fn takes(&mut self, token: &str) -> bool {
        self.skip_blanks();
        let sees = self.sees(token);
        if sees {
            self.at += token.chars().count();
        }
        sees
    }

    pub(super) fn expect(&mut self, token: &str) -> Result<(), Mistake> {
        if self.takes(token) { Ok(()) } else { self.wrong() }
    }

    pub(super) fn word(&self) -> String {
        let rest = self.letters.iter().skip(self.at);
        let word: String =
            rest.take_while(|letter| letter.is_ascii_alphanumeric() || **letter == '_').collect();
        if word.starts_with(|first: char| first.is_ascii_digit()) { String::new() } else { word }
    }

    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let takes = self.word() == word;
        if takes {
            self.at += word.len();
        }
        takes
    }

    pub(super) fn name(&mut self) -> Result<String, Mistake> {
        let name = self.word();
        self.at += name.len();
        if name.is_empty() { self.wrong() } else { Ok(name) }
    }

    /// The letters of a number, with its exponent where it has one.
    pub(super) fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(letter) = self.peek(0).filter(|letter| letter.is_ascii_digit() || *letter == '.') {
            digits.push(letter);
            self.at += 1;
        }
        let sign = usize::from(matches!(self.peek(1), Some('-' | '+')));
        let is_power = matches!(self.peek(0), Some('e' | 'E'))
            && self.peek(1 + sign).is_some_and(|digit| digit.is_ascii_digit());
        if is_power {
            let power =
                self.letters.iter().skip(self.at + 1 + sign).take_while(|d| d.is_ascii_digit()).count();
            digits.extend(self.letters.iter().skip(self.at).take(1 + sign + power));
            self.at += 1 + sign + power;
        }
        digits
    }

    /// The text up to a delimiter, with its backslashes but for those before the delimiter.
    pub(super) fn quoted(&mut self, delimiter: char) -> Result<String, Mistake> {
        let mut text = String::new();
        loop {
            let Some(letter) = self.peek(0).filter(|letter| *letter != '\n') else { return self.wrong() };
            self.at += 1;
            if letter == delimiter {
                return Ok(text);
            }
            if letter == '\\' && self.peek(0) == Some(delimiter) {
                self.at += 1;
                text.push(delimiter);
                continue;
            }
            text.push(letter);
            if letter == '\\' {
                text.extend(self.peek(0));
                self.at += 1;
            }
        }
    }

    pub(super) fn enter(&mut self) -> Result<(), Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err("program is nested too deeply".into()) } else { Ok(()) }
    }
}

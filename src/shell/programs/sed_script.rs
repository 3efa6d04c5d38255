//! Scripts of `sed`.
//!
//! Left out: labels and branches, the hold space, blocks, `w` and `r`.

use crate::shell::regex::{Dialect, Regex};

/// A command with the lines that it is for.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) first: Option<Address>,
    pub(super) last: Option<Address>,
    pub(super) is_negated: bool,
    pub(super) verb: Verb,
}

/// Which line is meant.
#[derive(Clone, Debug)]
pub(super) enum Address {
    Line(usize),
    Last,
    Fits(Regex),
    /// `+N` lines after the first.
    After(usize),
}

/// What is done to a line.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    Substitute { regex: Regex, with: Vec<Piece>, all: bool, nth: usize, prints: bool },
    Transliterate(Vec<char>, Vec<char>),
    Print,
    Delete,
    Quit,
    Number,
    Append(String),
    Insert(String),
    Change(String),
}

/// A piece of what takes the place of a find.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Group(usize),
}

struct Reader<'a> {
    letters: Vec<char>,
    at: usize,
    dialect: Dialect,
    script: &'a str,
}

/// Reads a script.
pub(super) fn parse(script: &str, dialect: Dialect) -> Result<Vec<Command>, String> {
    let mut reader = Reader { letters: script.chars().collect(), at: 0, dialect, script };
    let mut commands = Vec::new();
    loop {
        reader.skip(|letter| letter.is_whitespace() || letter == ';');
        match reader.peek() {
            None => return Ok(commands),
            Some('#') => reader.skip(|letter| letter != '\n'),
            Some(_) => commands.push(reader.command()?),
        }
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += 1;
        next
    }

    fn skip(&mut self, skips: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&skips) {
            self.at += 1;
        }
    }

    fn wrong(&self, what: &str) -> String {
        format!("-e expression #1, char {}: {what}", self.at.min(self.script.chars().count()))
    }

    fn command(&mut self) -> Result<Command, String> {
        let first = self.address()?;
        let mut last = None;
        if first.is_some() && self.peek() == Some(',') {
            self.at += 1;
            self.skip(char::is_whitespace);
            last = Some(self.address()?.ok_or_else(|| self.wrong("unexpected `,'"))?);
        }
        self.skip(char::is_whitespace);
        let is_negated = self.peek() == Some('!');
        if is_negated {
            self.skip(|letter| letter == '!' || letter.is_whitespace());
        }
        let verb = match self.next() {
            Some('s') => self.substitute()?,
            Some('y') => self.transliterate()?,
            Some('p') => Verb::Print,
            Some('d') => Verb::Delete,
            Some('q') => Verb::Quit,
            Some('=') => Verb::Number,
            Some(letter @ ('a' | 'i' | 'c')) => {
                let text = self.text();
                let verb = match letter {
                    'a' => Verb::Append(text),
                    'i' => Verb::Insert(text),
                    _ => Verb::Change(text),
                };
                return Ok(Command { first, last, is_negated, verb });
            }
            Some(letter) => {
                return Err(self.wrong(&format!("unknown command: `{letter}'")));
            }
            None => return Err(self.wrong("missing command")),
        };
        self.skip(|letter| matches!(letter, ' ' | '\t'));
        if self.peek().is_some_and(|letter| !matches!(letter, ';' | '\n' | '#')) {
            return Err(self.wrong("extra characters after command"));
        }
        Ok(Command { first, last, is_negated, verb })
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        Ok(match self.peek() {
            Some('0'..='9') => Some(Address::Line(self.number())),
            Some('+') => {
                self.at += 1;
                Some(Address::After(self.number()))
            }
            Some('$') => {
                self.at += 1;
                Some(Address::Last)
            }
            Some('/' | '\\') => {
                if self.peek() == Some('\\') {
                    self.at += 1;
                }
                let delimiter = self.next().ok_or_else(|| self.wrong("unterminated address regex"))?;
                let pattern =
                    self.until(delimiter).ok_or_else(|| self.wrong("unterminated address regex"))?;
                Some(Address::Fits(self.regex(&pattern, false)?))
            }
            _ => None,
        })
    }

    fn number(&mut self) -> usize {
        let begin = self.at;
        self.skip(|letter| letter.is_ascii_digit());
        let digits: String = self.letters.get(begin..self.at).unwrap_or_default().iter().collect();
        digits.parse().unwrap_or(usize::MAX)
    }

    fn regex(&self, pattern: &str, folds_case: bool) -> Result<Regex, String> {
        Regex::new(pattern, self.dialect, folds_case).map_err(|why| self.wrong(&why))
    }

    /// The text up to a delimiter; a backslash before one makes it a letter.
    fn until(&mut self, delimiter: char) -> Option<String> {
        let mut text = String::new();
        let mut in_bracket = false;
        loop {
            let letter = self.next()?;
            match letter {
                '\\' => {
                    let escaped = self.next()?;
                    if escaped != delimiter {
                        text.push('\\');
                    }
                    text.push(escaped);
                    continue;
                }
                '[' => in_bracket = true,
                ']' => in_bracket = false,
                _ => {}
            }
            if letter == delimiter && !(in_bracket && text.contains('[') && self.closes_bracket()) {
                return Some(text);
            }
            text.push(letter);
        }
    }

    /// Whether a bracket that is open here is closed before the line ends.
    fn closes_bracket(&self) -> bool {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|letter| !matches!(letter, '\n' | '/')).any(|letter| *letter == ']')
    }

    fn substitute(&mut self) -> Result<Verb, String> {
        let unterminated = "unterminated `s' command";
        let delimiter = self.next().ok_or_else(|| self.wrong(unterminated))?;
        let pattern = self.until(delimiter).ok_or_else(|| self.wrong(unterminated))?;
        let with = self.until(delimiter).ok_or_else(|| self.wrong(unterminated))?;
        let (mut all, mut nth, mut prints, mut folds_case) = (false, 1, false, false);
        loop {
            match self.peek() {
                Some('g') => all = true,
                Some('p') => prints = true,
                Some('i' | 'I') => folds_case = true,
                Some('0'..='9') => {
                    nth = self.number().max(1);
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        let regex = self.regex(&pattern, folds_case)?;
        Ok(Verb::Substitute { regex, with: pieces(&with), all, nth, prints })
    }

    fn transliterate(&mut self) -> Result<Verb, String> {
        let delimiter = self.next().ok_or_else(|| self.wrong("unterminated `y' command"))?;
        let from = self.until(delimiter).ok_or_else(|| self.wrong("unterminated `y' command"))?;
        let to = self.until(delimiter).ok_or_else(|| self.wrong("unterminated `y' command"))?;
        let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
        if from.len() != to.len() {
            return Err(self.wrong("strings for `y' command are different lengths"));
        }
        Ok(Verb::Transliterate(from, to))
    }

    /// The text of `a`, `i` and `c`: the rest of the line, or the lines after a backslash.
    fn text(&mut self) -> String {
        self.skip(|letter| matches!(letter, ' ' | '\t'));
        if self.peek() == Some('\\') {
            self.at += 1;
            self.skip(|letter| matches!(letter, ' ' | '\t'));
            if self.peek() == Some('\n') {
                self.at += 1;
            }
        }
        let mut text = String::new();
        while let Some(letter) = self.next() {
            match letter {
                '\n' => break,
                '\\' => text.extend(self.next()),
                letter => text.push(letter),
            }
        }
        text + "\n"
    }
}

fn pieces(with: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut letters = with.chars();
    while let Some(letter) = letters.next() {
        let group = match letter {
            '&' => Some(0),
            '\\' => match letters.next() {
                Some(digit @ '0'..='9') => digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()),
                Some('n') => {
                    text.push('\n');
                    continue;
                }
                Some('t') => {
                    text.push('\t');
                    continue;
                }
                Some(other) => {
                    text.push(other);
                    continue;
                }
                None => continue,
            },
            letter => {
                text.push(letter);
                continue;
            }
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.extend(group.map(Piece::Group));
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

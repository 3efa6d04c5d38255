//! Scripts of `sed`, as GNU's reads them.
//!
//! Left out, and said so: `e`, `R`, `W`, and the flags `e` and `m` of `s`.

use std::rc::Rc;

use super::texts::appended;
use super::tree::{Address, Command, Verb, When};
use crate::shell::mistake::Mistake;
use crate::shell::regex::Dialect;

/// Letters of a line of `l`.
const LIST_WIDTH: usize = 70;
/// Blocks within blocks, and commands of a script.
const COMMANDS_MAX: usize = 2_000;

/// A script that is being read.
pub(super) struct Reader {
    pub(super) letters: Vec<char>,
    pub(super) at: usize,
    pub(super) dialect: Dialect,
    commands: Vec<Command>,
    /// The blocks that are open, by their commands.
    open: Vec<usize>,
    labels: Vec<(String, usize)>,
    /// Branches with the labels that they go to.
    branches: Vec<(usize, String)>,
}

/// Reads a script.
pub(super) fn parse(script: &str, dialect: Dialect) -> Result<Vec<Command>, Mistake> {
    let mut reader = Reader {
        letters: script.chars().collect(),
        at: 0,
        dialect,
        commands: Vec::new(),
        open: Vec::new(),
        labels: Vec::new(),
        branches: Vec::new(),
    };
    loop {
        reader.skip(|letter| letter.is_whitespace() || letter == ';');
        match reader.peek() {
            None => return reader.finish(),
            Some('#') => reader.skip(|letter| letter != '\n'),
            Some(_) => {
                let command = reader.command()?;
                reader.commands.push(command);
            }
        }
        if reader.commands.len() > COMMANDS_MAX {
            return Err("the script is too long".into());
        }
    }
}

impl Reader {
    pub(super) fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += 1;
        next
    }

    pub(super) fn skip(&mut self, skips: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&skips) {
            self.at += 1;
        }
    }

    pub(super) fn wrong(&self, what: &str) -> Mistake {
        format!("-e expression #1, char {}: {what}", self.at.min(self.letters.len())).into()
    }

    /// The labels are known now.
    fn finish(mut self) -> Result<Vec<Command>, Mistake> {
        if !self.open.is_empty() {
            return Err("-e expression #1, char 0: unmatched `{'".into());
        }
        for (at, label) in std::mem::take(&mut self.branches) {
            let known = self.labels.iter().find(|(known, _)| *known == label);
            let target = match known {
                Some((_, target)) => *target,
                None if label.is_empty() => self.commands.len(),
                None => {
                    return Err(format!(
                        "-e expression #1, char {}: can't find label for jump to `{label}'",
                        self.letters.len()
                    )
                    .into());
                }
            };
            if let Some(Command { verb: Verb::Branch(_, to), .. }) = self.commands.get_mut(at) {
                *to = target;
            }
        }
        Ok(self.commands)
    }

    fn command(&mut self) -> Result<Command, Mistake> {
        let first = self.address()?;
        let mut last = None;
        self.skip(blank);
        if first.is_some() && self.peek() == Some(',') {
            self.at += 1;
            self.skip(char::is_whitespace);
            last = Some(self.address()?.ok_or_else(|| self.wrong("unexpected `,'"))?);
        }
        match (&first, &last) {
            (Some(Address::After(_) | Address::Multiple(_)), _) => {
                return Err(self.wrong("invalid usage of +N or ~N as first address"));
            }
            (Some(Address::Begin), Some(Address::Fits(_))) => {}
            (Some(Address::Begin), _) => return Err(self.wrong("invalid usage of line address 0")),
            _ => {}
        }
        self.skip(char::is_whitespace);
        let is_negated = self.peek() == Some('!');
        if is_negated {
            self.skip(|letter| letter == '!' || letter.is_whitespace());
        }
        let letter = self.next().ok_or_else(|| self.wrong("missing command"))?;
        if last.is_some() && matches!(letter, 'q' | 'Q') {
            return Err(self.wrong("command only uses one address"));
        }
        let verb = self.verb(letter, first.is_some())?;
        self.skip(blank);
        let takes_rest = matches!(letter, 'a' | 'i' | 'c' | 'r' | 'w' | '{');
        if !takes_rest && self.peek().is_some_and(|letter| !matches!(letter, ';' | '\n' | '#' | '}')) {
            return Err(self.wrong("extra characters after command"));
        }
        Ok(Command { first, last, is_negated, verb })
    }

    fn verb(&mut self, letter: char, has_address: bool) -> Result<Verb, Mistake> {
        Ok(match letter {
            's' => Verb::Substitute(Rc::new(self.substitution()?)),
            'y' => self.transliterate()?,
            'p' | 'P' => Verb::Print { first: letter == 'P' },
            'd' | 'D' => Verb::Delete { first: letter == 'D' },
            'n' | 'N' => Verb::Next { adds: letter == 'N' },
            'h' | 'H' => Verb::Hold { adds: letter == 'H' },
            'g' | 'G' => Verb::Get { adds: letter == 'G' },
            'x' => Verb::Exchange,
            'z' => Verb::Empty,
            'F' => Verb::FileName,
            '=' => Verb::Number,
            '{' => {
                self.open.push(self.commands.len());
                Verb::Block(0)
            }
            '}' => {
                let open = self.open.pop().ok_or_else(|| self.wrong("unexpected `}'"))?;
                if has_address {
                    return Err(self.wrong("} doesn't want any addresses"));
                }
                let end = self.commands.len();
                if let Some(Command { verb: Verb::Block(to), .. }) = self.commands.get_mut(open) {
                    *to = end;
                }
                Verb::Nothing
            }
            ':' if has_address => return Err(self.wrong(": doesn't want any addresses")),
            ':' => {
                let label = self.label(false);
                if label.is_empty() {
                    return Err(self.wrong("\":\" lacks a label"));
                }
                self.labels.push((label, self.commands.len()));
                Verb::Nothing
            }
            'b' | 't' | 'T' => {
                let label = self.label(true);
                self.branches.push((self.commands.len(), label));
                let when = match letter {
                    'b' => When::Always,
                    't' => When::Replaced,
                    _ => When::NotReplaced,
                };
                Verb::Branch(when, 0)
            }
            'q' | 'Q' => {
                self.skip(blank);
                let status = if self.sees_digit() { self.number() & 255 } else { 0 };
                Verb::Quit { prints: letter == 'q', status: i32::try_from(status).unwrap_or_default() }
            }
            'l' => {
                self.skip(blank);
                Verb::List(if self.sees_digit() { self.number() } else { LIST_WIDTH })
            }
            'a' | 'i' | 'c' => {
                let text: Rc<str> = self.text()?.into();
                match letter {
                    'a' => Verb::Append(text),
                    'i' => Verb::Insert(text),
                    _ => Verb::Change(text),
                }
            }
            'r' => Verb::Read(self.file()?),
            'w' => Verb::Write(self.file()?),
            'e' | 'R' | 'W' | 'v' => return Err(Mistake::lacks(format!("the command `{letter}'"))),
            letter => return Err(self.wrong(&format!("unknown command: `{letter}'"))),
        })
    }

    /// A label: up to a blank or a semicolon; a branch also ends before a brace.
    fn label(&mut self, is_branch: bool) -> String {
        self.skip(blank);
        let begin = self.at;
        self.skip(|letter| !letter.is_whitespace() && letter != ';' && !(is_branch && letter == '}'));
        self.letters.get(begin..self.at).unwrap_or_default().iter().collect()
    }

    /// The rest of the line, which names a file.
    pub(super) fn file(&mut self) -> Result<Rc<str>, Mistake> {
        self.skip(blank);
        let begin = self.at;
        self.skip(|letter| letter != '\n');
        let name: String = self.letters.get(begin..self.at).unwrap_or_default().iter().collect();
        if name.is_empty() {
            return Err(self.wrong("missing filename in r/R/w/W commands"));
        }
        Ok(name.into())
    }

    /// The text of `a`, `i` and `c`: the rest of the line, or the lines after a backslash.
    fn text(&mut self) -> Result<String, Mistake> {
        self.skip(blank);
        if self.peek().is_none_or(|letter| letter == '\n') {
            return Err(self.wrong("expected \\ after `a', `c' or `i'"));
        }
        if self.peek() == Some('\\') {
            // What a backslash stands before is kept as it is, blanks too.
            let begin = self.at;
            self.at += 1;
            self.skip(blank);
            match self.peek() {
                Some('\n') => self.at += 1,
                None => return Ok(String::new()),
                Some(_) => self.at = begin + 1,
            }
        }
        let (text, read) = appended(self.letters.get(self.at..).unwrap_or_default());
        self.at += read;
        Ok(text)
    }
}

fn blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r')
}

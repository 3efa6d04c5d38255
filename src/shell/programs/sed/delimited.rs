//! What stands between delimiters in a script of sed: patterns, `s/…/…/`, `y/…/…/`.

use std::rc::Rc;

use super::script::Reader;
use super::texts::{controls, pieces};
use super::tree::{Substitution, Verb};
use crate::shell::mistake::Mistake;
use crate::shell::programs::substitute::Piece;
use crate::shell::regex::Regex;

impl Reader {
    /// A pattern; one without letters is the one that was used last.
    pub(super) fn regex(&self, pattern: &str, folds_case: bool) -> Result<Option<Rc<Regex>>, Mistake> {
        if pattern.is_empty() {
            return Ok(None);
        }
        match Regex::new(&controls(pattern), self.dialect, folds_case) {
            Ok(regex) => Ok(Some(Rc::new(regex))),
            Err(Mistake::Wrong(why)) => Err(self.wrong(&why)),
            Err(lacks) => Err(lacks),
        }
    }

    /// The text up to a delimiter; a backslash before one makes it a letter, and so do brackets in a pattern.
    pub(super) fn until(&mut self, delimiter: char, is_pattern: bool) -> Option<String> {
        let mut text = String::new();
        loop {
            let letter = self.next()?;
            match letter {
                '\\' => {
                    let escaped = self.next()?;
                    if escaped != delimiter {
                        text.push('\\');
                    }
                    text.push(escaped);
                }
                '[' if is_pattern && delimiter != '[' => {
                    let length = self.bracket();
                    text.push('[');
                    text.extend(self.letters.get(self.at..self.at + length).unwrap_or_default());
                    self.at += length;
                }
                letter if letter == delimiter => return Some(text),
                letter => text.push(letter),
            }
        }
    }

    /// How many letters stand between brackets that are open here, with the last one; 0 when none closes.
    fn bracket(&self) -> usize {
        let rest = self.letters.get(self.at..).unwrap_or_default();
        let mut at = usize::from(rest.first() == Some(&'^'));
        at += usize::from(rest.get(at) == Some(&']'));
        loop {
            match (rest.get(at), rest.get(at + 1)) {
                (None | Some('\n'), _) => return 0,
                (Some(']'), _) => return at + 1,
                (Some('['), Some(':')) => {
                    let name =
                        rest.iter().skip(at + 2).take_while(|letter| letter.is_ascii_lowercase()).count();
                    at += name + 2;
                    if rest.get(at) == Some(&':') && rest.get(at + 1) == Some(&']') {
                        at += 2;
                    }
                }
                _ => at += 1,
            }
        }
    }

    pub(super) fn substitution(&mut self) -> Result<Substitution, Mistake> {
        let delimiter = self.next();
        let mut part = |is_pattern| delimiter.and_then(|delimiter| self.until(delimiter, is_pattern));
        let (Some(pattern), Some(with)) = (part(true), part(false)) else {
            return Err(self.wrong("unterminated `s' command"));
        };
        let (mut all, mut nth, mut prints, mut folds_case, mut file) = (false, 1, false, false, None);
        loop {
            match self.peek() {
                Some('g') => all = true,
                Some('p') => prints = true,
                Some('i' | 'I') => folds_case = true,
                Some('0'..='9') => {
                    nth = self.number();
                    if nth == 0 {
                        return Err(self.wrong("number option to `s' command may not be zero"));
                    }
                    continue;
                }
                Some('w') => {
                    self.at += 1;
                    file = Some(self.file()?);
                    break;
                }
                Some(flag @ ('e' | 'm' | 'M')) => {
                    return Err(Mistake::lacks(format!("the flag {flag} of `s'")));
                }
                None | Some(' ' | '\t' | '\r' | ';' | '\n' | '#' | '}') => break,
                Some(_) => {
                    self.at += 1;
                    return Err(self.wrong("unknown option to `s'"));
                }
            }
            self.at += 1;
        }
        let regex = self.regex(&pattern, folds_case)?;
        let with = pieces(&with);
        let most = regex.as_ref().map_or(9, |regex| regex.group_count());
        let is_over = |piece: &&Piece| matches!(piece, Piece::Group(number) if *number > most);
        if let Some(Piece::Group(number)) = with.iter().find(is_over) {
            return Err(self.wrong(&format!("invalid reference \\{number} on `s' command's RHS")));
        }
        Ok(Substitution { regex, with, all, nth, prints, file })
    }

    pub(super) fn transliterate(&mut self) -> Result<Verb, Mistake> {
        let delimiter = self.next();
        let mut part = || delimiter.and_then(|delimiter| self.until(delimiter, false));
        let (Some(from), Some(to)) = (part(), part()) else {
            return Err(self.wrong("unterminated `y' command"));
        };
        let letters = |text: &str| controls(text).replace("\\\\", "\\").chars().collect::<Vec<char>>();
        let (from, to) = (letters(&from), letters(&to));
        if from.len() != to.len() {
            return Err(self.wrong("strings for `y' command are different lengths"));
        }
        Ok(Verb::Transliterate(Rc::new((from, to))))
    }
}

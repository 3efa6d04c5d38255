//! Addresses within scripts of sed: numbers, `$`, `+N`, `~N`, patterns. The flag `M` of patterns is left out.

use super::script::Reader;
use super::tree::Address;
use crate::shell::mistake::Mistake;

impl Reader {
    /// An address, if one is here.
    pub(super) fn address(&mut self) -> Result<Option<Address>, Mistake> {
        Ok(match self.peek() {
            Some('0'..='9') => {
                let first = self.number();
                Some(if self.peek() == Some('~') {
                    self.at += 1;
                    Address::Step(first, self.number())
                } else if first == 0 {
                    Address::Begin
                } else {
                    Address::Line(first)
                })
            }
            Some(sign @ ('+' | '~')) => {
                self.at += 1;
                let number = self.number();
                Some(if sign == '+' { Address::After(number) } else { Address::Multiple(number) })
            }
            Some('$') => {
                self.at += 1;
                Some(Address::Last)
            }
            Some('/' | '\\') => {
                if self.peek() == Some('\\') {
                    self.at += 1;
                }
                let pattern = self.next().and_then(|delimiter| self.until(delimiter, true));
                let pattern = pattern.ok_or_else(|| self.wrong("unterminated address regex"))?;
                let mut folds_case = false;
                while let Some(flag @ ('I' | 'M')) = self.peek() {
                    if flag == 'M' {
                        return Err(Mistake::lacks("the flag M of patterns"));
                    }
                    folds_case = true;
                    self.at += 1;
                }
                Some(Address::Fits(self.regex(&pattern, folds_case)?))
            }
            _ => None,
        })
    }

    pub(super) fn sees_digit(&self) -> bool {
        self.peek().is_some_and(|letter| letter.is_ascii_digit())
    }

    pub(super) fn number(&mut self) -> usize {
        let begin = self.at;
        self.skip(|letter| letter.is_ascii_digit());
        let digits: String = self.letters.get(begin..self.at).unwrap_or_default().iter().collect();
        if digits.is_empty() { 0 } else { digits.parse().unwrap_or(usize::MAX) }
    }
}

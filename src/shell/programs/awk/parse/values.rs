//! Single values of awk: fields, texts, patterns, names, calls; and `getline`.

use super::Parser;
use crate::shell::escapes::{Place, unescaped};
use crate::shell::mistake::Mistake;
use crate::shell::programs::awk::tree::{Expression, From};
use crate::shell::regex::{Dialect, Regex};

impl Parser {
    pub(super) fn primary(&mut self) -> Result<Expression, Mistake> {
        self.skip_blanks();
        match self.peek(0) {
            Some('$') => {
                self.at += 1;
                self.enter()?;
                let number = self.primary()?;
                self.depth -= 1;
                Ok(Expression::Field(Box::new(number)))
            }
            Some('(') => {
                self.at += 1;
                let mut inner = self.keys(")")?;
                if inner.len() == 1 {
                    Ok(inner.remove(0))
                } else {
                    Ok(Expression::Call(String::new(), inner))
                }
            }
            Some('"') => {
                self.at += 1;
                let text = self.quoted('"')?;
                Ok(Expression::Text(unescaped(&text, Place::Awk).0))
            }
            Some('/') => {
                self.at += 1;
                let text = self.quoted('/')?;
                Ok(Expression::Regex(Regex::new(&text, Dialect::Awk, false)?))
            }
            Some(letter) if letter.is_ascii_digit() || letter == '.' => {
                let digits = self.digits();
                digits.parse().map(Expression::Number).or_else(|_| self.wrong())
            }
            _ => {
                let name = self.name()?;
                self.script.has_records |= name == "RS";
                match self.peek(0) {
                    _ if name == "getline" => self.getline(),
                    Some('(') => {
                        self.at += 1;
                        Ok(Expression::Call(name, self.keys(")")?))
                    }
                    Some('[') => {
                        self.at += 1;
                        Ok(Expression::Element(name, self.keys("]")?))
                    }
                    _ if name == "length" => Ok(Expression::Call(name, Vec::new())),
                    _ => Ok(Expression::Variable(name)),
                }
            }
        }
    }

    /// `COMMAND | getline`.
    pub(super) fn piped(&mut self, mut left: Expression) -> Result<Expression, Mistake> {
        loop {
            self.skip_blanks();
            let before = self.at;
            if self.sees("||") || !self.takes("|") || !self.takes_word("getline") {
                self.at = before;
                return Ok(left);
            }
            self.count()?;
            left = Expression::Getline(From::Command(Box::new(left)), self.getline_target()?);
        }
    }

    /// What takes the line of a `getline`: a variable, an element or a field; without one it is `$0`.
    fn getline_target(&mut self) -> Result<Option<Box<Expression>>, Mistake> {
        self.skip_blanks();
        let begins = self.peek(0) == Some('$') || !matches!(self.word().as_str(), "" | "in" | "getline");
        Ok(if begins { Some(Box::new(self.primary()?)) } else { None })
    }

    /// `getline`, behind its word.
    fn getline(&mut self) -> Result<Expression, Mistake> {
        let target = self.getline_target()?;
        self.skip_blanks();
        if self.takes("<") {
            self.enter()?;
            let file = self.primary()?;
            self.depth -= 1;
            return Ok(Expression::Getline(From::File(Box::new(file)), target));
        }
        self.script.has_getline = true;
        Ok(Expression::Getline(From::Input, target))
    }
}

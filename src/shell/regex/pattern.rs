//! From the text of a pattern to its tree.

use super::{Dialect, Edge, Node, Step};
use crate::shell::escapes::control;
use crate::shell::mistake::Mistake;

/// Groups within groups.
const DEPTH_MAX: u32 = 40;

/// Repetitions of a repetition.
const REPEATS_MAX: u32 = 8;

pub(super) struct Pattern {
    pub(super) letters: Vec<char>,
    pub(super) at: usize,
    pub(super) dialect: Dialect,
    pub(super) groups: usize,
    pub(super) depth: u32,
}

impl Pattern {
    fn peek(&self, offset: usize) -> Option<char> {
        self.letters.get(self.at + offset).copied()
    }

    /// Whether an operator is here, with its backslash or without.
    fn sees(&self, operator: char) -> bool {
        match self.dialect {
            Dialect::Basic => self.peek(0) == Some('\\') && self.peek(1) == Some(operator),
            _ => self.peek(0) == Some(operator),
        }
    }

    fn takes(&mut self, operator: char) -> bool {
        let sees = self.sees(operator);
        if sees {
            self.at += if self.dialect == Dialect::Basic { 2 } else { 1 };
        }
        sees
    }

    pub(super) fn choice(&mut self) -> Result<Node, Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("Regular expression too big".into());
        }
        let mut rows = vec![self.row()?];
        while self.takes('|') {
            rows.push(self.row()?);
        }
        self.depth -= 1;
        Ok(if rows.len() == 1 { rows.remove(0) } else { Node::Choice(rows) })
    }

    fn row(&mut self) -> Result<Node, Mistake> {
        let mut nodes = Vec::new();
        while self.at < self.letters.len() && !self.sees('|') && !(self.sees(')') && self.depth > 1) {
            let node = self.atom(nodes.is_empty())?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Row(nodes))
    }

    fn atom(&mut self, is_first: bool) -> Result<Node, Mistake> {
        if self.takes('(') {
            let is_group = !self.is_special_group()?;
            self.groups += usize::from(is_group);
            let number = self.groups;
            let inner = self.choice()?;
            if !self.takes(')') {
                return Err("Unmatched ( or \\(".into());
            }
            return Ok(if is_group { Node::Group(number, Box::new(inner)) } else { inner });
        }
        let letter = self.peek(0).unwrap_or_default();
        self.at += 1;
        let extended = self.dialect != Dialect::Basic;
        let ends = self.at >= self.letters.len() || self.sees(')') || self.sees('|');
        Ok(Node::Step(match letter {
            '.' => Step::Any,
            '^' if is_first || extended => Step::LineBegin,
            '$' if ends || extended => Step::LineEnd,
            '[' => self.bracket()?,
            '\\' => self.escaped()?,
            '*' | '+' | '?' if is_first && extended && letter != '*' => {
                return Err("Invalid preceding regular expression".into());
            }
            letter => Step::Letter(letter),
        }))
    }

    /// `(?:…)` of Perl's patterns is no group; the others that begin so, the sandbox does not have.
    fn is_special_group(&mut self) -> Result<bool, Mistake> {
        if self.dialect != Dialect::Perl || self.peek(0) != Some('?') {
            return Ok(false);
        }
        if self.peek(1) != Some(':') {
            let rest: String = self.letters.iter().skip(self.at).take(2).collect();
            return Err(Mistake::lacks(format!("patterns with ({rest}…)")));
        }
        self.at += 2;
        Ok(true)
    }

    fn escaped(&mut self) -> Result<Step, Mistake> {
        let Some(letter) = self.peek(0) else {
            return Err("Trailing backslash".into());
        };
        self.at += 1;
        if let Some(ranges) = self.letter_class(letter) {
            return Ok(Step::Set { ranges, is_negated: letter.is_ascii_uppercase() });
        }
        let (is_perl, is_awk) = (self.dialect == Dialect::Perl, self.dialect == Dialect::Awk);
        Ok(match letter {
            'b' => Step::Word(Edge::Any),
            'B' => Step::Word(Edge::None),
            '<' => Step::Word(Edge::Begin),
            '>' => Step::Word(Edge::End),
            '`' if !is_perl => Step::LineBegin,
            '\'' if !is_perl => Step::LineEnd,
            'K' if is_perl => Step::Save(0),
            '1'..='9' if !is_awk => {
                let number = letter.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
                let number = number.filter(|number| *number <= self.groups);
                Step::Back(number.ok_or("Invalid back reference")?)
            }
            letter if is_perl && letter.is_ascii_alphanumeric() => match control(letter) {
                Some(control) => Step::Letter(control),
                None => return Err(Mistake::lacks(format!("patterns with \\{letter}"))),
            },
            letter if is_awk => Step::Letter(control(letter).unwrap_or(letter)),
            letter => Step::Letter(letter),
        })
    }

    /// `\w` and its like.
    fn letter_class(&self, letter: char) -> Option<Vec<(char, char)>> {
        Some(match letter {
            'w' | 'W' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
            's' | 'S' => vec![(' ', ' '), ('\t', '\r')],
            'd' | 'D' if self.dialect == Dialect::Perl => vec![('0', '9')],
            _ => return None,
        })
    }

    fn bracket(&mut self) -> Result<Step, Mistake> {
        let unmatched = || "Unmatched [, [^, [:, [., or [=";
        let is_negated = self.peek(0) == Some('^');
        self.at += usize::from(is_negated);
        let begin = self.at;
        let mut ranges = Vec::new();
        loop {
            let first = self.peek(0).ok_or_else(unmatched)?;
            if first == ']' && self.at > begin {
                self.at += 1;
                return Ok(Step::Set { ranges, is_negated });
            }
            if first == '[' && self.peek(1) == Some(':') {
                let rest: String = self.letters.iter().skip(self.at + 2).collect();
                let (name, _) = rest.split_once(":]").ok_or_else(unmatched)?;
                self.at += name.chars().count() + 4;
                ranges.extend(class(name).ok_or("Invalid character class name")?);
                continue;
            }
            self.at += 1;
            let mut first = first;
            if first == '\\' && matches!(self.dialect, Dialect::Awk | Dialect::Perl) {
                let letter = self.peek(0).ok_or_else(unmatched)?;
                self.at += 1;
                if let Some(class) = self.letter_class(letter).filter(|_| letter.is_ascii_lowercase()) {
                    ranges.extend(class);
                    continue;
                }
                first = control(letter).unwrap_or(letter);
            }
            match (self.peek(0), self.peek(1)) {
                (Some('-'), Some(last)) if last != ']' => {
                    self.at += 2;
                    ranges.push((first, last));
                }
                _ => ranges.push((first, first)),
            }
        }
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, Mistake> {
        for _ in 0..REPEATS_MAX {
            let (least, most) = if self.peek(0) == Some('*') {
                self.at += 1;
                (0, None)
            } else if self.takes('+') {
                (1, None)
            } else if self.takes('?') {
                (0, Some(1))
            } else if self.sees('{')
                && self
                    .peek(if self.dialect == Dialect::Basic { 2 } else { 1 })
                    .is_some_and(|next| next.is_ascii_digit() || next == ',')
            {
                self.takes('{');
                self.counts()?
            } else {
                return Ok(node);
            };
            let is_lazy = self.dialect == Dialect::Perl && self.takes('?');
            node = Node::Repeat { node: Box::new(node), least, most, is_lazy };
        }
        Err("Regular expression too big".into())
    }

    fn counts(&mut self) -> Result<(usize, Option<usize>), Mistake> {
        let invalid = || "Invalid content of \\{\\}";
        let least = self.number().or((self.peek(0) == Some(',')).then_some(0)).ok_or_else(invalid)?;
        let most = if self.peek(0) == Some(',') {
            self.at += 1;
            self.number()
        } else {
            Some(least)
        };
        let fits = most.is_none_or(|most| most >= least) && least.max(most.unwrap_or(0)) <= 255;
        if self.takes('}') && fits { Ok((least, most)) } else { Err(invalid().into()) }
    }

    fn number(&mut self) -> Option<usize> {
        let digits: String =
            self.letters.iter().skip(self.at).take_while(|letter| letter.is_ascii_digit()).collect();
        self.at += digits.len();
        digits.parse().ok()
    }
}

/// The letters of a class such as `[:alpha:]`.
pub(crate) fn class(name: &str) -> Option<Vec<(char, char)>> {
    let (lower, upper, digit) = (('a', 'z'), ('A', 'Z'), ('0', '9'));
    Some(match name {
        "alpha" => vec![lower, upper],
        "digit" => vec![digit],
        "alnum" => vec![lower, upper, digit],
        "lower" => vec![lower],
        "upper" => vec![upper],
        "space" => vec![(' ', ' '), ('\t', '\r')],
        "blank" => vec![(' ', ' '), ('\t', '\t')],
        "punct" => vec![('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "xdigit" => vec![digit, ('a', 'f'), ('A', 'F')],
        _ => return None,
    })
}

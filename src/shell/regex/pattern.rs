//! From the text of a pattern to its tree.

use super::{Dialect, Node, Step};

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
            Dialect::Extended => self.peek(0) == Some(operator),
            Dialect::Basic => self.peek(0) == Some('\\') && self.peek(1) == Some(operator),
        }
    }

    fn takes(&mut self, operator: char) -> bool {
        let sees = self.sees(operator);
        if sees {
            self.at += if self.dialect == Dialect::Basic { 2 } else { 1 };
        }
        sees
    }

    pub(super) fn choice(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("Regular expression too big".to_owned());
        }
        let mut rows = vec![self.row()?];
        while self.takes('|') {
            rows.push(self.row()?);
        }
        self.depth -= 1;
        Ok(if rows.len() == 1 { rows.remove(0) } else { Node::Choice(rows) })
    }

    fn row(&mut self) -> Result<Node, String> {
        let mut nodes = Vec::new();
        while self.at < self.letters.len() && !self.sees('|') && !(self.sees(')') && self.depth > 1) {
            let node = self.atom(nodes.is_empty())?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Row(nodes))
    }

    fn atom(&mut self, is_first: bool) -> Result<Node, String> {
        if self.takes('(') {
            self.groups += 1;
            let number = self.groups;
            let inner = self.choice()?;
            if !self.takes(')') {
                return Err("Unmatched ( or \\(".to_owned());
            }
            return Ok(Node::Group(number, Box::new(inner)));
        }
        let letter = self.peek(0).unwrap_or_default();
        self.at += 1;
        let extended = self.dialect == Dialect::Extended;
        let ends = self.at >= self.letters.len() || self.sees(')') || self.sees('|');
        Ok(Node::Step(match letter {
            '.' => Step::Any,
            '^' if is_first || extended => Step::LineBegin,
            '$' if ends || extended => Step::LineEnd,
            '[' => self.bracket()?,
            '\\' => self.escaped()?,
            '*' | '+' | '?' if is_first && extended && letter != '*' => {
                return Err("Invalid preceding regular expression".to_owned());
            }
            letter => Step::Letter(letter),
        }))
    }

    fn escaped(&mut self) -> Result<Step, String> {
        let Some(letter) = self.peek(0) else {
            return Err("Trailing backslash".to_owned());
        };
        self.at += 1;
        let set = |ranges: &[(char, char)], is_negated| Step::Set { ranges: ranges.to_vec(), is_negated };
        let word = [('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];
        let blank = [(' ', ' '), ('\t', '\r')];
        Ok(match letter {
            'w' | 'W' => set(&word, letter == 'W'),
            's' | 'S' => set(&blank, letter == 'S'),
            'd' | 'D' => set(&[('0', '9')], letter == 'D'),
            'b' | '<' | '>' => Step::WordEdge,
            'n' => Step::Letter('\n'),
            't' => Step::Letter('\t'),
            '1'..='9' => return Err("Invalid back reference".to_owned()),
            letter => Step::Letter(letter),
        })
    }

    fn bracket(&mut self) -> Result<Step, String> {
        let unmatched = || "Unmatched [, [^, [:, [., or [=".to_owned();
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
            match (self.peek(0), self.peek(1)) {
                (Some('-'), Some(last)) if last != ']' => {
                    self.at += 2;
                    ranges.push((first, last));
                }
                _ => ranges.push((first, first)),
            }
        }
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, String> {
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
                    .is_some_and(|next| next.is_ascii_digit())
            {
                self.takes('{');
                self.counts()?
            } else {
                return Ok(node);
            };
            node = Node::Repeat { node: Box::new(node), least, most };
        }
        Err("Regular expression too big".to_owned())
    }

    fn counts(&mut self) -> Result<(usize, Option<usize>), String> {
        let invalid = || "Invalid content of \\{\\}".to_owned();
        let least = self.number().ok_or_else(invalid)?;
        let most = if self.peek(0) == Some(',') {
            self.at += 1;
            self.number()
        } else {
            Some(least)
        };
        let fits = most.is_none_or(|most| most >= least) && least.max(most.unwrap_or(0)) <= 255;
        if self.takes('}') && fits { Ok((least, most)) } else { Err(invalid()) }
    }

    fn number(&mut self) -> Option<usize> {
        let digits: String =
            self.letters.iter().skip(self.at).take_while(|letter| letter.is_ascii_digit()).collect();
        self.at += digits.len();
        digits.parse().ok()
    }
}

fn class(name: &str) -> Option<Vec<(char, char)>> {
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

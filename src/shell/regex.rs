//! Regular expressions of grep, sed and awk.
//!
//! A pattern becomes a short program, which is tried with going back. A place of the program that has failed
//! at a place of the text is never tried there again, so the work is bounded by the product of both. Differs
//! from POSIX in one point: of alternatives the first that fits is taken, not the longest. Left out:
//! references back within a pattern.

/// Instructions of one pattern.
const PROGRAM_MAX: usize = 2_000;
/// Groups within groups.
const DEPTH_MAX: u32 = 40;
/// Repetitions of a repetition.
const REPEATS_MAX: u32 = 8;
/// Program places times text places that one search may look at.
const WORK_MAX: usize = 50_000_000;

/// Which letters are operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `\(`, `\|`, `\+`.
    Basic,
    /// `(`, `|`, `+`.
    Extended,
}

/// Where a group begins and ends.
pub(crate) type Groups = Vec<Option<usize>>;

#[derive(Clone, Debug)]
enum Step {
    Letter(char),
    Any,
    Set {
        ranges: Vec<(char, char)>,
        is_negated: bool,
    },
    LineBegin,
    LineEnd,
    WordEdge,
    /// Goes on at both, the first is tried first.
    Fork(usize, usize),
    Jump(usize),
    Save(usize),
    Found,
}

#[derive(Clone, Debug)]
enum Node {
    Step(Step),
    Group(usize, Box<Self>),
    Row(Vec<Self>),
    Choice(Vec<Self>),
    Repeat { node: Box<Self>, least: usize, most: Option<usize> },
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Regex {
    program: Vec<Step>,
    groups: usize,
    folds_case: bool,
}

impl Regex {
    pub(crate) fn new(pattern: &str, dialect: Dialect, folds_case: bool) -> Result<Self, String> {
        let letters: Vec<char> = pattern.chars().collect();
        let mut parser = Pattern { letters, at: 0, dialect, groups: 0, depth: 0 };
        let node = parser.choice()?;
        if parser.at < parser.letters.len() {
            return Err("Unmatched ) or \\)".to_owned());
        }
        let mut regex = Self { program: Vec::new(), groups: parser.groups + 1, folds_case };
        regex.compile(&Node::Group(0, Box::new(node)))?;
        regex.program.push(Step::Found);
        Ok(regex)
    }

    fn emit(&mut self, step: Step) -> Result<usize, String> {
        if self.program.len() >= PROGRAM_MAX {
            return Err("Regular expression too big".to_owned());
        }
        self.program.push(step);
        Ok(self.program.len() - 1)
    }

    fn set(&mut self, at: usize, step: Step) {
        if let Some(place) = self.program.get_mut(at) {
            *place = step;
        }
    }

    fn compile(&mut self, node: &Node) -> Result<(), String> {
        match node {
            Node::Step(step) => drop(self.emit(step.clone())?),
            Node::Group(number, inner) => {
                self.emit(Step::Save(number * 2))?;
                self.compile(inner)?;
                self.emit(Step::Save(number * 2 + 1))?;
            }
            Node::Row(nodes) => nodes.iter().try_for_each(|node| self.compile(node))?,
            Node::Choice(nodes) => {
                let mut ends = Vec::new();
                for (index, node) in nodes.iter().enumerate() {
                    if index + 1 == nodes.len() {
                        self.compile(node)?;
                        break;
                    }
                    let fork = self.emit(Step::Jump(0))?;
                    self.compile(node)?;
                    ends.push(self.emit(Step::Jump(0))?);
                    self.set(fork, Step::Fork(fork + 1, self.program.len()));
                }
                for end in ends {
                    self.set(end, Step::Jump(self.program.len()));
                }
            }
            Node::Repeat { node, least, most } => self.repeat(node, *least, *most)?,
        }
        Ok(())
    }

    fn repeat(&mut self, node: &Node, least: usize, most: Option<usize>) -> Result<(), String> {
        for _ in 0..least {
            self.compile(node)?;
        }
        let Some(most) = most else {
            let fork = self.emit(Step::Jump(0))?;
            self.compile(node)?;
            self.emit(Step::Jump(fork))?;
            self.set(fork, Step::Fork(fork + 1, self.program.len()));
            return Ok(());
        };
        let mut forks = Vec::new();
        for _ in least..most {
            forks.push(self.emit(Step::Jump(0))?);
            self.compile(node)?;
        }
        for fork in forks {
            self.set(fork, Step::Fork(fork + 1, self.program.len()));
        }
        Ok(())
    }

    /// Whether the pattern fits anywhere.
    pub(crate) fn fits(&self, text: &str) -> bool {
        self.find(&text.chars().collect::<Vec<_>>(), 0).is_some()
    }

    /// The first place from `from` on where the pattern fits: begin and end of the whole and of each group.
    pub(crate) fn find(&self, text: &[char], from: usize) -> Option<Groups> {
        let width = text.len() + 1;
        if self.program.len().saturating_mul(width) > WORK_MAX {
            return None;
        }
        let mut failed = vec![false; self.program.len() * width];
        (from..width).find_map(|begin| self.run(text, begin, &mut failed))
    }

    fn run(&self, text: &[char], begin: usize, failed: &mut [bool]) -> Option<Groups> {
        let mut groups: Groups = vec![None; self.groups * 2];
        let mut open: Vec<Open> = vec![Open::Place(0, begin)];
        while let Some(next) = open.pop() {
            let (mut pc, mut at) = match next {
                Open::Place(pc, at) => (pc, at),
                Open::Restore(slot, value) => {
                    groups[slot] = value;
                    continue;
                }
            };
            loop {
                let tried = failed.get_mut(pc * (text.len() + 1) + at)?;
                if std::mem::replace(tried, true) {
                    break;
                }
                match self.program.get(pc)? {
                    Step::Found => return Some(groups),
                    Step::Jump(to) => pc = *to,
                    Step::Fork(first, second) => {
                        open.push(Open::Place(*second, at));
                        pc = *first;
                    }
                    Step::Save(slot) => {
                        open.push(Open::Restore(*slot, groups[*slot]));
                        groups[*slot] = Some(at);
                        pc += 1;
                    }
                    step if self.takes(step, text, at) => {
                        at += usize::from(matches!(step, Step::Letter(_) | Step::Any | Step::Set { .. }));
                        pc += 1;
                    }
                    _ => break,
                }
            }
        }
        None
    }

    fn takes(&self, step: &Step, text: &[char], at: usize) -> bool {
        let is_word = |at: Option<usize>| {
            at.and_then(|at| text.get(at)).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
        };
        match step {
            Step::LineBegin => at == 0,
            Step::LineEnd => at == text.len(),
            Step::WordEdge => is_word(at.checked_sub(1)) != is_word(Some(at)),
            _ => text.get(at).is_some_and(|letter| self.takes_letter(step, *letter)),
        }
    }

    fn takes_letter(&self, step: &Step, letter: char) -> bool {
        let cases = [letter, letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
        let cases = if self.folds_case { &cases[..] } else { &cases[..1] };
        match step {
            Step::Any => true,
            Step::Letter(wanted) => cases.contains(wanted),
            Step::Set { ranges, is_negated } => {
                let is_in = |letter: &char| ranges.iter().any(|(from, to)| (from..=to).contains(&letter));
                cases.iter().any(is_in) != *is_negated
            }
            _ => false,
        }
    }
}

enum Open {
    Place(usize, usize),
    Restore(usize, Option<usize>),
}

struct Pattern {
    letters: Vec<char>,
    at: usize,
    dialect: Dialect,
    groups: usize,
    depth: u32,
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

    fn choice(&mut self) -> Result<Node, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_what_grep_finds() {
        use Dialect::{Basic, Extended};
        let cases = [
            (Basic, "web-[0-9]*", "pod web-12 runs", Some("web-12")),
            (Basic, "a\\(b\\|c\\)d", "xacd", Some("acd")),
            (Basic, "a+", "aa+", Some("a+")),
            (Extended, "a+", "xaa", Some("aa")),
            (Extended, "(ab|cd){2}", "abcdab", Some("abcd")),
            (Extended, "^x|y$", "ay", Some("y")),
            (Extended, "[[:digit:]]+\\.[0-9]{1,2}", "v0.13.0", Some("0.13")),
            (Extended, "\\bweb\\b", "webs web", Some("web")),
            (Extended, "a.*b", "xaxbxbx", Some("axbxb")),
            (Extended, "(a*)*c", "aaab", None),
            (Extended, "()*", "a", Some("")),
            (Basic, "*a", "*a", Some("*a")),
            (Extended, "[^]x]+", "]xyz", Some("yz")),
            (Extended, "ключ.", "мой ключи", Some("ключи")),
        ];
        for (dialect, pattern, text, expected) in cases {
            let letters: Vec<char> = text.chars().collect();
            let found = Regex::new(pattern, dialect, false).unwrap().find(&letters, 0);
            let found = found
                .map(|groups| letters[groups[0].unwrap()..groups[1].unwrap()].iter().collect::<String>());
            assert_eq!(found.as_deref(), expected, "{pattern}");
        }
        for wrong in ["(", "[a", "a{2,1}", "a{999}", "\\", "(((((a{99}){99}){99}){99}){99})"] {
            assert!(Regex::new(wrong, Extended, false).is_err(), "{wrong}");
        }
        assert!(Regex::new("RUNNING", Basic, true).unwrap().fits("is Running"));
    }

    #[test]
    fn a_costly_pattern_ends() {
        let regex = Regex::new("(a|aa)+$", Dialect::Extended, false).unwrap();
        assert!(!regex.fits(&("a".repeat(5_000) + "b")));
    }
}

//! `test` and `[`.

use crate::shell::host::{Call, FileKind};
use crate::shell::io::Io;

/// `test EXPRESSION`, `[ EXPRESSION ]`.
pub(super) fn test(call: &Call, io: &mut Io<'_>) -> i32 {
    let name = call.name();
    let mut words = call.args();
    if name == "[" {
        match words.split_last() {
            Some((last, rest)) if last == "]" => words = rest,
            _ => {
                io.err("bash: [: missing `]'\n");
                return 2;
            }
        }
    }
    let mut tester = Tester { call, words, at: 0 };
    let result = if words.is_empty() { Ok(false) } else { tester.any(io) };
    let result = match result {
        Ok(_) if tester.at < words.len() => Err("too many arguments".to_owned()),
        result => result,
    };
    match result {
        Ok(holds) => i32::from(!holds),
        Err(why) => {
            io.err(&format!("bash: {name}: {why}\n"));
            2
        }
    }
}

struct Tester<'a> {
    call: &'a Call,
    words: &'a [String],
    at: usize,
}

impl Tester<'_> {
    fn peek(&self, offset: usize) -> &str {
        self.words.get(self.at + offset).map(String::as_str).unwrap_or_default()
    }

    fn left(&self) -> usize {
        self.words.len().saturating_sub(self.at)
    }

    fn any(&mut self, io: &mut Io<'_>) -> Result<bool, String> {
        let mut holds = self.all(io)?;
        while self.peek(0) == "-o" {
            self.at += 1;
            let right = self.all(io)?;
            holds = holds || right;
        }
        Ok(holds)
    }

    fn all(&mut self, io: &mut Io<'_>) -> Result<bool, String> {
        let mut holds = self.one(io)?;
        while self.peek(0) == "-a" {
            self.at += 1;
            let right = self.one(io)?;
            holds = holds && right;
        }
        Ok(holds)
    }

    fn one(&mut self, io: &mut Io<'_>) -> Result<bool, String> {
        let mut is_negated = false;
        while self.peek(0) == "!" && self.left() > 1 {
            is_negated = !is_negated;
            self.at += 1;
        }
        let holds = if self.left() >= 3 && is_binary(self.peek(1)) {
            let holds = compare(self.peek(0), self.peek(1), self.peek(2))?;
            self.at += 3;
            holds
        } else if self.left() >= 2 && is_unary(self.peek(0)) {
            let path = self.call.path(self.peek(1));
            let holds = match self.peek(0) {
                "-z" => self.peek(1).is_empty(),
                "-n" => !self.peek(1).is_empty(),
                "-d" => io.files().kind(&path) == Some(FileKind::Folder),
                "-f" => io.files().kind(&path) == Some(FileKind::File),
                "-s" => io.files().read(&path).is_ok_and(|text| !text.is_empty()),
                "-t" => false,
                _ => io.files().kind(&path).is_some(),
            };
            self.at += 2;
            holds
        } else if self.left() == 0 {
            return Err("argument expected".to_owned());
        } else {
            let holds = !self.peek(0).is_empty();
            self.at += 1;
            holds
        };
        Ok(holds != is_negated)
    }
}

fn is_unary(word: &str) -> bool {
    matches!(word, "-z" | "-n" | "-d" | "-f" | "-e" | "-s" | "-r" | "-w" | "-x" | "-t")
}

fn is_binary(word: &str) -> bool {
    matches!(word, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge")
}

fn compare(left: &str, operator: &str, right: &str) -> Result<bool, String> {
    let number = |text: &str| {
        text.trim().parse::<i64>().ok().ok_or_else(|| format!("{text}: integer expression expected"))
    };
    Ok(match operator {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        _ => {
            let (left, right) = (number(left)?, number(right)?);
            match operator {
                "-eq" => left == right,
                "-ne" => left != right,
                "-lt" => left < right,
                "-le" => left <= right,
                "-gt" => left > right,
                _ => left >= right,
            }
        }
    })
}

//! `test` and `[`.

use crate::shell::host::{Call, FileKind};
use crate::shell::io::Io;
use crate::shell::mistake::Mistake;

/// Parentheses within parentheses.
const DEPTH_MAX: u32 = 40;

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
    let mut tester = Tester { call, words, at: 0, depth: 0 };
    let result = if words.is_empty() { Ok(false) } else { tester.any(io) };
    let result = match result {
        Ok(_) if tester.at < words.len() => Err("too many arguments".into()),
        result => result,
    };
    match result {
        Ok(holds) => i32::from(!holds),
        Err(Mistake::Wrong(why)) => {
            io.err(&format!("bash: {name}: {why}\n"));
            2
        }
        Err(lacks) => {
            lacks.of("test").tell(io);
            2
        }
    }
}

struct Tester<'a> {
    call: &'a Call,
    words: &'a [String],
    at: usize,
    depth: u32,
}

impl Tester<'_> {
    fn peek(&self, offset: usize) -> &str {
        self.words.get(self.at + offset).map(String::as_str).unwrap_or_default()
    }

    fn left(&self) -> usize {
        self.words.len().saturating_sub(self.at)
    }

    fn any(&mut self, io: &mut Io<'_>) -> Result<bool, Mistake> {
        let mut holds = self.all(io)?;
        while self.peek(0) == "-o" {
            self.at += 1;
            let right = self.all(io)?;
            holds = holds || right;
        }
        Ok(holds)
    }

    fn all(&mut self, io: &mut Io<'_>) -> Result<bool, Mistake> {
        let mut holds = self.one(io)?;
        while self.peek(0) == "-a" {
            self.at += 1;
            let right = self.one(io)?;
            holds = holds && right;
        }
        Ok(holds)
    }

    fn one(&mut self, io: &mut Io<'_>) -> Result<bool, Mistake> {
        let mut is_negated = false;
        while self.peek(0) == "!" && self.left() > 1 {
            is_negated = !is_negated;
            self.at += 1;
        }
        if self.left() > 1 && self.peek(0) == "-v" {
            return Err(Mistake::lacks("-v: [ -n \"${NAME+set}\" ]"));
        }
        if self.left() >= 3 && matches!(self.peek(1), "-nt" | "-ot" | "-ef") {
            return Err(Mistake::lacks(self.peek(1)));
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
                "-t" | "-L" | "-h" => false,
                "-x" => is_executable(self.call, self.peek(1), io),
                _ => io.files().kind(&path).is_some(),
            };
            self.at += 2;
            holds
        } else if self.peek(0) == "(" && self.left() > 1 {
            self.at += 1;
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err("too many arguments".into());
            }
            let holds = self.any(io)?;
            self.depth -= 1;
            if self.peek(0) != ")" {
                return Err("`)' expected".into());
            }
            self.at += 1;
            holds
        } else if self.left() == 0 {
            return Err("argument expected".into());
        } else {
            let holds = !self.peek(0).is_empty();
            self.at += 1;
            holds
        };
        Ok(holds != is_negated)
    }
}

/// Folders and programs are, and files whose mode says so.
fn is_executable(call: &Call, name: &str, io: &mut Io<'_>) -> bool {
    let path = call.path(name);
    let program = Call { argv: vec![path.clone()], ..call.clone() };
    match io.files().kind(&path) {
        Some(FileKind::Folder) => true,
        _ if io.host().start(&program).is_ok() => true,
        None => false,
        Some(FileKind::File) => {
            let is_so = io.files().attributes(&path).mode.chars().nth(3) == Some('x');
            if !is_so {
                io.hint("no file can be made executable in the sandbox: sh FILE runs it");
            }
            is_so
        }
    }
}

fn is_unary(word: &str) -> bool {
    matches!(word, "-z" | "-n" | "-d" | "-f" | "-e" | "-s" | "-r" | "-w" | "-x" | "-t" | "-L" | "-h")
}

fn is_binary(word: &str) -> bool {
    matches!(word, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge")
}

fn compare(left: &str, operator: &str, right: &str) -> Result<bool, Mistake> {
    let number = |text: &str| {
        let number = text.trim().parse::<i64>().ok();
        number.ok_or_else(|| Mistake::from(format!("{text}: integer expression expected")))
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

//! Filters that turn lines around, or break them: tac, rev, fold.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, wrong};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

/// Letters of a line that `fold` leaves together.
const WIDTH: usize = 80;

#[derive(Clone, Default)]
struct Tac {
    lines: Vec<String>,
}

/// `tac`: the lines of each file from the last to the first.
pub(super) fn tac(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "", &[])?;
    Ok(Filtering::make(call, options.operands, Tac::default()))
}

impl Tac {
    fn flush(&mut self, io: &mut Io<'_>) {
        let text: String = self.lines.drain(..).rev().collect();
        io.out(&text);
    }
}

impl Filter for Tac {
    fn begin(&mut self, _: Option<&str>, io: &mut Io<'_>) -> Flow {
        self.flush(io);
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, _: &mut Io<'_>) -> Flow {
        self.lines.push(format!("{line}{}", if has_end { "\n" } else { "" }));
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        self.flush(io);
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Rev;

/// `rev`: the letters of each line from the last to the first.
pub(super) fn rev(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "", &[])?;
    Ok(Filtering::make(call, options.operands, Rev))
}

impl Filter for Rev {
    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let turned: String = line.chars().rev().collect();
        io.out(&format!("{turned}{}", if has_end { "\n" } else { "" }));
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Fold {
    width: usize,
    at_blanks: bool,
}

/// `fold`: `-w` letters a line, with `-s` broken at blanks.
pub(super) fn fold(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "w:sb", &[("width", 'w'), ("spaces", 's'), ("bytes", 'b')])?;
    let width = options.value('w').map_or(Some(WIDTH), |text| text.parse().ok().filter(|width| *width > 0));
    let Some(width) = width else {
        let text = options.value('w').unwrap_or_default();
        return Err(wrong(&call, &format!("invalid number of columns: '{text}'")));
    };
    let at_blanks = options.has('s');
    Ok(Filtering::make(call, options.operands, Fold { width, at_blanks }))
}

impl Filter for Fold {
    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let letters: Vec<char> = line.chars().collect();
        let mut rest = &letters[..];
        while let Some((head, _)) = rest.split_at_checked(self.width).filter(|(_, after)| !after.is_empty()) {
            let blank = head.iter().rposition(|letter| matches!(letter, ' ' | '\t'));
            let cut = blank.filter(|_| self.at_blanks).map_or(head.len(), |blank| blank + 1);
            let (piece, after) = rest.split_at(cut);
            io.out(&(piece.iter().collect::<String>() + "\n"));
            rest = after;
        }
        let last: String = rest.iter().collect();
        io.out(&format!("{last}{}", if has_end { "\n" } else { "" }));
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

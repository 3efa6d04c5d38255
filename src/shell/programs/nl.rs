//! `nl`: lines with their numbers.
//!
//! Left out: headers and footers of pages, which are numbered anew.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, wrong};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

#[derive(Clone)]
struct Nl {
    /// Empty lines are numbered too, or no lines at all.
    style: char,
    format: String,
    separator: String,
    width: usize,
    number: i64,
    step: i64,
}

/// `nl`: `-b a`, `-w WIDTH`, `-s TEXT`, `-v FIRST`, `-i STEP`, `-n ln|rn|rz`.
pub(super) fn nl(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let long = [
        ("body-numbering", 'b'),
        ("number-width", 'w'),
        ("number-separator", 's'),
        ("starting-line-number", 'v'),
        ("line-increment", 'i'),
        ("number-format", 'n'),
    ];
    let options = Options::parse(&call, "b:w:s:v:i:n:p", &long)?;
    let number = |letter: char, usual: i64| match options.value(letter) {
        None => Ok(usual),
        Some(text) => text.parse().ok().ok_or_else(|| wrong(&call, &format!("invalid number: '{text}'"))),
    };
    let filter = Nl {
        style: options.value('b').and_then(|style| style.chars().next()).unwrap_or('t'),
        format: options.value('n').unwrap_or("rn").to_owned(),
        separator: options.value('s').unwrap_or("\t").to_owned(),
        width: usize::try_from(number('w', 6)?).unwrap_or(6).min(1_000),
        number: number('v', 1)?,
        step: number('i', 1)?,
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Filter for Nl {
    fn line(&mut self, line: &str, _: bool, io: &mut Io<'_>) -> Flow {
        let is_numbered = match self.style {
            'a' => true,
            'n' => false,
            _ => !line.is_empty(),
        };
        let width = self.width;
        if !is_numbered {
            let gap = " ".repeat(width + self.separator.chars().count());
            io.out(&format!("{gap}{line}\n"));
            return Flow::More;
        }
        let number = self.number;
        let number = match self.format.as_str() {
            "ln" => format!("{number:<width$}"),
            "rz" => format!("{number:0width$}"),
            _ => format!("{number:>width$}"),
        };
        io.out(&format!("{number}{}{line}\n", self.separator));
        self.number = self.number.saturating_add(self.step);
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

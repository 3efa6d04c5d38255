//! `cat` and `tee`.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::Options;
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Cat {
    numbers: bool,
    /// Empty lines have no number.
    skips_empty: bool,
    squeezes: bool,
    shows_ends: bool,
    shows_tabs: bool,
    shows_others: bool,
    number: usize,
    was_empty: bool,
}

/// `cat`: with `-n` and `-b`, lines are numbered; with `-v`, `-E`, `-T` and `-A`, what cannot be seen is
/// shown; with `-s`, one empty line is left of several.
pub(super) fn cat(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let long = [
        ("number", 'n'),
        ("number-nonblank", 'b'),
        ("squeeze-blank", 's'),
        ("show-all", 'A'),
        ("show-ends", 'E'),
        ("show-tabs", 'T'),
        ("show-nonprinting", 'v'),
    ];
    let options = Options::parse(&call, "nbsuvetAET", &long)?;
    let has_any = |letters: &str| letters.chars().any(|letter| options.has(letter));
    let filter = Cat {
        numbers: has_any("nb"),
        skips_empty: options.has('b'),
        squeezes: options.has('s'),
        shows_ends: has_any("AeE"),
        shows_tabs: has_any("AtT"),
        shows_others: has_any("Aetv"),
        number: 0,
        was_empty: false,
    };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Cat {
    /// A line with what cannot be seen.
    fn shown(&self, line: &str) -> String {
        let mut shown = String::new();
        for byte in line.bytes() {
            let low = byte & 0x7f;
            if byte > low {
                shown.push_str("M-");
            }
            match low {
                b'\t' if byte == low && !self.shows_tabs => shown.push('\t'),
                0x7f => shown.push_str("^?"),
                0..=0x1f => shown.extend(['^', char::from(low + 0x40)]),
                _ => shown.push(char::from(low)),
            }
        }
        shown
    }
}

impl Filter for Cat {
    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let is_empty = line.is_empty() && has_end;
        if std::mem::replace(&mut self.was_empty, is_empty) && is_empty && self.squeezes {
            return Flow::More;
        }
        let mut text = String::new();
        if self.numbers && !(is_empty && self.skips_empty) {
            self.number += 1;
            text = format!("{:>6}\t", self.number);
        }
        if self.shows_others {
            text.push_str(&self.shown(line));
        } else if self.shows_tabs {
            text.push_str(&line.replace('\t', "^I"));
        } else {
            text.push_str(line);
        }
        if has_end {
            text.push_str(if self.shows_ends { "$\n" } else { "\n" });
        }
        io.out(&text);
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
struct Tee {
    paths: Vec<(String, String)>,
    appends: bool,
    failed: bool,
}

/// `tee`: with `-a`, files are added to.
pub(super) fn tee(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "ai", &[("append", 'a')])?;
    let paths = options.operands.iter().map(|name| (name.clone(), call.path(name))).collect();
    let filter = Tee { paths, appends: options.has('a'), failed: false };
    Ok(Filtering::make(call, Vec::new(), filter))
}

impl Filter for Tee {
    fn begin(&mut self, _: Option<&str>, io: &mut Io<'_>) -> Flow {
        let appends = self.appends;
        let mut failed = false;
        self.paths.retain(|(name, path)| match io.write_file_or_keep(path, appends) {
            Ok(()) => true,
            Err(error) => {
                io.err(&format!("tee: {name}: {error}\n"));
                failed = true;
                false
            }
        });
        self.failed = failed;
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let text = format!("{line}{}", if has_end { "\n" } else { "" });
        io.out(&text);
        for (name, path) in &self.paths {
            if let Err(error) = io.append_file(path, &text) {
                io.err(&format!("tee: {name}: {error}\n"));
                self.failed = true;
            }
        }
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        i32::from(self.failed)
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

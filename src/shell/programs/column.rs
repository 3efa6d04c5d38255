//! `column`: lines side by side, or with `-t` their words under each other.
//!
//! As util-linux has it. Left out: JSON, trees, and columns that are cut, hidden or put to the right.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::{Options, wrong};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

/// Letters from one tab stop to the next.
const TAB: usize = 8;
/// Columns of the screen.
const COLUMNS: usize = 80;

#[derive(Clone)]
struct Column {
    is_table: bool,
    separators: Option<String>,
    between: String,
    width: usize,
    keeps_empty: bool,
    /// The names of the columns, then the lines.
    lines: Vec<String>,
    names: Option<Vec<String>>,
}

/// `column`: `-t`, `-s`, `-o`, `-N`, `-L`, `-c`.
pub(super) fn column(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let long = [
        ("table", 't'),
        ("separator", 's'),
        ("output-separator", 'o'),
        ("table-columns", 'N'),
        ("keep-empty-lines", 'L'),
        ("output-width", 'c'),
    ];
    let options = Options::parse(&call, "ts:o:N:Lc:", &long)?;
    let width = options.value('c').map_or(Some(COLUMNS), |text| text.parse().ok());
    let Some(width) = width else {
        return Err(wrong(&call, "invalid columns argument"));
    };
    let names = options.value('N').map(|names| names.split(',').map(str::to_owned).collect());
    let filter = Column {
        is_table: options.has('t') || names.is_some(),
        separators: options.value('s').map(str::to_owned),
        between: options.value('o').unwrap_or("  ").to_owned(),
        width,
        keeps_empty: options.has('L'),
        lines: Vec::new(),
        names,
    };
    Ok(Filtering::make(call, options.operands, filter))
}

fn length(text: &str) -> usize {
    text.chars().count()
}

impl Column {
    fn cells<'a>(&self, line: &'a str) -> Vec<&'a str> {
        match &self.separators {
            None => line.split_whitespace().collect(),
            Some(separators) => line.split(|letter| separators.contains(letter)).collect(),
        }
    }

    fn table(&self) -> String {
        let names = self.names.iter().map(|names| names.iter().map(String::as_str).collect());
        let rows: Vec<Vec<&str>> = names.chain(self.lines.iter().map(|line| self.cells(line))).collect();
        let mut widths: Vec<usize> = Vec::new();
        for row in &rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(length(cell));
            }
        }
        let mut text = String::new();
        for row in &rows {
            // What lacks cells is filled up, but the last column never is.
            for (index, width) in widths.iter().enumerate().filter(|_| !row.is_empty()) {
                let cell = row.get(index).copied().unwrap_or_default();
                text.push_str(cell);
                if index + 1 < widths.len() {
                    text.push_str(&" ".repeat(width - length(cell)));
                    text.push_str(&self.between);
                }
            }
            text.push('\n');
        }
        text
    }

    /// As many columns as there is room for, each filled from above, with tabs between.
    fn side_by_side(&self) -> String {
        let longest = self.lines.iter().map(|line| length(line)).max().unwrap_or_default();
        let room = (longest / TAB + 1) * TAB;
        let rows = self.lines.len().div_ceil((self.width / room).max(1));
        let mut text = String::new();
        for row in 0..rows {
            let mut at = 0;
            for (column, line) in self.lines.iter().skip(row).step_by(rows).enumerate() {
                while at < column * room {
                    text.push('\t');
                    at = (at / TAB + 1) * TAB;
                }
                text.push_str(line);
                at += length(line);
            }
            text.push('\n');
        }
        text
    }
}

impl Filter for Column {
    fn line(&mut self, line: &str, _: bool, _: &mut Io<'_>) -> Flow {
        if self.keeps_empty || !line.trim().is_empty() {
            self.lines.push(line.to_owned());
        }
        Flow::More
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        io.out(&if self.is_table { self.table() } else { self.side_by_side() });
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

//! A text that is typed line by line: what of it is understood is not parsed again with each line.
//!
//! A list that is open when the text ends keeps its complete commands, by the place where it begins. The next
//! time the parser comes to that place it goes on behind them. So a line of a loop's body costs that line
//! and the heads of the loops around it. Left out: the arms of a `case`, which are looked at again.

use super::scan::Parser;
use super::tree::{AndOr, List};
use super::{Open, SyntaxError};
use crate::collections::SortedMap;

/// A list that was open when the text ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Begun {
    pub(super) items: Vec<AndOr>,
    /// So many of them are complete, whatever comes.
    pub(super) sure: usize,
    /// Where to go on behind these.
    pub(super) at: usize,
}

/// A text that may grow by lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    text: Vec<char>,
    begun: SortedMap<usize, Begun>,
    /// What of it is open, where that can be told without parsing.
    open: Option<Open>,
    /// Letters that were parsed in all.
    parsed: usize,
}

impl Draft {
    /// Begins anew with a text.
    pub(crate) fn begin(&mut self, text: &str) {
        self.text.clear();
        self.begun.clear();
        self.open = None;
        self.text.extend(text.chars());
    }

    /// Goes on with further lines; whether they may complete it.
    pub(crate) fn go_on(&mut self, text: &str) -> bool {
        self.text.push('\n');
        self.text.extend(text.chars());
        self.open.as_ref().is_none_or(|open| text.split('\n').any(|line| open.may_end_with(line)))
    }

    /// Parses what there is.
    ///
    /// # Errors
    /// When it is not complete or means nothing.
    pub(crate) fn parse(&mut self) -> Result<List, SyntaxError> {
        let mut parser = Parser::of(std::mem::take(&mut self.text), std::mem::take(&mut self.begun), 0);
        let parsed = parser.whole().and_then(|list| parser.expect_end().map(|()| list));
        self.parsed += parser.at - parser.skipped;
        (self.text, self.begun) = (parser.text, parser.begun);
        self.open = match &parsed {
            Err(SyntaxError::Open(open)) => Some(open.clone()),
            _ => None,
        };
        parsed
    }

    /// Letters that were parsed in all: more than were typed, as what is open is parsed again.
    pub(crate) fn parsed(&self) -> usize {
        self.parsed
    }
}

impl Parser {
    /// What is known of the list that begins here, of which the parser then stands at the end.
    pub(super) fn resume(&mut self, keeps: bool) -> Begun {
        let Some(begun) = self.begun.remove(&self.at).filter(|_| keeps) else {
            return Begun { at: self.at, ..Begun::default() };
        };
        self.skipped += begun.at - self.at;
        self.at = begun.at;
        begun
    }
}

//! Redirections and here-documents.

use std::cell::OnceCell;
use std::rc::Rc;

use super::SyntaxError;
use super::scan::{Parser, PendingHere};
use super::tree::{Part, Redirect, RedirectKind, Word};

impl Parser {
    /// Takes a redirection when one is next.
    pub(super) fn redirect(&mut self, into: &mut Vec<Redirect>) -> Result<bool, SyntaxError> {
        if self.takes("&>>") {
            let file = self.target()?;
            into.push(Redirect { stream: 1, kind: RedirectKind::Append(file) });
            into.push(Redirect { stream: 2, kind: RedirectKind::Same(1) });
            return Ok(true);
        }
        if self.takes("&>") {
            let file = self.target()?;
            into.push(Redirect { stream: 1, kind: RedirectKind::To(file) });
            into.push(Redirect { stream: 2, kind: RedirectKind::Same(1) });
            return Ok(true);
        }
        let digit = self.peek().and_then(|letter| letter.to_digit(10));
        if digit.is_some() && !matches!(self.peek_at(1), Some('<' | '>')) {
            return Ok(false);
        }
        let given = digit.and_then(|digit| u8::try_from(digit).ok());
        let after = usize::from(given.is_some());
        if !matches!(self.peek_at(after), Some('<' | '>')) {
            return Ok(false);
        }
        self.at += after;
        let kind = if self.sees("<(") || self.sees(">(") {
            return Err(SyntaxError::Refused(
                "the sandbox's terminal does not have process substitution, <( ) and >( )".to_owned(),
            ));
        } else if self.takes("<<<") {
            RedirectKind::HereWord(self.target()?)
        } else if self.takes("<<") {
            self.here_document()?
        } else if self.takes(">>") {
            RedirectKind::Append(self.target()?)
        } else if self.takes(">&") || self.takes("<&") {
            self.same()?
        } else if self.takes(">|") || self.takes(">") {
            RedirectKind::To(self.target()?)
        } else {
            self.at += 1;
            RedirectKind::From(self.target()?)
        };
        let reads = matches!(kind, RedirectKind::From(_) | RedirectKind::Here(_) | RedirectKind::HereWord(_));
        let stream = given.unwrap_or(u8::from(!reads));
        if stream > 2 {
            return Err(SyntaxError::Refused(format!("{stream}: Bad file descriptor")));
        }
        into.push(Redirect { stream, kind });
        Ok(true)
    }

    fn target(&mut self) -> Result<Word, SyntaxError> {
        self.skip_blanks();
        if self.peek().is_none() {
            // A name does not stand on the next line.
            return Err(SyntaxError::Unexpected("newline".to_owned()));
        }
        self.word()?.ok_or_else(|| self.unexpected())
    }

    fn same(&mut self) -> Result<RedirectKind, SyntaxError> {
        let target = self.target()?;
        match target.plain() {
            Some("-") => Ok(RedirectKind::Close),
            Some(digit @ ("0" | "1" | "2")) => Ok(RedirectKind::Same(digit.parse().unwrap_or(1))),
            _ => Err(SyntaxError::Refused("ambiguous redirect".to_owned())),
        }
    }

    fn here_document(&mut self) -> Result<RedirectKind, SyntaxError> {
        let drops_tabs = self.takes("-");
        let word = self.target()?;
        let mut delimiter = String::new();
        let mut is_literal = false;
        for part in &word.0 {
            match part {
                Part::Text { text, is_quoted } => {
                    delimiter.push_str(text);
                    is_literal |= is_quoted;
                }
                _ => return Err(self.unexpected()),
            }
        }
        let body = Rc::new(OnceCell::new());
        self.pending.push(PendingHere { delimiter, is_literal, drops_tabs, body: body.clone() });
        Ok(RedirectKind::Here(body))
    }

    /// Reads the lines of the here-documents that the line before announced.
    pub(super) fn read_here_documents(&mut self) -> Result<(), SyntaxError> {
        for here in std::mem::take(&mut self.pending) {
            let mut body = String::new();
            let open = here.open();
            loop {
                let Some(line) = self.raw_line() else {
                    return Err(SyntaxError::Open(open));
                };
                if open.may_end_with(&line) {
                    break;
                }
                body.push_str(if here.drops_tabs { line.trim_start_matches('\t') } else { &line });
                body.push('\n');
            }
            let word = if here.is_literal {
                Word::literal(&body)
            } else {
                Self::new(&body, self.depth).here_body()?
            };
            here.body.set(word).unwrap_or_default();
        }
        Ok(())
    }

    /// The rest of the line; `None` when there is none.
    fn raw_line(&mut self) -> Option<String> {
        self.peek()?;
        let mut line = String::new();
        while let Some(letter) = self.next() {
            if letter == '\n' {
                break;
            }
            line.push(letter);
        }
        Some(line)
    }
}

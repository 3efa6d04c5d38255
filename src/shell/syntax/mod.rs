//! From a text to what it means, as POSIX' shell grammar has it, with what bash adds and people use.
//!
//! A descent by hand, with a limit to its depth. Left out, and refused in so many words: commands in the
//! background, functions, arrays, `[[`, `select`, `coproc`, process substitution.
//!
//! - `tree`: what a text means. `scan`: letters and blanks. `words`: quotes and `$`. `commands`: the grammar.
//!   `redirects`: redirections and here-documents.

mod tree;
mod scan;
mod words;
mod commands;
mod redirects;

use std::fmt;

pub(crate) use scan::is_name;
pub(crate) use tree::{
    AndOr, Command, CommandKind, Connector, List, Operation, Part, Pipeline, Redirect, RedirectKind, Word,
};

use scan::Parser;

/// Why a text means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxError {
    /// More is to come: a quote, a loop or a here-document is open.
    Incomplete,
    /// A token stands where none may.
    Unexpected(String),
    /// The sandbox does not have it.
    Refused(String),
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete => f.write_str("syntax error: unexpected end of file"),
            Self::Unexpected(token) => write!(f, "syntax error near unexpected token `{token}'"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

/// Parses a text.
///
/// # Errors
/// When it is not complete or means nothing.
pub(crate) fn parse(text: &str) -> Result<List, SyntaxError> {
    let mut parser = Parser::new(text, 0);
    let list = parser.list()?;
    parser.expect_end()?;
    Ok(list)
}

//! From a text to what it means, as POSIX' shell grammar has it, with what bash adds and people use.
//!
//! A descent by hand, with a limit to its depth. Left out, and refused in so many words: commands in the
//! background, functions, arrays, `[[`, `select`, `coproc`, process substitution, `|&`.
//!
//! - `tree`: what a text means. `scan`: letters and blanks. `words`: quotes and `$`. `braced`: `${…}`.
//!   `commands`: the grammar. `numbers`: arithmetic in it. `redirects`: redirections and here-documents.
//!   `draft`: a text that is typed line by line.

mod tree;
mod scan;
mod words;
mod braced;
mod numbers;
mod commands;
mod redirects;
mod draft;

use std::fmt;

pub(crate) use draft::Draft;
pub(crate) use scan::is_name;
pub(crate) use tree::{
    AndOr, Command, CommandKind, Connector, List, Operation, Part, Pipeline, Redirect, RedirectKind, Word,
};

use scan::Parser;

/// What the sandbox says of arrays.
pub(crate) const NO_ARRAYS: &str =
    "the sandbox's terminal does not have arrays: for NAME in WORDS, or set -- WORDS and \"$@\"";

/// Text that is open, and goes on whatever stands in it until a line ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// A here-document.
    Here {
        /// The line that ends it.
        delimiter: String,
        /// Tabs before it do not count.
        drops_tabs: bool,
    },
    /// A text between quotes.
    Quote(char),
    /// A line that ends in a backslash.
    Line,
}

impl Open {
    /// Whether a line may end it.
    pub(crate) fn may_end_with(&self, line: &str) -> bool {
        match self {
            Self::Here { delimiter, drops_tabs } => {
                let line = if *drops_tabs { line.trim_start_matches('\t') } else { line };
                line.trim_end_matches('\r') == delimiter
            }
            Self::Quote(quote) => line.contains(*quote),
            // In a comment, between quotes or in a here-document a backslash may mean nothing.
            Self::Line => {
                !line.trim_end_matches('\r').ends_with('\\') || line.contains(['#', '\'', '"', '`', '<'])
            }
        }
    }
}

/// Why a text means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxError {
    /// More is to come: a loop or a substitution is open.
    Incomplete,
    /// More is to come, up to the end of this.
    Open(Open),
    /// A token stands where none may.
    Unexpected(String),
    /// The sandbox does not have it.
    Refused(String),
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete | Self::Open(_) => f.write_str("syntax error: unexpected end of file"),
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
    let list = parser.whole()?;
    parser.expect_end()?;
    Ok(list)
}

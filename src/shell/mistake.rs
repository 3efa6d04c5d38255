//! Why what a person wrote cannot be done: it is wrong, or the sandbox does not have it.
//!
//! The two must not be mixed up: in a program's own words a right line would seem to be a wrong one.

use super::io::Io;

/// Why what a person wrote cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// It is wrong, in the program's words.
    Wrong(String),
    /// The real program has it and the sandbox's has not: what that is, or a sentence that says so.
    Lacks(String),
}

impl Mistake {
    /// What the sandbox's program does not have.
    pub(super) fn lacks(what: impl Into<String>) -> Self {
        Self::Lacks(what.into())
    }

    /// As a text for people: in the program's words, or as a sentence about the sandbox's program.
    #[must_use]
    pub(super) fn of(self, program: &str) -> Self {
        match self {
            Self::Wrong(why) => Self::Wrong(format!("{program}: {why}\n")),
            Self::Lacks(what) => Self::Lacks(format!("the sandbox's {program} does not have {what}")),
        }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        match self {
            Self::Wrong(text) | Self::Lacks(text) => text,
        }
    }

    /// Tells it, where each belongs.
    pub fn tell(&self, io: &mut Io<'_>) {
        match self {
            Self::Wrong(text) => io.err(text),
            Self::Lacks(text) => io.hint(text.as_str()),
        }
    }
}

impl From<String> for Mistake {
    fn from(why: String) -> Self {
        Self::Wrong(why)
    }
}

impl From<&str> for Mistake {
    fn from(why: &str) -> Self {
        Self::Wrong(why.to_owned())
    }
}

//! What a script of sed means.

use std::rc::Rc;

use crate::shell::programs::substitute::Piece;
use crate::shell::regex::Regex;

/// A command with the lines that it is for.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) first: Option<Address>,
    pub(super) last: Option<Address>,
    pub(super) is_negated: bool,
    pub(super) verb: Verb,
}

/// Which line is meant.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// `0,/…/`: before the first line.
    Begin,
    Line(usize),
    Last,
    /// A pattern; none is the one that was used last.
    Fits(Option<Rc<Regex>>),
    /// `+N` lines after the first.
    After(usize),
    /// `~N`: up to the next multiple.
    Multiple(usize),
    /// `FIRST~STEP`.
    Step(usize, usize),
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    Substitute(Rc<Substitution>),
    Transliterate(Rc<(Vec<char>, Vec<char>)>),
    /// `p`, and `P` up to the first line end.
    Print {
        first: bool,
    },
    /// `d`, and `D` up to the first line end.
    Delete {
        first: bool,
    },
    /// `n`, and `N` that keeps what there was.
    Next {
        adds: bool,
    },
    /// `h` and `H`.
    Hold {
        adds: bool,
    },
    /// `g` and `G`.
    Get {
        adds: bool,
    },
    Exchange,
    /// `{`: what follows up to this command is for the same lines.
    Block(usize),
    /// `}` and labels.
    Nothing,
    /// `b`, `t`, `T`: goes on at this command.
    Branch(When, usize),
    Quit {
        prints: bool,
        status: i32,
    },
    Number,
    Append(Rc<str>),
    Insert(Rc<str>),
    Change(Rc<str>),
    Read(Rc<str>),
    Write(Rc<str>),
    /// `l`, with the width of its lines.
    List(usize),
    Empty,
    FileName,
}

/// When a branch is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Replaced,
    NotReplaced,
}

/// `s/…/…/`.
#[derive(Clone, Debug)]
pub(super) struct Substitution {
    pub(super) regex: Option<Rc<Regex>>,
    pub(super) with: Vec<Piece>,
    pub(super) all: bool,
    pub(super) nth: usize,
    pub(super) prints: bool,
    /// The file that the changed line is written to.
    pub(super) file: Option<Rc<str>>,
}

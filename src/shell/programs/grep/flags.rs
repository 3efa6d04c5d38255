//! What the flags of `grep` say of patterns, finds and folders.

use crate::shell::host::Call;
use crate::shell::mistake::Mistake;
use crate::shell::programs::options::Options;
use crate::shell::regex::{Bounds, Dialect, Regex};

/// Long names of flags.
pub(super) const LONG: &[(&str, char)] = &[
    ("invert-match", 'v'),
    ("ignore-case", 'i'),
    ("count", 'c'),
    ("extended-regexp", 'E'),
    ("fixed-strings", 'F'),
    ("perl-regexp", 'P'),
    ("only-matching", 'o'),
    ("line-number", 'n'),
    ("quiet", 'q'),
    ("word-regexp", 'w'),
    ("line-regexp", 'x'),
    ("files-with-matches", 'l'),
    ("files-without-match", 'L'),
    ("file", 'f'),
    ("after-context", 'A'),
    ("before-context", 'B'),
    ("context", 'C'),
    ("max-count", 'm'),
    ("regexp", 'e'),
    ("recursive", 'r'),
    ("include", 'Y'),
    ("color", 'k'),
    ("colour", 'k'),
    ("line-buffered", 'k'),
    ("basic-regexp", 'G'),
    ("no-messages", 's'),
    ("no-filename", 'h'),
    ("with-filename", 'H'),
    ("silent", 'q'),
    ("text", 'a'),
    ("dereference-recursive", 'R'),
];

/// Whether folders are searched.
pub(super) fn recurses(flags: &Options) -> bool {
    flags.has('r') || flags.has('R')
}

/// A pattern of the kind that the flags ask for.
pub(super) fn pattern(call: &Call, flags: &Options, text: &str) -> Result<Regex, Mistake> {
    let folds_case = flags.has('i') || flags.has('y');
    if flags.has('F') || call.name() == "fgrep" {
        return Ok(Regex::literal(text, folds_case));
    }
    let dialect = if flags.has('P') {
        Dialect::Perl
    } else if flags.has('E') || call.name() == "egrep" {
        Dialect::Extended
    } else {
        Dialect::Basic
    };
    Regex::new(text, dialect, folds_case)
}

/// Whether a find must be a word or a line.
pub(super) fn bounds(flags: &Options) -> Bounds {
    match (flags.has('x'), flags.has('w')) {
        (true, _) => Bounds::Line,
        (false, true) => Bounds::Word,
        (false, false) => Bounds::Any,
    }
}

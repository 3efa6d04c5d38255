//! What a text means: lists of pipelines of commands, made of words.

use std::cell::OnceCell;
use std::rc::Rc;

/// Commands that run one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct List(pub(crate) Vec<AndOr>);

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AndOr {
    pub(crate) first: Pipeline,
    pub(crate) rest: Vec<(Connector, Pipeline)>,
}

/// What stands between two pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connector {
    And,
    Or,
}

/// Commands joined by `|`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pipeline {
    pub(crate) is_negated: bool,
    pub(crate) commands: Vec<Rc<Command>>,
}

/// A command with its redirections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) kind: CommandKind,
    pub(crate) redirects: Vec<Redirect>,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CommandKind {
    /// Assignments and words.
    Simple { assignments: Vec<(String, Word)>, words: Vec<Word> },
    /// `{ …; }`.
    Group(Rc<List>),
    /// `( … )`.
    Subshell(Rc<List>),
    /// `for NAME in WORDS; do …; done`; without words it goes through the arguments.
    For { name: String, words: Option<Vec<Word>>, body: Rc<List> },
    /// `while …; do …; done` and `until …`; `again` is the condition after the first time.
    While { is_until: bool, condition: Rc<List>, again: Rc<List>, body: Rc<List> },
    /// `(( … ))`; what is wrong in the head of a loop ends all.
    Arithmetic { text: Word, is_head: bool },
    /// `if …; then …; elif …; else …; fi`.
    If { branches: Vec<(Rc<List>, Rc<List>)>, otherwise: Option<Rc<List>> },
    /// `case WORD in PATTERN) …;; esac`.
    Case { word: Word, arms: Vec<(Vec<Word>, Rc<List>)> },
}

/// A stream of a process, and where it goes or comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    /// The number of the stream: 0, 1 or 2.
    pub(crate) stream: u8,
    pub(crate) kind: RedirectKind,
}

/// Where a stream goes or comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RedirectKind {
    /// `< FILE`.
    From(Word),
    /// `> FILE`.
    To(Word),
    /// `>> FILE`.
    Append(Word),
    /// `2>&1`: where another stream goes.
    Same(u8),
    /// `>&-`.
    Close,
    /// `<<WORD`: the lines that follow.
    Here(Rc<OnceCell<Word>>),
    /// `<<< WORD`.
    HereWord(Word),
}

/// A word before it is expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) Vec<Part>);

/// A piece of a word; quoted pieces are neither split nor matched with files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text {
        text: String,
        is_quoted: bool,
    },
    Variable {
        name: String,
        operation: Option<(Operation, Word)>,
        is_quoted: bool,
    },
    /// `$(…)`.
    Output {
        list: Rc<List>,
        is_quoted: bool,
    },
    /// `$((…))`.
    Arithmetic {
        text: Word,
        is_quoted: bool,
    },
}

/// What `${NAME…}` does with the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `-`: a value in place of one that is not set; with a colon, of an empty one too.
    Default { or_empty: bool },
    /// `=`.
    Assign { or_empty: bool },
    /// `+`.
    Alternative { or_empty: bool },
    /// `?`.
    Required { or_empty: bool },
    /// `#NAME`.
    Length,
    /// `#` and `##`.
    DropStart { longest: bool },
    /// `%` and `%%`.
    DropEnd { longest: bool },
    /// `/PATTERN/TEXT` and `//PATTERN/TEXT`.
    Replace { all: bool },
}

impl Operation {
    /// Whether its word is a pattern. Quotes around all of `${…}` do not quote that.
    pub(crate) fn takes_pattern(self) -> bool {
        matches!(self, Self::DropStart { .. } | Self::DropEnd { .. } | Self::Replace { .. })
    }
}

impl Word {
    pub(crate) fn literal(text: &str) -> Self {
        Self(vec![Part::Text { text: text.to_owned(), is_quoted: true }])
    }

    /// Its text, when nothing in it is to be expanded and no letter is quoted.
    pub(crate) fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Part::Text { text, is_quoted: false }] => Some(text),
            _ => None,
        }
    }
}

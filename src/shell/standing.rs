//! How a shell begins, what becomes of its lines, and how it stands between polls.

use crate::collections::SortedMap;
use crate::sim::Time;

/// How a shell begins.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Its name, as its messages begin: `bash` or `sh`.
    pub name: String,
    /// The folder that it begins in, an absolute path.
    pub folder: String,
    /// The exported variables.
    pub environment: SortedMap<String, String>,
    /// `$1` and so on.
    pub arguments: Vec<String>,
    /// `$0`, where it is not the name.
    pub script: Option<String>,
    /// Whether a person sits there: programs that ask for input get what is typed.
    pub is_terminal: bool,
    /// How many shells it is within: [`super::Call::level`] of the call that began it, and one more.
    pub level: u32,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It runs, or would not parse and has said so: poll.
    Whole,
    /// It goes on with the next line, as after an open quote.
    Incomplete,
}

/// How a shell stands after a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The line has ended with this exit code.
    Done(i32),
    /// It waits.
    Waits {
        /// When to poll even if nothing else happens.
        wake_at: Option<Time>,
        /// It has done its share: it is not to be polled before.
        is_spent: bool,
        /// It lets time pass, as `sleep` and `watch` do, or goes round and round: nothing hangs on it.
        rests: bool,
    },
}

/// Words as a line that a shell reads back as these words.
pub fn quoted(words: &[String]) -> String {
    let quote = |word: &String| format!("'{}'", word.replace('\'', "'\\''"));
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

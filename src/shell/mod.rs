//! A small shell: the POSIX language, and text tools as people use them. It knows no Kubernetes.
//!
//! Of bash it has `((…))` and counting loops, `let`, `NAME+=`, here-strings, `${NAME/…}`, braces and
//! `pipefail`. What it has not of bash it says so of, as the sandbox, in place of bash's own errors: arrays,
//! functions, `[[`, commands in the background (`syntax`), `trap`, `pushd` and the like (`machine`).
//!
//! A [`Shell`] belongs to an owner that gives it lines and polls it: a terminal, or a program such as
//! `kubectl exec` that runs `sh` in a container. All else it asks its [`Host`] for: files, and programs that
//! are not its own. Nothing here blocks: a poll runs until every program waits, or until it has done its
//! share, and says when it wants to be polled again.
//!
//! - [`host`]: what a shell stands on. [`mod@io`]: the streams of a program; `descriptors`: where they lead.
//! - `syntax`: from a text to what it means. `expand`, `parameter`, `separators`, `arithmetic`, `glob`,
//!   `braces`: from words to texts. `escapes`: backslashes in texts.
//! - `session`: a shell as its owner sees it; `standing`: how it stands. `machine`: the interpreter. `pipes`,
//!   `console`, `scope`: what it keeps.
//! - [`programs`]: the text tools. `regex`: their patterns. [`files`]: paths, and files in memory. [`web`]:
//!   documents of the network. `prompt`: lines that were pasted. `nested`: a shell within a program.
//!   `interactive`: one to which a person types. `mistake`: why what was written cannot be done.

pub mod host;
mod descriptors;
pub mod io;
pub mod files;
pub mod web;
mod pipes;
mod console;
mod scope;
mod syntax;
mod arithmetic;
mod glob;
mod braces;
mod escapes;
mod separators;
mod expand;
mod parameter;
mod machine;
mod prompt;
mod standing;
mod session;
mod regex;
mod nested;
mod interactive;
mod mistake;
pub mod programs;

#[cfg(test)]
mod tests;

pub use console::CLEAR_SCREEN;
pub use host::{
    Attributes, Call, Dialect, EditRequest, FileEntry, FileError, FileKind, Files, Host, INTERRUPTED,
    NotFound, Program, Progress,
};
pub use interactive::Interactive;
pub use io::{Io, Read, Stream};
pub use mistake::Mistake;
pub use nested::Nested;
pub use session::Shell;
pub use standing::{Settings, State, Taken, quoted};

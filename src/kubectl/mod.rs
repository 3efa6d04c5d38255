//! kubectl: the command interpreter, one more client of the API server.
//!
//! The words of a line become a command with flags and arguments, and the command's function
//! reads the server and sends requests. What a command prints is kubectl v1.36's to the column; what only the
//! sandbox has to say goes to [`Output::hint`]. A command that waits becomes a [`Waiter`], which the cluster
//! polls.
//!
//! - [`outcome`]: what a line leads to. [`session`]: files and namespace. [`inside`]: what is done in
//!   containers, which kubectl only asks for.
//! - [`flags`], [`command`], [`suggest`], [`help`]: from words to a command; [`kubeconfig`]: which cluster is
//!   meant; [`hints`]: the sandbox's words on mistakes.
//! - [`resources`], [`label_selector`], [`field_selector`], [`manifest`], [`kustomize`], [`selection`]:
//!   which objects are meant.
//! - [`commands`]: one file for each. [`printers`]: tables and descriptions. [`mod@format`], [`result`]: what
//!   `-o` and a change print.
//! - [`output`]: from values to text: columns, JSON, templates.
//! - [`complete()`]: Tab completion.

pub mod outcome;
pub mod inside;
pub mod session;
pub mod error;
pub mod quote;
pub mod go_duration;
#[cfg(test)]
mod words;
pub mod flags;
pub mod command;
pub mod suggest;
pub mod hints;
pub mod help;
pub mod formats;
pub mod format;
pub mod objects;
pub mod label_syntax;
pub mod label_selector;
pub mod field_selector;
pub mod resources;
pub mod manifest;
pub mod kustomize;
pub mod selection;
pub mod result;
pub mod replica_sets;
pub mod kubeconfig;
pub mod dispatch;
pub mod completion;
pub mod output;
pub mod commands;
pub mod printers;

#[cfg(test)]
mod bad_inputs_tests;
#[cfg(test)]
mod transcript_tests;

pub use commands::drain;
pub use commands::edit::Edit;
pub use completion::{Completion, complete};
pub use dispatch::run;
pub use error::CommandError;
pub use inside::{ContainerAct, ContainerCall, LogsCall, Streams, Target};
pub use outcome::{Outcome, Output, Poll, Stream, Waiter};
pub use session::Session;

//! How a command fails: kubectl's messages and exit codes.
//!
//! Models `CheckErr` and `StandardErrorMessage`, staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go,
//! Kubernetes v1.36.

use super::hints;
use super::quote::quote;
use crate::apiserver::StatusError;
use crate::collections::SortedSet;

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Everything was said already.
    Exit,
    /// kubectl's own refusal.
    Plain(String),
    /// The server's refusal.
    Status(Box<StatusError>),
    /// Several; the command went on after each.
    Many(Vec<Self>),
    /// Something the sandbox does not have, in its own words.
    Sandbox(String),
    /// An error with a word of the sandbox's own beside it.
    Hinted {
        /// The error.
        error: Box<Self>,
        /// The sandbox's words.
        hint: String,
    },
    /// What the kubeconfig lacks.
    Configuration(String),
    /// Why there is no connection to a server.
    Unconnected(String),
    /// A printer that broke off: what it had printed, and why.
    Printed {
        /// What goes to standard output.
        stdout: String,
        /// kubectl's own refusal.
        message: String,
    },
}

impl CommandError {
    /// kubectl's own refusal.
    pub fn plain(message: impl Into<String>) -> Self {
        Self::Plain(message.into())
    }

    /// A refusal that points at the command's help.
    pub fn usage(path: &str, message: &str) -> Self {
        Self::Plain(format!("{message}\nSee '{path} -h' for help and examples"))
    }

    /// Something the sandbox does not have.
    pub fn sandbox(message: impl Into<String>) -> Self {
        Self::Sandbox(message.into())
    }

    /// The same with a word of the sandbox's own beside it, when there is one.
    #[must_use]
    pub fn with_hint(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => Self::Hinted { error: Box::new(self), hint },
            None => self,
        }
    }

    /// The same without the sandbox's words.
    #[must_use]
    pub fn unhinted(self) -> Self {
        match self {
            Self::Hinted { error, .. } => error.unhinted(),
            other => other,
        }
    }

    /// The same where everything but the sandbox's own words was said already.
    #[must_use]
    pub fn hint_only(self) -> Self {
        self.hint().map_or(Self::Exit, |hint| Self::Sandbox(hint.to_owned()))
    }

    /// All that went wrong as one error; `Ok` when nothing did.
    ///
    /// # Errors
    /// The one error, or all of them.
    pub fn all(mut errors: Vec<Self>) -> Result<(), Self> {
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            _ => Err(Self::Many(errors)),
        }
    }

    /// The same for commands that put what could not be picked into a list with their own errors: where
    /// `is_list` says that it comes of files, even a single error is a list within a list, and so lacks
    /// `error:`.
    ///
    /// # Errors
    /// All of them.
    pub fn listed(errors: Vec<Self>, is_list: bool) -> Result<(), Self> {
        if is_list && errors.len() == 1 { Err(Self::Many(errors)) } else { Self::all(errors) }
    }

    /// Adds what was being done and with which file (`AddSourceToErr`).
    #[must_use]
    pub fn when(self, doing: &str, source: &str) -> Self {
        if source.is_empty() {
            return self;
        }
        match self {
            Self::Status(mut status) => {
                status.message = format!("error when {doing} {}: {}", quote(source), status.message);
                Self::Status(status)
            }
            Self::Plain(message) => Self::Plain(format!("error when {doing} {}: {message}", quote(source))),
            Self::Hinted { error, hint } => Self::Hinted { error: Box::new(error.when(doing, source)), hint },
            other => other,
        }
    }

    /// The bare message, without `error:` or the server's reason.
    pub fn message(&self) -> String {
        match self {
            Self::Exit | Self::Sandbox(_) => String::new(),
            Self::Plain(message)
            | Self::Configuration(message)
            | Self::Unconnected(message)
            | Self::Printed { message, .. } => message.clone(),
            Self::Status(status) => status.message.clone(),
            Self::Hinted { error, .. } => error.message(),
            Self::Many(errors) => aggregate(errors),
        }
    }

    /// Whether an object was not found.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Status(status) => status.is_not_found(),
            Self::Hinted { error, .. } => error.is_not_found(),
            _ => false,
        }
    }

    /// The exit code.
    pub fn exit(&self) -> i32 {
        1
    }

    /// The sandbox's own words, when there are any.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Sandbox(hint) | Self::Hinted { hint, .. } => Some(hint),
            Self::Many(errors) => errors.iter().find_map(Self::hint),
            _ => None,
        }
    }

    /// What goes to standard output before.
    pub fn stdout(&self) -> String {
        match self {
            Self::Printed { stdout, .. } => stdout.clone(),
            Self::Hinted { error, .. } => error.stdout(),
            Self::Many(errors) => errors.iter().map(Self::stdout).collect(),
            _ => String::new(),
        }
    }

    /// What goes to standard error.
    pub fn render(&self) -> String {
        let text = match self {
            Self::Exit | Self::Sandbox(_) => return String::new(),
            Self::Hinted { error, .. } => return error.render(),
            Self::Status(status) if status.reason == "Invalid" => invalid(status),
            Self::Status(status) => standard(status),
            Self::Plain(message) if message.starts_with("error: ") => message.clone(),
            Self::Plain(message) | Self::Printed { message, .. } => format!("error: {message}"),
            Self::Configuration(message) => format!("Error in configuration: {message}"),
            Self::Unconnected(message) => message.clone(),
            Self::Many(errors) => errors.iter().filter_map(one_of_many).map(|line| line + "\n").collect(),
        };
        with_line_end(text)
    }
}

impl From<StatusError> for CommandError {
    fn from(status: StatusError) -> Self {
        // What the server cannot do for being a sandbox's is no answer of a real one.
        if status.message.starts_with("the sandbox ") {
            return Self::Sandbox(status.message);
        }
        let hint = hints::refusal(&status);
        Self::Status(Box::new(status)).with_hint(hint)
    }
}

/// Several errors as one, each said once (`aggregate.Error`).
fn aggregate(errors: &[CommandError]) -> String {
    let mut seen = SortedSet::new();
    let is_new = |message: &String| !message.is_empty() && seen.insert(message.clone());
    let all: Vec<String> = leaves(errors).iter().map(|error| error.message()).filter(is_new).collect();
    match all.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// The errors of which lists within lists are made.
fn leaves(errors: &[CommandError]) -> Vec<&CommandError> {
    let mut all = Vec::new();
    for error in errors {
        match error {
            CommandError::Many(errors) => all.extend(leaves(errors)),
            one => all.push(one),
        }
    }
    all
}

fn with_line_end(text: String) -> String {
    if text.is_empty() || text.ends_with('\n') { text } else { text + "\n" }
}

/// Within a list of errors a plain one stands without `error:`, and one that is a list itself on one line.
fn one_of_many(error: &CommandError) -> Option<String> {
    match error {
        CommandError::Exit | CommandError::Sandbox(_) => None,
        CommandError::Hinted { error, .. } => one_of_many(error),
        CommandError::Status(status) => Some(standard(status)),
        other => Some(other.message()),
    }
}

fn standard(status: &StatusError) -> String {
    if status.reason.is_empty() {
        format!("Error from server: {}", status.message)
    } else {
        format!("Error from server ({}): {}", status.reason, status.message)
    }
}

fn invalid(status: &StatusError) -> String {
    let mut text = "The request is invalid".to_owned();
    if !status.about.is_empty() || !status.name.is_empty() {
        text = format!("The {} {} is invalid", status.about, quote(&status.name));
    } else if !status.message.is_empty() && status.causes.is_empty() {
        text = format!("{text}: {}", status.message);
    }
    let mut seen = SortedSet::new();
    let causes: Vec<String> = status
        .causes
        .iter()
        .map(|cause| format!("{}: {}", cause.field, cause.message))
        .filter(|cause| seen.insert(cause.clone()))
        .collect();
    match causes.as_slice() {
        [] => text,
        [one] => format!("{text}: {one}\n"),
        many => {
            format!("{text}: \n* {}\n", many.join("\n* "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CommandError;
    use crate::api::Kind;
    use crate::apiserver::{Cause, StatusError};

    fn cause(field: &str, message: &str) -> Cause {
        Cause { field: field.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn errors_read_as_kubectl_prints_them() {
        let missing = CommandError::from(StatusError::not_found(Kind::Pod, "x"));
        let one = StatusError::invalid(
            Kind::StatefulSet,
            "web",
            vec![cause("spec.replicas", "Invalid value: -1: no")],
        );
        let two = StatusError::invalid(
            Kind::StatefulSet,
            "web",
            vec![cause("a", "b"), cause("c", "d"), cause("a", "b")],
        );
        let cases = [
            (CommandError::plain("no objects passed to apply"), "error: no objects passed to apply\n"),
            (CommandError::plain("error: twice"), "error: twice\n"),
            (missing.clone(), "Error from server (NotFound): pods \"x\" not found\n"),
            (
                missing.clone().when("creating", "a.yaml"),
                "Error from server (NotFound): error when creating \"a.yaml\": pods \"x\" not found\n",
            ),
            (one.into(), "The StatefulSet \"web\" is invalid: spec.replicas: Invalid value: -1: no\n"),
            (two.into(), "The StatefulSet \"web\" is invalid: \n* a: b\n* c: d\n"),
            (
                CommandError::Many(vec![missing, CommandError::plain("bare")]),
                "Error from server (NotFound): pods \"x\" not found\nbare\n",
            ),
            (
                CommandError::Many(vec![CommandError::plain("error: line\n"), CommandError::plain("bare")]),
                "error: line\n\nbare\n",
            ),
            (
                CommandError::Many(vec![
                    CommandError::Many(vec![CommandError::plain("a"), CommandError::plain("b")]),
                    CommandError::plain("c"),
                ]),
                "[a, b]\nc\n",
            ),
            (CommandError::Exit, ""),
            (CommandError::sandbox("not here"), ""),
            (
                CommandError::usage("kubectl rollout", "unknown command \"foo\""),
                "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n",
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(error.render(), expected);
        }
    }
}

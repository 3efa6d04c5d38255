//! What a command is: its names, flags, help and the function that runs it.
//!
//! Models cobra's `Command`, github.com/spf13/cobra, as kubectl uses it. Left out: hidden and deprecated
//! commands.

use super::error::CommandError;
use super::flags::{Flag, Parsed};
use super::inside::{ContainerAct, ContainerCall};
use super::outcome::{Outcome, Output, Waiter};
use super::session::Session;
use crate::api::ObjectKey;
use crate::apiserver::{
    ApiServer, Body, PatchType, Request, StatusError, Subresource, unknown_fields, warnings,
};
use crate::kubectl::commands::edit::Edit;
use crate::sim::Span;

/// A command, or a group of them.
#[derive(Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it does, in one line.
    pub short: &'static str,
    /// What it does, in a few sentences.
    pub doc: &'static str,
    /// How it is typed, after the names of the commands above it.
    pub usage: &'static str,
    /// Lines that show it, each with a comment above.
    pub examples: &'static str,
    /// Its flags, in groups that several commands share.
    pub flags: &'static [&'static [Flag]],
    /// Flags that must be given.
    pub required: &'static [&'static str],
    /// Words for which it is suggested.
    pub suggest_for: &'static [&'static str],
    /// The commands below it.
    pub subcommands: &'static [Self],
    /// Whether kubectl has it and the sandbox does not.
    pub absent: bool,
    /// Runs it; a group has nothing to run.
    pub run: Option<Run>,
}

/// Runs a command.
pub type Run = fn(&mut Context<'_>) -> Result<Step, CommandError>;

impl Command {
    /// A command without anything, for tables to fill in.
    pub const EMPTY: Self = Self {
        name: "",
        aliases: &[],
        short: "",
        doc: "",
        usage: "",
        examples: "",
        flags: &[],
        required: &[],
        suggest_for: &[],
        subcommands: &[],
        absent: false,
        run: None,
    };

    /// The command below this one with that name.
    pub fn subcommand(&self, name: &str) -> Option<&Self> {
        self.subcommands.iter().find(|command| command.name == name || command.aliases.contains(&name))
    }

    /// Its own flags.
    pub fn own_flags(&self) -> impl Iterator<Item = &'static Flag> + use<> {
        self.flags.iter().flat_map(|group| group.iter())
    }
}

/// Where a command goes after its function has run.
#[derive(Debug)]
pub enum Step {
    /// It ended.
    Done,
    /// It waits.
    Block(Box<dyn Waiter>),
    /// It wants a text edited.
    Edit(Edit),
    /// It wants something of a container.
    Inside(ContainerAct),
}

/// What a running command has to do with.
#[derive(Debug)]
pub struct Context<'a> {
    /// The server.
    pub api: &'a mut ApiServer,
    /// The terminal's files and namespace.
    pub session: &'a mut Session,
    /// Its flags and arguments.
    pub flags: Parsed,
    /// Its names, such as `kubectl rollout status`.
    pub path: String,
    /// What it printed so far.
    pub output: Output,
    /// How many warnings of the server it printed.
    pub warnings: usize,
}

/// How long a kubectl takes to start: those of the recordings took 40 to 120 ms.
pub const START: Span = Span::from_ms(50);

/// Where an object notes what changed it.
pub const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// Notes in an object what changed it (`MakeRecordMergePatch`).
pub fn record_of(key: &ObjectKey, cause: &str) -> Request {
    Request::Patch {
        key: key.clone(),
        patch_type: PatchType::Merge,
        patch: serde_json::json!({"metadata": {"annotations": {CHANGE_CAUSE: cause}}}),
        subresource: Subresource::Main,
        dry_run: false,
        drops_unknown: false,
    }
}

impl Context<'_> {
    /// The arguments that are no flags.
    pub fn args(&self) -> &[String] {
        &self.flags.args
    }

    /// The namespace it works in.
    pub fn namespace(&self) -> String {
        match self.flags.text("namespace") {
            "" => self.session.namespace.clone(),
            given => given.to_owned(),
        }
    }

    /// Whether `-f` or `-k` was given.
    pub fn names_files(&self) -> bool {
        !(self.flags.list("filename").is_empty() && self.flags.text("kustomize").is_empty())
    }

    /// Whether the namespace was typed.
    pub fn namespace_is_given(&self) -> bool {
        !self.flags.text("namespace").is_empty()
    }

    /// Prints to standard output.
    pub fn out(&mut self, text: &str) {
        self.output.out(text);
    }

    /// Prints to standard error.
    pub fn err(&mut self, text: &str) {
        self.output.err(text);
    }

    /// Sends a request, and prints what the server warns of.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn send(&mut self, request: Request) -> Result<crate::api::Object, StatusError> {
        let before = request.changed().map(|key| self.api.get(key).cloned());
        let is_looked_at = before.is_some() || matches!(request, Request::Create { .. });
        let (request, record) = self.recorded(request);
        self.warn_of_unknown_fields(&request);
        let mut object = self.api.handle(request)?;
        if let Some(record) = record {
            object = self.api.handle(record)?;
        }
        if is_looked_at {
            let before = before.and_then(Result::ok);
            for warning in warnings(&object, before.as_ref()) {
                self.warn(&warning);
            }
        }
        Ok(object)
    }

    /// Prints which fields of a patch the server drops, as it does before all else.
    fn warn_of_unknown_fields(&mut self, request: &Request) {
        if let Request::Patch { key, patch_type, patch, drops_unknown: true, .. } = request
            && let Ok(object) = self.api.get(key)
        {
            for warning in unknown_fields(object, *patch_type, patch) {
                self.warn(&warning);
            }
        }
    }

    /// What `--record` notes: the line, with its flags in full.
    pub fn change_cause(&self) -> Option<String> {
        if !self.flags.switch("record") {
            return None;
        }
        let mut line = self.path.clone();
        self.flags.args.iter().for_each(|argument| line.push_str(&format!(" {argument}")));
        self.flags.given.iter().for_each(|(name, value)| line.push_str(&format!(" --{name}={value}")));
        Some(line)
    }

    /// A request with the note of `--record` (`RecordFlags`), and a second one where it cannot bear the note.
    fn recorded(&self, mut request: Request) -> (Request, Option<Request>) {
        let Some(cause) = self.change_cause() else { return (request, None) };
        let path = ["metadata", "annotations", CHANGE_CAUSE];
        match &mut request {
            Request::Create { body: Body::Manifest(value), .. } => {
                super::objects::set_at(value, &path, cause.into());
                (request, None)
            }
            Request::Patch {
                patch_type: PatchType::Strategic | PatchType::Merge,
                patch,
                subresource: Subresource::Main,
                ..
            } => {
                super::objects::set_at(patch, &path, cause.into());
                (request, None)
            }
            Request::Patch { key, dry_run: false, .. } => {
                let record = record_of(key, &cause);
                (request, Some(record))
            }
            _ => (request, None),
        }
    }

    /// Prints a warning, each text once.
    pub fn warn(&mut self, warning: &str) {
        self.warnings += usize::from(self.output.warn(warning));
    }

    /// Makes an error of warnings where `--warnings-as-errors` asks for it.
    ///
    /// # Errors
    /// How many there were.
    pub fn judge_warnings(&self, step: Step) -> Result<Step, CommandError> {
        let count = self.warnings;
        if count == 0 || !matches!(step, Step::Done) || !self.flags.switch("warnings-as-errors") {
            return Ok(step);
        }
        let plural = if count == 1 { "" } else { "s" };
        Err(CommandError::plain(format!("{count} warning{plural} received")))
    }

    /// The object under a key; a missing namespace is told instead of the missing object.
    ///
    /// # Errors
    /// `NotFound`, and the refusal of names that no path can hold.
    pub fn fetch(&self, key: &ObjectKey) -> Result<crate::api::Object, CommandError> {
        super::objects::fetch(self.api, key)
    }

    /// An error that points at this command's help.
    pub fn usage_error(&self, message: &str) -> CommandError {
        CommandError::usage(&self.path, message)
    }

    /// Makes the outcome of what the function answered.
    pub fn finish(mut self, step: Result<Step, CommandError>) -> Outcome {
        match step {
            Ok(Step::Done) => Outcome::Done(self.output),
            Ok(Step::Block(waiter)) => Outcome::Blocked { so_far: self.output, waiter },
            Ok(Step::Edit(edit)) => Outcome::Edit(edit.after(self.output)),
            Ok(Step::Inside(act)) => {
                Outcome::Inside(Box::new(ContainerCall { output: self.output, act, then: None }))
            }
            Err(error) => {
                self.output.fail(&error);
                Outcome::Done(self.output)
            }
        }
    }
}

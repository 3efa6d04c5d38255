//! What a command that changed an object prints: `statefulset.apps/web scaled`, or the object with `-o`.
//!
//! Models `PrintFlags` and `NamePrinter`, staging/src/k8s.io/cli-runtime/pkg/{genericclioptions,printers},
//! Kubernetes v1.36. Left out: nothing that the served kinds need.

use serde_json::Value;

use super::command::Context;
use super::error::CommandError;
use super::format::Format;
use super::objects::text_at;
use crate::api::{Kind, Object};

/// Whether a change is only tried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRun {
    /// It is carried out.
    #[default]
    None,
    /// It is not even sent.
    Client,
    /// The server answers but stores nothing.
    Server,
}

impl DryRun {
    /// What `--dry-run` says.
    ///
    /// # Errors
    /// kubectl's words for another value.
    pub fn of(context: &Context<'_>) -> Result<Self, CommandError> {
        match context.flags.text("dry-run") {
            "none" | "" => Ok(Self::None),
            "client" => Ok(Self::Client),
            "server" => Ok(Self::Server),
            "unchanged" => Err(CommandError::plain(
                "--dry-run flag without a value was specified. A value must be set: \"none\", \"server\", or \"client\"",
            )),
            other => Err(CommandError::plain(format!(
                "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
            ))),
        }
    }

    /// Whether the request asks the server to store nothing.
    pub fn is_server(self) -> bool {
        self == Self::Server
    }

    /// Whether the change is carried out.
    pub fn is_none(self) -> bool {
        self == Self::None
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}

/// Prints the results of a command.
#[derive(Clone, Debug)]
pub struct ResultPrinter {
    format: Option<Format>,
    dry_run: DryRun,
}

impl ResultPrinter {
    /// The printer that `-o`, `--template` and `--dry-run` ask for.
    ///
    /// # Errors
    /// kubectl's words for a format that it does not know.
    pub fn of(context: &Context<'_>) -> Result<Self, CommandError> {
        let dry_run = DryRun::of(context)?;
        Ok(Self { format: Format::of(context, false)?, dry_run })
    }

    /// The same for a command that knows the types of what it changes.
    ///
    /// # Errors
    /// As [`ResultPrinter::of`].
    pub fn of_structs(context: &Context<'_>) -> Result<Self, CommandError> {
        let Self { format, dry_run } = Self::of(context)?;
        Ok(Self { format: format.map(Format::of_structs), dry_run })
    }

    /// The printer of one word about each object.
    pub fn plain() -> Self {
        Self { format: None, dry_run: DryRun::None }
    }

    /// Whether the change is only tried out.
    pub fn dry_run(&self) -> DryRun {
        self.dry_run
    }

    /// Whether the whole object is printed instead of a word about it.
    pub fn prints_object(&self) -> bool {
        self.format.as_ref().is_some_and(|format| !matches!(format, Format::Name))
    }

    /// What one result prints.
    ///
    /// # Errors
    /// When a template does not fit the object.
    pub fn text(&mut self, value: &Value, operation: &str) -> Result<String, CommandError> {
        match &mut self.format {
            None => Ok(format!("{} {operation}{}\n", name_of(value), self.dry_run.suffix())),
            Some(format) => format.print(value),
        }
    }

    /// Prints one result.
    ///
    /// # Errors
    /// When a template does not fit the object.
    pub fn print(
        &mut self,
        context: &mut Context<'_>,
        value: &Value,
        operation: &str,
    ) -> Result<(), CommandError> {
        let text = self.text(value, operation)?;
        context.out(&text);
        Ok(())
    }
}

/// An object as results name it: `statefulset.apps/web`.
pub fn name_of(value: &Value) -> String {
    let kind = text_at(value, &["kind"]).to_ascii_lowercase();
    let group = text_at(value, &["apiVersion"]).split_once('/').map_or("", |(group, _)| group);
    let name = text_at(value, &["metadata", "name"]);
    if group.is_empty() { format!("{kind}/{name}") } else { format!("{kind}.{group}/{name}") }
}

/// An object as results name it.
pub fn object_name(object: &Object) -> String {
    key_name(object.kind(), &object.meta().name)
}

/// An object as results name it.
pub fn key_name(kind: Kind, name: &str) -> String {
    format!("{}/{name}", kind.group_singular())
}

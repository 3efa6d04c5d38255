//! `kubectl edit`: opens objects in the editor and sends what was changed.
//!
//! Models staging/src/k8s.io/kubectl/pkg/cmd/edit and cmd/util/editor, Kubernetes v1.36: a text that the
//! server refuses is opened again with the reasons above it. Left out: Windows line ends.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::apply::with_last_applied;
use super::shared_flags::{FILES, IGNORED, LINE_ENDINGS, RECORD, RESULT, SAVE_CONFIG, SUBRESOURCE, VALIDATE};
use super::subresource::{Part, narrow};
use crate::api::{ObjectKey, patch};
use crate::apiserver::{ApiServer, PatchType, Request, StatusError, Subresource, warnings};
use crate::kubectl::command::{CHANGE_CAUSE, Command, Context, Step};
use crate::kubectl::error::CommandError;
use crate::kubectl::flags::Flag;
use crate::kubectl::formats;
use crate::kubectl::manifest::{self, Check};
use crate::kubectl::objects::{set_at, text_at, wire};
use crate::kubectl::outcome::{Outcome, Output};
use crate::kubectl::quote::quote;
use crate::kubectl::result::ResultPrinter;
use crate::kubectl::selection::Selection;
use crate::kubectl::session::Session;

const HEADER: &str = "\
# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";

const FLAGS: &[Flag] = &[Flag::switch("output-patch", "Prints the patch that is sent.")];

/// `kubectl edit`
pub const COMMAND: Command = Command {
    name: "edit",
    short: "Edit a resource on the server",
    doc: "Opens objects in the editor, as the server has them, and sends what was changed when the editor is closed.",
    usage: "(RESOURCE/NAME | -f FILENAME)",
    examples: "# Edit a StatefulSet\nkubectl edit sts/web",
    flags: &[FLAGS, SAVE_CONFIG, LINE_ENDINGS, FILES, RESULT, SUBRESOURCE, IGNORED, RECORD, VALIDATE],
    run: Some(run),
    ..Command::EMPTY
};

/// A text that is being edited.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Name for the editor's tab.
    pub name: String,
    /// What the editor opens with.
    pub text: String,
    scene: Box<Scene>,
}

/// What an edit has to do with.
#[derive(Clone, Debug)]
struct Scene {
    originals: Vec<(ObjectKey, Value)>,
    /// Which part of them is sent. A scale never is: its kind stands for no path of the API.
    subresource: Subresource,
    namespace: String,
    /// Whether the edited object is to be remembered in itself.
    saves: bool,
    /// What it is to say of what changed it.
    cause: Option<String>,
    prints_patch: bool,
    printer: ResultPrinter,
    /// What the last attempt printed.
    printed: Output,
    /// The text that the last attempt refused.
    refused: Option<String>,
    json: bool,
}

fn run(context: &mut Context<'_>) -> Result<Step, CommandError> {
    let json = context.flags.text("output") == "json";
    let printer = ResultPrinter::of(context)?;
    let mut selection = Selection::of(context).type_alone(true).latest();
    let subresource = match context.flags.text("subresource") {
        "status" => Subresource::Status,
        _ => Subresource::Main,
    };
    selection.lazy = !context.flags.text("subresource").is_empty();
    selection.unchecked = true;
    let mut picks = selection.pick(context)?;
    Check::of(context.flags.text("validate"))?;
    narrow(context, &mut picks)?;
    CommandError::all(picks.errors)?;
    let mut originals: Vec<(ObjectKey, Value)> = Vec::new();
    for picked in &picks.items {
        originals.push((picked.key.clone(), Part::of(context, picked.key.kind)?.value(picked)));
    }
    let Some((first, _)) = originals.first() else {
        return Err(CommandError::plain("edit cancelled, no objects found"));
    };
    let name =
        format!("{}-{}.{}", first.kind.resource().singular, first.name, if json { "json" } else { "yaml" });
    let namespace = context.namespace();
    let printer = if json { ResultPrinter::plain() } else { printer };
    let scene = Scene {
        originals,
        subresource,
        namespace,
        saves: context.flags.switch("save-config"),
        cause: context.change_cause(),
        prints_patch: context.flags.switch("output-patch"),
        printer,
        printed: Output::default(),
        refused: None,
        json,
    };
    let mut edit = Edit { name, text: String::new(), scene: Box::new(scene) };
    edit.text = edit.fresh_text();
    Ok(Step::Edit(edit))
}

/// Why an object of the edited text was refused.
struct Reason {
    head: String,
    causes: Vec<String>,
}

impl Edit {
    /// The same of a command that has printed something already.
    pub(in crate::kubectl) fn after(mut self, printed: Output) -> Self {
        self.scene.printed = printed;
        self
    }

    fn document(&self) -> Value {
        match self.scene.originals.as_slice() {
            [(_, one)] => one.clone(),
            many => {
                let items: Vec<&Value> = many.iter().map(|(_, value)| value).collect();
                json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": items})
            }
        }
    }

    fn fresh_text(&self) -> String {
        if self.scene.json {
            return formats::to_json(&self.document());
        }
        format!("{HEADER}{}", formats::to_yaml(&self.document()))
    }

    /// Takes the edited text; `None` when the editor was closed without saving.
    pub fn finish(self, text: Option<&str>, session: &mut Session, api: &mut ApiServer) -> Outcome {
        let text = text.unwrap_or(&self.text).to_owned();
        let edited = formats::documents(&text);
        let values: Vec<Value> = edited.iter().flatten().filter(|value| !value.is_null()).cloned().collect();
        if self
            .scene
            .refused
            .as_ref()
            .is_some_and(|refused| without_comments(refused) == without_comments(&text))
        {
            return self.give_up("Edit cancelled, no valid changes were saved.", &text, session);
        }
        if values.as_slice() == [self.document()] {
            return self.cancelled("Edit cancelled, no changes made.\n");
        }
        if without_comments(&text).trim().is_empty() {
            return self.cancelled("Edit cancelled, saved file was empty.\n");
        }
        let mut documents = Vec::new();
        for document in manifest::read_text("edited-file", &text, Check::Strict) {
            match document {
                Ok(document) => documents.push(document),
                Err(error) => {
                    let head = format!("The edited file had a syntax error: {}", error.message());
                    return self.reopen(&text, vec![Reason { head, causes: Vec::new() }]);
                }
            }
        }
        self.send(documents, &text, session, api)
    }

    fn send(
        mut self,
        documents: Vec<manifest::Document>,
        text: &str,
        session: &mut Session,
        api: &mut ApiServer,
    ) -> Outcome {
        let mut reasons = Vec::new();
        let mut lost = false;
        for document in documents {
            let name = text_at(&document.value, &["metadata", "name"]).to_owned();
            let namespace = match text_at(&document.value, &["metadata", "namespace"]) {
                _ if !document.kind.is_namespaced() => String::new(),
                "" => self.scene.namespace.clone(),
                given => given.to_owned(),
            };
            let key = ObjectKey::new(document.kind, namespace, name);
            let Some((_, original)) = self.scene.originals.iter().find(|(known, _)| *known == key) else {
                return self.give_up("At least one of apiVersion, kind and name was changed", text, session);
            };
            let edited = self.annotated(document.value);
            let patch = match patch_of(&key, original, &edited) {
                Ok(Some(patch)) => patch,
                Ok(None) => {
                    self.print(&edited, "skipped");
                    continue;
                }
                Err(error) => return self.give_up(&error.message(), text, session),
            };
            if self.scene.prints_patch {
                self.scene.printed.out(&format!("Patch: {}\n", formats::compact(&patch)));
            }
            match send_patch(&key, self.scene.subresource, patch, api).map_err(CommandError::unhinted) {
                Ok((value, warnings)) => {
                    for warning in warnings {
                        self.scene.printed.warn(&warning);
                    }
                    self.print(&value, "edited");
                }
                Err(CommandError::Status(status)) => match self.note(&key, &status) {
                    Some(reason) => reasons.push(reason),
                    None => lost = true,
                },
                Err(error) => return self.give_up(&error.message(), text, session),
            }
        }
        if lost {
            let file = save(session, text);
            self.scene
                .printed
                .err(&format!("You can run `kubectl replace -f {file}` to try this update again.\n"));
            self.scene.printed.exit = 1;
            return Outcome::Done(self.scene.printed);
        }
        if reasons.is_empty() { Outcome::Done(self.scene.printed) } else { self.reopen(text, reasons) }
    }

    /// The edited object with what flags ask to be noted in it.
    fn annotated(&self, edited: Value) -> Value {
        let mut edited = if self.scene.saves { with_last_applied(&edited) } else { edited };
        if let Some(cause) = &self.scene.cause {
            set_at(&mut edited, &["metadata", "annotations", CHANGE_CAUSE], cause.as_str().into());
        }
        edited
    }

    fn print(&mut self, value: &Value, operation: &str) {
        match self.scene.printer.text(value, operation) {
            Ok(text) => self.scene.printed.out(&text),
            Err(error) => self.scene.printed.fail(&error),
        }
    }

    /// Prints a refusal; the reason to show above the text when another try may help.
    fn note(&mut self, key: &ObjectKey, status: &StatusError) -> Option<Reason> {
        let about = format!("{} {}", key.kind.group_resource(), quote(&key.name));
        if status.reason == "Invalid" {
            self.scene.printed.err(&format!("error: {about} is invalid\n"));
            let causes =
                status.causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
            return Some(Reason { head: format!("{about} was not valid"), causes });
        }
        let what = if status.is_not_found() {
            "could not be found on the server".to_owned()
        } else {
            format!("could not be patched: {}", status.message)
        };
        self.scene.printed.err(&format!("error: {about} {what}\n"));
        None
    }

    fn reopen(mut self, text: &str, reasons: Vec<Reason>) -> Outcome {
        let mut header = if self.scene.json { String::new() } else { HEADER.to_owned() };
        for reason in reasons {
            let colon = if reason.causes.is_empty() { "" } else { ":" };
            writeln!(header, "# {}{colon}", reason.head.replace('\n', "\n# ")).unwrap_or_default();
            for cause in reason.causes {
                writeln!(header, "# * {}", cause.replace('\n', "\n# ")).unwrap_or_default();
            }
            header.push_str("#\n");
        }
        self.scene.refused = Some(text.to_owned());
        self.text = header + &without_comments(text);
        Outcome::Edit(self)
    }

    fn cancelled(mut self, message: &str) -> Outcome {
        self.scene.printed.err(message);
        Outcome::Done(self.scene.printed)
    }

    fn give_up(mut self, why: &str, text: &str, session: &mut Session) -> Outcome {
        let file = save(session, text);
        self.scene.printed.err(&format!("A copy of your changes has been stored to {}\n", quote(&file)));
        self.scene.printed.fail(&CommandError::plain(why));
        Outcome::Done(self.scene.printed)
    }
}

/// What was changed, if anything was.
fn patch_of(key: &ObjectKey, original: &Value, edited: &Value) -> Result<Option<Value>, CommandError> {
    if original == edited {
        return Ok(None);
    }
    let patch = patch::two_way(original, edited, &key.kind.api_version(), key.kind.resource().kind)
        .map_err(|error| CommandError::plain(error.to_string()))?;
    if patch::changes_identity(&patch) {
        return Err(CommandError::plain("At least one of apiVersion, kind and name was changed"));
    }
    Ok(Some(patch))
}

/// Sends it: the object as it is then, and what the server warns of.
fn send_patch(
    key: &ObjectKey,
    subresource: Subresource,
    patch: Value,
    api: &mut ApiServer,
) -> Result<(Value, Vec<String>), CommandError> {
    let request = Request::Patch {
        key: key.clone(),
        patch_type: PatchType::Strategic,
        patch,
        subresource,
        dry_run: false,
        drops_unknown: false,
    };
    let before = if subresource == Subresource::Main { api.get(key).ok().cloned() } else { None };
    let object = api.handle(request)?;
    let found = before.map(|before| warnings(&object, Some(&before))).unwrap_or_default();
    Ok((wire(&object), found))
}

/// Keeps a text that could not be sent; its name is returned.
fn save(session: &mut Session, text: &str) -> String {
    let free = (0..1_000)
        .map(|number| format!("kubectl-edit-{number}.yaml"))
        .find(|name| !session.files.contains_key(name));
    let name = free.unwrap_or_else(|| "kubectl-edit.yaml".to_owned());
    session.files.insert(name.clone(), text.to_owned());
    name
}

fn without_comments(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    lines.join("\n") + "\n"
}

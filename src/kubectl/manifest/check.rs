//! What kubectl refuses before it asks the server, and how strictly fields are checked.

use serde_json::Value;

use crate::api::schema::{Struct, Type, item_struct};
use crate::kubectl::error::CommandError;
use crate::kubectl::objects::text_at;
use crate::kubectl::quote::quote;

/// How strictly documents are checked: `--validate`, where a command has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Unknown fields are refused.
    #[default]
    Strict,
    /// Unknown fields are dropped with a warning.
    Warn,
    /// Unknown fields are dropped in silence.
    Ignore,
    /// kubectl checks nothing by itself: commands that do not send what they read.
    Unchecked,
}

impl Check {
    /// What a value of `--validate` means; nothing is strict.
    ///
    /// # Errors
    /// kubectl's words for another value.
    pub fn of(flag: &str) -> Result<Self, CommandError> {
        match flag {
            "" | "strict" | "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Self::Strict),
            "warn" => Ok(Self::Warn),
            "ignore" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Self::Ignore),
            other => Err(CommandError::plain(format!(
                "invalid - validate option {}; must be one of: strict (or true), warn, ignore (or false)",
                quote(other)
            ))),
        }
    }
}

impl Check {
    /// What kubectl itself refuses.
    pub(super) fn refusal(self, source: &str, value: &Value) -> Result<(), CommandError> {
        if self.validates() { validate(source, value) } else { decode(source, value) }
    }

    /// Whether documents are validated before anything else is done with them; the first that is refused ends
    /// the reading of its file.
    pub(super) fn validates(self) -> bool {
        matches!(self, Self::Strict | Self::Warn)
    }

    /// Whether fields that a kind does not have are dropped from what is sent.
    pub fn drops_unknown(self) -> bool {
        matches!(self, Self::Warn | Self::Ignore)
    }
}

/// Drops the fields that a struct does not have.
pub fn prune(value: &mut Value, of: &'static Struct) {
    let Value::Object(fields) = value else { return };
    fields.retain(|name, _| of.field(name).is_some());
    for (name, value) in fields {
        let Some(field) = of.field(name) else { continue };
        let Some(below) = item_struct(&field.ty).filter(|_| !matches!(field.ty.resolve(), Type::Map(..)))
        else {
            continue;
        };
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| prune(item, below)),
            one => prune(one, below),
        }
    }
}

/// The checks that kubectl makes by itself before it asks the server.
fn validate(source: &str, value: &Value) -> Result<(), CommandError> {
    let refuse = |why: &str| {
        Err(CommandError::plain(format!(
            "error validating {}: error validating data: {why}; if you choose to ignore these errors, turn validation \
             off with --validate=false",
            quote(source)
        )))
    };
    if !value.is_object() {
        return refuse("invalid object to validate");
    }
    let wants = |field: &str| value.get(field).and_then(Value::as_str).is_none_or(str::is_empty);
    match (wants("apiVersion"), wants("kind")) {
        (true, true) => refuse("[apiVersion not set, kind not set]"),
        (true, false) => refuse("apiVersion not set"),
        (false, true) => refuse("kind not set"),
        (false, false) => Ok(()),
    }
}

/// What remains to be wrong where nothing is checked: kubectl must know the kind.
fn decode(source: &str, value: &Value) -> Result<(), CommandError> {
    let refuse = |why: String| Err(CommandError::plain(format!("unable to decode {}: {why}", quote(source))));
    if !value.is_object() {
        let what = json_type(value).unwrap_or("null");
        return refuse(format!("json: cannot unmarshal {what} into Go value of type unstructured.detector"));
    }
    if text_at(value, &["kind"]).is_empty() {
        return refuse(format!("Object 'Kind' is missing in '{}'", crate::kubectl::formats::compact(value)));
    }
    Ok(())
}

/// Names and labels must be texts: kubectl itself decodes the metadata.
pub(super) fn check_metadata(source: &str, value: &Value) -> Result<(), CommandError> {
    let refuse = |what: &str, field: &str, ty: &str| {
        Err(CommandError::plain(format!(
            "unable to decode {}: json: cannot unmarshal {what} into Go struct field ObjectMeta.metadata.{field} of \
             type {ty}",
            quote(source)
        )))
    };
    let Some(metadata) = value.get("metadata") else {
        return Ok(());
    };
    for field in ["name", "namespace", "generateName"] {
        if let Some(what) = metadata.get(field).and_then(not_text) {
            return refuse(what, field, "string");
        }
    }
    for field in ["labels", "annotations"] {
        match metadata.get(field) {
            Some(Value::Object(entries)) => {
                if let Some(what) = entries.values().find_map(not_text) {
                    return refuse(what, field, "string");
                }
            }
            Some(other) => {
                if let Some(what) = json_type(other) {
                    return refuse(what, field, "map[string]string");
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn not_text(value: &Value) -> Option<&'static str> {
    if value.is_string() { None } else { json_type(value) }
}

fn json_type(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("bool"),
        Value::Number(_) => Some("number"),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}

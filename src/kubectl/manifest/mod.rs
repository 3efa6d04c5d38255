//! Reads manifests: files of the terminal, one or several documents each, in YAML or JSON.
//!
//! Models the stream visitor, staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go, and `infoForData`
//! beside it, Kubernetes v1.36. URLs are fetched by whoever runs the command;
//! `kustomize` reads kustomizations.
//!
//! - `files`: files, folders and patterns. `check`: what kubectl refuses by itself.

mod files;
mod check;
#[cfg(test)]
mod tests;

use check::check_metadata;
pub use check::{Check, prune};
pub use files::read_files;

use std::collections::VecDeque;

use serde_json::Value;

use super::error::CommandError;
use super::hints;
use super::objects::{set_at, text_at};
use super::quote::quote;
use crate::api::Kind;

/// A document of a manifest whose kind is served.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The file it comes from.
    pub source: String,
    /// Its kind.
    pub kind: Kind,
    /// It.
    pub value: Value,
}

/// What a file gave: its documents in order, each read or refused.
pub type Documents = Vec<Result<Document, CommandError>>;

/// Reads the documents of a text; reading ends at the first that is no YAML.
pub fn read_text(source: &str, text: &str, check: Check) -> Documents {
    let mut documents = Documents::new();
    for document in super::formats::documents(text) {
        match document {
            Err(why) => {
                documents.push(Err(CommandError::plain(format!("error parsing {source}: {why}"))));
                break;
            }
            Ok(Value::Null) => {}
            Ok(value) => {
                let is_last = check.validates() && check.refusal(source, &value).is_err();
                documents.extend(read_value(source, value, check));
                if is_last {
                    break;
                }
            }
        }
    }
    documents
}

/// The documents of a value: one, or those of a list.
pub fn read_value(source: &str, value: Value, check: Check) -> Documents {
    let mut documents = Documents::new();
    match check.refusal(source, &value) {
        Err(error) => documents.push(Err(error)),
        Ok(()) => flatten(source, value, &mut documents),
    }
    documents
}

/// The objects of a list, and of lists within it; what is wrong with them comes at its end, as one error.
fn flatten(source: &str, value: Value, documents: &mut Documents) {
    if !is_list(&value) {
        documents.push(document(source, value));
        return;
    }
    let mut errors = Vec::new();
    let mut waiting = VecDeque::from([value]);
    while let Some(mut value) = waiting.pop_front() {
        if is_list(&value) {
            waiting.extend(items(&mut value));
            continue;
        }
        match item(source, value) {
            Ok(document) => documents.push(Ok(document)),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        documents.push(Err(CommandError::Many(errors)));
    }
}

/// A list may be empty without brackets.
fn is_list(value: &Value) -> bool {
    value.get("items").is_some_and(|items| items.is_array() || items.is_null())
        && text_at(value, &["kind"]).ends_with("List")
}

/// The items of a list; one that names neither kind nor version has those of the list.
fn items(list: &mut Value) -> Vec<Value> {
    let version = list.get("apiVersion").cloned().unwrap_or_default();
    let kind = text_at(list, &["kind"]).strip_suffix("List").unwrap_or_default().to_owned();
    let Some(Value::Array(mut items)) = list.get_mut("items").map(Value::take) else { return Vec::new() };
    for item in &mut items {
        if text_at(item, &["apiVersion"]).is_empty() && text_at(item, &["kind"]).is_empty() {
            set_at(item, &["apiVersion"], version.clone());
            set_at(item, &["kind"], kind.as_str().into());
        }
    }
    items
}

fn document(source: &str, value: Value) -> Result<Document, CommandError> {
    check_metadata(source, &value)?;
    let (api_version, kind) = (text_at(&value, &["apiVersion"]), text_at(&value, &["kind"]));
    // The core kinds are found without a version.
    let found_in = if api_version.is_empty() { "v1" } else { api_version };
    let Some(kind) = Kind::of(found_in, kind) else {
        let hint = hints::manifest(api_version, kind);
        let error = CommandError::plain(format!(
            "resource mapping not found for name: {} namespace: {} from {}: {}\nensure CRDs are installed first",
            quote(text_at(&value, &["metadata", "name"])),
            quote(text_at(&value, &["metadata", "namespace"])),
            quote(source),
            no_matches(api_version, kind),
        ));
        return Err(error.with_hint(hint));
    };
    Ok(Document { source: source.to_owned(), kind, value })
}

/// An object of a list (`infoForObject`), about which less is said.
fn item(source: &str, value: Value) -> Result<Document, CommandError> {
    check_metadata(source, &value)?;
    let (api_version, kind) = (text_at(&value, &["apiVersion"]), text_at(&value, &["kind"]));
    if let Some(kind) = Kind::of(api_version, kind) {
        return Ok(Document { source: source.to_owned(), kind, value });
    }
    let untyped = |missing: &str| {
        format!("unable to get type info from the object \"*unstructured.Unstructured\": Object {missing}")
    };
    let message = if kind.is_empty() {
        untyped("'Kind' is missing in 'object has no kind field '")
    } else if api_version.is_empty() {
        untyped("'apiVersion' is missing in 'object has no apiVersion field'")
    } else {
        format!("unable to recognize {}", no_matches(api_version, kind))
    };
    Err(CommandError::plain(message).with_hint(hints::manifest(api_version, kind)))
}

fn no_matches(api_version: &str, kind: &str) -> String {
    format!("no matches for kind {} in version {}", quote(kind), quote(api_version))
}

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

use serde_json::Value;

use super::error::CommandError;
use super::hints;
use super::objects::text_at;
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
                // The visitor stops at a document that is no object at all.
                let is_refused = check.refusal(source, &value).is_err();
                documents.extend(read_value(source, value, check));
                if is_refused {
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

fn flatten(source: &str, value: Value, documents: &mut Documents) {
    let is_list =
        value.get("items").is_some_and(Value::is_array) && text_at(&value, &["kind"]).ends_with("List");
    if !is_list {
        documents.push(document(source, value));
        return;
    }
    if let Some(Value::Array(items)) = value.get("items") {
        for item in items {
            flatten(source, item.clone(), documents);
        }
    }
}

fn document(source: &str, value: Value) -> Result<Document, CommandError> {
    check_metadata(source, &value)?;
    let (api_version, kind) = (text_at(&value, &["apiVersion"]), text_at(&value, &["kind"]));
    let Some(kind) = Kind::of(api_version, kind) else {
        let hint = hints::manifest(api_version, kind);
        let error = CommandError::plain(format!(
            "resource mapping not found for name: {} namespace: {} from {}: no matches for kind {} in version {}\n\
             ensure CRDs are installed first",
            quote(text_at(&value, &["metadata", "name"])),
            quote(text_at(&value, &["metadata", "namespace"])),
            quote(source),
            quote(kind),
            quote(api_version),
        ));
        return Err(error.with_hint(hint));
    };
    Ok(Document { source: source.to_owned(), kind, value })
}

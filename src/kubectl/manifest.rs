//! Reads manifests: files of the terminal, one or several documents each, in YAML or JSON.
//!
//! Models the stream visitor, staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go, and `infoForData`
//! beside it, Kubernetes v1.36. URLs are fetched by whoever runs the command;
//! `kustomize` reads kustomizations.

use serde_json::Value;

use super::error::CommandError;
use super::hints;
use super::objects::text_at;
use super::quote::quote;
use super::session::Session;
use crate::api::Kind;
use crate::api::schema::{Struct, Type, item_struct};

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

/// How strictly fields are checked: `--validate`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Unknown fields are refused.
    #[default]
    Strict,
    /// Unknown fields are dropped with a warning.
    Warn,
    /// Unknown fields are dropped in silence.
    Ignore,
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
    fn refusal(self, source: &str, value: &Value) -> Result<(), CommandError> {
        if self == Self::Ignore { decode(source, value) } else { validate(source, value) }
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

/// What a file gave: its documents in order, each read or refused.
pub type Documents = Vec<Result<Document, CommandError>>;

/// Reads the files that `-f` names.
///
/// # Errors
/// When a file does not exist.
pub fn read_files(session: &Session, names: &[String], check: Check) -> Result<Documents, CommandError> {
    let mut errors = Vec::new();
    let mut documents = Vec::new();
    for name in names {
        if name == "-" {
            documents.extend(read_text("STDIN", session.stdin.as_deref().unwrap_or_default(), check));
            continue;
        }
        if let Some(text) = session.documents.get(name) {
            documents.extend(read_text(name, text, check));
            continue;
        }
        if name.starts_with("http://") || name.starts_with("https://") {
            return Err(CommandError::sandbox(format!(
                "the sandbox has no network: paste {name} into a file and name that"
            )));
        }
        match expand(session, name) {
            Ok(found) => {
                for (path, text) in found {
                    documents.extend(read_text(&path, text, check));
                }
            }
            Err(error) => errors.push(error),
        }
    }
    CommandError::all(errors)?;
    Ok(documents)
}

/// The files that a name stands for: a file, a folder or a pattern.
fn expand<'a>(session: &'a Session, name: &str) -> Result<Vec<(String, &'a str)>, CommandError> {
    if let Some(text) = session.file(name) {
        return Ok(vec![(name.to_owned(), text)]);
    }
    let readable = |path: &str| [".json", ".yaml", ".yml"].iter().any(|end| path.ends_with(end));
    let pattern = &session.key(name);
    let found: Vec<(String, &str)> = session
        .files
        .iter()
        .filter(|(path, _)| match pattern.as_str() {
            "" => readable(path) && !path.contains('/'),
            _ if pattern.contains(['*', '?']) => matches_pattern(pattern, path),
            _ => {
                let folder = pattern.trim_end_matches('/');
                readable(path) && path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
            }
        })
        .map(|(path, text)| (path.clone(), text.as_str()))
        .collect();
    if found.is_empty() {
        return Err(CommandError::plain(format!("the path {} does not exist", quote(name))));
    }
    Ok(found)
}

/// Whether a path matches a pattern of `*` and `?`.
fn matches_pattern(pattern: &str, path: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let path: Vec<char> = path.chars().collect();
    // The set of pattern places that the path's beginning can have reached.
    let mut reached = vec![false; pattern.len() + 1];
    let close = |reached: &mut Vec<bool>| {
        for (place, letter) in pattern.iter().enumerate() {
            if *letter == '*'
                && reached.get(place) == Some(&true)
                && let Some(next) = reached.get_mut(place + 1)
            {
                *next = true;
            }
        }
    };
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    close(&mut reached);
    for letter in path {
        let mut next = vec![false; pattern.len() + 1];
        for (place, wanted) in pattern.iter().enumerate() {
            if reached.get(place) != Some(&true) {
                continue;
            }
            let to = match wanted {
                '*' if letter != '/' => Some(place),
                '?' if letter != '/' => Some(place + 1),
                other if *other == letter => Some(place + 1),
                _ => None,
            };
            if let Some(slot) = to.and_then(|to| next.get_mut(to)) {
                *slot = true;
            }
        }
        reached = next;
        close(&mut reached);
    }
    reached.last() == Some(&true)
}

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
    for (field, name) in [("kind", "Kind"), ("apiVersion", "apiVersion")] {
        if text_at(value, &[field]).is_empty() {
            return refuse(format!("Object '{name}' is missing in '{}'", super::formats::compact(value)));
        }
    }
    Ok(())
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

/// Names and labels must be texts: kubectl itself decodes the metadata.
fn check_metadata(source: &str, value: &Value) -> Result<(), CommandError> {
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

#[cfg(test)]
mod tests {
    use super::{Check, matches_pattern, read_files};
    use crate::kubectl::Session;

    fn session(files: &[(&str, &str)]) -> Session {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Session { files, ..Session::default() }
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, path, expected) in [
            ("*.yaml", "web.yaml", true),
            ("*.yaml", "a/web.yaml", false),
            ("w?b*", "web.yaml", true),
            ("*", "", true),
            ("a*b*c", "aXbYc", true),
            ("a*b", "ac", false),
        ] {
            assert_eq!(matches_pattern(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn broken_manifests_are_refused_in_kubectls_words() {
        let cases = [
            (
                "kind: Pod\n",
                "error: error validating \"f.yaml\": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false\n",
            ),
            (
                "apiVersion: v1\n",
                "error: error validating \"f.yaml\": error validating data: kind not set; if you choose to ignore these errors, turn validation off with --validate=false\n",
            ),
            (
                "just text\n",
                "error: error validating \"f.yaml\": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false\n",
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {name: 3}\n",
                "error: unable to decode \"f.yaml\": json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string\n",
            ),
            (
                "apiVersion: v1\nkind: Pod\nmetadata: {labels: {a: true}}\n",
                "error: unable to decode \"f.yaml\": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string\n",
            ),
            (
                "apiVersion: apps/v1\nkind: StatfulSet\nmetadata: {name: web}\n",
                "error: resource mapping not found for name: \"web\" namespace: \"\" from \"f.yaml\": no matches for kind \"StatfulSet\" in version \"apps/v1\"\nensure CRDs are installed first\n",
            ),
        ];
        for (text, expected) in cases {
            let documents =
                read_files(&session(&[("f.yaml", text)]), &["f.yaml".to_owned()], Check::Strict).unwrap();
            assert_eq!(documents.len(), 1, "{text}");
            assert_eq!(documents[0].as_ref().unwrap_err().render(), expected);
        }
    }

    #[test]
    fn files_folders_and_patterns_are_found() {
        let files = session(&[
            ("a.yaml", "apiVersion: v1\nkind: Service\n---\n# nothing\n---\napiVersion: v1\nkind: Pod\n"),
            ("notes.txt", "x"),
            ("d/b.yaml", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod}]\n"),
        ]);
        let count =
            |name: &str| read_files(&files, &[name.to_owned()], Check::Strict).map(|found| found.len()).ok();
        assert_eq!(count("./a.yaml"), Some(2));
        assert_eq!(count("."), Some(2));
        assert_eq!(count("d"), Some(1));
        assert_eq!(count("*.yaml"), Some(2));
        assert_eq!(count("no.yaml"), None);
    }
}

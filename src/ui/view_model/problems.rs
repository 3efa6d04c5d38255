//! What is wrong with a manifest, with the line where it is.
//!
//! The YAML reader names its line; the schema names a field, whose line is looked for in the document's text.

use serde_json::Value;

use crate::api::schema::{DecodeError, decode};
use crate::api::yaml::read_manifest;
use crate::ui::examples::FIRST_TEXT;

/// Longer texts are not checked while they are typed.
const CHECKED_BYTES_MAX: usize = 200_000;

/// One fault in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; 0 when only the line is known.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// The faults of a text, in order.
pub fn problems(text: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    // The text with which the page starts has none, so that the start needs no parser.
    if text.len() > CHECKED_BYTES_MAX || text == FIRST_TEXT {
        return found;
    }
    check_all(text, &mut found);
    found
}

// Out of line, so that the page's start does not carry it.
#[inline(never)]
fn check_all(text: &str, found: &mut Vec<Problem>) {
    let manifest = read_manifest(text);
    for document in &manifest.documents {
        check(&document.value, text, document.line, found);
    }
    if let Some(error) = manifest.error {
        found.push(Problem { line: error.line.unwrap_or(1), column: 0, message: error.message });
    }
}

fn check(value: &Value, text: &str, start: usize, found: &mut Vec<Problem>) {
    let field = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (field("apiVersion"), field("kind"));
    let missing = match (value.is_object(), api_version.is_empty(), kind.is_empty()) {
        (false, ..) => Some("a manifest is a mapping with apiVersion and kind"),
        (_, true, _) => Some("apiVersion not set"),
        (_, _, true) => Some("kind not set"),
        _ => None,
    };
    if let Some(message) = missing {
        found.push(Problem { line: start, column: 0, message: message.to_owned() });
        return;
    }
    let messages = match decode(value, api_version, kind) {
        Ok(_) => return,
        Err(DecodeError::Strict(messages)) => messages,
        Err(error @ DecodeError::NotRegistered { .. }) => {
            let line = line_of(text, start, "kind");
            found.push(Problem { line, column: 0, message: format!("{error} in this sandbox") });
            return;
        }
        Err(error) => vec![error.to_string()],
    };
    for message in messages {
        let line = field_in(&message).map_or(start, |name| line_of(text, start, name));
        found.push(Problem { line, column: 0, message });
    }
}

/// The last name in the path that a message speaks of: `unknown field "spec.replica"` speaks of `replica`.
fn field_in(message: &str) -> Option<&str> {
    let path = message
        .split('"')
        .nth(1)
        .or_else(|| message.split_whitespace().find(|word| word.contains('.') && !word.ends_with('.')))?;
    path.rsplit('.').find(|name| !name.is_empty()).map(|name| name.split('[').next().unwrap_or(name))
}

/// The first line from `start` on whose key is `name`.
fn line_of(text: &str, start: usize, name: &str) -> usize {
    let is_key = |line: &str| {
        let bare = line.trim_start().trim_start_matches("- ").trim_start();
        bare.strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
    };
    let lines = text.lines().enumerate().skip(start.saturating_sub(1));
    lines
        .take_while(|(index, line)| index + 1 == start || !line.starts_with("---"))
        .find(|(_, line)| is_key(line))
        .map_or(start, |(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, String)> {
        problems(text).into_iter().map(|problem| (problem.line, problem.message)).collect()
    }

    #[test]
    fn a_good_manifest_has_no_problems() {
        let mut found = Vec::new();
        check_all(FIRST_TEXT, &mut found);
        assert_eq!(found, [], "the page's first text is not checked at all");
        assert_eq!(lines(""), []);
        assert_eq!(lines("# only a comment\n"), []);
    }

    #[test]
    fn faults_are_found_at_their_lines() {
        let broken = lines("apiVersion: v1\nkind: Pod\nmetadata:\n  name: [\n");
        assert_eq!(broken.len(), 1);
        assert!(broken.iter().all(|(line, _)| *line >= 4), "{broken:?}");
        let unknown = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: apps/v1\nkind: StatefulSet\nspec:\n  replica: 3\n";
        assert_eq!(lines(unknown), [(8, "unknown field \"spec.replica\"".to_owned())]);
        assert_eq!(lines("kind: Pod\n"), [(1, "apiVersion not set".to_owned())]);
    }
}

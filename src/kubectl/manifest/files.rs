//! Files of the session by name, folder and pattern.

use super::{Check, Documents, read_text};
use crate::kubectl::error::CommandError;
use crate::kubectl::quote::quote;
use crate::kubectl::session::Session;

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
pub(super) fn matches_pattern(pattern: &str, path: &str) -> bool {
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

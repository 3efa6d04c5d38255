//! Files of the session by name, folder and pattern.
//!
//! Models `FilenameParam`, `expandIfFilePattern` and `ExpandPathsToFileVisitors`,
//! staging/src/k8s.io/cli-runtime/pkg/resource, Kubernetes v1.36. Left out: sets of letters in patterns.

use super::{Check, Documents, read_text};
use crate::collections::sort_by_key;
use crate::kubectl::error::CommandError;
use crate::kubectl::quote::quote;
use crate::kubectl::session::Session;

/// What files may end with that are read because they lie in a folder.
const EXTENSIONS: [&str; 3] = [".json", ".yaml", ".yml"];

/// A file by the name under which errors know it, and its text.
type Found<'a> = Vec<(String, &'a str)>;

/// Reads the files that `-f` names; of a folder those directly in it, and with `recursive` all below it.
///
/// # Errors
/// When a file does not exist, or a folder has no files that are read.
pub fn read_files(
    session: &Session,
    names: &[String],
    recursive: bool,
    check: Check,
) -> Result<Documents, CommandError> {
    let mut errors = Vec::new();
    let mut documents = Documents::new();
    let mut any = false;
    for name in names {
        if name == "-" {
            any = true;
            documents.extend(read_text("STDIN", session.stdin.as_deref().unwrap_or_default(), check));
            continue;
        }
        if let Some(text) = session.documents.get(name) {
            any = true;
            documents.extend(read_text(name, text, check));
            continue;
        }
        if name.starts_with("http://") || name.starts_with("https://") {
            return Err(CommandError::sandbox(format!(
                "the sandbox has no network: paste {name} into a file and name that"
            )));
        }
        let paths = expand(session, name);
        if paths.is_empty() {
            errors.push(CommandError::plain(format!("the path {} does not exist", quote(name))));
            continue;
        }
        let found: Found<'_> = paths.iter().flat_map(|path| walk(session, path, recursive)).collect();
        any |= !found.is_empty();
        if !any && errors.is_empty() {
            let (paths, extensions) = (paths.join(" "), EXTENSIONS.join(" "));
            let text = format!("error reading [{paths}]: recognized file extensions are [{extensions}]");
            errors.push(CommandError::plain(text));
        }
        for (path, text) in found {
            documents.extend(read_text(&path, text, check));
        }
    }
    CommandError::all(errors)?;
    Ok(documents)
}

/// The files and folders that a name or a pattern stands for, as `filepath.Glob` lists them.
fn expand(session: &Session, name: &str) -> Vec<String> {
    if session.file(name).is_some() || is_folder(session, &session.key(name)) {
        return vec![name.to_owned()];
    }
    let Some(fixed) = name.find(['*', '?']).and_then(|first| name.get(..first)) else {
        return Vec::new();
    };
    let folder =
        fixed.rsplit_once('/').map_or("", |(folder, _)| if folder.is_empty() { "/" } else { folder });
    let (pattern, folder_key) = (session.key(name), session.key(folder));
    let mut found: Vec<&str> = Vec::new();
    for path in session.files.keys().chain(&session.folders) {
        // The file, and the folders above it.
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let parts = ends.filter_map(|end| path.get(..end)).filter(|part| !part.is_empty());
        for part in parts.filter(|part| matches_pattern(&pattern, part)) {
            if !found.contains(&part) {
                found.push(part);
            }
        }
    }
    sort_by_key(&mut found, |path| parts(path));
    let found = found.into_iter().filter_map(|path| below(&folder_key, path));
    found.map(|path| join(folder, path)).collect()
}

/// A path's names; by them a folder's files go before what follows the folder.
fn parts(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

/// A name in a folder, where the folder is as it was typed.
fn join(folder: &str, name: &str) -> String {
    let root = if folder.starts_with('/') { "/" } else { "" };
    let names = folder.split('/').filter(|name| !matches!(*name, "" | ".")).chain([name]);
    format!("{root}{}", names.collect::<Vec<_>>().join("/"))
}

/// What a key has below a folder's key.
fn below<'a>(folder: &str, key: &'a str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(key).filter(|key| !key.starts_with('/'));
    }
    key.strip_prefix(folder)?.strip_prefix('/')
}

fn is_folder(session: &Session, key: &str) -> bool {
    let mut paths = session.files.keys().chain(&session.folders);
    key.is_empty() || session.folders.contains(key) || paths.any(|path| below(key, path).is_some())
}

/// A file, or the files of a folder in the order in which `filepath.Walk` meets them.
fn walk<'a>(session: &'a Session, path: &str, recursive: bool) -> Found<'a> {
    if let Some(text) = session.file(path) {
        return vec![(path.to_owned(), text)];
    }
    let folder = session.key(path);
    let readable = |name: &str| {
        (recursive || !name.contains('/')) && EXTENSIONS.iter().any(|extension| name.ends_with(extension))
    };
    let mut found: Found<'a> = Vec::new();
    for (key, text) in &session.files {
        if let Some(name) = below(&folder, key).filter(|name| readable(name)) {
            found.push((join(path, name), text.as_str()));
        }
    }
    sort_by_key(&mut found, |(path, _)| parts(path));
    found
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

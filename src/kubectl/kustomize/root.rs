//! The folder of a kustomization: its files, and those below it.
//!
//! Models sigs.k8s.io/kustomize/api/internal/loader/fileloader.go, v0.21. Left out: git, and URLs that the
//! command line does not name.

use super::Wrong;
use crate::kubectl::session::{HOME, Session};

/// A folder that a kustomization stands in.
#[derive(Clone, Debug)]
pub(super) struct Root<'a> {
    session: &'a Session,
    /// Absolute.
    path: String,
}

impl<'a> Root<'a> {
    /// The folder that a command names.
    pub(super) fn of(session: &'a Session, folder: &str) -> Result<Self, Wrong> {
        let path = absolute(&session.key(folder));
        let root = Self { session, path };
        root.confirm(folder)
    }

    /// A folder that a kustomization names.
    pub(super) fn below(&self, folder: &str) -> Result<Self, Wrong> {
        if folder.starts_with('/') {
            return Err(format!("new root '{folder}' cannot be absolute"));
        }
        let path = absolute(&self.key(folder));
        let root = Self { session: self.session, path }.confirm(&absolute(&self.key(folder)))?;
        if self.path == root.path || self.path.starts_with(&format!("{}/", root.path)) {
            return Err(format!(
                "cycle detected: candidate root '{}' contains visited root '{}'",
                root.path, self.path
            ));
        }
        Ok(root)
    }

    fn confirm(self, shown: &str) -> Result<Self, Wrong> {
        let key = self.session.key(&self.path);
        let wrong = |why: String| format!("must build at directory: {why}");
        if self.session.files.contains_key(&key) {
            return Err(wrong(format!("'{shown}': file is not directory")));
        }
        let below = format!("{key}/");
        let has_below = |name: &String| key.is_empty() || name.starts_with(&below);
        if key.is_empty() || self.session.folders.contains(&key) || self.session.files.keys().any(has_below) {
            return Ok(self);
        }
        Err(wrong(format!("not a valid directory: {}", missing(shown, &self.path))))
    }

    fn key(&self, name: &str) -> String {
        let path = if name.starts_with('/') { name.to_owned() } else { format!("{}/{name}", self.path) };
        self.session.key(&path)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The text of a file in it, or below.
    pub(super) fn read(&self, name: &str) -> Result<&'a str, Wrong> {
        let key = self.key(name);
        let path = absolute(&key);
        let Some(text) = self.session.files.get(&key) else {
            let folder = self.below(name);
            return Err(match folder {
                Ok(_) => format!("'{path}' must resolve to a file"),
                Err(_) => missing(&path, &path),
            });
        };
        if path.starts_with(&format!("{}/", self.path)) {
            Ok(text)
        } else {
            Err(format!("security; file '{path}' is not in or below '{}'", self.path))
        }
    }
}

fn missing(shown: &str, path: &str) -> String {
    format!("evalsymlink failure on '{shown}' : lstat {path}: no such file or directory")
}

fn absolute(key: &str) -> String {
    match key {
        "" => HOME.to_owned(),
        key if key.starts_with('/') => key.to_owned(),
        key => format!("{HOME}/{key}"),
    }
}

//! What the terminals' shells stand on: the session's files, and kubectl among the programs.

use std::any::Any;

use super::{Cluster, commands, documents};
use crate::api::Timestamp;
use crate::kubectl::Session;
use crate::kubectl::session::HOME;
use crate::shell::files::{FILE_MAX, entries, split};
use crate::shell::web::{FetchError, Obstacle, Response, Url};
use crate::shell::{Call, FileEntry, FileError, FileKind, Files, Host, NotFound, Program, programs};
use crate::sim::Time;

/// What is said of a program that is not here.
#[inline(never)]
fn lack(name: &str) -> String {
    let instead = match name {
        "jq" | "yq" => "kubectl's -o jsonpath=… and -o custom-columns=… pick fields",
        "helm" => "paste what helm template prints into a file",
        "kustomize" => "kubectl kustomize does the same",
        "find" => "ls, * and grep -rl look for files",
        _ => "it runs kubectl (or k for short), and what help lists",
    };
    format!("the sandbox's terminal does not have {name}: {instead}")
}

/// Bytes that all files of the session may have.
const FILES_MAX: usize = 8 << 20;
/// Files that the session may have.
const COUNT_MAX: usize = 2_000;
/// Folders that are always there, with those above them.
const FOLDERS: &[&str] = &["/", "/home", HOME, "/tmp", "/etc", "/usr", "/usr/bin", "/bin", "/var"];

impl Host for Cluster {
    fn start(&mut self, call: &Call) -> Result<Box<dyn Program>, NotFound> {
        if let Some(program) = commands::start(call) {
            return Ok(program);
        }
        programs::start(call)
            .map_err(|missing| NotFound { hint: missing.hint.or_else(|| Some(lack(call.name()))) })
    }

    fn files(&mut self) -> &mut dyn Files {
        &mut self.session
    }

    fn fetch(&mut self, url: &Url, method: &str, agent: &str) -> Result<Response, FetchError> {
        if let Some(text) = documents::find(&url.to_string()) {
            return Ok(Response::of(200, "text/plain; charset=utf-8", text));
        }
        self.with_world(|world| world.fetch_from_outside(url, method, agent)).map_err(|error| {
            let is_unknown = error.obstacle == Obstacle::Unresolved;
            let hint = is_unknown.then(|| {
                format!(
                    "the sandbox has no network, only the documents' examples and the cluster's nodes: paste {url} into a file"
                )
            });
            FetchError { hint: error.hint.filter(|_| !is_unknown).or(hint), ..error }
        })
    }

    fn unix_seconds(&self, now: Time) -> u64 {
        u64::try_from(Timestamp::at(now).unix_seconds()).unwrap_or_default()
    }

    fn world(&mut self) -> &mut dyn Any {
        self
    }
}

/// Files are kept by their name from the home folder on; a path elsewhere is kept whole.
impl Files for Session {
    fn kind(&self, path: &str) -> Option<FileKind> {
        let key = self.key(path);
        if self.files.contains_key(&key) {
            return Some(FileKind::File);
        }
        let below = format!("{key}/");
        let holds = |name: &String| name.starts_with(&below);
        let is_folder = FOLDERS.contains(&path)
            || self.folders.contains(&key)
            || self.files.keys().any(holds)
            || self.folders.iter().any(holds);
        is_folder.then_some(FileKind::Folder)
    }

    fn read(&self, path: &str) -> Result<String, FileError> {
        match (self.files.get(&self.key(path)), self.kind(path)) {
            (Some(text), _) => Ok(text.clone()),
            (None, Some(_)) => Err(FileError::IsFolder),
            (None, None) => Err(FileError::NotFound),
        }
    }

    fn write(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        match (self.kind(path), self.kind(split(path).0)) {
            (Some(FileKind::Folder), _) => return Err(FileError::IsFolder),
            (_, Some(FileKind::Folder)) => {}
            (_, Some(FileKind::File)) => return Err(FileError::NotFolder),
            (_, None) => return Err(FileError::NotFound),
        }
        if text.len() > FILE_MAX {
            return Err(FileError::TooLarge);
        }
        let key = self.key(path);
        let bytes: usize = self.files.values().map(String::len).sum();
        let is_full = !self.files.contains_key(&key) && self.files.len() >= COUNT_MAX;
        if is_full || bytes + text.len() > FILES_MAX {
            return Err(FileError::NoSpace);
        }
        self.files.insert(key, text.to_owned());
        Ok(())
    }

    fn append(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        match self.files.get_mut(&self.key(path)) {
            Some(before) if before.len() + text.len() <= FILE_MAX => {
                before.push_str(text);
                Ok(())
            }
            Some(_) => Err(FileError::TooLarge),
            None => self.write(path, text),
        }
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        match (self.kind(path), self.kind(split(path).0)) {
            (Some(_), _) => return Err(FileError::Exists),
            (None, Some(FileKind::Folder)) => {}
            (None, Some(FileKind::File)) => return Err(FileError::NotFolder),
            (None, None) => return Err(FileError::NotFound),
        }
        if self.folders.len() >= COUNT_MAX {
            return Err(FileError::NoSpace);
        }
        self.folders.insert(self.key(path));
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        let key = self.key(path);
        if self.files.remove(&key).is_some() {
            let folder = split(path).0;
            if self.kind(folder).is_none() {
                self.folders.insert(self.key(folder));
            }
            return Ok(());
        }
        match self.kind(path) {
            None => Err(FileError::NotFound),
            Some(_) if FOLDERS.contains(&path) => Err(FileError::Refused),
            Some(_) if !self.list(path)?.is_empty() => Err(FileError::NotEmpty),
            Some(_) => {
                self.folders.remove(&key);
                Ok(())
            }
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FileEntry>, FileError> {
        match self.kind(folder) {
            None => return Err(FileError::NotFound),
            Some(FileKind::File) => return Err(FileError::NotFolder),
            Some(FileKind::Folder) => {}
        }
        let path = |key: &String| if key.starts_with('/') { key.clone() } else { format!("{HOME}/{key}") };
        let mut all: Vec<(String, FileKind, usize)> =
            FOLDERS.iter().map(|folder| ((*folder).to_owned(), FileKind::Folder, 0)).collect();
        all.extend(self.folders.iter().map(|key| (path(key), FileKind::Folder, 0)));
        all.extend(self.files.iter().map(|(key, text)| (path(key), FileKind::File, text.len())));
        Ok(entries(folder, all.iter().map(|(path, kind, bytes)| (path.as_str(), *kind, *bytes))))
    }
}

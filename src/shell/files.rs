//! Paths, and a tree of files for containers and tests.

use super::host::{FileEntry, FileError, FileKind, Files};
use crate::collections::SortedMap;

/// Bytes that one file may have.
pub const FILE_MAX: usize = 1 << 20;
/// Bytes that all files of a tree may have.
const TREE_MAX: usize = 8 << 20;

/// The absolute path that a name means in a folder, without `.`, `..` and a slash at the end.
pub fn resolve(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let start = if name.starts_with('/') { "" } else { folder };
    for part in start.split('/').chain(name.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The folder that a path stands in, and its name there.
pub fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => ("/", path),
    }
}

/// Files and folders in memory. Folders above a file that is written are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileTree {
    /// The text of each file; `None` of a folder.
    nodes: SortedMap<String, Option<String>>,
}

impl FileTree {
    /// A tree with these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.nodes.insert((*path).to_owned(), Some((*text).to_owned()));
        }
        tree
    }

    /// All files with their texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.nodes.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    fn has_below(&self, path: &str) -> bool {
        self.nodes.keys().any(|known| is_below(path, known))
    }
}

fn is_below(folder: &str, path: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

/// The entries of a folder, made of the paths of all files and folders below it.
pub fn entries<'a>(folder: &str, all: impl Iterator<Item = (&'a str, FileKind, usize)>) -> Vec<FileEntry> {
    let mut found: SortedMap<String, FileEntry> = SortedMap::new();
    for (path, kind, bytes) in all.filter(|(path, ..)| is_below(folder, path)) {
        let rest = path.get(folder.trim_end_matches('/').len() + 1..).unwrap_or_default();
        let entry = match rest.split_once('/') {
            None => FileEntry { name: rest.to_owned(), kind, bytes },
            Some((name, _)) => FileEntry { name: name.to_owned(), kind: FileKind::Folder, bytes: 0 },
        };
        found.insert(entry.name.clone(), entry);
    }
    found.values().cloned().collect()
}

impl Files for FileTree {
    fn kind(&self, path: &str) -> Option<FileKind> {
        match self.nodes.get(path) {
            Some(Some(_)) => Some(FileKind::File),
            Some(None) => Some(FileKind::Folder),
            None => (path == "/" || self.has_below(path)).then_some(FileKind::Folder),
        }
    }

    fn read(&self, path: &str) -> Result<String, FileError> {
        match (self.nodes.get(path), self.kind(path)) {
            (Some(Some(text)), _) => Ok(text.clone()),
            (_, Some(_)) => Err(FileError::IsFolder),
            _ => Err(FileError::NotFound),
        }
    }

    fn write(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        if self.kind(path) == Some(FileKind::Folder) {
            return Err(FileError::IsFolder);
        }
        match self.kind(split(path).0) {
            Some(FileKind::Folder) => {}
            Some(FileKind::File) => return Err(FileError::NotFolder),
            None => return Err(FileError::NotFound),
        }
        if text.len() > FILE_MAX {
            return Err(FileError::TooLarge);
        }
        let others: usize = self.iter().filter(|(known, _)| *known != path).map(|(_, text)| text.len()).sum();
        if others + text.len() > TREE_MAX {
            return Err(FileError::NoSpace);
        }
        self.nodes.insert(path.to_owned(), Some(text.to_owned()));
        Ok(())
    }

    fn append(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        match self.nodes.get_mut(path) {
            Some(Some(before)) if before.len() + text.len() <= FILE_MAX => {
                before.push_str(text);
                Ok(())
            }
            Some(Some(_)) => Err(FileError::TooLarge),
            _ => self.write(path, text),
        }
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        if self.kind(path).is_some() {
            return Err(FileError::Exists);
        }
        match self.kind(split(path).0) {
            Some(FileKind::Folder) => {}
            Some(FileKind::File) => return Err(FileError::NotFolder),
            None => return Err(FileError::NotFound),
        }
        self.nodes.insert(path.to_owned(), None);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        match self.kind(path) {
            None => Err(FileError::NotFound),
            Some(FileKind::Folder) if self.has_below(path) => Err(FileError::NotEmpty),
            Some(_) => {
                self.nodes.remove(path);
                // The folder stays, although nothing in it says that it is there.
                let folder = split(path).0;
                if folder != "/" && self.kind(folder).is_none() {
                    self.nodes.insert(folder.to_owned(), None);
                }
                Ok(())
            }
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FileEntry>, FileError> {
        match self.kind(folder) {
            None => Err(FileError::NotFound),
            Some(FileKind::File) => Err(FileError::NotFolder),
            Some(FileKind::Folder) => Ok(entries(
                folder,
                self.nodes.iter().map(|(path, text)| match text {
                    Some(text) => (path.as_str(), FileKind::File, text.len()),
                    None => (path.as_str(), FileKind::Folder, 0),
                }),
            )),
        }
    }
}

//! Files: those of an image, and what was changed on top of them; or a volume, which begins empty.

use super::images::Image;
use crate::collections::SortedMap;
use crate::shell::files::{FILE_MAX, entries, split};
use crate::shell::{FileEntry, FileError, FileKind};
use crate::sim::Time;

/// Bytes that what was changed may have.
const CHANGED_MAX: usize = 8 << 20;
/// Files that may have been changed.
const COUNT_MAX: usize = 2_000;

/// Something that was written, or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    File { text: String, at: Time },
    Folder { at: Time },
    Gone,
}

/// A tree of files.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    image: Option<&'static Image>,
    changed: SortedMap<String, Node>,
}

impl Tree {
    /// The files of an image.
    pub(super) fn of(image: &'static Image) -> Self {
        Self { image: Some(image), changed: SortedMap::new() }
    }

    /// Whether the image's own file under a path is still as it was.
    pub(super) fn is_untouched(&self, path: &str) -> bool {
        !self.changed.contains_key(path)
    }

    /// Everything by path: what was changed, and what the image has besides.
    fn all(&self) -> impl Iterator<Item = (&str, FileKind, usize)> {
        let own = self.changed.iter().filter_map(|(path, node)| match node {
            Node::File { text, .. } => Some((path.as_str(), FileKind::File, text.len())),
            Node::Folder { .. } => Some((path.as_str(), FileKind::Folder, 0)),
            Node::Gone => None,
        });
        let image = self.image.into_iter().flat_map(Image::paths);
        own.chain(image.filter(|(path, ..)| self.is_untouched(path)))
    }

    pub(super) fn kind(&self, path: &str) -> Option<FileKind> {
        match self.changed.get(path) {
            Some(Node::File { .. }) => return Some(FileKind::File),
            Some(Node::Folder { .. }) => return Some(FileKind::Folder),
            Some(Node::Gone) => return None,
            None => {}
        }
        if path == "/" {
            return Some(FileKind::Folder);
        }
        let below = |known: &str| known.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let mut found = None;
        for (known, kind, _) in self.all() {
            if known == path {
                return Some(kind);
            }
            if below(known) {
                found = Some(FileKind::Folder);
            }
        }
        found
    }

    pub(super) fn read(&self, path: &str) -> Result<String, FileError> {
        if let Some(Node::File { text, .. }) = self.changed.get(path) {
            return Ok(text.clone());
        }
        match self.kind(path) {
            None => Err(FileError::NotFound),
            Some(FileKind::Folder) => Err(FileError::IsFolder),
            Some(FileKind::File) => {
                Ok(self.image.and_then(|image| image.text(path)).unwrap_or_default().to_owned())
            }
        }
    }

    pub(super) fn write(&mut self, path: &str, text: String, at: Time) -> Result<(), FileError> {
        match (self.kind(path), self.kind(split(path).0)) {
            (Some(FileKind::Folder), _) => return Err(FileError::IsFolder),
            (_, Some(FileKind::Folder)) => {}
            (_, Some(FileKind::File)) => return Err(FileError::NotFolder),
            (_, None) => return Err(FileError::NotFound),
        }
        if text.len() > FILE_MAX {
            return Err(FileError::TooLarge);
        }
        let others = self.changed.iter().filter(|(known, _)| known.as_str() != path);
        let bytes: usize =
            others.map(|(_, node)| if let Node::File { text, .. } = node { text.len() } else { 0 }).sum();
        if bytes + text.len() > CHANGED_MAX || self.changed.len() >= COUNT_MAX {
            return Err(FileError::NoSpace);
        }
        self.changed.insert(path.to_owned(), Node::File { text, at });
        Ok(())
    }

    /// Writes a file with the folders above it.
    pub(super) fn put(&mut self, path: &str, text: String, at: Time) {
        for (end, _) in path.match_indices('/').skip(1) {
            let folder = path.get(..end).unwrap_or_default();
            if self.kind(folder).is_none() {
                self.changed.insert(folder.to_owned(), Node::Folder { at });
            }
        }
        // What has no room is not there.
        self.write(path, text, at).unwrap_or_default();
    }

    pub(super) fn make_folder(&mut self, path: &str, at: Time) -> Result<(), FileError> {
        match (self.kind(path), self.kind(split(path).0)) {
            (Some(_), _) => return Err(FileError::Exists),
            (None, Some(FileKind::Folder)) => {}
            (None, Some(FileKind::File)) => return Err(FileError::NotFolder),
            (None, None) => return Err(FileError::NotFound),
        }
        if self.changed.len() >= COUNT_MAX {
            return Err(FileError::NoSpace);
        }
        self.changed.insert(path.to_owned(), Node::Folder { at });
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &str, at: Time) -> Result<(), FileError> {
        match self.kind(path) {
            None => return Err(FileError::NotFound),
            Some(FileKind::Folder) if !self.list(path)?.is_empty() => return Err(FileError::NotEmpty),
            Some(_) => {}
        }
        self.changed.insert(path.to_owned(), Node::Gone);
        // The folder stays, although nothing in it says that it is there.
        let folder = split(path).0;
        if self.kind(folder).is_none() {
            self.changed.insert(folder.to_owned(), Node::Folder { at });
        }
        Ok(())
    }

    pub(super) fn list(&self, folder: &str) -> Result<Vec<FileEntry>, FileError> {
        match self.kind(folder) {
            None => Err(FileError::NotFound),
            Some(FileKind::File) => Err(FileError::NotFolder),
            Some(FileKind::Folder) => Ok(entries(folder, self.all())),
        }
    }

    /// When a path was changed; `None` of what is as the image has it.
    pub(super) fn changed_at(&self, path: &str) -> Option<Time> {
        match self.changed.get(path) {
            Some(Node::File { at, .. } | Node::Folder { at }) => Some(*at),
            _ => None,
        }
    }
}

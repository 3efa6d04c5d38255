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
        let own = if let Some(Node::File { text, .. }) = self.changed.get(path) { text.len() } else { 0 };
        if self.bytes() - own + text.len() > CHANGED_MAX || self.changed.len() >= COUNT_MAX {
            return Err(FileError::NoSpace);
        }
        self.changed.insert(path.to_owned(), Node::File { text, at });
        Ok(())
    }

    /// Writes at the end of a file that is there.
    pub(super) fn append(&mut self, path: &str, more: &str, at: Time) -> Result<(), FileError> {
        let bytes = self.bytes();
        match self.changed.get_mut(path) {
            Some(Node::File { text, at: changed }) => {
                if text.len() + more.len() > FILE_MAX {
                    return Err(FileError::TooLarge);
                }
                if bytes + more.len() > CHANGED_MAX {
                    return Err(FileError::NoSpace);
                }
                text.push_str(more);
                *changed = at;
                Ok(())
            }
            _ => self.write(path, self.read(path)? + more, at),
        }
    }

    /// The bytes of all files that were changed.
    fn bytes(&self) -> usize {
        let bytes = |node: &Node| if let Node::File { text, .. } = node { text.len() } else { 0 };
        self.changed.values().map(bytes).sum()
    }

    /// Writes a file with the folders above it.
    pub(super) fn put(&mut self, path: &str, text: String, at: Time) {
        self.make_folders(split(path).0, at);
        // What has no room is not there.
        self.write(path, text, at).unwrap_or_default();
    }

    /// Makes a folder with those above it, where there is none.
    pub(super) fn make_folders(&mut self, path: &str, at: Time) {
        let path = path.trim_end_matches('/');
        for end in path.match_indices('/').map(|(end, _)| end).skip(1).chain([path.len()]) {
            let folder = path.get(..end).filter(|folder| !folder.is_empty());
            if let Some(folder) = folder.filter(|folder| self.kind(folder).is_none()) {
                self.changed.insert(folder.to_owned(), Node::Folder { at });
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containers::images;

    #[test]
    fn what_was_changed_lies_over_the_image() {
        let mut tree = Tree::of(images::of("nginx"));
        let (file, at) = ("/usr/share/nginx/html/index.html", Time::from_ms(5));
        assert!(tree.read(file).unwrap().contains("Welcome to nginx!") && tree.is_untouched(file));
        assert_eq!(tree.write(file, "mine".to_owned(), at), Ok(()));
        assert_eq!((tree.read(file).as_deref(), tree.changed_at(file)), (Ok("mine"), Some(at)));
        assert_eq!(tree.remove(file, at), Ok(()));
        assert_eq!((tree.kind(file), tree.read(file)), (None, Err(FileError::NotFound)));
        assert_eq!(tree.remove("/usr/share/nginx/html", at), Err(FileError::NotEmpty));
        assert_eq!(tree.remove("/usr/share/nginx/html/50x.html", at), Ok(()));
        assert_eq!(tree.kind("/usr/share/nginx/html"), Some(FileKind::Folder));
        assert_eq!(tree.write("/no/such/folder", String::new(), at), Err(FileError::NotFound));
        assert_eq!(tree.write("/tmp", String::new(), at), Err(FileError::IsFolder));
        assert_eq!(tree.make_folder("/tmp", at), Err(FileError::Exists));
        let names: Vec<String> =
            tree.list("/etc/nginx").unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["conf.d", "nginx.conf"]);
        assert_eq!(tree.write("/tmp/x", "x".repeat(FILE_MAX + 1), at), Err(FileError::TooLarge));
    }
}

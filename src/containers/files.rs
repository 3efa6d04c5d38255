//! The files of the container that a world is in: its image's, what was written, and what is mounted.

use super::World;
use super::instance::Instance;
use super::mounts::{Mount, Source};
use super::tree::Tree;
use crate::api::Timestamp;
use crate::shell::files::{entries, split};
use crate::shell::{Attributes, FileEntry, FileError, FileKind, Files};

/// Links that lead to links.
const LINKS_MAX: u32 = 8;

/// Where a path leads.
enum Spot<'a> {
    /// The container's own files.
    Own(&'a Tree, String),
    /// A volume, which may not have been looked into.
    Volume(Option<&'a Tree>, String),
    /// Files made of objects.
    Made(&'a Mount, String),
}

impl World {
    /// The path behind the image's links.
    pub(super) fn real_path(&self, path: &str) -> String {
        let Some(held) = self.instance() else { return path.to_owned() };
        let mut path = path.to_owned();
        for _ in 0..LINKS_MAX {
            let link = held.image.links().find_map(|(from, to)| {
                let rest = path.strip_prefix(from)?;
                (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
            });
            match link {
                Some(real) if held.tree.is_untouched(&path) => path = real,
                _ => break,
            }
        }
        path
    }

    fn spot(&self, path: &str) -> Option<Spot<'_>> {
        let held = self.instance()?;
        let path = self.real_path(path);
        let Some((mount, rest)) = mount_of(held, &path) else { return Some(Spot::Own(&held.tree, path)) };
        Some(match &mount.source {
            Source::Volume(key, root) => {
                let inner = format!("{}{rest}", root.trim_end_matches('/'));
                let inner = if inner.is_empty() { "/".to_owned() } else { inner };
                Spot::Volume(self.containers.volumes.get(key), inner)
            }
            Source::Files(_) => Spot::Made(mount, rest),
        })
    }

    /// Changes files where a path leads.
    fn change(
        &mut self,
        path: &str,
        change: impl FnOnce(&mut Tree, &str) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        let path = self.real_path(path);
        let id = self.here.clone();
        let held = self.containers.instances.get_mut(&id).ok_or(FileError::NotFound)?;
        let mount = mount_of(held, &path).map(|(mount, rest)| (mount.clone(), rest));
        let done = match mount {
            Some((mount, _)) if mount.is_read_only => Err(FileError::ReadOnly),
            Some((Mount { source: Source::Files(_), .. }, _)) => Err(FileError::ReadOnly),
            Some((Mount { source: Source::Volume(key, root), .. }, rest)) => {
                let inner = format!("{}{rest}", root.trim_end_matches('/'));
                self.written.insert((key.clone(), id.clone()));
                let tree = self.containers.volumes.entry(key).or_default();
                // A folder of the node, or a path within a volume, is made where there is none.
                tree.make_folders(&root, self.at);
                change(tree, if inner.is_empty() { "/" } else { &inner })
            }
            None if is_read_only(held) => Err(FileError::ReadOnly),
            None => change(&mut held.tree, &path),
        };
        if done.is_ok() {
            self.containers.changes += 1;
            if self.is_visited {
                self.touched.insert(id);
            }
        }
        done
    }
}

fn is_read_only(held: &Instance) -> bool {
    let context = held.container.extra.get("securityContext");
    context.and_then(|context| context.get("readOnlyRootFilesystem")).is_some_and(|value| value == true)
}

/// The mount under which a path lies, and the rest of the path.
pub(super) fn mount_of<'a>(held: &'a Instance, path: &str) -> Option<(&'a Mount, String)> {
    held.mounts.iter().find_map(|mount| {
        let rest = path.strip_prefix(mount.path.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| (mount, rest.to_owned()))
    })
}

fn made(mount: &Mount) -> impl Iterator<Item = (&str, FileKind, usize)> {
    let files = if let Source::Files(files) = &mount.source { Some(files) } else { None };
    files
        .into_iter()
        .flat_map(|files| files.iter().map(|(path, text)| (path.as_str(), FileKind::File, text.len())))
}

fn made_kind(mount: &Mount, rest: &str) -> Option<FileKind> {
    if rest.is_empty() && !mount.is_file {
        return Some(FileKind::Folder);
    }
    let below = format!("{rest}/");
    let mut found = None;
    for (path, ..) in made(mount) {
        if path == rest {
            return Some(FileKind::File);
        }
        if path.starts_with(&below) {
            found = Some(FileKind::Folder);
        }
    }
    found
}

impl Files for World {
    fn kind(&self, path: &str) -> Option<FileKind> {
        let found = match self.spot(path)? {
            Spot::Own(tree, path) => tree.kind(&path),
            Spot::Volume(_, inner) if inner == "/" => Some(FileKind::Folder),
            Spot::Volume(tree, inner) => tree.and_then(|tree| tree.kind(&inner)),
            Spot::Made(mount, rest) => made_kind(mount, &rest),
        };
        // What lies on the way to a mount is a folder; so is the mount of a path within a volume.
        found.or_else(|| {
            let path = self.real_path(path);
            let below = format!("{}/", path.trim_end_matches('/'));
            let mounts = &self.instance()?.mounts;
            let leads =
                |mount: &Mount| mount.path.starts_with(&below) || (mount.path == path && !mount.is_file);
            mounts.iter().any(leads).then_some(FileKind::Folder)
        })
    }

    fn read(&self, path: &str) -> Result<String, FileError> {
        match self.spot(path).ok_or(FileError::NotFound)? {
            Spot::Own(tree, path) => tree.read(&path),
            Spot::Volume(tree, inner) => match (tree, self.kind(path)) {
                (_, Some(FileKind::Folder)) => Err(FileError::IsFolder),
                (Some(tree), Some(FileKind::File)) => tree.read(&inner),
                _ => Err(FileError::NotFound),
            },
            Spot::Made(mount, rest) => match (made_kind(mount, &rest), &mount.source) {
                (Some(FileKind::Folder), _) => Err(FileError::IsFolder),
                (Some(FileKind::File), Source::Files(files)) => {
                    Ok(files.get(&rest).cloned().unwrap_or_default())
                }
                _ => Err(FileError::NotFound),
            },
        }
    }

    fn write(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        let at = self.at;
        self.change(path, |tree, path| tree.write(path, text.to_owned(), at))
    }

    fn append(&mut self, path: &str, text: &str) -> Result<(), FileError> {
        if Files::kind(self, path) != Some(FileKind::File) {
            return self.write(path, text);
        }
        let at = self.at;
        self.change(path, |tree, path| tree.append(path, text, at))
    }

    fn make_folder(&mut self, path: &str) -> Result<(), FileError> {
        if Files::kind(self, path).is_some() {
            return Err(FileError::Exists);
        }
        let at = self.at;
        self.change(path, |tree, path| tree.make_folder(path, at))
    }

    fn remove(&mut self, path: &str) -> Result<(), FileError> {
        match Files::kind(self, path) {
            None => return Err(FileError::NotFound),
            Some(FileKind::Folder) if !self.list(path)?.is_empty() => return Err(FileError::NotEmpty),
            Some(_) => {}
        }
        let at = self.at;
        self.change(path, |tree, path| tree.remove(path, at))
    }

    fn attributes(&self, path: &str) -> Attributes {
        let is_folder = self.kind(path) == Some(FileKind::Folder);
        let Some(held) = self.instance() else {
            return Attributes {
                mode: String::new(),
                owner: String::new(),
                group: String::new(),
                modified: None,
            };
        };
        let real = self.real_path(path);
        let changed = match self.spot(path) {
            Some(Spot::Own(tree, path)) => tree.changed_at(&path),
            Some(Spot::Volume(Some(tree), inner)) => tree.changed_at(&inner),
            _ => None,
        };
        let is_own = mount_of(held, &real).is_none();
        let is_volume = matches!(mount_of(held, &real), Some((Mount { source: Source::Volume(..), .. }, _)));
        let group = held.fs_group().filter(|_| is_volume);
        let name = |id: u32| held.user_name(id).map_or_else(|| id.to_string(), str::to_owned);
        let is_program = is_own && held.image.program(&real).is_some();
        let is_mount_point = held.mounts.iter().any(|mount| mount.path == real);
        let owner = match (changed, is_own) {
            (Some(_), _) if !real.starts_with("/etc/") => held.user(),
            _ => 0,
        };
        let mode = match (is_folder, group.is_some()) {
            (true, true) if is_mount_point => "drwxrwsr-x",
            (true, true) => "drwxr-sr-x",
            (true, false) => "drwxr-xr-x",
            (false, _) if is_program => "-rwxr-xr-x",
            (false, _) => "-rw-r--r--",
        };
        let started = held.pod.status.start_time.map(Timestamp::unix_seconds);
        let modified = changed.map(|at| Timestamp::at(at).unix_seconds()).or(started.filter(|_| !is_own));
        Attributes {
            mode: mode.to_owned(),
            owner: name(if is_mount_point { 0 } else { owner }),
            group: name(group.unwrap_or(if owner == held.user() { held.group() } else { owner })),
            // Files of an image are as old as the image.
            modified: u64::try_from(modified.unwrap_or(IMAGES_MADE_AT)).ok(),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<FileEntry>, FileError> {
        match self.kind(folder) {
            None => return Err(FileError::NotFound),
            Some(FileKind::File) => return Err(FileError::NotFolder),
            Some(FileKind::Folder) => {}
        }
        let mut found = match self.spot(folder) {
            Some(Spot::Own(tree, path)) => tree.list(&path).unwrap_or_default(),
            Some(Spot::Volume(Some(tree), inner)) => tree.list(&inner).unwrap_or_default(),
            Some(Spot::Made(mount, rest)) => {
                entries(&format!("/{}", rest.trim_start_matches('/')), made(mount))
            }
            Some(Spot::Volume(None, _)) | None => Vec::new(),
        };
        let Some(held) = self.instance() else { return Ok(found) };
        let folder = self.real_path(folder);
        let also = held.mounts.iter().map(|mount| {
            (mount.path.as_str(), if mount.is_file { FileKind::File } else { FileKind::Folder }, 0)
        });
        let links = held
            .image
            .links()
            .filter(|(from, _)| split(from).0 == folder)
            .map(|(from, to)| (from, self.kind(to).unwrap_or(FileKind::File), 0));
        for entry in entries(&folder, also.chain(links)) {
            if found.iter().all(|known| known.name != entry.name) {
                found.push(entry);
            }
        }
        crate::collections::sort_by_key(&mut found, |entry| entry.name.clone());
        Ok(found)
    }
}

/// 2025-12-01, in seconds since 1970.
const IMAGES_MADE_AT: i64 = 1_764_547_200;

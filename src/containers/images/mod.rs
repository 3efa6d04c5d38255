//! What the documents' images bring: programs, files, and what their programs write and answer.
//!
//! One file for each image; a new one is a file, and a line in [`ALL`]. All of it is data and functions that
//! nobody calls before somebody looks into a container.

mod absent;
mod families;
mod plain;
mod nginx;
mod hello;
mod busybox;
mod zookeeper;
mod cassandra;
mod kafka;
mod mysql;
mod wordpress;
mod node_exporter;
mod ssd_monitor;
mod agnhost;

pub use absent::missing_program;
pub(super) use plain::app;

use super::World;
use super::http::Request;
use super::instance::Instance;
use crate::api::pod::Container;
use crate::shell::web::Response;
use crate::shell::{Call, FileKind, Program};

/// Starts a program.
pub(super) type Start = fn(&Call) -> Box<dyn Program>;

/// The images.
static ALL: &[&Image] = &[
    &nginx::NGINX,
    &nginx::NGINX_SLIM,
    &hello::HELLO,
    &busybox::BUSYBOX,
    &busybox::ALPINE,
    &busybox::TOOLBOX,
    &zookeeper::IMAGE,
    &cassandra::IMAGE,
    &kafka::IMAGE,
    &mysql::IMAGE,
    &wordpress::IMAGE,
    &node_exporter::IMAGE,
    &ssd_monitor::IMAGE,
    &agnhost::IMAGE,
    &agnhost::SERVE_HOSTNAME,
];

/// How `nslookup` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// As BusyBox's.
    BusyBox,
    /// As that of BIND's tools.
    Bind,
}

/// A line of images that share their tools.
#[derive(Debug)]
pub(super) struct Family {
    /// Its tools by path.
    pub(super) tools: &'static [&'static str],
    /// Links: from, to.
    pub(super) links: &'static [(&'static str, &'static str)],
    /// Its folders.
    pub(super) folders: &'static [&'static str],
    /// Its files.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// The shell of its root user.
    pub(super) login: &'static str,
    /// Whether its `sh` is BusyBox's, which shows the folder in its prompt.
    pub(super) shows_folder: bool,
}

/// What an image brings.
pub(super) struct Image {
    /// The last part of its names, without the tag.
    pub(super) names: &'static [&'static str],
    /// Whether the sandbox knows what it does.
    pub(super) is_known: bool,
    pub(super) family: &'static Family,
    /// `ENTRYPOINT`.
    pub(super) entrypoint: &'static [&'static str],
    /// `CMD`.
    pub(super) command: &'static [&'static str],
    /// `ENV`.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// `WORKDIR`.
    pub(super) folder: &'static str,
    /// `USER`.
    pub(super) user: u32,
    /// Users besides root.
    pub(super) users: &'static [(u32, &'static str)],
    /// Its own programs by path.
    pub(super) programs: &'static [(&'static str, Start)],
    /// Tools that it has besides, by path.
    pub(super) tools: &'static [&'static str],
    /// Its own files by path.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// Its own empty folders.
    pub(super) folders: &'static [&'static str],
    /// Its own links: from, to.
    pub(super) links: &'static [(&'static str, &'static str)],
    /// Programs that people look for in it, and that it really does not have.
    pub(super) lacks: &'static [&'static str],
    /// Names of all programs that it has beside `programs` and `tools`, if they are known.
    pub(super) brings: Option<&'static [&'static str]>,
    /// How `nslookup` prints.
    pub(super) lookup: Lookup,
    /// Of an image that does many things, whether the sandbox knows what a container of it does.
    pub(super) does: Option<fn(&Container) -> bool>,
    /// What it answers to requests of HTTP.
    pub(super) answer: Option<fn(&mut World, &Request) -> Response>,
    /// Whether a container of it asks others as soon as it starts, and ends where they do not answer.
    pub(super) asks: Option<fn(&Container) -> bool>,
    /// What it answers to a text that is sent to one of its ports.
    pub(super) talk: Option<fn(&mut World, i64, &str) -> String>,
}

impl Image {
    /// An image without anything, for others to fill in.
    pub(super) const EMPTY: Self = Self {
        names: &[],
        is_known: true,
        family: &families::DEBIAN,
        entrypoint: &[],
        command: &[],
        environment: &[],
        folder: "/",
        user: 0,
        users: &[],
        programs: &[],
        tools: &[],
        files: &[],
        folders: &[],
        links: &[],
        lacks: &[],
        brings: None,
        lookup: Lookup::Bind,
        does: None,
        answer: None,
        asks: None,
        talk: None,
    };

    /// Whether the sandbox knows what a container of it does.
    pub(super) fn knows(&self, container: &Container) -> bool {
        self.is_known && self.does.is_none_or(|does| does(container))
    }

    /// The program under a path.
    pub(super) fn program(&self, path: &str) -> Option<Start> {
        if let Some((_, start)) = self.programs.iter().find(|(known, _)| *known == path) {
            return Some(*start);
        }
        let is_tool = self.family.tools.contains(&path) || self.tools.contains(&path);
        let name = path.rsplit('/').next().filter(|_| is_tool)?;
        super::programs::named(name)
    }

    /// Everything by path: files with their size, and folders.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, FileKind, usize)> {
        let files = self.files.iter().chain(self.family.files);
        let files = files.map(|(path, text)| (*path, FileKind::File, text.len()));
        let programs = self.programs.iter().map(|(path, _)| (*path, FileKind::File, PROGRAM_BYTES));
        let folders = self.folders.iter().chain(self.family.folders);
        let folders = folders.map(|path| (*path, FileKind::Folder, 0));
        let tools = self.family.tools.iter().chain(self.tools);
        let tools = tools.map(|path| (*path, FileKind::File, PROGRAM_BYTES));
        files.chain(programs).chain(tools).chain(folders)
    }

    /// The text of a file; empty of a program.
    pub(super) fn text(&self, path: &str) -> Option<&'static str> {
        let files = self.files.iter().chain(self.family.files);
        files.into_iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
    }

    /// Its links: from, to.
    pub(super) fn links(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.links.iter().chain(self.family.links).copied()
    }
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Image").field("names", &self.names).finish_non_exhaustive()
    }
}

/// What a program's file is shown to have.
const PROGRAM_BYTES: usize = 1_131_168;

/// The model of an image that a container names.
pub(super) fn of(image: &str) -> &'static Image {
    let name = last_part(image).0;
    ALL.iter().find(|known| known.names.contains(&name)).copied().unwrap_or(&plain::UNKNOWN)
}

/// The last part of an image's name, and its tag.
fn last_part(image: &str) -> (&str, &str) {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':').unwrap_or((last, "latest"))
}

impl Instance {
    /// The tag of its image.
    pub(super) fn tag(&self) -> &str {
        last_part(&self.container.image).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_the_last_part_of_their_names() {
        let known = |image: &str| of(image).names.first().copied().unwrap_or_default();
        for (image, expected) in [
            ("nginx", "nginx"),
            ("registry.k8s.io/nginx-slim:0.8", "nginx-slim"),
            ("gcr.io/google_containers/nginx-slim:0.7", "nginx-slim"),
            ("busybox:1.28", "busybox"),
            ("docker.io/library/nginx@sha256:12", "nginx"),
            ("localhost:5000/nginx", "nginx"),
            ("me/app:1", "an unknown image"),
        ] {
            assert_eq!(known(image), expected, "{image}");
        }
        assert_eq!(last_part("localhost:5000/a/b:c@sha256:1"), ("b", "c"));
    }

    #[test]
    fn every_tool_of_every_image_is_a_program() {
        for image in ALL {
            for path in image.family.tools.iter().chain(image.tools) {
                assert!(image.program(path).is_some(), "{path} of {:?}", image.names);
            }
            assert!(!image.names.is_empty());
        }
    }
}

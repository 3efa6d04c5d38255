//! Redirections: where the streams of a command go.

use super::Machine;
use crate::shell::descriptors::{Descriptors, Sink, Source};
use crate::shell::expand::{Expansion, Lack};
use crate::shell::files::resolve;
use crate::shell::host::{FileError, FileKind};
use crate::shell::io::{Kernel, NULL_FILE, Stream};
use crate::shell::pipes::PipeId;
use crate::shell::syntax::{Redirect, RedirectKind};

/// A redirection whose words are expanded.
#[derive(Clone, Debug)]
pub(super) struct Target {
    stream: u8,
    kind: TargetKind,
}

#[derive(Clone, Debug)]
enum TargetKind {
    From(String),
    To(String),
    Append(String),
    Same(u8),
    Close,
    Text(String),
}

/// Expands the words of redirections.
pub(super) fn targets(expansion: &mut Expansion<'_>, redirects: &[Redirect]) -> Result<Vec<Target>, Lack> {
    let mut targets = Vec::new();
    for redirect in redirects {
        let kind = match &redirect.kind {
            RedirectKind::From(word) => TargetKind::From(expansion.text(word)?),
            RedirectKind::To(word) => TargetKind::To(expansion.text(word)?),
            RedirectKind::Append(word) => TargetKind::Append(expansion.text(word)?),
            RedirectKind::Same(stream) => TargetKind::Same(*stream),
            RedirectKind::Close => TargetKind::Close,
            RedirectKind::Here(body) => {
                TargetKind::Text(body.get().map(|word| expansion.text(word)).transpose()?.unwrap_or_default())
            }
            RedirectKind::HereWord(word) => TargetKind::Text(expansion.text(word)? + "\n"),
        };
        targets.push(Target { stream: redirect.stream, kind });
    }
    Ok(targets)
}

impl Machine {
    /// The streams after redirections, and the pipes that were made for them.
    ///
    /// # Errors
    /// What bash says when a file cannot be opened.
    pub(super) fn redirected(
        &self,
        kernel: &mut Kernel<'_>,
        targets: &[Target],
    ) -> Result<(Descriptors, Vec<PipeId>), String> {
        let mut descriptors = self.descriptors.clone();
        let mut pipes = Vec::new();
        for target in targets {
            let sink = match &target.kind {
                TargetKind::From(name) => {
                    let text = self.open(kernel, name)?;
                    let pipe = kernel.pipes.of_text(text);
                    pipes.push(pipe);
                    descriptors.input = Source::Pipe(pipe);
                    continue;
                }
                TargetKind::Text(text) => {
                    let pipe = kernel.pipes.of_text(text.clone());
                    pipes.push(pipe);
                    descriptors.input = Source::Pipe(pipe);
                    continue;
                }
                TargetKind::Close if target.stream == 0 => {
                    descriptors.input = Source::Null;
                    continue;
                }
                TargetKind::To(name) => self.create(kernel, name, true)?,
                TargetKind::Append(name) => self.create(kernel, name, false)?,
                TargetKind::Same(1) => descriptors.out.clone(),
                TargetKind::Same(_) => descriptors.err.clone(),
                TargetKind::Close => Sink::Null,
            };
            match target.stream {
                1 => descriptors.out = sink,
                2 => descriptors.err = sink,
                _ => {}
            }
        }
        Ok((descriptors, pipes))
    }

    fn open(&self, kernel: &mut Kernel<'_>, name: &str) -> Result<String, String> {
        let path = resolve(&self.scope.folder, name);
        if path == NULL_FILE {
            return Ok(String::new());
        }
        kernel.host.files().read(&path).map_err(|error| format!("{name}: {error}"))
    }

    fn create(&self, kernel: &mut Kernel<'_>, name: &str, empties: bool) -> Result<Sink, String> {
        let path = resolve(&self.scope.folder, name);
        match path.as_str() {
            NULL_FILE => return Ok(Sink::Null),
            "/dev/stdout" => return Ok(Sink::Console(Stream::Out)),
            "/dev/stderr" => return Ok(Sink::Console(Stream::Err)),
            _ => {}
        }
        if name.is_empty() {
            return Err(format!("{name}: {}", FileError::NotFound));
        }
        let files = kernel.host.files();
        let opened = match files.kind(&path) {
            Some(FileKind::Folder) => Err(FileError::IsFolder),
            Some(FileKind::File) if !empties => Ok(()),
            _ => files.write(&path, ""),
        };
        opened.map_err(|error| format!("{name}: {error}"))?;
        Ok(Sink::File(path))
    }
}

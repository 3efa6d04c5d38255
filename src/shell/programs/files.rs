//! Programs for files: rm, mkdir, cp, mv and the like.

use super::Wrong;
use super::options::Options;
use crate::shell::files::split;
use crate::shell::host::{Call, Dialect, FileError, FileKind};
use crate::shell::io::Io;

/// Folders that are gone through at most.
const DEPTH_MAX: u32 = 40;

/// The options, or an exit code after they were complained about.
pub(super) fn options(call: &Call, io: &mut Io<'_>, letters: &str) -> Result<Options, i32> {
    let long = [
        ("recursive", 'r'),
        ("force", 'f'),
        ("parents", 'p'),
        ("all", 'a'),
        ("color", 'k'),
        ("reverse", 'r'),
        ("almost-all", 'A'),
        ("directory", 'd'),
        ("human-readable", 'h'),
        ("verbose", 'v'),
    ];
    Options::parse(call, letters, &long).map_err(|Wrong(mistake, exit)| {
        mistake.tell(io);
        exit
    })
}

/// Does something for each operand; what fails is told in the program's words.
fn each(
    call: &Call,
    io: &mut Io<'_>,
    names: &[String],
    what: &str,
    mut does: impl FnMut(&mut Io<'_>, &str, &str) -> Result<(), FileError>,
) -> i32 {
    if names.is_empty() {
        io.err(&format!("{}: missing operand\n", call.name()));
        return 1;
    }
    let mut status = 0;
    for name in names {
        if let Err(error) = does(io, name, &call.path(name)) {
            // BusyBox says `can't`.
            let what = if io.host().dialect() == Dialect::BusyBox {
                what.replace("cannot", "can't")
            } else {
                what.to_owned()
            };
            io.err(&format!("{}: {what} '{name}': {error}\n", call.name()));
            status = 1;
        }
    }
    status
}

/// `pwd`.
pub(super) fn pwd(call: &Call, io: &mut Io<'_>) -> i32 {
    io.out(&format!("{}\n", call.folder));
    0
}

/// `rm`: `-r`, `-f`.
pub(super) fn rm(call: &Call, io: &mut Io<'_>) -> i32 {
    let options = match options(call, io, "rRfvi") {
        Ok(options) => options,
        Err(exit) => return exit,
    };
    let (is_deep, is_forced) = (options.has('r') || options.has('R'), options.has('f'));
    if options.operands.is_empty() && is_forced {
        return 0;
    }
    each(call, io, &options.operands, "cannot remove", |io, _, path| match io.files().kind(path) {
        Some(FileKind::Folder) if !is_deep => Err(FileError::IsFolder),
        Some(FileKind::Folder) => remove_all(io, path, 0),
        None if is_forced => Ok(()),
        _ => io.files().remove(path),
    })
}

fn remove_all(io: &mut Io<'_>, path: &str, depth: u32) -> Result<(), FileError> {
    if depth > DEPTH_MAX {
        return Err(FileError::NotEmpty);
    }
    for entry in io.files().list(path)? {
        let below = format!("{}/{}", path.trim_end_matches('/'), entry.name);
        match entry.kind {
            FileKind::Folder => remove_all(io, &below, depth + 1)?,
            FileKind::File => io.files().remove(&below)?,
        }
    }
    if io.files().kind(path).is_some() { io.files().remove(path) } else { Ok(()) }
}

/// `rmdir`.
pub(super) fn rmdir(call: &Call, io: &mut Io<'_>) -> i32 {
    each(call, io, call.args(), "failed to remove", |io, _, path| match io.files().kind(path) {
        Some(FileKind::File) => Err(FileError::NotFolder),
        _ => io.files().remove(path),
    })
}

/// `mkdir`: `-p`.
pub(super) fn mkdir(call: &Call, io: &mut Io<'_>) -> i32 {
    let options = match options(call, io, "pvm:") {
        Ok(options) => options,
        Err(exit) => return exit,
    };
    let makes_parents = options.has('p');
    each(call, io, &options.operands, "cannot create directory", |io, _, path| {
        if !makes_parents {
            return io.files().make_folder(path);
        }
        for (end, _) in
            path.char_indices().skip(1).filter(|(_, letter)| *letter == '/').chain([(path.len(), '/')])
        {
            let part = path.get(..end).unwrap_or_default();
            match io.files().kind(part) {
                None => io.files().make_folder(part)?,
                Some(FileKind::File) => return Err(FileError::NotFolder),
                Some(FileKind::Folder) => {}
            }
        }
        Ok(())
    })
}

/// `touch`.
pub(super) fn touch(call: &Call, io: &mut Io<'_>) -> i32 {
    each(call, io, call.args(), "cannot touch", |io, _, path| match io.files().kind(path) {
        None => io.write_file(path, ""),
        Some(_) => Ok(()),
    })
}

/// `cp`: `-r`.
pub(super) fn cp(call: &Call, io: &mut Io<'_>) -> i32 {
    transfer(call, io, false)
}

/// `mv`.
pub(super) fn mv(call: &Call, io: &mut Io<'_>) -> i32 {
    transfer(call, io, true)
}

fn transfer(call: &Call, io: &mut Io<'_>, moves: bool) -> i32 {
    let options = match options(call, io, "rRafpvn") {
        Ok(options) => options,
        Err(exit) => return exit,
    };
    let Some((target, sources)) = options.operands.split_last().filter(|(_, sources)| !sources.is_empty())
    else {
        io.err(&format!("{}: missing file operand\n", call.name()));
        return 1;
    };
    let into = call.path(target);
    let is_folder = io.files().kind(&into) == Some(FileKind::Folder);
    if !is_folder && sources.len() > 1 {
        io.err(&format!("{}: target '{target}': {}\n", call.name(), FileError::NotFolder));
        return 1;
    }
    let is_deep = moves || options.has('r') || options.has('R') || options.has('a');
    each(call, io, sources, if moves { "cannot move" } else { "cannot copy" }, |io, _, from| {
        let to = if is_folder {
            format!("{}/{}", into.trim_end_matches('/'), split(from).1)
        } else {
            into.clone()
        };
        if to == *from || to.starts_with(&format!("{from}/")) {
            return Err(FileError::Exists);
        }
        match io.files().kind(from) {
            Some(FileKind::Folder) if !is_deep => return Err(FileError::IsFolder),
            Some(FileKind::Folder) => copy_all(io, from, &to, 0)?,
            _ => {
                let text = io.files().read(from)?;
                io.write_file(&to, &text)?;
            }
        }
        if moves { remove_or_all(io, from) } else { Ok(()) }
    })
}

fn remove_or_all(io: &mut Io<'_>, path: &str) -> Result<(), FileError> {
    if io.files().kind(path) == Some(FileKind::Folder) {
        remove_all(io, path, 0)
    } else {
        io.files().remove(path)
    }
}

fn copy_all(io: &mut Io<'_>, from: &str, to: &str, depth: u32) -> Result<(), FileError> {
    if depth > DEPTH_MAX {
        return Err(FileError::NoSpace);
    }
    if io.files().kind(to).is_none() {
        io.files().make_folder(to)?;
    }
    for entry in io.files().list(from)? {
        let (from, to) = (format!("{from}/{}", entry.name), format!("{to}/{}", entry.name));
        match entry.kind {
            FileKind::Folder => copy_all(io, &from, &to, depth + 1)?,
            FileKind::File => {
                let text = io.files().read(&from)?;
                io.write_file(&to, &text)?;
            }
        }
    }
    Ok(())
}

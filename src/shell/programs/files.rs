//! Programs for files: ls, rm, mkdir, cp, mv and the like.

use std::cmp::Reverse;

use super::Wrong;
use super::date;
use super::options::Options;
use crate::collections::sort_by_key;
use crate::shell::files::split;
use crate::shell::host::{Call, Dialect, FileEntry, FileError, FileKind};
use crate::shell::io::Io;

/// Folders that are gone through at most.
const DEPTH_MAX: u32 = 40;

/// The options, or an exit code after they were complained about.
fn options(call: &Call, io: &mut Io<'_>, letters: &str) -> Result<Options, i32> {
    let long = [
        ("recursive", 'r'),
        ("force", 'f'),
        ("parents", 'p'),
        ("all", 'a'),
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

/// `ls`: `-l`, `-a`, `-A`, `-d`, `-1`, `-h`, and `-t`, `-S`, `-r` for the order.
pub(super) fn ls(call: &Call, io: &mut Io<'_>) -> i32 {
    let options = match options(call, io, "laAd1htrS") {
        Ok(options) => options,
        Err(exit) => return exit,
    };
    let mut names = options.operands.clone();
    if names.is_empty() {
        names.push(".".to_owned());
    }
    let (mut status, mut files, mut folders) = (0, Vec::new(), Vec::new());
    for name in &names {
        let path = call.path(name);
        match io.files().kind(&path) {
            None => {
                let is_busybox = io.host().dialect() == Dialect::BusyBox;
                let what = if is_busybox { name.clone() } else { format!("cannot access '{name}'") };
                io.err(&format!("ls: {what}: {}\n", FileError::NotFound));
                status = if is_busybox { 1 } else { 2 };
            }
            Some(FileKind::Folder) if !options.has('d') => folders.push((name.clone(), path)),
            Some(kind) => {
                let bytes = io.files().read(&path).map_or(4096, |text| text.len());
                files.push((FileEntry { name: name.clone(), kind, bytes }, path));
            }
        }
    }
    show(io, &options, &files, false);
    for (index, (name, path)) in folders.iter().enumerate() {
        if names.len() > 1 {
            let gap = if index > 0 || !files.is_empty() { "\n" } else { "" };
            io.out(&format!("{gap}{name}:\n"));
        }
        let mut entries = io.files().list(path).unwrap_or_default();
        if options.has('a') {
            let folder = |name: &str| FileEntry { name: name.to_owned(), kind: FileKind::Folder, bytes: 0 };
            entries.splice(0..0, [folder("."), folder("..")]);
        }
        entries.retain(|entry| options.has('a') || options.has('A') || !entry.name.starts_with('.'));
        let entries: Vec<(FileEntry, String)> = entries
            .into_iter()
            .map(|entry| {
                let path = format!("{}/{}", path.trim_end_matches('/'), entry.name);
                (entry, path)
            })
            .collect();
        let entries = ordered(io, &options, entries);
        show(io, &options, &entries, true);
    }
    status
}

/// Entries in the order that was asked for.
fn ordered(
    io: &mut Io<'_>,
    options: &Options,
    mut entries: Vec<(FileEntry, String)>,
) -> Vec<(FileEntry, String)> {
    if options.has('S') {
        sort_by_key(&mut entries, |(entry, _)| Reverse(size(entry)));
    }
    if options.has('t') {
        // What nobody has changed is as old as the rest.
        sort_by_key(&mut entries, |(_, path)| {
            Reverse(io.files().attributes(path).modified.unwrap_or(u64::MAX))
        });
    }
    if options.has('r') {
        entries.reverse();
    }
    entries
}

/// A size with a suffix, as `-h` shows it.
fn short_size(bytes: usize) -> String {
    let (mut number, mut unit) = (bytes, 0);
    while number >= 10 * 1024 {
        number = number.div_ceil(1024);
        unit += 1;
    }
    if number < 1024 {
        return format!("{number}{}", ["", "K", "M", "G"].get(unit).copied().unwrap_or_default());
    }
    let tenths = (number * 10).div_ceil(1024);
    let unit = ["K", "M", "G"].get(unit).copied().unwrap_or_default();
    format!("{}.{}{unit}", tenths / 10, tenths % 10)
}

fn show(io: &mut Io<'_>, options: &Options, entries: &[(FileEntry, String)], has_total: bool) {
    if !options.has('l') {
        let names: Vec<&str> = entries.iter().map(|(entry, _)| entry.name.as_str()).collect();
        let gap = if io.writes_terminal() && !options.has('1') { "  " } else { "\n" };
        if !names.is_empty() {
            io.out(&(names.join(gap) + "\n"));
        }
        return;
    }
    if has_total {
        let blocks: usize = entries.iter().map(|(entry, _)| entry.bytes.div_ceil(4096) * 4).sum();
        io.out(&format!("total {blocks}\n"));
    }
    let now = io.now();
    let today = io.host().unix_seconds(now);
    let written =
        |entry: &FileEntry| if options.has('h') { short_size(size(entry)) } else { size(entry).to_string() };
    let width = entries.iter().map(|(entry, _)| written(entry).len()).max().unwrap_or(1);
    for (entry, path) in entries {
        let shown = io.files().attributes(path);
        let links = match io.files().list(path) {
            Ok(below) => 2 + below.iter().filter(|entry| entry.kind == FileKind::Folder).count(),
            Err(_) => 1,
        };
        let when = date::date_text("%b %e %H:%M", shown.modified.unwrap_or(today));
        io.out(&format!(
            "{} {links} {} {} {:>width$} {when} {}\n",
            shown.mode,
            shown.owner,
            shown.group,
            written(entry),
            entry.name
        ));
    }
}

fn size(entry: &FileEntry) -> usize {
    if entry.kind == FileKind::Folder { 4096 } else { entry.bytes }
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

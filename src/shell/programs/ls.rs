//! `ls`: what is in folders.

use std::cmp::Reverse;

use super::date;
use super::files::options;
use super::options::Options;
use crate::collections::sort_by_key;
use crate::shell::host::{Call, Dialect, FileEntry, FileError, FileKind};
use crate::shell::io::Io;

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

//! Where sed writes: standard output or the file that it edits, and the files of `w`.

use crate::shell::host::Call;
use crate::shell::io::Io;

/// What is printed after a line.
#[derive(Clone)]
pub(super) enum After {
    Text(String),
    File(String),
}

#[derive(Clone)]
pub(super) struct Output {
    call: Call,
    /// The file that is edited in place, and its new text.
    file: Option<(String, String)>,
    /// The last line that was written had no end: one comes before whatever follows.
    owes_end: bool,
    after: Vec<After>,
}

impl Output {
    pub(super) fn new(call: Call) -> Self {
        Self { call, file: None, owes_end: false, after: Vec::new() }
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.call.path(name)
    }

    /// What is written from here on is a file's new text.
    pub(super) fn open(&mut self, name: Option<&str>) {
        self.file = name.map(|name| (name.to_owned(), String::new()));
        self.owes_end = false;
    }

    /// Writes the file that was edited; its old text is kept under another name when that is wanted.
    pub(super) fn close(&mut self, suffix: &str, io: &mut Io<'_>) {
        let Some((name, text)) = self.file.take() else { return };
        let path = self.call.path(&name);
        if !suffix.is_empty() {
            let kept = match name.rsplit_once('/') {
                Some((folder, base)) if suffix.contains('*') => {
                    format!("{folder}/{}", suffix.replace('*', base))
                }
                None if suffix.contains('*') => suffix.replace('*', &name),
                _ => format!("{name}{suffix}"),
            };
            let before = io.read_file(&path).unwrap_or_default();
            let kept_path = self.call.path(&kept);
            if let Err(error) = io.write_file(&kept_path, &before) {
                io.err(&format!("sed: cannot rename {name}: {error}\n"));
                return;
            }
        }
        if let Err(error) = io.write_file(&path, &text) {
            io.err(&format!("sed: couldn't open file {name}: {error}\n"));
        }
    }

    fn write(&mut self, text: &str, io: &mut Io<'_>) {
        match &mut self.file {
            Some((_, written)) => written.push_str(text),
            None => io.out(text),
        }
    }

    /// Writes a line; without an end, one is owed.
    pub(super) fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) {
        let before = if std::mem::replace(&mut self.owes_end, !has_end) { "\n" } else { "" };
        let end = if has_end { "\n" } else { "" };
        self.write(&format!("{before}{line}{end}"), io);
    }

    /// Writes a text as it is.
    pub(super) fn text(&mut self, text: &str, io: &mut Io<'_>) {
        let before = if std::mem::take(&mut self.owes_end) { "\n" } else { "" };
        self.write(&format!("{before}{text}"), io);
    }

    /// Something is to be printed after the line.
    pub(super) fn later(&mut self, after: After) {
        self.after.push(after);
    }

    /// Prints what was to come after the line.
    pub(super) fn catch_up(&mut self, io: &mut Io<'_>) {
        for after in std::mem::take(&mut self.after) {
            let text = match after {
                After::Text(text) => text,
                // A file that is not there is empty.
                After::File(name) => io.read_file(&self.call.path(&name)).unwrap_or_default(),
            };
            if text.is_empty() {
                continue;
            }
            self.text(text.strip_suffix('\n').unwrap_or(&text), io);
            if text.ends_with('\n') {
                self.write("\n", io);
            } else {
                self.owes_end = true;
            }
        }
    }

    /// Makes a file of `w`; whether that went well.
    pub(super) fn create(&mut self, name: &str, io: &mut Io<'_>) -> bool {
        if is_stream(name) {
            return true;
        }
        let path = self.call.path(name);
        let made = io.write_file(&path, "");
        if let Err(error) = made {
            io.err(&format!("sed: couldn't open file {name}: {error}\n"));
        }
        made.is_ok()
    }

    /// Writes a line to a file of `w`.
    pub(super) fn line_to(&mut self, name: &str, line: &str, io: &mut Io<'_>) {
        let line = format!("{line}\n");
        match name {
            "/dev/stdout" => self.text(&line, io),
            "/dev/stderr" => io.err(&line),
            _ => {
                let path = self.call.path(name);
                if let Err(error) = io.append_file(&path, &line) {
                    io.err(&format!("sed: couldn't write to {name}: {error}\n"));
                }
            }
        }
    }
}

fn is_stream(name: &str) -> bool {
    matches!(name, "/dev/stdout" | "/dev/stderr")
}

//! Plays the lines of a transcript on a shell, and writes down what it prints.

use std::any::Any;

use crate::collections::SortedMap;
use crate::shell::files::FileTree;
use crate::shell::*;
use crate::sim::{Span, Time};

/// A host with files, and a program that prints a line each second.
#[derive(Clone, Debug)]
pub(super) struct TestHost {
    pub(super) files: FileTree,
}

impl TestHost {
    pub(super) fn new() -> Self {
        let mut files = FileTree::of(&[("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n")]);
        files.make_folder("/home").unwrap();
        files.make_folder("/tmp").unwrap();
        Self { files }
    }
}

#[derive(Clone)]
struct Tick {
    count: u32,
    next: Option<Time>,
}

impl Program for Tick {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let next = *self.next.get_or_insert(io.now());
        if io.now() >= next {
            self.count += 1;
            io.out(&format!("tick {}\n", self.count));
            self.next = Some(next + Span::from_seconds(1));
        }
        Progress::Wait { wake_at: self.next }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "tick".to_owned()
    }
}

impl Host for TestHost {
    fn start(&mut self, call: &Call) -> Result<Box<dyn Program>, NotFound> {
        if call.name() == "tick" {
            return Ok(Box::new(Tick { count: 0, next: None }));
        }
        programs::start(call)
    }

    fn files(&mut self) -> &mut dyn Files {
        &mut self.files
    }

    fn world(&mut self) -> &mut dyn Any {
        self
    }
}

pub(super) struct Player {
    pub(super) shell: Shell,
    pub(super) host: TestHost,
    pub(super) now: Time,
    pub(super) wake_at: Option<Time>,
    pub(super) written: String,
}

impl Player {
    pub(super) fn new() -> Self {
        let environment: SortedMap<String, String> = [("HOME".to_owned(), "/home".to_owned())].into();
        let settings = Settings {
            name: "bash".into(),
            folder: "/home".into(),
            environment,
            is_terminal: true,
            ..Settings::default()
        };
        Self {
            shell: Shell::new(settings),
            host: TestHost::new(),
            now: Time::ZERO,
            wake_at: None,
            written: String::new(),
        }
    }

    pub(super) fn poll(&mut self) -> Option<i32> {
        let state = self.shell.poll(&mut self.host, self.now);
        self.print();
        match state {
            State::Done(exit) => Some(exit),
            State::Waits { wake_at, .. } => {
                self.wake_at = wake_at;
                None
            }
        }
    }

    fn print(&mut self) {
        for (stream, text) in self.shell.take_output() {
            let mark = if stream == Stream::Out { '|' } else { '!' };
            for line in text.split_inclusive('\n') {
                let end = if line.ends_with('\n') { "" } else { "\\\n" };
                self.written.push_str(&format!("{mark} {line}{end}").replace(CLEAR_SCREEN, "<clear>"));
            }
        }
        if let Some(hint) = self.shell.take_hint() {
            self.written.push_str(&format!("? {hint}\n"));
        }
    }

    fn look(&mut self) {
        if self.shell.is_busy() {
            self.note_end();
        }
    }

    fn note_end(&mut self) {
        match self.poll() {
            Some(0) => {}
            Some(exit) => self.written.push_str(&format!("= {exit}\n")),
            None => self.written.push_str("~\n"),
        }
    }

    pub(super) fn pass(&mut self, seconds: u64) {
        let until = self.now + Span::from_seconds(seconds);
        while let Some(at) = self.wake_at.take().filter(|at| *at <= until) {
            self.now = at.max(self.now);
            if self.shell.is_busy() && self.poll().is_some() {
                break;
            }
        }
        self.now = until;
    }

    pub(super) fn play(mut self, transcript: &str) -> String {
        for line in transcript.lines() {
            let is_printed = ["| ", "! ", "= ", "? "].iter().any(|mark| line.starts_with(mark));
            if is_printed || matches!(line, "~" | "|" | "!") {
                continue;
            }
            self.written.push_str(line);
            self.written.push('\n');
            if let Some(typed) = line.strip_prefix("$ ").or_else(|| line.strip_prefix("> ")) {
                if self.shell.is_busy() {
                    self.shell.feed(&format!("{typed}\n"));
                    self.look();
                } else if self.shell.submit(typed) == Taken::Whole {
                    self.note_end();
                }
            } else if line == "^C" {
                let exit = self.shell.interrupt(&mut self.host, self.now);
                self.print();
                self.written.push_str(&format!("= {exit}\n"));
            } else if line == "^D" {
                self.shell.end_input();
                self.look();
            } else if let Some(seconds) = line.strip_prefix("+ ") {
                self.pass(seconds.parse().unwrap());
            } else if let Some(change) = line.strip_prefix("edit ") {
                let (old, new) = change.split_once(" => ").unwrap();
                let text = self.shell.pending_edit().unwrap().text.replacen(old, new, 1);
                self.shell.finish_edit(Some(text));
                self.look();
            }
        }
        self.written.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

//! `watch`: runs a line again and again on virtual time, and shows what it prints in place of the last.

use super::Wrong;
use super::date::date_text;
use super::options::{Options, wrong};
use super::sleep::milliseconds;
use crate::shell::console::CLEAR_SCREEN;
use crate::shell::host::{Call, Program, Progress};
use crate::shell::io::{Io, Stream};
use crate::shell::nested::Nested;
use crate::shell::standing::{State, quoted};
use crate::sim::{Span, Time};

/// Columns of the screen, which the first line fills.
const COLUMNS: usize = 80;

#[derive(Clone)]
struct Watch {
    call: Call,
    line: String,
    every: Span,
    seconds: String,
    has_title: bool,
    next: Time,
    nested: Option<Nested>,
    printed: String,
}

/// `watch [-n SECONDS] [-t] [-d] COMMAND`.
pub(super) fn watch(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let long = [("interval", 'n'), ("no-title", 't'), ("differences", 'd'), ("exec", 'x')];
    let options = Options::parse(&call, "+n:tdxcbeg", &long)?;
    let words = options.operands.as_slice();
    if words.is_empty() {
        return Err(Wrong("Usage:\n watch [options] command\n".into(), 1));
    }
    let text = options.value('n').unwrap_or("2");
    let ms =
        milliseconds(text).ok_or_else(|| wrong(&call, &format!("failed to parse argument: '{text}'")))?;
    let ms = ms.max(100);
    let line = if options.has('x') { quoted(words) } else { words.join(" ") };
    Ok(Box::new(Watch {
        line,
        every: Span::from_ms(ms),
        seconds: format!("{}.{}", ms / 1_000, ms % 1_000 / 100),
        has_title: !options.has('t'),
        next: Time::ZERO,
        nested: None,
        printed: String::new(),
        call,
    }))
}

impl Watch {
    fn title(&self, now: u64) -> String {
        let left = format!("Every {}s: {}", self.seconds, self.line);
        let right = date_text("%a %b %e %H:%M:%S %Y", now);
        let gap = COLUMNS.saturating_sub(left.chars().count() + right.len()).max(2);
        format!("{left}{}{right}\n\n", " ".repeat(gap))
    }

    fn show(&mut self, io: &mut Io<'_>) {
        let now = io.now();
        let now = io.host().unix_seconds(now);
        let title = if self.has_title { self.title(now) } else { String::new() };
        let printed = std::mem::take(&mut self.printed);
        io.out(&format!("{CLEAR_SCREEN}{title}{printed}"));
    }
}

impl Program for Watch {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        io.rests();
        if self.nested.is_none() {
            if io.now() < self.next {
                return Progress::Wait { wake_at: Some(self.next) };
            }
            self.next = io.now() + self.every;
            let Some(mut nested) = Nested::new(&self.call, "sh", Vec::new(), None) else {
                io.err("watch: shells are nested too deeply\n");
                return Progress::Done(1);
            };
            nested.shell.run(&self.line);
            nested.shell.end_input();
            self.nested = Some(nested);
        }
        let Some(nested) = &mut self.nested else { return Progress::WAIT };
        let now = io.now();
        let state = nested.shell.poll(io.host(), now);
        for (stream, text) in nested.shell.take_output() {
            let _: Stream = stream;
            self.printed.push_str(&text);
        }
        if let Some(hint) = nested.shell.take_hint() {
            io.hint(hint);
        }
        match state {
            State::Done(_) => {
                self.nested = None;
                self.show(io);
                Progress::Wait { wake_at: Some(self.next) }
            }
            State::Waits { wake_at, .. } => Progress::Wait { wake_at },
        }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        if let Some(nested) = &mut self.nested {
            nested.interrupt(io);
        }
        0
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "watch".to_owned()
    }
}

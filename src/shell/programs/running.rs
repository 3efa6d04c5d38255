//! Programs that take time or run others: sleep, sh, xargs, env, editors.

use super::Wrong;
use super::brief::Brief;
use super::options::{Options, wrong};
use super::text;
use crate::shell::host::{Call, EditRequest, FileError, Program, Progress};
use crate::shell::io::{Io, Read};
use crate::shell::nested::Nested;
use crate::shell::session::quoted;
use crate::sim::{Span, Time};

/// What `sleep infinity` sleeps: ten thousand years.
const FOREVER_MS: u64 = 10_000 * 365 * 86_400_000;

#[derive(Clone)]
struct Sleep {
    span: Span,
    until: Option<Time>,
}

/// `sleep 5`, `sleep 0.5`, `sleep 1m`.
#[expect(clippy::needless_pass_by_value, reason = "all programs are made alike")]
pub(super) fn sleep(call: Call) -> Result<Box<dyn Program>, Wrong> {
    if call.args().is_empty() {
        return Err(wrong(&call, "missing operand"));
    }
    let mut ms: u64 = 0;
    for text in call.args() {
        let invalid = || wrong(&call, &format!("invalid time interval '{text}'"));
        ms = milliseconds(text).ok_or_else(invalid)?.saturating_add(ms);
    }
    Ok(Box::new(Sleep { span: Span::from_ms(ms), until: None }))
}

/// A length of time such as `5`, `0.5`, `2m`.
pub(super) fn milliseconds(text: &str) -> Option<u64> {
    if matches!(text, "infinity" | "inf") {
        return Some(FOREVER_MS);
    }
    let (digits, factor) = match text.chars().last()? {
        's' => (text.strip_suffix('s')?, 1_000),
        'm' => (text.strip_suffix('m')?, 60_000),
        'h' => (text.strip_suffix('h')?, 3_600_000),
        'd' => (text.strip_suffix('d')?, 86_400_000),
        _ => (text, 1_000),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number(whole) || !is_number(part) || (whole.is_empty() && part.is_empty()) || whole.len() > 9 {
        return None;
    }
    let thousandths: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    Some((whole.parse::<u64>().unwrap_or(0) * 1_000 + thousandths) * factor / 1_000)
}

impl Program for Sleep {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let until = *self.until.get_or_insert(io.now() + self.span);
        if io.now() >= until {
            return Progress::Done(0);
        }
        io.rests();
        Progress::Wait { wake_at: Some(until) }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "sleep".to_owned()
    }
}

/// A program that is a shell.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) nested: Nested,
}

impl Program for Running {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        self.nested.poll(io)
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.nested.interrupt(io)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "sh".to_owned()
    }
}

/// A program that runs one line.
fn run_line(call: &Call, line: &str, arguments: Vec<String>) -> Result<Nested, Wrong> {
    let name = if call.name() == "bash" { "bash" } else { "sh" };
    let mut nested =
        Nested::new(call, name, arguments).ok_or_else(|| wrong(call, "shells are nested too deeply"))?;
    nested.shell.run(line);
    Ok(nested)
}

/// `sh -c LINE`, `sh FILE`, and `sh` with lines from standard input.
pub(super) fn sh(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let args = call.args();
    let first = args.iter().position(|arg| !arg.starts_with('-') || arg == "-").unwrap_or(args.len());
    let flags: String = args.get(..first).unwrap_or_default().concat();
    let Some(word) = args.get(first).cloned() else {
        return Ok(Box::new(Script {
            call,
            arguments: Vec::new(),
            text: String::new(),
            file: None,
            nested: None,
        }));
    };
    if !flags.contains('c') {
        let arguments = args.get(first + 1..).unwrap_or_default().to_vec();
        return Ok(Box::new(Script { call, arguments, text: String::new(), file: Some(word), nested: None }));
    }
    let arguments = args.get(first + 2..).unwrap_or_default().to_vec();
    Ok(Box::new(Running { nested: run_line(&call, &word, arguments)? }))
}

/// A shell whose script is still to be read.
#[derive(Clone)]
struct Script {
    call: Call,
    arguments: Vec<String>,
    text: String,
    file: Option<String>,
    nested: Option<Nested>,
}

impl Script {
    fn read(&mut self, io: &mut Io<'_>) -> Result<bool, FileError> {
        if let Some(file) = &self.file {
            self.text = io.read_file(&self.call.path(file))?;
            return Ok(true);
        }
        loop {
            match io.read() {
                Read::Text(text) => self.text.push_str(&text),
                Read::Wait => return Ok(false),
                Read::End => return Ok(true),
            }
        }
    }
}

impl Program for Script {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        if let Some(nested) = &mut self.nested {
            return nested.poll(io);
        }
        if self.file.is_none() && io.reads_terminal() {
            io.hint("this is a shell already; for one in a container: kubectl exec -it POD -- sh");
            return Progress::Done(0);
        }
        match self.read(io) {
            Ok(false) => Progress::WAIT,
            Err(error) => {
                let file = self.file.as_deref().unwrap_or_default();
                io.err(&format!("{}: {file}: {error}\n", self.call.name()));
                Progress::Done(127)
            }
            Ok(true) => match run_line(&self.call, &self.text, self.arguments.clone()) {
                Err(Wrong(message, exit)) => {
                    io.err(&message);
                    Progress::Done(exit)
                }
                Ok(nested) => self.nested.insert(nested).poll(io),
            },
        }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.nested.as_mut().map_or(crate::shell::INTERRUPTED, |nested| nested.interrupt(io))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "sh".to_owned()
    }
}

/// `sudo COMMAND` and `time COMMAND`: the command alone.
pub(super) fn sudo(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    call.argv.remove(0);
    let line = quoted(&call.argv);
    Ok(Box::new(Running { nested: run_line(&call, &line, Vec::new())? }))
}

/// `env [NAME=VALUE…] [COMMAND]`.
pub(super) fn env(mut call: Call) -> Result<Box<dyn Program>, Wrong> {
    while let Some((name, value)) = call.args().first().and_then(|arg| arg.split_once('=')) {
        call.environment.insert(name.to_owned(), value.to_owned());
        call.argv.remove(1);
    }
    if call.args().is_empty() {
        return Ok(Box::new(Brief { call, run: text::environment }));
    }
    sudo(call)
}

#[derive(Clone)]
struct Xargs {
    call: Call,
    command: Vec<String>,
    most: usize,
    place: Option<String>,
    traces: bool,
    skips_empty: bool,
    text: String,
    /// The lines that are still to be run, once all input is there.
    lines: Option<Vec<Vec<String>>>,
    nested: Option<Nested>,
    status: i32,
}

/// `xargs`: `-n`, `-I`, `-t`, `-r`, `-L`.
pub(super) fn xargs(call: Call) -> Result<Box<dyn Program>, Wrong> {
    // What belongs to the command is none of xargs' flags.
    let mut own = 1;
    while let Some(arg) = call.argv.get(own).filter(|arg| arg.starts_with('-')) {
        own += if arg.len() == 2 && matches!(arg.as_str(), "-n" | "-I" | "-L" | "-P" | "-d") { 2 } else { 1 };
    }
    let command = call.argv.get(own..).unwrap_or_default().to_vec();
    let flags = Call { argv: call.argv.get(..own).unwrap_or(&call.argv).to_vec(), ..call.clone() };
    let options = Options::parse(&flags, "n:I:L:P:rt", &[("no-run-if-empty", 'r')])?;
    let place = options.value('I').map(str::to_owned);
    let most = options.number(&call, 'n', "number for -n option")?;
    let most = most.or(if options.has('L') { Some(1) } else { None }).unwrap_or(usize::MAX);
    Ok(Box::new(Xargs {
        command: if command.is_empty() { vec!["echo".to_owned()] } else { command },
        most: if place.is_some() { 1 } else { most.max(1) },
        place,
        traces: options.has('t'),
        skips_empty: options.has('r'),
        text: String::new(),
        lines: None,
        nested: None,
        status: 0,
        call,
    }))
}

impl Xargs {
    fn plan(&self) -> Vec<Vec<String>> {
        let items: Vec<String> = if self.place.is_some() {
            self.text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
        } else {
            self.text.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
        };
        if items.is_empty() {
            let skips = self.skips_empty || self.place.is_some();
            return if skips { Vec::new() } else { vec![self.command.clone()] };
        }
        let line = |items: &[String]| match &self.place {
            Some(place) => self.command.iter().map(|word| word.replace(place, &items.concat())).collect(),
            None => self.command.iter().chain(items).cloned().collect(),
        };
        items.chunks(self.most).map(line).collect()
    }
}

impl Program for Xargs {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        while self.lines.is_none() {
            match io.read() {
                Read::Text(text) => self.text.push_str(&text),
                Read::Wait => return Progress::WAIT,
                Read::End => {
                    let mut lines = self.plan();
                    lines.reverse();
                    self.lines = Some(lines);
                }
            }
        }
        loop {
            if let Some(nested) = &mut self.nested {
                match nested.poll(io) {
                    Progress::Done(0) => {}
                    Progress::Done(127) => return Progress::Done(127),
                    Progress::Done(_) => self.status = 123,
                    waits => return waits,
                }
                self.nested = None;
            }
            let Some(words) = self.lines.as_mut().and_then(Vec::pop) else {
                return Progress::Done(self.status);
            };
            if self.traces {
                io.err(&format!("{}\n", words.join(" ")));
            }
            match run_line(&self.call, &quoted(&words), Vec::new()) {
                Ok(nested) => self.nested = Some(nested),
                Err(Wrong(message, exit)) => {
                    io.err(&message);
                    return Progress::Done(exit);
                }
            }
        }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.nested.as_mut().map_or(crate::shell::INTERRUPTED, |nested| nested.interrupt(io))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "xargs".to_owned()
    }
}

#[derive(Clone)]
struct Editor {
    call: Call,
    has_asked: bool,
}

/// `vi FILE` and its like: the file opens in the page's editor.
pub(super) fn editor(call: Call) -> Result<Box<dyn Program>, Wrong> {
    if call.args().iter().all(|arg| arg.starts_with(['-', '+'])) {
        return Err(wrong(&call, "name a file to edit"));
    }
    Ok(Box::new(Editor { call, has_asked: false }))
}

impl Program for Editor {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let name =
            self.call.args().iter().find(|arg| !arg.starts_with(['-', '+'])).cloned().unwrap_or_default();
        let path = self.call.path(&name);
        if !self.has_asked {
            let text = match io.read_file(&path) {
                Ok(text) => text,
                Err(FileError::NotFound) => String::new(),
                Err(error) => {
                    io.err(&format!("{}: {name}: {error}\n", self.call.name()));
                    return Progress::Done(1);
                }
            };
            self.has_asked = true;
            return Progress::Edit(EditRequest { name, text });
        }
        match io.take_edited() {
            None => Progress::WAIT,
            Some(None) => Progress::Done(0),
            Some(Some(text)) => match io.write_file(&path, &text) {
                Ok(()) => Progress::Done(0),
                Err(error) => {
                    io.err(&format!("{}: {name}: {error}\n", self.call.name()));
                    Progress::Done(1)
                }
            },
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.call.name().to_owned()
    }
}

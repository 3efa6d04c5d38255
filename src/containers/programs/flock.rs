//! `flock`: runs a command while it holds a lock on a file.

use super::world;
use crate::containers::locks::FileKey;
use crate::shell::programs::{Options, Wrong, brief};
use crate::shell::{Call, FileKind, Io, Nested, Program, Progress, quoted};
use crate::sim::{Span, Time};

const USAGE: &str = "Usage: flock [-nx] [-w SECONDS] FILE [-c] PROG ARGS\n";

/// `flock [-n] [-w SECONDS] FILE COMMAND…`, `flock FILE -c LINE`.
pub(super) fn flock(call: &Call) -> Box<dyn Program> {
    let flags = call.args().iter().take_while(|arg| arg.starts_with('-')).count();
    // The value of -w is a word of its own.
    let has_value = call.args().get(flags.wrapping_sub(1)).is_some_and(|flag| flag == "-w");
    let own = 1 + flags + usize::from(has_value);
    let head = Call { argv: call.argv.get(..own).unwrap_or_default().to_vec(), ..call.clone() };
    let long = [("nonblock", 'n'), ("nb", 'n'), ("exclusive", 'x'), ("timeout", 'w'), ("wait", 'w')];
    let Ok(options) = Options::parse(&head, "nxw:", &long).map_err(|Wrong(..)| ()) else {
        return usage(call);
    };
    let rest = call.argv.get(own..).unwrap_or_default();
    let line = match rest {
        [_, flag, line] if flag == "-c" => line.clone(),
        [_, words @ ..] if !words.is_empty() => quoted(words),
        _ => return usage(call),
    };
    let file = rest.first().cloned().unwrap_or_default();
    let patience = match options.value('w') {
        _ if options.has('n') => Some(Span::ZERO),
        None => None,
        Some(seconds) => match seconds.parse() {
            Ok(seconds) => Some(Span::from_seconds(seconds)),
            Err(_) => return usage(call),
        },
    };
    Box::new(Flock {
        call: call.clone(),
        file,
        line,
        patience,
        until: None,
        number: 0,
        key: None,
        nested: None,
    })
}

fn usage(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |_, io| {
        io.err(USAGE);
        1
    })
}

#[derive(Clone)]
struct Flock {
    call: Call,
    file: String,
    line: String,
    /// How long it waits for the lock; `None` without an end.
    patience: Option<Span>,
    until: Option<Time>,
    /// Tells it from other programs of its container.
    number: u64,
    key: Option<FileKey>,
    nested: Option<Nested>,
}

impl Flock {
    /// Opens the file, and makes it where there is none.
    fn open(&mut self, io: &mut Io<'_>) -> Result<FileKey, i32> {
        let path = self.call.path(&self.file);
        let kind = io.host().files().kind(&path);
        if kind != Some(FileKind::File)
            && kind != Some(FileKind::Folder)
            && let Err(error) = io.write_file(&path, "")
        {
            io.err(&format!("flock: can't open '{}': {error}\n", self.file));
            return Err(1);
        }
        let world = world(io).ok_or(1)?;
        self.number = world.next_request();
        Ok(world.file_key(&self.call.folder, &self.file))
    }

    fn give_back(&mut self, io: &mut Io<'_>) {
        if let (Some(key), Some(world)) = (self.key.take(), world(io)) {
            world.unlock(&key, self.number);
        }
    }
}

impl Program for Flock {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let key = match self.key.clone().map_or_else(|| self.open(io), Ok) {
            Ok(key) => self.key.insert(key).clone(),
            Err(exit) => return Progress::Done(exit),
        };
        if self.nested.is_none() {
            let number = self.number;
            if !world(io).is_some_and(|world| world.lock(&key, number)) {
                let until = self.patience.map(|patience| *self.until.get_or_insert(io.now() + patience));
                if until.is_some_and(|until| io.now() >= until) {
                    self.give_back(io);
                    return Progress::Done(1);
                }
                return Progress::Wait { wake_at: until };
            }
            let Some(mut nested) = Nested::new(&self.call, "sh", Vec::new(), None) else {
                io.err("flock: shells are nested too deeply\n");
                return Progress::Done(1);
            };
            nested.shell.run(&self.line);
            self.nested = Some(nested);
        }
        let progress = self.nested.as_mut().map_or(Progress::Done(1), |nested| nested.poll(io));
        if matches!(progress, Progress::Done(_)) {
            self.give_back(io);
        }
        progress
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        let status = self.nested.as_mut().map_or(crate::shell::INTERRUPTED, |nested| nested.interrupt(io));
        self.give_back(io);
        status
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "flock".to_owned()
    }
}

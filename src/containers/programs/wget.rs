//! `wget` between containers, as BusyBox prints it.

use super::{hint, world};
use crate::containers::http::Fetched;
use crate::containers::network::Trouble;
use crate::shell::programs::{Options, Wrong, brief};
use crate::shell::web::Url;
use crate::shell::{Call, Io, Program, Progress};
use crate::sim::{Span, Time};

/// Redirections that are followed.
const HOPS_MAX: u32 = 5;
/// How long a connection is tried that nobody answers.
const PATIENCE: Span = Span::from_seconds(130);

/// `wget [-qS] [-O FILE] [-T SECONDS] [--spider] URL`.
pub(super) fn wget(call: &Call) -> Box<dyn Program> {
    const LONG: &[(&str, char)] = &[
        ("quiet", 'q'),
        ("output-document", 'O'),
        ("timeout", 'T'),
        ("spider", 's'),
        ("server-response", 'S'),
    ];
    match Options::parse(call, "qSO:T:t:sP:", LONG) {
        Ok(options) if options.operands.is_empty() => brief(call.clone(), |_, io| {
            io.err("BusyBox multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-T SEC] URL...\n");
            1
        }),
        Ok(options) => Box::new(Wget { call: call.clone(), options, gives_up: None }),
        Err(Wrong(..)) => brief(call.clone(), |call, io| {
            io.err(&format!("wget: unrecognized option: {}\n", call.args().join(" ")));
            1
        }),
    }
}

#[derive(Clone)]
struct Wget {
    call: Call,
    options: Options,
    gives_up: Option<Time>,
}

impl Wget {
    fn tell(&self, io: &mut Io<'_>, peer: &str) {
        if !self.options.has('q') {
            io.err(&format!("Connecting to {peer}\n"));
        }
    }

    fn get(&mut self, io: &mut Io<'_>, text: &str, hops: u32) -> Option<i32> {
        let Some(url) = Url::parse(text) else {
            io.err(&format!("wget: not an http or ftp url: {text}\n"));
            return Some(1);
        };
        let found = world(io)?;
        let address = found.address_of(&url.host);
        let answer = found.ask(&url, "GET", "Wget");
        let shown = address.unwrap_or_else(|| url.host.clone());
        let peer = format!("{} ({shown}:{})", url.host, url.port);
        match answer {
            Err(Trouble::Unresolved) => {
                io.err(&format!("wget: bad address '{}'\n", url.authority()));
                if let Some(hint) = hint(&Trouble::Unresolved, &url.host) {
                    io.hint(hint);
                }
                Some(1)
            }
            Err(Trouble::Silence) => {
                let patience = self.options.value('T').and_then(|text| text.parse().ok());
                let span = patience.map_or(PATIENCE, Span::from_seconds);
                let until = *self.gives_up.get_or_insert(io.now() + span);
                if io.now() < until {
                    return None;
                }
                self.tell(io, &peer);
                io.err("wget: download timed out\n");
                Some(1)
            }
            Err(trouble) => {
                let why = if trouble == Trouble::NoRoute { "No route to host" } else { "Connection refused" };
                self.tell(io, &peer);
                io.err(&format!("wget: can't connect to remote host ({shown}): {why}\n"));
                if let Some(hint) = hint(&trouble, &url.host) {
                    io.hint(hint);
                }
                Some(1)
            }
            Ok(Fetched::NoHttp) => {
                io.err("wget: error getting response\n");
                Some(1)
            }
            Ok(Fetched::Answer(answer)) => {
                self.tell(io, &peer);
                if answer.status >= 400 {
                    io.err(&format!("wget: server returned error: {}\n", answer.status_line()));
                    return Some(1);
                }
                let target = answer.headers.iter().find(|(name, _)| *name == "Location");
                if let Some((_, place)) = target.filter(|_| hops < HOPS_MAX) {
                    let place = place.clone();
                    return self.get(io, &place, hops + 1);
                }
                Some(self.put(io, &answer.body, &url))
            }
        }
    }

    fn put(&self, io: &mut Io<'_>, body: &str, url: &Url) -> i32 {
        let quiet = self.options.has('q');
        if self.options.has('s') {
            if !quiet {
                io.err("remote file exists\n");
            }
            return 0;
        }
        let last = url.path.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let usual = if last.is_empty() { "index.html" } else { last };
        let file = self.options.value('O').unwrap_or(usual).to_owned();
        if file == "-" {
            io.out(body);
            return 0;
        }
        match io.write_file(&self.call.path(&file), body) {
            Ok(()) => {
                if !quiet {
                    io.err(&format!("{file:<20} 100% |{}| {:>5}  0:00:00 ETA\n", "*".repeat(31), body.len()));
                }
                0
            }
            Err(error) => {
                io.err(&format!("wget: can't open '{file}': {error}\n"));
                1
            }
        }
    }
}

impl Program for Wget {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let text = self.options.operands.first().cloned().unwrap_or_default();
        match self.get(io, &text, 0) {
            Some(status) => Progress::Done(status),
            None => Progress::Wait { wake_at: self.gives_up },
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "wget".to_owned()
    }
}

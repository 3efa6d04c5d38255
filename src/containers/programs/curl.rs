//! `curl` between containers.

use super::{hint, world};
use crate::containers::http::{Fetched, Response, Url};
use crate::containers::network::Trouble;
use crate::shell::programs::{Options, Wrong, brief};
use crate::shell::{Call, Io, Program, Progress};
use crate::sim::{Span, Time};

/// Redirections that are followed.
const HOPS_MAX: u32 = 10;
/// How long a connection is tried that nobody answers.
const PATIENCE: Span = Span::from_seconds(130);

/// `curl [-sSfiIkLv] [-o FILE] [-m SECONDS] [-X METHOD] [-w FORMAT] [-H HEADER] URL…`.
pub(super) fn curl(call: &Call) -> Box<dyn Program> {
    const LONG: &[(&str, char)] = &[
        ("location", 'L'),
        ("remote-name", 'O'),
        ("output", 'o'),
        ("silent", 's'),
        ("show-error", 'S'),
        ("fail", 'f'),
        ("insecure", 'k'),
        ("max-time", 'm'),
        ("connect-timeout", 'm'),
        ("include", 'i'),
        ("head", 'I'),
        ("request", 'X'),
        ("write-out", 'w'),
        ("header", 'H'),
        ("data", 'd'),
        ("verbose", 'v'),
        ("http1.1", '1'),
    ];
    match Options::parse(call, "LOo:sSfkm:iIX:w:H:d:v1", LONG) {
        Ok(options) if options.operands.is_empty() => {
            complain(call, "curl: no URL specified!\ncurl: try 'curl --help' for more information\n", 2)
        }
        Ok(options) => Box::new(Curl { call: call.clone(), options, at: 0, gives_up: None, status: 0 }),
        Err(Wrong(message, _)) => {
            complain(call, &message.replace("invalid option -- ", "option ").replace('\'', ""), 2)
        }
    }
}

fn complain(call: &Call, message: &str, exit: i32) -> Box<dyn Program> {
    let mut call = call.clone();
    call.argv = vec![message.to_owned(), exit.to_string()];
    brief(call, |call, io| {
        io.err(call.argv.first().map_or("", String::as_str));
        call.argv.get(1).and_then(|exit| exit.parse().ok()).unwrap_or(2)
    })
}

#[derive(Clone)]
struct Curl {
    call: Call,
    options: Options,
    /// The URL whose turn it is.
    at: usize,
    gives_up: Option<Time>,
    status: i32,
}

impl Curl {
    fn is_silent(&self) -> bool {
        self.options.has('s') && !self.options.has('S')
    }

    fn fail(&self, io: &mut Io<'_>, exit: i32, message: &str) -> i32 {
        if !self.is_silent() {
            io.err(&format!("curl: ({exit}) {message}\n"));
        }
        exit
    }

    /// Asks for one URL; `None` when nobody answers yet.
    fn get(&mut self, io: &mut Io<'_>, text: &str) -> Option<i32> {
        let Some(mut url) = Url::parse(text) else {
            return Some(self.fail(io, 3, "URL using bad/illegal format or missing URL"));
        };
        let method = match self.options.value('X') {
            Some(method) => method.to_owned(),
            None if self.options.has('I') => "HEAD".to_owned(),
            None if self.options.has('d') => "POST".to_owned(),
            None => "GET".to_owned(),
        };
        let mut hops = 0;
        loop {
            if url.is_secure {
                return Some(self.fail(io, 35, "the sandbox's containers do not speak TLS"));
            }
            let Some(world) = world(io) else { return Some(1) };
            match world.ask(&url, &method, "curl/7.88.1") {
                Err(Trouble::Silence) => return self.wait(io, &url),
                Err(trouble) => return Some(self.trouble(io, &url, &trouble)),
                Ok(Fetched::NoHttp) => return Some(self.fail(io, 52, "Empty reply from server")),
                Ok(Fetched::Answer(answer)) => {
                    let target = answer.headers.iter().find(|(name, _)| *name == "Location");
                    let next = target.and_then(|(_, place)| follow(&url, place));
                    if self.options.has('i') || self.options.has('I') {
                        io.out(&head(&answer));
                    }
                    match next.filter(|_| self.options.has('L') && hops < HOPS_MAX) {
                        Some(next) => url = next,
                        None => return Some(self.show(io, &answer, text)),
                    }
                    hops += 1;
                }
            }
        }
    }

    fn wait(&mut self, io: &mut Io<'_>, url: &Url) -> Option<i32> {
        let patience = self.options.value('m').and_then(|text| text.parse::<u64>().ok());
        let span = patience.map_or(PATIENCE, Span::from_seconds);
        let until = *self.gives_up.get_or_insert(io.now() + span);
        if io.now() < until {
            return None;
        }
        self.gives_up = None;
        let message = match patience {
            Some(_) => format!("Connection timed out after {} milliseconds", span.ms() + 1),
            None => format!(
                "Failed to connect to {} port {} after {} ms: Connection timed out",
                url.host,
                url.port,
                span.ms()
            ),
        };
        Some(self.fail(io, 28, &message))
    }

    fn trouble(&self, io: &mut Io<'_>, url: &Url, trouble: &Trouble) -> i32 {
        if let Some(hint) = hint(trouble, &url.host) {
            io.hint(hint);
        }
        let (host, port) = (&url.host, url.port);
        match trouble {
            Trouble::Unresolved => self.fail(io, 6, &format!("Could not resolve host: {host}")),
            Trouble::NoRoute => {
                self.fail(io, 7, &format!("Failed to connect to {host} port {port}: No route to host"))
            }
            _ => self.fail(io, 7, &format!("Failed to connect to {host} port {port}: Connection refused")),
        }
    }

    fn show(&self, io: &mut Io<'_>, answer: &Response, url: &str) -> i32 {
        let is_bad = answer.status >= 400;
        let mut exit = 0;
        if self.options.has('f') && is_bad {
            exit = self.fail(io, 22, &format!("The requested URL returned error: {}", answer.status));
        } else if !self.options.has('I') {
            exit = self.put(io, &answer.body, url);
        }
        if let Some(format) = self.options.value('w') {
            let code = format!("{:03}", answer.status);
            let text = format.replace("%{http_code}", &code).replace("%{response_code}", &code);
            io.out(&text.replace("\\n", "\n").replace("\\t", "\t"));
        }
        exit
    }

    fn put(&self, io: &mut Io<'_>, body: &str, url: &str) -> i32 {
        let file = match self.options.value('o') {
            Some("-") => None,
            Some(file) => Some(file.to_owned()),
            None if self.options.has('O') => {
                Some(url.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned())
            }
            None => None,
        };
        let Some(file) = file else {
            io.out(body);
            return 0;
        };
        let path = self.call.path(&file);
        match io.write_file(&path, body) {
            Ok(()) => 0,
            Err(error) => {
                self.fail(io, 23, &format!("Failure writing output to destination: {file}: {error}"))
            }
        }
    }
}

fn head(answer: &Response) -> String {
    let mut text = answer.status_line() + "\r\n";
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n"
}

/// The URL that a `Location` leads to.
fn follow(from: &Url, place: &str) -> Option<Url> {
    if place.contains("://") {
        return Url::parse(place);
    }
    Some(Url { path: place.to_owned(), ..from.clone() }).filter(|url| url.path.starts_with('/'))
}

impl Program for Curl {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        while let Some(url) = self.options.operands.get(self.at).cloned() {
            match self.get(io, &url) {
                Some(status) => self.status = status,
                None => return Progress::Wait { wake_at: self.gives_up },
            }
            self.at += 1;
        }
        Progress::Done(self.status)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "curl".to_owned()
    }
}

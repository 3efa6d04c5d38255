//! `curl`: documents of the network, as far as the host has them.
//!
//! Left out: bodies that are sent (`-d` only makes it a `POST`), headers that are sent, what `-v` tells.

use super::{Options, Wrong};
use crate::shell::host::{Call, Program, Progress};
use crate::shell::io::Io;
use crate::shell::web::{FetchError, Obstacle, Response, Url};
use crate::sim::{Span, Time};

/// Who asks.
const AGENT: &str = "curl/7.88.1";
/// Redirections that are followed.
const HOPS_MAX: u32 = 50;
/// How long a connection is tried that nobody answers.
const PATIENCE: Span = Span::from_seconds(130);
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

/// `curl [-sSfiIkLv] [-O] [-o FILE] [-m SECONDS] [-X METHOD] [-w FORMAT] [-H HEADER] URL…`.
pub(super) fn curl(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "LOo:sSfkm:iIX:w:H:d:v1", LONG).map_err(|Wrong(mistake, _)| {
        let text = mistake.text().replace("invalid option -- ", "option ").replace("curl: ", "curl: (2) ");
        Wrong(text.replace('\'', "").into(), 2)
    })?;
    if options.operands.is_empty() {
        return Err(Wrong("curl: (2) no URL specified\n".into(), 2));
    }
    Ok(Box::new(Curl { call, options, at: 0, gives_up: None, status: 0 }))
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
    fn fail(&self, io: &mut Io<'_>, exit: i32, message: &str) -> i32 {
        if !self.options.has('s') || self.options.has('S') {
            io.err(&format!("curl: ({exit}) {message}\n"));
        }
        exit
    }

    fn method(&self) -> String {
        match self.options.value('X') {
            Some(method) => method.to_owned(),
            None if self.options.has('I') => "HEAD".to_owned(),
            None if self.options.has('d') => "POST".to_owned(),
            None => "GET".to_owned(),
        }
    }

    /// Asks for one URL; `None` when nobody answers yet.
    fn get(&mut self, io: &mut Io<'_>, text: &str) -> Option<i32> {
        let Some(mut url) = Url::parse(text) else {
            return Some(self.fail(io, 3, "URL using bad/illegal format or missing URL"));
        };
        for hops in 0.. {
            let answer = match io.host().fetch(&url, &self.method(), AGENT) {
                Ok(answer) => answer,
                Err(error) => return self.trouble(io, &url, error),
            };
            if self.options.has('i') || self.options.has('I') {
                io.out(&head(&answer));
            }
            let place = answer.headers.iter().find(|(name, _)| *name == "Location");
            let next = place.filter(|_| self.options.has('L')).and_then(|(_, place)| url.follow(place));
            match next {
                None => return Some(self.show(io, &answer, text)),
                Some(_) if hops >= HOPS_MAX => {
                    return Some(self.fail(io, 47, &format!("Maximum ({HOPS_MAX}) redirects followed")));
                }
                Some(next) => url = next,
            }
        }
        None
    }

    /// Says why there is nothing to show, unless that may change.
    fn trouble(&mut self, io: &mut Io<'_>, url: &Url, error: FetchError) -> Option<i32> {
        if error.obstacle == Obstacle::Silence {
            return self.wait(io, url, error.hint);
        }
        if let Some(hint) = error.hint {
            io.hint(hint);
        }
        let to = format!("Failed to connect to {} port {}", url.host, url.port);
        let (exit, message) = match error.obstacle {
            Obstacle::Unresolved => (6, format!("Could not resolve host: {}", url.host)),
            Obstacle::NoRoute => (7, format!("{to}: No route to host")),
            Obstacle::Refused | Obstacle::Silence => (7, format!("{to}: Connection refused")),
            Obstacle::NoHttp => (52, "Empty reply from server".to_owned()),
            Obstacle::NoTls => (35, "the sandbox's containers do not speak TLS".to_owned()),
        };
        Some(self.fail(io, exit, &message))
    }

    fn wait(&mut self, io: &mut Io<'_>, url: &Url, hint: Option<String>) -> Option<i32> {
        let patience = self.options.value('m').and_then(|text| text.parse::<u64>().ok());
        let span = patience.map_or(PATIENCE, Span::from_seconds);
        let until = *self.gives_up.get_or_insert(io.now() + span);
        if let Some(hint) = hint {
            io.hint(hint);
        }
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
            None if self.options.has('O') => Some(super::web::base_name(url)),
            None => None,
        };
        let Some(file) = file else {
            io.out(body);
            return 0;
        };
        if let Err(error) = io.write_file(&self.call.path(&file), body) {
            return self.fail(io, 23, &format!("Failure writing output to destination: {file}: {error}"));
        }
        if !self.options.has('s') {
            let bytes = body.len();
            io.err(&format!(
                "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n\
                 {:33}Dload  Upload   Total   Spent    Left  Speed\n\
                 100 {bytes:>5}  100 {bytes:>5}    0     0  {bytes:>5}      0 --:--:-- --:--:-- --:--:-- {bytes:>5}\n",
                ""
            ));
        }
        0
    }
}

fn head(answer: &Response) -> String {
    let mut text = answer.status_line() + "\r\n";
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n"
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

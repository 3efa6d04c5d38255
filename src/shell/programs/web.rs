//! `wget` of the terminal: documents of the network, as far as the host has them.

use super::Wrong;
use super::options::Options;
use crate::shell::host::Call;
use crate::shell::io::Io;
use crate::shell::web::{Obstacle, Url};

/// Redirections that are followed.
const HOPS_MAX: u32 = 20;

/// The last part of a URL's path: the file's name.
pub(super) fn base_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// `wget`: `-q`, `-O FILE`.
pub(super) fn wget(call: &Call, io: &mut Io<'_>) -> i32 {
    let options = match Options::parse(call, "qO:T:t:", &[("quiet", 'q'), ("output-document", 'O')]) {
        Ok(options) => options,
        Err(Wrong(mistake, _)) => {
            mistake.tell(io);
            return 2;
        }
    };
    let Some(url) = options.operands.first() else {
        io.err("wget: missing URL\n");
        return 1;
    };
    let fetched = match Url::parse(url) {
        Some(url) => fetch(io, url),
        None => Err(format!("{url}: Unsupported scheme")),
    };
    match fetched {
        Err(why) => {
            io.err(&format!("wget: {why}\n"));
            1
        }
        Ok(text) if options.value('O') == Some("-") => {
            io.out(&text);
            0
        }
        Ok(text) => {
            let file = options.value('O').map_or_else(|| base_name(url), str::to_owned);
            if let Err(error) = io.write_file(&call.path(&file), &text) {
                io.err(&format!("wget: {file}: {error}\n"));
                return 1;
            }
            if !options.has('q') {
                io.err(&format!("'{file}' saved\n"));
            }
            0
        }
    }
}

/// The document of a URL, or of the one that it leads to; else why there is none.
fn fetch(io: &mut Io<'_>, mut url: Url) -> Result<String, String> {
    for _ in 0..HOPS_MAX {
        let answer = match io.host().fetch(&url, "GET", "Wget/1.21.4") {
            Ok(answer) => answer,
            Err(error) => {
                if let Some(hint) = error.hint {
                    io.hint(hint);
                }
                return Err(match error.obstacle {
                    Obstacle::Unresolved => format!("unable to resolve host address '{}'", url.host),
                    Obstacle::NoRoute => "No route to host".to_owned(),
                    Obstacle::Silence => "Connection timed out".to_owned(),
                    Obstacle::NoHttp => "No data received".to_owned(),
                    Obstacle::NoTls => "Unable to establish SSL connection".to_owned(),
                    Obstacle::Refused => "Connection refused".to_owned(),
                });
            }
        };
        if answer.status >= 400 {
            return Err(format!("server returned error {}", answer.status_line()));
        }
        let place = answer.headers.iter().find(|(name, _)| *name == "Location");
        match place.and_then(|(_, place)| url.follow(place)) {
            Some(next) => url = next,
            None => return Ok(answer.body),
        }
    }
    Err(format!("{HOPS_MAX} redirections exceeded."))
}

//! `curl` and `wget`: documents of the network, as far as the host has them.

use super::Wrong;
use super::options::Options;
use crate::shell::host::Call;
use crate::shell::io::Io;

/// `curl`: `-L`, `-O`, `-o FILE`, `-s`, `-S`, `-f`.
pub(super) fn curl(call: &Call, io: &mut Io<'_>) -> i32 {
    let long = [
        ("location", 'L'),
        ("remote-name", 'O'),
        ("output", 'o'),
        ("silent", 's'),
        ("show-error", 'S'),
        ("fail", 'f'),
        ("insecure", 'k'),
        ("max-time", 'm'),
        ("connect-timeout", 'm'),
    ];
    let options = match Options::parse(call, "LOo:sSfkm:", &long) {
        Ok(options) => options,
        Err(Wrong(message, _)) => {
            io.err(&message.replace("invalid option -- ", "option ").replace("curl: ", "curl: (2) "));
            return 2;
        }
    };
    if options.operands.is_empty() {
        io.err("curl: (2) no URL specified\n");
        return 2;
    }
    let mut status = 0;
    for url in &options.operands {
        let file = match options.value('o') {
            Some(file) => Some(file.to_owned()),
            None if options.has('O') => Some(base_name(url)),
            None => None,
        };
        status = get(call, io, url, file.as_deref().filter(|file| *file != "-"), &options);
    }
    status
}

fn get(call: &Call, io: &mut Io<'_>, url: &str, file: Option<&str>, options: &Options) -> i32 {
    let text = match io.host().fetch(url, call) {
        Ok(text) => text,
        Err(error) => {
            if !options.has('s') || options.has('S') {
                io.err(&format!("curl: {}\n", error.message));
            }
            if let Some(hint) = error.hint {
                io.hint(hint);
            }
            return error.exit;
        }
    };
    let Some(file) = file else {
        io.out(&text);
        return 0;
    };
    if let Err(error) = io.write_file(&call.path(file), &text) {
        io.err(&format!("curl: (23) Failure writing output to destination: {file}: {error}\n"));
        return 23;
    }
    if !options.has('s') {
        let bytes = text.len();
        io.err(&format!(
            "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n\
             {:33}Dload  Upload   Total   Spent    Left  Speed\n\
             100 {bytes:>5}  100 {bytes:>5}    0     0  {bytes:>5}      0 --:--:-- --:--:-- --:--:-- {bytes:>5}\n",
            ""
        ));
    }
    0
}

fn base_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// `wget`: `-q`, `-O FILE`.
pub(super) fn wget(call: &Call, io: &mut Io<'_>) -> i32 {
    let options = match Options::parse(call, "qO:T:t:", &[("quiet", 'q'), ("output-document", 'O')]) {
        Ok(options) => options,
        Err(Wrong(message, _)) => {
            io.err(&message);
            return 2;
        }
    };
    let Some(url) = options.operands.first() else {
        io.err("wget: missing URL\n");
        return 1;
    };
    match io.host().fetch(url, call) {
        Err(error) => {
            let why = error.message.split_once(") ").map_or(error.message.as_str(), |(_, why)| why);
            io.err(&format!("wget: {why}\n"));
            if let Some(hint) = error.hint {
                io.hint(hint);
            }
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

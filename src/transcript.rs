//! Whole sessions as text: lines that are typed, time that passes, and what is printed.
//!
//! ```text
//! # A comment.
//! $ kubectl apply -f web.yaml
//! statefulset.apps/web created
//! +20s
//! ^C
//! ! crash web-0
//! ```
//! `$` types a line, `>` goes on with it, `+20s` lets time pass, `settle` runs until nothing is due (at most
//! an hour), `^C` interrupts, `!` injects a fault. A file that a line names and the session does not have yet
//! is read beside the script. All other lines are output of an earlier run; they are written anew.

use crate::cluster::{Cluster, Input, InputError, Terminal};
use crate::sim::Span;

const TERMINAL: u32 = 0;
/// How long a line may block before the script goes on.
const BLOCK_SECONDS: u64 = 600;
const SETTLE_SECONDS: u64 = 3_600;

/// Plays a script and returns it with the output as it is now. `read` finds files by name.
///
/// # Errors
/// When an input is not taken.
pub fn play(
    cluster: &mut Cluster,
    script: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<String, InputError> {
    let mut out = String::new();
    for line in script.lines() {
        let goes_on = cluster.terminal(TERMINAL).is_some_and(Terminal::is_incomplete);
        let action = match line.strip_prefix("> ").filter(|_| goes_on) {
            Some(typed) => Action::Type(typed),
            None => match Action::of(line) {
                Some(action) => action,
                None => continue,
            },
        };
        // Output may lack the end of its last line; the next one stands alone all the same.
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        match action {
            Action::Comment => {}
            Action::Type(typed) => {
                add_files(cluster, typed, read)?;
                type_line(cluster, typed, &mut out)?;
            }
            Action::Pass(span) => {
                let until = cluster.now() + span;
                let shown = shown_bytes(cluster);
                cluster.run_until(until);
                print_since(cluster, shown, &mut out);
            }
            Action::Settle => {
                let limit = cluster.now() + Span::from_seconds(SETTLE_SECONDS);
                cluster.run_until_settled(limit);
            }
            Action::Interrupt => {
                let shown = shown_bytes(cluster);
                cluster.submit(Input::Interrupt { terminal: TERMINAL })?;
                print_since(cluster, shown, &mut out);
            }
            Action::Fault(fault) => match Input::fault(fault) {
                Some(input) => cluster.submit(input)?,
                None => out.push_str("unknown fault\n"),
            },
        }
    }
    Ok(out)
}

enum Action<'a> {
    Comment,
    Type(&'a str),
    Pass(Span),
    Settle,
    Interrupt,
    Fault(&'a str),
}

impl<'a> Action<'a> {
    fn of(line: &'a str) -> Option<Self> {
        if line.starts_with('#') {
            return Some(Self::Comment);
        }
        if let Some(typed) = line.strip_prefix("$ ") {
            return Some(Self::Type(typed));
        }
        if let Some(fault) = line.strip_prefix("! ") {
            return Some(Self::Fault(fault));
        }
        match line {
            "settle" => Some(Self::Settle),
            "^C" => Some(Self::Interrupt),
            _ => {
                let seconds = line.strip_prefix('+')?.strip_suffix('s')?.parse().ok()?;
                Some(Self::Pass(Span::from_seconds(seconds)))
            }
        }
    }
}

fn add_files(
    cluster: &mut Cluster,
    typed: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<(), InputError> {
    for word in typed.split_whitespace() {
        let word = word.trim_start_matches("--filename=").trim_start_matches("-f=");
        let is_file = matches!(word.rsplit_once('.'), Some((_, "yaml" | "yml" | "json")));
        if is_file
            && !cluster.files().contains_key(word)
            && let Some(text) = read(word)
        {
            cluster.submit(Input::File { name: word.to_owned(), text })?;
        }
    }
    Ok(())
}

fn type_line(cluster: &mut Cluster, typed: &str, out: &mut String) -> Result<(), InputError> {
    cluster.submit(Input::Line { terminal: TERMINAL, line: typed.to_owned() })?;
    let is_watch =
        typed.split_whitespace().any(|word| matches!(word, "-w" | "--watch" | "--watch-only" | "watch"));
    let limit = cluster.now() + Span::from_seconds(BLOCK_SECONDS);
    while !is_watch && is_busy(cluster) && cluster.next_due().is_some_and(|due| due <= limit) {
        cluster.step();
    }
    print_since(cluster, 0, out);
    if let Some(entry) = cluster.terminal(TERMINAL).and_then(|terminal| terminal.entries().last()) {
        if let Some(code) = entry.exit.filter(|&code| code != 0) {
            out.push_str(&format!("[exit {code}]\n"));
        }
        if let Some(hint) = &entry.hint {
            out.push_str(&format!("[hint] {hint}\n"));
        }
    }
    Ok(())
}

fn is_busy(cluster: &Cluster) -> bool {
    cluster.terminal(TERMINAL).is_some_and(Terminal::is_busy)
}

fn last_output(cluster: &Cluster) -> String {
    let entry = cluster.terminal(TERMINAL).and_then(|terminal| terminal.entries().last());
    entry.map(|entry| entry.chunks.iter().map(|(_, text)| text.as_str()).collect()).unwrap_or_default()
}

fn shown_bytes(cluster: &Cluster) -> usize {
    last_output(cluster).len()
}

fn print_since(cluster: &Cluster, shown: usize, out: &mut String) {
    if let Some(text) = last_output(cluster).get(shown..) {
        out.push_str(text);
    }
}

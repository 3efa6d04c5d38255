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
//! an hour), `^C` interrupts, `^D` ends the input, `!` injects a fault, `@ 1` goes to another terminal.
//! A file that a line names and the session does not have yet is read beside the script. All other lines are
//! output of an earlier run; they are written anew.

use crate::cluster::{Cluster, Input, InputError, Terminal};
use crate::sim::Span;

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
    let mut terminal = 0;
    for line in script.lines() {
        let goes_on = cluster.terminal(terminal).is_some_and(Terminal::is_incomplete);
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
                type_line(cluster, terminal, typed, &mut out)?;
            }
            Action::Pass(span) => {
                let until = cluster.now() + span;
                let shown = shown_bytes(cluster, terminal);
                cluster.run_until(until);
                print_since(cluster, terminal, shown, &mut out);
            }
            Action::Settle => {
                let limit = cluster.now() + Span::from_seconds(SETTLE_SECONDS);
                cluster.run_until_settled(limit);
            }
            Action::Interrupt => {
                let shown = shown_bytes(cluster, terminal);
                cluster.submit(Input::Interrupt { terminal })?;
                run_on(cluster, terminal);
                print_since(cluster, terminal, shown, &mut out);
            }
            Action::EndInput => {
                let shown = shown_bytes(cluster, terminal);
                cluster.submit(Input::EndOfInput { terminal })?;
                run_on(cluster, terminal);
                print_since(cluster, terminal, shown, &mut out);
            }
            Action::Terminal(id) => terminal = id,
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
    EndInput,
    Fault(&'a str),
    Terminal(u32),
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
        if let Some(id) = line.strip_prefix("@ ") {
            return id.parse().ok().map(Self::Terminal);
        }
        match line {
            "settle" => Some(Self::Settle),
            "^C" => Some(Self::Interrupt),
            "^D" => Some(Self::EndInput),
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

fn type_line(cluster: &mut Cluster, terminal: u32, typed: &str, out: &mut String) -> Result<(), InputError> {
    // A line for the program that runs is shown as it is typed; the script has it already.
    let shown = if is_busy(cluster, terminal) { shown_bytes(cluster, terminal) + typed.len() + 1 } else { 0 };
    cluster.submit(Input::Line { terminal, line: typed.to_owned() })?;
    let words: Vec<&str> = typed.split_whitespace().collect();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let is_watch = has(&["-w", "--watch", "--watch-only", "watch"])
        || (has(&["logs"]) && has(&["-f", "--follow"]))
        || has(&["attach"]);
    if !is_watch {
        run_on(cluster, terminal);
    }
    print_since(cluster, terminal, shown, out);
    if let Some(entry) = cluster.terminal(terminal).and_then(|terminal| terminal.entries().last()) {
        if let Some(code) = entry.exit.filter(|&code| code != 0) {
            out.push_str(&format!("[exit {code}]\n"));
        }
        if let Some(hint) = &entry.hint {
            out.push_str(&format!("[hint] {hint}\n"));
        }
    }
    Ok(())
}

/// Lets time pass while a line runs, unless it reads what is typed next.
fn run_on(cluster: &mut Cluster, terminal: u32) {
    let limit = cluster.now() + Span::from_seconds(BLOCK_SECONDS);
    while is_busy(cluster, terminal)
        && !cluster.terminal(terminal).is_some_and(Terminal::takes_input)
        && cluster.next_due().is_some_and(|due| due <= limit)
    {
        cluster.step();
    }
}

fn is_busy(cluster: &Cluster, terminal: u32) -> bool {
    cluster.terminal(terminal).is_some_and(Terminal::is_busy)
}

fn last_output(cluster: &Cluster, terminal: u32) -> String {
    let entry = cluster.terminal(terminal).and_then(|terminal| terminal.entries().last());
    entry.map(|entry| entry.chunks.iter().map(|(_, text)| text.as_str()).collect()).unwrap_or_default()
}

fn shown_bytes(cluster: &Cluster, terminal: u32) -> usize {
    last_output(cluster, terminal).len()
}

fn print_since(cluster: &Cluster, terminal: u32, shown: usize, out: &mut String) {
    if let Some(text) = last_output(cluster, terminal).get(shown..) {
        out.push_str(text);
    }
}

//! Whole sessions as text: lines that are typed, time that passes, and what is printed.
//!
//! ```text
//! %node worker-1 disk=fast gpu:NoSchedule
//! # A comment.
//! = WEB-01
//! 2$ kubectl get pods -w
//! = WEB-02
//! $ kubectl apply -f web.yaml
//! statefulset.apps/web created
//! 2| NAME    READY   STATUS    RESTARTS   AGE
//! 2| web-0   0/1     Pending   0          0s
//! +20s
//! 2^C
//! ! crash web-0
//! ```
//! `$` types a line and waits for its end, at most ten minutes, or until it asks for input or an editor; `$&`
//! does not wait, and nor does a line that watches. `>` goes on with a line that is not complete. `+20s` lets
//! time pass, `settle` runs until nothing is due (at most an hour), `^C` interrupts, `^D` ends the input,
//! `edit OLD => NEW` changes what the editor holds and saves it, `!` injects a fault. A number in front names
//! another terminal than the first, and what that one prints stands behind its number and a bar. `=` names
//! the entry of a list that the next typed line plays. `%node` lines are the cluster's nodes, with
//! labels and taints.
//!
//! A file that a line names and the session does not have yet is read beside the script. All other lines are
//! output of an earlier run; they are written anew. Output that would read as one of the above gets a bar.

use crate::api::scheduling::Taint;
use crate::cluster::{Cluster, ClusterConfig, Input, InputError, Terminal};
use crate::collections::SortedMap;
use crate::kubelet::NodeConfig;
use crate::sim::Span;

/// How long a line may block before the script goes on.
const BLOCK_SECONDS: u64 = 600;
const SETTLE_SECONDS: u64 = 3_600;

/// The cluster that a script asks for: the default one, with the nodes that its head names.
pub fn config(script: &str) -> ClusterConfig {
    let nodes: Vec<NodeConfig> =
        script.lines().filter_map(|line| node(line.strip_prefix("%node ")?)).collect();
    if nodes.is_empty() {
        return ClusterConfig::default();
    }
    ClusterConfig { nodes, ..ClusterConfig::default() }
}

fn node(text: &str) -> Option<NodeConfig> {
    let mut words = text.split_whitespace();
    let mut node = NodeConfig::named(words.next()?);
    for word in words {
        if let Some((key, effect)) = word.rsplit_once(':') {
            let (key, value) = key.split_once('=').unwrap_or((key, ""));
            node.taints.push(Taint {
                key: key.to_owned(),
                value: value.to_owned(),
                effect: effect.to_owned(),
                ..Taint::default()
            });
        } else if let Some((key, value)) = word.split_once('=') {
            node.labels.insert(key.to_owned(), value.to_owned());
        }
    }
    Some(node)
}

/// Plays a script and returns it with the output as it is now. `read` finds files by name.
///
/// # Errors
/// When an input is not taken.
pub fn play(
    cluster: &mut Cluster,
    script: &str,
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<String, InputError> {
    let mut player = Player { cluster, read, shown: SortedMap::new(), out: String::new() };
    for line in script.lines() {
        player.line(line)?;
    }
    Ok(player.out)
}

/// One typed line of a script, or a key that was pressed: what [`entries`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The identifier that stands before it.
    pub id: String,
    /// All that is typed from there to the next identifier, a line each.
    pub typed: Vec<String>,
}

/// The entries that a script names with `=`.
pub fn entries(script: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in script.lines() {
        if let Some(id) = line.strip_prefix("= ") {
            entries.push(Entry { id: id.to_owned(), typed: Vec::new() });
            continue;
        }
        let (_, rest) = terminal(line);
        let typed = match Action::of(line) {
            Some(Action::Type { typed, .. }) => typed,
            Some(Action::Interrupt) => "^C",
            _ => match rest.strip_prefix("> ").or_else(|| (rest == ">").then_some("")) {
                Some(typed) => typed,
                None => continue,
            },
        };
        if let Some(entry) = entries.last_mut() {
            entry.typed.push(typed.to_owned());
        }
    }
    entries
}

enum Action<'a> {
    Comment,
    Type { typed: &'a str, waits: bool },
    Pass(Span),
    Settle,
    Interrupt,
    EndOfInput,
    Edit(&'a str, &'a str),
    Fault(&'a str),
}

impl<'a> Action<'a> {
    fn of(line: &'a str) -> Option<Self> {
        if line.starts_with('#') || line.starts_with("= ") || line.starts_with("%node ") {
            return Some(Self::Comment);
        }
        let (_, line) = terminal(line);
        if let Some(typed) = line.strip_prefix("$ ") {
            let is_watch = typed
                .split_whitespace()
                .any(|word| matches!(word, "-w" | "--watch" | "--watch-only" | "watch"));
            return Some(Self::Type { typed, waits: !is_watch });
        }
        if let Some(typed) = line.strip_prefix("$& ") {
            return Some(Self::Type { typed, waits: false });
        }
        if let Some(fault) = line.strip_prefix("! ") {
            return Some(Self::Fault(fault));
        }
        if let Some((old, new)) = line.strip_prefix("edit ").and_then(|change| change.split_once(" => ")) {
            return Some(Self::Edit(old, new));
        }
        match line {
            "settle" => Some(Self::Settle),
            "^C" => Some(Self::Interrupt),
            "^D" => Some(Self::EndOfInput),
            _ => {
                let seconds = line.strip_prefix('+')?.strip_suffix('s')?.parse().ok()?;
                Some(Self::Pass(Span::from_seconds(seconds)))
            }
        }
    }
}

/// The terminal that a line names, counted from 0, and the rest of it.
fn terminal(line: &str) -> (u32, &str) {
    let digit = line.chars().next().and_then(|c| c.to_digit(10)).filter(|&digit| digit > 0);
    match digit.and_then(|digit| Some((digit - 1, line.get(1..)?))) {
        Some((id, rest)) if rest.starts_with(['$', '^', '>']) => (id, rest),
        _ => (0, line),
    }
}

/// How much of a terminal the script has told.
#[derive(Default)]
struct Shown {
    /// The entry that it told last.
    number: Option<u64>,
    /// What of it.
    text: String,
    /// Its end as well.
    is_ended: bool,
}

struct Player<'a> {
    cluster: &'a mut Cluster,
    read: &'a dyn Fn(&str) -> Option<String>,
    shown: SortedMap<u32, Shown>,
    out: String,
}

impl Player<'_> {
    fn line(&mut self, line: &str) -> Result<(), InputError> {
        let (id, rest) = terminal(line);
        let goes_on = self.cluster.terminal(id).is_some_and(Terminal::is_incomplete);
        let continued = rest.strip_prefix('>').map(|typed| typed.strip_prefix(' ').unwrap_or(typed));
        let action = match continued.filter(|_| goes_on) {
            Some(typed) => Action::Type { typed, waits: true },
            None => match Action::of(line) {
                Some(action) => action,
                None => return Ok(()),
            },
        };
        // Output may lack the end of its last line; the next one stands alone all the same.
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(line);
        self.out.push('\n');
        match action {
            Action::Comment => return Ok(()),
            Action::Type { typed, waits } => self.type_line(id, typed, waits)?,
            Action::Pass(span) => {
                let until = self.cluster.now() + span;
                self.cluster.run_until(until);
            }
            Action::Settle => {
                let limit = self.cluster.now() + Span::from_seconds(SETTLE_SECONDS);
                self.cluster.run_until_settled(limit);
            }
            Action::Interrupt => {
                self.cluster.submit(Input::Interrupt { terminal: id })?;
                // How it ended is known: by Ctrl-C.
                self.shown.entry(id).or_default().is_ended = true;
            }
            Action::EndOfInput => self.cluster.submit(Input::EndOfInput { terminal: id })?,
            Action::Edit(old, new) => {
                let pending = self.cluster.terminal(id).and_then(Terminal::pending_edit);
                let text = pending.map(|edit| edit.text.replace(old, new));
                self.cluster.submit(Input::Edited { terminal: id, text })?;
                self.wait_for(id);
            }
            Action::Fault(fault) => match Input::fault(fault) {
                Some(input) => self.cluster.submit(input)?,
                None => self.out.push_str("unknown fault\n"),
            },
        }
        self.print(id);
        for other in (0..9).filter(|&other| other != id) {
            self.print(other);
        }
        Ok(())
    }

    fn type_line(&mut self, id: u32, typed: &str, waits: bool) -> Result<(), InputError> {
        self.add_files(typed)?;
        self.cluster.submit(Input::Line { terminal: id, line: typed.to_owned() })?;
        if waits {
            self.wait_for(id);
        }
        Ok(())
    }

    /// Lets time pass until a terminal is done or wants something of a person.
    fn wait_for(&mut self, id: u32) {
        let limit = self.cluster.now() + Span::from_seconds(BLOCK_SECONDS);
        let waits = |terminal: &Terminal| {
            terminal.is_busy() && !terminal.takes_input() && terminal.pending_edit().is_none()
        };
        while self.cluster.terminal(id).is_some_and(waits)
            && self.cluster.next_due().is_some_and(|due| due <= limit)
        {
            self.cluster.step();
        }
    }

    fn add_files(&mut self, typed: &str) -> Result<(), InputError> {
        for word in typed.split_whitespace() {
            let word = word.trim_start_matches("--filename=").trim_start_matches("-f=");
            let is_file = matches!(word.rsplit_once('.'), Some((_, "yaml" | "yml" | "json")));
            if is_file
                && !self.cluster.files().contains_key(word)
                && let Some(text) = (self.read)(word)
            {
                self.cluster.submit(Input::File { name: word.to_owned(), text })?;
            }
        }
        Ok(())
    }

    /// Writes what a terminal has printed and was not told yet.
    fn print(&mut self, id: u32) {
        let Some(terminal) = self.cluster.terminal(id) else { return };
        let shown = self.shown.entry(id).or_default();
        let mut fresh = String::new();
        let told = shown.number;
        for entry in terminal.entries().iter().filter(|entry| Some(entry.number) >= told) {
            if shown.number != Some(entry.number) {
                *shown = Shown { number: Some(entry.number), ..Shown::default() };
            }
            let text: String = entry.chunks.iter().map(|(_, text)| text.as_str()).collect();
            // A program that cleared the screen begins anew.
            fresh.push_str(text.strip_prefix(shown.text.as_str()).unwrap_or(&text));
            shown.text = text;
            if entry.exit.is_some() && !shown.is_ended {
                shown.is_ended = true;
                let code = entry.exit.filter(|&code| code != 0);
                for line in [
                    code.map(|code| format!("[exit {code}]\n")),
                    entry.hint.as_ref().map(|hint| format!("[hint] {hint}\n")),
                ] {
                    fresh.push_str(&line.unwrap_or_default());
                }
            }
        }
        // A file does not tell one end of a line from another.
        let fresh = fresh.replace("\r\n", "\n");
        for line in fresh.split_inclusive('\n') {
            let bar = id > 0 || Action::of(line.trim_end_matches('\n')).is_some();
            if bar {
                self.out.push_str(&format!("{}| ", id + 1));
            }
            self.out.push_str(line);
        }
        if !fresh.is_empty() && id > 0 && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }
}

//! What a line of a script asks for.

use crate::sim::Span;

/// What is done.
pub(super) enum Action<'a> {
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
    pub(super) fn of(line: &'a str) -> Option<Self> {
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
pub(super) fn terminal(line: &str) -> (u32, &str) {
    let digit = line.chars().next().and_then(|c| c.to_digit(10)).filter(|&digit| digit > 0);
    match digit.and_then(|digit| Some((digit - 1, line.get(1..)?))) {
        Some((id, rest)) if rest.starts_with(['$', '^', '>']) => (id, rest),
        _ => (0, line),
    }
}

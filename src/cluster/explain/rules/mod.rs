//! The rules behind what controllers decide, read from `rules.txt`.
//!
//! They are a text and no table of the program: the page fetches a text only with the code that reads it.

pub(super) mod docs;

use super::rule::{Ends, Rule, rule};

const TEXT: &str = include_str!("rules.txt");

/// A request that was refused, whoever sent it.
const REFUSED: Rule = rule(
    "",
    "RequestRefused",
    Ends::Itself,
    "",
    "A sync whose request is refused is tried again after a wait that doubles each time, from 5 ms up to 1000 s.",
);

/// Each line with whose rules it stands under, and its place.
fn lines() -> impl Iterator<Item = (&'static str, usize, &'static str)> {
    let mut by = "";
    TEXT.lines().enumerate().map(move |(at, line)| {
        if let Some(name) = line.strip_prefix('[') {
            by = name.trim_end_matches(']');
        }
        (by, at, line)
    })
}

/// The rules of controllers.
pub(super) fn all() -> impl Iterator<Item = Rule> {
    lines().filter_map(|(by, at, line)| read(by, line, at))
}

/// The rule of a line; its words are the next line that is set in.
fn read(by: &'static str, line: &'static str, at: usize) -> Option<Rule> {
    let mut words = line.split(' ').filter(|_| !line.starts_with([' ', '#', '[']));
    let (name, ends, path) = (words.next()?, words.next()?, words.next()?);
    let ends = match ends {
        "settled" => Ends::Settled,
        "done" => Ends::Done,
        "itself" => Ends::Itself,
        "other" => Ends::Other,
        "person" => Ends::Person,
        _ => return None,
    };
    let text = TEXT.lines().skip(at).find(|line| line.starts_with(' '))?;
    Some(rule(by, name, ends, if path == "-" { "" } else { path }, text.trim()))
}

/// The rule of a decision.
pub(super) fn of_decision(by: &str, name: &str) -> Rule {
    let is_it = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    let known = lines().find(|(whose, _, line)| *whose == by && is_it(line));
    let known = known.and_then(|(by, at, line)| read(by, line, at));
    debug_assert!(known.is_some() || name == REFUSED.name, "no rule for {name} of {by}");
    known.unwrap_or(REFUSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_text_is_a_rule_with_words() {
        let is_rule = |line: &&str| !line.is_empty() && !line.starts_with([' ', '#', '[']);
        assert_eq!(all().count(), TEXT.lines().filter(is_rule).count());
        for rule in all() {
            assert!(rule.text.ends_with('.') && !rule.by.is_empty(), "{rule:?}");
        }
    }

    #[test]
    fn a_decision_is_found_under_whose_it_is() {
        let ends = |by, name| of_decision(by, name).ends;
        assert_eq!(ends("statefulset-controller", "BrokenRollout"), Ends::Person);
        assert_eq!(ends("daemonset-controller", "PodsReady"), Ends::Other);
        assert_eq!(ends("replicaset-controller", "Create"), Ends::Done);
        assert_eq!(of_decision("daemonset-controller", "RequestRefused").name, "RequestRefused");
        assert_eq!(of_decision("node-controller", "Heartbeat").path, "");
    }
}

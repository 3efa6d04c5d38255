//! What chance decides about Events that are alike.
//!
//! When several pods become ready at the same moment, the Deployment controller takes one step for each or
//! one for all: from 4 to 3 and from 3 to 2, or from 4 to 2. And once ten messages of one reason about one
//! object differ, Go's random map order decides which of the later ones are told on their own and which
//! stand for the others (`PopAny` of the remembered messages). Neither is anything that a person did.

use super::format::Seen;
use super::tolerated::{self, SAME_MOMENT_SECONDS};

/// A size that a `ReplicaSet` was given: which set, from, to.
fn scaling(seen: &Seen) -> Option<(&str, i64, i64)> {
    if seen.reason != "ScalingReplicaSet" || tolerated::is_combined(seen) {
        return None;
    }
    let (_, rest) = seen.message.split_once(" replica set ")?;
    let (set, sizes) = rest.split_once(" from ")?;
    let (from, to) = sizes.split_once(" to ")?;
    Some((set, from.parse().ok()?, to.parse().ok()?))
}

/// Steps of one set in one direction at one moment.
struct Chain {
    set: String,
    /// The Event among those that are told.
    index: usize,
    from: i64,
    to: i64,
    t: f64,
}

/// The Events with the steps of each moment told as one.
pub(super) fn whole_steps(events: &[Seen]) -> Vec<Seen> {
    let mut told: Vec<Seen> = Vec::new();
    let mut chains: Vec<Chain> = Vec::new();
    for seen in events {
        let Some((set, from, to)) = scaling(seen) else {
            told.push(seen.clone());
            continue;
        };
        let chain = chains.iter_mut().find(|chain| {
            chain.set == set
                && chain.to == from
                && (chain.from < chain.to) == (from < to)
                && seen.t - chain.t <= SAME_MOMENT_SECONDS
        });
        if let Some(chain) = chain {
            chain.to = to;
            chain.t = seen.t;
            let (start, _) = seen.message.split_once(" from ").unwrap_or_default();
            if let Some(first) = told.get_mut(chain.index) {
                first.message = format!("{start} from {} to {to}", chain.from);
            }
            continue;
        }
        chains.push(Chain { set: set.to_owned(), index: told.len(), from, to, t: seen.t });
        told.push(seen.clone());
    }
    told
}

/// A row of a description's Events: type, reason and source.
fn event_row(line: &str) -> Option<(&str, &str, &str, &str)> {
    let mut cells = line.strip_prefix("  ")?.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
    let (type_, reason, _, from) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let message = cells.next()?;
    matches!(type_, "Normal" | "Warning").then_some((type_, reason, from, message))
}

/// A description in which one row stands for all Events that are like one that was combined; the Events
/// themselves are compared one by one.
pub(super) fn combined_rows_as_one(text: &str) -> String {
    const COMBINED: &str = "(combined from similar events): ";
    let rows = || text.split('\n').filter_map(event_row);
    let combined: Vec<(&str, &str, &str)> = rows()
        .filter(|(.., message)| message.starts_with(COMBINED))
        .map(|(type_, reason, from, _)| (type_, reason, from))
        .collect();
    if combined.is_empty() {
        return text.to_owned();
    }
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let alike = event_row(line)
            .map(|(type_, reason, from, _)| (type_, reason, from))
            .filter(|row| combined.contains(row));
        let line = match alike {
            Some((type_, reason, from)) => format!("  {type_}  {reason}  (similar events)  {from}"),
            None => line.to_owned(),
        };
        if alike.is_none() || !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(message: &str, t: f64) -> Seen {
        Seen { reason: "ScalingReplicaSet".into(), message: message.into(), t, ..Seen::default() }
    }

    #[test]
    fn steps_of_one_moment_are_one() {
        let down = |from, to, t| event(&format!("Scaled down replica set a from {from} to {to}"), t);
        let up = |from, to, t| event(&format!("Scaled up replica set b from {from} to {to}"), t);
        let events =
            [down(4, 3, 1.0), up(0, 1, 1.1), down(3, 2, 1.2), up(1, 2, 1.3), down(2, 1, 2.0), up(2, 1, 2.1)];
        let told: Vec<String> = whole_steps(&events).into_iter().map(|seen| seen.message).collect();
        assert_eq!(
            told,
            [
                "Scaled down replica set a from 4 to 2",
                "Scaled up replica set b from 0 to 2",
                "Scaled down replica set a from 2 to 1",
                "Scaled up replica set b from 2 to 1",
            ]
        );
    }

    #[test]
    fn rows_like_a_combined_one_are_one() {
        let text = "Events:\n  Type  Reason\n  Normal  A  5s  x  one\n  Normal  A  4s (x2 over 9s)  x  \
                    (combined from similar events): two\n  Normal  B  5s  x  three\n  Normal  A  5s  y  four\n";
        let expected = "Events:\n  Type  Reason\n  Normal  A  (similar events)  x\n  Normal  B  5s  x  three\n  \
                        Normal  A  5s  y  four\n";
        assert_eq!(combined_rows_as_one(text), expected);
        assert_eq!(combined_rows_as_one("a\n  Normal  B  5s  x  three"), "a\n  Normal  B  5s  x  three");
    }
}

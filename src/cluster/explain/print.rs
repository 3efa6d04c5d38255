//! What `why` prints: the sentence first, then the rule with its facts, who decided, what mends it, and the
//! scheduler's attempts node by node.

use std::fmt::Write as _;

use super::explanation::{Explanation, Field};
use super::view::named;
use crate::api::ObjectKey;
use crate::scheduler::{Attempt, NodeVerdict, Plugin, Preemption, SCORE_WEIGHTS};
use crate::sim::Time;

/// Attempts that are printed; the page shows all that are kept.
const ATTEMPTS_PRINTED: usize = 3;
/// Nodes of an attempt that are printed.
const NODES_PRINTED: usize = 30;

/// `01:42.3`, or `1:01:42.3` after an hour.
pub fn clock(time: Time) -> String {
    format!("{}.{}", clock_to_the_second(time), time.ms() % 1000 / 100)
}

/// `01:42`, or `1:01:42` after an hour.
pub fn clock_to_the_second(time: Time) -> String {
    let seconds = time.seconds();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

/// An explanation as text.
pub(super) fn explanation(about: &Explanation, attempts: &[&Attempt]) -> String {
    let mut text = format!("{}\n", about.sentence);
    line(&mut text, "verdict", &format!("{} ({})", about.class.word(), about.rule.name));
    line(&mut text, "rule", about.rule.text);
    line(&mut text, "decided by", &about.decided());
    if let Some(page) = about.rule.page() {
        line(&mut text, "documented at", &page);
    }
    if let Some(field) = &about.field {
        line(&mut text, "field", &field_words(field, &about.object));
    }
    if let Some(awaited) = about.held_up_by.as_ref().filter(|awaited| **awaited != about.object) {
        line(&mut text, "look at", &named(awaited));
    }
    if !about.facts.is_empty() {
        text.push_str("facts:\n");
        for (name, value) in &about.facts {
            put(&mut text, format_args!("  {name}: {value}\n"));
        }
    }
    for (by, sentence) in &about.also {
        line(&mut text, "also", &format!("{by}: {sentence}"));
    }
    if !about.mends.is_empty() {
        text.push_str("to mend it:\n");
    }
    for mend in &about.mends {
        put(&mut text, format_args!("  {}\n", mend.words));
        if let Some(line) = &mend.line {
            put(&mut text, format_args!("    {line}\n"));
        } else if let Some(field) = &mend.field {
            put(&mut text, format_args!("    edit {}\n", field_words(field, &about.object)));
        }
    }
    for attempt in attempts.iter().take(ATTEMPTS_PRINTED) {
        text.push_str(&attempt_text(attempt));
    }
    if attempts.len() > ATTEMPTS_PRINTED {
        put(&mut text, format_args!("and {} earlier attempts\n", attempts.len() - ATTEMPTS_PRINTED));
    }
    text
}

/// Writing to a string does not fail.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    let written = text.write_fmt(what);
    debug_assert!(written.is_ok(), "a string takes everything");
}

fn line(text: &mut String, name: &str, value: &str) {
    put(text, format_args!("{name}: {value}\n"));
}

fn field_words(field: &Field, about: &ObjectKey) -> String {
    if field.object == *about {
        field.path.clone()
    } else {
        format!("{} of {}", field.path, named(&field.object))
    }
}

/// What came of an attempt, in one sentence.
pub fn outcome(attempt: &Attempt) -> String {
    match (&attempt.chosen, &attempt.not_bound, &attempt.preemption) {
        (Some(node), Some(why), _) => format!("chose {node}, and could not bind: {why}"),
        (Some(node), None, _) if attempt.equals > 1 => {
            format!("chose {node}, one of {} equally good", attempt.equals)
        }
        (Some(node), None, _) => format!("chose {node}"),
        (None, _, Preemption::Victims { node, pods }) => {
            format!("no node; {} must leave {node}, which is kept for it", pods.join(", "))
        }
        (None, ..) => "no node".to_owned(),
    }
}

fn attempt_text(attempt: &Attempt) -> String {
    let mut text = format!("scheduler at {}: {}\n", clock(attempt.at), outcome(attempt));
    if let Some((plugin, message)) = &attempt.before {
        put(&mut text, format_args!("  before any node: {} ({message})\n", plugin.name()));
    }
    for verdict in attempt.nodes.iter().take(NODES_PRINTED) {
        put(&mut text, format_args!("  {}: {}\n", verdict.node, node_words(verdict)));
    }
    if attempt.nodes.len() > NODES_PRINTED {
        put(&mut text, format_args!("  and {} more nodes\n", attempt.nodes.len() - NODES_PRINTED));
    }
    if let Preemption::InVain(why) = &attempt.preemption {
        put(&mut text, format_args!("  {why}\n"));
    }
    text
}

fn node_words(verdict: &NodeVerdict) -> String {
    match (&verdict.rejected, verdict.scores) {
        (Some(no), _) => {
            let passed = Plugin::FILTERS.iter().take_while(|plugin| **plugin != no.plugin).count();
            format!(
                "refused by {} ({}), filter {} of {}",
                no.plugin.name(),
                no.reasons.join(", "),
                passed + 1,
                Plugin::FILTERS.len()
            )
        }
        (None, Some(scores)) => {
            let parts: Vec<String> = SCORE_WEIGHTS
                .iter()
                .zip(scores)
                .filter(|(_, score)| *score != 0)
                .map(|((plugin, weight), score)| format!("{} {score}×{weight}", plugin.name()))
                .collect();
            format!("score {} = {}", verdict.total().unwrap_or_default(), parts.join(" + "))
        }
        (None, None) => "passes all filters, and is the only one: nothing to score".to_owned(),
    }
}

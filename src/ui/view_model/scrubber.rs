//! The session as a line: where the page looks, what happened, and which other branches there are.

use super::summary::clock;
use crate::cluster::Cluster;
use crate::sim::Time;
use crate::ui::time_machine::{Mark, MarkKind, TimeMachine};

/// Marks that are nearer to each other than this, in thousandths of the line, are drawn as one.
const NEAR: u64 = 6;
/// Marks that are listed in words: the newest.
const LISTED_MAX: usize = 60;

/// The line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScrubberView {
    /// Where the page looks.
    pub at: Time,
    /// The present.
    pub end: Time,
    /// Whether the page looks at the past.
    pub is_past: bool,
    /// The marks on the line.
    pub marks: Vec<MarkView>,
    /// The newest marks in words, oldest first.
    pub listed: Vec<Moment>,
    /// The branches, when there are several: what they are called, and whether it is the one that is shown.
    pub branches: Vec<(String, bool)>,
    /// What an undo takes back.
    pub undo: Option<String>,
    /// What a redo gives again.
    pub redo: Option<String>,
}

/// A mark on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkView {
    /// Its place in thousandths of the line.
    pub place: u64,
    /// The gravest that is drawn here.
    pub kind: MarkKind,
    /// All that happened here, in words.
    pub text: String,
}

/// A mark in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Time,
    /// What it stands for.
    pub kind: MarkKind,
    /// What happened.
    pub text: String,
    /// Whether the page looks at it, or beyond.
    pub is_past: bool,
}

impl MarkKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Milestone => "reached",
            Self::Warning => "warning",
        }
    }
}

impl ScrubberView {
    /// The line of a session of which `shown` is looked at.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub fn of(machine: &TimeMachine, shown: &Cluster) -> Self {
        let present = machine.present(shown);
        let end = present.now();
        let all = machine.branch().chronicle().map_or(&[][..], |chronicle| chronicle.marks().all());
        let listed = all.iter().skip(all.len().saturating_sub(LISTED_MAX));
        let listed = listed.map(|mark| Moment {
            at: mark.at,
            kind: mark.kind,
            text: mark.text.clone(),
            is_past: mark.at > shown.now(),
        });
        Self {
            at: shown.now(),
            end,
            is_past: machine.is_past(),
            marks: placed(all, end),
            listed: listed.collect(),
            branches: branches(machine, end),
            undo: machine.undo_line(shown),
            redo: machine.redo_line(),
        }
    }
}

fn branches(machine: &TimeMachine, end: Time) -> Vec<(String, bool)> {
    if machine.branches().len() < 2 {
        return Vec::new();
    }
    let name = |(index, branch): (usize, &crate::ui::time_machine::Branch)| {
        let now = branch.recorded().map_or(end, |(_, now)| now);
        let mut text = format!("{}, at {}", branch.name, clock(now));
        if let Some((from, at)) = &branch.origin {
            text.push_str(&format!(" (left {from} at {})", clock(*at)));
        }
        (text, index == machine.current())
    };
    machine.branches().iter().enumerate().map(name).collect()
}

/// Marks on a line that ends at `end`; those that would lie on each other become one.
fn placed(marks: &[Mark], end: Time) -> Vec<MarkView> {
    let mut placed: Vec<MarkView> = Vec::new();
    for mark in marks {
        let place = mark.at.ms().saturating_mul(1_000) / end.ms().max(1);
        let text = format!("{} {}", clock(mark.at), mark.text);
        match placed.last_mut() {
            Some(last) if place < last.place + NEAR => {
                if last.text.len() < 400 {
                    last.text.push('\n');
                    last.text.push_str(&text);
                }
                if gravity(mark.kind) > gravity(last.kind) {
                    last.kind = mark.kind;
                }
            }
            _ => placed.push(MarkView { place: place.min(1_000), kind: mark.kind, text }),
        }
    }
    placed
}

fn gravity(kind: MarkKind) -> u8 {
    match kind {
        MarkKind::Milestone => 0,
        MarkKind::Warning => 1,
        MarkKind::Command => 2,
    }
}

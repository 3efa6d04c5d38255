//! The timeline in words: the newest phases of the pods that are drawn, for its table.

use std::cmp::Reverse;
use std::rc::Rc;

use super::Window;
use crate::collections::sort_by_key;
use crate::sim::Time;
use crate::ui::time_machine::chronicle::{Life, Phase, PodLook};
use crate::ui::view_model::revisions::Letters;
use crate::ui::view_model::status::Shape;

/// Rows of the table.
const ROWS_MAX: usize = 80;

/// One phase of one pod in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseRow {
    /// From when on.
    pub at: Time,
    /// The pod.
    pub pod: String,
    /// Its node.
    pub node: String,
    /// How it was.
    pub state: String,
    /// The letter of its revision.
    pub revision: String,
}

/// A pod, and its phase; none when it is gone.
type Told<'a> = (&'a Rc<Life>, Option<&'a PodLook>);

/// The newest phases in a window in words. What is not told is not put into words either: there may be
/// thousands.
pub(super) fn rows(lives: &[&Rc<Life>], letters: &Letters, window: Window) -> Vec<PhaseRow> {
    // The newest first; at one instant as the pods were born, and what a pod was before that it is gone.
    let mut told: Vec<(Reverse<Time>, usize, Told<'_>)> = Vec::new();
    let mut oldest = None;
    for (born, &life) in lives.iter().enumerate().rev() {
        // What is older than all that will be told is not looked at.
        let is_new = |at: Reverse<Time>| oldest.is_none_or(|oldest| at <= oldest);
        let gone = life.gone.filter(|(at, _)| window.holds(*at));
        let gone = gone.map(|(at, _)| (Reverse(at), born, (life, None)));
        let phases = phases(life, window).iter().rev().take(ROWS_MAX);
        let phases = phases.map(|phase| (Reverse(phase.at), born, (life, Some(&phase.value))));
        told.extend(phases.chain(gone).filter(|(at, ..)| is_new(*at)));
        // Now and then, as sorting takes longer than looking.
        if told.len() >= 4 * ROWS_MAX {
            keep_newest(&mut told);
            oldest = told.last().map(|(at, ..)| *at);
        }
    }
    keep_newest(&mut told);
    told.into_iter().map(|(Reverse(at), _, told)| row(at, told, letters)).collect()
}

/// The phases of a pod that are seen in a window: the first of them may have begun before it.
fn phases(life: &Life, window: Window) -> &[Phase] {
    if life.gone.is_some_and(|(gone, _)| gone < window.from) {
        return &[];
    }
    let begun = life.phases.until(window.to);
    let earlier = begun.partition_point(|phase| phase.at <= window.from);
    begun.get(earlier.saturating_sub(1)..).unwrap_or_default()
}

fn keep_newest(told: &mut Vec<(Reverse<Time>, usize, Told<'_>)>) {
    sort_by_key(told, |(at, born, _)| (*at, *born));
    told.truncate(ROWS_MAX);
}

fn row(at: Time, (life, phase): Told<'_>, letters: &Letters) -> PhaseRow {
    let state = match phase {
        None => "gone",
        Some(look) if look.shape == Shape::NotReady && look.status == "Running" => "Running, not ready",
        Some(look) => look.status.as_str(),
    };
    let mark = life.revision.as_ref().and_then(|(namespace, name)| letters.mark(namespace, name));
    PhaseRow {
        at,
        pod: life.key.name.clone(),
        node: phase.map(|look| look.node.clone()).unwrap_or_default(),
        state: state.to_owned(),
        revision: mark.map(|mark| mark.letter).unwrap_or_default(),
    }
}

//! The comparisons of a recording with what the simulated cluster showed: the first difference, in a few
//! lines.
//!
//! What a person reads; each object's life ([`lives`]); the order across a workload's pods ([`order`]); the
//! state at rest and Events ([`at_rest`]); and the revision names of `StatefulSet`s, exactly: they stand in
//! rows, statuses and output, and are never normalised. Names that a cluster makes up are [`names`].

mod at_rest;
mod lives;
mod names;
mod order;

use super::format::{Recording, Seen, Step};
use super::normalise::Normaliser;
use super::similar_events::combined_rows_as_one;
use super::tolerated;
use names::Names;

/// The first difference; `None` when there is none.
pub fn compare(recorded: &Recording, played: &Recording) -> Option<String> {
    let steps = || recorded.steps.iter().zip(&played.steps).enumerate();
    let names = (Names::of(recorded), Names::of(played));
    let mut normalisers = (Normaliser::default(), Normaliser::default());
    for (index, (real, ours)) in steps() {
        if let Some(difference) = compare_output(real, ours, &mut normalisers, &names) {
            return Some(format!("step {index} {}\n{difference}", name_of(real)));
        }
    }
    for (index, (real, ours)) in steps() {
        if real.met != ours.met || real.settled != ours.settled || real.timed_out != ours.timed_out {
            return Some(format!(
                "step {index} {}\n  met/settled/timed out: recorded {:?}/{:?}/{}, here {:?}/{:?}/{}",
                name_of(real),
                real.met,
                real.settled,
                real.timed_out,
                ours.met,
                ours.settled,
                ours.timed_out
            ));
        }
    }
    order::compare(recorded, played, &names)
        .or_else(|| lives::compare(recorded, played, &names))
        .or_else(|| at_rest::compare_status(recorded, played, &names))
        .or_else(|| {
            let (recorded, played) = (tolerated::settled_events(recorded), tolerated::settled_events(played));
            at_rest::compare_events(&recorded, &played, &names)
        })
}

fn name_of(step: &Step) -> String {
    match (&step.run, &step.ctl, &step.until) {
        (Some(line), _, _) => format!("$ {line}"),
        (_, Some(control), _) => format!("ctl {control}"),
        (_, _, Some(until)) => format!("until {} {} {}", until.name, until.column, until.equals),
        _ => "(time passes)".to_owned(),
    }
}

fn compare_output(
    real: &Step,
    ours: &Step,
    normalisers: &mut (Normaliser, Normaliser),
    names: &(Names, Names),
) -> Option<String> {
    if real.exit != ours.exit {
        return Some(format!(
            "  exit code: recorded {:?}, here {:?}\n  here it printed: {}{}",
            real.exit, ours.exit, ours.stdout, ours.stderr
        ));
    }
    let streams = [("stdout", &real.stdout, &ours.stdout), ("stderr", &real.stderr, &ours.stderr)];
    let line = real.run.as_deref().unwrap_or_default();
    for (name, real, ours) in streams {
        let told = |text: &str, normaliser: &mut Normaliser, names: &Names| {
            let text = names::sorted_rows(&normaliser.text(&names.text(text)));
            let text = combined_rows_as_one(&tolerated::without_repeated_status(&text));
            if tolerated::sorts_events(line) { tolerated::unordered_events(&text) } else { text }
        };
        let real = told(real, &mut normalisers.0, &names.0);
        let ours = told(ours, &mut normalisers.1, &names.1);
        if real != ours {
            return Some(format!("  {name} differs\n{}", first_line_that_differs(&real, &ours)));
        }
    }
    None
}

fn first_line_that_differs(real: &str, ours: &str) -> String {
    let (mut real, mut ours) = (real.split('\n'), ours.split('\n'));
    let mut number = 1;
    loop {
        match (real.next(), ours.next()) {
            (Some(a), Some(b)) if a == b => number += 1,
            (a, b) => {
                let show = |line: Option<&str>| line.map_or("(end)".to_owned(), |line| format!("{line:?}"));
                return format!("    line {number}: recorded {}\n            here     {}", show(a), show(b));
            }
        }
    }
}

/// All that was seen, from the start to the end.
fn all(recording: &Recording) -> impl Iterator<Item = &Seen> {
    recording.initial.iter().chain(recording.steps.iter().flat_map(|step| &step.events))
}

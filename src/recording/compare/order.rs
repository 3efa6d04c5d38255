//! What happened to the pods of a workload, in which order.
//!
//! Pods of a `StatefulSet` have names, and each turn of each is compared. Of pods with made-up names, how
//! many of each revision had been created, become ready, been asked to go and gone when another turn was
//! taken: so a budget that is used one pod further, or later, is a difference.

use std::collections::{BTreeMap, BTreeSet};

use super::super::format::{Recording, Seen};
use super::super::tolerated::SAME_MOMENT_SECONDS;
use super::names::{Names, is_made_up, workload_of};
use super::{all, name_of};

/// The first difference in order.
pub(super) fn compare(recorded: &Recording, played: &Recording, names: &(Names, Names)) -> Option<String> {
    compare_named(recorded, played)
        .or_else(|| compare_counts(recorded, played, names))
        .or_else(|| compare_budgets(recorded, played, names))
}

/// Something that happened to a pod, and when.
struct Turn {
    what: &'static str,
    pod: String,
    t: f64,
}

/// The turns of pods: created, ready, deletion asked, gone.
fn turns<'a>(events: impl Iterator<Item = &'a Seen>, names: impl Fn(&Seen) -> Option<String>) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut ready: BTreeMap<&str, bool> = BTreeMap::new();
    let mut deleting: BTreeMap<&str, bool> = BTreeMap::new();
    for seen in events.filter(|seen| seen.kind == "Pod") {
        let Some(pod) = names(seen) else { continue };
        let mut turn = |what| turns.push(Turn { what, pod: pod.clone(), t: seen.t });
        if seen.type_ == "ADDED" {
            turn("created");
            ready.insert(&seen.name, false);
            deleting.insert(&seen.name, false);
        }
        let is_ready = is_ready(seen);
        if is_ready && ready.insert(&seen.name, true) == Some(false) {
            turn("ready");
        }
        if !is_ready {
            ready.insert(&seen.name, false);
        }
        if seen.deleting && deleting.insert(&seen.name, true) == Some(false) {
            turn("deletion asked");
        }
        if seen.type_ == "DELETED" {
            turn("gone");
        }
    }
    turns
}

fn is_ready(seen: &Seen) -> bool {
    seen.cells.iter().any(|(column, cell)| {
        column.eq_ignore_ascii_case("ready")
            && cell.as_str().and_then(|cell| cell.split_once('/')).is_some_and(|(a, b)| a == b && a != "0")
    })
}

/// The turns of pods with ordinals.
fn named_turns(recording: &Recording) -> Vec<Turn> {
    let is_ordinal =
        |name: &str| name.rsplit_once('-').is_some_and(|(_, ordinal)| ordinal.parse::<u32>().is_ok());
    turns(all(recording), |seen| (is_ordinal(&seen.name) && !is_made_up(seen)).then(|| seen.name.clone()))
}

/// Two turns are in order when they differ in kind or lie further apart than [`SAME_MOMENT_SECONDS`]; what
/// is in order on one side must be so on the other. Turns of one kind at the same moment were taken by
/// workers that ran side by side (under `Parallel`, in the garbage collector, in the kubelets), and their
/// order says nothing.
fn compare_named(recorded: &Recording, played: &Recording) -> Option<String> {
    let (real, ours) = (named_turns(recorded), named_turns(played));
    let (real_names, our_names) = (numbered(&real), numbered(&ours));
    let missing = |from: &[String], to: &[String], what: &str| {
        from.iter().find(|name| !to.contains(name)).map(|name| format!("order of the pods: {name}, {what}"))
    };
    if let Some(difference) = missing(&real_names, &our_names, "recorded but not here")
        .or_else(|| missing(&our_names, &real_names, "here but not recorded"))
    {
        return Some(difference);
    }
    let swapped =
        first_swap(&real, &real_names, &our_names).or_else(|| first_swap(&ours, &our_names, &real_names));
    swapped.map(|(first, second)| {
        let show = |names: &[String]| {
            let at = names.iter().position(|name| *name == first || *name == second).unwrap_or_default();
            names.iter().skip(at.saturating_sub(2)).take(9).cloned().collect::<Vec<_>>().join(", ")
        };
        format!("order of the pods\n    recorded  {}\n    here      {}", show(&real_names), show(&our_names))
    })
}

/// The turns as text, each with how often it was taken before.
fn numbered(turns: &[Turn]) -> Vec<String> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let name = |turn: &Turn| {
        let text = format!("{} {}", turn.pod, turn.what);
        let count = taken.entry(text.clone()).or_default();
        *count += 1;
        if *count == 1 { text } else { format!("{text} ({count})") }
    };
    turns.iter().map(name).collect()
}

/// Two turns that are in order here and the other way round there.
fn first_swap(turns: &[Turn], names: &[String], others: &[String]) -> Option<(String, String)> {
    let place = |name: &String| others.iter().position(|other| other == name);
    for (later, name) in names.iter().enumerate() {
        for earlier in 0..later {
            let (Some(a), Some(b)) = (turns.get(earlier), turns.get(later)) else {
                continue;
            };
            let in_order = a.what != b.what || b.t - a.t > SAME_MOMENT_SECONDS;
            let earlier = names.get(earlier)?;
            if in_order && place(earlier) > place(name) {
                return Some((earlier.clone(), name.clone()));
            }
        }
    }
    None
}

/// What is counted of pods with made-up names: the workload, then the revision and the kind of turn.
type Counted = (String, String);

/// When each turn of pods with made-up names was taken, by what is counted.
fn made_up_turns<'a>(events: impl Iterator<Item = &'a Seen>, names: &Names) -> BTreeMap<Counted, Vec<f64>> {
    let revision =
        |seen: &Seen| is_made_up(seen).then(|| format!("{} {}", workload_of(seen), names.text(&seen.hash)));
    let mut counted: BTreeMap<Counted, Vec<f64>> = BTreeMap::new();
    for turn in turns(events, revision) {
        let (workload, revision) = turn.pod.split_once(' ').unwrap_or_default();
        let key = (workload.to_owned(), format!("{revision} {}", turn.what));
        counted.entry(key).or_default().push(turn.t);
    }
    counted
}

/// At every settled step as many turns of each kind have been taken.
fn compare_counts(recorded: &Recording, played: &Recording, names: &(Names, Names)) -> Option<String> {
    for (index, step) in recorded.steps.iter().enumerate() {
        if step.settled.is_none() && index + 1 < recorded.steps.len() {
            continue;
        }
        let until = |recording: &Recording, names: &Names| {
            let steps = recording.steps.iter().take(index + 1);
            let events = recording.initial.iter().chain(steps.flat_map(|step| &step.events));
            made_up_turns(events, names).into_iter().map(|(key, times)| (key, times.len())).collect()
        };
        let real: BTreeMap<Counted, usize> = until(recorded, &names.0);
        let ours: BTreeMap<Counted, usize> = until(played, &names.1);
        let differs = |key: &&Counted| real.get(*key) != ours.get(*key);
        if let Some(key) = real.keys().chain(ours.keys()).find(differs) {
            return Some(format!(
                "step {index} {}: pods of {} {}: {} in the recording, {} here",
                name_of(step),
                key.0,
                key.1,
                real.get(key).unwrap_or(&0),
                ours.get(key).unwrap_or(&0)
            ));
        }
    }
    None
}

/// What was further apart than a moment on one side is not the other way round on the other.
fn compare_budgets(recorded: &Recording, played: &Recording, names: &(Names, Names)) -> Option<String> {
    let real = made_up_turns(all(recorded), &names.0);
    let ours = made_up_turns(all(played), &names.1);
    for workload in real.keys().map(|(workload, _)| workload).collect::<BTreeSet<_>>() {
        let of = |turns: &BTreeMap<Counted, Vec<f64>>| {
            let own = turns.iter().filter(|((other, _), _)| other == workload);
            own.flat_map(|((_, what), times)| {
                times.iter().enumerate().map(move |(number, t)| ((what.clone(), number), *t))
            })
            .collect::<BTreeMap<_, _>>()
        };
        let (real, ours) = (of(&real), of(&ours));
        if let Some((first, second)) = swapped(&real, &ours).or_else(|| swapped(&ours, &real)) {
            let show = |turns: &BTreeMap<(String, usize), f64>| {
                let time = |key| turns.get(key).copied().unwrap_or_default();
                format!("at {:.2} and at {:.2}", time(&first), time(&second))
            };
            return Some(format!(
                "order of the pods of {workload}: {} number {} and {} number {}\n    recorded  {}\n    here      {}",
                first.0,
                first.1 + 1,
                second.0,
                second.1 + 1,
                show(&real),
                show(&ours)
            ));
        }
    }
    None
}

type Numbered = (String, usize);

fn swapped(here: &BTreeMap<Numbered, f64>, there: &BTreeMap<Numbered, f64>) -> Option<(Numbered, Numbered)> {
    for (first, first_t) in here {
        for (second, _) in here.iter().filter(|(_, t)| **t - first_t > SAME_MOMENT_SECONDS) {
            if there.get(first)? > there.get(second)? {
                return Some((first.clone(), second.clone()));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::format::Step;
    use serde_json::json;

    fn pod(t: f64, type_: &str, name: &str, ready: &str, deleting: bool) -> Seen {
        let cells = [("Ready".to_owned(), json!(ready))].into();
        Seen {
            kind: "Pod".into(),
            type_: type_.into(),
            name: name.into(),
            hash: "998c7cb78".into(),
            cells,
            deleting,
            t,
            ..Seen::default()
        }
    }

    fn recording(events: Vec<Seen>) -> Recording {
        let steps = vec![Step { events, settled: Some(true), ..Step::default() }];
        Recording { steps, ..Recording::default() }
    }

    fn check(real: Vec<Seen>, ours: Vec<Seen>) -> String {
        let (real, ours) = (recording(real), recording(ours));
        let names = (Names::of(&real), Names::of(&ours));
        compare(&real, &ours, &names).unwrap_or_default()
    }

    #[test]
    fn budgets_are_used_as_recorded() {
        let one_by_one = |names: [&str; 2]| {
            vec![
                pod(0.0, "ADDED", names[0], "1/1", false),
                pod(0.1, "ADDED", names[1], "1/1", false),
                pod(1.0, "MODIFIED", names[0], "1/1", true),
                pod(2.0, "DELETED", names[0], "0/1", true),
                pod(2.1, "MODIFIED", names[1], "1/1", true),
                pod(3.0, "DELETED", names[1], "0/1", true),
            ]
        };
        assert_eq!(check(one_by_one(["demo-a", "demo-b"]), one_by_one(["demo-y", "demo-x"])), "");
        let mut both_at_once = one_by_one(["demo-a", "demo-b"]);
        both_at_once[4].t = 1.1;
        let difference = check(one_by_one(["demo-a", "demo-b"]), both_at_once);
        assert!(difference.contains("<hash0> deletion asked number 2"), "{difference}");
        let mut one_less = one_by_one(["demo-a", "demo-b"]);
        one_less.truncate(4);
        let difference = check(one_by_one(["demo-a", "demo-b"]), one_less);
        assert!(difference.contains("deletion asked: 2 in the recording, 1 here"), "{difference}");
    }
}

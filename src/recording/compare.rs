//! The comparisons of a recording with what the simulated cluster showed: the first difference, in a few
//! lines.
//!
//! What a person reads; each object's life; the order across a `StatefulSet`'s pods; the state at rest;
//! Events; and revision names, exactly: they stand in rows, statuses and output, and are never normalised.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::format::{Recording, Seen, Step};
use super::normalise::Normaliser;
use super::tolerated;

/// The first difference; `None` when there is none.
pub fn compare(recorded: &Recording, played: &Recording) -> Option<String> {
    let steps = || recorded.steps.iter().zip(&played.steps).enumerate();
    let mut normalisers = (Normaliser::default(), Normaliser::default());
    for (index, (real, ours)) in steps() {
        if let Some(difference) = compare_output(real, ours, &mut normalisers) {
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
    compare_order(recorded, played)
        .or_else(|| compare_lives(recorded, played))
        .or_else(|| compare_rest(recorded, played))
        .or_else(|| compare_events(recorded, played))
}

fn name_of(step: &Step) -> String {
    match (&step.run, &step.ctl, &step.until) {
        (Some(line), _, _) => format!("$ {line}"),
        (_, Some(control), _) => format!("ctl {control}"),
        (_, _, Some(until)) => format!("until {} {} {}", until.name, until.column, until.equals),
        _ => "(time passes)".to_owned(),
    }
}

fn compare_output(real: &Step, ours: &Step, normalisers: &mut (Normaliser, Normaliser)) -> Option<String> {
    if real.exit != ours.exit {
        return Some(format!(
            "  exit code: recorded {:?}, here {:?}\n  here it printed: {}{}",
            real.exit, ours.exit, ours.stdout, ours.stderr
        ));
    }
    let streams = [("stdout", &real.stdout, &ours.stdout), ("stderr", &real.stderr, &ours.stderr)];
    for (name, real, ours) in streams {
        let (real, ours) = (normalisers.0.text(real), normalisers.1.text(ours));
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

/// One distinct row of an object's life, as text.
fn row_text(seen: &Seen, normaliser: &mut Normaliser) -> String {
    if seen.type_ == "DELETED" {
        return "gone".into();
    }
    let mut text = String::new();
    for (column, cell) in &seen.cells {
        let cell = cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
        let cell = match column.to_uppercase().as_str() {
            "NODE" if cell == "<none>" || cell.is_empty() => "unset".to_owned(),
            "NODE" => "set".to_owned(),
            "NAME" => continue,
            _ => normaliser.text(&cell),
        };
        text.push_str(&format!("{}={cell} ", column.to_uppercase().replace('-', " ")));
    }
    if seen.deleting {
        text.push_str("deleting ");
    }
    text.push_str(&seen.hash);
    text.trim_end().to_owned()
}

/// The lives of the objects by (kind, name, how many had the name before).
fn lives(recording: &Recording) -> BTreeMap<(String, String, usize), Vec<tolerated::Row>> {
    let mut lives: BTreeMap<(String, String, usize), Vec<tolerated::Row>> = BTreeMap::new();
    let mut uids: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut normaliser = Normaliser::default();
    for seen in all(recording).filter(|seen| !seen.cells.is_empty()) {
        let known = uids.entry((seen.kind.clone(), seen.name.clone())).or_default();
        let generation = known.iter().position(|uid| *uid == seen.uid).unwrap_or_else(|| {
            known.push(seen.uid.clone());
            known.len() - 1
        });
        let life = lives.entry((seen.kind.clone(), seen.name.clone(), generation)).or_default();
        let text = row_text(seen, &mut normaliser);
        if life.last().is_none_or(|last| last.text != text) {
            life.push(tolerated::Row { text, t: seen.t });
        }
    }
    lives
}

fn compare_lives(recorded: &Recording, played: &Recording) -> Option<String> {
    let (real, ours) = (lives(recorded), lives(played));
    for (key, real_life) in &real {
        let (kind, name, generation) = key;
        let what = format!("life of {kind} {name} (number {generation} of its name)");
        let Some(our_life) = ours.get(key) else {
            return Some(format!("{what}: recorded, but not here"));
        };
        if let Some(difference) = first_row_that_differs(kind, real_life, our_life) {
            return Some(format!("{what}\n{difference}"));
        }
    }
    ours.keys().find(|key| !real.contains_key(*key)).map(|(kind, name, number)| {
        format!("life of {kind} {name} (number {number} of its name): here, but not recorded")
    })
}

/// Goes through both lives side by side; a row that races may be missing on the other side.
fn first_row_that_differs(kind: &str, real: &[tolerated::Row], ours: &[tolerated::Row]) -> Option<String> {
    let (real_races, our_races) = (tolerated::racing_rows(kind, real), tolerated::racing_rows(kind, ours));
    let (mut i, mut j) = (0, 0);
    loop {
        match (real.get(i), ours.get(j)) {
            (None, None) => return None,
            (Some(a), Some(b)) if a.text == b.text => (i, j) = (i + 1, j + 1),
            (Some(_), _) if real_races.get(i) == Some(&true) => i += 1,
            (_, Some(_)) if our_races.get(j) == Some(&true) => j += 1,
            (a, b) => {
                let show =
                    |row: Option<&tolerated::Row>| row.map_or("(end)".to_owned(), |row| row.text.clone());
                let before =
                    i.checked_sub(1).and_then(|i| real.get(i)).map_or("(start)", |row| row.text.as_str());
                return Some(format!(
                    "    after     {before}\n    recorded  {}\n    here      {}",
                    show(a),
                    show(b)
                ));
            }
        }
    }
}

/// Something that happened to a pod, and when.
struct Turn {
    what: &'static str,
    pod: String,
    t: f64,
}

/// What happened to the pods of ordered workloads: (created | ready | deletion asked | gone, pod).
fn turns(recording: &Recording) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut ready: BTreeMap<&str, bool> = BTreeMap::new();
    let mut deleting: BTreeMap<&str, bool> = BTreeMap::new();
    for seen in all(recording).filter(|seen| seen.kind == "Pod" && is_ordinal_name(&seen.name)) {
        let mut turn = |what| turns.push(Turn { what, pod: seen.name.clone(), t: seen.t });
        let is_ready = seen.cells.iter().any(|(column, cell)| {
            column.eq_ignore_ascii_case("ready")
                && cell
                    .as_str()
                    .and_then(|cell| cell.split_once('/'))
                    .is_some_and(|(a, b)| a == b && a != "0")
        });
        if seen.type_ == "ADDED" {
            turn("created");
            ready.insert(&seen.name, false);
            deleting.insert(&seen.name, false);
        }
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

fn is_ordinal_name(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(_, ordinal)| ordinal.parse::<u32>().is_ok())
}

/// Two turns are in order when they differ in kind or lie further apart than
/// [`tolerated::SAME_MOMENT_SECONDS`]; what is in order on one side must be so on the other. Turns of one
/// kind at the same moment were taken by workers that ran side by side (under `Parallel`, in the garbage
/// collector, in the kubelets), and their order says nothing.
fn compare_order(recorded: &Recording, played: &Recording) -> Option<String> {
    let (real, ours) = (turns(recorded), turns(played));
    let (real_names, our_names) = (names(&real), names(&ours));
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
fn names(turns: &[Turn]) -> Vec<String> {
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
            let in_order = a.what != b.what || b.t - a.t > tolerated::SAME_MOMENT_SECONDS;
            let earlier = names.get(earlier)?;
            if in_order && place(earlier) > place(name) {
                return Some((earlier.clone(), name.clone()));
            }
        }
    }
    None
}

fn compare_rest(recorded: &Recording, played: &Recording) -> Option<String> {
    let mut last: (BTreeMap<String, Value>, BTreeMap<String, Value>) = Default::default();
    for (index, (real, ours)) in recorded.steps.iter().zip(&played.steps).enumerate() {
        for (map, step) in [(&mut last.0, real), (&mut last.1, ours)] {
            for seen in &step.events {
                if seen.type_ == "DELETED" {
                    // The row and the status of a deleted object come in either order.
                    map.remove(&format!("{}/status {}", seen.kind.trim_end_matches("/status"), seen.name));
                } else if seen.kind.ends_with("/status") {
                    let mut status = seen.status.clone();
                    if let Some(fields) = status.as_object_mut() {
                        fields.insert("generation".into(), seen.generation.into());
                    }
                    map.insert(format!("{} {}", seen.kind, seen.name), status);
                }
            }
        }
        if real.settled == Some(true) && last.0 != last.1 {
            let key = last.0.keys().chain(last.1.keys()).find(|key| last.0.get(*key) != last.1.get(*key))?;
            let show =
                |map: &BTreeMap<String, Value>| map.get(key).map_or("(none)".into(), ToString::to_string);
            return Some(format!(
                "step {index} {}: {key} at rest\n    recorded  {}\n    here      {}",
                name_of(real),
                show(&last.0),
                show(&last.1)
            ));
        }
    }
    None
}

fn compare_events(recorded: &Recording, played: &Recording) -> Option<String> {
    let mut normalisers = (Normaliser::default(), Normaliser::default());
    let mut told: (BTreeMap<String, i64>, BTreeMap<String, i64>) = Default::default();
    let mut combined = BTreeSet::new();
    for (index, (real, ours)) in recorded.steps.iter().zip(&played.steps).enumerate() {
        for (is_real, counts, normaliser, step) in
            [(true, &mut told.0, &mut normalisers.0, real), (false, &mut told.1, &mut normalisers.1, ours)]
        {
            for seen in step.events.iter().filter(|seen| is_compared(seen)) {
                if tolerated::is_combined(seen)
                    && !combined.insert((
                        is_real,
                        seen.source.clone(),
                        seen.object.clone(),
                        seen.reason.clone(),
                    ))
                {
                    continue;
                }
                let kind = seen.object.split('/').next().unwrap_or_default();
                let message = tolerated::event_message(seen);
                let message = normaliser.text(&message);
                let text = format!("{} {kind} {} {}: {message}", seen.source, seen.etype, seen.reason);
                *counts.entry(text).or_default() += 1;
            }
        }
        if real.settled.is_some() && told.0 != told.1 {
            let text =
                told.0.keys().chain(told.1.keys()).find(|text| told.0.get(*text) != told.1.get(*text))?;
            let count = |counts: &BTreeMap<String, i64>| counts.get(text).copied().unwrap_or_default();
            return Some(format!(
                "step {index} {}: Event told {} times in the recording, {} times here\n    {text}",
                name_of(real),
                count(&told.0),
                count(&told.1)
            ));
        }
    }
    None
}

fn is_compared(seen: &Seen) -> bool {
    seen.kind == "Event" && seen.source != "kubelet" && tolerated::race_of(seen).is_none()
}

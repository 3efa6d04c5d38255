//! What holds once nothing moves: the statuses of workloads, and which Events have been told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::format::{Recording, Seen};
use super::super::normalise::Normaliser;
use super::super::similar_events::whole_steps;
use super::super::tolerated;
use super::name_of;
use super::names::Names;

/// The first status that differs at rest.
pub(super) fn compare_status(
    recorded: &Recording,
    played: &Recording,
    names: &(Names, Names),
) -> Option<String> {
    let mut last: (BTreeMap<String, Value>, BTreeMap<String, Value>) = Default::default();
    for (index, (real, ours)) in recorded.steps.iter().zip(&played.steps).enumerate() {
        for (map, step, names) in [(&mut last.0, real, &names.0), (&mut last.1, ours, &names.1)] {
            for seen in &step.events {
                if seen.type_ == "DELETED" {
                    // The row and the status of a deleted object come in either order.
                    map.remove(&format!("{}/status {}", seen.kind.trim_end_matches("/status"), seen.name));
                } else if seen.kind.ends_with("/status") {
                    let mut status = with_names(&seen.status, names);
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

/// The first Event that was not told equally often.
pub(super) fn compare_events(
    recorded: &Recording,
    played: &Recording,
    names: &(Names, Names),
) -> Option<String> {
    let mut normalisers = (Normaliser::default(), Normaliser::default());
    let mut told: (BTreeMap<String, i64>, BTreeMap<String, i64>) = Default::default();
    let (mut combined, mut said) = (BTreeSet::new(), BTreeSet::new());
    for (index, (real, ours)) in recorded.steps.iter().zip(&played.steps).enumerate() {
        // What was told while the cluster came up may have been seen before the first step or in it.
        let before = |recording: &Recording| if index == 0 { recording.initial.clone() } else { Vec::new() };
        for (is_real, counts, normaliser, names, before, step) in [
            (true, &mut told.0, &mut normalisers.0, &names.0, before(recorded), real),
            (false, &mut told.1, &mut normalisers.1, &names.1, before(played), ours),
        ] {
            for seen in before.iter().chain(&whole_steps(&step.events)).filter(|seen| is_compared(seen)) {
                let again = (is_real, seen.object.clone(), seen.message.clone());
                if tolerated::may_repeat(seen) && !said.insert(again) {
                    continue;
                }
                // Once similar Events are combined, chance decides which are told on their own.
                let about = (is_real, seen.source.clone(), seen.object.clone(), seen.reason.clone());
                if combined.contains(&about) {
                    continue;
                }
                if tolerated::is_combined(seen) {
                    combined.insert(about);
                }
                let kind = seen.object.split('/').next().unwrap_or_default();
                let message = tolerated::event_message(seen);
                let message = normaliser.text(&names.text(&message));
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

/// The status with what stands for each made-up name in its texts.
fn with_names(status: &Value, names: &Names) -> Value {
    match status {
        Value::String(text) => {
            Value::String(tolerated::without_first_pod(text).unwrap_or_else(|| names.text(text)))
        }
        Value::Array(items) => items.iter().map(|item| with_names(item, names)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), with_names(field, names))).collect()
        }
        other => other.clone(),
    }
}

fn is_compared(seen: &Seen) -> bool {
    seen.kind == "Event" && seen.source != "kubelet" && tolerated::race_of(seen).is_none()
}

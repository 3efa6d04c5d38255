//! Races of the real cluster that a recording happened to catch, each with its reason.
//!
//! A tolerated difference is never one of order, of count of objects, or of final state.

use super::format::{Recording, Seen};

/// An Event that tells of a race between two processes' caches, not of anything that a person did.
struct Race {
    source: &'static str,
    reason: &'static str,
    /// What the message contains.
    part: &'static str,
    /// Why it is a race.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by people and by the test that wants every race explained")
    )]
    why: &'static str,
}

const RACES: &[Race] = &[
    Race {
        source: "default-scheduler",
        reason: "FailedScheduling",
        part: "not found. not found",
        why: "the scheduler's claim stream was behind its pod stream; it tried again 1 s later",
    },
    Race {
        source: "default-scheduler",
        reason: "FailedScheduling",
        part: "is out of sync (stored:",
        why: "the claim was written by two processes at once; the scheduler tried again",
    },
    Race {
        source: "default-scheduler",
        reason: "FailedScheduling",
        part: "the object has been modified",
        why: "the claim was written by two processes at once; the scheduler tried again",
    },
    Race {
        source: "persistentvolume-controller",
        reason: "WaitForPodScheduled",
        part: "to be scheduled",
        why: "told instead of WaitForFirstConsumer when the pod reached the controller before the claim did",
    },
    Race {
        source: "persistentvolume-controller",
        reason: "ProvisioningFailed",
        part: "the object has been modified",
        why: "the claim was written by two processes at once; the controller tried again",
    },
    Race {
        source: "ipallocator-repair-controller",
        reason: "ClusterIPNotAllocated",
        part: "is not allocated; repairing",
        why: "the repair loop, which runs every three minutes, saw a Service before its address was written down",
    },
    Race {
        source: "apiserver",
        reason: "KubeAPIReadyz",
        part: "readyz=true",
        why: "told by the recording's own build of the API server, not by Kubernetes",
    },
];

/// Why an Event is not compared: the index of its race.
pub(super) fn race_of(seen: &Seen) -> Option<usize> {
    RACES.iter().position(|race| {
        race.source == seen.source && race.reason == seen.reason && seen.message.contains(race.part)
    })
}

/// Things that happen within this time of each other happen at once: the recorded processes ran side by side.
pub(super) const SAME_MOMENT_SECONDS: f64 = 0.3;

/// The recording without Events that tell only which of two things was seen first: a budget and the workload
/// whose pods it selects are made by one line, and the budget's controller looks before the first pod is
/// there ("No matching pods found") or after.
pub(super) fn settled_events(recording: &Recording) -> Recording {
    let mut recording = recording.clone();
    for step in &mut recording.steps {
        let added: Vec<f64> = step
            .events
            .iter()
            .filter(|seen| seen.kind == "Pod" && seen.type_ == "ADDED")
            .map(|seen| seen.t)
            .collect();
        step.events.retain(|seen| {
            let is_first_look = seen.kind == "Event"
                && seen.source == "controllermanager"
                && seen.reason == "NoPods"
                && added.iter().any(|t| (t - seen.t).abs() <= SAME_MOMENT_SECONDS);
            !is_first_look
        });
    }
    recording
}

/// What a budget's controller says of the first pod whose controller it cannot find.
const NO_CONTROLLERS: &str = "found no controllers for pod ";

/// A text without the name of that pod: it goes through its pods in Go's random map order, so any of them may
/// be the first.
pub(super) fn without_first_pod(text: &str) -> Option<String> {
    text.split_once(NO_CONTROLLERS).map(|(before, _)| format!("{before}{NO_CONTROLLERS}POD"))
}

/// The message that is compared: the scheduler chooses at random among nodes with the same score, so which
/// node it was is left out here as it is in the pods' rows.
pub(super) fn event_message(seen: &Seen) -> String {
    if let Some(message) = without_first_pod(&seen.message) {
        return message;
    }
    match seen.message.rsplit_once(" to ") {
        Some((start, _)) if seen.source == "default-scheduler" && seen.reason == "Scheduled" => {
            format!("{start} to NODE")
        }
        _ => seen.message.clone(),
    }
}

/// Whether an Event stands for several similar ones. Which later ones are counted into it depends on Go's
/// random map order (`PopAny` of the remembered messages), so only the first of them is compared. It is the
/// same with [`without_first_pod`]: how many pods are named in turn is chance.
pub(super) fn is_combined(seen: &Seen) -> bool {
    seen.message.starts_with("(combined from similar events): ") || without_first_pod(&seen.message).is_some()
}

/// Whether an Event that says the same of its object again is left out. Recordings have no repeats, and the
/// scheduler's are Events of their own once the pod has changed in between (`client::series`); besides it is
/// chance whether its last status had reached the scheduler by the next attempt.
pub(super) fn may_repeat(seen: &Seen) -> bool {
    seen.source == "default-scheduler" && seen.reason == "FailedScheduling"
}

/// Whether a line sorts Events, which have times to the second: kubectl sorts equal times in no order (Go's
/// `sort.Sort` is not stable), and where a second ends is chance.
pub(super) fn sorts_events(line: &str) -> bool {
    line.contains("kubectl get events ") && line.contains("--sort-by")
}

/// Sorted Events as a set. The scheduler's keep their place, before all others: they have no `lastTimestamp`;
/// and which node it chose is left out, as in [`event_message`]. Events of [`RACES`] are left out too.
pub(super) fn unordered_events(text: &str) -> String {
    let is_race =
        |line: &str| RACES.iter().any(|race| line.contains(race.reason) && line.contains(race.part));
    let is_scheduled = |line: &str| line.starts_with("Scheduled ");
    let mut lines: Vec<String> = text.split('\n').filter(|line| !is_race(line)).map(str::to_owned).collect();
    for line in lines.iter_mut().filter(|line| is_scheduled(line)) {
        if let Some((start, _)) = line.rsplit_once(" to ") {
            *line = format!("{start} to NODE");
        }
    }
    lines.chunk_by_mut(|a, b| is_scheduled(a) == is_scheduled(b)).for_each(crate::collections::sort);
    lines.join("\n")
}

/// One distinct row of an object's life.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// The cells as text.
    pub(super) text: String,
    /// When it was first seen, in seconds.
    pub(super) t: f64,
}

/// Which rows of a life may be seen or not, depending on timing: when several pods become ready (or stop)
/// at the same moment, the controller writes one status or several, and `READY` steps or jumps to the same
/// end; and when a set is deleted with its pods orphaned, the collector frees the pods and then lets the
/// set go, and the controller may or may not count its pods in between.
pub(super) fn racing_rows(kind: &str, rows: &[Row]) -> Vec<bool> {
    let soon = |index: usize| match (rows.get(index), rows.get(index + 1)) {
        (Some(here), Some(next)) => next.t - here.t <= SAME_MOMENT_SECONDS,
        _ => false,
    };
    let text = |index: usize| rows.get(index).map_or("", |row| row.text.as_str());
    let races = |index: usize| {
        let Some(before) = index.checked_sub(1) else {
            return false;
        };
        let steps_on = match (ready(text(before)), ready(text(index)), ready(text(index + 1))) {
            (Some(a), Some(b), Some(c)) => a.1 == b.1 && b.1 == c.1 && (a.0 < b.0) == (b.0 < c.0),
            _ => false,
        };
        let is_last_word = text(before).ends_with(" deleting")
            && text(index).ends_with(" deleting")
            && text(index + 1) == "gone";
        kind == "StatefulSet" && soon(index) && (steps_on || is_last_word)
    };
    (0..rows.len()).map(races).collect()
}

/// Whether the status of a kind is counted from pods (and `ReplicaSet`s) that several processes change side
/// by side. One cause then has a cascade of effects within a moment, and each of the controller's syncs may
/// or may not fall between two of them: three recordings of the same rolling update show three different
/// rows on the way from 4 ready pods to 2.
pub(super) fn has_cascading_status(kind: &str) -> bool {
    matches!(kind, "DaemonSet" | "Deployment" | "ReplicaSet")
}

/// The rows of such a life that must be seen on the other side too, in this order: the first, and those that
/// were shown for longer than a moment, but for [`splits_a_second`].
pub(super) fn lasting(rows: &[Row]) -> Vec<&String> {
    let lasts = |index: usize| match (rows.get(index), rows.get(index + 1)) {
        (Some(here), Some(next)) => {
            index == 0 || (next.t - here.t > SAME_MOMENT_SECONDS && !splits_a_second(rows, index))
        }
        _ => true,
    };
    let mut texts: Vec<&String> =
        rows.iter().enumerate().filter(|(index, _)| lasts(*index)).map(|(_, row)| &row.text).collect();
    texts.dedup();
    texts
}

/// Whether a row shows some of the pods available that became ready at the same moment, and the next row all
/// of them. `minReadySeconds` counts from whole seconds of the wall clock: pods that become ready 0.1 s apart
/// may be available a second apart, and the controller next looks `minReadySeconds` later.
fn splits_a_second(rows: &[Row], index: usize) -> bool {
    let at = |index: usize| rows.get(index).and_then(|row| cell(&row.text, "AVAILABLE="));
    let ready = |index: usize| rows.get(index).and_then(|row| cell(&row.text, "READY="));
    let Some(before) = index.checked_sub(1) else { return false };
    let counts = (at(before), at(index), at(index + 1));
    let (Some((a, rest)), Some((b, same)), Some((c, too))) = counts else { return false };
    if rest != same || same != too || !(a < b && b < c) {
        return false;
    }
    // The readiness rose by several pods within a moment just before.
    let moment = (0..before).rev().take_while(|&earlier| match (rows.get(earlier), rows.get(earlier + 1)) {
        (Some(here), Some(next)) => next.t - here.t <= SAME_MOMENT_SECONDS,
        _ => false,
    });
    let first = moment.last().and_then(ready);
    matches!((first, ready(before)), (Some((left, _)), Some((all, _))) if left < all)
}

/// The count in a cell of a row, and the row without it.
fn cell(text: &str, heading: &str) -> Option<(u32, String)> {
    let (before, rest) = text.split_once(heading)?;
    let (count, after) = rest.split_once(' ').unwrap_or((rest, ""));
    Some((count.parse().ok()?, format!("{before}{after}")))
}

/// What `kubectl rollout status` printed, without repetitions: it prints a line at each change of a status
/// that [`has_cascading_status`], be it one that the line does not speak of.
pub(super) fn without_repeated_status(text: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.dedup_by(|next, line| {
        next == line
            && (line.starts_with("Waiting for daemon set ") || line.starts_with("Waiting for deployment "))
    });
    lines.join("\n")
}

/// The ready count of a row, and the row without it.
fn ready(text: &str) -> Option<(u32, String)> {
    let (before, rest) = text.split_once("READY=")?;
    let (count, after) = rest.split_once('/')?;
    Some((count.parse().ok()?, format!("{before}{after}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_race_is_explained() {
        assert!(RACES.iter().all(|race| race.why.len() > 20));
    }

    #[test]
    fn pods_that_are_ready_at_once_may_be_available_a_second_apart() {
        let rows = |texts: &[(f64, &str)]| -> Vec<Row> {
            texts.iter().map(|&(t, text)| Row { text: text.into(), t }).collect()
        };
        let start = [(0.0, "AVAILABLE=0 READY=0"), (1.0, "AVAILABLE=0 READY=1")];
        let split =
            [(1.1, "AVAILABLE=0 READY=3"), (5.0, "AVAILABLE=1 READY=3"), (9.0, "AVAILABLE=3 READY=3")];
        let both = rows(&[&start[..], &split[..]].concat());
        assert!(!lasting(&both).contains(&&both[3].text));
        // Pods that became ready one after the other are available one after the other.
        let slow = [(3.0, "AVAILABLE=0 READY=3"), (5.0, "AVAILABLE=1 READY=3"), (7.0, "AVAILABLE=3 READY=3")];
        let slow = rows(&[&start[..], &slow[..]].concat());
        assert!(lasting(&slow).contains(&&slow[3].text));
    }

    #[test]
    fn only_sentences_of_a_rollout_are_told_once() {
        let line =
            "Waiting for daemon set \"demo\" rollout to finish: 1 out of 4 new pods have been updated...";
        let text = format!("a\na\n{line}\n{line}\n");
        assert_eq!(without_repeated_status(&text), format!("a\na\n{line}\n"));
    }
}

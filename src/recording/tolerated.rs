//! Races of the real cluster that a recording happened to catch, each with its reason.
//!
//! A tolerated difference is never one of order, of count of objects, or of final state.

use super::format::Seen;

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

/// The message that is compared.
pub(super) fn event_message(seen: &Seen) -> String {
    seen.message.clone()
}

/// The rows of a life without those that are seen or not depending on timing.
pub(super) fn without_racing_rows(_kind: &str, rows: &[String]) -> Vec<String> {
    rows.to_vec()
}

/// The order of pods without what is seen or not depending on timing.
pub(super) fn without_racing_order(order: &[(String, &'static str)]) -> Vec<(String, &'static str)> {
    order.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_race_is_explained() {
        assert!(RACES.iter().all(|race| race.why.len() > 20));
    }
}

//! Repeats of Events that are told through the newer API: one object, with a count that is written at times.
//!
//! Models `eventBroadcasterImpl`, staging/src/k8s.io/client-go/tools/events/event_broadcaster.go, Kubernetes
//! v1.36. Events are the same when all but their time and their message are: what they are about counts with
//! its version, so that an object that has changed meanwhile gets an Event of its own. The first repeat is
//! written at once, later ones only every 30 minutes or when the series has ended, which is looked at every
//! six. Simplified: what is due at those times is written when the next Event about the object is told. Left
//! out: a second object that an Event is related to.

use crate::api::ObjectKey;
use crate::sim::{Span, Time};

/// How often the ends of series are looked for, and how long nothing may be told of one that has ended.
const FINISH: Span = Span::from_seconds(360);
/// How often the counts of all series are written.
const REFRESH: Span = Span::from_seconds(1_800);

/// An Event that was told, and its repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// Its object.
    pub(super) key: ObjectKey,
    count: i64,
    last_at: Time,
    /// How many of the repeats its object shows.
    written: i64,
}

/// What the object of a series is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) count: i64,
    pub(super) last_at: Time,
}

impl Series {
    /// An Event that was told once.
    pub(super) fn new(key: ObjectKey, now: Time) -> Self {
        Self { key, count: 1, last_at: now, written: 1 }
    }

    /// Whether it has ended, so that the next one is a new Event.
    pub(super) fn has_ended(&self, now: Time) -> bool {
        last_tick(FINISH, now) > self.last_at + FINISH
    }

    /// What was to be written of it since it was told last.
    pub(super) fn overdue(&mut self, now: Time) -> Option<Count> {
        let is_due = self.has_ended(now) || last_tick(REFRESH, now) > self.last_at;
        (is_due && self.count > self.written).then(|| self.write())
    }

    /// Counts a repeat; what is written of it at once.
    pub(super) fn repeat(&mut self, now: Time) -> Option<Count> {
        self.count += 1;
        self.last_at = now;
        (self.count == 2).then(|| self.write())
    }

    fn write(&mut self) -> Count {
        self.written = self.count;
        Count { count: self.count, last_at: self.last_at }
    }
}

/// The last instant at which something was done that is done again and again.
fn last_tick(every: Span, now: Time) -> Time {
    Time::from_ms(now.ms() - now.ms() % every.ms())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;

    /// Tells an Event at these seconds: what each of them writes, `new` for an Event of its own.
    fn told(at: &[u64]) -> String {
        let mut series: Option<Series> = None;
        let mut written = Vec::new();
        for &seconds in at {
            let now = Time::from_ms(seconds * 1_000);
            if let Some(overdue) = series.as_mut().and_then(|series| series.overdue(now)) {
                written.push(format!("x{} of {}", overdue.count, overdue.last_at.seconds()));
            }
            if let Some(series) = series.as_mut().filter(|series| !series.has_ended(now)) {
                written.extend(series.repeat(now).map(|count| format!("x{}", count.count)));
            } else {
                series = Some(Series::new(ObjectKey::new(Kind::Event, "default", "a"), now));
                written.push("new".to_owned());
            }
        }
        written.join(", ")
    }

    #[test]
    fn only_the_first_repeat_is_written_at_once() {
        let cases = [
            (&[10, 20][..], "new, x2"),
            (&[10, 20, 30, 40], "new, x2"),
            // It has ended when a look finds that nothing was told for six minutes: at 720 s, not at 360 s.
            (&[10, 700], "new, x2"),
            (&[10, 721], "new, new"),
            // A series that has ended is written with its last count.
            (&[10, 20, 30, 1_000], "new, x2, x3 of 30, new"),
            // One that goes on is written every half hour.
            (&[10, 310, 610, 910, 1_210, 1_510, 1_810, 2_110], "new, x2, x6 of 1510"),
        ];
        for (at, expected) in cases {
            assert_eq!(told(at), expected, "{at:?}");
        }
    }
}

//! What a controller expects to see before it counts again: pods that it made and pods that it deleted.
//!
//! Models `UIDTrackingControllerExpectations`, `pkg/controller/controller_utils.go`, Kubernetes v1.36:
//! creations are counted, deletions are remembered by name, so that a pod that is first marked and then gone
//! counts once; what has not come after five minutes is no longer waited for. Left out: nothing.

use crate::collections::SortedSet;
use crate::sim::{Span, Time};

/// How long is waited for what was expected.
pub const EXPECTATIONS_TIMEOUT: Span = Span::from_seconds(5 * 60);

/// The expectations of one object.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    creations: i64,
    deletions: SortedSet<String>,
    since: Time,
}

impl Expectations {
    /// Expects so many creations, and forgets what was expected before.
    pub fn expect_creations(&mut self, count: usize, now: Time) {
        let creations = i64::try_from(count).unwrap_or(i64::MAX);
        *self = Self { creations, deletions: SortedSet::new(), since: now };
    }

    /// Expects these deletions, and forgets what was expected before.
    pub fn expect_deletions(&mut self, names: impl IntoIterator<Item = String>, now: Time) {
        *self = Self { creations: 0, deletions: names.into_iter().collect(), since: now };
    }

    /// Expects creations and deletions, and forgets what was expected before.
    pub fn expect(&mut self, creations: usize, deletions: impl IntoIterator<Item = String>, now: Time) {
        self.expect_deletions(deletions, now);
        self.creations = i64::try_from(creations).unwrap_or(i64::MAX);
    }

    /// One creation less to wait for.
    pub fn creation_observed(&mut self) {
        self.creations -= 1;
    }

    /// A deletion less to wait for, if this one was.
    pub fn deletion_observed(&mut self, name: &str) {
        self.deletions.remove(name);
    }

    /// Whether nothing is waited for, or no longer.
    pub fn are_satisfied(&self, now: Time) -> bool {
        (self.creations <= 0 && self.deletions.is_empty()) || now - self.since > EXPECTATIONS_TIMEOUT
    }

    /// How many creations and deletions are waited for.
    pub fn outstanding(&self) -> (usize, usize) {
        (usize::try_from(self.creations).unwrap_or_default(), self.deletions.len())
    }

    /// When waiting ends.
    pub fn expire_at(&self) -> Time {
        self.since + EXPECTATIONS_TIMEOUT + Span::from_ms(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_met_or_run_out() {
        let (mut expectations, now) = (Expectations::default(), Time::from_ms(1_000));
        assert!(expectations.are_satisfied(now));
        expectations.expect_creations(2, now);
        expectations.creation_observed();
        assert!(!expectations.are_satisfied(now));
        expectations.creation_observed();
        expectations.creation_observed();
        assert!(expectations.are_satisfied(now));
        expectations.expect_deletions(["a".to_owned(), "b".to_owned()], now);
        for name in ["a", "a", "c"] {
            expectations.deletion_observed(name);
        }
        assert_eq!(expectations.outstanding(), (0, 1));
        assert!(!expectations.are_satisfied(now + EXPECTATIONS_TIMEOUT));
        assert!(expectations.are_satisfied(expectations.expire_at()));
    }
}

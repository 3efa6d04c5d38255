//! What a controller is: which changes touch which keys, and what brings one key's object nearer to what it
//! should be.
//!
//! Models the fields that every controller of pkg/controller has (`syncHandler`, `queue`, its event
//! handlers), Kubernetes v1.36. Left out: metrics.

use std::fmt;

use super::verdict::Verdict;
use super::volume::VolumeFault;
use crate::api::{Kind, ObjectKey};
use crate::client::{Cache, Change, Context, StatusError};
use crate::sim::{Span, Time};

/// A sync that could not be finished; it is tried again after a back-off.
#[derive(Clone, Debug)]
pub struct SyncError {
    /// What was refused, in the server's words.
    pub message: String,
}

impl From<StatusError> for SyncError {
    fn from(error: StatusError) -> Self {
        Self { message: error.message }
    }
}

/// How a sync ended: `None` when there was nothing to decide.
pub type SyncResult = Result<Option<Verdict>, SyncError>;

/// What a controller may set as a timer: its own key again.
pub type Requeue = ObjectKey;

/// One controller.
pub trait Controller {
    /// Its name as the source of Events, such as `statefulset-controller`.
    fn name(&self) -> &'static str;

    /// The kinds whose changes it follows.
    fn watches(&self) -> &'static [Kind];

    /// The keys whose state may be touched by a change, with a delay where upstream has one.
    fn keys_for(&mut self, change: &Change, cache: &Cache, now: Time) -> Vec<(ObjectKey, Span)>;

    /// Which objects the last change has passed by although there is something to do about them, and why;
    /// told of those that nothing else wakes the controller for.
    fn passed_by(&mut self) -> Vec<(ObjectKey, Verdict)> {
        Vec::new()
    }

    /// Brings one object nearer to what it should be. Timers set on the context put the key in again.
    ///
    /// # Errors
    /// When a request was refused in a way that a later try may mend.
    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult;

    /// Whether the sync of a key has only begun: it goes on in the next turn, before any other key's.
    fn is_under_way(&self, _key: &ObjectKey, _now: Time) -> bool {
        false
    }

    /// Takes in a fault that a person injects; returns the keys to look at again.
    fn inject(&mut self, _fault: &VolumeFault, _cache: &Cache) -> Vec<ObjectKey> {
        Vec::new()
    }

    /// Whether each sync says anew when its object is to be looked at again, so that what was said before no
    /// longer counts. Otherwise a deadline that has become pointless would keep the cluster from resting.
    fn renews_timers(&self) -> bool {
        false
    }

    /// Makes a copy, for snapshots of the whole cluster.
    fn boxed_clone(&self) -> Box<dyn Controller>;
}

/// Its name alone: printing the state of every controller would be code that the page loads for nothing.
impl fmt::Debug for dyn Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Clone for Box<dyn Controller> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// How long it is to the next of a loop's rounds, which are counted from the loop's start and do not wait for
/// what happens.
pub(super) fn until_next_round(since_start: Span, interval: Span) -> Span {
    let interval_ms = interval.ms().max(1);
    Span::from_ms(interval_ms - since_start.ms() % interval_ms)
}

/// What controllers watch: all but Events. Nobody acts upon those, and they are more than all else.
pub(super) const WATCHED: &[Kind] = &without_events();

const fn without_events() -> [Kind; Kind::ALL.len() - 1] {
    let mut kinds = [Kind::Event; Kind::ALL.len() - 1];
    let (mut from, mut to) = (0, 0);
    while from < Kind::ALL.len() {
        if !matches!(Kind::ALL[from], Kind::Event) {
            kinds[to] = Kind::ALL[from];
            to += 1;
        }
        from += 1;
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_do_not_wait_for_what_happens() {
        let cases = [(0, 10_000), (1, 9_999), (9_999, 1), (10_000, 10_000), (25_500, 4_500)];
        for (now_ms, expected_ms) in cases {
            let span = until_next_round(Span::from_ms(now_ms), Span::from_seconds(10));
            assert_eq!(span, Span::from_ms(expected_ms), "at {now_ms} ms");
        }
    }
}

//! How long a node whose pod failed waits for the next one.
//!
//! Models `flowcontrol.Backoff`, staging/src/k8s.io/client-go/util/flowcontrol/backoff.go, as
//! cmd/kube-controller-manager/app/apps.go sets it up for daemon pods, Kubernetes v1.36: 1 s after the first
//! failed pod that was deleted, then twice as long each time up to 15 minutes; after 30 minutes without one
//! it starts anew. Upstream's key holds the set's observed generation, so another generation starts anew as
//! well; here what belongs to an earlier one is forgotten at once.

use crate::collections::SortedMap;
use crate::sim::{Span, Time};

const FIRST: Span = Span::from_seconds(1);
const LONGEST: Span = Span::from_seconds(15 * 60);
const FORGOTTEN_AFTER: Span = Span::from_seconds(2 * 15 * 60);

#[derive(Clone, Copy, Debug)]
struct Entry {
    delay: Span,
    since: Time,
}

/// The back-off of one set's nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct FailedPodsBackoff {
    generation: i64,
    nodes: SortedMap<String, Entry>,
}

impl FailedPodsBackoff {
    /// Works for this observed generation from now on.
    pub(crate) fn for_generation(&mut self, generation: i64) {
        if self.generation != generation {
            *self = Self { generation, nodes: SortedMap::default() };
        }
    }

    /// The delay of a node whose pod may not be deleted yet, and how much of it is left.
    pub(crate) fn limit(&self, node: &str, now: Time) -> Option<(Span, Span)> {
        let entry = self.nodes.get(node)?;
        let passed = now - entry.since;
        let limited = passed <= FORGOTTEN_AFTER && passed < entry.delay;
        limited.then(|| (entry.delay, entry.since + entry.delay - now))
    }

    /// The delay that a node gets when a failed pod of it is deleted now.
    pub(crate) fn next_delay(&self, node: &str, now: Time) -> Span {
        match self.nodes.get(node) {
            Some(entry) if now - entry.since <= FORGOTTEN_AFTER => {
                Span::from_ms(entry.delay.ms().saturating_mul(2)).min(LONGEST)
            }
            _ => FIRST,
        }
    }

    /// A failed pod of the node is deleted: the next one waits longer.
    pub(crate) fn next(&mut self, node: &str, now: Time) {
        let delay = self.next_delay(node, now);
        self.nodes.insert(node.to_owned(), Entry { delay, since: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DS-UNIT-33: the first failed pod goes at once, the next ones later and later, and waiting does not
    /// make it longer.
    #[test]
    fn ds_unit_33_delays_double_for_each_node_and_generation() {
        let at = Time::from_ms;
        let mut backoff = FailedPodsBackoff::default();
        assert_eq!(backoff.limit("a", at(0)), None);
        backoff.next("a", at(0));
        assert_eq!(backoff.limit("a", at(999)), Some((Span::from_ms(1000), Span::from_ms(1))));
        assert_eq!(backoff.limit("a", at(1000)), None);
        assert_eq!(backoff.limit("b", at(999)), None);
        backoff.next("a", at(1000));
        assert_eq!(backoff.limit("a", at(1000)), Some((Span::from_ms(2000), Span::from_ms(2000))));
        for _ in 0..20 {
            backoff.next("a", at(3000));
        }
        assert_eq!(backoff.limit("a", at(3000)), Some((LONGEST, LONGEST)));
        let later = at(3000) + FORGOTTEN_AFTER + Span::from_ms(1);
        backoff.next("a", later);
        assert_eq!(backoff.limit("a", later), Some((FIRST, FIRST)));
        backoff.for_generation(2);
        assert_eq!(backoff.limit("a", later), None);
    }
}

//! A controller's queue of keys: each key at most once, failures come back later and later.
//!
//! Models staging/src/k8s.io/client-go/util/workqueue (`TypedRateLimitingQueue` with the default controller
//! rate limiter: 5 ms doubling to 1000 s), Kubernetes v1.36. Left out: the overall rate of ten a second, and
//! several workers.

use std::collections::VecDeque;

use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

const BACKOFF_FIRST_MS: u64 = 5;
const BACKOFF_MAX_MS: u64 = 1_000_000;

/// Keys that wait for a sync.
#[derive(Clone, Debug)]
pub struct WorkQueue<K> {
    ready: VecDeque<K>,
    queued: SortedSet<K>,
    delayed: SortedSet<(Time, u64, K)>,
    /// Where each delayed key stands.
    delays: SortedMap<K, (Time, u64)>,
    sequence: u64,
    failures: SortedMap<K, u32>,
}

impl<K> Default for WorkQueue<K> {
    fn default() -> Self {
        Self {
            ready: VecDeque::new(),
            queued: SortedSet::new(),
            delayed: SortedSet::new(),
            delays: SortedMap::new(),
            sequence: 0,
            failures: SortedMap::new(),
        }
    }
}

impl<K: Ord + Clone> WorkQueue<K> {
    /// Puts a key in; one that already waits stays where it is.
    pub fn add(&mut self, key: K) {
        if self.queued.insert(key.clone()) {
            self.ready.push_back(key);
        }
    }

    /// Puts a key in once a time has passed; of several times the earliest counts, and the others are
    /// forgotten.
    pub fn add_after(&mut self, key: K, after: Span, now: Time) {
        if after == Span::ZERO {
            return self.add(key);
        }
        let at = now + after;
        if let Some((set, sequence)) = self.delays.get(&key).copied() {
            if set <= at {
                return;
            }
            self.delayed.remove(&(set, sequence, key.clone()));
        }
        self.sequence += 1;
        self.delays.insert(key.clone(), (at, self.sequence));
        self.delayed.insert((at, self.sequence, key));
    }

    /// Puts a key back after a failure, later each time.
    pub fn add_rate_limited(&mut self, key: K, now: Time) {
        let failures = self.failures.entry(key.clone()).or_default();
        let after = BACKOFF_FIRST_MS.saturating_mul(1_u64 << (*failures).min(30)).min(BACKOFF_MAX_MS);
        *failures += 1;
        self.add_after(key, Span::from_ms(after), now);
    }

    /// Takes a key out that waits for its time.
    pub fn forget_delayed(&mut self, key: &K) {
        if let Some((at, sequence)) = self.delays.remove(key) {
            self.delayed.remove(&(at, sequence, key.clone()));
        }
    }

    /// Whether a key waits for a sync, now or later.
    pub fn holds(&self, key: &K) -> bool {
        self.queued.contains(key) || self.delays.contains_key(key)
    }

    /// Forgets the key's failures.
    pub fn forget(&mut self, key: &K) {
        self.failures.remove(key);
    }

    /// How often the key has failed in a row.
    pub fn failures(&self, key: &K) -> u32 {
        self.failures.get(key).copied().unwrap_or_default()
    }

    /// How many keys are due.
    pub fn due_count(&mut self, now: Time) -> usize {
        self.take_due(now);
        self.ready.len()
    }

    /// The key that comes next, whether it is due or not.
    pub fn peek(&self) -> Option<&K> {
        self.ready.front().or_else(|| self.delayed.first().map(|(_, _, key)| key))
    }

    /// Lets the key at a place of those that are due be the next.
    pub fn bring_forward(&mut self, place: usize) {
        if let Some(key) = self.ready.remove(place) {
            self.ready.push_front(key);
        }
    }

    fn take_due(&mut self, now: Time) {
        while self.delayed.first().is_some_and(|(at, _, _)| *at <= now) {
            if let Some((_, _, key)) = self.delayed.pop_first() {
                self.delays.remove(&key);
                self.add(key);
            }
        }
    }

    /// Takes the next key that is due.
    pub fn pop(&mut self, now: Time) -> Option<K> {
        self.take_due(now);
        let key = self.ready.pop_front()?;
        self.queued.remove(&key);
        Some(key)
    }

    /// When the next key is due.
    pub fn next_due(&self, now: Time) -> Option<Time> {
        if self.ready.is_empty() { self.delayed.first().map(|(at, _, _)| *at) } else { Some(now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_waits_once_and_failures_back_off() {
        let mut queue = WorkQueue::default();
        let at = Time::from_ms;
        queue.add("a");
        queue.add("a");
        queue.add("b");
        assert_eq!((queue.pop(at(0)), queue.pop(at(0)), queue.pop(at(0))), (Some("a"), Some("b"), None));
        queue.add_rate_limited("a", at(0));
        assert_eq!(queue.next_due(at(0)), Some(at(5)));
        assert_eq!((queue.pop(at(4)), queue.pop(at(5))), (None, Some("a")));
        queue.add_rate_limited("a", at(5));
        assert_eq!((queue.pop(at(14)), queue.pop(at(15))), (None, Some("a")));
        queue.forget(&"a");
        assert_eq!(queue.failures(&"a"), 0);
        queue.add_after("a", Span::from_ms(5), at(10));
        queue.add_after("b", Span::from_ms(6), at(10));
        queue.forget_delayed(&"a");
        assert_eq!(queue.next_due(at(10)), Some(at(16)));
    }

    #[test]
    fn of_several_delays_the_earliest_counts() {
        let mut queue = WorkQueue::default();
        let at = Time::from_ms;
        queue.add_after("a", Span::from_ms(5), at(0));
        queue.add_after("a", Span::from_ms(9), at(0));
        queue.add_after("a", Span::from_ms(4), at(0));
        assert_eq!((queue.next_due(at(0)), queue.pop(at(4))), (Some(at(4)), Some("a")));
        assert_eq!(queue.next_due(at(4)), None);
    }
}

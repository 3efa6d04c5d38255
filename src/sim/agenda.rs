//! What is due when: the one queue that drives the cluster.
//!
//! Wakeups come out in the order (time, sequence): of two that are due at the same instant, the one that was
//! put in first is first. Nothing else decides the order, so the same inputs always give the same run.

use std::collections::BTreeMap;

use super::time::Time;

/// Names one wakeup, so that it can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WakeupId {
    at: Time,
    sequence: u64,
}

/// Future wakeups ordered by (time, sequence).
#[derive(Clone, Debug)]
pub struct Agenda<W> {
    wakeups: BTreeMap<WakeupId, W>,
    now: Time,
    next_sequence: u64,
}

impl<W> Default for Agenda<W> {
    fn default() -> Self {
        Self { wakeups: BTreeMap::new(), now: Time::ZERO, next_sequence: 0 }
    }
}

impl<W> Agenda<W> {
    /// The present instant.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Puts a wakeup in. One that lies in the past is due at once.
    pub fn schedule(&mut self, at: Time, wakeup: W) -> WakeupId {
        let id = WakeupId { at: at.max(self.now), sequence: self.next_sequence };
        self.next_sequence += 1;
        self.wakeups.insert(id, wakeup);
        id
    }

    /// Takes a wakeup out before it is due; `None` when it has already come.
    pub fn cancel(&mut self, id: WakeupId) -> Option<W> {
        self.wakeups.remove(&id)
    }

    /// When the next wakeup is due.
    pub fn next_due(&self) -> Option<Time> {
        self.wakeups.first_key_value().map(|(id, _)| id.at)
    }

    /// The next wakeup and when it is due.
    pub fn peek(&self) -> Option<(Time, &W)> {
        self.wakeups.first_key_value().map(|(id, wakeup)| (id.at, wakeup))
    }

    /// Takes the next wakeup and moves the present to it.
    pub fn pop(&mut self) -> Option<W> {
        let (id, wakeup) = self.wakeups.pop_first()?;
        debug_assert!(id.at >= self.now, "the agenda never goes back");
        self.now = id.at;
        Some(wakeup)
    }

    /// Takes the next wakeup out without its time having come.
    pub fn drop_next(&mut self) {
        self.wakeups.pop_first();
    }

    /// Moves the present forward to `to` while nothing is due before it.
    pub fn advance(&mut self, to: Time) {
        debug_assert!(self.next_due().is_none_or(|due| due >= to), "a wakeup would be skipped");
        self.now = self.now.max(to);
    }

    /// The wakeups that are due up to and including `until`, in their order.
    pub fn due_until(&self, until: Time) -> impl Iterator<Item = (Time, &W)> {
        self.wakeups.iter().take_while(move |(id, _)| id.at <= until).map(|(id, wakeup)| (id.at, wakeup))
    }

    /// Lets the wakeup at `index` of the order come first: all before it come late, at its time and behind
    /// it. Does nothing when there is no such wakeup.
    pub fn bring_forward(&mut self, index: usize) {
        let Some((&WakeupId { at, .. }, _)) = self.wakeups.iter().nth(index) else {
            return;
        };
        for _ in 0..index {
            if let Some((_, late)) = self.wakeups.pop_first() {
                self.schedule(at, late);
            }
        }
    }

    /// Whether one of the wakeups is such.
    pub fn any(&self, is_such: impl FnMut(&W) -> bool) -> bool {
        self.wakeups.values().any(is_such)
    }

    /// Forgets the wakeups that are not to be kept.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&W) -> bool) {
        self.wakeups.retain(|_, wakeup| is_kept(wakeup));
    }

    /// How many wakeups wait.
    pub fn len(&self) -> usize {
        self.wakeups.len()
    }

    /// Whether nothing is due any more.
    pub fn is_empty(&self) -> bool {
        self.wakeups.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_times_come_in_the_order_they_were_put_in() {
        let mut agenda = Agenda::default();
        agenda.schedule(Time::from_ms(20), "late");
        agenda.schedule(Time::from_ms(10), "first");
        let cancelled = agenda.schedule(Time::from_ms(10), "cancelled");
        agenda.schedule(Time::from_ms(10), "second");
        assert_eq!(agenda.cancel(cancelled), Some("cancelled"));
        assert_eq!(agenda.pop(), Some("first"));
        agenda.schedule(Time::from_ms(3), "in the past");
        assert_eq!(
            std::iter::from_fn(|| agenda.pop()).collect::<Vec<_>>(),
            ["second", "in the past", "late"]
        );
        assert_eq!(agenda.now(), Time::from_ms(20));
    }

    #[test]
    fn one_that_is_brought_forward_makes_the_others_late() {
        let mut agenda = Agenda::default();
        for (ms, name) in [(10, "a"), (11, "b"), (12, "c"), (12, "d")] {
            agenda.schedule(Time::from_ms(ms), name);
        }
        assert_eq!(
            agenda.due_until(Time::from_ms(11)).map(|(_, name)| *name).collect::<Vec<_>>(),
            ["a", "b"]
        );
        agenda.bring_forward(2);
        agenda.bring_forward(9);
        let order: Vec<_> =
            std::iter::from_fn(|| agenda.pop().map(|name| (name, agenda.now().ms()))).collect();
        assert_eq!(order, [("c", 12), ("d", 12), ("a", 12), ("b", 12)]);
    }
}

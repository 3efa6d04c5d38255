//! Ordinals without a pod, as runs: a set of two thousand million replicas takes no more room than one of
//! three.
//!
//! Models the holes of the slice `replicas` in `updateStatefulSet`,
//! `pkg/controller/statefulset/stateful_set_control.go`, Kubernetes v1.36. Left out: nothing.use
//! `crate::collections::SortedMap`;

use crate::collections::SortedMap;

/// Ordinals within a range that have no pod.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gaps {
    /// First and last ordinal of each run.
    runs: SortedMap<i64, i64>,
    count: i64,
}

impl Gaps {
    /// All ordinals from `start` to `end` are missing.
    pub(crate) fn new(start: i64, end: i64) -> Self {
        let mut gaps = Self::default();
        gaps.add(start, end);
        gaps
    }

    fn add(&mut self, from: i64, to: i64) {
        if from <= to {
            self.runs.insert(from, to);
            self.count = self.count.saturating_add(to.saturating_sub(from).saturating_add(1));
        }
    }

    fn take(&mut self, from: i64) -> Option<i64> {
        let to = self.runs.remove(&from)?;
        self.count -= to - from + 1;
        Some(to)
    }

    /// There is a pod now.
    pub(crate) fn fill(&mut self, ordinal: i64) {
        let run = self.runs.range(..=ordinal).next_back().map(|(from, to)| (*from, *to));
        let Some((from, to)) = run.filter(|(_, to)| *to >= ordinal) else {
            return;
        };
        self.take(from);
        self.add(from, ordinal - 1);
        self.add(ordinal + 1, to);
    }

    /// There is no pod any more.
    pub(crate) fn open(&mut self, ordinal: i64) {
        let before = self.runs.range(..=ordinal).next_back().map(|(from, to)| (*from, *to));
        if before.is_some_and(|(_, to)| to >= ordinal) {
            return;
        }
        let mut from = ordinal;
        if let Some((first, to)) = before
            && to + 1 == ordinal
        {
            self.take(first);
            from = first;
        }
        let to = self.take(ordinal + 1).unwrap_or(ordinal);
        self.add(from, to);
    }

    /// The missing ordinals from one on, lowest first.
    pub(crate) fn from(&self, lowest: i64) -> impl Iterator<Item = i64> + '_ {
        let within = self.runs.range(..lowest).next_back().filter(|(_, to)| **to >= lowest);
        let first = within.map(|(_, to)| lowest..=*to);
        let rest = self.runs.range(lowest..).map(|(from, to)| *from..=*to);
        first.into_iter().chain(rest).flatten()
    }

    /// The highest missing ordinal.
    pub(crate) fn highest(&self) -> Option<i64> {
        self.runs.last_key_value().map(|(_, to)| *to)
    }

    /// How many are missing.
    pub(crate) fn count(&self) -> i64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_split_and_join() {
        let mut gaps = Gaps::new(2, 6);
        gaps.fill(4);
        gaps.fill(9);
        assert_eq!(gaps.from(0).collect::<Vec<_>>(), [2, 3, 5, 6]);
        assert_eq!(gaps.from(3).collect::<Vec<_>>(), [3, 5, 6]);
        assert_eq!((gaps.count(), gaps.highest()), (4, Some(6)));
        gaps.fill(6);
        gaps.fill(2);
        assert_eq!(gaps.from(0).collect::<Vec<_>>(), [3, 5]);
        for ordinal in [4, 4, 2, 6] {
            gaps.open(ordinal);
        }
        assert_eq!((gaps.from(0).collect::<Vec<_>>(), gaps.runs.len()), (vec![2, 3, 4, 5, 6], 1));
        assert_eq!(Gaps::new(0, -1).count(), 0);
        assert_eq!(Gaps::new(0, 1_999_999_999).count(), 2_000_000_000);
    }
}

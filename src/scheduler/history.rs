//! The last attempts, kept for people who ask why.
//!
//! Models the scheduler's log at high verbosity, `pkg/scheduler/schedule_one.go`, Kubernetes v1.36.
//! Left out: attempts that lie far back, and what was found about nodes in large clusters some time ago.

use std::collections::VecDeque;
use std::rc::Rc;

use super::framework::Attempt;
use crate::api::ObjectKey;
use crate::collections::SortedMap;

/// Attempts that are kept for one pod.
const ATTEMPTS_MAX: usize = 10;
/// Pods whose attempts are kept.
const PODS_MAX: usize = 512;
/// Verdicts about nodes that are kept in all: so many are a few megabytes, however large the cluster is.
const VERDICTS_MAX: usize = 60_000;

/// Attempts by pod.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    by_pod: SortedMap<ObjectKey, VecDeque<Rc<Attempt>>>,
    /// The pods, the one whose first attempt was earliest in front.
    order: VecDeque<ObjectKey>,
    verdicts: usize,
}

impl History {
    /// The attempts for a pod, oldest first.
    pub(crate) fn of(&self, pod: &ObjectKey) -> impl DoubleEndedIterator<Item = &Rc<Attempt>> {
        self.by_pod.get(pod).into_iter().flatten()
    }

    /// Keeps an attempt; the oldest are forgotten.
    pub(crate) fn note(&mut self, attempt: Attempt) {
        if !self.by_pod.contains_key(&attempt.pod) {
            self.order.push_back(attempt.pod.clone());
        }
        self.verdicts += attempt.nodes.len();
        let attempts = self.by_pod.entry(attempt.pod.clone()).or_default();
        if attempts.len() >= ATTEMPTS_MAX
            && let Some(oldest) = attempts.pop_front()
        {
            self.verdicts -= oldest.nodes.len();
        }
        attempts.push_back(Rc::new(attempt));
        while self.order.len() > 1 && (self.order.len() > PODS_MAX || self.verdicts > VERDICTS_MAX) {
            self.forget_oldest();
        }
    }

    /// Notes that the last attempt for a pod, although it found a node, came to nothing.
    pub(crate) fn note_not_bound(&mut self, pod: &ObjectKey, why: &str) {
        if let Some(last) = self.by_pod.get_mut(pod).and_then(VecDeque::back_mut) {
            Rc::make_mut(last).not_bound = Some(why.to_owned());
        }
    }

    fn forget_oldest(&mut self) {
        let forgotten = self.order.pop_front().and_then(|oldest| self.by_pod.remove(&oldest));
        self.verdicts -= forgotten.iter().flatten().map(|attempt| attempt.nodes.len()).sum::<usize>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::scheduler::framework::{NodeVerdict, Preemption};
    use crate::sim::Time;

    fn key(name: &str) -> ObjectKey {
        ObjectKey::new(Kind::Pod, "default", name)
    }

    fn attempt(pod: &str, at: u64, nodes: usize) -> Attempt {
        let verdict = NodeVerdict { node: "node".into(), rejected: None, scores: None };
        Attempt {
            at: Time::from_ms(at),
            pod: key(pod),
            nodes: vec![verdict; nodes],
            chosen: None,
            equals: 0,
            message: String::new(),
            before: None,
            preemption: Preemption::NotTried,
            not_bound: None,
        }
    }

    fn times(history: &History, pod: &str) -> Vec<u64> {
        history.of(&key(pod)).map(|attempt| attempt.at.ms()).collect()
    }

    #[test]
    fn the_last_ten_attempts_of_a_pod_are_kept() {
        let mut history = History::default();
        for at in 0..13 {
            history.note(attempt("a", at, 1));
        }
        assert_eq!(times(&history, "a"), (3..13).collect::<Vec<_>>());
        assert_eq!(history.verdicts, 10);
    }

    #[test]
    fn in_large_clusters_the_pods_that_came_first_are_forgotten() {
        let mut history = History::default();
        for (at, pod) in ["a", "b", "c"].into_iter().enumerate() {
            history.note(attempt(pod, at as u64, VERDICTS_MAX / 2));
        }
        assert_eq!(
            [times(&history, "a").len(), times(&history, "b").len(), times(&history, "c").len()],
            [0, 1, 1]
        );
        assert_eq!(history.verdicts, VERDICTS_MAX);
    }

    #[test]
    fn an_attempt_that_was_not_bound_says_so() {
        let mut history = History::default();
        history.note(attempt("a", 1, 1));
        history.note_not_bound(&key("a"), "no volume");
        history.note_not_bound(&key("b"), "nobody knows it");
        let reasons: Vec<_> = history.of(&key("a")).map(|attempt| attempt.not_bound.as_deref()).collect();
        assert_eq!(reasons, [Some("no volume")]);
    }
}

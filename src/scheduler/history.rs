//! The last attempts, kept for people who ask why.
//!
//! Models the scheduler's log at high verbosity, `pkg/scheduler/schedule_one.go`, Kubernetes v1.36.
//! Left out: attempts that lie far back.

use std::collections::VecDeque;
use std::rc::Rc;

use super::framework::Attempt;
use crate::api::ObjectKey;
use crate::collections::SortedMap;

/// Attempts that are kept for one pod.
const ATTEMPTS_MAX: usize = 4;
/// Pods whose attempts are kept.
const PODS_MAX: usize = 512;

/// Attempts by pod.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    by_pod: SortedMap<ObjectKey, VecDeque<Rc<Attempt>>>,
    order: VecDeque<ObjectKey>,
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
            if self.order.len() > PODS_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.by_pod.remove(&oldest);
            }
        }
        let attempts = self.by_pod.entry(attempt.pod.clone()).or_default();
        if attempts.len() >= ATTEMPTS_MAX {
            attempts.pop_front();
        }
        attempts.push_back(Rc::new(attempt));
    }
}

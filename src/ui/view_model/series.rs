//! How many pods of a workload were ready and updated over time: a bounded list of samples.

use std::rc::Rc;

use super::progress::Progress;
use crate::collections::SortedMap;
use crate::sim::Time;

/// Samples that are kept of a set.
const SAMPLES_MAX: usize = 400;

/// The counts of a set at an instant; they hold until the next sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub at: Time,
    /// Pods that are ready.
    pub ready: i64,
    /// Pods of the newest revision.
    pub updated: i64,
    /// Pods that there should be.
    pub desired: i64,
}

/// The samples of each set, by its uid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    of: SortedMap<String, Rc<Vec<Sample>>>,
}

impl Series {
    /// Adds what has changed.
    pub fn observe(&mut self, workloads: &[Progress], now: Time) {
        for set in workloads {
            let samples = self.of.entry(set.uid.clone()).or_default();
            if samples.last().is_some_and(|last| last.at > now) {
                Rc::make_mut(samples).retain(|sample| sample.at <= now);
            }
            let sample = Sample { at: now, ready: set.ready, updated: set.updated, desired: set.desired };
            let is_news = samples.last().is_none_or(|last| {
                (last.ready, last.updated, last.desired) != (sample.ready, sample.updated, sample.desired)
            });
            if !is_news {
                continue;
            }
            let samples = Rc::make_mut(samples);
            match samples.last_mut() {
                Some(last) if last.at == now => *last = sample,
                _ => samples.push(sample),
            }
            if samples.len() > SAMPLES_MAX {
                thin(samples);
            }
        }
        self.of.retain(|uid, _| workloads.iter().any(|set| set.uid == *uid));
    }

    /// The samples of a set.
    pub fn of(&self, uid: &str) -> Rc<Vec<Sample>> {
        self.of.get(uid).cloned().unwrap_or_default()
    }
}

/// Drops every second sample of the older half.
fn thin(samples: &mut Vec<Sample>) {
    let half = samples.len() / 2;
    let mut index = 0;
    samples.retain(|_| {
        index += 1;
        index > half || index % 2 == 1
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_samples_get_thinner() {
        let sample = |second: u64| Sample { at: Time::from_ms(second), ready: 0, updated: 0, desired: 0 };
        let mut samples: Vec<Sample> = (0..8).map(sample).collect();
        thin(&mut samples);
        assert_eq!(samples.iter().map(|s| s.at.ms()).collect::<Vec<_>>(), [0, 2, 4, 5, 6, 7]);
    }
}

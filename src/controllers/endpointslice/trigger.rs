//! When that changed which a Service's slices are written for, as an annotation of theirs tells it.
//!
//! Models `TriggerTimeTracker`, `staging/src/k8s.io/endpointslice/util/trigger_time_tracker.go`, Kubernetes
//! v1.36. Left out: nothing.

use crate::api::Timestamp;
use crate::api::meta::Condition;
use crate::api::network::Service;
use crate::api::pod::Pod;
use crate::collections::SortedMap;

/// The times that were seen at the last sync of a Service.
#[derive(Clone, Debug, Default)]
pub(super) struct TriggerTimes {
    /// When the Service was made; `None` before its first sync.
    service: Option<Timestamp>,
    /// When each pod became ready, or ceased to be.
    pods: SortedMap<String, Timestamp>,
}

impl TriggerTimes {
    /// Takes in the pods that changed, each as it serves the Service now, and returns the oldest of the times
    /// that are new; `None` when none is. For a Service that was never synced it is when that was made.
    pub(super) fn take_in<'a>(
        &mut self,
        service: &Service,
        pods: impl Iterator<Item = (&'a str, Option<&'a Pod>)>,
    ) -> Option<Timestamp> {
        let made = service.metadata.creation_timestamp;
        let is_first = self.service.is_none();
        let mut oldest = made.filter(|made| self.service.is_none_or(|last| *made > last));
        self.service = made.or(self.service);
        for (name, pod) in pods {
            let Some(at) = pod.and_then(ready_since) else {
                self.pods.remove(name);
                continue;
            };
            if self.pods.get(name).is_none_or(|last| at > *last) {
                oldest = Some(oldest.map_or(at, |oldest| oldest.min(at)));
            }
            self.pods.insert(name.to_owned(), at);
        }
        if is_first { made } else { oldest }
    }

    /// Forgets the pods that are not to be kept.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.pods.retain(|name, _| is_kept(name));
    }
}

/// Since when a pod is ready, or is not.
pub(super) fn ready_since(pod: &Pod) -> Option<Timestamp> {
    Condition::find(&pod.status.conditions, "Ready")?.last_transition_time
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Time;

    /// Pods with the time of each, and what is returned.
    type Row<'a> = (&'a [(&'a str, Option<i64>)], Option<i64>);

    fn pod(since: i64) -> Pod {
        let mut pod = Pod::default();
        pod.status.conditions.push(Condition {
            type_: "Ready".to_owned(),
            last_transition_time: Some(at(since)),
            ..Condition::default()
        });
        pod
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::at(Time::from_ms(u64::try_from(seconds).unwrap() * 1000))
    }

    #[test]
    fn the_oldest_of_the_new_times_counts() {
        let mut service = Service::default();
        service.metadata.creation_timestamp = Some(at(5));
        let mut times = TriggerTimes::default();
        let rows: [Row<'_>; 8] = [
            // The first sync.
            (&[("a", Some(3))], Some(5)),
            (&[("a", Some(3))], None),
            (&[("b", Some(9)), ("c", Some(8))], Some(8)),
            (&[("b", Some(9)), ("c", Some(10))], Some(10)),
            (&[("b", None)], None),
            // A pod of the name has come again.
            (&[("b", Some(9))], Some(9)),
            (&[("c", Some(10)), ("d", None)], None),
            (&[("d", Some(12)), ("c", Some(11)), ("b", Some(9))], Some(11)),
        ];
        for (pods, expected) in rows {
            let pods: Vec<(&str, Option<Pod>)> =
                pods.iter().map(|(name, since)| (*name, since.map(pod))).collect();
            let taken = times.take_in(&service, pods.iter().map(|(name, pod)| (*name, pod.as_ref())));
            assert_eq!(taken, expected.map(at), "{pods:?}");
        }
        service.metadata.creation_timestamp = Some(at(20));
        assert_eq!(times.take_in(&service, std::iter::empty()), Some(at(20)), "the Service was made anew");
    }
}

//! Which pods of a `ReplicaSet` go first when there are too many.
//!
//! Models `ActivePodsWithRanks`, `pkg/controller/controller_utils.go`, and `getPodsToDelete` with
//! `getIndirectlyRelatedPods`, `pkg/controller/replicaset/replica_set.go`, Kubernetes v1.36. Among pods whose
//! ages are alike on a logarithmic scale the uid decides, which is as good as a draw: uids are random (here
//! from the seed). Left out: the order of pods that differ in nothing at all, which upstream leaves to Go's
//! map; here it is that of their names.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::api::Timestamp;
use crate::api::meta::Condition;
use crate::api::pod::{DELETION_COST, Pod, parse_deletion_cost};
use crate::collections::SortedMap;
use crate::controllers::pod_control::is_active;
use crate::sim::Time;

/// What the order looks at in a pod itself; it is noted once for each version of the pod.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rank {
    is_bound: bool,
    phase: u8,
    ready_since: Option<Timestamp>,
    is_ready: bool,
    cost: i32,
    restarts: (i64, i64),
}

impl Rank {
    /// Looks at a pod.
    pub(crate) fn of(pod: &Pod) -> Self {
        let ready = Condition::find(&pod.status.conditions, "Ready");
        Self {
            is_bound: pod.is_bound(),
            phase: phase_rank(&pod.status.phase),
            ready_since: ready.and_then(|condition| condition.last_transition_time),
            is_ready: ready.is_some_and(|condition| condition.status == "True"),
            cost: deletion_cost(pod),
            restarts: max_container_restarts(pod),
        }
    }
}

/// A pod that may be chosen, with the pods of its owner's sets on its node.
#[derive(Clone, Copy, Debug)]
struct Candidate<'a> {
    pod: &'a Rc<Pod>,
    rank: &'a Rank,
    colocated: usize,
}

impl Candidate<'_> {
    /// How this pod stands to another: `Less` goes first.
    fn compare(&self, other: &Self, now: Time) -> Ordering {
        let (mine, others) = (self.rank, other.rank);
        let stages = (mine.is_bound.cmp(&others.is_bound))
            .then(mine.phase.cmp(&others.phase))
            .then(mine.is_ready.cmp(&others.is_ready))
            .then(mine.cost.cmp(&others.cost))
            .then(other.colocated.cmp(&self.colocated));
        if stages != Ordering::Equal {
            return stages;
        }
        if mine.is_ready && mine.ready_since != others.ready_since {
            return self.younger_first(other, mine.ready_since, others.ready_since, now);
        }
        // More restarts go first, and those of sidecars only decide between equals.
        if mine.restarts != others.restarts {
            return others.restarts.cmp(&mine.restarts);
        }
        let (mine, others) = (self.pod.metadata.creation_timestamp, other.pod.metadata.creation_timestamp);
        if mine == others { Ordering::Equal } else { self.younger_first(other, mine, others, now) }
    }

    /// The younger first, on a logarithmic scale; a time that is not set counts as the youngest.
    fn younger_first(
        &self,
        other: &Self,
        mine: Option<Timestamp>,
        others: Option<Timestamp>,
        now: Time,
    ) -> Ordering {
        match (mine, others) {
            (Some(mine), Some(others)) => logarithmic_rank(mine, now)
                .cmp(&logarithmic_rank(others, now))
                .then_with(|| self.pod.metadata.uid.cmp(&other.pod.metadata.uid)),
            (mine, others) => mine.is_some().cmp(&others.is_some()),
        }
    }
}

/// `Pending` before `Unknown` before `Running`.
fn phase_rank(phase: &str) -> u8 {
    match phase {
        "Unknown" => 1,
        "Running" => 2,
        _ => 0,
    }
}

/// The cost by annotation; what cannot be read counts as 0.
fn deletion_cost(pod: &Pod) -> i32 {
    let cost = pod.metadata.annotations.get(DELETION_COST);
    cost.and_then(|text| parse_deletion_cost(text)).unwrap_or_default()
}

/// The most restarts of any container, and of any sidecar.
fn max_container_restarts(pod: &Pod) -> (i64, i64) {
    let most = |counts: &mut dyn Iterator<Item = i64>| counts.max().unwrap_or_default().max(0);
    let status = &pod.status;
    let is_sidecar = |name: &str| {
        pod.spec.init_containers.iter().any(|init| init.name == name && init.restart_policy == "Always")
    };
    let sidecars = status.init_container_statuses.iter().filter(|status| is_sidecar(&status.name));
    (
        most(&mut status.container_statuses.iter().map(|status| status.restart_count)),
        most(&mut sidecars.map(|status| status.restart_count)),
    )
}

/// The power of two of an age in nanoseconds; -1 for an age of nothing.
fn logarithmic_rank(since: Timestamp, now: Time) -> i64 {
    let age_ns = u128::from((now - since.time()).ms()) * 1_000_000;
    age_ns.checked_ilog2().map_or(-1, i64::from)
}

/// The pods that go when `count` of them are too many; `related` are the pods of all `ReplicaSet`s of the
/// same owner, of which those on the same node count against a pod. Where all must go, nobody asks for
/// the order.
pub(crate) fn pods_to_delete<'a>(
    pods: impl Iterator<Item = (&'a Rc<Pod>, &'a Rank)>,
    related: impl Iterator<Item = &'a Rc<Pod>>,
    count: usize,
    now: Time,
) -> Vec<Rc<Pod>> {
    let pods: Vec<_> = pods.collect();
    if count >= pods.len() {
        return pods.into_iter().map(|(pod, _)| Rc::clone(pod)).collect();
    }
    let mut on_node: SortedMap<&str, usize> = SortedMap::new();
    for pod in related.filter(|pod| is_active(pod)) {
        *on_node.entry(pod.spec.node_name.as_str()).or_default() += 1;
    }
    let mut chosen: Vec<Candidate<'_>> = Vec::new();
    for (pod, rank) in pods {
        let colocated = on_node.get(pod.spec.node_name.as_str()).copied().unwrap_or_default();
        take_in(&mut chosen, Candidate { pod, rank, colocated }, count, now);
    }
    chosen.into_iter().map(|candidate| Rc::clone(candidate.pod)).collect()
}

/// Keeps the first `count` of all candidates that were taken in, in their order. One look tells that a
/// candidate comes after all that are kept, so a step that deletes one pod of many looks at each once. The
/// rule need not be an order: three pods may go in a circle, where the uid decides between two of them and
/// restarts decide between others; the library's sort may refuse such a rule.
fn take_in<'a>(chosen: &mut Vec<Candidate<'a>>, candidate: Candidate<'a>, count: usize, now: Time) {
    let goes_after = |kept: &Candidate<'_>| kept.compare(&candidate, now) != Ordering::Greater;
    if chosen.len() >= count && chosen.last().is_none_or(goes_after) {
        return;
    }
    let at = chosen.iter().rposition(goes_after).map_or(0, |last| last + 1);
    chosen.insert(at, candidate);
    chosen.truncate(count);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::pod::{Container, ContainerStatus};

    /// `b on=node-1 Running ready=40 cost=5 restarts=2 sidecar=1 made=10`; the time is second 100.
    fn pod_of(line: &str) -> Rc<Pod> {
        let mut pod = Pod::default();
        pod.status.phase = "Pending".into();
        let at = |value: &str| Some(Timestamp::at(Time::from_ms(value.parse::<u64>().unwrap() * 1000)));
        let restarted = |name: &str, value: &str| ContainerStatus {
            name: name.into(),
            restart_count: value.parse().unwrap(),
            ..ContainerStatus::default()
        };
        for (index, word) in line.split_whitespace().enumerate() {
            match word.split_once('=') {
                _ if index == 0 => {
                    pod.metadata.name = word.into();
                    pod.metadata.uid = word.into();
                }
                Some(("on", node)) => pod.spec.node_name = node.into(),
                Some(("made", value)) => pod.metadata.creation_timestamp = at(value),
                Some(("cost", cost)) => {
                    pod.metadata.annotations.insert(DELETION_COST.into(), cost.into());
                }
                Some(("restarts", value)) => {
                    pod.status.container_statuses.push(restarted("main", value));
                }
                Some(("sidecar", value)) => {
                    pod.status.init_container_statuses.push(restarted("side", value));
                    let restart_policy = "Always".into();
                    pod.spec.init_containers.push(Container {
                        name: "side".into(),
                        restart_policy,
                        ..Container::default()
                    });
                }
                Some(("ready", value)) => pod.status.conditions.push(Condition {
                    type_: "Ready".into(),
                    status: "True".into(),
                    last_transition_time: at(value),
                    ..Condition::default()
                }),
                _ => pod.status.phase = word.into(),
            }
        }
        Rc::new(pod)
    }

    fn names(pods: &[Rc<Pod>], count: usize, now: Time) -> String {
        let ranks: Vec<Rank> = pods.iter().map(|pod| Rank::of(pod)).collect();
        let chosen = pods_to_delete(pods.iter().zip(&ranks), pods.iter(), count, now);
        chosen.iter().map(|pod| pod.metadata.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn order(lines: &str) -> String {
        let pods: Vec<_> = lines.split(',').map(|line| pod_of(line.trim())).collect();
        let now = Time::from_ms(100_000);
        names(&pods, pods.len() - 1, now)
    }

    /// Each line shows one rule; the last pod of the order is the one that stays.
    #[test]
    fn pods_are_ranked_for_deletion() {
        for (pods, expected) in [
            ("a on=n Pending, b Pending", "b"),
            ("a on=n Running, b on=m Unknown, c on=o Pending", "c b"),
            ("a on=n Running ready=1, b on=m Running", "b"),
            ("a on=n Running ready=1 cost=5, b on=m Running ready=1 cost=-5, c on=o Running ready=1", "b c"),
            ("a on=n Running ready=1 cost=+1, b on=m Running ready=1 cost=-1", "b"),
            ("a on=n Running, b on=m Running, c on=m Running", "b c"),
            ("a on=n Running ready=1, b on=m Running ready=99", "b"),
            // Ready for 90 s and for 80 s: alike on a logarithmic scale, so the uid decides.
            ("b on=n Running ready=10, a on=m Running ready=20", "a"),
            ("a on=n Running ready=10, b on=m Running ready=20", "a"),
            ("a on=n Running ready=9 restarts=1, b on=m Running ready=9 restarts=3", "b"),
            ("a on=n Running ready=9 sidecar=1, b on=m Running ready=9 sidecar=3", "b"),
            ("a on=n Running made=10, b on=m Running made=99", "b"),
            ("a on=n Running made=100, b on=m Running made=100, c on=o Running made=10", "a b"),
        ] {
            assert_eq!(order(pods), expected, "{pods}");
        }
    }

    /// However many are asked for, they are the first ones of the same order; all go in no order.
    #[test]
    fn fewer_are_the_first_of_more() {
        let lines = "a on=n Running, b on=m Running ready=1, c on=m Running, d, e on=n Pending, f on=o Running ready=9";
        let pods: Vec<_> = lines.split(',').map(|line| pod_of(line.trim())).collect();
        let table = [
            (0, ""),
            (1, "d"),
            (2, "d e"),
            (4, "d e a c"),
            (5, "d e a c b"),
            (6, "a b c d e f"),
            (9, "a b c d e f"),
        ];
        for (count, expected) in table {
            assert_eq!(names(&pods, count, Time::from_ms(100_000)), expected, "{count}");
        }
    }

    /// The rule is no order: by uid `a` goes before `b` and `b` before `c`, by restarts `c` before `a`.
    #[test]
    fn a_circle_of_preferences_is_no_trouble() {
        let line = "a on=n Running ready=10, b on=m Running ready=20, c on=o Running ready=10 restarts=1";
        assert_eq!(order(line).len(), 3);
    }
}

//! Zones: how many of their nodes are lost, and how fast nodes there are tainted for it.
//!
//! Models `ComputeZoneState`, `handleDisruption` and `setLimiterInZone`,
//! `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, and `RateLimitedTimedQueue`,
//! pkg/controller/nodelifecycle/scheduler, Kubernetes v1.36: one node in ten seconds for each zone
//! (`--node-eviction-rate`); none in a zone of up to 50 nodes of which more than two and at least 55 %
//! are not ready; one in a hundred seconds in a larger one; none at all when no node of any zone is ready.
//! Left out: nodes that are excluded from the count by a label.

use std::collections::VecDeque;

use crate::api::node::Node;
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

/// `--node-eviction-rate`, 0.1 a second.
const EVERY: Span = Span::from_seconds(10);
/// `--secondary-node-eviction-rate`, 0.01 a second.
const EVERY_WHEN_DISRUPTED: Span = Span::from_seconds(100);
/// `--large-cluster-size-threshold`.
const LARGE: usize = 50;
/// `--unhealthy-zone-threshold`, in percent.
const UNHEALTHY_PERCENT: usize = 55;

/// How a zone stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Not counted yet.
    #[default]
    Initial,
    /// Most nodes are ready.
    Normal,
    /// Many are not ready.
    PartialDisruption,
    /// None is ready.
    FullDisruption,
}

/// What the count of all zones means for all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disruption {
    /// Each zone goes its own way.
    Zonal,
    /// From now on no node anywhere is ready: nobody is evicted, and all nodes lose their taints.
    Begins,
    /// A node is ready again: all silence so far is forgiven.
    Ends,
}

/// A bucket that holds one token.
#[derive(Clone, Copy, Debug)]
struct Limiter {
    /// `None` never gives one.
    every: Option<Span>,
    taken_at: Option<Time>,
}

impl Limiter {
    fn new(every: Option<Span>) -> Self {
        Self { every, taken_at: None }
    }

    fn free_at(self) -> Option<Time> {
        let every = self.every?;
        Some(self.taken_at.map_or(Time::ZERO, |taken| taken + every))
    }

    fn try_accept(&mut self, now: Time) -> bool {
        let free = self.free_at().is_some_and(|free| free <= now);
        if free {
            self.taken_at = Some(now);
        }
        free
    }

    /// Another rate; who waited for the old one waits for the new one too.
    fn swap(&mut self, every: Option<Span>, now: Time) {
        if self.every != every {
            let drained = !self.try_accept(now);
            *self = Self { every, taken_at: drained.then_some(now) };
        }
    }
}

#[derive(Clone, Debug)]
struct Zone {
    state: State,
    limiter: Limiter,
    /// Nodes that wait for their taint.
    queue: VecDeque<String>,
    /// Nodes that were put in, also those that have their taint by now.
    known: SortedSet<String>,
}

/// All zones.
#[derive(Clone, Debug, Default)]
pub(super) struct Zones {
    zones: SortedMap<String, Zone>,
}

/// The zone of a node (`GetZoneKey`).
pub(super) fn zone_key(node: &Node) -> String {
    let label = |names: [&str; 2]| {
        names.into_iter().find_map(|name| node.metadata.labels.get(name)).cloned().unwrap_or_default()
    };
    let zone = label(["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"]);
    let region = label(["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"]);
    if zone.is_empty() && region.is_empty() { String::new() } else { format!("{region}:\0:{zone}") }
}

/// How a zone stands that has so many nodes in these states.
fn state_of(ready: usize, not_ready: usize) -> State {
    match (ready, not_ready) {
        (0, 1..) => State::FullDisruption,
        (_, 3..) if not_ready * 100 >= UNHEALTHY_PERCENT * (ready + not_ready) => State::PartialDisruption,
        _ => State::Normal,
    }
}

fn rate(state: State, size: usize) -> Option<Span> {
    match state {
        State::PartialDisruption if size > LARGE => Some(EVERY_WHEN_DISRUPTED),
        State::PartialDisruption => None,
        State::Initial | State::Normal | State::FullDisruption => Some(EVERY),
    }
}

impl Zones {
    /// Makes room for a zone that was not known.
    pub(super) fn add(&mut self, zone: String) {
        self.zones.entry(zone).or_insert_with(|| Zone {
            state: State::Initial,
            limiter: Limiter::new(Some(EVERY)),
            queue: VecDeque::new(),
            known: SortedSet::new(),
        });
    }

    /// Whether a zone is known.
    pub(super) fn knows(&self, zone: &str) -> bool {
        self.zones.contains_key(zone)
    }

    /// How a zone stands.
    #[cfg(test)]
    fn state(&self, zone: &str) -> State {
        self.zones.get(zone).map(|zone| zone.state).unwrap_or_default()
    }

    /// Puts a node that has no taint yet at the end of its zone's queue.
    pub(super) fn queue(&mut self, zone: &str, node: &str) {
        if let Some(zone) = self.zones.get_mut(zone) {
            zone.queue.retain(|waiting| waiting != node);
            zone.queue.push_back(node.to_owned());
            zone.known.insert(node.to_owned());
        }
    }

    /// Forgets a node that is well.
    pub(super) fn forget(&mut self, zone: &str, node: &str) {
        if let Some(zone) = self.zones.get_mut(zone) {
            zone.queue.retain(|waiting| waiting != node);
            zone.known.remove(node);
        }
    }

    /// Whether a node was put in and not forgotten.
    pub(super) fn holds(&self, zone: &str, node: &str) -> bool {
        self.zones.get(zone).is_some_and(|zone| zone.known.contains(node))
    }

    /// Whether a node waits for its taint, and when its zone gives the next one, unless it gives none.
    #[expect(
        clippy::option_option,
        reason = "the two answers are two questions: does it wait, and until when"
    )]
    pub(super) fn waits(&self, zone: &str, node: &str) -> Option<Option<Time>> {
        let zone = self.zones.get(zone)?;
        zone.queue.iter().any(|waiting| waiting == node).then(|| zone.limiter.free_at())
    }

    /// Takes the nodes out whose turn it is.
    pub(super) fn take(&mut self, now: Time) -> Vec<String> {
        let mut taken = Vec::new();
        for zone in self.zones.values_mut() {
            while !zone.queue.is_empty() && zone.limiter.try_accept(now) {
                taken.extend(zone.queue.pop_front());
            }
        }
        taken
    }

    /// When the next node's turn comes.
    pub(super) fn next_turn(&self) -> Option<Time> {
        let waiting = self.zones.values().filter(|zone| !zone.queue.is_empty());
        waiting.filter_map(|zone| zone.limiter.free_at()).min()
    }

    /// Counts anew: for each zone whether each of its nodes is ready.
    pub(super) fn count(&mut self, ready: &SortedMap<String, Vec<bool>>, now: Time) -> Disruption {
        let states: SortedMap<&String, State> = ready
            .iter()
            .map(|(zone, nodes)| {
                let ready = nodes.iter().filter(|ready| **ready).count();
                (zone, state_of(ready, nodes.len() - ready))
            })
            .collect();
        for zone in ready.keys() {
            self.add(zone.clone());
        }
        self.zones.retain(|zone, _| ready.contains_key(zone));
        let is_full = |state: State| state == State::FullDisruption;
        let all_are = states.values().all(|state| is_full(*state));
        let all_were = self.zones.values().all(|zone| is_full(zone.state));
        if all_are && all_were {
            return Disruption::Zonal;
        }
        for (name, zone) in &mut self.zones {
            let state = states.get(name).copied().unwrap_or_default();
            if all_are {
                zone.limiter.swap(None, now);
            } else if all_were || zone.state != state {
                let size = ready.get(name).map_or(0, Vec::len);
                zone.limiter.swap(rate(state, size), now);
            }
            zone.state = state;
        }
        match (all_are, all_were) {
            (true, _) => Disruption::Begins,
            (_, true) => Disruption::Ends,
            _ => Disruption::Zonal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::from_ms(seconds * 1000)
    }

    fn count(zones: &mut Zones, ready: usize, lost: usize, now: u64) -> (Disruption, State) {
        let nodes = [vec![true; ready], vec![false; lost]].concat();
        let disruption = zones.count(&[(String::new(), nodes)].into(), at(now));
        (disruption, zones.state(""))
    }

    #[test]
    fn zones_stand_by_the_share_of_nodes_that_are_not_ready() {
        for (ready, not_ready, expected) in [
            (4, 0, State::Normal),
            (1, 1, State::Normal),
            (1, 2, State::Normal),
            (2, 3, State::PartialDisruption),
            (3, 3, State::Normal),
            (1, 3, State::PartialDisruption),
            (0, 1, State::FullDisruption),
            (0, 0, State::Normal),
        ] {
            assert_eq!(state_of(ready, not_ready), expected, "{ready} {not_ready}");
        }
        assert_eq!(rate(State::PartialDisruption, 50), None);
        assert_eq!(rate(State::PartialDisruption, 51), Some(EVERY_WHEN_DISRUPTED));
    }

    #[test]
    fn one_node_in_ten_seconds_is_tainted() {
        let mut zones = Zones::default();
        zones.add(String::new());
        assert_eq!(count(&mut zones, 4, 2, 0), (Disruption::Zonal, State::Normal));
        zones.queue("", "a");
        zones.queue("", "b");
        zones.queue("", "a");
        assert_eq!(zones.take(at(1)), ["b"]);
        assert_eq!((zones.next_turn(), zones.waits("", "a")), (Some(at(11)), Some(Some(at(11)))));
        assert_eq!((zones.waits("", "b"), zones.holds("", "b")), (None, true));
        assert_eq!(zones.take(at(10)), [""; 0]);
        zones.forget("", "b");
        assert!(!zones.holds("", "b"));
        assert_eq!(zones.take(at(11)), ["a"]);
        assert_eq!(zones.next_turn(), None);
    }

    #[test]
    fn a_disrupted_zone_stops_and_goes_on() {
        let mut zones = Zones::default();
        assert_eq!(count(&mut zones, 4, 0, 0), (Disruption::Zonal, State::Normal));
        assert_eq!(count(&mut zones, 1, 3, 5), (Disruption::Zonal, State::PartialDisruption));
        zones.queue("", "a");
        assert_eq!((zones.take(at(60)), zones.waits("", "a")), (Vec::new(), Some(None)));
        // Who waited for the old rate waits for the new one too.
        assert_eq!(count(&mut zones, 2, 2, 100), (Disruption::Zonal, State::Normal));
        assert_eq!((zones.take(at(109)), zones.take(at(110))), (Vec::new(), vec!["a".to_owned()]));
        assert_eq!(count(&mut zones, 0, 4, 120), (Disruption::Begins, State::FullDisruption));
        assert_eq!(count(&mut zones, 0, 4, 125), (Disruption::Zonal, State::FullDisruption));
        assert_eq!(count(&mut zones, 1, 3, 130), (Disruption::Ends, State::PartialDisruption));
    }

    #[test]
    fn zones_go_their_own_way() {
        let mut zones = Zones::default();
        let both = |east: Vec<bool>, west: Vec<bool>| {
            SortedMap::from([("east".to_owned(), east), ("west".to_owned(), west)])
        };
        assert_eq!(zones.count(&both(vec![true], vec![true]), at(0)), Disruption::Zonal);
        // A zone without a ready node keeps its rate while another zone stands.
        assert_eq!(zones.count(&both(vec![false], vec![true]), at(5)), Disruption::Zonal);
        zones.queue("east", "a");
        assert_eq!(zones.take(at(6)), ["a"]);
        assert_eq!(zones.count(&both(vec![false], vec![false]), at(10)), Disruption::Begins);
        assert!(zones.knows("west") && !zones.knows("north"));
        zones.count(&SortedMap::from([("east".to_owned(), vec![true])]), at(15));
        assert!(!zones.knows("west"));
    }

    #[test]
    fn zones_are_named_by_region_and_zone() {
        let node = |labels: &[(&str, &str)]| {
            let mut node = Node::default();
            let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            node.metadata.labels.extend(labels);
            zone_key(&node)
        };
        assert_eq!(node(&[]), "");
        assert_eq!(node(&[("topology.kubernetes.io/zone", "a")]), ":\0:a");
        let both = [
            ("failure-domain.beta.kubernetes.io/zone", "b"),
            ("topology.kubernetes.io/zone", "a"),
            ("topology.kubernetes.io/region", "r"),
        ];
        assert_eq!(node(&both), "r:\0:b");
    }
}

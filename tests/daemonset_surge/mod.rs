//! What holds while a `DaemonSet` is updated by surge and people disturb it: the seven invariants of
//! upstream's test, (a) to (g), after every step.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kubesets::api::daemonset::DaemonSet;
use kubesets::api::node::Node;
use kubesets::api::pod::Pod;
use kubesets::cluster::Cluster;
use kubesets::sim::{Rng, Span, Time};

use super::workload_drive::{Drive, get, list};

const OLD_VERSION: &str = "1";
const NEW_VERSION: &str = "2";
/// How long an old pod may run beside a new one of its node.
const OVERLAP: Span = Span::from_seconds(60);
/// A fifth of five nodes.
const SURGE: usize = 1;

/// By node, then by version.
type Counts = BTreeMap<String, BTreeMap<String, usize>>;

/// What is remembered from step to step.
#[derive(Debug, Default)]
struct Memory {
    /// Uids of pods that the test deleted, as long as they are terminating.
    deleted: BTreeSet<String>,
    /// Since when an old pod has a new one beside it, by node and uid.
    beside: BTreeMap<String, BTreeMap<String, Time>>,
}

/// What there is now.
#[derive(Debug, Default)]
struct Census {
    live: Counts,
    terminating: Counts,
    /// Terminating pods by node that the test did not delete.
    controllers: BTreeMap<String, usize>,
    versions: BTreeSet<String>,
    new_unavailable: usize,
    new_deleted: usize,
    old_unavailable: usize,
}

/// Follows the update of a set.
#[derive(Clone, Debug)]
pub(crate) struct Surge {
    name: &'static str,
    memory: Rc<RefCell<Memory>>,
}

fn version(pod: &Pod) -> String {
    let env = pod.spec.containers[0].extra.get("env").and_then(|env| env.pointer("/0/value"));
    env.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

impl Surge {
    /// Follows a set from now on.
    pub(crate) fn of(drive: &mut Drive, name: &'static str) -> Self {
        let surge = Self { name, memory: Rc::default() };
        let follower = surge.clone();
        drive.always(move |cluster| follower.check(cluster));
        surge
    }

    fn pods(&self, cluster: &Cluster) -> Vec<Rc<Pod>> {
        let uid = get::<DaemonSet>(cluster, self.name).unwrap().metadata.uid.clone();
        let mut pods = list::<Pod>(cluster);
        pods.retain(|pod| pod.metadata.is_controlled_by(&uid));
        pods
    }

    fn census(&self, cluster: &Cluster) -> Census {
        let memory = self.memory.borrow();
        let wait = get::<DaemonSet>(cluster, self.name).unwrap().spec.min_ready_seconds;
        let mut census = Census::default();
        for pod in self.pods(cluster) {
            let (node, version) = (pod.spec.node_name.clone(), version(&pod));
            let by_person = memory.deleted.contains(&pod.metadata.uid);
            census.versions.insert(version.clone());
            if !pod.is_terminating() {
                *census.live.entry(node).or_default().entry(version.clone()).or_default() += 1;
            } else if !by_person {
                *census.controllers.entry(node.clone()).or_default() += 1;
                *census.terminating.entry(node).or_default().entry(version.clone()).or_default() += 1;
            }
            if pod.is_available(wait, cluster.now()) && !pod.is_terminating() {
                continue;
            }
            if version == NEW_VERSION {
                census.new_unavailable += 1;
                census.new_deleted += usize::from(by_person);
            } else {
                census.old_unavailable += 1;
            }
        }
        census
    }

    fn remember(&self, cluster: &Cluster, live: &Counts) {
        let mut memory = self.memory.borrow_mut();
        let (terminating, staying): (Vec<_>, Vec<_>) =
            self.pods(cluster).into_iter().partition(|pod| pod.is_terminating());
        let uids = |pods: &[Rc<Pod>]| -> BTreeSet<String> {
            pods.iter().map(|pod| pod.metadata.uid.clone()).collect()
        };
        let (ending, kept) = (uids(&terminating), uids(&staying));
        for pod in staying.iter().filter(|pod| version(pod) != NEW_VERSION) {
            let node = &pod.spec.node_name;
            if live.get(node).is_some_and(|versions| versions.contains_key(NEW_VERSION)) {
                let since = memory.beside.entry(node.clone()).or_default();
                since.entry(pod.metadata.uid.clone()).or_insert(cluster.now());
            } else {
                memory.beside.remove(node);
            }
        }
        for since in memory.beside.values_mut() {
            since.retain(|uid, _| kept.contains(uid));
        }
        memory.deleted.retain(|uid| ending.contains(uid));
    }

    fn check(&self, cluster: &Cluster) {
        let census = self.census(cluster);
        self.remember(cluster, &census.live);
        for (node, count) in &census.controllers {
            assert!(*count <= 1, "(a) {count} pods of {node} are deleted");
        }
        for (node, since) in &self.memory.borrow().beside {
            let longest = since.values().map(|since| cluster.now() - *since).max().unwrap_or_default();
            assert!(longest <= OVERLAP, "(b) on {node} an old pod runs beside a new one for {longest:?}");
        }
        let unserved = census.live.values().filter(|versions| !versions.contains_key(OLD_VERSION)).count();
        let allowed = SURGE + census.old_unavailable + census.new_deleted + unserved;
        assert!(census.new_unavailable <= allowed, "(c) more than {allowed}: {census:?}");
        assert!(census.versions.len() <= 2, "(d) {:?}", census.versions);
        let counts = |counts: &Counts, node: &str, version: &str| {
            counts.get(node).and_then(|versions| versions.get(version)).copied().unwrap_or_default()
        };
        for node in census.live.keys().chain(census.terminating.keys()).filter(|node| !node.is_empty()) {
            for version in &census.versions {
                let live = counts(&census.live, node, version);
                let terminating = counts(&census.terminating, node, version);
                assert!(live <= 1, "(e) {live} pods of version {version} on {node}");
                assert!(terminating <= 2, "(f) {terminating} pods of version {version} end on {node}");
                assert!(live + terminating <= 2, "(g) too many of version {version} on {node}");
            }
        }
    }

    /// Whether every node has the new version alone, and nothing is ending or unavailable.
    pub(crate) fn is_complete(&self, cluster: &Cluster) -> bool {
        let census = self.census(cluster);
        list::<Node>(cluster).iter().all(|node| {
            let name = &node.metadata.name;
            census.live.get(name).is_some_and(|live| live.len() == 1 && live.contains_key(NEW_VERSION))
                && !census.terminating.contains_key(name)
        }) && census.new_unavailable == 0
    }

    /// A random old pod is not ready from now on; 0 when there is none.
    pub(crate) fn lose_readiness(&self, drive: &mut Drive, rng: &mut Rng) -> u64 {
        let mut pods = self.pods(&drive.cluster);
        pods.retain(|pod| !pod.is_terminating() && version(pod) == OLD_VERSION);
        let Some(pod) = rng.choose(&pods) else {
            return 0;
        };
        drive.line(&format!("fault unready pod/{}", pod.metadata.name));
        1
    }

    /// A random pod is deleted; 0 when there is none.
    pub(crate) fn delete_any(&self, drive: &mut Drive, rng: &mut Rng) -> u64 {
        let mut pods = self.pods(&drive.cluster);
        pods.retain(|pod| !pod.is_terminating());
        let Some(pod) = rng.choose(&pods) else {
            return 0;
        };
        let mut memory = self.memory.borrow_mut();
        memory.deleted.insert(pod.metadata.uid.clone());
        memory.beside.remove(&pod.spec.node_name);
        drop(memory);
        drive.line(&format!("kubectl delete pod {} --wait=false", pod.metadata.name));
        1
    }
}

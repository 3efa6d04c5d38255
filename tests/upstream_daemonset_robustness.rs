//! Kubernetes' own robustness tests of the `DaemonSet` controller, by their ids, against the whole cluster.
//!
//! Safety, after every step: never two pods of the set on one node that have not ended. Liveness: in the end
//! every node has its pod, and the status says so. A run fails when a fault that it is about never fired.
//! Each run creates the set and then changes its template, on one node as upstream and on five.
//!
//! Adapted: 03 and 06 hold the whole kind back from the controllers, as a watch that lags does. 06 has no
//! clock to move: time passes with the cache still as it was before the first creation. On one node 04
//! refuses nine creations of ten, not three: there are so few of them that the fault might never come.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed unwrap is a failed test, which says what ran"
)]

mod workload_drive;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use kubesets::api::daemonset::DaemonSet;
use kubesets::api::pod::Pod;
use kubesets::api::{Kind, Object};
use kubesets::apiserver::Subresource;
use kubesets::client::{Fate, Interference, Request, StatusError};
use kubesets::cluster::{Cluster, ClusterConfig, ProcessName};
use kubesets::sim::{Rng, Span, Time};
use workload_drive::{Drive, get, list};

const NAME: &str = "robust";
/// How long the baseline may take, and how much longer a run may take once its faults are over.
const TARGET: Span = Span::from_seconds(60);
/// Upstream's `ExpectationsTimeout`, and a minute.
const JUMP: Span = Span::from_seconds(360);

const MANIFEST: &str = "apiVersion: apps/v1
kind: DaemonSet
metadata: {name: robust}
spec:
  selector: {matchLabels: {name: robust}}
  template:
    metadata: {labels: {name: robust}}
    spec: {containers: [{name: app, image: \"registry.k8s.io/pause:3.10\"}]}
";

/// What goes wrong in a run.
#[derive(Clone, Copy, Debug, Default)]
struct Faults {
    /// So many status writes are refused for a conflict.
    conflicts: u64,
    /// Out of a hundred creations so many are refused.
    failing_percent: u64,
    /// The controllers' pods stay as they are for so long after the first creation.
    stale: Option<Span>,
}

/// How often each fault fired.
#[derive(Clone, Copy, Debug, Default)]
struct Fired {
    conflicts: u64,
    failures: u64,
    /// Pods that were made.
    creations: u64,
}

#[derive(Debug)]
struct Breaker {
    faults: Faults,
    rng: Rng,
    fired: Rc<RefCell<Fired>>,
}

impl Interference for Breaker {
    fn request(&mut self, request: &Request, _now: Time) -> Fate {
        let mut fired = self.fired.borrow_mut();
        match request {
            Request::Update { key, subresource: Subresource::Status, .. }
                if key.kind == Kind::DaemonSet && fired.conflicts < self.faults.conflicts =>
            {
                fired.conflicts += 1;
                return Fate::Refused(StatusError::modified(key.kind, &key.name));
            }
            Request::Create { kind: Kind::Pod, .. } => {
                if self.rng.below(100) < self.faults.failing_percent {
                    fired.failures += 1;
                    return Fate::Refused(StatusError::internal("etcdserver: request timed out"));
                }
                fired.creations += 1;
            }
            _ => {}
        }
        Fate::Arrives
    }
}

/// The node that a pod is on, or is meant for.
fn node_of(pod: &Pod) -> String {
    if pod.is_bound() {
        return pod.spec.node_name.clone();
    }
    let object: Object = Rc::new(pod.clone()).into();
    let terms =
        "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    let value = object.to_value();
    let name = value.pointer(&format!("{terms}/0/matchFields/0/values/0")).unwrap();
    name.as_str().unwrap().to_owned()
}

fn is_safe(cluster: &Cluster) {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pod in list::<Pod>(cluster).iter().filter(|pod| !pod.is_terminal()) {
        found.entry(node_of(pod)).or_default().push(pod.metadata.name.clone());
    }
    for (node, pods) in found {
        assert!(pods.len() <= 1, "two pods on {node}: {pods:?}");
    }
}

fn is_live(cluster: &Cluster, nodes: i64) -> bool {
    let set = get::<DaemonSet>(cluster, NAME).unwrap();
    let status = &set.status;
    let counts = [
        status.desired_number_scheduled,
        status.current_number_scheduled,
        status.updated_number_scheduled,
        status.number_ready,
        status.number_available,
    ];
    counts == [nodes; 5] && status.observed_generation == set.metadata.generation
}

/// Holds the controllers' pods back once the first one is made; whether they were indeed behind.
fn stale_phase(drive: &mut Drive, fired: &Rc<RefCell<Fired>>, lasts: Span) {
    drive.until("the first creation", |_| fired.borrow().creations > 0);
    drive.cluster.stall(ProcessName::ControllerManager, Some(Kind::Pod), lasts);
    let end = drive.cluster.now() + lasts;
    let before = fired.borrow().creations;
    let (mut behind, mut wakes) = (Span::ZERO, 0);
    let pause = if lasts > TARGET { 30 } else { 1 };
    while drive.cluster.now() + Span::from_seconds(2) < end {
        // Whatever wakes the controller while it does not see its pod.
        drive.line(&format!("kubectl annotate ds {NAME} woken={wakes} --overwrite"));
        wakes += 1;
        drive.pass(pause.min((end - drive.cluster.now()).ms() / 1_000));
        behind = behind.max(drive.cluster.controllers_lag());
        assert!(drive.cluster.misseen(ProcessName::ControllerManager).is_some(), "the cache is not stale");
    }
    assert!(behind + Span::from_seconds(pause + 5) > lasts && wakes > 3, "behind by {behind:?} only");
    // At most the rest of the first batch came after the first pod.
    let nodes = drive.cluster.config().nodes.len() as u64;
    assert!(fired.borrow().creations <= before.max(nodes));
    drive.pass((end - drive.cluster.now()).ms() / 1_000 + 1);
}

/// Creates the set, changes its template, and looks for what has to hold; how long both took.
fn run(seed: u64, nodes: usize, faults: Faults) -> Span {
    let fired = Rc::new(RefCell::new(Fired::default()));
    let breaker = Breaker { faults, rng: Rng::new(seed).fork("robustness"), fired: Rc::clone(&fired) };
    let config = ClusterConfig { seed, ..ClusterConfig::with_nodes(nodes) };
    let wanted = i64::try_from(nodes).unwrap();
    let mut drive = Drive::new(config, Some(Box::new(breaker)));
    drive.always(is_safe);
    drive.apply(MANIFEST);
    let mut took = Span::ZERO;
    for image in ["", "registry.k8s.io/pause:3.11"] {
        if !image.is_empty() {
            drive.line(&format!("kubectl set image ds/{NAME} app={image}"));
            fired.borrow_mut().creations = 0;
        }
        if let Some(lasts) = faults.stale {
            stale_phase(&mut drive, &fired, lasts);
        }
        let begin = drive.cluster.now();
        drive.until("liveness", |cluster| is_live(cluster, wanted));
        took = took + (drive.cluster.now() - begin);
        drive.pass(120);
        assert!(is_live(&drive.cluster, wanted));
    }
    let fired = *fired.borrow();
    assert_eq!(fired.conflicts, faults.conflicts, "the conflicts never came");
    assert_eq!(fired.failures > 0, faults.failing_percent > 0, "seed {seed}: no creation failed");
    took
}

/// Runs with many seeds on one node and on five; each must come to its end in time.
fn runs(seeds: u64, nodes: &[usize], faults: Faults) {
    for &nodes in nodes {
        for seed in 0..seeds {
            let took = run(seed, nodes, faults);
            assert!(took < TARGET + TARGET, "seed {seed}, {nodes} nodes: {took:?}");
        }
    }
}

#[test]
fn rob_01_baseline_without_faults() {
    for nodes in [1, 5] {
        let took = run(1, nodes, Faults::default());
        assert!(took < TARGET, "{nodes} nodes: {took:?}");
    }
}

#[test]
fn rob_02_write_conflicts() {
    runs(6, &[1, 5], Faults { conflicts: 2, ..Faults::default() });
}

#[test]
fn rob_03_a_stale_cache() {
    runs(6, &[1, 5], Faults { stale: Some(Span::from_seconds(30)), ..Faults::default() });
}

#[test]
fn rob_04_a_server_that_fails_now_and_then() {
    runs(12, &[5], Faults { failing_percent: 30, ..Faults::default() });
    runs(1, &[1], Faults { failing_percent: 90, ..Faults::default() });
}

#[test]
fn rob_05_all_of_these_at_once() {
    let stale = Some(Span::from_seconds(30));
    runs(12, &[5], Faults { conflicts: 2, failing_percent: 30, stale });
}

#[test]
fn rob_06_expectations_that_time_out() {
    runs(4, &[1, 5], Faults { stale: Some(JUMP), ..Faults::default() });
}

//! Mutants that no history shows: parts of a cluster that are broken, and run.

use super::stage::{ROLLING, stateful_set};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::{DeleteOptions, Request};
use crate::cluster::invariants::{Checker, Violation};
use crate::cluster::{Actor, Cluster, ClusterConfig, Input, ProcessName};
use crate::sim::Time;

/// The rules that are broken here.
pub(super) const IDS: &[&str] = &["S-16"];

/// A cluster in which a set's pods run, and what has been seen of it.
fn running() -> (Cluster, Checker) {
    let (mut cluster, mut checker) = (Cluster::new(ClusterConfig::with_nodes(3)), Checker::default());
    let text = stateful_set("web", "OrderedReady", ROLLING);
    cluster.submit(Input::File { name: "all.yaml".to_owned(), text }).unwrap();
    let line = "kubectl apply -f all.yaml".to_owned();
    cluster.submit(Input::Line { terminal: 0, line }).unwrap();
    checker.check_step(&cluster).unwrap();
    while cluster.next_due().is_some_and(|due| due <= Time::from_ms(120_000)) {
        cluster.step();
        checker.check_step(&cluster).unwrap();
    }
    (cluster, checker)
}

/// Somebody frees the name of a pod whose container runs on.
fn free_name(by: Actor) -> Result<(), Violation> {
    let (mut cluster, mut checker) = running();
    assert_eq!(cluster.kubelets().running().count(), 3);
    let key = ObjectKey::new(Kind::Pod, "default", "web-1");
    let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    cluster.last_actor = by;
    cluster.server.handle(Request::delete(key, options)).unwrap();
    checker.check_step(&cluster)
}

#[test]
fn a_kubelet_that_frees_a_name_too_early_is_found() {
    let found = free_name(Actor::Process(ProcessName::Kubelets));
    assert_eq!(found.map_err(|violation| violation.id), Err("S-16"));
    // A person who deletes by force has been warned.
    assert_eq!(free_name(Actor::Person), Ok(()));
}

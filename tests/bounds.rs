//! Whatever number of replicas a person asks for, the cluster stays of a size that a page can hold, no single
//! step does more than a frame can bear, and a cluster that has no room for more comes to rest.
//! `scenarios/huge_replicas.txt` shows the same of a Deployment.

use kubesets::api::Kind;
use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::Span;

const MANIFEST: &str = "apiVersion: apps/v1
kind: KIND
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  MORE
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
";

/// How many pods the API server takes.
const PODS_MAX: usize = 12_000;
/// How many a controller makes or deletes at once.
const BURST: usize = 1_000;

fn type_line(cluster: &mut Cluster, line: &str) -> Option<i32> {
    let typed = cluster.submit(Input::Line { terminal: 0, line: line.to_owned() });
    assert!(typed.is_ok(), "{line}: {typed:?}");
    cluster.terminal(0).and_then(|terminal| terminal.entries().last()?.exit)
}

fn pods(cluster: &Cluster) -> usize {
    cluster.server().store().count(Kind::Pod)
}

/// Lets time pass; how many steps that took.
fn pass(cluster: &mut Cluster, seconds: u64) -> u64 {
    let (until, before) = (cluster.now() + Span::from_seconds(seconds), cluster.steps());
    while cluster.next_due().is_some_and(|due| due <= until) {
        let held = pods(cluster);
        cluster.step();
        assert!(pods(cluster).abs_diff(held) <= BURST, "one step: {held} pods and then {}", pods(cluster));
        assert!(pods(cluster) <= PODS_MAX);
    }
    cluster.run_until(until);
    cluster.steps() - before
}

fn check(kind: &str, more: &str, expected: std::ops::RangeInclusive<usize>) {
    let mut cluster = Cluster::new(ClusterConfig::default());
    let manifest = MANIFEST.replace("KIND", kind).replace("MORE", more);
    assert_eq!(type_line(&mut cluster, &format!("cat > web.yaml <<'END'\n{manifest}END")), Some(0));
    assert_eq!(type_line(&mut cluster, "kubectl apply -f web.yaml"), Some(0));
    pass(&mut cluster, 20);
    // The answer is there before any time has passed.
    let scale = |count: u32| format!("kubectl scale {kind} web --replicas={count}");
    assert_eq!(type_line(&mut cluster, &scale(2_147_483_647)), Some(0));
    pass(&mut cluster, 600);
    assert!(expected.contains(&pods(&cluster)), "{} pods", pods(&cluster));
    // What cannot be made is tried again ever more rarely.
    let steps = pass(&mut cluster, 3_600);
    assert!(steps < 20_000, "{steps} steps in an hour");
    assert_eq!(type_line(&mut cluster, &scale(2)), Some(0));
    pass(&mut cluster, 600);
    assert_eq!(pods(&cluster), 2);
}

#[test]
fn a_stateful_set_of_more_than_there_can_be() {
    check("StatefulSet", "serviceName: web", 100..=500);
}

#[test]
fn a_parallel_stateful_set_of_more_than_there_can_be() {
    check("StatefulSet", "podManagementPolicy: Parallel", PODS_MAX..=PODS_MAX);
}

/// No process follows Events: old ones must not pile up in the server's log of changes.
#[test]
fn changes_that_nobody_follows_are_forgotten() {
    let mut cluster = Cluster::new(ClusterConfig { watch_log_kept: 20, ..ClusterConfig::with_nodes(3) });
    type_line(&mut cluster, "kubectl create deployment web --image=nginx --replicas=20");
    pass(&mut cluster, 60);
    let log = cluster.server().store().watch_log(Kind::Event);
    let kept = log.and_then(|log| log.since(log.end() - 20)).map(Iterator::count);
    assert_eq!(kept, Some(20), "the newest are there");
    assert!(log.is_some_and(|log| log.since(log.end() - 21).is_none()), "and no more");
}

/// A session keeps many copies of its cluster: each may hold the objects as they were, and not all they were.
#[test]
fn a_copy_that_is_kept_holds_no_changes_that_have_arrived() {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(3));
    type_line(&mut cluster, "kubectl create deployment web --image=nginx --replicas=20");
    pass(&mut cluster, 60);
    let kept = |cluster: &Cluster, kind| {
        let log = cluster.server().store().watch_log(kind).expect("it has changed");
        (0..=log.end()).find_map(|from| log.since(from)).map(Iterator::count)
    };
    let copy = cluster.copy_to_keep();
    assert_eq!((kept(&copy, Kind::Pod), kept(&copy, Kind::Event)), (Some(0), Some(0)));
    assert_ne!(kept(&cluster, Kind::Pod), Some(0), "a command may still ask the cluster itself");
    // It goes on as the cluster does.
    let mut runs = [cluster, copy];
    for run in &mut runs {
        type_line(run, "kubectl rollout restart deployment web");
        pass(run, 60);
    }
    assert_eq!(runs[0].event_log().hash(), runs[1].event_log().hash());
    // A command that watches may not have seen the newest changes yet.
    let [mut cluster, _] = runs;
    type_line(&mut cluster, "kubectl get pods --watch");
    assert_eq!(kept(&cluster.copy_to_keep(), Kind::Pod), kept(&cluster, Kind::Pod));
}

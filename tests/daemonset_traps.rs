//! The two ways in which Kubernetes' own `DaemonSet` controller falls asleep with work to do, as they happen and
//! as they are told (`WaitingFor::NoWakeup`, `WaitingFor::PassedByNode`), and that any change wakes it.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kubesets::api::object::Typed as _;
use kubesets::api::pod::Pod;
use kubesets::api::{Kind, ObjectKey};
use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::Span;

fn cluster(nodes: usize, spec: &str) -> Cluster {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(nodes));
    let text = format!(
        "apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
{spec}"
    );
    cluster.submit(Input::File { name: "agent.yaml".to_owned(), text }).unwrap();
    cluster
}

fn line(cluster: &mut Cluster, line: &str) {
    cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
}

fn pass(cluster: &mut Cluster, seconds: u64) {
    cluster.run_until(cluster.now() + Span::from_seconds(seconds));
}

fn pods(cluster: &Cluster) -> Vec<&Pod> {
    cluster.server().list(Kind::Pod, Some("default")).filter_map(Pod::of).map(|pod| &**pod).collect()
}

fn reason(cluster: &Cluster) -> &'static str {
    let decision = cluster.reason_for(&ObjectKey::new(Kind::DaemonSet, "default", "agent"));
    decision.and_then(|decision| decision.verdict.reason()).map_or("Converged", |reason| reason.name)
}

/// A new pod becomes ready while an earlier wakeup waits in the queue, which keeps that one alone; when it comes,
/// the new pod is not yet available, and the old one, which alone is counted, is.
#[test]
fn with_surge_an_earlier_wakeup_takes_the_place_of_the_one_that_is_needed() {
    let mut cluster = cluster(
        1,
        "  minReadySeconds: 10
  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, image: 'agent:1'}]}
",
    );
    line(&mut cluster, "kubectl apply -f agent.yaml");
    while !pods(&cluster).iter().any(|pod| pod.is_ready()) {
        cluster.step();
    }
    // The wakeup for this pod comes ten seconds later: until then a new one becomes ready.
    pass(&mut cluster, 2);
    line(&mut cluster, "kubectl set image ds/agent main=agent:2");
    pass(&mut cluster, 3_600);
    assert_eq!(pods(&cluster).len(), 2, "the old pod is still there");
    assert!(pods(&cluster).iter().all(|pod| pod.is_available(10, cluster.now())));
    assert_eq!(reason(&cluster), "NoWakeup");
    line(&mut cluster, "why ds/agent");
    let said = cluster.terminal(0).unwrap().entries().last().unwrap().text(kubesets::kubectl::Stream::Out);
    assert!(said.contains("nothing wakes the controller"), "{said}");
    line(&mut cluster, "kubectl annotate ds agent looked=yes");
    pass(&mut cluster, 60);
    assert_eq!((pods(&cluster).len(), reason(&cluster)), (1, "Converged"));
}

/// A node comes to suit while a pod of an earlier set of the same name is on it: owners are compared by name
/// when the node changes, and by uid when that pod goes.
#[test]
fn a_node_with_a_pod_of_a_namesake_is_passed_by() {
    let mut cluster = cluster(
        2,
        "  template:
    metadata: {labels: {app: agent}}
    spec: {nodeSelector: {tier: edge}, containers: [{name: main, image: 'agent:1'}]}
",
    );
    line(&mut cluster, "kubectl label nodes --all tier=edge");
    line(&mut cluster, "kubectl apply -f agent.yaml");
    pass(&mut cluster, 60);
    // The old set's pod on node-2 cannot end; the new set does not want the node at first.
    line(&mut cluster, "fault stop-kubelet node/node-2");
    line(&mut cluster, "kubectl delete ds agent --wait=false");
    pass(&mut cluster, 10);
    line(&mut cluster, "kubectl label node node-2 tier-");
    line(&mut cluster, "kubectl apply -f agent.yaml");
    pass(&mut cluster, 10);
    let on_second = |cluster: &Cluster| {
        pods(cluster).iter().filter(|pod| pod.spec.node_name == "node-2" && !pod.is_terminating()).count()
    };
    line(&mut cluster, "kubectl label node node-2 tier=edge");
    pass(&mut cluster, 5);
    assert_eq!((on_second(&cluster), reason(&cluster)), (0, "PassedByNode"));
    line(&mut cluster, "fault start node/node-2");
    pass(&mut cluster, 3_600);
    assert_eq!((on_second(&cluster), reason(&cluster)), (0, "PassedByNode"));
    line(&mut cluster, "kubectl annotate ds agent looked=yes");
    pass(&mut cluster, 60);
    assert_eq!((on_second(&cluster), reason(&cluster)), (1, "Converged"));
}

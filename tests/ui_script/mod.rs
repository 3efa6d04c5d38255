//! One run of a cluster that must be the same natively and in WebAssembly.

use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::Time;

const LINES: [(u64, &str); 6] = [
    (0, "kubectl apply -f web.yaml"),
    (12_000, "kubectl scale statefulset web --replicas=4"),
    (20_300, "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21"),
    (24_050, "kubectl delete pod web-0"),
    (31_000, "kubectl cordon node-2"),
    (40_000, "kubectl rollout undo statefulset/web"),
];

/// The hash of the run's event log.
pub(crate) fn hash() -> String {
    let mut cluster = Cluster::new(ClusterConfig::default());
    let text = include_str!("../../static/examples/web.yaml").to_owned();
    cluster.submit(Input::File { name: "web.yaml".to_owned(), text }).expect("the file is short");
    for (at, line) in LINES {
        cluster.run_until(Time::from_ms(at));
        cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).expect("no command runs");
    }
    cluster.run_until(Time::from_ms(120_000));
    format!("{:016x}\n", cluster.event_log().hash())
}

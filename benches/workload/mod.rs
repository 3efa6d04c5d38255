//! The work that is measured, natively and in the browser: a set becomes ready, and is rolled to a new image.

use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::Time;

/// Far beyond the end of every rollout.
const LIMIT: Time = Time::from_ms(1_000_000_000_000);
/// Pods that a node of the cluster takes, with some room left.
const PODS_A_NODE: usize = 100;

/// A cluster with room for the replicas, and a manifest of a set without claims.
pub(crate) fn cluster(policy: &str, replicas: usize) -> Cluster {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(replicas / PODS_A_NODE + 4));
    let text = format!(
        "apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: web}}
spec:
  serviceName: nginx
  podManagementPolicy: {policy}
  replicas: {replicas}
  selector: {{matchLabels: {{app: nginx}}}}
  template:
    metadata: {{labels: {{app: nginx}}}}
    spec: {{containers: [{{name: nginx, image: registry.k8s.io/nginx-slim:0.8}}]}}
"
    );
    submit(&mut cluster, Input::File { name: "web.yaml".into(), text });
    cluster
}

/// Applies the manifest and runs until all pods are ready.
pub(crate) fn make_ready(cluster: &mut Cluster) {
    run(cluster, "kubectl apply -f web.yaml");
}

/// Changes the image and runs until all pods have it.
pub(crate) fn roll(cluster: &mut Cluster) {
    run(cluster, "kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:0.9");
}

/// Ready and updated replicas.
pub(crate) fn status(cluster: &Cluster) -> (i64, i64) {
    let mut sets = cluster.server().list(kubesets::api::Kind::StatefulSet, None);
    let status = sets.find_map(|object| match object {
        kubesets::api::Object::StatefulSet(set) => {
            Some((set.status.ready_replicas, set.status.updated_replicas))
        }
        _ => None,
    });
    status.unwrap_or_default()
}

fn run(cluster: &mut Cluster, line: &str) {
    submit(cluster, Input::Line { terminal: 0, line: line.to_owned() });
    cluster.run_until_settled(LIMIT);
}

fn submit(cluster: &mut Cluster, input: Input) {
    let taken = cluster.submit(input);
    debug_assert!(taken.is_ok(), "{taken:?}");
}

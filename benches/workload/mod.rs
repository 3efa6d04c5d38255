//! The work that is measured, natively and in the browser: a workload becomes ready, and is rolled to a new
//! image.

use kubesets::api::Object;
use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::Time;

/// Far beyond the end of every rollout.
const LIMIT: Time = Time::from_ms(1_000_000_000_000);
/// Pods that a node of the cluster gets, of the 110 that it takes: a Deployment that is rolled has a quarter
/// more, besides those that end, and what is measured is no lack of room.
const PODS_A_NODE: usize = 50;

/// A workload that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// A `StatefulSet` with `podManagementPolicy: Parallel`.
    Parallel,
    /// A `StatefulSet` with `podManagementPolicy: OrderedReady`.
    OrderedReady,
    /// A Deployment with its default strategy.
    Deployment,
    /// A `DaemonSet` with `maxUnavailable: 10%`; its size is the number of nodes.
    DaemonSet,
}

impl Workload {
    /// Its name in the figures.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parallel => "Parallel",
            Self::OrderedReady => "OrderedReady",
            Self::Deployment => "Deployment",
            Self::DaemonSet => "DaemonSet",
        }
    }

    fn resource(self) -> &'static str {
        match self {
            Self::Parallel | Self::OrderedReady => "statefulset",
            Self::Deployment => "deployment",
            Self::DaemonSet => "daemonset",
        }
    }

    /// What its kind has in its spec.
    fn spec(self, size: usize) -> (&'static str, String) {
        match self {
            Self::Parallel | Self::OrderedReady => {
                let policy = self.name();
                let spec = format!("serviceName: nginx, podManagementPolicy: {policy}, replicas: {size}");
                ("StatefulSet", spec)
            }
            Self::Deployment => ("Deployment", format!("replicas: {size}")),
            Self::DaemonSet => {
                ("DaemonSet", "updateStrategy: {rollingUpdate: {maxUnavailable: 10%}}".to_owned())
            }
        }
    }

    /// A cluster with room for the workload, and its manifest.
    pub(crate) fn cluster(self, size: usize) -> Cluster {
        let nodes = if self == Self::DaemonSet { size } else { size / PODS_A_NODE + 4 };
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(nodes));
        let (kind, spec) = self.spec(size);
        let pod = "metadata: {labels: {app: nginx}}, \
                   spec: {containers: [{name: nginx, image: registry.k8s.io/nginx-slim:0.8}]}";
        let text = format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\n\
             spec: {{{spec}, selector: {{matchLabels: {{app: nginx}}}}, template: {{{pod}}}}}\n"
        );
        submit(&mut cluster, Input::File { name: "web.yaml".into(), text });
        cluster
    }

    /// Changes the image and runs until all pods have it.
    pub(crate) fn roll(self, cluster: &mut Cluster) {
        let resource = self.resource();
        run(cluster, &format!("kubectl set image {resource}/web nginx=registry.k8s.io/nginx-slim:0.9"));
    }
}

/// Applies the manifest and runs until all pods are ready.
pub(crate) fn make_ready(cluster: &mut Cluster) {
    run(cluster, "kubectl apply -f web.yaml");
}

/// Ready and updated pods of the one workload.
pub(crate) fn status(cluster: &Cluster) -> (i64, i64) {
    use kubesets::api::Kind;
    let kinds = [Kind::StatefulSet, Kind::Deployment, Kind::DaemonSet];
    let mut workloads = kinds.into_iter().flat_map(|kind| cluster.server().list(kind, None));
    let status = workloads.find_map(|object| match object {
        Object::StatefulSet(set) => Some((set.status.ready_replicas, set.status.updated_replicas)),
        Object::Deployment(deployment) => {
            Some((deployment.status.ready_replicas, deployment.status.updated_replicas))
        }
        Object::DaemonSet(set) => Some((set.status.number_ready, set.status.updated_number_scheduled)),
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

//! The manifests of the examples menu.

/// A manifest to start from.
#[derive(Debug)]
pub struct Example {
    /// Its file.
    pub file: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What to try with it.
    pub about: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The examples; the page starts with the first.
pub const EXAMPLES: [Example; 6] = [
    Example {
        file: "web.yaml",
        title: "StatefulSet tutorial",
        about: "Two ordered replicas, each with its own volume",
        text: include_str!("../../static/examples/web.yaml"),
    },
    Example {
        file: "web-parallel.yaml",
        title: "Parallel pods",
        about: "podManagementPolicy: Parallel starts and stops all at once",
        text: include_str!("../../static/examples/web-parallel.yaml"),
    },
    Example {
        file: "canary.yaml",
        title: "Canary with a partition",
        about: "Five replicas, partition 3: only web-3 and web-4 take an update",
        text: include_str!("../../static/examples/canary.yaml"),
    },
    Example {
        file: "daemonset.yaml",
        title: "DaemonSet on labelled nodes",
        about: "One pod on each node with the label disk=ssd",
        text: include_str!("../../static/examples/daemonset.yaml"),
    },
    Example {
        file: "deployment.yaml",
        title: "Deployment",
        about: "Six pods, rolled from one ReplicaSet to the next",
        text: include_str!("../../static/examples/deployment.yaml"),
    },
    Example {
        file: "zookeeper.yaml",
        title: "ZooKeeper and its budget",
        about: "Drain three nodes: the third drain is refused",
        text: include_str!("../../static/examples/zookeeper.yaml"),
    },
];

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
}

impl Example {
    /// Its text. Written as code, and not as a part of the table, so that it need not be loaded before one is
    /// chosen.
    #[inline(never)]
    pub fn text(&self) -> &'static str {
        match self.file {
            "web-parallel.yaml" => include_str!("../../static/examples/web-parallel.yaml"),
            "canary.yaml" => include_str!("../../static/examples/canary.yaml"),
            "daemonset.yaml" => include_str!("../../static/examples/daemonset.yaml"),
            "deployment.yaml" => include_str!("../../static/examples/deployment.yaml"),
            "zookeeper.yaml" => include_str!("../../static/examples/zookeeper.yaml"),
            _ => FIRST_TEXT,
        }
    }
}

/// The text of the first example, with which the page starts.
pub const FIRST_TEXT: &str = include_str!("../../static/examples/web.yaml");

/// The examples; the page starts with the first.
pub const EXAMPLES: [Example; 6] = [
    Example {
        file: "web.yaml",
        title: "StatefulSet tutorial",
        about: "Two ordered replicas, each with its own volume",
    },
    Example {
        file: "web-parallel.yaml",
        title: "Parallel pods",
        about: "podManagementPolicy: Parallel starts and stops all at once",
    },
    Example {
        file: "canary.yaml",
        title: "Canary with a partition",
        about: "Five replicas, partition 3: only web-3 and web-4 take an update",
    },
    Example {
        file: "daemonset.yaml",
        title: "DaemonSet on labelled nodes",
        about: "One pod on each node with the label disk=ssd",
    },
    Example {
        file: "deployment.yaml",
        title: "Deployment",
        about: "Six pods, rolled from one ReplicaSet to the next",
    },
    Example {
        file: "zookeeper.yaml",
        title: "ZooKeeper and its budget",
        about: "Drain three nodes: the third drain is refused",
    },
];

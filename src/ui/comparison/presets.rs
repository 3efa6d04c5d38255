//! Pairs of runs that are worth seeing beside each other.

/// Where the two manifests of a pair differ.
pub const DIFFERENCE: &str = "DIFFERENCE";

/// A pair.
#[derive(Debug)]
pub struct Preset {
    /// What is compared.
    pub title: &'static str,
    /// What to look for.
    pub about: &'static str,
    /// The manifest, with [`DIFFERENCE`] where the sides differ.
    pub manifest: &'static str,
    /// The sides: name, and what stands in place of the difference.
    pub sides: [(&'static str, &'static str); 2],
    /// What is typed on both sides: second, and line.
    pub lines: &'static [(u64, &'static str)],
}

const SET: &str = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: nginx
  replicas: 5
  DIFFERENCE
  selector:
    matchLabels:
      app: nginx
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.8
";

const DAEMON_SET: &str = "\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  updateStrategy:
    type: RollingUpdate
    rollingUpdate: DIFFERENCE
  selector:
    matchLabels:
      app: agent
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.8
";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: front
spec:
  replicas: 6
  strategy:
    type: RollingUpdate
    rollingUpdate: DIFFERENCE
  selector:
    matchLabels:
      app: front
  template:
    metadata:
      labels:
        app: front
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.8
";

const ROLL_SET: &[(u64, &str)] = &[
    (0, "kubectl apply -f compare.yaml"),
    (40, "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21"),
];

/// The pairs on offer.
pub const PRESETS: [Preset; 4] = [
    Preset {
        title: "OrderedReady or Parallel",
        about: "Pods are made one by one, or all at once; the update at 00:40 goes one by one in both",
        manifest: SET,
        sides: [
            ("OrderedReady", "podManagementPolicy: OrderedReady"),
            ("Parallel", "podManagementPolicy: Parallel"),
        ],
        lines: ROLL_SET,
    },
    Preset {
        title: "Partition 0 or 2",
        about: "The update at 00:40 reaches all pods, or only web-2 and above",
        manifest: SET,
        sides: [
            ("partition 0", "updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}"),
            ("partition 2", "updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}}"),
        ],
        lines: ROLL_SET,
    },
    Preset {
        title: "DaemonSet: maxUnavailable or maxSurge",
        about: "A node is without its pod for a while, or has two for a while",
        manifest: DAEMON_SET,
        sides: [
            ("maxUnavailable 1", "{maxSurge: 0, maxUnavailable: 1}"),
            ("maxSurge 1", "{maxSurge: 1, maxUnavailable: 0}"),
        ],
        lines: &[
            (0, "kubectl apply -f compare.yaml"),
            (30, "kubectl set image daemonset/agent nginx=registry.k8s.io/nginx-slim:0.21"),
        ],
    },
    Preset {
        title: "Deployment: maxSurge or maxUnavailable",
        about: "Never fewer than six ready pods, or never more than six pods",
        manifest: DEPLOYMENT,
        sides: [
            ("maxSurge 1", "{maxSurge: 1, maxUnavailable: 0}"),
            ("maxUnavailable 1", "{maxSurge: 0, maxUnavailable: 1}"),
        ],
        lines: &[
            (0, "kubectl apply -f compare.yaml"),
            (30, "kubectl set image deployment/front nginx=registry.k8s.io/nginx-slim:0.21"),
        ],
    },
];

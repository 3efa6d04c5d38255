//! What runs in an exploration: one workload of each kind, a Service, and budgets; varied by the seed.

use crate::sim::Rng;

/// The image of all workloads, without its tag.
pub const IMAGE: &str = "registry.k8s.io/nginx-slim";
/// The name of each workload.
pub const STATEFUL_SET: &str = "web";
/// The name of the `DaemonSet`.
pub const DAEMON_SET: &str = "agent";
/// The name of the `Deployment`.
pub const DEPLOYMENT: &str = "front";
/// Above every ordinal that a run may use.
pub const ORDINALS: u64 = 9;
/// The label of nodes that a `DaemonSet` may select.
pub const TIER: &str = "tier";

/// How the workloads of a run are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workloads {
    /// `OrderedReady` or `Parallel`.
    pub policy: &'static str,
    /// Replicas of the `StatefulSet`.
    pub web: u64,
    /// `minReadySeconds` of the `StatefulSet`.
    pub web_min_ready: u64,
    /// Whether the `StatefulSet` has claims.
    pub has_claims: bool,
    /// `maxUnavailable` and `maxSurge` of the `DaemonSet`.
    pub agents: (&'static str, &'static str),
    /// Whether the `DaemonSet` selects nodes by [`TIER`].
    pub selects_nodes: bool,
    /// The strategy of the `Deployment`.
    pub strategy: &'static str,
    /// Replicas of the `Deployment`.
    pub front: u64,
    /// `minReadySeconds` of `Deployment` and `DaemonSet`.
    pub min_ready: u64,
    /// What the budgets ask for: of the `StatefulSet`'s and of the `Deployment`'s pods.
    pub budgets: (&'static str, &'static str),
}

impl Workloads {
    /// Draws them.
    pub fn drawn(rng: &mut Rng) -> Self {
        let mut one = |choices: &[&'static str]| rng.choose(choices).copied().unwrap_or_default();
        let policy = one(&["OrderedReady", "OrderedReady", "Parallel"]);
        let agents = match one(&["1", "2", "50%", "surge", "surge%"]) {
            "surge" => ("0", "1"),
            "surge%" => ("0", "50%"),
            unavailable => (unavailable, "0"),
        };
        let strategy = one(&[
            "{type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}",
            "{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}",
            "{type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}",
            "{type: RollingUpdate, rollingUpdate: {maxSurge: 2, maxUnavailable: 2}}",
            "{type: Recreate}",
        ]);
        let budgets = (
            one(&["maxUnavailable: 1", "minAvailable: 1", "minAvailable: 50%", "maxUnavailable: 0"]),
            one(&["maxUnavailable: 1", "minAvailable: 2", "maxUnavailable: 30%"]),
        );
        Self {
            policy,
            web: 1 + rng.below(4),
            web_min_ready: if rng.below(4) == 0 { 5 } else { 0 },
            has_claims: rng.below(4) != 0,
            agents,
            selects_nodes: rng.below(3) == 0,
            strategy,
            front: 1 + rng.below(5),
            min_ready: if rng.below(3) == 0 { 4 } else { 0 },
            budgets,
        }
    }

    /// Everything as one file.
    pub fn manifest(&self) -> String {
        [SERVICE.to_owned(), self.stateful_set(), self.daemon_set(), self.deployment(), self.all_budgets()]
            .join("---\n")
    }

    fn stateful_set(&self) -> String {
        let Self { policy, web, web_min_ready, .. } = self;
        let (mounts, claims) = if self.has_claims { (MOUNTS, CLAIMS) } else { ("", "") };
        format!(
            "apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: {STATEFUL_SET}}}
spec:
  serviceName: nginx
  podManagementPolicy: {policy}
  replicas: {web}
  minReadySeconds: {web_min_ready}
  revisionHistoryLimit: 2
  selector: {{matchLabels: {{app: nginx}}}}
  updateStrategy: {{type: RollingUpdate, rollingUpdate: {{partition: 0}}}}
  template:
    metadata: {{labels: {{app: nginx}}}}
    spec:
      containers:
      - name: main
        image: {IMAGE}:1
        resources: {{requests: {{cpu: 200m}}}}
{mounts}{claims}"
        )
    }

    fn daemon_set(&self) -> String {
        let (unavailable, surge) = self.agents;
        let min_ready = self.min_ready;
        let selector = if self.selects_nodes {
            format!("      nodeSelector: {{{TIER}: edge}}\n")
        } else {
            String::new()
        };
        format!(
            "apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {DAEMON_SET}}}
spec:
  minReadySeconds: {min_ready}
  revisionHistoryLimit: 2
  selector: {{matchLabels: {{app: agent}}}}
  updateStrategy: {{type: RollingUpdate, rollingUpdate: {{maxUnavailable: {unavailable}, maxSurge: {surge}}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec:
{selector}      containers:
      - name: main
        image: {IMAGE}:1
        resources: {{requests: {{cpu: 100m}}}}
"
        )
    }

    fn deployment(&self) -> String {
        let Self { strategy, front, min_ready, .. } = self;
        format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {DEPLOYMENT}}}
spec:
  replicas: {front}
  paused: false
  minReadySeconds: {min_ready}
  revisionHistoryLimit: 2
  progressDeadlineSeconds: 120
  selector: {{matchLabels: {{app: front}}}}
  strategy: {strategy}
  template:
    metadata: {{labels: {{app: front}}}}
    spec:
      containers:
      - name: main
        image: {IMAGE}:1
        resources: {{requests: {{cpu: 300m}}}}
"
        )
    }

    fn all_budgets(&self) -> String {
        let budget = |name: &str, app: &str, wants: &str| {
            format!(
                "apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {name}}}
spec: {{{wants}, selector: {{matchLabels: {{app: {app}}}}}}}
"
            )
        };
        let (web, front) = self.budgets;
        [budget(STATEFUL_SET, "nginx", web), budget(DEPLOYMENT, "front", front)].join("---\n")
    }
}

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: nginx}
spec:
  clusterIP: None
  selector: {app: nginx}
  ports: [{port: 80, name: web}]
";

const MOUNTS: &str = "        volumeMounts: [{name: www, mountPath: /usr/share/nginx/html}]
";

const CLAIMS: &str = "  volumeClaimTemplates:
  - metadata: {name: www}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
";

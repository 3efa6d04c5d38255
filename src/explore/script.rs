//! Small scenarios with a beginning and an end: what people do, each thing when the one before has settled.

use crate::cluster::{Cluster, ClusterConfig, Input};
use crate::kubelet::Timing;
use crate::sim::Span;

/// A small scenario.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// What it is called.
    pub name: &'static str,
    /// How many nodes there are.
    pub nodes: usize,
    /// The file `a.yaml`.
    pub manifest: &'static str,
    /// Lines that are typed together, once all that came of those before has settled.
    pub acts: &'static [&'static [&'static str]],
}

/// The longest that anything takes to settle.
pub const SETTLES_WITHIN: Span = Span::from_seconds(4_000);

impl Script {
    /// The cluster at the beginning.
    pub fn cluster(&self) -> Cluster {
        // Kubelets that take little time make no difference but fewer orders of the same.
        let timing = Timing { pull_ms: 200, start_ms: 100, first_probe_ms: 200, ..Timing::default() };
        let config = ClusterConfig { timing, ..ClusterConfig::with_nodes(self.nodes) };
        let mut cluster = Cluster::new(config);
        cluster.run_until_settled(cluster.now() + SETTLES_WITHIN);
        let file = Input::File { name: "a.yaml".to_owned(), text: self.manifest.to_owned() };
        drop(cluster.submit(file));
        cluster
    }

    /// Lets people do what they do in one act.
    pub fn act(cluster: &mut Cluster, lines: &[&str]) {
        for line in lines {
            drop(cluster.submit(Input::Line { terminal: 0, line: (*line).to_owned() }));
        }
    }
}

const SET: &str = "
apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {clusterIP: None, selector: {app: nginx}, ports: [{port: 80, name: web}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 3
  revisionHistoryLimit: 1
  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete, whenDeleted: Delete}
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: main, image: 'nginx:1', volumeMounts: [{name: www, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";

const PARALLEL_SET: &str = "
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 2
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: main, image: 'nginx:1', volumeMounts: [{name: www, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";

const DAEMONS: &str = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  revisionHistoryLimit: 1
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, image: 'agent:1'}]}
";

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: front}
spec:
  replicas: 3
  revisionHistoryLimit: 1
  selector: {matchLabels: {app: front}}
  template:
    metadata: {labels: {app: front}}
    spec: {containers: [{name: main, image: 'front:1'}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: front}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: front}}}
";

/// The scenarios: each controller has something to do in one of them.
pub const SCRIPTS: &[Script] = &[
    Script {
        name: "set: made, scaled down and up",
        nodes: 2,
        manifest: SET,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &["kubectl scale sts web --replicas=1"],
            &["kubectl scale sts web --replicas=2"],
        ],
    },
    Script {
        name: "set: updated, undone, updated again, history trimmed",
        nodes: 2,
        manifest: SET,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &["kubectl set image sts/web main=nginx:2"],
            &["kubectl rollout undo sts/web"],
            &["kubectl set image sts/web main=nginx:3"],
        ],
    },
    Script {
        name: "set: a pod and its claim deleted, then the set with all that is its own",
        nodes: 2,
        manifest: SET,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &["kubectl delete pvc www-web-1 --wait=false", "kubectl delete pod web-1 --wait=false"],
            &["kubectl delete sts web --cascade=foreground --wait=false"],
            &["kubectl delete svc nginx"],
        ],
    },
    Script {
        name: "set: orphaned and taken on again",
        nodes: 2,
        manifest: SET,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &["kubectl delete sts web --cascade=orphan --wait=false"],
            &["kubectl apply -f a.yaml"],
        ],
    },
    Script {
        name: "set, parallel: made, updated under a partition, scaled",
        nodes: 2,
        manifest: PARALLEL_SET,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &[
                "kubectl patch sts web -p '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":1}}}}'",
                "kubectl set image sts/web main=nginx:2",
            ],
            &["kubectl scale sts web --replicas=3"],
        ],
    },
    Script {
        name: "daemons: made, updated, undone",
        nodes: 3,
        manifest: DAEMONS,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &["kubectl set image ds/agent main=agent:2"],
            &["kubectl rollout undo ds/agent"],
            &["kubectl set image ds/agent main=agent:3"],
        ],
    },
    Script {
        name: "daemons: updated with surge, nodes tainted, labelled, lost and deleted",
        nodes: 3,
        manifest: DAEMONS,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &[
                "kubectl patch ds agent -p '{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"maxUnavailable\":0,\"maxSurge\":1}}}}'",
                "kubectl set image ds/agent main=agent:2",
            ],
            &["kubectl taint nodes node-1 a=b:NoExecute"],
            &["kubectl taint nodes node-1 a-"],
            &["fault remove node/node-2", "kubectl delete node node-2 --wait=false"],
        ],
    },
    Script {
        name: "deployment: made, rolled, undone, scaled",
        nodes: 2,
        manifest: DEPLOYMENT,
        acts: &[
            &["kubectl apply -f a.yaml"],
            &["kubectl set image deploy/front main=front:2"],
            &["kubectl rollout undo deploy/front"],
            &["kubectl set image deploy/front main=front:3"],
            &["kubectl scale deploy front --replicas=1"],
        ],
    },
    Script {
        // One pod for each node, so that it does not matter which node is drained of which pod.
        name: "deployment: recreated, an eviction, deleted in the background",
        nodes: 2,
        manifest: DEPLOYMENT,
        acts: &[
            &[
                "kubectl apply -f a.yaml",
                "kubectl patch deploy front -p '{\"spec\":{\"replicas\":2,\"strategy\":{\"$retainKeys\":[\"type\"],\"type\":\"Recreate\"}}}'",
            ],
            &["kubectl set image deploy/front main=front:2"],
            &["kubectl drain node-1"],
            &["kubectl uncordon node-1"],
            &["kubectl delete deploy front --wait=false"],
        ],
    },
    Script {
        name: "deployment: a node is lost and its pods replaced, then it returns",
        nodes: 2,
        manifest: DEPLOYMENT,
        acts: &[&["kubectl apply -f a.yaml"], &["fault stop node/node-1"], &["fault start node/node-1"]],
    },
    Script {
        name: "namespace: made, filled and deleted",
        nodes: 2,
        manifest: PARALLEL_SET,
        acts: &[
            &["kubectl create namespace shop"],
            &["kubectl apply -f a.yaml -n shop"],
            &["kubectl delete namespace shop --wait=false"],
        ],
    },
];

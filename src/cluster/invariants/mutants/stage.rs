//! The small clusters whose histories are broken: what runs in each, and what happens there.

use super::history::History;
use crate::cluster::invariants::Checker;
use crate::cluster::{Cluster, ClusterConfig, Input};
use crate::sim::Span;

/// A cluster that writes down who changed what.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) cluster: Cluster,
    follower: Checker,
    history: History,
}

impl Stage {
    fn new() -> Self {
        let cluster = Cluster::new(ClusterConfig::with_nodes(3));
        let mut stage = Self { cluster, follower: Checker::default(), history: History::default() };
        stage.note();
        stage
    }

    fn note(&mut self) {
        let by = self.cluster.last_actor();
        for event in self.follower.news(self.cluster.server()) {
            self.history.push(event, by);
        }
    }

    /// Types a line, and lets what comes of it come to its end.
    pub(super) fn line(&mut self, line: &str) {
        self.input(Input::Line { terminal: 0, line: line.to_owned() });
        self.pass(Span::from_seconds(120));
    }

    pub(super) fn input(&mut self, input: Input) {
        self.cluster.submit(input).unwrap();
        self.note();
    }

    pub(super) fn apply(&mut self, manifest: &str) {
        self.input(Input::File { name: "all.yaml".to_owned(), text: manifest.to_owned() });
        self.line("kubectl apply -f all.yaml");
    }

    pub(super) fn pass(&mut self, span: Span) {
        let until = self.cluster.now() + span;
        while self.cluster.next_due().is_some_and(|due| due <= until) {
            self.cluster.step();
            self.note();
        }
        self.cluster.run_until(until);
    }
}

pub(super) fn stateful_set(name: &str, policy: &str, strategy: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: {name}}}
spec:
  serviceName: nginx
  podManagementPolicy: {policy}
  replicas: 3
  selector: {{matchLabels: {{app: nginx}}}}
  updateStrategy: {strategy}
  template:
    metadata: {{labels: {{app: nginx}}}}
    spec:
      containers:
      - name: main
        image: nginx:1
        volumeMounts: [{{name: www, mountPath: /www}}]
  volumeClaimTemplates:
  - metadata: {{name: www}}
    spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
---
"
    )
}

fn daemon_set(strategy: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  updateStrategy: {strategy}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec: {{containers: [{{name: main, image: 'nginx:1'}}]}}
---
"
    )
}

fn deployment(strategy: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: front}}
spec:
  replicas: 3
  selector: {{matchLabels: {{app: front}}}}
  strategy: {strategy}
  template:
    metadata: {{labels: {{app: front}}}}
    spec: {{containers: [{{name: main, image: 'nginx:1', resources: {{requests: {{cpu: 100m}}}}}}]}}
---
"
    )
}

fn budget(app: &str, wants: &str) -> String {
    format!(
        "apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {app}}}
spec: {{selector: {{matchLabels: {{app: {app}}}}}, {wants}}}
---
"
    )
}

pub(super) const ROLLING: &str = "{type: RollingUpdate}";
const ON_DELETE: &str = "{type: OnDelete}";

/// What happens in a cluster.
type Scene = fn(&mut Stage);

/// Every scene by its name.
pub(super) const SCENES: &[(&str, Scene)] = &[
    ("set", |stage| stage.apply(&stateful_set("web", "OrderedReady", ROLLING))),
    ("set in a burst", |stage| stage.apply(&stateful_set("web", "Parallel", ROLLING))),
    ("set updated", |stage| {
        stage.apply(&stateful_set("web", "OrderedReady", ROLLING));
        stage.line("kubectl set image sts/web main=nginx:2");
    }),
    ("set on delete", |stage| {
        stage.apply(&stateful_set("web", "OrderedReady", ON_DELETE));
        stage.line("kubectl set image sts/web main=nginx:2");
    }),
    ("set with a partition", |stage| {
        let partition = "{type: RollingUpdate, rollingUpdate: {partition: 1}}";
        stage.apply(&stateful_set("web", "OrderedReady", partition));
        stage.line("kubectl set image sts/web main=nginx:2");
    }),
    ("burst with a partition", |stage| {
        let partition = "{type: RollingUpdate, rollingUpdate: {partition: 1}}";
        stage.apply(&stateful_set("web", "Parallel", partition));
        stage.line("kubectl set image sts/web main=nginx:2");
    }),
    ("set on a lost node", |stage| {
        stage.apply(&stateful_set("web", "OrderedReady", ROLLING));
        stage.input(Input::fault("stop-node node-1").unwrap());
        stage.input(Input::fault("stop-node node-2").unwrap());
        stage.pass(Span::from_seconds(600));
    }),
    ("daemons", |stage| stage.apply(&daemon_set(ROLLING))),
    ("daemons updated", |stage| {
        stage.apply(&daemon_set(ROLLING));
        stage.line("kubectl set image ds/agent main=nginx:2");
    }),
    ("daemons on delete", |stage| {
        stage.apply(&daemon_set(ON_DELETE));
        stage.line("kubectl set image ds/agent main=nginx:2");
    }),
    ("daemons with surge", |stage| {
        stage.apply(&daemon_set("{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"));
        stage.line("kubectl set image ds/agent main=nginx:2");
    }),
    ("daemons with a budget", |stage| {
        stage.apply(&(daemon_set(ROLLING) + &budget("agent", "maxUnavailable: 1")));
    }),
    ("deployment", |stage| stage.apply(&deployment("{rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}"))),
    ("deployment updated", |stage| {
        stage.apply(&deployment("{rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}"));
        stage.line("kubectl set image deploy/front main=nginx:2");
    }),
    ("deployment recreated", |stage| {
        stage.apply(&deployment("{type: Recreate}"));
        stage.line("kubectl set image deploy/front main=nginx:2");
    }),
    ("deployment with a budget", |stage| {
        stage.apply(&(deployment("{type: RollingUpdate}") + &budget("front", "minAvailable: 2")));
    }),
    ("deployment with a share", |stage| {
        stage.apply(&(deployment("{type: RollingUpdate}") + &budget("front", "minAvailable: '34%'")));
    }),
];

/// What happens in a scene.
pub(super) fn play(name: &str) -> History {
    let (_, scene) = SCENES.iter().find(|(known, _)| *known == name).expect("a scene has a name");
    let mut stage = Stage::new();
    scene(&mut stage);
    stage.history
}

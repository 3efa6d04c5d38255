//! Random runs in which nodes, kubelets, programs, registries and volumes fail, and then heal.
//!
//! Two phases: faults of every kind among people's commands, with every invariant after every step; then all
//! faults are cleared, and everything must come to be as it should be. A kind that never happened fails the
//! run. `KUBESETS_SEED` asks for one seed, `KUBESETS_SEEDS` for more of them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed unwrap is a failed test, which says what ran"
)]

use std::collections::BTreeMap;

use kubesets::api::pod::Pod;
use kubesets::api::{Kind, Object, ObjectKey};
use kubesets::cluster::invariants::Checker;
use kubesets::cluster::{Cluster, ClusterConfig, Control, Input};
use kubesets::sim::{Rng, Span};

const NODES: u64 = 4;
const INPUTS: u64 = 45;
const SEEDS: u64 = 6;
const IMAGES: [&str; 2] = ["registry.k8s.io/nginx-slim:0.8", "registry.k8s.io/nginx-slim:0.9"];

const MANIFEST: &str = "apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 3
  podManagementPolicy: POLICY
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      tolerations: &short
      - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 20}
      - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 20}
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.8
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 2}
        volumeMounts: [{name: www, mountPath: /www}]
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: agent, image: registry.k8s.io/nginx-slim:0.8}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: hello}
spec:
  replicas: 3
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec: {containers: [{name: hello, image: registry.k8s.io/nginx-slim:0.8}]}
";

/// The kinds of faults, by their numbers in the list of faults.
const KINDS: [&str; 16] = [
    "F-16 kubelet",
    "F-17 power",
    "F-17 reboot",
    "F-18 partition",
    "F-19 node deleted",
    "F-20 image",
    "F-21 exit",
    "F-21 crash loop",
    "F-21 memory",
    "F-22 readiness",
    "F-22 slow start",
    "F-23 slow end",
    "F-23 forced end",
    "F-24 volume",
    "F-25 no room",
    "F-25 taint",
];

struct Run {
    cluster: Cluster,
    checker: Checker,
    rng: Rng,
    seed: u64,
    fired: BTreeMap<&'static str, u64>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let config = ClusterConfig { seed, ..ClusterConfig::with_nodes(usize::try_from(NODES).unwrap()) };
        let (cluster, rng) = (Cluster::new(config), Rng::new(seed));
        let mut run = Self { cluster, checker: Checker::default(), rng, seed, fired: BTreeMap::new() };
        run.check();
        let policy = if seed.is_multiple_of(2) { "OrderedReady" } else { "Parallel" };
        let text = MANIFEST.replace("POLICY", policy);
        run.cluster.submit(Input::File { name: "all.yaml".into(), text }).unwrap();
        run.line("kubectl apply -f all.yaml");
        run.pass(20_000);
        run
    }

    fn check(&mut self) {
        if let Err(violation) = self.checker.check_step(&self.cluster) {
            let what = format!("{}: {}\n  {}", violation.id, violation.sentence, violation.what);
            self.fail(&what);
        }
    }

    fn fail(&self, what: &str) -> ! {
        let inputs: Vec<String> = self.cluster.inputs().iter().map(|entry| format!("{entry:?}")).collect();
        let log: Vec<_> = self.cluster.event_log().lines().map(ToString::to_string).collect();
        let (inputs, log) = (inputs.join("\n"), log[log.len().saturating_sub(40)..].join("\n"));
        panic!("KUBESETS_SEED={} at {} ms: {what}\n{inputs}\n{log}", self.seed, self.cluster.now().ms());
    }

    fn line(&mut self, line: &str) -> bool {
        self.cluster.submit(Input::Interrupt { terminal: 0 }).unwrap();
        self.cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
        self.check();
        self.cluster.terminal(0).unwrap().entries().last().unwrap().exit == Some(0)
    }

    fn pass(&mut self, ms: u64) {
        let until = self.cluster.now() + Span::from_ms(ms);
        while self.cluster.next_due().is_some_and(|due| due <= until) {
            self.cluster.step();
            self.check();
        }
        self.cluster.run_until(until);
    }

    /// Types `fault …`; counts the kind when it could be done.
    fn fault(&mut self, kind: &'static str, line: &str) {
        if self.line(&format!("fault {line}")) {
            *self.fired.entry(kind).or_default() += 1;
        }
    }

    fn pods(&self) -> Vec<String> {
        let pods = self.cluster.server().list(Kind::Pod, Some("default"));
        pods.map(|object| object.meta().name.clone()).collect()
    }

    fn one_fault(&mut self) {
        let node = format!("node-{}", 1 + self.rng.below(NODES));
        let pods = self.pods();
        let index = usize::try_from(self.rng.below(pods.len().max(1) as u64)).unwrap();
        let pod = pods.get(index).cloned().unwrap_or_else(|| "web-0".to_owned());
        let image = IMAGES[usize::try_from(self.rng.below(2)).unwrap()];
        let kind = KINDS[usize::try_from(self.rng.below(KINDS.len() as u64)).unwrap()];
        match kind {
            "F-16 kubelet" => self.fault(kind, &format!("stop-kubelet node/{node}")),
            "F-17 power" => self.fault(kind, &format!("stop node/{node}")),
            "F-17 reboot" => self.fault(kind, &format!("restart node/{node}")),
            "F-18 partition" => self.fault(kind, &format!("partition node/{node}")),
            "F-19 node deleted" => {
                if self.line(&format!("kubectl delete node {node} --wait=false")) {
                    *self.fired.entry(kind).or_default() += 1;
                }
            }
            "F-20 image" => self.fault(kind, &format!("no-image image/{image}")),
            "F-21 exit" => {
                let code = [0, 1, 137][usize::try_from(self.rng.below(3)).unwrap()];
                self.fault(kind, &format!("crash pod/{pod} --code={code}"));
            }
            "F-21 crash loop" => self.fault(kind, &format!("crash-loop pod/{pod} --after=2s")),
            "F-21 memory" => self.fault(kind, &format!("oom pod/{pod}")),
            "F-22 readiness" => self.fault(kind, &format!("unready pod/{pod}")),
            "F-22 slow start" => self.fault(kind, &format!("slow-start pod/{pod} --by=40s")),
            "F-23 slow end" => {
                self.fault(kind, &format!("ignore-sigterm pod/{pod}"));
                self.line(&format!("kubectl delete pod {pod} --wait=false"));
            }
            "F-23 forced end" => {
                if self.line(&format!("kubectl delete pod {pod} --force --grace-period=0 --wait=false")) {
                    *self.fired.entry(kind).or_default() += 1;
                }
            }
            "F-24 volume" => {
                self.fault(kind, "no-volume sc/standard");
                self.line("kubectl delete pvc www-web-2 --wait=false");
            }
            "F-25 no room" => self.fault(kind, &format!("resize node/{node} --pods=2")),
            _ => {
                if self.line(&format!("kubectl taint node {node} broken=yes:NoExecute --overwrite")) {
                    *self.fired.entry(kind).or_default() += 1;
                }
            }
        }
    }

    /// What people do meanwhile, to the workloads and against the faults.
    fn one_command(&mut self) {
        let node = format!("node-{}", 1 + self.rng.below(NODES));
        let image = IMAGES[usize::try_from(self.rng.below(2)).unwrap()];
        let number = self.rng.below(5);
        match self.rng.below(8) {
            0 => drop(self.line(&format!("fault start node/{node}"))),
            1 => drop(self.line(&format!("kubectl scale sts web --replicas={number}"))),
            2 => drop(self.line(&format!("kubectl set image sts/web nginx={image}"))),
            3 => drop(self.line(&format!("kubectl set image ds/agent agent={image}"))),
            4 => drop(self.line(&format!("kubectl set image deploy/hello hello={image}"))),
            5 => drop(self.line(&format!("kubectl cordon {node}"))),
            6 => drop(self.line("fault clear --all")),
            _ => drop(self.line(&format!("kubectl delete pod web-{number} --wait=false"))),
        }
    }

    fn break_things(&mut self) {
        for _ in 0..INPUTS {
            // Some faults last long enough for nodes to be lost and pods to be evicted.
            let longest = [200, 8_000, 30_000, 140_000][usize::try_from(self.rng.below(4)).unwrap()];
            let ms = self.rng.below(longest);
            self.pass(ms);
            if self.rng.below(3) == 0 { self.one_command() } else { self.one_fault() }
        }
    }

    fn heal(&mut self) {
        self.line("fault clear --all");
        for pod in self.pods() {
            self.line(&format!("fault clear pod/{pod}"));
        }
        for number in 1..=NODES {
            let name = format!("node-{number}");
            // A kubelet registers when it starts.
            if self.cluster.server().get(&ObjectKey::new(Kind::Node, "", name.as_str())).is_err() {
                self.line(&format!("fault restart node/{name}"));
            }
            self.line(&format!("fault resize node/{name} --pods=110"));
            self.line(&format!("kubectl uncordon {name}"));
            self.line(&format!("kubectl taint node {name} broken-"));
        }
        self.line("kubectl apply -f all.yaml");
        self.pass(400_000);
        // The documented way out of an ordered update that is stuck: pods are deleted by hand.
        for ordinal in 0..5 {
            self.line(&format!("kubectl delete pod web-{ordinal} --wait=false"));
        }
        self.pass(900_000);
    }

    fn assert_healed(&self) {
        let get = |kind: Kind, name: &str| {
            let namespace = if kind.is_namespaced() { "default" } else { "" };
            self.cluster.server().get(&ObjectKey::new(kind, namespace, name)).cloned()
        };
        let Ok(Object::StatefulSet(web)) = get(Kind::StatefulSet, "web") else { self.fail("no set") };
        let wanted = web.spec.replicas.unwrap();
        if (web.status.ready_replicas, web.status.updated_replicas) != (wanted, wanted) {
            self.fail(&format!("L-02: the set has not healed: {:?}", web.status));
        }
        let Ok(Object::DaemonSet(agent)) = get(Kind::DaemonSet, "agent") else { self.fail("no daemons") };
        let nodes = i64::try_from(NODES).unwrap();
        if (agent.status.number_ready, agent.status.updated_number_scheduled) != (nodes, nodes) {
            self.fail(&format!("L-07: the daemons have not healed: {:?}", agent.status));
        }
        let Ok(Object::Deployment(hello)) = get(Kind::Deployment, "hello") else {
            self.fail("no deployment")
        };
        if (hello.status.ready_replicas, hello.status.updated_replicas) != (3, 3) {
            self.fail(&format!("L-10: the deployment has not healed: {:?}", hello.status));
        }
        for number in 1..=NODES {
            let Ok(Object::Node(node)) = get(Kind::Node, &format!("node-{number}")) else {
                self.fail("no node")
            };
            if !node.is_ready() || !node.spec.taints.is_empty() {
                self.fail(&format!("L-17: {} has not healed: {:?}", node.metadata.name, node.spec.taints));
            }
        }
        for running in self.cluster.kubelets().running() {
            let meta = &running.pod.metadata;
            let there = get(Kind::Pod, &meta.name).is_ok_and(|pod| pod.meta().uid == meta.uid);
            if !there {
                self.fail(&format!("L-17: {} still runs on {}", meta.name, running.node));
            }
        }
        let pods = self.cluster.server().list(Kind::Pod, Some("default"));
        if let Some(stuck) = pods.filter_map(as_pod).find(|pod| pod.is_terminating()) {
            self.fail(&format!("L-17: {} is still in deletion", stuck.metadata.name));
        }
    }
}

fn as_pod(object: &Object) -> Option<&Pod> {
    match object {
        Object::Pod(pod) => Some(pod),
        _ => None,
    }
}

fn run_seed(seed: u64) -> BTreeMap<&'static str, u64> {
    let mut run = Run::new(seed);
    run.break_things();
    run.heal();
    run.assert_healed();
    run.fired
}

#[test]
fn everything_heals_once_faults_stop() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("KUBESETS_SEED") {
        eprintln!("{:?}", run_seed(seed));
        return;
    }
    let mut fired: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..number("KUBESETS_SEEDS").unwrap_or(SEEDS) {
        for (kind, count) in run_seed(seed) {
            *fired.entry(kind).or_default() += count;
        }
    }
    eprintln!("{fired:#?}");
    for kind in KINDS {
        assert!(fired.contains_key(kind), "no {kind} ever happened");
    }
}

/// A cluster on whose node the pods of the three workloads run, and that node.
fn with_lost_node(control: impl Fn(String) -> Control) -> (Run, String) {
    let mut run = Run::new(2);
    let key = ObjectKey::new(Kind::Pod, "default", "web-0");
    let Ok(Object::Pod(pod)) = run.cluster.server().get(&key) else { panic!("no pod") };
    let node = pod.spec.node_name.clone();
    run.cluster.submit(Input::Control(control(node.clone()))).unwrap();
    run.check();
    (run, node)
}

#[test]
fn l_16_what_becomes_of_the_pods_of_a_lost_node() {
    let (mut run, node) = with_lost_node(|node| Control::PowerOff { node });
    run.pass(380_000);
    let on_node = |run: &Run| -> Vec<(String, bool)> {
        let pods = run.cluster.server().list(Kind::Pod, Some("default")).filter_map(as_pod);
        let here = pods.filter(|pod| pod.spec.node_name == node);
        here.map(|pod| (pod.metadata.name.clone(), pod.is_terminating())).collect()
    };
    let here = on_node(&run);
    let is_terminating = |start: &str| here.iter().find(|(name, _)| name.starts_with(start)).map(|(_, t)| *t);
    assert_eq!(is_terminating("web-0"), Some(true), "a set's pod stays, in deletion: {here:?}");
    assert_eq!(is_terminating("agent-"), Some(false), "a daemon's pod tolerates everything: {here:?}");
    let Ok(Object::Deployment(hello)) =
        run.cluster.server().get(&ObjectKey::new(Kind::Deployment, "default", "hello"))
    else {
        panic!("no deployment")
    };
    assert_eq!(hello.status.ready_replicas, 3, "a deployment's pods are replaced");
    // Nothing changes by itself any more, however long one waits.
    run.pass(3_600_000);
    assert_eq!(on_node(&run).iter().filter(|(name, _)| name == "web-0").count(), 1);
    run.cluster.submit(Input::Control(Control::StartNode { node: node.clone() })).unwrap();
    run.check();
    run.pass(60_000);
    run.assert_healed();
}

#[test]
fn s_15_a_node_that_is_given_up_frees_its_pods() {
    let (mut run, node) = with_lost_node(|node| Control::PowerOff { node });
    run.pass(120_000);
    let name_is_held = |run: &Run| {
        let key = ObjectKey::new(Kind::Pod, "default", "web-0");
        matches!(run.cluster.server().get(&key), Ok(Object::Pod(pod)) if pod.spec.node_name == node)
    };
    assert!(name_is_held(&run));
    run.line(&format!("kubectl taint node {node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"));
    run.pass(25_000);
    assert!(!name_is_held(&run), "the collector of pods removes what a person has given up");
}

#[test]
fn s_16_a_second_pod_of_a_name_is_shown_when_somebody_forces_it() {
    let (mut run, node) = with_lost_node(|node| Control::Partition { node });
    run.pass(120_000);
    assert_eq!(run.cluster.kubelets().running().filter(|r| r.pod.metadata.name == "web-0").count(), 1);
    run.line("kubectl delete pod web-0 --force --grace-period=0");
    run.pass(30_000);
    let nodes: Vec<&str> = run
        .cluster
        .kubelets()
        .running()
        .filter(|running| running.pod.metadata.name == "web-0")
        .map(|running| running.node)
        .collect();
    // Its volume lies on the lost node: the new pod waits for it. Nobody hides that the old one runs on.
    assert!(nodes.contains(&node.as_str()), "{nodes:?}");
    run.line("fault list");
    let entry = run.cluster.terminal(0).unwrap().entries().last().unwrap();
    let text: String = entry.chunks.iter().map(|(_, text)| text.as_str()).collect();
    assert!(text.contains(&format!("still runs on {node}, its object is gone")), "{text}");
}

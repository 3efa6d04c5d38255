//! Random runs: people's commands and faults from a seed, drains and budgets among them, every invariant
//! after every step, then a time to heal.
//!
//! `KUBESETS_STEPS` asks for a longer run, `KUBESETS_SEED` for one seed. A failure prints the seed and the
//! inputs.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed unwrap is a failed test, which says what ran"
)]

use kubesets::api::{Kind, Object, ObjectKey};
use kubesets::cluster::invariants::Checker;
use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::{Rng, Span, Time};

/// Steps over all seeds of an ordinary run.
const STEPS_MIN: u64 = 12_000;
/// Inputs of one seed before everything is healed.
const INPUTS: u64 = 40;
/// Above every ordinal that a run may use.
const ORDINALS: u64 = 9;

fn manifest(policy: &str, replicas: u64) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: nginx
spec:
  clusterIP: None
  selector: {{app: nginx}}
  ports: [{{port: 80, name: web}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: nginx
  podManagementPolicy: {policy}
  replicas: {replicas}
  revisionHistoryLimit: 2
  selector:
    matchLabels: {{app: nginx}}
  template:
    metadata:
      labels: {{app: nginx}}
    spec:
      containers:
      - name: nginx
        image: registry.k8s.io/nginx-slim:0.8
        volumeMounts: [{{name: www, mountPath: /usr/share/nginx/html}}]
  volumeClaimTemplates:
  - metadata: {{name: www}}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {{requests: {{storage: 1Gi}}}}
"
    )
}

struct Run {
    cluster: Cluster,
    checker: Checker,
    rng: Rng,
    seed: u64,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let nodes = usize::try_from(2 + rng.below(4)).unwrap();
        // Half of the runs have the recordings' nodes, the others the page's.
        let config =
            if seed % 4 < 2 { ClusterConfig::recorded(nodes) } else { ClusterConfig::with_nodes(nodes) };
        let config = ClusterConfig { seed, ..config };
        let mut run = Self { cluster: Cluster::new(config), checker: Checker::default(), rng, seed };
        run.check();
        run
    }

    fn check(&mut self) {
        if let Err(violation) = self.checker.check_step(&self.cluster) {
            let inputs: Vec<String> =
                self.cluster.inputs().iter().map(|entry| format!("{entry:?}")).collect();
            let log: Vec<_> = self.cluster.event_log().lines().collect();
            let log: Vec<_> = log.iter().rev().take(30).rev().map(ToString::to_string).collect();
            panic!(
                "KUBESETS_SEED={} at {} ms, {}: {}\n  {}\n{}\n{}",
                self.seed,
                violation.at.ms(),
                violation.id,
                violation.sentence,
                violation.what,
                inputs.join("\n"),
                log.join("\n")
            );
        }
    }

    fn line(&mut self, line: &str) {
        // A terminal that still waits is interrupted, as a person would.
        self.cluster.submit(Input::Interrupt { terminal: 0 }).unwrap();
        self.cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
        self.check();
    }

    fn pass(&mut self, ms: u64) {
        let until = self.cluster.now() + Span::from_ms(ms);
        while self.cluster.next_due().is_some_and(|due| due <= until) {
            self.cluster.step();
            self.check();
        }
        self.cluster.run_until(until);
    }

    fn file(&mut self, text: String) {
        self.cluster.submit(Input::File { name: "web.yaml".into(), text }).unwrap();
    }

    fn one_input(&mut self) {
        let ordinal = self.rng.below(5);
        let number = self.rng.below(6);
        let node = 1 + self.rng.below(self.cluster.config().nodes.len() as u64);
        match self.rng.below(6) {
            0 | 1 => return self.one_rare_input(ordinal, number, node),
            2 => return self.one_disruption(ordinal, number, node),
            _ => {}
        }
        match self.rng.below(15) {
            0 | 1 => self.line(&format!("kubectl scale sts web --replicas={number}")),
            2 => self.line(&format!("kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:0.{number}")),
            3 => self.line("kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:bad"),
            4 => self.line(&format!(
                "kubectl patch sts web -p '{{\"spec\":{{\"updateStrategy\":{{\"type\":\"RollingUpdate\",\
                 \"rollingUpdate\":{{\"partition\":{number}}}}}}}}}'"
            )),
            5 => self.line(&format!(
                "kubectl patch sts web -p '{{\"spec\":{{\"updateStrategy\":{{\"rollingUpdate\":{{\"maxUnavailable\":{}}}}}}}}}'",
                1 + number / 2
            )),
            6 | 7 => self.line(&format!("kubectl delete pod web-{ordinal} --wait=false")),
            8 => self.control(&format!("crash web-{ordinal}")),
            9 => self.control(&format!("unready web-{ordinal}")),
            10 => self.control(&format!("ready web-{ordinal}")),
            11 => self.line(&format!("kubectl cordon node-{node}")),
            12 => self.line(&format!("kubectl uncordon node-{node}")),
            13 => self.line("kubectl rollout undo sts/web"),
            _ => self.line("kubectl rollout restart sts/web"),
        }
    }

    /// Budgets, and drains in a second terminal, where they may go on for long.
    fn one_disruption(&mut self, ordinal: u64, number: u64, node: u64) {
        let flags = [
            "",
            "--timeout=20s",
            "--force --delete-emptydir-data --ignore-daemonsets",
            "--disable-eviction --timeout=30s",
            "--dry-run=server",
            "--grace-period=1",
        ];
        let flags = flags[usize::try_from(number).unwrap() % flags.len()];
        match self.rng.below(9) {
            0 => self.budget(&format!("minAvailable: {number}")),
            1 => self.budget(&format!("maxUnavailable: {}", ordinal / 2)),
            2 => self.budget(&format!("maxUnavailable: {}%", number * 20)),
            3 => self
                .budget(&format!("minAvailable: {}%, unhealthyPodEvictionPolicy: AlwaysAllow", number * 20)),
            4 => self.line("kubectl delete pdb web"),
            5 => self.line("kubectl create pdb second --selector=app=nginx --min-available=1"),
            6 => self.line("kubectl delete pdb second"),
            _ => self.in_second_terminal(&format!("kubectl drain node-{node} {flags}")),
        }
    }

    fn budget(&mut self, spec: &str) {
        let text = format!(
            "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: web}}, \
             spec: {{selector: {{matchLabels: {{app: nginx}}}}, {spec}}}}}"
        );
        self.cluster.submit(Input::File { name: "pdb.yaml".into(), text }).unwrap();
        self.line("kubectl apply -f pdb.yaml");
    }

    fn in_second_terminal(&mut self, line: &str) {
        self.cluster.submit(Input::Interrupt { terminal: 1 }).unwrap();
        self.cluster.submit(Input::Line { terminal: 1, line: line.to_owned() }).unwrap();
        self.check();
    }

    /// What people do less often.
    fn one_rare_input(&mut self, ordinal: u64, number: u64, node: u64) {
        let policy = |number: u64| if number.is_multiple_of(2) { "Delete" } else { "Retain" };
        let patch = |spec: String| format!("kubectl patch sts web -p '{{\"spec\":{{{spec}}}}}'");
        match self.rng.below(13) {
            0 => self.line(&format!("kubectl delete pod web-{ordinal} --force --grace-period=0")),
            1 => self.line(&format!("kubectl delete pvc www-web-{ordinal} --wait=false")),
            2 => self.line(&patch(format!("\"ordinals\":{{\"start\":{}}}", number / 2))),
            3 => self.line(&patch(format!("\"minReadySeconds\":{}", number * 2))),
            4 => self
                .line(&patch("\"updateStrategy\":{\"$retainKeys\":[\"type\"],\"type\":\"OnDelete\"}".into())),
            5 => self.line(&patch(format!(
                "\"persistentVolumeClaimRetentionPolicy\":{{\"whenScaled\":\"{}\",\"whenDeleted\":\"{}\"}}",
                policy(number),
                policy(ordinal)
            ))),
            6 => self.line("kubectl delete sts web --cascade=orphan --wait=false"),
            7 => self.line("kubectl delete sts web --wait=false"),
            8 => self.line("kubectl delete sts web --cascade=foreground --wait=false"),
            9 => self.control(&format!("evict web-{ordinal}")),
            10 => self.control(&format!("fail-liveness web-{ordinal}")),
            11 => self.control(&format!("stop-node node-{node}")),
            _ => self.line(&format!("kubectl label pod web-{ordinal} app-")),
        }
        if number < 3 {
            self.line("kubectl apply -f web.yaml");
        }
    }

    fn control(&mut self, text: &str) {
        // A pod that does not run cannot crash: the refusal is an answer, not a failure.
        drop(self.cluster.submit(Input::fault(text).unwrap()));
        self.check();
    }

    /// Takes all faults back; whatever is stuck for good is deleted by hand, as the documentation says.
    fn heal(&mut self) {
        self.cluster.submit(Input::Interrupt { terminal: 1 }).unwrap();
        self.line("kubectl delete pdb second");
        self.budget("maxUnavailable: 1");
        for node in 1..=self.cluster.config().nodes.len() {
            self.control(&format!("start-node node-{node}"));
            self.line(&format!("kubectl uncordon node-{node}"));
        }
        for ordinal in 0..ORDINALS {
            self.control(&format!("ready web-{ordinal}"));
        }
        // A set that is going has to be gone before it is made again; a pod that no longer belongs to it may
        // hold a claim that it waits for.
        for ordinal in 0..ORDINALS {
            self.line(&format!("kubectl delete pod web-{ordinal} --wait=false"));
        }
        self.pass(60_000);
        self.line("kubectl apply -f web.yaml");
        self.line("kubectl patch sts web -p '{\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":0}}}}'");
        self.line("kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:0.9");
        self.pass(30_000);
        for ordinal in 0..ORDINALS {
            self.line(&format!("kubectl delete pod web-{ordinal} --wait=false"));
        }
        self.pass(600_000);
    }

    /// A budget of one lets a drain of any node end (L-12).
    fn drain_one(&mut self) {
        self.in_second_terminal("kubectl drain node-1");
        self.pass(300_000);
        let entry = self.cluster.terminal(1).unwrap().entries().last().unwrap();
        assert_eq!(entry.exit, Some(0), "KUBESETS_SEED={}: {:?}", self.seed, entry.chunks);
        self.line("kubectl uncordon node-1");
        self.pass(120_000);
    }

    fn assert_converged(&self) {
        use kubesets::cluster::invariants::disruption;
        if let Err(what) = disruption::at_rest(self.cluster.server()) {
            panic!("KUBESETS_SEED={}: L-11: {what}; inputs {:#?}", self.seed, self.cluster.inputs());
        }
        let key = ObjectKey::new(Kind::StatefulSet, "default", "web");
        let Ok(Object::StatefulSet(set)) = self.cluster.server().get(&key) else {
            panic!("KUBESETS_SEED={}: the set is gone", self.seed);
        };
        let wanted = set.spec.replicas.unwrap();
        let status = &set.status;
        assert_eq!(
            (status.ready_replicas, status.updated_replicas, &status.current_revision),
            (wanted, wanted, &status.update_revision),
            "KUBESETS_SEED={}: not converged: {status:?}; inputs {:#?}",
            self.seed,
            self.cluster.inputs()
        );
    }
}

fn run_seed(seed: u64) -> u64 {
    let mut run = Run::new(seed);
    let policy = if seed.is_multiple_of(2) { "OrderedReady" } else { "Parallel" };
    run.file(manifest(policy, 1 + seed % 4));
    run.line("kubectl apply -f web.yaml");
    for _ in 0..INPUTS {
        // Some follow so closely that not everybody has seen the one before.
        let longest = if run.rng.below(3) == 0 { 60 } else { 4_000 };
        let ms = run.rng.below(longest);
        run.pass(ms);
        run.one_input();
    }
    run.heal();
    run.assert_converged();
    run.drain_one();
    run.assert_converged();
    run.cluster.steps()
}

#[test]
fn invariants_hold_over_random_runs() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("KUBESETS_SEED") {
        run_seed(seed);
        return;
    }
    let wanted = number("KUBESETS_STEPS").unwrap_or(STEPS_MIN);
    let (mut steps, mut seed) = (0, 0);
    while steps < wanted {
        steps += run_seed(seed);
        seed += 1;
    }
    eprintln!("{steps} steps over {seed} seeds");
}

/// A refused eviction is asked for again every five seconds, until it is granted (L-12); whoever deletes is
/// asked nothing (S-55).
#[test]
fn a_drain_asks_again_every_five_seconds() {
    let mut run = Run::new(2);
    run.file(manifest("OrderedReady", 3));
    run.line("kubectl apply -f web.yaml");
    run.budget("maxUnavailable: 0");
    run.pass(60_000);
    let node = "kubectl get pod web-0 -o jsonpath={.spec.nodeName}";
    run.line(node);
    let node = run.cluster.terminal(0).unwrap().entries().last().unwrap().chunks[0].1.clone();
    run.in_second_terminal(&format!("kubectl drain {node}"));
    let mut asked = Vec::new();
    for _ in 0..400 {
        run.pass(100);
        let refused = run.cluster.server().refused_evictions();
        asked.extend(refused.iter().filter(|note| note.pod.name == "web-0").map(|note| note.last.ms()));
    }
    asked.dedup();
    assert!(asked.len() >= 8, "{asked:?}");
    assert!(asked.windows(2).all(|pair| pair[1] - pair[0] == 5_000), "{asked:?}");
    // A deletion is not an eviction.
    run.line("kubectl delete pod web-0 --wait=false");
    run.pass(60_000);
    run.line("kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:0.9");
    run.pass(120_000);
    assert!(run.cluster.terminal(1).unwrap().is_busy());
    run.budget("maxUnavailable: 1");
    run.line(&format!("kubectl cordon {node}"));
    run.pass(120_000);
    assert_eq!(run.cluster.terminal(1).unwrap().entries().last().unwrap().exit, Some(0));
}

#[test]
fn the_same_inputs_give_the_same_event_log() {
    let mut run = Run::new(3);
    run.file(manifest("OrderedReady", 3));
    run.line("kubectl apply -f web.yaml");
    for _ in 0..10 {
        let ms = run.rng.below(4_000);
        run.pass(ms);
        run.one_input();
    }
    run.pass(60_000);
    let mut again = Cluster::new(run.cluster.config().clone());
    again.play(run.cluster.inputs(), run.cluster.now()).unwrap();
    assert_eq!(again.event_log().hash(), run.cluster.event_log().hash());
    assert!(again.event_log().lines().eq(run.cluster.event_log().lines()));
}

#[test]
fn a_settled_cluster_has_nothing_due() {
    let mut run = Run::new(5);
    run.file(manifest("OrderedReady", 3));
    run.line("kubectl apply -f web.yaml");
    assert!(run.cluster.run_until_settled(Time::from_ms(120_000)), "due at {:?}", run.cluster.next_due());
    let revision = run.cluster.server().store().revision();
    run.pass(600_000);
    assert_eq!(run.cluster.server().store().revision(), revision);
}

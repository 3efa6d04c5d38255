//! A whole cluster with kubectl, for PDB-E2E, and its tests.

use kubesets::api::policy::PodDisruptionBudget;
use kubesets::api::{Kind, Object, ObjectKey, Timestamp};
use kubesets::cluster::invariants::Checker;
use kubesets::cluster::{Cluster, ClusterConfig, Input, Terminal};
use kubesets::sim::Span;

/// A whole cluster with everything that is asked of it after every step.
struct Whole {
    cluster: Cluster,
    checker: Checker,
}

impl Whole {
    fn with_nodes(count: usize) -> Self {
        let cluster = Cluster::new(ClusterConfig::recorded(count));
        let mut whole = Self { cluster, checker: Checker::default() };
        whole.check(true);
        whole.pass(3);
        whole
    }

    fn check(&mut self, by_person: bool) {
        if let Err(violation) = self.checker.check(self.cluster.server(), by_person) {
            panic!("{violation:#?}");
        }
    }

    fn step(&mut self) {
        self.cluster.step();
        self.check(self.cluster.was_command());
    }

    fn pass(&mut self, seconds: u64) {
        let end = self.cluster.now() + Span::from_seconds(seconds);
        while self.cluster.next_due().is_some_and(|due| due <= end) {
            self.step();
        }
        self.cluster.run_until(end);
    }

    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let limit = self.cluster.now() + Span::from_seconds(120);
        while !holds(self) {
            assert!(self.cluster.next_due().is_some_and(|due| due <= limit), "{what} does not come");
            self.step();
        }
    }

    fn submit(&mut self, input: Input) {
        self.cluster.submit(input).unwrap();
        self.check(true);
    }

    fn try_line(&mut self, line: &str) -> (i32, String) {
        self.submit(Input::Line { terminal: 0, line: line.to_owned() });
        while self.cluster.terminal(0).is_some_and(Terminal::is_busy) && self.cluster.next_due().is_some() {
            self.step();
        }
        let entry = self.cluster.terminal(0).unwrap().entries().last().unwrap();
        (entry.exit.unwrap_or(-1), entry.chunks.iter().map(|(_, text)| text.as_str()).collect())
    }

    fn line(&mut self, line: &str) -> String {
        let (exit, text) = self.try_line(line);
        assert_eq!(exit, 0, "{line}: {text}");
        text
    }

    fn apply(&mut self, text: String) {
        self.submit(Input::File { name: "f.yaml".into(), text });
        self.line("kubectl apply -f f.yaml");
    }

    fn budget(&mut self, spec: &str) {
        self.apply(format!(
            "{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: foo}}, \
             spec: {{selector: {{matchLabels: {{foo: bar}}}}, {spec}}}}}"
        ));
        let _seen = self.settled_budget();
    }

    /// Naked pods of `foo: bar`.
    fn naked_pods(&mut self, count: usize) {
        for index in 0..count {
            self.apply(format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: pod-{index}, labels: {{foo: bar}}}}, \
                 spec: {{containers: [{{name: c, image: busybox}}]}}}}"
            ));
        }
    }

    fn replica_set(&mut self, replicas: usize, container: &str) {
        self.apply(format!(
            "{{apiVersion: apps/v1, kind: ReplicaSet, metadata: {{name: rs}}, spec: {{replicas: {replicas}, \
             selector: {{matchLabels: {{foo: bar}}}}, template: {{metadata: {{labels: {{foo: bar}}}}, \
             spec: {{containers: [{{name: c, image: busybox{container}}}]}}}}}}}}"
        ));
    }

    fn pods(&self) -> Vec<String> {
        let pods = self.cluster.server().list(Kind::Pod, Some("default"));
        pods.map(|pod| pod.meta().name.clone()).collect()
    }

    fn ready_pods(&self) -> usize {
        let pods = self.cluster.server().list(Kind::Pod, Some("default"));
        pods.filter(|object| matches!(object, Object::Pod(pod) if pod.is_ready() && !pod.is_terminating()))
            .count()
    }

    fn status(&self) -> PodDisruptionBudget {
        let key = ObjectKey::new(Kind::PodDisruptionBudget, "default", "foo");
        match self.cluster.server().get(&key).unwrap() {
            Object::PodDisruptionBudget(budget) => (**budget).clone(),
            other => panic!("{other:?}"),
        }
    }

    /// The budget once its controller has seen it.
    fn settled_budget(&mut self) -> PodDisruptionBudget {
        self.until("the budget's sync", |whole| {
            let budget = whole.status();
            budget.status.observed_generation == budget.metadata.generation
        });
        self.pass(1);
        self.status()
    }

    /// Evicts one pod; whether it was granted.
    fn evict_one(&mut self) -> bool {
        let pod = self.ready_pod();
        self.line(&format!("kubectl label pod {} evict=me --overwrite", pod.0));
        let drain = format!("kubectl drain {} --force --pod-selector=evict=me --timeout=4s", pod.1);
        let (exit, text) = self.try_line(&drain);
        assert_eq!(exit == 0, text.contains(&format!("pod/{} evicted", pod.0)), "{text}");
        if exit != 0 {
            assert!(
                text.contains("Cannot evict pod as it would violate the pod's disruption budget."),
                "{text}"
            );
            self.line("kubectl label pod -l evict=me evict-");
        }
        self.line(&format!("kubectl uncordon {}", pod.1));
        exit == 0
    }

    /// A ready pod and its node.
    fn ready_pod(&self) -> (String, String) {
        let pods = self.cluster.server().list(Kind::Pod, Some("default"));
        let mut ready = pods.filter_map(|object| match object {
            Object::Pod(pod) if pod.is_ready() && !pod.is_terminating() => {
                Some((pod.metadata.name.clone(), pod.spec.node_name.clone()))
            }
            _ => None,
        });
        ready.next().unwrap()
    }
}

#[test]
fn pdb_e2e_01_budgets_are_listed_and_deleted() {
    let mut whole = Whole::with_nodes(1);
    whole.line("kubectl create namespace other");
    whole.line("kubectl create pdb foo --selector=foo=bar --min-available=2");
    whole.line("kubectl create pdb foo2 --selector=foo=bar --min-available=1%");
    whole.line("kubectl create pdb foo3 --selector=foo=bar --min-available=1 -n other");
    let count = |whole: &mut Whole, which: &str| {
        whole.line(&format!("kubectl get pdb {which} -o name")).lines().count()
    };
    assert_eq!((count(&mut whole, "-A"), count(&mut whole, "")), (3, 2));
    whole.line("kubectl delete pdb --all");
    assert_eq!(
        (count(&mut whole, "-A"), whole.line("kubectl get pdb -n other -o name").lines().count()),
        (1, 1)
    );
}

#[test]
fn pdb_e2e_02_a_budget_is_created_replaced_patched_and_deleted() {
    let mut whole = Whole::with_nodes(1);
    whole.budget("minAvailable: 1%");
    let first = whole.status();
    whole.submit(Input::File {
        name: "f.yaml".into(),
        text: "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: foo}, \
               spec: {selector: {matchLabels: {foo: bar}}, minAvailable: 2%}}"
            .into(),
    });
    whole.line("kubectl replace -f f.yaml");
    let second = whole.settled_budget();
    whole.line("kubectl patch pdb foo -p '{\"spec\":{\"minAvailable\":\"3%\"}}'");
    let third = whole.settled_budget();
    let seen =
        [&first, &second, &third].map(|budget| budget.spec.min_available.as_ref().unwrap().to_string());
    assert_eq!(seen, ["1%", "2%", "3%"]);
    assert!(first.metadata.resource_version < second.metadata.resource_version);
    assert!(second.metadata.resource_version < third.metadata.resource_version);
    assert_eq!([first, second, third].map(|budget| budget.metadata.generation), [1, 2, 3]);
    whole.line("kubectl delete pdb foo");
    assert!(whole.try_line("kubectl get pdb foo").0 == 1);
}

#[test]
fn pdb_e2e_03_the_status_is_updated() {
    let mut whole = Whole::with_nodes(2);
    whole.budget("minAvailable: 1");
    whole.naked_pods(3);
    whole.until("an allowed disruption", |whole| whole.status().status.disruptions_allowed > 0);
    whole.pass(5);
    assert_eq!(whole.status().status.disruptions_allowed, 2);
}

#[test]
fn pdb_e2e_04_the_status_is_written_and_patched() {
    let mut whole = Whole::with_nodes(2);
    whole.budget("minAvailable: 1");
    whole.naked_pods(3);
    whole.until("pods", |whole| whole.ready_pods() == 3);
    let now = Timestamp::at(whole.cluster.now());
    whole.line(&format!(
        "kubectl patch pdb foo --subresource=status --type=merge -p '{{\"status\":{{\"disruptedPods\":{{\"pod-0\":\"{now}\"}}}}}}'"
    ));
    whole.pass(1);
    assert_eq!(whole.status().status.disrupted_pods.keys().collect::<Vec<_>>(), ["pod-0"]);
    whole.line(
        "kubectl patch pdb foo --subresource=status --type=merge -p '{\"status\":{\"disruptedPods\":null}}'",
    );
    whole.pass(1);
    assert!(whole.status().status.disrupted_pods.is_empty());
}

#[test]
fn pdb_e2e_05_pods_of_nobody_are_no_failure() {
    let mut whole = Whole::with_nodes(2);
    whole.budget("minAvailable: 1");
    whole.naked_pods(3);
    for _ in 0..60 {
        whole.pass(1);
        let conditions = whole.status().status.conditions;
        assert!(conditions.iter().all(|condition| condition.reason != "SyncFailed"));
    }
}

#[test]
fn pdb_e2e_06_no_budget_allows_it() {
    let mut whole = Whole::with_nodes(1);
    whole.naked_pods(1);
    whole.until("a pod", |whole| whole.ready_pods() == 1);
    assert!(whole.evict_one());
}

#[test]
fn pdb_e2e_07_and_08_naked_pods_against_a_number() {
    for (pods, expected) in [(2, false), (3, true)] {
        let mut whole = Whole::with_nodes(2);
        whole.budget("minAvailable: 2");
        whole.naked_pods(pods);
        whole.until("pods", |whole| whole.ready_pods() == pods);
        whole.pass(1);
        assert_eq!(whole.evict_one(), expected, "{pods} pods");
    }
}

#[test]
fn pdb_e2e_09_to_12_replica_sets_against_budgets() {
    const PORT: &str = ", ports: [{containerPort: 5555, hostPort: 5555}]";
    let table = [
        ("minAvailable: 90%", "", 10, true),
        ("minAvailable: 90%", PORT, 3, false),
        ("maxUnavailable: 10%", "", 10, true),
        ("maxUnavailable: 1", PORT, 3, false),
    ];
    for (budget, container, running, expected) in table {
        let mut whole = Whole::with_nodes(3);
        whole.budget(budget);
        whole.replica_set(10, container);
        whole.until("pods", |whole| whole.ready_pods() == running);
        whole.pass(1);
        assert_eq!(whole.evict_one(), expected, "{budget} with {running} pods");
    }
}

#[test]
fn pdb_e2e_13_an_eviction_waits_until_the_budget_allows_it() {
    let mut whole = Whole::with_nodes(3);
    whole.budget("minAvailable: 3");
    whole.replica_set(3, "");
    let until_ready = |whole: &mut Whole| {
        whole.until("pods", |whole| whole.ready_pods() == 3 && whole.pods().len() == 3);
        whole.pass(1);
    };
    until_ready(&mut whole);
    assert!(!whole.evict_one());
    whole.line("kubectl patch pdb foo -p '{\"spec\":{\"minAvailable\":2}}'");
    whole.until("the numbers", |whole| {
        let status = whole.status().status;
        (status.current_healthy, status.desired_healthy) == (3, 2)
    });
    assert!(whole.evict_one());
    until_ready(&mut whole);
    whole.line(
        "kubectl patch pdb foo --type=merge -p '{\"spec\":{\"minAvailable\":null,\"maxUnavailable\":0}}'",
    );
    whole.pass(1);
    assert!(!whole.evict_one());
    whole.line("kubectl delete pdb foo");
    assert!(whole.evict_one());
}

/// Evicts three pods of one node in one instant; how many went.
fn evicted_of_three(policy: &str, ready: bool) -> usize {
    let mut whole = Whole::with_nodes(1);
    whole.budget(&format!("maxUnavailable: 1{policy}"));
    whole.replica_set(3, "");
    whole.until("pods", |whole| whole.ready_pods() == 3);
    if !ready {
        for pod in whole.pods() {
            whole.submit(Input::fault(&format!("unready {pod}")).unwrap());
        }
    }
    whole.pass(1);
    let healthy = if ready { 3 } else { 0 };
    let status = whole.status().status;
    assert_eq!((status.current_healthy, status.desired_healthy, status.expected_pods), (healthy, 2, 3));
    let (_, text) = whole.try_line("kubectl drain node-1 --timeout=4s");
    let refused = text.matches("(will retry after 5s)").count();
    let evicted = text.matches(" evicted").count();
    assert_eq!(refused + evicted, 3, "{text}");
    evicted
}

#[test]
fn pdb_e2e_14_to_16_ready_pods_go_one_at_a_time() {
    for policy in
        ["", ", unhealthyPodEvictionPolicy: IfHealthyBudget", ", unhealthyPodEvictionPolicy: AlwaysAllow"]
    {
        assert_eq!(evicted_of_three(policy, true), 1, "{policy}");
    }
}

#[test]
fn pdb_e2e_17_to_19_unready_pods_go_by_the_policy() {
    for (policy, expected) in [
        ("", 0),
        (", unhealthyPodEvictionPolicy: IfHealthyBudget", 0),
        (", unhealthyPodEvictionPolicy: AlwaysAllow", 3),
    ] {
        assert_eq!(evicted_of_three(policy, false), expected, "{policy}");
    }
}

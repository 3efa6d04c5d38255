//! Every rule that `why` can name is named by some cluster: as a line of a scenario, or as a decision of a
//! controller in one, or in one of the runs below; and what no cluster can bring about says why.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "a script that cannot be played is a failed test")]

use std::path::Path;

use kubesets::api::deployment::ReplicaSet;
use kubesets::api::pod::Pod;
use kubesets::api::{Kind, ObjectKey};
use kubesets::apiserver::{StatusError, Subresource};
use kubesets::client::{Fate, Interference, Request};
use kubesets::cluster::explain::rules;
use kubesets::cluster::{Cluster, ClusterConfig, Input, ProcessName};
use kubesets::collections::{SortedSet, sort};
use kubesets::sim::{Span, Time};
use kubesets::transcript;

/// Whose rule, and its name.
type Named = (String, String);

/// Rules that no input of a person can bring about, and why.
const UNREACHABLE: &[(&str, &str, &str)] = &[
    (
        "statefulset-controller",
        "MaxUnavailable",
        "the API server drops the field: the feature gate MaxUnavailableStatefulSet is off",
    ),
    ("daemonset-controller", "Selector", "the API server refuses an empty selector"),
];

/// The verdicts that a transcript prints.
fn printed(text: &str) -> SortedSet<Named> {
    let bare = |line: &str| {
        line.split_once("| ").filter(|(id, _)| id.len() == 1).map_or(line, |(_, rest)| rest).to_owned()
    };
    let lines: Vec<String> = text.lines().map(bare).collect();
    let mut found = SortedSet::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((_, name)) = line.strip_prefix("verdict: ").and_then(|verdict| verdict.split_once(" ("))
        else {
            continue;
        };
        let decided = lines[at..].iter().take(3).find_map(|line| line.strip_prefix("decided by: "));
        let by = decided.map_or("", |decided| decided.split(" at ").next().unwrap_or(decided));
        found.insert((by.to_owned(), name.trim_end_matches(')').to_owned()));
    }
    found
}

/// Notes the decisions that controllers of a cluster remember.
fn note(cluster: &Cluster, found: &mut SortedSet<Named>) {
    let keys: Vec<_> =
        cluster.controller_manager().latest_decisions().map(|latest| latest.object.clone()).collect();
    for key in keys {
        for decision in cluster.decisions(&key) {
            if let Some(reason) = decision.verdict.reason() {
                found.insert((decision.by.to_owned(), reason.name.to_owned()));
            }
        }
    }
}

/// What the scenarios say, and what was decided in them.
fn of_scenarios() -> SortedSet<Named> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let mut found = SortedSet::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        let script = std::fs::read_to_string(&path).unwrap();
        let mut cluster = Cluster::new(transcript::config(&script));
        match transcript::play(&mut cluster, &script, &read) {
            Ok(text) => {
                for named in printed(&text) {
                    found.insert(named);
                }
            }
            Err(error) => panic!("{}: {error}", path.display()),
        }
        note(&cluster, &mut found);
    }
    found
}

fn line(cluster: &mut Cluster, line: &str) {
    cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
}

fn pass(cluster: &mut Cluster, seconds: u64) {
    cluster.run_until(cluster.now() + Span::from_seconds(seconds));
}

fn apply(cluster: &mut Cluster, text: &str) {
    cluster.submit(Input::File { name: "a.yaml".to_owned(), text: text.to_owned() }).unwrap();
    line(cluster, "kubectl apply -f a.yaml");
}

const WORKLOADS: &str = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  minReadySeconds: 10
  selector: {matchLabels: {app: agent}}
  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: agent}}
    spec: {nodeSelector: {tier: edge}, containers: [{name: main, image: 'agent:1'}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: plain}
spec:
  selector: {matchLabels: {app: plain}}
  template:
    metadata: {labels: {app: plain}}
    spec: {nodeSelector: {tier: edge}, containers: [{name: main, image: 'plain:1'}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: web
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: 'web:1'}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front}
spec:
  replicas: 3
  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
  selector: {matchLabels: {app: front}}
  template:
    metadata: {labels: {app: front}}
    spec: {containers: [{name: main, image: 'front:1'}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
";

/// Steps for a while, and notes each decision.
fn run(cluster: &mut Cluster, seconds: u64, found: &mut SortedSet<Named>) {
    let until = cluster.now() + Span::from_seconds(seconds);
    while cluster.next_due().is_some_and(|due| due <= until) {
        cluster.step();
        note(cluster, found);
    }
    cluster.run_until(until);
}

/// What controllers decide whose watch of a kind is late.
fn of_late_watches(found: &mut SortedSet<Named>) {
    for kind in [Kind::Pod, Kind::ReplicaSet, Kind::DaemonSet] {
        for lines in [
            "kubectl set image deployment/front main=front:2; kubectl scale sts web --replicas=5",
            "kubectl delete pods --all --wait=false; kubectl scale deployment front --replicas=5",
            "kubectl label nodes --all tier-; kubectl scale deployment front --replicas=1",
            "evict pod/web-0",
        ] {
            let mut cluster = Cluster::new(ClusterConfig::default());
            line(&mut cluster, "kubectl label nodes --all tier=edge");
            apply(&mut cluster, WORKLOADS);
            pass(&mut cluster, 30);
            cluster.stall(ProcessName::ControllerManager, Some(kind), Span::from_seconds(30));
            line(&mut cluster, lines);
            run(&mut cluster, 2, found);
            line(
                &mut cluster,
                "kubectl label nodes --all seen=yes; kubectl annotate sts,ds,deploy,pdb --all seen=yes",
            );
            run(&mut cluster, 40, found);
        }
    }
}

/// Daemon pods that fail again and again, and one too many.
fn of_daemon_pods_that_fail(found: &mut SortedSet<Named>) {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(1));
    line(&mut cluster, "kubectl label nodes --all tier=edge");
    apply(&mut cluster, WORKLOADS);
    for _ in 0..8 {
        run(&mut cluster, 1, found);
        line(&mut cluster, "fault evict $(kubectl get pods -l app=plain -o name)");
        run(&mut cluster, 2, found);
    }
    pass(&mut cluster, 60);
    line(
        &mut cluster,
        "kubectl run extra --image=a --labels=app=plain --overrides='{\"spec\":{\"nodeName\":\"node-1\"}}'",
    );
    run(&mut cluster, 10, found);
}

/// An old pod on a node that takes no new ones, while a node that joined is not served yet.
fn of_a_pod_that_serves_on(found: &mut SortedSet<Named>) {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
    line(&mut cluster, "kubectl label nodes --all tier=edge");
    apply(&mut cluster, WORKLOADS);
    pass(&mut cluster, 60);
    line(&mut cluster, "fault add node/node-3; kubectl taint node node-2 full=yes:NoSchedule");
    pass(&mut cluster, 15);
    line(&mut cluster, "kubectl label node node-3 tier=edge; kubectl set image ds/agent main=agent:2");
    pass(&mut cluster, 7);
    line(
        &mut cluster,
        "fault evict $(kubectl get pods -l app=agent --field-selector spec.nodeName=node-3 -o name)",
    );
    run(&mut cluster, 60, found);
}

/// A node comes to suit while a pod of an earlier set of the name is on it.
fn of_a_node_that_is_passed_by(found: &mut SortedSet<Named>) {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
    line(&mut cluster, "kubectl label nodes --all tier=edge");
    apply(&mut cluster, WORKLOADS);
    pass(&mut cluster, 60);
    line(&mut cluster, "fault stop-kubelet node/node-2; kubectl delete ds plain --wait=false");
    pass(&mut cluster, 10);
    line(&mut cluster, "kubectl label node node-2 tier-; kubectl apply -f a.yaml");
    pass(&mut cluster, 10);
    line(&mut cluster, "kubectl label node node-2 tier=edge");
    run(&mut cluster, 5, found);
}

/// An earlier wakeup takes the place of the one that is needed.
fn of_a_wakeup_that_is_lost(found: &mut SortedSet<Named>) {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(1));
    line(&mut cluster, "kubectl label nodes --all tier=edge");
    apply(&mut cluster, WORKLOADS);
    let is_ready = |cluster: &Cluster| {
        let pods = cluster.server().list(Kind::Pod, Some("default")).typed::<Pod>();
        pods.filter(|pod| pod.metadata.name.starts_with("agent-")).any(|pod| pod.is_ready())
    };
    while !is_ready(&cluster) {
        cluster.step();
    }
    pass(&mut cluster, 2);
    line(&mut cluster, "kubectl set image ds/agent main=agent:2");
    run(&mut cluster, 3_600, found);
}

/// Size and template change just when the one set in use has that size already.
fn of_a_size_that_is_noted(found: &mut SortedSet<Named>) {
    let mut cluster = Cluster::new(ClusterConfig::default());
    apply(&mut cluster, WORKLOADS);
    pass(&mut cluster, 60);
    line(&mut cluster, "kubectl set image deployment/front main=front:2");
    let sizes = |cluster: &Cluster| {
        let sets = cluster.server().list(Kind::ReplicaSet, Some("default")).typed::<ReplicaSet>();
        let mut sizes: Vec<i64> = sets.map(|set| set.spec.replicas.unwrap_or(1)).collect();
        sort(&mut sizes);
        sizes
    };
    while sizes(&cluster) != [0, 2] {
        assert!(cluster.step(), "the rollout takes one away first");
    }
    line(
        &mut cluster,
        "kubectl patch deployment front -p \
         '{\"spec\":{\"replicas\":2,\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"front:3\"}]}}}}'",
    );
    run(&mut cluster, 60, found);
}

/// Refuses every change of a claim's spec and annotations.
#[derive(Debug)]
struct ClaimsStay;

impl Interference for ClaimsStay {
    fn request(&mut self, request: &Request, _: Time) -> Fate {
        match request {
            Request::Update { key, subresource: Subresource::Main, .. }
                if key.kind == Kind::PersistentVolumeClaim =>
            {
                Fate::Refused(StatusError::timeout())
            }
            _ => Fate::Arrives,
        }
    }
}

/// The provisioner's name cannot be written on a claim.
fn of_a_claim_that_is_not_written(found: &mut SortedSet<Named>) {
    let mut cluster = Cluster::new(ClusterConfig::default());
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: disk}\nspec: {storageClassName: now, \
                 accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n---\n\
                 apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: now}\n\
                 provisioner: rancher.io/local-path\n";
    apply(&mut cluster, claim);
    for _ in 0..60 {
        cluster.step_with(&mut ClaimsStay);
        note(&cluster, found);
    }
}

/// What is said of an object that is not there.
fn of_nothing(found: &mut SortedSet<Named>) {
    let about = Cluster::new(ClusterConfig::default()).explain(&ObjectKey::new(Kind::Pod, "default", "none"));
    found.insert((about.by.to_owned(), about.rule.name.to_owned()));
}

#[test]
fn every_rule_is_named_by_some_cluster() {
    let mut found = of_scenarios();
    of_late_watches(&mut found);
    of_daemon_pods_that_fail(&mut found);
    of_a_pod_that_serves_on(&mut found);
    of_a_node_that_is_passed_by(&mut found);
    of_a_wakeup_that_is_lost(&mut found);
    of_a_size_that_is_noted(&mut found);
    of_a_claim_that_is_not_written(&mut found);
    of_nothing(&mut found);
    let is_found = |by: &str, name: &str| {
        found
            .iter()
            .any(|(found_by, found_name)| found_name == name && (found_by == by || by == "api-server"))
    };
    let is_excused =
        |by: &str, name: &str| UNREACHABLE.iter().any(|(of, called, _)| *of == by && *called == name);
    let missing: Vec<String> = rules()
        .filter(|rule| !is_found(rule.by, rule.name) && !is_excused(rule.by, rule.name))
        .map(|rule| format!("no cluster makes {} say {}", rule.by, rule.name))
        .collect();
    let wrong: Vec<String> = UNREACHABLE
        .iter()
        .filter(|(by, name, _)| {
            is_found(by, name) || !rules().any(|rule| rule.by == *by && rule.name == *name)
        })
        .map(|(by, name, _)| format!("{name} of {by} is said, or is no rule: it needs no excuse"))
        .collect();
    assert!(missing.is_empty() && wrong.is_empty(), "{}\n{}", missing.join("\n"), wrong.join("\n"));
    let unknown: Vec<&Named> = found
        .iter()
        .filter(|(_, name)| !rules().any(|rule| rule.name == name) && name != "RequestRefused")
        .collect();
    assert!(unknown.is_empty(), "no rule is behind {unknown:?}");
}

#[test]
fn a_verdict_is_read_with_who_gave_it() {
    let text = "2| x\n2| verdict: Blocked (Pods)\n2| rule: r\n2| decided by: controllermanager at 00:01.0\n\
                verdict: Settled (NodeCordoned)\nrule: r\ndecided by: a person\n";
    let expected = [("a person", "NodeCordoned"), ("controllermanager", "Pods")];
    let expected: SortedSet<Named> =
        expected.map(|(by, name)| (by.to_owned(), name.to_owned())).into_iter().collect();
    assert_eq!(printed(text), expected);
}

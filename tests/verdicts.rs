//! Every rule that `why` can name is named by some cluster: as a line of a scenario, or as a decision of a
//! controller in one, or in one of the runs below; and what no cluster can bring about says why.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "a script that cannot be played is a failed test")]

use std::path::Path;

use kubesets::api::Kind;
use kubesets::cluster::explain::rules;
use kubesets::cluster::{Cluster, ClusterConfig, Input, ProcessName};
use kubesets::collections::SortedSet;
use kubesets::sim::Span;
use kubesets::transcript;

/// Whose rule, and its name.
type Named = (String, String);

/// Rules that no input of a person can bring about, and why.
const UNREACHABLE: &[(&str, &str, &str)] = &[];

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
            Ok(text) => printed(&text).into_iter().for_each(|named| drop(found.insert(named))),
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

const DAEMON: &str = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  minReadySeconds: 10
  selector: {matchLabels: {app: agent}}
  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, image: 'agent:1'}]}
";

/// What the controllers do not see for a while, because their watches are late.
fn of_late_watches() -> SortedSet<Named> {
    let mut found = SortedSet::new();
    for kind in [Kind::Pod, Kind::StatefulSet, Kind::DaemonSet, Kind::ReplicaSet] {
        let mut cluster = Cluster::new(ClusterConfig::default());
        apply(&mut cluster, DAEMON);
        line(&mut cluster, "kubectl create deployment front --image=front:1 --replicas=3");
        line(&mut cluster, "curl -sLO https://k8s.io/examples/application/web/web.yaml");
        for _ in 0..12 {
            cluster.step();
        }
        cluster.stall(ProcessName::ControllerManager, Some(kind), Span::from_seconds(90));
        line(&mut cluster, "kubectl label nodes --all seen=yes");
        line(&mut cluster, "kubectl scale deployment front --replicas=5");
        for _ in 0..2_000 {
            cluster.step();
            note(&cluster, &mut found);
        }
    }
    found
}

/// The traps of `DaemonSet`s and Deployments (`tests/daemonset_traps.rs`, `explore/liveness`).
fn of_traps() -> SortedSet<Named> {
    let mut found = SortedSet::new();
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(1));
    apply(&mut cluster, DAEMON);
    pass(&mut cluster, 4);
    line(&mut cluster, "kubectl set image ds/agent main=agent:2");
    pass(&mut cluster, 3_600);
    note(&cluster, &mut found);
    found
}

#[test]
fn every_rule_is_named_by_some_cluster() {
    let mut found = of_scenarios();
    for named in of_late_watches().into_iter().chain(of_traps()) {
        found.insert(named);
    }
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

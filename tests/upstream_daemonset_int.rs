//! Kubernetes' own integration tests of `DaemonSet`s, by their ids, against the whole cluster, in virtual
//! time, with every invariant after every step. Each runs with both update strategies, as upstream's do.
//!
//! DS-INT-07 and 08 need the controller alone and are in `upstream_daemonset`. Adapted: kubelets make pods
//! ready, not the test; so the node of 05 that is not ready has a kubelet that stopped (and a taint, of which
//! upstream's test has no controller), and the node of 10 that lacks its network has a kubelet that reports.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed unwrap is a failed test, which says what ran"
)]

mod workload_drive;

use std::collections::BTreeSet;

use kubesets::api::Kind;
use kubesets::api::daemonset::DaemonSet;
use kubesets::api::meta::Condition;
use kubesets::api::pod::Pod;
use kubesets::client::{Fate, Interference, Request, StatusError};
use kubesets::cluster::{Cluster, ClusterConfig};
use kubesets::kubelet::NodeConfig;
use kubesets::sim::Time;
use workload_drive::{Drive, get, list};

const NAME: &str = "foo";
const STRATEGIES: [&str; 2] =
    ["{type: OnDelete}", "{type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}"];

/// The set; `metadata` and `pod` are further fields of the template.
fn manifest(strategy: &str, metadata: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {NAME}}}
spec:
  updateStrategy: {strategy}
  selector: {{matchLabels: {{name: {NAME}}}}}
  template:
    metadata: {{labels: {{name: {NAME}}}{metadata}}}
    spec:
      containers: [{{name: app, image: \"registry.k8s.io/pause:3.10\"}}]
      {pod}
"
    )
}

/// (active pods, `numberReady`): pods that are neither ending nor ended.
fn counts(cluster: &Cluster) -> (usize, i64) {
    let set = get::<DaemonSet>(cluster, NAME).unwrap();
    let pods = list::<Pod>(cluster);
    let active = pods.iter().filter(|pod| !pod.is_terminating() && !pod.is_terminal()).count();
    (active, set.status.number_ready)
}

fn until(drive: &mut Drive, active: usize, ready: i64) {
    drive.until("as many pods", |cluster| counts(cluster) == (active, ready));
    drive.pass(30);
    assert_eq!(counts(&drive.cluster), (active, ready));
}

fn on(config: ClusterConfig) -> Drive {
    Drive::new(config, None)
}

#[test]
fn ds_int_01_02_every_node_gets_a_pod() {
    for (nodes, ready) in [(1, 1), (5, 5)] {
        for strategy in STRATEGIES {
            let mut drive = on(ClusterConfig::with_nodes(nodes));
            drive.apply(&manifest(strategy, "", ""));
            until(&mut drive, nodes, ready);
        }
    }
}

#[test]
fn ds_int_03_pods_that_have_ended_are_replaced() {
    for (phase, metadata) in
        [("Succeeded", ""), ("Failed", ""), ("Succeeded", ", finalizers: [test.k8s.io/finalizer]")]
    {
        for strategy in STRATEGIES {
            let mut drive = on(ClusterConfig::with_nodes(3));
            drive.apply(&manifest(strategy, metadata, ""));
            until(&mut drive, 3, 3);
            let ended = list::<Pod>(&drive.cluster)[0].metadata.clone();
            drive.line(&format!(
                "kubectl patch pod {} --subresource=status -p '{{\"status\":{{\"phase\":\"{phase}\"}}}}'",
                ended.name
            ));
            assert_eq!(counts(&drive.cluster).0, 2);
            until(&mut drive, 3, 3);
            // A finalizer keeps the one that ended, and nobody waits for it.
            let kept = get::<Pod>(&drive.cluster, &ended.name);
            assert_eq!(kept.is_some_and(|pod| pod.is_terminating()), !metadata.is_empty(), "{phase}");
        }
    }
}

#[test]
fn ds_int_04_terms_of_an_affinity_are_alternatives() {
    let affinity = "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [\
                    {matchExpressions: [{key: zone, operator: In, values: [test]}]}, \
                    {matchFields: [{key: metadata.name, operator: In, values: [node-1]}]}]}}}";
    for strategy in STRATEGIES {
        let mut drive = on(ClusterConfig::with_nodes(6));
        drive.line("kubectl label node node-3 node-5 zone=test");
        drive.apply(&manifest(strategy, "", affinity));
        until(&mut drive, 3, 3);
        let pods = list::<Pod>(&drive.cluster);
        let nodes: BTreeSet<_> = pods.iter().map(|pod| pod.spec.node_name.as_str()).collect();
        assert_eq!(nodes, BTreeSet::from(["node-1", "node-3", "node-5"]));
    }
}

#[test]
fn ds_int_05_a_node_that_is_not_ready_gets_its_pod() {
    for strategy in STRATEGIES {
        let mut drive = on(ClusterConfig::with_nodes(1));
        drive.line("fault stop-kubelet node/node-1");
        drive.pass(120);
        // Its taints keep new pods away that do not tolerate what every daemon pod does and this one.
        drive.apply(&manifest(strategy, "", ""));
        until(&mut drive, 0, 0);
        let key = "node.kubernetes.io/unreachable";
        let tolerations = format!("tolerations: [{{key: {key}, operator: Exists, effect: NoSchedule}}]");
        drive.apply(&manifest(strategy, "", &tolerations));
        until(&mut drive, 1, 0);
        assert_eq!(list::<Pod>(&drive.cluster)[0].spec.node_name, "node-1");
        drive.line("fault start node/node-1");
        until(&mut drive, 1, 1);
    }
}

#[test]
fn ds_int_06_a_pod_that_does_not_fit_waits() {
    let pod = "resources: {requests: {memory: 120M, cpu: 75m}}";
    for strategy in STRATEGIES {
        let small = NodeConfig { memory: "100M".into(), cpu: "200m".into(), ..NodeConfig::named("node-1") };
        let mut drive = on(ClusterConfig { nodes: vec![small], ..ClusterConfig::with_nodes(0) });
        let text = manifest(strategy, "", "").replace("3.10\"}", &format!("3.10\", {pod}}}"));
        drive.apply(&text);
        until(&mut drive, 1, 0);
        let pods = list::<Pod>(&drive.cluster);
        let scheduled = Condition::find(&pods[0].status.conditions, "PodScheduled").unwrap();
        assert_eq!((&*scheduled.status, &*scheduled.reason), ("False", "Unschedulable"));
        drive.line("fault add node/node-2 --memory=200M --cpu=2");
        until(&mut drive, 2, 1);
        let bound = list::<Pod>(&drive.cluster).iter().filter(|pod| pod.is_bound()).count();
        assert_eq!(bound, 1);
    }
}

#[test]
fn ds_int_09_a_taint_keeps_pods_away_until_it_is_gone() {
    for strategy in STRATEGIES {
        let mut drive = on(ClusterConfig::with_nodes(2));
        drive.line("kubectl taint node node-1 test=test:NoSchedule");
        drive.apply(&manifest(strategy, "", ""));
        until(&mut drive, 1, 1);
        drive.line("kubectl taint node node-1 test-");
        until(&mut drive, 2, 2);
    }
}

#[test]
fn ds_int_10_cordoned_nodes_and_nodes_without_a_network_get_pods() {
    for strategy in STRATEGIES {
        let mut drive = on(ClusterConfig::with_nodes(2));
        drive.line("kubectl cordon node-1");
        drive.line(
            "kubectl patch node node-2 --subresource=status -p '{\"status\":{\"conditions\":\
             [{\"type\":\"NetworkUnavailable\",\"status\":\"True\"}]}}'",
        );
        drive.pass(10);
        let taints =
            drive.line("kubectl get nodes -o jsonpath='{range .items[*]}{.spec.taints[*].key} {end}'");
        assert_eq!(taints.trim(), "node.kubernetes.io/unschedulable node.kubernetes.io/network-unavailable");
        drive.apply(&manifest(strategy, "", "hostNetwork: true"));
        until(&mut drive, 2, 2);
    }
}

/// Lets so many pods be made and no more.
#[derive(Debug)]
struct Limit {
    left: u64,
}

impl Interference for Limit {
    fn request(&mut self, request: &Request, _now: Time) -> Fate {
        if !matches!(request, Request::Create { kind: Kind::Pod, .. }) {
            return Fate::Arrives;
        }
        if self.left == 0 {
            return Fate::Refused(StatusError::forbidden(Kind::Pod, "", "fakePodFailAdmission error"));
        }
        self.left -= 1;
        Fate::Arrives
    }
}

#[test]
fn ds_int_11_the_status_is_written_although_pods_cannot_be_made() {
    for strategy in STRATEGIES {
        let mut drive = Drive::new(ClusterConfig::with_nodes(5), Some(Box::new(Limit { left: 2 })));
        drive.apply(&manifest(strategy, "", ""));
        until(&mut drive, 2, 2);
        let status = get::<DaemonSet>(&drive.cluster, NAME).unwrap().status.clone();
        assert_eq!((status.desired_number_scheduled, status.current_number_scheduled), (5, 2));
    }
}

fn tolerating(zones: &[&str]) -> String {
    let strategy = "{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}";
    let terms: Vec<_> = zones.iter().map(|zone| format!("{{key: {zone}, operator: Exists}}")).collect();
    let pod = if zones.is_empty() { String::new() } else { format!("tolerations: [{}]", terms.join(", ")) };
    manifest(strategy, "", &pod)
}

/// The settled set has exactly these tolerations of zones, in every pod, and counts all as updated.
fn assert_updated(drive: &mut Drive, pods: usize, zones: &[&str]) {
    let wanted = i64::try_from(pods).unwrap();
    until(drive, pods, wanted);
    let status = get::<DaemonSet>(&drive.cluster, NAME).unwrap().status.clone();
    assert_eq!(status.updated_number_scheduled, wanted);
    for pod in list::<Pod>(&drive.cluster) {
        let keys = pod.spec.tolerations.iter().map(|toleration| toleration.key.as_str());
        assert!(keys.filter(|key| key.starts_with("zone-")).eq(zones.iter().copied()));
    }
}

#[test]
fn ds_int_12_tolerations_change_by_surge() {
    let mut drive = on(ClusterConfig::with_nodes(6));
    for (nodes, zone) in [("node-1 node-2", "y"), ("node-3 node-4", "z"), ("node-5 node-6", "common")] {
        drive.line(&format!("kubectl taint node {nodes} zone-{zone}:NoSchedule"));
    }
    drive.apply(&tolerating(&["zone-y", "zone-common"]));
    assert_updated(&mut drive, 4, &["zone-y", "zone-common"]);
    let on_y = |cluster: &Cluster| {
        let mut pods = list::<Pod>(cluster);
        pods.retain(|pod| ["node-1", "node-2"].contains(&pod.spec.node_name.as_str()));
        pods
    };
    let before = on_y(&drive.cluster);
    for (zones, at_rest) in [(&["zone-z", "zone-common"][..], 4), (&["zone-y", "zone-z", "zone-common"], 6)] {
        // Two on nodes that are new to the set, and one beside an old one.
        drive.apply(&tolerating(zones));
        drive.until("seven pods", |cluster| counts(cluster).0 == 7);
        if at_rest == 4 {
            let serving = on_y(&drive.cluster);
            assert!(
                serving.iter().map(|pod| &pod.metadata.uid).eq(before.iter().map(|pod| &pod.metadata.uid))
            );
            assert!(serving.iter().all(|pod| pod.is_ready() && !pod.is_terminating()));
        }
        assert_updated(&mut drive, at_rest, zones);
        assert_eq!(on_y(&drive.cluster).len(), at_rest - 4);
    }
    drive.always(|cluster| assert!(counts(cluster).0 <= 6));
    drive.apply(&tolerating(&[]));
    assert_updated(&mut drive, 0, &[]);
}

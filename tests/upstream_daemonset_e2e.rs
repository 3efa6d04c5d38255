//! Kubernetes' own end-to-end tests of `DaemonSet`s, by their ids, against the whole cluster: lines that are
//! typed, faults, controllers, scheduler and kubelets, in virtual time, with every invariant after every
//! step. What upstream looks at once a second is looked at after every step.
//!
//! What needs the controller alone is in `upstream_daemonset`, upstream's integration tests are in
//! `upstream_daemonset_int.rs`. Adapted: 09 deletes one by one as kubectl does.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed unwrap is a failed test, which says what ran"
)]

mod daemonset_surge;
mod status_endpoint;
mod workload_drive;

use std::collections::BTreeMap;
use std::rc::Rc;

use daemonset_surge::Surge;
use kubesets::api::apps::ControllerRevision;
use kubesets::api::daemonset::DaemonSet;
use kubesets::api::node::Node;
use kubesets::api::pod::Pod;
use kubesets::cluster::{Cluster, ClusterConfig};
use kubesets::controllers::daemonset::node_should_run_daemon_pod;
use kubesets::sim::Rng;
use status_endpoint::StatusEndpoint;
use workload_drive::{Drive, get, list};

const NAME: &str = "daemon-set";
const OLD: &str = "registry.k8s.io/e2e-test-images/agnhost:2.56";
const NEW: &str = "registry.k8s.io/e2e-test-images/agnhost:2.57";

/// The set; `spec`, `pod` and `container` are further fields as lines of YAML.
fn manifest(spec: &str, pod: &str, container: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: {NAME}, labels: {{name: {NAME}}}}}
spec:
  selector: {{matchLabels: {{name: {NAME}}}}}
  template:
    metadata: {{labels: {{name: {NAME}}}}}
    spec:
      containers:
      - name: app
        image: {OLD}
        ports: [{{containerPort: 9376}}]
        {container}
      {pod}
  {spec}
"
    )
}

fn applied(nodes: usize, text: &str) -> Drive {
    let mut drive = Drive::new(ClusterConfig::with_nodes(nodes), None);
    drive.apply(text);
    drive
}

fn settled(text: &str) -> Drive {
    let mut drive = applied(4, text);
    drive.until("a pod on every node", |cluster| runs_on(cluster, &suitable(cluster)));
    drive.until("a consistent status", is_consistent);
    drive
}

fn set(cluster: &Cluster) -> Rc<DaemonSet> {
    get(cluster, NAME).unwrap()
}

/// The set's pods, those that are terminating too.
fn pods(cluster: &Cluster) -> Vec<Rc<Pod>> {
    let uid = set(cluster).metadata.uid.clone();
    let mut pods = list::<Pod>(cluster);
    pods.retain(|pod| pod.metadata.is_controlled_by(&uid));
    pods
}

/// The nodes on which the set should run.
fn suitable(cluster: &Cluster) -> Vec<String> {
    let set = set(cluster);
    let nodes = list::<Node>(cluster);
    let suits = nodes.iter().filter(|node| node_should_run_daemon_pod(node, &set).should_run());
    suits.map(|node| node.metadata.name.clone()).collect()
}

/// Exactly one available pod on each of the nodes, and none elsewhere.
fn runs_on(cluster: &Cluster, nodes: &[String]) -> bool {
    let wait = set(cluster).spec.min_ready_seconds;
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for pod in pods(cluster).iter().filter(|pod| !pod.is_terminating()) {
        if pod.is_available(wait, cluster.now()) {
            *found.entry(pod.spec.node_name.clone()).or_default() += 1;
        }
    }
    found.len() == nodes.len() && nodes.iter().all(|node| found.get(node) == Some(&1))
}

fn is_consistent(cluster: &Cluster) -> bool {
    let set = set(cluster);
    let status = &set.status;
    let desired = status.desired_number_scheduled;
    [status.current_number_scheduled, status.number_ready] == [desired; 2]
        && status.observed_generation == set.metadata.generation
}

/// Waits for so many revisions: number and hash of the newest.
fn newest(drive: &mut Drive, count: usize) -> (i64, String) {
    drive.until("the revisions", |cluster| list::<ControllerRevision>(cluster).len() == count);
    let all = list::<ControllerRevision>(&drive.cluster);
    let newest = all.iter().max_by_key(|revision| revision.revision).unwrap();
    (newest.revision, newest.metadata.labels["controller-revision-hash"].clone())
}

/// The hash of the first revision, which all pods carry.
fn first_hash(drive: &mut Drive) -> String {
    let (number, first) = newest(drive, 1);
    assert_eq!(number, 1);
    assert_hash(&drive.cluster, &first);
    first
}

/// The hash of the second revision.
fn second_hash(drive: &mut Drive, first: &str) -> String {
    let (number, second) = newest(drive, 2);
    assert_eq!(number, 2);
    assert_ne!(second, first);
    second
}

fn assert_hash(cluster: &Cluster, hash: &str) {
    for pod in pods(cluster) {
        assert_eq!(pod.metadata.labels["controller-revision-hash"], hash, "{}", pod.metadata.name);
    }
}

fn image(pod: &Pod) -> &str {
    &pod.spec.containers[0].image
}

/// At most so many pods that are to stay are not available; whether every suitable node has the image.
fn is_updated(cluster: &Cluster, wanted: &str, unavailable_max: usize) -> bool {
    let wait = set(cluster).spec.min_ready_seconds;
    let mut live = pods(cluster);
    live.retain(|pod| !pod.is_terminating());
    let unavailable = live.iter().filter(|pod| !pod.is_available(wait, cluster.now())).count();
    assert!(unavailable <= unavailable_max, "{unavailable} are unavailable");
    let has = |node: &String| live.iter().any(|pod| pod.spec.node_name == *node && image(pod) == wanted);
    suitable(cluster).iter().all(has)
}

fn set_image(drive: &mut Drive, image: &str) {
    drive.line(&format!("kubectl set image ds/{NAME} app={image}"));
}

#[test]
fn ds_e2e_01_a_simple_daemon_runs_everywhere_and_is_revived() {
    let mut drive = settled(&manifest("", "", ""));
    assert_eq!(suitable(&drive.cluster).len(), 4);
    let pod = pods(&drive.cluster)[0].metadata.clone();
    drive.line(&format!("kubectl delete pod {}", pod.name));
    drive.until("its revival", |cluster| runs_on(cluster, &suitable(cluster)));
    assert!(pods(&drive.cluster).iter().all(|other| other.metadata.uid != pod.uid));
}

/// Waits until the set has no pod on any node.
fn until_nowhere(drive: &mut Drive) {
    drive.until("no pods", |cluster| runs_on(cluster, &[]) && pods(cluster).is_empty());
    drive.pass(20);
    assert!(pods(&drive.cluster).is_empty());
}

#[test]
fn ds_e2e_02_a_node_selector_moves_a_daemon() {
    let mut drive = applied(4, &manifest("", "nodeSelector: {color: blue}", ""));
    until_nowhere(&mut drive);
    drive.line("kubectl label node node-3 color=blue");
    let node = ["node-3".to_owned()];
    drive.until("a pod", |cluster| runs_on(cluster, &node) && is_consistent(cluster));
    drive.line("kubectl label node node-3 color=green --overwrite");
    until_nowhere(&mut drive);
    drive.line(&format!(
        "kubectl patch ds {NAME} -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"nodeSelector\":\
         {{\"color\":\"green\"}}}}}},\"updateStrategy\":{{\"type\":\"RollingUpdate\"}}}}}}'"
    ));
    drive.until("a pod", |cluster| runs_on(cluster, &node) && is_consistent(cluster));
}

#[test]
fn ds_e2e_03_node_affinity_moves_a_daemon() {
    let affinity = "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: \
                    {nodeSelectorTerms: [{matchExpressions: [{key: color, operator: In, values: [blue]}]}]}}}";
    let mut drive = applied(4, &manifest("", affinity, ""));
    until_nowhere(&mut drive);
    drive.line("kubectl label node node-2 color=blue");
    drive.until("a pod", |cluster| runs_on(cluster, &["node-2".to_owned()]) && is_consistent(cluster));
    drive.line("kubectl label node node-2 color-");
    until_nowhere(&mut drive);
}

#[test]
fn ds_e2e_04_a_failed_daemon_pod_is_made_again() {
    let mut drive = settled(&manifest("", "", ""));
    let failed = pods(&drive.cluster)[0].metadata.clone();
    drive.line(&format!(
        "kubectl patch pod {} --subresource=status -p '{{\"status\":{{\"phase\":\"Failed\"}}}}'",
        failed.name
    ));
    drive.until("the end of the failed one", |cluster| get::<Pod>(cluster, &failed.name).is_none());
    drive.until("its revival", |cluster| runs_on(cluster, &suitable(cluster)));
    assert_eq!(pods(&drive.cluster).len(), 4);
}

#[test]
fn ds_e2e_05_on_delete_leaves_old_pods_alone() {
    let mut drive = settled(&manifest("updateStrategy: {type: OnDelete}", "", ""));
    let first = first_hash(&mut drive);
    let before: Vec<String> = pods(&drive.cluster).iter().map(|pod| pod.metadata.uid.clone()).collect();
    let kept = first.clone();
    drive.always(move |cluster| {
        let now = pods(cluster);
        assert!(now.iter().map(|pod| &pod.metadata.uid).eq(&before));
        assert!(now.iter().all(|pod| image(pod) == OLD));
        assert_hash(cluster, &kept);
        is_updated(cluster, OLD, 0);
    });
    set_image(&mut drive, NEW);
    second_hash(&mut drive, &first);
    drive.pass(60);
    assert!(runs_on(&drive.cluster, &suitable(&drive.cluster)));
}

#[test]
fn ds_e2e_06_rolling_updates_keep_all_but_one() {
    let mut drive = settled(&manifest("updateStrategy: {type: RollingUpdate}", "", ""));
    let first = first_hash(&mut drive);
    let version = set(&drive.cluster).metadata.resource_version;
    drive.always(|cluster| {
        is_updated(cluster, NEW, 1);
    });
    set_image(&mut drive, NEW);
    assert!(set(&drive.cluster).metadata.resource_version.0 > version.0);
    drive.until("the update", |cluster| is_updated(cluster, NEW, 1));
    drive.until("a pod on every node", |cluster| runs_on(cluster, &suitable(cluster)));
    let second = second_hash(&mut drive, &first);
    assert_hash(&drive.cluster, &second);
}

#[test]
fn ds_e2e_07_going_back_restarts_no_pod_without_need() {
    let mut drive = settled(&manifest("updateStrategy: {type: RollingUpdate}", "", ""));
    let bad = "foo:non-existent";
    set_image(&mut drive, bad);
    drive.until("a new pod alone on its node", |cluster| {
        let all = pods(cluster);
        all.iter().any(|pod| image(pod) == bad) && all.iter().all(|pod| !pod.is_terminating())
    });
    let (old, new): (Vec<_>, Vec<_>) = pods(&drive.cluster).into_iter().partition(|pod| image(pod) == OLD);
    assert!(!old.is_empty() && new.iter().all(|pod| image(pod) == bad));
    drive.always(|cluster| {
        is_updated(cluster, OLD, 1);
    });
    set_image(&mut drive, OLD);
    drive.until("the way back", |cluster| is_updated(cluster, OLD, 1));
    drive.until("a pod on every node", |cluster| runs_on(cluster, &suitable(cluster)));
    for pod in old {
        let now = get::<Pod>(&drive.cluster, &pod.metadata.name);
        assert_eq!(now.map(|now| now.metadata.uid.clone()), Some(pod.metadata.uid.clone()));
    }
}

#[test]
fn ds_e2e_08_surging_keeps_every_node_served_among_disturbances() {
    let spec = "minReadySeconds: 10
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 20%, maxUnavailable: 0}}";
    let container = "env: [{name: VERSION, value: \"1\"}]
        lifecycle: {preStop: {exec: {command: [/bin/sh, -c, sleep 15]}}}
        readinessProbe:
          exec: {command: [/bin/sh, -ec, 'touch /var/tmp/ready; [[ \"$( cat /var/tmp/ready )\" == \"\" ]]']}
          initialDelaySeconds: 7
          periodSeconds: 3
          successThreshold: 1
          failureThreshold: 1";
    let (mut unready, mut deleted) = (0, 0);
    for seed in 0..12 {
        let mut rng = Rng::new(seed).fork("ds-e2e-08");
        let config = ClusterConfig { seed, ..ClusterConfig::with_nodes(5) };
        let mut drive = Drive::new(config, None);
        drive.apply(&manifest(spec, "", container));
        drive.until("a pod on every node", |cluster| runs_on(cluster, &suitable(cluster)));
        let first = first_hash(&mut drive);
        let surge = Surge::of(&mut drive, NAME);
        drive.line(&format!("kubectl set env ds/{NAME} VERSION=2"));
        while !surge.is_complete(&drive.cluster) {
            match rng.below(25) {
                0 => unready += surge.lose_readiness(&mut drive, &mut rng),
                1 => deleted += surge.delete_any(&mut drive, &mut rng),
                _ => {}
            }
            drive.pass(1);
            assert!(drive.cluster.now().ms() < 750_000, "seed {seed} does not end:\n{drive:?}");
        }
        drive.until("a pod on every node", |cluster| runs_on(cluster, &suitable(cluster)));
        let second = second_hash(&mut drive, &first);
        assert_hash(&drive.cluster, &second);
    }
    assert!(unready > 5 && deleted > 5, "{unready} made unready, {deleted} deleted");
}

#[test]
fn ds_e2e_09_sets_are_listed_and_deleted_by_label() {
    let mut drive = settled(&manifest("", "", ""));
    let listed = drive.line(&format!("kubectl get ds -l name={NAME} -A -o name"));
    assert_eq!(listed, format!("daemonset.apps/{NAME}\n"));
    drive.line(&format!("kubectl delete ds -l name={NAME}"));
    assert!(list::<DaemonSet>(&drive.cluster).is_empty());
    drive.until("no pods", |cluster| list::<Pod>(cluster).is_empty());
}

#[test]
fn ds_e2e_10_the_status_endpoint_takes_conditions() {
    let mut drive = settled(&manifest("", "", ""));
    let endpoint =
        StatusEndpoint::<DaemonSet> { object: "ds/daemon-set", conditions: |set| &set.status.conditions };
    endpoint.replace(&mut drive);
    endpoint.patch(&mut drive);
    // The controller keeps conditions that it knows nothing of.
    drive.pass(10);
    endpoint.assert_patched(&drive);
}

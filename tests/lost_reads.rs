//! A live read that fails says nothing of what was to be read: controllers that take it for "gone" delete
//! what is there, or forget what they had to do. Here all of them fail for a while, and writes arrive; in
//! the end all must be as if none had failed, with as many objects made and removed.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kubesets::api::Kind;
use kubesets::api::object::Typed as _;
use kubesets::api::pod::Pod;
use kubesets::apiserver::StatusError;
use kubesets::client::{Fate, Interference, Request};
use kubesets::cluster::invariants::Checker;
use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::explore::normal::{self, SideEffects};
use kubesets::sim::{Span, Time};

/// The longest back-off of a queue, and what it may put off.
const LONG: Span = Span::from_seconds(3_000);
/// Longer than a lost node is believed in, and its pods tolerate it.
const FAILING: Span = Span::from_seconds(600);
/// Far more than a cluster of this size needs, and far less than a loop without an end.
const STEPS_MAX: u64 = 30_000;

/// No read arrives before a time.
#[derive(Debug)]
struct NoReads {
    until: Time,
    failed: std::cell::Cell<u64>,
}

impl Interference for NoReads {
    fn request(&mut self, _: &Request, _: Time) -> Fate {
        Fate::Arrives
    }

    fn cut_off(&self, now: Time) -> Option<StatusError> {
        let is_cut = now < self.until;
        self.failed.set(self.failed.get() + u64::from(is_cut));
        is_cut.then(StatusError::timeout)
    }
}

const MANIFEST: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: front}
spec:
  replicas: 3
  selector: {matchLabels: {app: front}}
  template:
    metadata: {labels: {app: front}}
    spec: {containers: [{name: main, image: 'front:1'}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: front}
spec: {minAvailable: 50%, selector: {matchLabels: {app: front}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: other}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, namespace: other}
data: {a: b}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web}
spec:
  serviceName: nginx
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: main, image: 'nginx:1', volumeMounts: [{name: www, mountPath: /data}]}]}
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";

struct Played {
    cluster: Cluster,
    end: Vec<String>,
    effects: SideEffects,
    failed: u64,
}

/// A cluster in which the manifest runs, and then a line is typed, from when on reads fail for a while.
fn play(line: &str, failing: Span) -> Played {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(3));
    let file = Input::File { name: "all.yaml".to_owned(), text: MANIFEST.to_owned() };
    cluster.submit(file).unwrap();
    cluster.submit(Input::Line { terminal: 0, line: "kubectl apply -f all.yaml".to_owned() }).unwrap();
    cluster.run_until(cluster.now() + Span::from_seconds(300));
    let mut follower = Checker::default();
    follower.news(cluster.server());
    let mut effects = SideEffects::default();
    cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
    let mut fault = NoReads { until: cluster.now() + failing, failed: std::cell::Cell::default() };
    let until = fault.until + LONG;
    let begun = cluster.steps();
    while cluster.next_due().is_some_and(|due| due <= until) {
        cluster.step_with(&mut fault);
        assert!(cluster.steps() - begun < STEPS_MAX, "{line}: at {} ms", cluster.now().ms());
        for event in follower.news(cluster.server()) {
            effects.note(&event, cluster.server());
        }
    }
    cluster.run_until(until);
    Played { end: normal::end_state(cluster.server()), cluster, effects, failed: fault.failed.get() }
}

#[track_caller]
fn check(line: &str) {
    check_for(line, FAILING);
}

#[track_caller]
fn check_for(line: &str, failing: Span) {
    let (whole, disturbed) = (play(line, Span::ZERO), play(line, failing));
    assert!(disturbed.failed > 0, "{line}: nothing was read");
    assert_eq!(normal::difference(&whole.end, &disturbed.end), None, "{line}");
    assert_eq!(whole.effects.difference(&disturbed.effects), None, "{line}");
}

/// The namespace controller, and the one of service accounts.
#[test]
fn namespaces_and_their_accounts_wait_for_the_server() {
    check("kubectl create namespace more");
    check("kubectl delete serviceaccount default --wait=false");
    check("kubectl delete namespace other --wait=false");
}

/// The garbage collector, and the budgets' controller.
#[test]
fn owners_and_budgets_are_asked_for_again() {
    check("kubectl delete deployment front --wait=false");
    check("kubectl delete deployment front --cascade=foreground --wait=false");
    check("kubectl delete deployment front --cascade=orphan --wait=false");
    check("kubectl scale deployment front --replicas=4");
}

/// The life cycle of nodes, and the collector of pods; the kubelets tell again what they could not tell.
#[test]
fn nodes_and_their_pods_are_asked_for_again() {
    check("fault stop node/node-1");
    check("fault stop-kubelet node/node-1");
    check("fault remove node/node-1; kubectl delete node node-1 --wait=false");
    check("kubectl cordon node-1");
}

/// Eviction for taints tries five times, ten milliseconds apart.
#[test]
fn tainted_pods_are_asked_for_again() {
    check_for("kubectl taint nodes node-1 dedicated=db:NoExecute", Span::from_ms(40));
}

/// Upstream gives a pod up that it could not evict in five tries (`deletePodHandler`): it stays until its
/// node's taints change.
#[test]
fn a_tainted_pod_that_could_not_be_read_in_five_tries_stays() {
    let mut played = play("kubectl taint nodes node-1 dedicated=db:NoExecute", FAILING);
    let on_node = |cluster: &Cluster| -> Vec<String> {
        let pods = cluster.server().list(Kind::Pod, None).filter_map(Pod::of);
        pods.filter(|pod| pod.spec.node_name == "node-1").map(|pod| pod.metadata.name.clone()).collect()
    };
    let left = on_node(&played.cluster);
    assert!(!left.is_empty(), "the node had pods, and they are there still");
    let line = "kubectl taint nodes node-1 again=yes:NoExecute".to_owned();
    played.cluster.submit(Input::Line { terminal: 0, line }).unwrap();
    played.cluster.run_until(played.cluster.now() + Span::from_seconds(300));
    assert_eq!(on_node(&played.cluster), Vec::<String>::new(), "of {left:?}");
}

/// The binder of volumes.
#[test]
fn claims_are_asked_for_again() {
    check("kubectl delete pvc www-web-0 --wait=false; kubectl delete sts web --wait=false");
    check("kubectl scale sts web --replicas=3");
}

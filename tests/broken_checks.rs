//! Who checks the checkers, for properties that tests of their own hold: the same check passes with the
//! part as it is, and fails with one that is broken.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use kubesets::api::{Kind, Object, ObjectKey};
use kubesets::apiserver::{ApiServer, StatusError};
use kubesets::client::{Fate, Interference, Request, WorkFate};
use kubesets::cluster::{Cluster, ClusterConfig, Input, ProcessName};
use kubesets::sim::{Rng, Span, Time};

/// How a server answers.
type Answer = fn(&mut ApiServer, Request) -> Result<Object, StatusError>;

/// S-05: an update of an older version is refused, and changes nothing.
fn stale_writes_are_refused(answer: Answer) -> bool {
    let mut server = ApiServer::new(Rng::new(1));
    let value = serde_json::json!({"metadata": {"name": "a", "namespace": "default"}, "data": {"key": "1"}});
    let made = Object::from_value(Kind::ConfigMap, value).unwrap();
    let read = answer(&mut server, Request::create(made)).unwrap();
    let with = |object: &Object, text: &str| {
        let mut value = object.to_value();
        value["data"]["key"] = text.into();
        Request::update(Object::from_value(Kind::ConfigMap, value).unwrap())
    };
    answer(&mut server, with(&read, "2")).unwrap();
    let before = server.store().revision();
    let refused = answer(&mut server, with(&read, "3")).is_err();
    let stored = server.get(&ObjectKey::new(Kind::ConfigMap, "default", "a")).unwrap().to_value();
    refused && stored["data"]["key"] == "2" && server.store().revision() == before
}

#[test]
fn a_server_that_takes_stale_writes_is_found() {
    assert!(stale_writes_are_refused(ApiServer::handle));
    let overwrites: Answer = |server, request| match request {
        Request::Update { key, mut body, subresource, dry_run } => {
            if let kubesets::client::Body::Typed(object) = &mut body {
                object.meta_mut().resource_version = kubesets::api::meta::ResourceVersion::default();
            }
            server.handle(Request::Update { key, body, subresource, dry_run })
        }
        other => server.handle(other),
    };
    assert!(!stale_writes_are_refused(overwrites));
}

const FRONT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: front}
spec:
  replicas: 2
  selector: {matchLabels: {app: front}}
  template:
    metadata: {labels: {app: front}}
    spec: {containers: [{name: main, image: 'front:1'}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: front}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: front}}}
";

fn line(cluster: &mut Cluster, line: &str) {
    cluster.submit(Input::Line { terminal: 0, line: line.to_owned() }).unwrap();
}

fn pass(cluster: &mut Cluster, fault: &mut dyn Interference, seconds: u64) {
    let until = cluster.now() + Span::from_seconds(seconds);
    while cluster.next_due().is_some_and(|due| due <= until) {
        cluster.step_with(fault);
    }
    cluster.run_until(until);
}

/// Nothing goes wrong.
#[derive(Debug)]
struct Sound;

impl Interference for Sound {
    fn request(&mut self, _: &Request, _: Time) -> Fate {
        Fate::Arrives
    }
}

/// A server that asks budgets before it deletes a pod, which none should.
#[derive(Debug)]
struct BudgetsForAll;

impl Interference for BudgetsForAll {
    fn request(&mut self, request: &Request, _: Time) -> Fate {
        match request {
            Request::Delete { key, .. } if key.kind == Kind::Pod => {
                Fate::Refused(StatusError::forbidden(Kind::Pod, &key.name, "it would violate its budget"))
            }
            _ => Fate::Arrives,
        }
    }
}

/// S-55: a budget of none stops evictions, and no update.
fn budgets_stop_no_update(fault: &mut dyn Interference) -> bool {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
    cluster.submit(Input::File { name: "front.yaml".to_owned(), text: FRONT.to_owned() }).unwrap();
    line(&mut cluster, "kubectl apply -f front.yaml");
    pass(&mut cluster, fault, 60);
    line(&mut cluster, "kubectl set image deploy/front main=front:2");
    pass(&mut cluster, fault, 300);
    let pods = cluster.server().list(Kind::Pod, Some("default"));
    let images: Vec<String> =
        pods.map(|pod| pod.to_value()["spec"]["containers"][0]["image"].to_string()).collect();
    images.len() == 2 && images.iter().all(|image| image == "\"front:2\"")
}

#[test]
fn budgets_that_stop_an_update_are_found() {
    assert!(budgets_stop_no_update(&mut Sound));
    assert!(!budgets_stop_no_update(&mut BudgetsForAll));
}

/// S-57: what happens once happens again, whatever is done to the second run.
fn the_run_repeats(disturb: fn(&mut Cluster)) -> bool {
    let play = |disturb: fn(&mut Cluster)| {
        let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
        cluster.submit(Input::File { name: "front.yaml".to_owned(), text: FRONT.to_owned() }).unwrap();
        line(&mut cluster, "kubectl apply -f front.yaml");
        for _ in 0..40 {
            cluster.step();
        }
        disturb(&mut cluster);
        pass(&mut cluster, &mut Sound, 120);
        cluster.event_log().lines().map(str::to_owned).collect::<Vec<String>>()
    };
    play(|_| ()) == play(disturb)
}

#[test]
fn a_run_that_does_not_repeat_is_found() {
    assert!(the_run_repeats(|_| ()));
    // Another order of what is due at about the same time, and a restart that is no input.
    assert!(!the_run_repeats(|cluster| cluster.end(ProcessName::ControllerManager, Span::from_seconds(3))));
}

/// A queue that loses what was put off for minutes: nobody looks again at expectations that have expired.
#[derive(Debug)]
struct Forgetful {
    from: Time,
}

impl Interference for Forgetful {
    fn request(&mut self, _: &Request, _: Time) -> Fate {
        Fate::Arrives
    }

    fn work(&mut self, _: usize, now: Time) -> WorkFate {
        if now >= self.from { WorkFate::Lost } else { WorkFate::Synced }
    }
}

const AGENT: &str = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: main, image: 'agent:1'}]}
";

/// L-18: a set whose controller never sees its pods come goes on once its expectations have expired and the
/// cache shows them: its status is right.
fn work_resumes(fault: &mut dyn Interference) -> bool {
    let mut cluster = Cluster::new(ClusterConfig::with_nodes(2));
    cluster.submit(Input::File { name: "agent.yaml".to_owned(), text: AGENT.to_owned() }).unwrap();
    line(&mut cluster, "kubectl apply -f agent.yaml");
    while cluster.server().list(Kind::Pod, Some("default")).next().is_none() {
        cluster.step();
    }
    cluster.stall(ProcessName::ControllerManager, Some(Kind::Pod), Span::from_seconds(400));
    pass(&mut cluster, fault, 900);
    let set = cluster.server().get(&ObjectKey::new(Kind::DaemonSet, "default", "agent")).unwrap().to_value();
    set["status"]["numberAvailable"] == 2
}

#[test]
fn expectations_that_are_never_looked_at_again_are_found() {
    assert!(work_resumes(&mut Sound));
    assert!(!work_resumes(&mut Forgetful { from: Time::from_ms(250_000) }));
}

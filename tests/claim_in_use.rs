//! A claim that is deleted while its pod is being replaced: whatever the millisecond, no pod runs on a claim
//! that is not bound. The protection of claims asks the server before it lets one go.
#![cfg(not(target_arch = "wasm32"))]

use kubesets::api::{Kind, Object};
use kubesets::cluster::{Cluster, ClusterConfig, Input};
use kubesets::sim::{Span, Time};
use kubesets::ui::examples::EXAMPLES;

fn line(cluster: &mut Cluster, line: &str) {
    let input = Input::Line { terminal: 0, line: line.to_owned() };
    cluster.submit(input).expect("the terminal is free");
}

/// The tutorial's set, whose pod `web-0` was just deleted.
fn replaced() -> Cluster {
    let mut cluster = Cluster::new(ClusterConfig::default());
    let text = EXAMPLES[0].text().to_owned();
    cluster.submit(Input::File { name: "web.yaml".to_owned(), text }).expect("a file");
    line(&mut cluster, "kubectl apply -f web.yaml");
    cluster.run_until_settled(Time::from_ms(600_000));
    line(&mut cluster, "kubectl delete pod web-0 --wait=false");
    cluster
}

/// When the pod's successor was made.
fn successor(cluster: &mut Cluster) -> Time {
    let uid = |cluster: &Cluster| {
        let mut pods = cluster.server().list(Kind::Pod, None);
        pods.find(|pod| pod.meta().name == "web-0").map(|pod| pod.meta().uid.clone())
    };
    let first = uid(cluster);
    while uid(cluster).is_none() || uid(cluster) == first {
        assert!(cluster.step(), "a successor is made");
    }
    cluster.now()
}

/// Pods that run although their claim is not bound.
fn adrift(cluster: &Cluster) -> Vec<String> {
    let is_bound = |name: &str| {
        let mut claims = cluster.server().list(Kind::PersistentVolumeClaim, None);
        claims.any(|claim| {
            let Object::PersistentVolumeClaim(claim) = claim else { return false };
            claim.metadata.name == name && claim.status.phase == "Bound"
        })
    };
    let pods = cluster.server().list(Kind::Pod, None).filter_map(|object| match object {
        Object::Pod(pod) if pod.status.phase == "Running" && !pod.is_terminating() => Some(pod),
        _ => None,
    });
    pods.filter(|pod| pod.claim_names().any(|name| !is_bound(&name)))
        .map(|pod| pod.metadata.name.clone())
        .collect()
}

#[test]
fn no_pod_runs_on_a_claim_that_was_let_go() {
    let made = successor(&mut replaced());
    for after in 0..40 {
        let mut cluster = replaced();
        cluster.run_until(Time::from_ms((made.ms() + after).saturating_sub(5)));
        line(&mut cluster, "kubectl delete pvc www-web-0 --wait=false");
        let until = cluster.now() + Span::from_seconds(30);
        while cluster.next_due().is_some_and(|due| due <= until) {
            cluster.step();
            assert_eq!(adrift(&cluster), Vec::<String>::new(), "{after} ms, at {} ms", cluster.now().ms());
        }
    }
}

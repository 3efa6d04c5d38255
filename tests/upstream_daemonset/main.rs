//! Kubernetes' own unit tests of the `DaemonSet` controller, by their ids: creates, deletes and Events of
//! single syncs against the API server.
//!
//! What needs scheduler and kubelets is in `upstream_daemonset_e2e.rs`; DS-UPD-11 and tables of DS-UNIT-33 to
//! 40 stand beside the policy too.
//!
//! Adapted: upstream's stand-in for pods shows writes to the sync that made them; here the next sync sees
//! them. So the status of 05 and 07 is looked at one sync later, a sync that deletes old pods and creates new
//! ones (DS-UPD-02, 03, 06) is two, and what it does is added up. 01 has no tombstones: an informer that fell
//! behind tells deletions like any other. 12 to 14, 17 and 18 differ in capacity, network and ports, which
//! the controller does not look at: that it does not is all that can be seen. 42 likewise. 46 is seen by who
//! controls the pods afterwards, and by which revisions are kept. 47 has no second queue: the sets that a
//! node concerns are put into the first at once.

#[path = "../daemonset_drive/mod.rs"]
mod daemonset_drive;
mod nodes;
mod queue;
mod revisions;
mod syncs;
mod updates;

use daemonset_drive::{Drive, budgets, named_set};
use kubesets::api::daemonset::DaemonSet;
use kubesets::api::scheduling::Toleration;
use kubesets::sim::Span;

fn set() -> DaemonSet {
    named_set("foo")
}

/// The set with a node selector.
fn selecting(key: &str, value: &str) -> DaemonSet {
    let mut set = set();
    set.spec.template.spec.node_selector.insert(key.into(), value.into());
    set
}

fn surging(surge: &str) -> DaemonSet {
    let mut set = set();
    set.spec.update_strategy.rolling_update = Some(budgets(surge, "0"));
    set
}

fn tolerating(key: &str, effect: &str) -> DaemonSet {
    let mut set = set();
    set.spec.template.spec.tolerations.push(Toleration {
        key: key.into(),
        operator: "Exists".into(),
        effect: effect.into(),
        ..Toleration::default()
    });
    set
}

fn other_labels(pod: &mut kubesets::api::pod::Pod) {
    pod.metadata.labels = [("app".to_owned(), "bar".to_owned())].into_iter().collect();
    pod.metadata.owner_references.clear();
}

/// Pods of the set's labels that nobody controls.
fn orphan(pod: &mut kubesets::api::pod::Pod) {
    pod.metadata.owner_references.clear();
}

fn add_pods(drive: &mut Drive, pods: &[(&str, usize)]) {
    for (node, count) in pods {
        for _ in 0..*count {
            drive.add_pod_with(node, orphan);
            drive.pass(Span::from_seconds(1));
        }
    }
}

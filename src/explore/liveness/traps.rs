//! States that upstream's controllers do not leave by themselves although there is something to do.

use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;

/// The sets that have work to do while their controller sleeps, as upstream's does, until something of the
/// set changes.
///
/// Two ways of `DaemonSet`s are told in the verdict (`WaitingFor::NoWakeup`, `WaitingFor::PassedByNode`). A
/// `StatefulSet` that waits for the claim of a pod that was scaled away (`PodClaimIsStale`) hears nothing
/// of the claim's end, as its controller follows no claims.
pub(in crate::explore) fn sleepers(cluster: &Cluster) -> Vec<ObjectKey> {
    let sleeps = |key: &ObjectKey| {
        let decision = cluster.reason_for(key);
        decision.and_then(|decision| decision.verdict.reason()).is_some_and(|reason| match reason.name {
            "NoWakeup" | "PassedByNode" => key.kind == Kind::DaemonSet,
            "StaleClaim" => reason.object.as_ref().is_some_and(|claim| cluster.server().get(claim).is_err()),
            _ => false,
        })
    };
    let kinds = [Kind::DaemonSet, Kind::StatefulSet];
    let sets = kinds.into_iter().flat_map(|kind| cluster.server().list(kind, None));
    sets.filter(|set| sleeps(&set.key()) || has_lost_its_revision(cluster, set)).map(Object::key).collect()
}

/// Whether a `DaemonSet` has pods of a revision that is gone.
///
/// A set that is made anew while the revision of its namesake is still there takes that for its own, as it
/// has the same name and template (`snapshot`, pkg/controller/daemon/update.go). The garbage collector
/// removes it with its owner, and the controller, which does not watch revisions, makes another one at its
/// next sync.
fn has_lost_its_revision(cluster: &Cluster, set: &Object) -> bool {
    let meta = set.meta();
    let pods = cluster.server().list(Kind::Pod, Some(&meta.namespace)).filter_map(Pod::of);
    let mut hashes = pods
        .filter(|pod| set.kind() == Kind::DaemonSet && pod.metadata.is_controlled_by(&meta.uid))
        .filter_map(|pod| pod.metadata.labels.get("controller-revision-hash"));
    hashes.any(|hash| {
        let name = format!("{}-{hash}", meta.name);
        let revision = ObjectKey::new(Kind::ControllerRevision, meta.namespace.clone(), name);
        cluster.server().get(&revision).is_err()
    })
}

/// Failed daemon pods of a node that has several of them.
///
/// With surge, a node whose pods have all failed gets another one at each sync, whatever the back-off says
/// (`podsShouldBeOnNode` counts running pods alone); then each of them waits for the one before to be
/// deleted, up to a quarter of an hour. A person deletes them.
pub(in crate::explore) fn failed_daemon_pods_that_queue(cluster: &Cluster) -> Vec<String> {
    let pods = cluster.server().list(Kind::Pod, None).filter_map(Pod::of);
    let failed: Vec<_> = pods
        .filter(|pod| pod.status.phase == "Failed" && !pod.is_terminating())
        .filter(|pod| pod.metadata.controller_of().is_some_and(|owner| owner.kind == "DaemonSet"))
        .collect();
    let beside = |node: &str| failed.iter().filter(|other| other.spec.node_name == node).count();
    let queueing = failed.iter().filter(|pod| beside(&pod.spec.node_name) > 1);
    queueing.map(|pod| pod.metadata.name.clone()).collect()
}

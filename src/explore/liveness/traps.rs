//! States that upstream's controllers do not leave by themselves although there is something to do.

use crate::api::{Kind, Object, ObjectKey};
use crate::cluster::Cluster;

/// The sets that have work to do while their controller sleeps, as upstream's does, until something of the
/// set changes.
///
/// Two ways of `DaemonSet`s are told in the verdict (`WaitingFor::NoWakeup`, `WaitingFor::PassedByNode`).
/// A `StatefulSet` that waits for the claim of a pod that was scaled away (`PodClaimIsStale`) hears nothing of
/// the claim's end, as its controller follows no claims.
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
    let sets = kinds.into_iter().flat_map(|kind| cluster.server().list(kind, None)).map(Object::key);
    sets.filter(sleeps).collect()
}

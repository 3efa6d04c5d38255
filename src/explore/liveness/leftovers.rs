//! What nobody may leave behind: orphans, half deleted objects, old revisions, lost nodes' taints.

use super::{list, owned};
use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::daemonset::DaemonSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::cluster::Cluster;

/// What is left of an object whose name has been taken by another one: the garbage collector may have
/// missed the end of the first. When a watch breaks, a deletion and a creation in between come as one
/// update, and `processGraphChanges` goes by the new uid alone, so that the old one's dependents stay until
/// it starts anew.
pub(in crate::explore) fn is_left_of_a_namesake(cluster: &Cluster, object: &Object) -> bool {
    object.meta().controller_of().is_some_and(|owner| {
        let kind = Kind::ALL.iter().find(|kind| kind.resource().kind == owner.kind);
        kind.is_some_and(|kind| {
            let key = ObjectKey::new(*kind, object.meta().namespace.as_str(), owner.name.as_str());
            cluster.server().get(&key).is_ok_and(|found| found.meta().uid != owner.uid)
        })
    })
}

pub(super) fn nothing_is_orphaned(cluster: &Cluster) -> Result<(), String> {
    for &kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Event) {
        for object in cluster.server().list(kind, None) {
            let Some(owner) = object.meta().controller_of() else {
                continue;
            };
            let owner_kind = Kind::ALL.iter().find(|kind| kind.resource().kind == owner.kind);
            let is_there = owner_kind.is_some_and(|kind| {
                let namespace =
                    if kind.resource().namespaced { object.meta().namespace.as_str() } else { "" };
                let key = ObjectKey::new(*kind, namespace, owner.name.clone());
                cluster.server().get(&key).is_ok_and(|found| found.meta().uid == owner.uid)
            });
            if !is_there {
                return Err(format!("{} is left of {} {}", object.key(), owner.kind, owner.name));
            }
        }
    }
    Ok(())
}

pub(super) fn nothing_is_half_deleted(cluster: &Cluster) -> Result<(), String> {
    let mut objects = Kind::ALL.iter().flat_map(|&kind| cluster.server().list(kind, None));
    match objects.find(|object| object.meta().is_terminating()) {
        Some(object) => Err(format!("{} is still going: {:?}", object.key(), object.meta().finalizers)),
        None => Ok(()),
    }
}

pub(super) fn nodes_are_back(cluster: &Cluster) -> Result<(), String> {
    for (machine, _) in cluster.kubelets().machines() {
        let key = ObjectKey::new(Kind::Node, "", machine);
        let node = cluster.server().get(&key).ok().and_then(Node::of);
        let node = node.ok_or_else(|| format!("{machine} has no node"))?;
        let lost = ["node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"];
        let taint = node.spec.taints.iter().find(|taint| lost.contains(&taint.key.as_str()));
        if let Some(taint) = taint {
            return Err(format!("{machine} still has the taint {}", taint.key));
        }
        if !node.is_ready() {
            return Err(format!("{machine} is not ready"));
        }
    }
    Ok(())
}

pub(super) fn history_is_trimmed(cluster: &Cluster) -> Result<(), String> {
    let kept = |meta: &ObjectMeta| -> usize {
        let used: Vec<&String> = owned::<Pod>(cluster, meta)
            .filter_map(|pod| pod.metadata.labels.get("controller-revision-hash"))
            .collect();
        let is_used = |revision: &&ControllerRevision| {
            let name = &revision.metadata.name;
            used.iter().any(|hash| name.ends_with(hash.as_str()))
        };
        owned::<ControllerRevision>(cluster, meta).filter(|revision| !is_used(revision)).count()
    };
    for set in list::<StatefulSet>(cluster) {
        let limit = usize::try_from(set.spec.revision_history_limit.unwrap_or(10)).unwrap_or_default();
        // Without pods, the revisions that the status names are in use too.
        let named = if set.spec.replicas == Some(0) { 2 } else { 0 };
        if kept(&set.metadata) > limit + named {
            return Err(format!("{} keeps {} revisions", set.metadata.name, kept(&set.metadata)));
        }
    }
    for set in list::<DaemonSet>(cluster) {
        let limit = usize::try_from(set.spec.revision_history_limit.unwrap_or(10)).unwrap_or_default();
        // The newest is in use whether or not a node wants a pod of it.
        let named = usize::from(owned::<Pod>(cluster, &set.metadata).next().is_none());
        if kept(&set.metadata) > limit + named {
            return Err(format!("{} keeps {} revisions", set.metadata.name, kept(&set.metadata)));
        }
    }
    for deployment in list::<Deployment>(cluster) {
        let limit = usize::try_from(deployment.spec.revision_history_limit.unwrap_or(10)).unwrap_or_default();
        let sets = owned::<ReplicaSet>(cluster, &deployment.metadata);
        let old = sets.filter(|set| set.spec.replicas == Some(0)).count();
        let own = usize::from(deployment.spec.replicas == Some(0));
        if old > limit + own {
            return Err(format!("{} keeps {old} old ReplicaSets", deployment.metadata.name));
        }
    }
    Ok(())
}

/// Whether an object is one that a person must delete by hand, as nothing else will.
pub(in crate::explore) fn is_stray(object: &Object) -> bool {
    matches!(object, Object::Pod(_) | Object::ReplicaSet(_)) && object.meta().controller_of().is_none()
}

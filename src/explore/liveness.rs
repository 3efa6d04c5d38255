//! What must hold once nothing goes wrong any more and the desired state stays: looked at when a cluster is
//! at rest.

use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::daemonset::DaemonSet;
use crate::api::deployment::{Deployment, ReplicaSet};
use crate::api::labels::LabelSelector;
use crate::api::meta::Condition;
use crate::api::node::Node;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::policy::PodDisruptionBudget;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, Object, ObjectKey, ObjectMeta};
use crate::cluster::invariants::disruption::at_rest;
use crate::cluster::{Cluster, ProcessName};

/// A property of a cluster at rest.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its number.
    pub id: &'static str,
    /// What holds, as a sentence.
    pub sentence: &'static str,
    /// Says what does not hold.
    pub check: fn(&Cluster) -> Result<(), String>,
}

/// All of them.
pub const PROPERTIES: &[Property] = &[
    Property {
        id: "L-02",
        sentence: "all pods of a StatefulSet are ready, and its status says so",
        check: sets_are_ready,
    },
    Property {
        id: "L-03",
        sentence: "a rolling update ends with all pods at the update revision",
        check: updates_end,
    },
    Property { id: "L-06", sentence: "every claim of a pod exists and is bound", check: claims_are_there },
    Property {
        id: "L-07",
        sentence: "each eligible node has one available daemon pod of the newest revision, and no other has one",
        check: daemons_are_placed,
    },
    Property { id: "L-10", sentence: "a Deployment is complete", check: deployments_are_complete },
    Property {
        id: "L-11",
        sentence: "a budget has seen its pods and counts them right, and no stale mark of an eviction is left",
        check: budgets_are_right,
    },
    Property { id: "L-13", sentence: "what a deleted object controlled is gone", check: nothing_is_orphaned },
    Property { id: "L-14", sentence: "nothing is left half deleted", check: nothing_is_half_deleted },
    Property {
        id: "L-17",
        sentence: "every machine's node is ready, and no lost node's taint is left",
        check: nodes_are_back,
    },
    Property { id: "L-20", sentence: "no more history is kept than asked for", check: history_is_trimmed },
    Property { id: "S-08", sentence: "every process sees what is stored", check: views_are_whole },
    Property {
        id: "S-29",
        sentence: "a StatefulSet's or DaemonSet's pod that ended was replaced",
        check: ended_pods_are_replaced,
    },
];

/// The first property that does not hold.
///
/// # Errors
/// Its number, and what is wrong.
pub fn check(cluster: &Cluster) -> Result<(), (&'static str, String)> {
    PROPERTIES.iter().try_for_each(|property| {
        (property.check)(cluster).map_err(|what| (property.id, format!("{}; {what}", property.sentence)))
    })
}

fn list<T: Typed>(cluster: &Cluster) -> impl Iterator<Item = &T> {
    cluster.server().list(T::KIND, None).filter_map(T::of).map(|typed| &**typed)
}

fn owned<'a, T: Typed>(cluster: &'a Cluster, owner: &'a ObjectMeta) -> impl Iterator<Item = &'a T> {
    let objects = cluster.server().list(T::KIND, Some(&owner.namespace));
    objects
        .filter(|object| object.meta().is_controlled_by(&owner.uid))
        .filter_map(T::of)
        .map(|typed| &**typed)
}

fn start(set: &StatefulSet) -> i64 {
    set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start)
}

fn sets_are_ready(cluster: &Cluster) -> Result<(), String> {
    for set in list::<StatefulSet>(cluster) {
        let (name, wanted) = (&set.metadata.name, set.spec.replicas.unwrap_or(1));
        for ordinal in start(set)..start(set) + wanted {
            let pod = owned::<Pod>(cluster, &set.metadata)
                .find(|pod| pod.metadata.name == format!("{name}-{ordinal}"))
                .ok_or_else(|| format!("{name}-{ordinal} is not there"))?;
            if !pod.is_available(set.spec.min_ready_seconds, cluster.now()) || pod.is_terminating() {
                return Err(format!("{name}-{ordinal} is not available: {:?}", pod.status.phase));
            }
        }
        let (count, status) = (owned::<Pod>(cluster, &set.metadata).count(), &set.status);
        if i64::try_from(count) != Ok(wanted) {
            return Err(format!("{name} has {count} pods instead of {wanted}"));
        }
        let counted = [status.replicas, status.ready_replicas, status.available_replicas];
        if counted != [wanted; 3] || status.observed_generation != set.metadata.generation {
            return Err(format!("the status of {name} is wrong: {status:?}"));
        }
    }
    Ok(())
}

fn updates_end(cluster: &Cluster) -> Result<(), String> {
    for set in list::<StatefulSet>(cluster) {
        let (name, status) = (&set.metadata.name, &set.status);
        let rolling = set.spec.update_strategy.rolling_update.as_ref();
        if set.spec.update_strategy.type_ == "OnDelete"
            || rolling.and_then(|rolling| rolling.partition).unwrap_or_default() > 0
        {
            continue;
        }
        if status.current_revision != status.update_revision {
            return Err(format!("the current revision of {name} is behind: {status:?}"));
        }
        for pod in owned::<Pod>(cluster, &set.metadata) {
            if pod.metadata.labels.get("controller-revision-hash") != Some(&status.update_revision) {
                return Err(format!("{} is not at {}", pod.metadata.name, status.update_revision));
            }
        }
    }
    Ok(())
}

fn claims_are_there(cluster: &Cluster) -> Result<(), String> {
    for pod in list::<Pod>(cluster).filter(|pod| !pod.is_terminal()) {
        for claim in pod.claim_names() {
            let key = ObjectKey::new(Kind::PersistentVolumeClaim, pod.metadata.namespace.clone(), claim);
            let found = cluster.server().get(&key).ok().and_then(PersistentVolumeClaim::of);
            if found.is_none_or(|claim| claim.status.phase != "Bound") {
                return Err(format!("claim {claim} of {} is not bound", pod.metadata.name));
            }
        }
    }
    Ok(())
}

fn daemons_are_placed(cluster: &Cluster) -> Result<(), String> {
    for set in list::<DaemonSet>(cluster) {
        let revisions = owned::<ControllerRevision>(cluster, &set.metadata);
        let newest = revisions.max_by_key(|revision| revision.revision);
        let hash = newest.and_then(|revision| revision.metadata.labels.get("controller-revision-hash"));
        let mut wanted = 0;
        for node in list::<Node>(cluster) {
            let name = &node.metadata.name;
            let pods: Vec<&Pod> =
                owned::<Pod>(cluster, &set.metadata).filter(|pod| pod.spec.node_name == *name).collect();
            if let Some(why) = cluster.daemon_pod_refusal(set, node) {
                if !pods.is_empty() {
                    return Err(format!("a pod runs on {name}, although: {why}"));
                }
                continue;
            }
            wanted += 1;
            let [pod] = pods.as_slice() else {
                return Err(format!("{} pods on {name}", pods.len()));
            };
            if !pod.is_available(set.spec.min_ready_seconds, cluster.now()) {
                return Err(format!("{} is not available", pod.metadata.name));
            }
            // `IsPodUpdated` takes the template's generation for as good as the hash: a set that was made anew
            // counts from one again, and leaves pods alone that it adopted of that number.
            let label = |name: &str| pod.metadata.labels.get(name);
            let generation = set.metadata.annotations.get("deprecated.daemonset.template.generation");
            let is_newest = hash.is_some() && label("controller-revision-hash") == hash
                || generation.is_some() && label("pod-template-generation") == generation;
            if set.spec.update_strategy.type_ != "OnDelete" && !is_newest {
                return Err(format!("{} is not of the newest revision", pod.metadata.name));
            }
        }
        let (count, status) = (owned::<Pod>(cluster, &set.metadata).count(), &set.status);
        if i64::try_from(count) != Ok(wanted) {
            return Err(format!("{count} pods for {wanted} nodes"));
        }
        let counted = [
            status.desired_number_scheduled,
            status.current_number_scheduled,
            status.number_ready,
            status.number_available,
        ];
        let is_seen = status.observed_generation == set.metadata.generation;
        if counted != [wanted; 4] || status.number_misscheduled != 0 || !is_seen {
            return Err(format!("the status is wrong: {status:?}"));
        }
    }
    Ok(())
}

/// The sets that have work to do while their controller sleeps, as upstream's does, until something of the
/// set changes.
///
/// Two ways of `DaemonSet`s are told in the verdict (`WaitingFor::NoWakeup`, `WaitingFor::PassedByNode`).
/// A `StatefulSet` that waits for the claim of a pod that was scaled away (`PodClaimIsStale`) hears nothing of
/// the claim's end, as its controller follows no claims.
pub(super) fn sleepers(cluster: &Cluster) -> Vec<ObjectKey> {
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

/// What is left of an object whose name has been taken by another one: the garbage collector may have missed
/// the end of the first. When a watch breaks, a deletion and a creation in between come as one update, and
/// `processGraphChanges` goes by the new uid alone, so that the old one's dependents stay until it starts anew.
pub(super) fn is_left_of_a_namesake(cluster: &Cluster, object: &Object) -> bool {
    object.meta().controller_of().is_some_and(|owner| {
        let kind = Kind::ALL.iter().find(|kind| kind.resource().kind == owner.kind);
        kind.is_some_and(|kind| {
            let key = ObjectKey::new(*kind, object.meta().namespace.as_str(), owner.name.as_str());
            cluster.server().get(&key).is_ok_and(|found| found.meta().uid != owner.uid)
        })
    })
}

/// The controller's own trap, which upstream has too: the size was changed with the template in the middle
/// of a rollout, the one set in use has that size and another one noted, and each sync only scales.
pub(super) fn is_stuck_upstream(cluster: &Cluster, deployment: &Deployment) -> bool {
    let meta = &deployment.metadata;
    let key = ObjectKey::new(Kind::Deployment, meta.namespace.clone(), meta.name.clone());
    let decision = cluster.reason_for(&key);
    decision.and_then(|decision| decision.verdict.reason()).is_some_and(|reason| reason.name == "NotedSize")
}

fn deployments_are_complete(cluster: &Cluster) -> Result<(), String> {
    for deployment in list::<Deployment>(cluster) {
        let (name, status) = (&deployment.metadata.name, &deployment.status);
        let wanted = deployment.spec.replicas.unwrap_or(1);
        let counted =
            [status.replicas, status.updated_replicas, status.ready_replicas, status.available_replicas];
        let is_seen = status.observed_generation == deployment.metadata.generation;
        if is_seen && is_stuck_upstream(cluster, deployment) {
            continue;
        }
        if counted != [wanted; 4] || !is_seen {
            return Err(format!("{name} is not complete: {status:?}"));
        }
        let sets: Vec<&ReplicaSet> = owned(cluster, &deployment.metadata).collect();
        let in_use = sets.iter().filter(|set| set.spec.replicas != Some(0)).count();
        if in_use > 1 {
            return Err(format!("{in_use} ReplicaSets of {name} have pods"));
        }
        let progress = Condition::find(&status.conditions, "Progressing");
        if progress.is_some_and(|condition| condition.status != "True") {
            return Err(format!("{name} is said to make no progress: {progress:?}"));
        }
    }
    for set in list::<ReplicaSet>(cluster) {
        let mut deployments = list::<Deployment>(cluster);
        if deployments
            .any(|it| set.metadata.is_controlled_by(&it.metadata.uid) && is_stuck_upstream(cluster, it))
        {
            continue;
        }
        let running = owned::<Pod>(cluster, &set.metadata)
            .filter(|pod| !pod.is_terminal() && pod.is_ready() && !pod.is_terminating())
            .count();
        let wanted = set.spec.replicas.unwrap_or(1);
        if i64::try_from(running) != Ok(wanted) || set.status.ready_replicas != wanted {
            let status = &set.status;
            return Err(format!("{} has {running} pods instead of {wanted}: {status:?}", set.metadata.name));
        }
    }
    Ok(())
}

fn budgets_are_right(cluster: &Cluster) -> Result<(), String> {
    for budget in list::<PodDisruptionBudget>(cluster) {
        let (name, status) = (&budget.metadata.name, &budget.status);
        let selects = |selector: &LabelSelector, pod: &Pod| selector.matches(&pod.metadata.labels);
        let healthy = list::<Pod>(cluster)
            .filter(|pod| pod.metadata.namespace == budget.metadata.namespace)
            .filter(|pod| budget.spec.selector.as_ref().is_some_and(|selector| selects(selector, pod)))
            .filter(|pod| pod.is_ready() && !pod.is_terminating())
            .count();
        let allowed = (status.current_healthy - status.desired_healthy).max(0);
        let allowed = if status.expected_pods == 0 { 0 } else { allowed };
        if status.observed_generation != budget.metadata.generation
            || i64::try_from(healthy) != Ok(status.current_healthy)
            || status.disruptions_allowed != allowed
        {
            return Err(format!("{name} counts {status:?} while {healthy} pods are healthy"));
        }
    }
    at_rest(cluster.server())
}

fn nothing_is_orphaned(cluster: &Cluster) -> Result<(), String> {
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

fn nothing_is_half_deleted(cluster: &Cluster) -> Result<(), String> {
    let mut objects = Kind::ALL.iter().flat_map(|&kind| cluster.server().list(kind, None));
    match objects.find(|object| object.meta().is_terminating()) {
        Some(object) => Err(format!("{} is still going: {:?}", object.key(), object.meta().finalizers)),
        None => Ok(()),
    }
}

fn nodes_are_back(cluster: &Cluster) -> Result<(), String> {
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

fn history_is_trimmed(cluster: &Cluster) -> Result<(), String> {
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

fn views_are_whole(cluster: &Cluster) -> Result<(), String> {
    for name in [ProcessName::ControllerManager, ProcessName::Scheduler, ProcessName::Kubelets] {
        if let Some(key) = cluster.misseen(name) {
            return Err(format!("{name:?} does not see {key} as it is stored"));
        }
    }
    Ok(())
}

fn ended_pods_are_replaced(cluster: &Cluster) -> Result<(), String> {
    let kinds = ["StatefulSet", "DaemonSet"];
    let mut pods = list::<Pod>(cluster).filter(|pod| pod.is_terminal());
    let left = pods
        .find(|pod| pod.metadata.controller_of().is_some_and(|owner| kinds.contains(&owner.kind.as_str())));
    left.map_or(Ok(()), |pod| Err(format!("{} has ended and is still there", pod.metadata.name)))
}

/// Whether an object is one that a person must delete by hand, as nothing else will.
pub(super) fn is_stray(object: &Object) -> bool {
    matches!(object, Object::Pod(_) | Object::ReplicaSet(_)) && object.meta().controller_of().is_none()
}

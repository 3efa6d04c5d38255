//! `StatefulSet`s and `DaemonSet`s at rest.

use super::{list, owned};
use crate::api::apps::{ControllerRevision, StatefulSet};
use crate::api::daemonset::DaemonSet;
use crate::api::node::Node;
use crate::api::object::Typed as _;
use crate::api::pod::Pod;
use crate::api::storage::PersistentVolumeClaim;
use crate::api::{Kind, ObjectKey};
use crate::cluster::Cluster;

fn start(set: &StatefulSet) -> i64 {
    set.spec.ordinals.as_ref().map_or(0, |ordinals| ordinals.start)
}

pub(super) fn sets_are_ready(cluster: &Cluster) -> Result<(), String> {
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

pub(super) fn updates_end(cluster: &Cluster) -> Result<(), String> {
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

pub(super) fn claims_are_there(cluster: &Cluster) -> Result<(), String> {
    for pod in list::<Pod>(cluster).filter(|pod| !pod.is_terminal()) {
        for claim in pod.claim_names() {
            let key =
                ObjectKey::new(Kind::PersistentVolumeClaim, pod.metadata.namespace.clone(), claim.clone());
            let found = cluster.server().get(&key).ok().and_then(PersistentVolumeClaim::of);
            if found.is_none_or(|claim| claim.status.phase != "Bound") {
                return Err(format!("claim {claim} of {} is not bound", pod.metadata.name));
            }
        }
    }
    Ok(())
}

pub(super) fn daemons_are_placed(cluster: &Cluster) -> Result<(), String> {
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
            // `IsPodUpdated` takes the template's generation for as good as the hash: a set that was made
            // anew counts from one again, and leaves pods alone that it adopted of that number.
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

pub(super) fn ended_pods_are_replaced(cluster: &Cluster) -> Result<(), String> {
    let kinds = ["StatefulSet", "DaemonSet"];
    let mut pods = list::<Pod>(cluster).filter(|pod| pod.is_terminal());
    let left = pods
        .find(|pod| pod.metadata.controller_of().is_some_and(|owner| kinds.contains(&owner.kind.as_str())));
    left.map_or(Ok(()), |pod| Err(format!("{} has ended and is still there", pod.metadata.name)))
}

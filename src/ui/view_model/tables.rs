//! The stage as tables, for those who read rather than look.

use crate::api::{Kind, Object};
use crate::cluster::Cluster;
use crate::kubectl::printers::{Table, table};

/// The kinds that have a table.
const KINDS: [(Kind, &str); 10] = [
    (Kind::Pod, "Pods"),
    (Kind::StatefulSet, "StatefulSets"),
    (Kind::DaemonSet, "DaemonSets"),
    (Kind::Deployment, "Deployments"),
    (Kind::ReplicaSet, "ReplicaSets"),
    (Kind::PodDisruptionBudget, "PodDisruptionBudgets"),
    (Kind::Service, "Services"),
    (Kind::PersistentVolumeClaim, "PersistentVolumeClaims"),
    (Kind::PersistentVolume, "PersistentVolumes"),
    (Kind::Node, "Nodes"),
];

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableView {
    /// The kind, in plural.
    pub title: &'static str,
    /// What `kubectl get` prints.
    pub table: Table,
}

/// What `kubectl get` prints for every kind that has objects; pods with their nodes.
// Out of line, so that the page's start does not carry it.
#[inline(never)]
pub fn tables(cluster: &Cluster) -> Vec<TableView> {
    KINDS
        .iter()
        .filter_map(|&(kind, title)| {
            let objects: Vec<Object> = cluster.server().list(kind, None).cloned().collect();
            (!objects.is_empty())
                .then(|| TableView { title, table: table(kind, &objects, kind == Kind::Pod, cluster.now()) })
        })
        .collect()
}

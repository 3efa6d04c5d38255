//! The columns of `kubectl get` for each kind.
//!
//! Models pkg/printers/internalversion/printers.go, Kubernetes v1.36: the API server prints the cells,
//! kubectl aligns them. Left out: cells of kinds that are not served.

mod cells;
mod pod;
mod storage;
mod network;
mod node;
mod workload;
mod plain;
mod scale;
mod meta;

pub use meta::meta_table;
pub(super) use node::roles;
pub use pod::pod_status;
pub use scale::scale_table;
pub(super) use storage::access_modes;

use crate::api::{Kind, Object};
use crate::sim::Time;

/// Headers and rows; one row for each object, in the same order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Headers.
    pub columns: Vec<String>,
    /// Cells of each object.
    pub rows: Vec<Vec<String>>,
    /// Which column holds the object's name, where `get` of several kinds puts the kind before it.
    pub name_column: Option<usize>,
}

/// A column: its header, and whether only `-o wide` shows it.
pub(super) struct Column {
    name: &'static str,
    is_wide: bool,
}

/// A column that is always shown.
pub(super) const fn always(name: &'static str) -> Column {
    Column { name, is_wide: false }
}

/// A column that `-o wide` shows.
pub(super) const fn wide(name: &'static str) -> Column {
    Column { name, is_wide: true }
}

/// The table of objects of one kind.
pub fn table(kind: Kind, objects: &[Object], is_wide: bool, now: Time) -> Table {
    let columns = columns(kind);
    let shown: Vec<bool> = columns.iter().map(|column| is_wide || !column.is_wide).collect();
    let keep = |cells: Vec<String>| -> Vec<String> {
        cells.into_iter().zip(&shown).filter(|(_, shown)| **shown).map(|(cell, _)| cell).collect()
    };
    Table {
        columns: keep(columns.iter().map(|column| column.name.to_owned()).collect()),
        rows: objects.iter().map(|object| keep(cells(object, now))).collect(),
        name_column: columns.iter().position(|column| column.name == "Name" && !column.is_wide),
    }
}

/// All cells of one object with their headers in capitals, as `-o wide` prints them.
pub fn wide_cells(object: &Object, now: Time) -> Vec<(String, String)> {
    let headers = columns(object.kind()).iter().map(|column| column.name.to_ascii_uppercase());
    headers.zip(cells(object, now)).collect()
}

fn columns(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::Pod => pod::COLUMNS,
        Kind::StatefulSet => workload::STATEFUL_SET,
        Kind::DaemonSet => workload::DAEMON_SET,
        Kind::Deployment => workload::DEPLOYMENT,
        Kind::ReplicaSet => workload::REPLICA_SET,
        Kind::PodDisruptionBudget => workload::POD_DISRUPTION_BUDGET,
        Kind::ControllerRevision => plain::CONTROLLER_REVISION,
        Kind::ConfigMap => plain::CONFIG_MAP,
        Kind::Secret => plain::SECRET,
        Kind::Namespace => plain::NAMESPACE,
        Kind::ServiceAccount => plain::SERVICE_ACCOUNT,
        Kind::Event => plain::EVENT,
        Kind::Lease => plain::LEASE,
        Kind::Node => node::COLUMNS,
        Kind::PersistentVolumeClaim => storage::CLAIM,
        Kind::PersistentVolume => storage::VOLUME,
        Kind::StorageClass => storage::CLASS,
        Kind::Service => network::SERVICE,
        Kind::EndpointSlice => network::ENDPOINT_SLICE,
        Kind::Endpoints => network::ENDPOINTS,
    }
}

/// Every cell of an object, wide ones too.
fn cells(object: &Object, now: Time) -> Vec<String> {
    match object {
        Object::Pod(pod) => pod::cells(pod, now),
        Object::StatefulSet(set) => workload::stateful_set(set, now),
        Object::DaemonSet(set) => workload::daemon_set(set, now),
        Object::Deployment(deployment) => workload::deployment(deployment, now),
        Object::ReplicaSet(set) => workload::replica_set(set, now),
        Object::PodDisruptionBudget(budget) => workload::pod_disruption_budget(budget, now),
        Object::ControllerRevision(revision) => plain::controller_revision(revision, now),
        Object::ConfigMap(map) => plain::config_map(map, now),
        Object::Secret(secret) => plain::secret(secret, now),
        Object::Namespace(namespace) => plain::namespace(namespace, now),
        Object::ServiceAccount(account) => plain::service_account(account, now),
        Object::Event(event) => plain::event(event, now),
        Object::Lease(lease) => plain::lease(lease, now),
        Object::Node(node) => node::cells(node, now),
        Object::PersistentVolumeClaim(claim) => storage::claim(claim, now),
        Object::PersistentVolume(volume) => storage::volume(volume, now),
        Object::StorageClass(class) => storage::class(class, now),
        Object::Service(service) => network::service(service, now),
        Object::EndpointSlice(slice) => network::endpoint_slice(slice, now),
        Object::Endpoints(endpoints) => network::endpoints(endpoints, now),
    }
}

//! What `kubectl describe` prints for each kind.
//!
//! Models staging/src/k8s.io/kubectl/pkg/describe/describe.go, Kubernetes v1.36. Left out: kinds that are
//! not served.

pub mod pod_template;
mod lines;
mod containers;
mod volumes;
mod events;
mod pod;
mod pods_status;
mod stateful_set;
mod daemon_set;
mod deployment;
mod storage;
mod claim;
mod service;
mod endpoints;
mod node;
mod probe;
mod generic;
mod disruption_budget;

pub use events::interval;

use crate::api::Object;
use crate::apiserver::ApiServer;
use crate::kubectl::objects::wire;
use crate::kubectl::output::prefix_writer::PrefixWriter;

/// The description of an object; with the Events about it unless `--show-events=false`.
pub fn describe(object: &Object, server: &ApiServer, with_events: bool) -> String {
    let mut w = PrefixWriter::new();
    let value = object.to_value();
    let meta = object.meta();
    let now = server.now();
    match object {
        Object::Pod(_) => pod::pod(&mut w, meta, &value, now),
        Object::StatefulSet(set) => stateful_set::stateful_set(&mut w, set, &value, server),
        Object::DaemonSet(set) => daemon_set::daemon_set(&mut w, set, &value, server),
        Object::Deployment(found) => deployment::deployment(&mut w, found, &value, server),
        Object::ReplicaSet(set) => deployment::replica_set(&mut w, set, &value, server),
        Object::PersistentVolumeClaim(claim) => storage::claim(&mut w, claim, &value, server),
        Object::PersistentVolume(volume) => storage::volume(&mut w, volume, &value, now),
        Object::StorageClass(class) => storage::class(&mut w, class, &value),
        Object::Service(found) => service::service(&mut w, found, &value, server),
        Object::PodDisruptionBudget(budget) => disruption_budget::disruption_budget(&mut w, budget),
        Object::Node(found) => node::node(&mut w, found, &value, server),
        Object::Namespace(_) => {
            generic::namespace(&mut w, meta, &value);
            return w.finish();
        }
        Object::Secret(_) => {
            generic::secret(&mut w, meta, &value);
            return w.finish();
        }
        Object::ConfigMap(_) => generic::config_map(&mut w, meta, &value),
        Object::ServiceAccount(_) => generic::service_account(&mut w, meta, &value),
        Object::EndpointSlice(_) => endpoints::endpoint_slice(&mut w, meta, &value),
        Object::Endpoints(_) => endpoints::endpoints(&mut w, meta, &value),
        Object::ControllerRevision(_) | Object::Event(_) | Object::Lease(_) => {
            generic::other(&mut w, meta, &wire(object));
        }
    }
    if with_events {
        events::events(&mut w, object, server);
    }
    w.finish()
}

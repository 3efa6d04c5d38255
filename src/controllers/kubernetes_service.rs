//! Keeps the Service `kubernetes`, by which pods reach the API server.
//!
//! Models `Controller.Run` and `CreateOrUpdateMasterServiceIfNeeded`,
//! pkg/controlplane/controller/kubernetesservice/controller.go, Kubernetes v1.36: every ten seconds it is
//! made where there is none, and otherwise left as it is. Upstream this runs in the API server. Left out:
//! its endpoints, and a deletion that nobody hears of while the controllers are down.

use super::controller::{Requeue, until_next_round};
use super::{Controller, SyncResult};
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Context, Request};
use crate::sim::{Span, Time};

const NAME: &str = "kubernetes";
/// As text, which takes a third of the room that code that builds it would take on the page.
const SERVICE: &str = r#"{
    "metadata": {
        "name": "kubernetes",
        "namespace": "default",
        "labels": {"component": "apiserver", "provider": "kubernetes"}
    },
    "spec": {
        "clusterIP": "10.96.0.1",
        "clusterIPs": ["10.96.0.1"],
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
        "sessionAffinity": "None",
        "type": "ClusterIP"
    },
    "status": {"loadBalancer": {}}
}"#;
/// `EndpointInterval`, in seconds.
const INTERVAL: Span = Span::from_seconds(10);

/// Makes the Service again after somebody deleted it; its key is the Service's.
#[derive(Clone, Debug, Default)]
pub struct KubernetesService;

impl Controller for KubernetesService {
    fn name(&self) -> &'static str {
        "kubernetes-service-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Service]
    }

    fn keys_for(&mut self, change: &Change, _: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        match (&change.old, &change.new) {
            (Some(gone), None) if is_it(gone) => {
                vec![(gone.key(), until_next_round(now - Time::ZERO, INTERVAL))]
            }
            _ => Vec::new(),
        }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        if context.find(key)?.is_none()
            && let Some(service) = service()
        {
            context.request(Request::create(service))?;
        }
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

fn is_it(object: &Object) -> bool {
    let meta = object.meta();
    object.kind() == Kind::Service && meta.namespace == "default" && meta.name == NAME
}

/// The Service as it is made.
pub fn service() -> Option<Object> {
    Object::from_value(Kind::Service, serde_json::from_str(SERVICE).ok()?).ok()
}

//! Keeps the namespaces that the cluster itself needs.
//!
//! Models `pkg/controlplane/controller/systemnamespaces/system_namespaces_controller.go`, Kubernetes v1.36:
//! every minute those are made that are not there. Admission protects all but `kube-node-lease` from
//! deletion. Upstream this runs in the API server. Left out: a deletion that nobody hears of while the
//! controllers are down.

use serde_json::json;

use super::controller::{Requeue, until_next_round};
use super::{Controller, SyncResult};
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Context, Request};
use crate::sim::{Span, Time};

/// The namespaces.
pub const NAMES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];
/// How far rounds are apart, in seconds.
const INTERVAL: Span = Span::from_seconds(60);

/// Makes them again after somebody deleted one; its keys are namespaces.
#[derive(Clone, Debug, Default)]
pub struct SystemNamespaces;

impl Controller for SystemNamespaces {
    fn name(&self) -> &'static str {
        "system-namespaces-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::Namespace]
    }

    fn keys_for(&mut self, change: &Change, _: &Cache, now: Time) -> Vec<(ObjectKey, Span)> {
        match (&change.old, &change.new) {
            (Some(gone @ Object::Namespace(_)), None) if NAMES.contains(&gone.meta().name.as_str()) => {
                vec![(gone.key(), until_next_round(now - Time::ZERO, INTERVAL))]
            }
            _ => Vec::new(),
        }
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        if context.find(key)?.is_none()
            && let Some(namespace) = namespace(&key.name)
        {
            context.request(Request::create(namespace))?;
        }
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

/// A namespace as it is made.
pub fn namespace(name: &str) -> Option<Object> {
    Object::from_value(Kind::Namespace, json!({"metadata": {"name": name}})).ok()
}

//! Gives every namespace what its pods expect: the `ServiceAccount` `default` and the cluster's root
//! certificate.
//!
//! Models `pkg/controller/serviceaccount/serviceaccounts_controller.go` and
//! pkg/controller/certificates/rootcacertpublisher/publisher.go, Kubernetes v1.36. Left out: tokens, a
//! certificate that is one.

use serde_json::json;

use super::controller::Requeue;
use super::{Controller, SyncResult};
use crate::api::{Kind, Object, ObjectKey};
use crate::client::{Cache, Change, Context, Request};
use crate::sim::{Span, Time};

/// Name of the account that pods get when they name none.
pub const ACCOUNT: &str = "default";
/// Name of the config map with the root certificate.
pub const ROOT_CA: &str = "kube-root-ca.crt";

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVk\n-----END CERTIFICATE-----\n";

const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using \
    internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is \
    guaranteed across distributions of Kubernetes clusters.";

/// Publishes both; its keys are namespaces.
#[derive(Clone, Debug, Default)]
pub struct ServiceAccounts;

impl Controller for ServiceAccounts {
    fn name(&self) -> &'static str {
        "service-account-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::ConfigMap, Kind::Namespace, Kind::ServiceAccount]
    }

    fn keys_for(&mut self, change: &Change, _: &Cache, _: Time) -> Vec<(ObjectKey, Span)> {
        let namespace = match (&change.old, &change.new) {
            (None, Some(Object::Namespace(namespace))) => namespace.metadata.name.as_str(),
            // Whoever deletes them gets them anew.
            (Some(object), None) if is_published(object) => object.meta().namespace.as_str(),
            _ => return Vec::new(),
        };
        vec![(ObjectKey::new(Kind::Namespace, "", namespace), Span::ZERO)]
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let namespace = context.find(key)?;
        if namespace.is_some_and(|namespace| !namespace.meta().is_terminating()) {
            for object in published(&key.name) {
                if context.find(&object.key())?.is_none() {
                    context.request(Request::create(object))?;
                }
            }
        }
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

fn is_published(object: &Object) -> bool {
    matches!(
        (object.kind(), object.meta().name.as_str()),
        (Kind::ServiceAccount, ACCOUNT) | (Kind::ConfigMap, ROOT_CA)
    )
}

/// The objects that a namespace gets.
pub fn published(namespace: &str) -> Vec<Object> {
    let account = json!({"metadata": {"name": ACCOUNT, "namespace": namespace}});
    let root_ca = json!({
        "metadata": {
            "name": ROOT_CA,
            "namespace": namespace,
            "annotations": {"kubernetes.io/description": DESCRIPTION},
        },
        "data": {"ca.crt": CERTIFICATE},
    });
    [(Kind::ServiceAccount, account), (Kind::ConfigMap, root_ca)]
        .into_iter()
        .filter_map(|(kind, value)| Object::from_value(kind, value).ok())
        .collect()
}

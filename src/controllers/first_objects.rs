//! What a cluster holds before anybody does anything.
//!
//! Models what kube-apiserver (pkg/controlplane/controller/systemnamespaces) and the usual installer (kind's
//! local-path storage class) make at first, Kubernetes v1.36. Left out: roles, priority levels, nodes.

use serde_json::json;

use super::{kubernetes_service, serviceaccount};
use crate::api::{Kind, Object};

const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// As text, which takes less room on the page than code that builds it.
const STORAGE_CLASS: &str = r#"{
    "metadata": {
        "name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}
    },
    "provisioner": "rancher.io/local-path",
    "reclaimPolicy": "Delete",
    "volumeBindingMode": "WaitForFirstConsumer"
}"#;

/// The first objects, in an order in which they can be created.
pub fn first_objects() -> Vec<Object> {
    let namespaces = NAMESPACES.map(|name| (Kind::Namespace, json!({"metadata": {"name": name}})));
    let published = NAMESPACES.into_iter().flat_map(serviceaccount::published);
    let made = |(kind, value)| Object::from_value(kind, value).ok();
    (namespaces.into_iter().filter_map(made))
        .chain(kubernetes_service::service())
        .chain(serde_json::from_str(STORAGE_CLASS).ok().and_then(|value| made((Kind::StorageClass, value))))
        .chain(published)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apiserver::{ApiServer, Request};
    use crate::sim::Rng;

    #[test]
    fn an_empty_server_takes_the_first_objects_in_order() {
        let mut server = ApiServer::new(Rng::new(1));
        let objects = first_objects();
        assert_eq!(objects.len(), 14);
        for object in objects {
            server.handle(Request::create(object)).unwrap();
        }
    }
}

//! What a cluster holds before anybody does anything.
//!
//! Models what kube-apiserver (pkg/controlplane/controller/systemnamespaces) and the usual installer (kind's
//! local-path storage class) make at first, Kubernetes v1.36. Left out: roles, priority levels, nodes.

use super::{kubernetes_service, serviceaccount, system_namespaces};
use crate::api::{Kind, Object};

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
    let namespaces = system_namespaces::NAMES.into_iter();
    let published = system_namespaces::NAMES.into_iter().flat_map(serviceaccount::published);
    let class = serde_json::from_str(STORAGE_CLASS).ok();
    (namespaces.filter_map(system_namespaces::namespace))
        .chain(kubernetes_service::service())
        .chain(class.and_then(|value| Object::from_value(Kind::StorageClass, value).ok()))
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

//! What a cluster holds before anybody does anything.
//!
//! Models what kube-apiserver (pkg/controlplane/controller/systemnamespaces, kubernetesservice) and the
//! usual installer (kind's local-path storage class) make at first, Kubernetes v1.36. Left out: roles,
//! priority levels, nodes.

use serde_json::{Value, json};

use super::serviceaccount;
use crate::api::{Kind, Object};

const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The first objects, in an order in which they can be created.
pub fn first_objects() -> Vec<Object> {
    let namespaces = NAMESPACES.map(|name| (Kind::Namespace, json!({"metadata": {"name": name}})));
    let published = NAMESPACES.into_iter().flat_map(serviceaccount::published);
    namespaces
        .into_iter()
        .chain([(Kind::Service, kubernetes_service()), (Kind::StorageClass, storage_class())])
        .filter_map(|(kind, value)| Object::from_value(kind, value).ok())
        .chain(published)
        .collect()
}

fn kubernetes_service() -> Value {
    json!({
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"component": "apiserver", "provider": "kubernetes"},
        },
        "spec": {
            "clusterIP": "10.96.0.1",
            "clusterIPs": ["10.96.0.1"],
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
        "status": {"loadBalancer": {}},
    })
}

fn storage_class() -> Value {
    json!({
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "rancher.io/local-path",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
    })
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

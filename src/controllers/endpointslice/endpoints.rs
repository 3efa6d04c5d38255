//! Which pods serve for a Service, on which ports, and how each stands.
//!
//! Models `podToEndpoint` and `getEndpointPorts`, staging/src/k8s.io/endpointslice/utils.go, Kubernetes
//! v1.36. Left out: IPv6, zones and hints.

use serde_json::{Value, json};

use super::Dirty;
use crate::api::LabelMap;
use crate::api::intstr::IntOrString;
use crate::api::network::{Endpoint, EndpointConditions, Service, ServicePort};
use crate::api::pod::Pod;
use crate::client::Cache;
use crate::collections::SortedMap;

pub(super) fn has_selector(service: &Service) -> bool {
    !service.spec.selector.is_empty() && service.spec.type_ != "ExternalName"
}

pub(super) fn selects(service: &Service, labels: &LabelMap) -> bool {
    has_selector(service)
        && service.spec.selector.iter().all(|(label, value)| labels.get(label) == Some(value))
}

/// The ports and the endpoint of each pod that should have one, by the pod's name.
pub(super) type Desired = SortedMap<String, (Vec<Value>, Endpoint)>;

pub(super) fn desired_endpoints(service: &Service, dirty: &Dirty, cache: &Cache) -> Desired {
    let namespace = service.metadata.namespace.as_str();
    let mut desired = Desired::new();
    let mut consider = |pod: &Pod| {
        let counts = !pod.is_terminal() && !pod.status.pod_ip.is_empty();
        if counts && selects(service, &pod.metadata.labels) {
            let ports = service.spec.ports.iter().filter_map(|port| endpoint_port(port, pod)).collect();
            desired.insert(pod.metadata.name.clone(), (ports, endpoint(service, pod)));
        }
    };
    match dirty {
        Dirty::All => cache.list::<Pod>(Some(namespace)).for_each(|pod| consider(pod)),
        Dirty::Pods(names) => {
            names.iter().filter_map(|name| cache.typed::<Pod>(namespace, name)).for_each(|pod| consider(pod));
        }
    }
    desired
}

pub(super) fn endpoint(service: &Service, pod: &Pod) -> Endpoint {
    let (serving, terminating) = (pod.is_ready(), pod.is_terminating());
    let ready = serving && !terminating || service.spec.publish_not_ready_addresses;
    let has_name = !pod.spec.hostname.is_empty() && pod.spec.subdomain == service.metadata.name;
    Endpoint {
        addresses: vec![pod.status.pod_ip.clone()],
        conditions: EndpointConditions {
            ready: Some(ready),
            serving: Some(serving),
            terminating: Some(terminating),
        },
        hostname: has_name.then(|| pod.spec.hostname.clone()),
        node_name: Some(pod.spec.node_name.clone()).filter(|name| !name.is_empty()),
        target_ref: Some(json!({
            "kind": "Pod",
            "name": pod.metadata.name,
            "namespace": pod.metadata.namespace,
            "uid": pod.metadata.uid,
        })),
    }
}

/// A Service's port as the pod has it; `None` when the pod has no port of that name (`FindPort`).
pub(super) fn endpoint_port(port: &ServicePort, pod: &Pod) -> Option<Value> {
    let number = match &port.target_port {
        None => port.port,
        Some(IntOrString::Int(number)) => *number,
        Some(IntOrString::String(name)) => {
            let sidecars = pod.spec.init_containers.iter().filter(|c| c.restart_policy == "Always");
            let mut ports = pod.spec.containers.iter().chain(sidecars).flat_map(|c| &c.ports);
            ports
                .find(|candidate| candidate.name == *name && candidate.protocol == port.protocol)?
                .container_port
        }
    };
    let mut value = json!({"name": port.name, "port": number, "protocol": port.protocol});
    if let (Some(protocol), Value::Object(fields)) = (port.extra.get("appProtocol"), &mut value) {
        fields.insert("appProtocol".to_owned(), protocol.clone());
    }
    Some(value)
}

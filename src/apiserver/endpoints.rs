//! Endpoints: what the deprecated kind shows of a Service's slices.
//!
//! Models the outcome of pkg/controller/endpoint, Kubernetes v1.36. Nothing of it is stored: each look
//! makes the objects from the `EndpointSlice`s, so that a Service of a thousand pods does not write a
//! thousand addresses for each change. Left out: Endpoints that people write (refused), more than a
//! thousand addresses.

use serde_json::{Value, json};

use super::{ApiServer, StatusError};
use crate::api::codec::to_value;
use crate::api::network::{EndpointSlice, Service};
use crate::api::object::Typed as _;
use crate::api::{Kind, LabelMap, Object, ObjectKey};
use crate::collections::{SortedMap, sort_by_key};

/// The label of a slice that names its Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";
const HEADLESS: &str = "service.kubernetes.io/headless";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

impl ApiServer {
    /// The Endpoints of a namespace, or of all.
    pub fn endpoints(&self, namespace: Option<&str>) -> Vec<Object> {
        let mut slices: SortedMap<ObjectKey, Vec<&EndpointSlice>> = SortedMap::new();
        for slice in self.list(Kind::EndpointSlice, namespace).filter_map(EndpointSlice::of) {
            let meta = &slice.metadata;
            if let Some(service) = meta.labels.get(SERVICE_NAME) {
                let key = ObjectKey::new(Kind::Service, meta.namespace.as_str(), service.as_str());
                slices.entry(key).or_default().push(slice);
            }
        }
        let of_service = |(key, slices): (ObjectKey, Vec<&EndpointSlice>)| {
            let service = Service::of(self.get(&key).ok()?)?;
            Object::from_value(Kind::Endpoints, endpoints(service, &slices)).ok()
        };
        slices.into_iter().filter_map(of_service).collect()
    }

    /// The objects of a kind, made where nothing is stored.
    pub fn read_list(&self, kind: Kind, namespace: Option<&str>) -> Vec<Object> {
        match kind {
            Kind::Endpoints => self.endpoints(namespace),
            _ => self.list(kind, namespace).cloned().collect(),
        }
    }

    /// The object under a key, made where nothing is stored.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn read(&self, key: &ObjectKey) -> Result<Object, StatusError> {
        if key.kind != Kind::Endpoints {
            return self.get(key).cloned();
        }
        let found = self.endpoints(Some(&key.namespace)).into_iter().find(|made| made.key() == *key);
        found.ok_or_else(|| StatusError::not_found(key.kind, &key.name))
    }
}

/// Nobody writes what is made at each look.
pub(super) fn refuse() -> StatusError {
    StatusError::method_not_supported(
        "the sandbox makes Endpoints from EndpointSlices and stores none: write an EndpointSlice",
    )
}

fn endpoints(service: &Service, slices: &[&EndpointSlice]) -> Value {
    let meta = &service.metadata;
    let mut labels = meta.labels.clone();
    labels.remove(HEADLESS);
    if service.spec.cluster_ip == "None" {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    labels.insert("endpoints.kubernetes.io/managed-by".to_owned(), "endpoint-controller".to_owned());
    let triggers = slices.iter().filter_map(|slice| slice.metadata.annotations.get(TRIGGER_TIME));
    let annotations: LabelMap =
        triggers.max().map(|at| (TRIGGER_TIME.to_owned(), at.clone())).into_iter().collect();
    let version = slices.iter().map(|slice| slice.metadata.resource_version.0).max().unwrap_or_default();
    // An identity of its own that stays: the Service's, with its first half turned round.
    let (first, rest) = meta.uid.split_at(meta.uid.find('-').unwrap_or_default());
    let mut value = json!({
        "metadata": {
            "name": meta.name,
            "namespace": meta.namespace,
            "labels": to_value(&labels),
            "annotations": to_value(&annotations),
            "resourceVersion": version.to_string(),
            "uid": format!("{}{rest}", first.chars().rev().collect::<String>()),
        },
    });
    if let Some(created) = meta.creation_timestamp {
        value["metadata"]["creationTimestamp"] = created.to_string().into();
    }
    let subsets = subsets(slices);
    if !subsets.is_empty() {
        value["subsets"] = subsets.into();
    }
    value
}

/// One subset for each list of ports, with its addresses in order.
fn subsets(slices: &[&EndpointSlice]) -> Vec<Value> {
    let mut groups: Vec<(Vec<Value>, Vec<Value>, Vec<Value>)> = Vec::new();
    for slice in slices {
        let ports: Vec<Value> = slice.ports.iter().flatten().map(port).collect();
        for endpoint in &slice.endpoints {
            let ready = endpoint.conditions.ready != Some(false);
            if !ready && endpoint.conditions.terminating == Some(true) {
                continue;
            }
            let at = groups.iter().position(|(known, _, _)| *known == ports).unwrap_or_else(|| {
                groups.push((ports.clone(), Vec::new(), Vec::new()));
                groups.len() - 1
            });
            let Some((_, addresses, not_ready)) = groups.get_mut(at) else { continue };
            let list = if ready { addresses } else { not_ready };
            for ip in &endpoint.addresses {
                let mut address = json!({"ip": ip});
                for (name, text) in [("hostname", &endpoint.hostname), ("nodeName", &endpoint.node_name)] {
                    if let Some(text) = text {
                        address[name] = text.as_str().into();
                    }
                }
                if let Some(target) = &endpoint.target_ref {
                    address["targetRef"] = target.clone();
                }
                list.push(address);
            }
        }
    }
    let subset = |(ports, addresses, not_ready): (Vec<Value>, Vec<Value>, Vec<Value>)| {
        let mut subset = json!({});
        for (name, mut list) in [("addresses", addresses), ("notReadyAddresses", not_ready)] {
            sort_by_key(&mut list, |address| address["ip"].as_str().unwrap_or_default().to_owned());
            if !list.is_empty() {
                subset[name] = list.into();
            }
        }
        if !ports.is_empty() {
            subset["ports"] = ports.into();
        }
        subset
    };
    groups.into_iter().map(subset).collect()
}

/// A slice's port; an empty name is left out.
fn port(port: &Value) -> Value {
    let mut port = port.clone();
    if port["name"] == ""
        && let Value::Object(fields) = &mut port
    {
        fields.remove("name");
    }
    port
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::codec::from_value;

    #[test]
    fn addresses_are_grouped_by_ports_and_readiness() {
        let service: Service = from_value(json!({
            "metadata": {"name": "nginx", "namespace": "default", "labels": {"app": "nginx"}, "uid": "ab-c"},
            "spec": {"clusterIP": "None"},
        }))
        .unwrap();
        let slice: EndpointSlice = from_value(json!({
            "metadata": {"name": "nginx-x", "resourceVersion": "7"},
            "addressType": "IPv4",
            "ports": [{"name": "", "port": 80, "protocol": "TCP"}],
            "endpoints": [
                {"addresses": ["10.0.0.2"], "conditions": {"ready": true}, "hostname": "web-1"},
                {"addresses": ["10.0.0.1"], "conditions": {"ready": true}},
                {"addresses": ["10.0.0.3"], "conditions": {"ready": false, "terminating": false}},
                {"addresses": ["10.0.0.4"], "conditions": {"ready": false, "terminating": true}},
            ],
        }))
        .unwrap();
        let made = endpoints(&service, &[&slice]);
        let expected = json!([{
            "addresses": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2", "hostname": "web-1"}],
            "notReadyAddresses": [{"ip": "10.0.0.3"}],
            "ports": [{"port": 80, "protocol": "TCP"}],
        }]);
        assert_eq!(made["subsets"], expected);
        assert_eq!(made["metadata"]["uid"], "ba-c");
        assert_eq!(made["metadata"]["labels"]["service.kubernetes.io/headless"], "");
        assert!(endpoints(&service, &[]).get("subsets").is_none());
    }
}

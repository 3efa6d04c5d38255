//! Which slices are written so that they hold the endpoints that should be there.
//!
//! Models the reconciler of staging/src/k8s.io/endpointslice/reconciler.go, Kubernetes v1.36. Left out:
//! slices of other address types.

use std::rc::Rc;

use serde_json::Value;

use super::Dirty;
use super::endpoints::Desired;
use crate::api::network::{Endpoint, EndpointSlice, Service};
use crate::api::{LabelMap, ObjectMeta, OwnerReference, Timestamp};

/// Addresses in one slice at most.
const ENDPOINTS_MAX: usize = 100;
pub(super) const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
pub(super) const CONTROLLER: &str = "endpointslice-controller.k8s.io";
pub(super) const SERVICE_NAME: &str = "kubernetes.io/service-name";
const HEADLESS: &str = "service.kubernetes.io/headless";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// A new slice of a Service, without endpoints.
pub(super) fn slice_for(service: &Service, now: Timestamp) -> EndpointSlice {
    let meta = &service.metadata;
    let mut labels = meta.labels.clone();
    if service.spec.cluster_ip == "None" {
        labels.insert(HEADLESS.to_owned(), String::new());
    } else {
        labels.remove(HEADLESS);
    }
    labels.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    labels.insert(SERVICE_NAME.to_owned(), meta.name.clone());
    EndpointSlice {
        metadata: ObjectMeta {
            generate_name: format!("{}-", meta.name),
            namespace: meta.namespace.clone(),
            labels,
            annotations: LabelMap::from([(TRIGGER_TIME.to_owned(), now.to_string())]),
            owner_references: vec![OwnerReference::controller("v1", "Service", meta)],
            ..ObjectMeta::default()
        },
        address_type: "IPv4".to_owned(),
        endpoints: Vec::new(),
        ports: Some(Vec::new()),
    }
}

/// What to write.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) create: Vec<EndpointSlice>,
    pub(super) update: Vec<EndpointSlice>,
    pub(super) delete: Vec<String>,
}

/// Brings the slices to what is desired: endpoints stay in their slice, new ones fill slices of the same
/// ports.
pub(super) fn plan(
    existing: Vec<Rc<EndpointSlice>>,
    mut desired: Desired,
    dirty: &Dirty,
    template: &EndpointSlice,
) -> Plan {
    let mut slices: Vec<(EndpointSlice, bool)> = Vec::new();
    let mut untouched = Vec::new();
    for slice in existing {
        let ports = slice.ports.clone().unwrap_or_default();
        let mut edited = false;
        let mut endpoints = Vec::new();
        for endpoint in &slice.endpoints {
            let name = target_name(endpoint);
            let considered = match dirty {
                Dirty::All => true,
                Dirty::Pods(names) => names.contains(name),
            };
            if !considered {
                endpoints.push(endpoint);
            } else if desired.get(name).is_some_and(|(wanted, new)| *wanted == ports && new == endpoint) {
                desired.remove(name);
                endpoints.push(endpoint);
            } else {
                edited = true;
            }
        }
        let labels_differ = *dirty == Dirty::All && slice.metadata.labels != template.metadata.labels;
        let has_room = endpoints.len() < ENDPOINTS_MAX;
        let takes_more = has_room && desired.values().any(|(wanted, _)| *wanted == ports);
        if !edited && !labels_differ && !takes_more {
            untouched.push((slice.metadata.name.clone(), slice.endpoints.is_empty(), ports));
            continue;
        }
        let mut copy = (*slice).clone();
        if edited {
            copy.endpoints = endpoints.into_iter().cloned().collect();
        }
        slices.push((copy, edited || labels_differ));
    }
    fill(&mut slices, desired, template);
    settle(slices, untouched, template)
}

/// Puts endpoints into slices of the same ports, and makes new slices for the rest.
fn fill(slices: &mut Vec<(EndpointSlice, bool)>, desired: Desired, template: &EndpointSlice) {
    for (ports, endpoint) in desired.into_values() {
        let room = slices.iter_mut().find(|(slice, _)| {
            slice.endpoints.len() < ENDPOINTS_MAX && slice.ports.as_deref() == Some(ports.as_slice())
        });
        if let Some((slice, edited)) = room {
            slice.endpoints.push(endpoint);
            *edited = true;
        } else {
            let ports = Some(ports);
            slices.push((EndpointSlice { endpoints: vec![endpoint], ports, ..template.clone() }, true));
        }
    }
}

/// Decides which slices are written: empty ones go, but a Service always has one.
fn settle(
    slices: Vec<(EndpointSlice, bool)>,
    untouched: Vec<(String, bool, Vec<Value>)>,
    template: &EndpointSlice,
) -> Plan {
    let mut plan = Plan::default();
    let mut stays = untouched.iter().any(|(_, is_empty, _)| !is_empty);
    for (mut slice, edited) in slices {
        let is_new = slice.metadata.name.is_empty();
        match (is_new, slice.endpoints.is_empty()) {
            (true, _) => plan.create.push(slice),
            (false, true) => plan.delete.push(slice.metadata.name),
            (false, false) => {
                stays = true;
                if edited {
                    slice.metadata.labels.clone_from(&template.metadata.labels);
                    slice.metadata.annotations.extend(template.metadata.annotations.clone());
                    plan.update.push(slice);
                }
            }
        }
    }
    stays |= !plan.create.is_empty();
    // Of the empty slices, one stands in while there is nothing else.
    for (name, _, ports) in untouched.into_iter().filter(|(_, is_empty, _)| *is_empty) {
        if stays || !ports.is_empty() {
            plan.delete.push(name);
        } else {
            stays = true;
        }
    }
    if !stays {
        plan.create.push(template.clone());
    }
    plan
}

fn target_name(endpoint: &Endpoint) -> &str {
    endpoint.target_ref.as_ref().and_then(|target| target.get("name")?.as_str()).unwrap_or_default()
}

//! Which slices are written so that they hold the endpoints that should be there.
//!
//! Models `reconcileByPortMapping` and `finalize`, staging/src/k8s.io/endpointslice/reconciler.go, Kubernetes
//! v1.36. Endpoints are placed in the order of their pods' names; upstream takes them as a map gives them.
//! Left out: slices of other address types.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::rc::Rc;

use serde_json::Value;

use super::Dirty;
use super::endpoints::Desired;
use crate::api::network::{Endpoint, EndpointSlice, Service};
use crate::api::{ObjectMeta, OwnerReference, Timestamp};
use crate::collections::sort_by_key;

/// Addresses in one slice at most.
const ENDPOINTS_MAX: usize = 100;
pub(super) const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
pub(super) const CONTROLLER: &str = "endpointslice-controller.k8s.io";
pub(super) const SERVICE_NAME: &str = "kubernetes.io/service-name";
const HEADLESS: &str = "service.kubernetes.io/headless";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// A new slice of a Service, without endpoints: what stands in while there are none.
pub(super) fn slice_for(service: &Service) -> EndpointSlice {
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
            owner_references: vec![OwnerReference::controller("v1", "Service", meta)],
            ..ObjectMeta::default()
        },
        address_type: "IPv4".to_owned(),
        endpoints: Vec::new(),
        ports: Some(Vec::new()),
    }
}

/// What to write, in this order.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) create: Vec<EndpointSlice>,
    pub(super) update: Vec<EndpointSlice>,
    pub(super) delete: Vec<String>,
}

/// What becomes of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    Changes,
    Goes,
    Comes,
}

type Judged = (Rc<EndpointSlice>, Fate);

/// Brings the slices to what is desired: endpoints stay in their place, new ones fill slices of the same
/// ports. `trigger` is when that changed which the slices are written for.
pub(super) fn plan(
    existing: Vec<Rc<EndpointSlice>>,
    mut desired: Desired,
    dirty: &Dirty,
    template: &EndpointSlice,
    trigger: Option<Timestamp>,
) -> Plan {
    let mut wanted: Vec<Vec<Value>> = Vec::new();
    let used = existing.iter().filter(|slice| !slice.endpoints.is_empty()).map(|slice| ports_of(slice));
    for ports in desired.values().map(|(ports, _)| ports.as_slice()).chain(used) {
        if !wanted.iter().any(|known| known == ports) {
            wanted.push(ports.to_vec());
        }
    }
    let judge_one = |slice| judge(slice, &mut desired, &wanted, dirty, template);
    let mut slices: Vec<Judged> = existing.into_iter().map(judge_one).collect();
    for (ports, endpoints) in by_ports(desired) {
        fill(&mut slices, &ports, endpoints, template);
    }
    settle(slices, template, trigger)
}

/// Takes from what is desired what a slice already has, brings that up to date in its place and drops the
/// rest.
fn judge(
    mut slice: Rc<EndpointSlice>,
    desired: &mut Desired,
    wanted: &[Vec<Value>],
    dirty: &Dirty,
    template: &EndpointSlice,
) -> Judged {
    if !is_owned(&slice, template) {
        return (slice, Fate::Goes);
    }
    let mut is_changed = false;
    let mut kept: Vec<Cow<'_, Endpoint>> = Vec::new();
    for endpoint in &slice.endpoints {
        let name = target_name(endpoint);
        if matches!(dirty, Dirty::Pods(names) if !names.contains(name)) {
            kept.push(Cow::Borrowed(endpoint));
            continue;
        }
        let is_it = |(ports, new): &(Vec<Value>, Endpoint)| {
            ports.as_slice() == ports_of(&slice)
                && new.addresses == endpoint.addresses
                && new.hostname == endpoint.hostname
        };
        let taken = if desired.get(name).is_some_and(is_it) { desired.remove(name) } else { None };
        match taken {
            Some((_, new)) if new == *endpoint => kept.push(Cow::Borrowed(endpoint)),
            Some((_, new)) => {
                is_changed = true;
                kept.push(Cow::Owned(new));
            }
            None => is_changed = true,
        }
    }
    if kept.is_empty() && (is_changed || !wanted.iter().any(|ports| ports.as_slice() == ports_of(&slice))) {
        return (slice, Fate::Goes);
    }
    if is_changed {
        let endpoints = kept.into_iter().map(Cow::into_owned).collect();
        Rc::make_mut(&mut slice).endpoints = endpoints;
        return (slice, Fate::Changes);
    }
    let labels_differ = *dirty == Dirty::All && slice.metadata.labels != template.metadata.labels;
    (slice, if labels_differ { Fate::Changes } else { Fate::Stays })
}

/// The endpoints that have no place yet, by their ports.
fn by_ports(desired: Desired) -> Vec<(Vec<Value>, VecDeque<Endpoint>)> {
    let mut groups: Vec<(Vec<Value>, VecDeque<Endpoint>)> = Vec::new();
    for (ports, endpoint) in desired.into_values() {
        match groups.iter_mut().find(|(known, _)| *known == ports) {
            Some((_, endpoints)) => endpoints.push_back(endpoint),
            None => groups.push((ports, VecDeque::from([endpoint]))),
        }
    }
    groups
}

/// Puts endpoints into slices of their ports: into those that are written anyway, the fullest first; then
/// into one that has room for all of the rest, or into new ones.
fn fill(
    slices: &mut Vec<Judged>,
    ports: &[Value],
    mut endpoints: VecDeque<Endpoint>,
    template: &EndpointSlice,
) {
    let of_ports = |slices: &[Judged], fate: Fate| -> Vec<usize> {
        let is_such = |(slice, its): &Judged| *its == fate && ports_of(slice) == ports;
        (0..slices.len()).filter(|&index| slices.get(index).is_some_and(is_such)).collect()
    };
    let length = |slices: &[Judged], index: usize| slices.get(index).map_or(0, |(s, _)| s.endpoints.len());
    let mut written = of_ports(slices, Fate::Changes);
    sort_by_key(&mut written, |&index| std::cmp::Reverse(length(slices, index)));
    for index in written {
        put(slices, index, &mut endpoints);
    }
    while !endpoints.is_empty() {
        let fits = |index: &usize| length(slices, *index) + endpoints.len() <= ENDPOINTS_MAX;
        let others = of_ports(slices, Fate::Stays).into_iter().filter(fits);
        let fullest = others.rev().max_by_key(|&index| length(slices, index));
        let index = fullest.filter(|_| endpoints.len() < ENDPOINTS_MAX).unwrap_or_else(|| {
            let slice = EndpointSlice { ports: Some(ports.to_vec()), ..template.clone() };
            slices.push((Rc::new(slice), Fate::Comes));
            slices.len() - 1
        });
        put(slices, index, &mut endpoints);
    }
}

/// Fills one slice up.
fn put(slices: &mut [Judged], index: usize, endpoints: &mut VecDeque<Endpoint>) {
    let Some((slice, fate)) = slices.get_mut(index) else { return };
    let slice = Rc::make_mut(slice);
    let room = ENDPOINTS_MAX.saturating_sub(slice.endpoints.len()).min(endpoints.len());
    slice.endpoints.extend(endpoints.drain(..room));
    if *fate == Fate::Stays && room > 0 {
        *fate = Fate::Changes;
    }
}

/// Decides what is written. A Service always has a slice, and one that would go is rather written over than
/// replaced: its name stays.
fn settle(slices: Vec<Judged>, template: &EndpointSlice, trigger: Option<Timestamp>) -> Plan {
    let mut plan = Plan::default();
    let (mut going, mut stays) = (Vec::new(), false);
    for (slice, fate) in slices {
        match fate {
            Fate::Goes => going.push(slice),
            Fate::Stays => stays = true,
            Fate::Comes => plan.create.push(Rc::unwrap_or_clone(slice)),
            Fate::Changes => {
                let mut slice = Rc::unwrap_or_clone(slice);
                slice.metadata.labels.clone_from(&template.metadata.labels);
                plan.update.push(slice);
            }
        }
    }
    if !stays && plan.update.is_empty() && plan.create.is_empty() {
        match going.as_slice() {
            [one] if is_placeholder(one, template) => going.clear(),
            _ => plan.create.push(template.clone()),
        }
    }
    for old in going {
        match plan.create.pop_if(|_| is_owned(&old, template)) {
            Some(new) => plan.update.push(written_over(&old, new)),
            None => plan.delete.push(old.metadata.name.clone()),
        }
    }
    for slice in plan.create.iter_mut().chain(&mut plan.update) {
        let annotations = &mut slice.metadata.annotations;
        match trigger {
            Some(at) => drop(annotations.insert(TRIGGER_TIME.to_owned(), at.to_string())),
            None => drop(annotations.remove(TRIGGER_TIME)),
        }
    }
    plan
}

/// A new slice in the place of one that would go.
fn written_over(old: &EndpointSlice, new: EndpointSlice) -> EndpointSlice {
    let ObjectMeta { labels, annotations, owner_references, .. } = new.metadata;
    let metadata = ObjectMeta { labels, annotations, owner_references, ..old.metadata.clone() };
    EndpointSlice { metadata, ..new }
}

/// Whether a slice is of this very Service, not of an earlier one of its name.
fn is_owned(slice: &EndpointSlice, template: &EndpointSlice) -> bool {
    let uid = template.metadata.owner_references.first().map(|owner| &owner.uid);
    slice.metadata.owner_references.iter().any(|owner| Some(&owner.uid) == uid)
}

/// Whether a slice is the one that stands in while there are no endpoints.
fn is_placeholder(slice: &EndpointSlice, template: &EndpointSlice) -> bool {
    slice.endpoints.is_empty()
        && ports_of(slice).is_empty()
        && slice.metadata.labels == template.metadata.labels
        && slice.metadata.owner_references == template.metadata.owner_references
}

fn ports_of(slice: &EndpointSlice) -> &[Value] {
    slice.ports.as_deref().unwrap_or_default()
}

fn target_name(endpoint: &Endpoint) -> &str {
    endpoint.target_ref.as_ref().and_then(|target| target.get("name")?.as_str()).unwrap_or_default()
}

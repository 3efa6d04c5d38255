//! Keeps the addresses behind each Service: which of its pods can serve, on which ports.
//!
//! Models `pkg/controller/endpointslice/endpointslice_controller.go` and the reconciler of
//! staging/src/k8s.io/endpointslice, Kubernetes v1.36. Only the pods that changed are looked at, so that a
//! Service of a thousand pods costs no more per change than one of ten; a change of the Service looks at
//! all. Left out: IPv6, zones and hints, Endpoints (deprecated), slices that others write.

use std::rc::Rc;

use serde_json::{Value, json};

use super::process::Requeue;
use super::{Controller, SyncError, SyncResult};
use crate::api::intstr::IntOrString;
use crate::api::network::{Endpoint, EndpointConditions, EndpointSlice, Service, ServicePort};
use crate::api::pod::Pod;
use crate::api::{Kind, LabelMap, Object, ObjectKey, ObjectMeta, OwnerReference, Timestamp};
use crate::client::{Cache, Change, Context, DeleteOptions, Request};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

/// Addresses in one slice at most.
const ENDPOINTS_MAX: usize = 100;
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
const CONTROLLER: &str = "endpointslice-controller.k8s.io";
const SERVICE_NAME: &str = "kubernetes.io/service-name";
const HEADLESS: &str = "service.kubernetes.io/headless";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// What must be looked at again for a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Dirty {
    All,
    Pods(SortedSet<String>),
}

/// The endpoint slice controller. Its keys are Services.
#[derive(Clone, Debug, Default)]
pub struct EndpointSliceController {
    dirty: SortedMap<ObjectKey, Dirty>,
    /// Names of the slices of each Service.
    slices: SortedMap<ObjectKey, SortedSet<String>>,
}

impl Controller for EndpointSliceController {
    fn name(&self) -> &'static str {
        "endpoint-slice-controller"
    }

    fn watches(&self) -> &'static [Kind] {
        &[Kind::EndpointSlice, Kind::Pod, Kind::Service]
    }

    fn keys_for(&mut self, change: &Change, cache: &Cache, _: Time) -> Vec<(ObjectKey, Span)> {
        let keys = match (&change.old, &change.new) {
            (_, Some(Object::Service(_))) | (Some(Object::Service(_)), None) => self.service_changed(change),
            (_, Some(Object::Pod(_))) | (Some(Object::Pod(_)), None) => self.pod_changed(change, cache),
            _ => self.slice_changed(change, cache),
        };
        keys.into_iter().map(|key| (key, Span::ZERO)).collect()
    }

    fn sync(&mut self, key: &ObjectKey, context: &mut Context<'_, Requeue>) -> SyncResult {
        let dirty = self.dirty.remove(key);
        let service = context.cache.typed::<Service>(&key.namespace, &key.name).cloned();
        let (Some(service), Some(dirty)) = (service, dirty) else {
            return Ok(None);
        };
        if !has_selector(&service) || service.metadata.is_terminating() {
            return Ok(None);
        }
        if let Err(error) = self.reconcile(key, &service, &dirty, context) {
            // Whatever was half done, the next try looks at all.
            self.dirty.insert(key.clone(), Dirty::All);
            return Err(error);
        }
        Ok(None)
    }

    fn boxed_clone(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }
}

impl EndpointSliceController {
    fn service_changed(&mut self, change: &Change) -> Vec<ObjectKey> {
        let (Some(object), Some(Object::Service(new))) = (change.object(), &change.new) else {
            // Its slices go with it: the garbage collector sees to them.
            if let Some(object) = change.object() {
                self.slices.remove(&object.key());
                self.dirty.remove(&object.key());
            }
            return Vec::new();
        };
        if let Some(Object::Service(old)) = &change.old
            && old.spec == new.spec
            && old.metadata.labels == new.metadata.labels
        {
            return Vec::new();
        }
        let key = object.key();
        self.dirty.insert(key.clone(), Dirty::All);
        vec![key]
    }

    fn pod_changed(&mut self, change: &Change, cache: &Cache) -> Vec<ObjectKey> {
        let pod = |object: &Option<Object>| match object {
            Some(Object::Pod(pod)) => Some(Rc::clone(pod)),
            _ => None,
        };
        let (old, new) = (pod(&change.old), pod(&change.new));
        if let (Some(old), Some(new)) = (&old, &new)
            && facts(old) == facts(new)
            && old.metadata.labels == new.metadata.labels
        {
            return Vec::new();
        }
        let Some(any) = new.as_ref().or(old.as_ref()) else {
            return Vec::new();
        };
        let pods = [old.as_ref(), new.as_ref()];
        let mut keys = Vec::new();
        for service in cache.list::<Service>(Some(&any.metadata.namespace)) {
            if pods.iter().flatten().any(|pod| selects(service, &pod.metadata.labels)) {
                let meta = &service.metadata;
                let key = ObjectKey::new(Kind::Service, meta.namespace.as_str(), meta.name.as_str());
                let dirty = self.dirty.entry(key.clone()).or_insert_with(|| Dirty::Pods(SortedSet::new()));
                if let Dirty::Pods(names) = dirty {
                    names.insert(any.metadata.name.clone());
                }
                keys.push(key);
            }
        }
        keys
    }

    fn slice_changed(&mut self, change: &Change, cache: &Cache) -> Vec<ObjectKey> {
        let Some(object) = change.object() else {
            return Vec::new();
        };
        let meta = object.meta();
        let (Some(service), Some(CONTROLLER)) =
            (meta.labels.get(SERVICE_NAME), meta.labels.get(MANAGED_BY).map(String::as_str))
        else {
            return Vec::new();
        };
        let key = ObjectKey::new(Kind::Service, meta.namespace.as_str(), service.as_str());
        let known = self.slices.entry(key.clone()).or_default();
        if change.new.is_some() {
            known.insert(meta.name.clone());
        } else if known.remove(&meta.name) && cache.get(&key).is_some() {
            // Somebody else deleted it.
            self.dirty.insert(key.clone(), Dirty::All);
            return vec![key];
        }
        Vec::new()
    }

    fn reconcile(
        &mut self,
        key: &ObjectKey,
        service: &Service,
        dirty: &Dirty,
        context: &mut Context<'_, Requeue>,
    ) -> Result<(), SyncError> {
        let desired = desired_endpoints(service, dirty, context.cache);
        let names = self.slices.entry(key.clone()).or_default();
        let slice_key = |name: &str| ObjectKey::new(Kind::EndpointSlice, key.namespace.as_str(), name);
        let existing: Vec<Rc<EndpointSlice>> = names
            .iter()
            .filter_map(|name| match context.live(&slice_key(name)) {
                Ok(Object::EndpointSlice(slice)) => Some(Rc::clone(slice)),
                _ => None,
            })
            .collect();
        let template = slice_for(service, Timestamp::at(context.now()));
        let plan = plan(existing, desired, dirty, &template);
        for slice in plan.update {
            context.request(Request::update(slice))?;
        }
        for slice in plan.create {
            let made = context.request(Request::create(slice))?;
            names.insert(made.meta().name.clone());
        }
        for name in plan.delete {
            names.remove(&name);
            match context.request(Request::delete(slice_key(&name), DeleteOptions::default())) {
                Err(error) if !error.is_not_found() => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What a pod's endpoint is made of.
fn facts(pod: &Pod) -> (&str, &str, bool, bool, bool) {
    let name = pod.spec.node_name.as_str();
    (&pod.status.pod_ip, name, pod.is_ready(), pod.is_terminating(), pod.is_terminal())
}

fn has_selector(service: &Service) -> bool {
    !service.spec.selector.is_empty() && service.spec.type_ != "ExternalName"
}

fn selects(service: &Service, labels: &LabelMap) -> bool {
    has_selector(service)
        && service.spec.selector.iter().all(|(label, value)| labels.get(label) == Some(value))
}

/// The ports and the endpoint of each pod that should have one, by the pod's name.
type Desired = SortedMap<String, (Vec<Value>, Endpoint)>;

fn desired_endpoints(service: &Service, dirty: &Dirty, cache: &Cache) -> Desired {
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

fn endpoint(service: &Service, pod: &Pod) -> Endpoint {
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
fn endpoint_port(port: &ServicePort, pod: &Pod) -> Option<Value> {
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

/// A new slice of a Service, without endpoints.
fn slice_for(service: &Service, now: Timestamp) -> EndpointSlice {
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
struct Plan {
    create: Vec<EndpointSlice>,
    update: Vec<EndpointSlice>,
    delete: Vec<String>,
}

/// Brings the slices to what is desired: endpoints stay in their slice, new ones fill slices of the same
/// ports.
fn plan(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::codec::from_value;

    #[expect(clippy::needless_pass_by_value, reason = "`json!` makes a value")]
    fn service(spec: Value) -> Service {
        let meta = json!({"name": "nginx", "namespace": "default", "uid": "u", "labels": {"app": "nginx"}});
        from_value(json!({"metadata": meta, "spec": spec})).unwrap()
    }

    fn pod(name: &str, ready: bool, deleting: bool) -> Pod {
        let deleted = if deleting { json!("2026-01-05T09:00:00Z") } else { Value::Null };
        from_value(json!({
            "metadata": {
                "name": name,
                "namespace": "default",
                "labels": {"app": "nginx"},
                "deletionTimestamp": deleted,
            },
            "spec": {
                "nodeName": "node-1",
                "hostname": name,
                "subdomain": "nginx",
                "containers": [{"ports": [{"name": "web", "containerPort": 8080, "protocol": "TCP"}]}],
            },
            "status": {
                "podIP": format!("ip-{name}"),
                "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
            },
        }))
        .unwrap()
    }

    fn shown(endpoint: &Endpoint) -> String {
        let conditions = &endpoint.conditions;
        let flag = |set: Option<bool>, letter: &str| {
            if set == Some(true) { letter.to_owned() } else { "-".to_owned() }
        };
        format!(
            "{} {}{}{} {}",
            endpoint.addresses.join(" "),
            flag(conditions.ready, "r"),
            flag(conditions.serving, "s"),
            flag(conditions.terminating, "t"),
            endpoint.hostname.as_deref().unwrap_or("-")
        )
    }

    #[test]
    fn an_endpoint_tells_how_its_pod_is() {
        let plain = service(json!({"selector": {"app": "nginx"}}));
        let published = service(json!({"selector": {"app": "nginx"}, "publishNotReadyAddresses": true}));
        for (service, ready, deleting, expected) in [
            (&plain, true, false, "ip-web-0 rs- web-0"),
            (&plain, false, false, "ip-web-0 --- web-0"),
            (&plain, true, true, "ip-web-0 -st web-0"),
            (&published, false, true, "ip-web-0 r-t web-0"),
        ] {
            assert_eq!(shown(&endpoint(service, &pod("web-0", ready, deleting))), expected);
        }
        let ports = [
            (json!({"name": "web", "port": 80, "protocol": "TCP"}), Some(80)),
            (json!({"name": "web", "port": 80, "protocol": "TCP", "targetPort": 81}), Some(81)),
            (json!({"port": 80, "protocol": "TCP", "targetPort": "web"}), Some(8080)),
            (json!({"port": 80, "protocol": "UDP", "targetPort": "web"}), None),
        ];
        for (port, expected) in ports {
            let port: ServicePort = from_value(port).unwrap();
            let found = endpoint_port(&port, &pod("web-0", true, false));
            assert_eq!(found.and_then(|value| value.get("port")?.as_i64()), expected);
        }
    }

    /// Applies a plan to slices and tells it: `+` made, `~` changed, `-` removed, each with its number of
    /// endpoints.
    fn carry_out(plan: Plan, slices: &mut Vec<Rc<EndpointSlice>>) -> String {
        let mut told = Vec::new();
        for name in &plan.delete {
            slices.retain(|old| old.metadata.name != *name);
        }
        for slice in plan.update {
            told.push(format!("~{}", slice.endpoints.len()));
            slices.retain(|old| old.metadata.name != slice.metadata.name);
            slices.push(Rc::new(slice));
        }
        for mut slice in plan.create {
            told.push(format!("+{}", slice.endpoints.len()));
            slice.metadata.name = format!("slice-{}-{}", slices.len(), told.len());
            slices.push(Rc::new(slice));
        }
        told.extend(plan.delete.iter().map(|_| "-".to_owned()));
        told.join(" ")
    }

    #[test]
    fn slices_change_as_little_as_possible() {
        let service = service(json!({"selector": {"app": "nginx"}, "ports": [{"name": "web", "port": 80}]}));
        let template = slice_for(&service, Timestamp::default());
        let desired = |pods: &[Pod]| -> Desired {
            let one = |pod: &Pod| {
                let ports = service.spec.ports.iter().filter_map(|port| endpoint_port(port, pod)).collect();
                (pod.metadata.name.clone(), (ports, endpoint(&service, pod)))
            };
            pods.iter().map(one).collect()
        };
        let only = |name: &str| Dirty::Pods(SortedSet::from([name.to_owned()]));
        let mut slices = Vec::new();
        let mut step = |pods: &[Pod], dirty: &Dirty| {
            let plan = plan(slices.clone(), desired(pods), dirty, &template);
            carry_out(plan, &mut slices)
        };
        let many: Vec<Pod> = (0..150).map(|number| pod(&format!("web-{number}"), true, false)).collect();
        assert_eq!(step(&[], &Dirty::All), "+0");
        assert_eq!(step(&[], &Dirty::All), "");
        assert_eq!(step(&[pod("web-0", false, false)], &only("web-0")), "+1 -");
        assert_eq!(step(&[pod("web-0", false, false)], &only("web-0")), "");
        assert_eq!(step(&[pod("web-0", true, false)], &only("web-0")), "~1");
        assert_eq!(step(&[pod("web-1", true, false)], &only("web-1")), "~2");
        assert_eq!(step(&[], &only("web-1")), "~1");
        assert_eq!(step(&[], &only("web-0")), "+0 -");
        assert_eq!(step(&many, &Dirty::All), "+100 +50 -");
        assert_eq!(step(&many, &Dirty::All), "");
        assert_eq!(step(&[], &Dirty::All), "+0 - -");
    }
}

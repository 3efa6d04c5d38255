//! Keeps the addresses behind each Service: which of its pods can serve, on which ports.
//!
//! Models `pkg/controller/endpointslice/endpointslice_controller.go` and the reconciler of
//! staging/src/k8s.io/endpointslice, Kubernetes v1.36. Only the pods that changed are looked at, so that a
//! Service of a thousand pods costs no more per change than one of ten; a change of the Service looks at
//! all. Left out: IPv6, zones and hints, slices that others write.
//!
//! - `endpoints`: what should be there. `plan`: what is written. `trigger`: since when.

use std::rc::Rc;

mod endpoints;
mod plan;
mod trigger;
#[cfg(test)]
mod tests;

use self::endpoints::{desired_endpoints, has_selector, selects};
use self::plan::{CONTROLLER, MANAGED_BY, SERVICE_NAME, plan, slice_for};
use self::trigger::{TriggerTimes, ready_since};
use super::controller::Requeue;
use super::{Controller, SyncError, SyncResult};
use crate::api::network::{EndpointSlice, Service};
use crate::api::pod::Pod;
use crate::api::{Kind, Object, ObjectKey, Timestamp};
use crate::client::{Cache, Change, Context, DeleteOptions, Request};
use crate::collections::{SortedMap, SortedSet};
use crate::sim::{Span, Time};

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
    /// When what was synced of each Service had changed.
    triggers: SortedMap<ObjectKey, TriggerTimes>,
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
                self.triggers.remove(&object.key());
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
        let mut wakes = true;
        if let (Some(old), Some(new)) = (&old, &new) {
            wakes = is_endpoint_changed(old, new) || old.metadata.labels != new.metadata.labels;
            // What changes nothing about an endpoint is looked at with the next change that does.
            if !wakes && ready_since(old) == ready_since(new) {
                return Vec::new();
            }
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
                if wakes {
                    keys.push(key);
                }
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

    /// When that changed which a sync is for; `None` when nothing did that has a time.
    fn trigger_time<'a>(
        &mut self,
        key: &ObjectKey,
        service: &Service,
        dirty: &'a Dirty,
        cache: &'a Cache,
    ) -> Option<Timestamp> {
        let times = self.triggers.entry(key.clone()).or_default();
        let namespace = key.namespace.as_str();
        let serving = |pod: &'a Pod| Some(pod).filter(|pod| selects(service, &pod.metadata.labels));
        match dirty {
            Dirty::All => {
                times.retain(|name| cache.typed::<Pod>(namespace, name).is_some());
                let pods = cache.list::<Pod>(Some(namespace));
                times.take_in(service, pods.map(|pod| (pod.metadata.name.as_str(), serving(pod))))
            }
            Dirty::Pods(names) => {
                let pod = |name: &str| cache.typed::<Pod>(namespace, name).and_then(|pod| serving(pod));
                times.take_in(service, names.iter().map(|name| (name.as_str(), pod(name))))
            }
        }
    }

    fn reconcile(
        &mut self,
        key: &ObjectKey,
        service: &Service,
        dirty: &Dirty,
        context: &mut Context<'_, Requeue>,
    ) -> Result<(), SyncError> {
        let desired = desired_endpoints(service, dirty, context.cache);
        let trigger = self.trigger_time(key, service, dirty, context.cache);
        let names = self.slices.entry(key.clone()).or_default();
        let slice_key = |name: &str| ObjectKey::new(Kind::EndpointSlice, key.namespace.as_str(), name);
        let existing: Vec<Rc<EndpointSlice>> = names
            .iter()
            .filter_map(|name| match context.live(&slice_key(name)) {
                Ok(Object::EndpointSlice(slice)) => Some(Rc::clone(slice)),
                _ => None,
            })
            .collect();
        let plan = plan(existing, desired, dirty, &slice_for(service), trigger);
        for slice in plan.create {
            let made = context.request(Request::create(slice))?;
            names.insert(made.meta().name.clone());
        }
        for slice in plan.update {
            context.request(Request::update(slice))?;
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

/// Whether a change of a pod may change its endpoint (`podEndpointsChanged`): any change of one that is being
/// deleted may.
fn is_endpoint_changed(old: &Pod, new: &Pod) -> bool {
    old.is_terminating()
        || new.is_terminating()
        || old.is_ready() != new.is_ready()
        || old.status.pod_ip != new.status.pod_ip
}

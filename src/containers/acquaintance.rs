//! Whom a server knows by name: those whose names resolve, and those it has found while they did.
//!
//! Models servers that look a name up once and keep the connection, or at least the address: it outlasts the
//! Service that gave the name, until one of the two starts anew. Left out: names that are no pod's, once they
//! stand for nothing; a Service that was changed and named the pod neither before nor after.

use std::rc::Rc;

use super::environment::{hostname, is_own_name};
use super::instance::statuses;
use super::{Containers, World};
use crate::api::network::Service;
use crate::api::pod::Pod;
use crate::api::timestamp::Timestamp;
use crate::sim::Time;

impl Containers {
    /// A Service was changed or removed: up to now its pods may have been found by the names that it gave.
    pub fn note_service(&mut self, service: &Service, now: Time) {
        if service.spec.cluster_ip == "None" {
            let meta = &service.metadata;
            self.withdrawn.insert((meta.namespace.clone(), meta.name.clone()), now);
        }
    }
}

impl World {
    /// The pod that the container which the world is in knows by a name.
    pub(super) fn acquaintance(&self, name: &str) -> Option<Rc<Pod>> {
        let own = self.pod()?;
        if is_own_name(&self.scene, own, name) {
            return Some(Rc::clone(own));
        }
        match self.address_of(name) {
            Some(address) => self.pod_at(&address),
            None => self.remembered(name),
        }
    }

    /// The pod that a name stood for while both it and this container ran already.
    fn remembered(&self, name: &str) -> Option<Rc<Pod>> {
        let own = self.pod()?;
        let mut parts = name.split('.');
        let (host, service) = (parts.next()?, parts.next()?);
        let namespace = parts.next().unwrap_or(own.metadata.namespace.as_str());
        let is_it = |pod: &&Rc<Pod>| {
            pod.metadata.namespace == namespace
                && pod.spec.subdomain == service
                && pod.status.phase == "Running"
                && hostname(&self.scene, pod) == host
        };
        let pod = self.scene.pods.iter().find(is_it)?;
        let known_until = match self.scene.service(namespace, service) {
            Some(_) => self.withdrawn(namespace, service).max(ready_until(pod)),
            None => self.withdrawn(namespace, service),
        }?;
        let since = self.place_here()?.started.max(started(pod)?);
        (since < known_until).then(|| Rc::clone(pod))
    }

    /// When the names that a Service gives last ceased to be what they were.
    fn withdrawn(&self, namespace: &str, service: &str) -> Option<Time> {
        self.containers.withdrawn.get(&(namespace.to_owned(), service.to_owned())).copied()
    }
}

/// When a pod that is not ready ceased to be.
fn ready_until(pod: &Pod) -> Option<Time> {
    let mut conditions = pod.status.conditions.iter();
    let ready = conditions.find(|condition| condition.type_ == "Ready" && condition.status == "False")?;
    ready.last_transition_time.map(Timestamp::time)
}

/// When the first of a pod's containers that run now has started; a pod keeps its address when one starts
/// again.
fn started(pod: &Pod) -> Option<Time> {
    if statuses(pod).any(|status| status.restart_count > 0) {
        return pod.status.start_time.map(Timestamp::time);
    }
    let running = statuses(pod).filter_map(|status| status.state.running.as_ref()?.started_at);
    running.map(Timestamp::time).min()
}

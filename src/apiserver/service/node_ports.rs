//! Gives the ports of Services ports of the nodes.
//!
//! Models `initNodePorts` and `updateNodePorts`, pkg/registry/core/service/storage/alloc.go, Kubernetes
//! v1.36: in a new Service ports of one number, as of TCP and UDP, share one. Left out: ports of health
//! checks.

use serde_json::{Value, json};

use super::{has_node_ports, invalid, is_load_balancer, refused};
use crate::api::network::{Service, ServicePort};
use crate::apiserver::StatusError;
use crate::collections::{SortedMap, SortedSet};
use crate::sim::Rng;

const MIN: u64 = 30_000;
const COUNT: u64 = 2_768;

/// The node port of a port.
pub(super) fn of(port: &ServicePort) -> Option<u64> {
    port.extra.get("nodePort").and_then(Value::as_u64).filter(|number| *number != 0)
}

/// Whether ports that name none get one, in a Service that has node ports.
fn are_drawn(service: &Service) -> bool {
    !is_load_balancer(service)
        || service.spec.extra.get("allocateLoadBalancerNodePorts") != Some(&json!(false))
}

/// The numbers that are taken, and where new ones come from.
#[derive(Debug)]
pub(super) struct Numbers<'a> {
    /// What stored Services have, and what has been given out since.
    pub(super) taken: SortedSet<u64>,
    /// The draw.
    pub(super) rng: &'a mut Rng,
}

impl Numbers<'_> {
    /// Takes a number that a client asks for, in the port at this place.
    fn take(&mut self, name: &str, index: usize, number: u64) -> Result<(), StatusError> {
        let why = if !(MIN..MIN + COUNT).contains(&number) {
            "provided port is not in the valid range. The range of valid ports is 30000-32767"
        } else if !self.taken.insert(number) {
            "provided port is already allocated"
        } else {
            return Ok(());
        };
        let cause = refused(format!("spec.ports[{index}].nodePort"), &json!(number), why);
        invalid(name, vec![cause])
    }

    fn draw(&mut self) -> Option<u64> {
        let number =
            (0..COUNT).map(|_| MIN + self.rng.below(COUNT)).find(|number| !self.taken.contains(number))?;
        self.taken.insert(number);
        Some(number)
    }

    /// The ports of a new Service.
    pub(super) fn give(&mut self, service: &mut Service) -> Result<(), StatusError> {
        let are_drawn = are_drawn(service);
        let name = service.metadata.name.clone();
        let mut shared: SortedMap<i64, u64> = SortedMap::new();
        for index in 0..service.spec.ports.len() {
            let ports = &service.spec.ports;
            let Some(port) = ports.get(index).filter(|port| are_drawn || of(port).is_some()) else {
                continue;
            };
            let (number, own) = (port.port, of(port));
            let asked = || ports.iter().filter(|other| other.port == number).find_map(of);
            let given = match (shared.get(&number).copied(), own) {
                (Some(first), None) => Some(first),
                (Some(first), Some(own)) => {
                    if own != first {
                        self.take(&name, index, own)?;
                    }
                    Some(own)
                }
                (None, _) => {
                    let given = match asked() {
                        Some(asked) => {
                            self.take(&name, index, asked)?;
                            Some(asked)
                        }
                        None => self.draw(),
                    };
                    shared.extend(given.map(|given| (number, given)));
                    given
                }
            };
            set(&mut service.spec.ports, index, given);
        }
        Ok(())
    }

    /// The ports of a Service that has changed: what it had before it keeps.
    pub(super) fn give_more(&mut self, service: &mut Service, old: &Service) -> Result<(), StatusError> {
        let are_drawn = are_drawn(service);
        let name = service.metadata.name.clone();
        let mut own: SortedSet<u64> = old.spec.ports.iter().filter_map(of).collect();
        for index in 0..service.spec.ports.len() {
            match service.spec.ports.get(index).and_then(of) {
                Some(number) if own.insert(number) => self.take(&name, index, number)?,
                None if are_drawn => {
                    let given = self.draw();
                    set(&mut service.spec.ports, index, given);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn set(ports: &mut [ServicePort], index: usize, number: Option<u64>) {
    if let (Some(port), Some(number)) = (ports.get_mut(index), number) {
        port.extra.insert("nodePort".into(), number.into());
    }
}

/// An update that says nothing of a port's number keeps the one that the port of that name had, unless it now
/// gives it to another.
pub(super) fn keep(new: &mut Service, old: &Service) {
    if !has_node_ports(new) || !has_node_ports(old) {
        return;
    }
    let before: SortedSet<u64> = old.spec.ports.iter().filter_map(of).collect();
    let used: Vec<u64> =
        new.spec.ports.iter().filter_map(of).filter(|number| before.contains(number)).collect();
    for port in &mut new.spec.ports {
        let same = old.spec.ports.iter().rfind(|other| other.name == port.name);
        let kept = same.and_then(of).filter(|number| !used.contains(number));
        if let (None, Some(number)) = (of(port), kept) {
            port.extra.insert("nodePort".into(), number.into());
        }
    }
}

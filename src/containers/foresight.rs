//! Init containers that loop until something is there: when they will end, if nothing changes.
//!
//! Their kubelet is told, so that no timer has to look at them again and again. When Services or the
//! addresses behind them change, the loops are brought to the present as things were, and it is foreseen
//! anew. Left out: ends that lie further ahead than a while; loops that wait for anything else look again
//! when a Service changes.

use std::rc::Rc;

use super::World;
use super::attention;
use super::instance::{ContainerId, Place, place};
use super::scene::Scene;
use crate::api::network::{EndpointSlice, Service};
use crate::sim::{Span, Time};

/// How far it is looked ahead.
const AHEAD: Span = Span::from_seconds(120);
/// How long a script runs on of which it turns out that the sandbox cannot run it.
const UNKNOWN_RUNS: Span = Span::from_seconds(1);

/// When a container's own program ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Namespace of the pod.
    pub namespace: String,
    /// Name of the pod.
    pub pod: String,
    /// Name of the container.
    pub container: String,
    /// When, and with which code; `None` when it runs on.
    pub end: Option<(Time, i64)>,
}

/// Where packets went when the loops were looked at last.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    services: Vec<Rc<Service>>,
    slices: Vec<Rc<EndpointSlice>>,
}

impl World {
    /// Services have changed: those who wait for them look again.
    pub fn look_again(&mut self) {
        let waiting: Vec<ContainerId> = self.containers.waiting().cloned().collect();
        let places: Vec<Place> = waiting.iter().filter_map(|id| self.place_of(id)).collect();
        let scene = &mut self.scene;
        std::mem::swap(&mut scene.services, &mut self.containers.seen.services);
        std::mem::swap(&mut scene.slices, &mut self.containers.seen.slices);
        for place in &places {
            self.within(place, |_| ());
        }
        let scene = &mut self.scene;
        std::mem::swap(&mut scene.services, &mut self.containers.seen.services);
        std::mem::swap(&mut scene.slices, &mut self.containers.seen.slices);
        self.foresee(&places);
    }

    /// Where a container is that runs.
    fn place_of(&self, id: &ContainerId) -> Option<Place> {
        let held = self.containers.instances.get(id)?;
        let meta = &held.pod.metadata;
        let found = place(self.scene.pod(&meta.namespace, &meta.name)?, &held.container.name, false).ok()?;
        (found.id == *id && found.ended.is_none()).then_some(found)
    }

    /// Finds out when containers end that loop.
    pub(super) fn foresee(&mut self, places: &[Place]) {
        if places.is_empty() {
            return;
        }
        let now = self.scene.now;
        self.containers.seen =
            Seen { services: self.scene.services.clone(), slices: self.scene.slices.clone() };
        let mut later = Self::new(self.containers.clone(), Scene { now: now + AHEAD, ..self.scene.clone() });
        for place in places {
            let Some(held) = self.containers.instances.get_mut(&place.id).filter(|held| !held.has_ended())
            else {
                continue;
            };
            if !later.enter(place) {
                continue;
            }
            let foreseen = later.containers.instances.get(&place.id);
            let end = foreseen.and_then(|held| held.main.as_ref()?.end());
            let is_known =
                foreseen.is_some_and(|held| !attention::is_guessed(held, end.map(|(_, code)| code)));
            let waited = std::mem::replace(&mut held.waits, is_known);
            let end = match (waited, is_known) {
                (_, false) => Some((now + UNKNOWN_RUNS, 0)),
                // What was foreseen before may still come.
                (true, true) if end.is_none() => continue,
                (_, true) => end,
            };
            self.forecasts.push(Forecast {
                namespace: place.pod.metadata.namespace.clone(),
                pod: place.pod.metadata.name.clone(),
                container: place.container.clone(),
                end,
            });
        }
    }
}

//! The inside of containers, joined with the cluster: what they see of it, and what it sees of them.
//!
//! Nothing is kept of containers that nobody looked into. A program that ends by itself, and probes that fail
//! because somebody changed something, are told to the kubelet.

use std::rc::Rc;

use super::{Cluster, Wakeup};
use crate::api::network::Service;
use crate::api::object::Typed;
use crate::api::pod::Pod;
use crate::api::{Kind, Object};
use crate::apiserver::WatchEventType;
use crate::client::Context;
use crate::containers::{Exit, Forecast, Message, Scene, World, concerns_others, probe};
use crate::kubelet::{self, Kubelets, Outage, ProbeKind};

impl Cluster {
    /// Does something with the containers, as the cluster is now.
    pub(super) fn with_world<T>(&mut self, act: impl FnOnce(&mut World) -> T) -> T {
        let mut world = World::new(std::mem::take(&mut self.containers), self.scene());
        let result = act(&mut world);
        let (forecasts, messages) = world.take_news();
        let (containers, exits, reports) = world.close();
        self.containers = containers;
        for exit in exits {
            self.end_container(&exit);
        }
        for report in reports {
            self.report_probe(report);
        }
        for forecast in forecasts {
            self.expect_end(&forecast);
        }
        for message in messages {
            self.note_message(&message);
        }
        result
    }

    /// Looks into the containers of pods that have changed, as far as what they do concerns others.
    pub(super) fn attend(&mut self) {
        let Some(log) = self.server.store().watch_log(Kind::Pod) else { return };
        let events = log.since(self.attended).into_iter().flatten();
        let news: Vec<(Rc<Pod>, bool)> = events
            .filter_map(|event| Some((Pod::of(&event.object)?, event.type_ == WatchEventType::Deleted)))
            .filter(|(pod, _)| pod.is_bound() && concerns_others(pod))
            .map(|(pod, is_gone)| (Rc::clone(pod), is_gone))
            .collect();
        self.attended = log.end();
        // The stand-ins of recordings run no programs.
        if news.is_empty() || self.config.timing.stand_in {
            return;
        }
        self.with_world(|world| news.iter().for_each(|(pod, is_gone)| world.attend(pod, *is_gone)));
    }

    /// Notes when Services were changed: who knew others by their names then still does.
    pub(super) fn note_services(&mut self) {
        let Some(log) = self.server.store().watch_log(Kind::Service) else { return };
        let now = self.agenda.now();
        for event in log.since(self.services_noted).into_iter().flatten() {
            if let Some(service) = Service::of(&event.object) {
                self.containers.note_service(service, now);
            }
        }
        self.services_noted = log.end();
    }

    /// Services have changed: containers that wait for some look again.
    pub(super) fn look_again(&mut self) {
        if self.containers.await_services() {
            self.with_world(World::look_again);
        }
    }

    /// What keeps a node's kubelet from answering.
    pub(super) fn outage(&self, node: &str) -> Option<Outage> {
        let mut machines = self.kubelets().machines();
        machines.find(|(name, _)| *name == node).and_then(|(_, outage)| outage).map(|(outage, _)| outage)
    }

    fn scene(&self) -> Scene {
        let opaque = |kind: Kind| {
            let found = self.server.list(kind, None);
            found.filter_map(|object| match object {
                Object::ConfigMap(object) | Object::Secret(object) => Some(Rc::clone(object)),
                _ => None,
            })
        };
        let is_cut = |outage: Option<(Outage, _)>| {
            matches!(outage, Some((Outage::Partitioned | Outage::PoweredOff, _)))
        };
        let cut_off = self.kubelets().machines().filter(|(_, outage)| is_cut(*outage));
        Scene {
            now: self.now(),
            pods: self.all(),
            services: self.all(),
            slices: self.all(),
            nodes: self.all(),
            claims: self.all(),
            volumes: self.all(),
            config_maps: opaque(Kind::ConfigMap).collect(),
            secrets: opaque(Kind::Secret).collect(),
            cut_off: cut_off.map(|(name, _)| name.to_owned()).collect(),
        }
    }

    fn all<T: Typed>(&self) -> Vec<Rc<T>> {
        self.server.list(T::KIND, None).filter_map(T::of).cloned().collect()
    }

    fn tell_kubelets(&mut self, tell: impl FnOnce(&mut Kubelets, &mut Context<'_, kubelet::Timer>)) {
        let timers = self.kubelets.with_context(&mut self.server, None, tell);
        self.schedule(timers, Wakeup::Kubelets);
    }

    fn end_container(&mut self, exit: &Exit) {
        self.tell_kubelets(|kubelets, context| {
            kubelets.end_container(&exit.namespace, &exit.pod, &exit.container, exit.code, context);
        });
    }

    fn expect_end(&mut self, forecast: &Forecast) {
        let Forecast { namespace, pod, container, end } = forecast;
        self.tell_kubelets(|kubelets, context| {
            kubelets.expect_end((namespace, pod, container), *end, context);
        });
    }

    fn note_message(&mut self, message: &Message) {
        let Message { namespace, pod, container, id, text } = message;
        self.tell_kubelets(|kubelets, context| {
            kubelets.note_message((namespace, pod, container), id, text, context);
        });
    }

    fn report_probe(&mut self, report: probe::Report) {
        let kind = match report.kind {
            probe::ProbeKind::Readiness => ProbeKind::Readiness,
            probe::ProbeKind::Liveness => ProbeKind::Liveness,
        };
        self.tell_kubelets(|kubelets, context| {
            let probe::Report { namespace, pod, container, failure, .. } = report;
            kubelets.report_probe((&namespace, &pod, &container), kind, failure, context);
        });
    }

    /// Who waits for what containers print looks again when one of them has printed something.
    pub(super) fn wake_visitors(&mut self) {
        let changes = self.containers.changes();
        if changes == self.containers_seen {
            return;
        }
        self.containers_seen = changes;
        let at = self.now() + crate::sim::Span::from_ms(self.config.watch_latency_ms);
        for id in self.terminals.keys().copied().collect::<Vec<_>>() {
            self.wake_terminal(id, at);
        }
    }
}

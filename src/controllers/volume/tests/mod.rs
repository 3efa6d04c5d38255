//! Claims and volumes as lines of text, played on a server with the controllers of volumes beside it.

mod claims;
mod failures;

use std::fmt::Write as _;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::ApiServer;
use crate::client::{Cache, Component as _, Context, DeleteOptions, Informer, Recorder, Request};
use crate::controllers::ControllerManager;
use crate::controllers::process::RunNext;
use crate::controllers::volume::{VolumeFault, controllers};
use crate::sim::{Agenda, Rng, Span};

struct World {
    server: ApiServer,
    controllers: ControllerManager,
    cache: Cache,
    informers: Vec<Informer>,
    recorder: Recorder,
    rng: Rng,
    agenda: Agenda<RunNext>,
    /// What was seen of each claim, row by row.
    rows: Vec<String>,
}

impl World {
    fn new() -> Self {
        Self {
            server: ApiServer::new(Rng::new(1)),
            controllers: ControllerManager::new(controllers(Span::from_ms(200), true)),
            cache: Cache::default(),
            informers: Kind::ALL.iter().map(|&kind| Informer::new(kind, Span::from_ms(10))).collect(),
            recorder: Recorder::default(),
            rng: Rng::new(2),
            agenda: Agenda::default(),
            rows: Vec::new(),
        }
    }

    fn with(&mut self, run: impl FnOnce(&mut ControllerManager, &mut Context<'_, RunNext>)) {
        let mut context = Context::new(&self.cache, &mut self.server, &mut self.recorder, &mut self.rng);
        run(&mut self.controllers, &mut context);
        for (at, timer) in context.into_timers() {
            self.agenda.schedule(at, timer);
        }
    }

    /// Lets a time pass.
    fn run(&mut self, ms: u64) {
        let end = self.agenda.now() + Span::from_ms(ms);
        loop {
            let arrival =
                self.informers.iter().filter_map(|informer| informer.next_arrival(self.server.store())).min();
            let timer = self.agenda.next_due();
            let Some(next) = arrival.into_iter().chain(timer).min().filter(|next| *next <= end) else {
                break;
            };
            if timer.is_some_and(|timer| timer <= next) {
                let timer = self.agenda.pop().unwrap();
                self.server.set_now(self.agenda.now());
                self.with(|controllers, context| controllers.wake(timer, context));
                continue;
            }
            self.agenda.advance(next.max(self.agenda.now()));
            let now = self.agenda.now();
            self.server.set_now(now);
            let mut changes = Vec::new();
            for informer in &mut self.informers {
                changes.extend(informer.deliver(self.server.store(), now, &mut self.cache));
            }
            for change in &changes {
                if let Some(Object::PersistentVolumeClaim(claim)) = &change.new {
                    self.rows.push(claim_row(claim));
                }
            }
            self.with(|controllers, context| controllers.observe(&changes, context));
        }
        self.agenda.advance(end);
        self.server.set_now(end);
    }

    fn create(&mut self, kind: Kind, value: Value) {
        let object = Object::from_value(kind, value).unwrap();
        self.server.handle(Request::create(object)).unwrap();
    }

    fn update(&mut self, key: &ObjectKey, change: impl FnOnce(&mut Object)) {
        let mut object = self.server.get(key).unwrap().clone();
        change(&mut object);
        self.server.handle(Request::update(object)).unwrap();
    }

    /// Plays lines: `class`, `claim`, `volume`, `pod`, `select CLAIM NODE`, `grow CLAIM SIZE`,
    /// `delete KIND NAME`, `+MS`.
    fn play(&mut self, lines: &str) {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["class", name, mode, rest @ ..] => self.create(
                    Kind::StorageClass,
                    json!({
                        "metadata": {"name": name},
                        "provisioner": rest.first().unwrap_or(&"rancher.io/local-path"),
                        "reclaimPolicy": rest.get(1).unwrap_or(&"Delete"),
                        "volumeBindingMode": mode,
                        "allowVolumeExpansion": true,
                    }),
                ),
                ["claim", name, class, rest @ ..] => {
                    let mut value = json!({
                        "metadata": {"name": name, "namespace": "default"},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "1Gi"}},
                            "storageClassName": if *class == "-" { "" } else { class },
                            "volumeMode": "Filesystem",
                        },
                    });
                    if let Some(volume) = rest.first() {
                        value["spec"]["volumeName"] = (*volume).into();
                    }
                    self.create(Kind::PersistentVolumeClaim, value);
                }
                ["volume", name, size, policy] => self.create(
                    Kind::PersistentVolume,
                    json!({
                        "metadata": {"name": name},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "capacity": {"storage": size},
                            "persistentVolumeReclaimPolicy": policy,
                            "volumeMode": "Filesystem",
                            "hostPath": {"path": "/data"},
                        },
                    }),
                ),
                ["pod", name, claim, rest @ ..] => self.create(
                    Kind::Pod,
                    json!({
                        "metadata": {"name": name, "namespace": "default"},
                        "spec": {
                            "nodeName": rest.first().unwrap_or(&""),
                            "containers": [{"name": "c", "image": "i"}],
                            "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}],
                        },
                    }),
                ),
                ["select" | "grow" | "delete", ..] => self.change(&words),
                ["fails", class, on] => {
                    self.inject(&VolumeFault::Fails { class: (*class).to_owned(), on: *on == "on" });
                }
                ["misplaced", class, node] => {
                    let (class, node) = ((*class).to_owned(), Some((*node).to_owned()));
                    self.inject(&VolumeFault::Misplaced { class, node });
                }
                [time] => self.run(time.strip_prefix('+').unwrap().parse().unwrap()),
                other => panic!("{other:?}"),
            }
        }
    }

    fn inject(&mut self, fault: &VolumeFault) {
        self.with(|controllers, context| controllers.inject(fault, context));
    }

    fn change(&mut self, words: &[&str]) {
        match words {
            ["select", claim, node] => {
                let key = ObjectKey::new(Kind::PersistentVolumeClaim, "default", *claim);
                let annotation = "volume.kubernetes.io/selected-node".to_owned();
                self.update(&key, |object| {
                    object.meta_mut().annotations.insert(annotation, (*node).to_owned());
                });
            }
            ["grow", claim, size] => {
                let key = ObjectKey::new(Kind::PersistentVolumeClaim, "default", *claim);
                self.update(&key, |object| {
                    if let Object::PersistentVolumeClaim(claim) = object {
                        let requests = &mut Rc::make_mut(claim).spec.resources.requests;
                        requests.insert("storage".to_owned(), (*size).to_owned());
                    }
                });
            }
            ["delete", kind, name] => {
                let (kind, namespace) = match *kind {
                    "claim" => (Kind::PersistentVolumeClaim, "default"),
                    "pod" => (Kind::Pod, "default"),
                    _ => (Kind::PersistentVolume, ""),
                };
                let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
                let key = ObjectKey::new(kind, namespace, *name);
                self.server.handle(Request::delete(key, options)).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }

    /// Claims, volumes and Events as they are.
    fn state(&self) -> String {
        let mut text = String::new();
        for object in self.server.list(Kind::PersistentVolumeClaim, None) {
            if let Object::PersistentVolumeClaim(claim) = object {
                writeln!(text, "claim {}", claim_row(claim)).unwrap();
            }
        }
        for object in self.server.list(Kind::PersistentVolume, None) {
            if let Object::PersistentVolume(volume) = object {
                writeln!(text, "volume {}", volume_row(volume)).unwrap();
            }
        }
        for object in self.server.list(Kind::Event, None) {
            if let Object::Event(event) = object {
                let message: String = event.message.chars().take(38).collect();
                writeln!(
                    text,
                    "event {} {} x{} {message}",
                    event.involved_object.name, event.reason, event.count
                )
                .unwrap();
            }
        }
        text
    }
}

fn short(volume: &str) -> &str {
    if volume.starts_with("pvc-") { "pvc-UID" } else { volume }
}

fn claim_row(claim: &PersistentVolumeClaim) -> String {
    let storage = claim.status.capacity.get("storage").map_or("", String::as_str);
    let terminating = if claim.metadata.is_terminating() { " terminating" } else { "" };
    format!(
        "{} {} [{}] [{storage}]{terminating}",
        claim.metadata.name,
        claim.status.phase,
        short(&claim.spec.volume_name)
    )
}

fn volume_row(volume: &PersistentVolume) -> String {
    let claim = volume.spec.claim_ref.as_ref().map_or("none", |claim| claim.name.as_str());
    format!("{} {} for {claim}", short(&volume.metadata.name), volume.status.phase)
}

fn check(lines: &str, expected: &str) -> World {
    let mut world = World::new();
    world.play(lines);
    let wanted: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let state = world.state();
    assert_eq!(state.lines().map(str::trim_end).collect::<Vec<_>>(), wanted, "{lines}");
    world
}

const EXTERNAL: &str = "ExternalProvisioning x1 Waiting for a volume to be created eit";

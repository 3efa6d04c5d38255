//! Claims and volumes as lines of text, played on a server with the controllers of volumes beside it.

use std::fmt::Write as _;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{VolumeFault, controllers};
use crate::api::storage::{PersistentVolume, PersistentVolumeClaim};
use crate::api::{Kind, Object, ObjectKey};
use crate::apiserver::ApiServer;
use crate::client::{Cache, Component as _, Context, DeleteOptions, Informer, Recorder, Request};
use crate::controllers::ControllerManager;
use crate::controllers::process::RunNext;
use crate::sim::{Agenda, Rng, Span, Time};

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
const FIRST: &str = "WaitForFirstConsumer x1 waiting for first consumer to be creat";

#[test]
fn a_late_claim_waits_for_its_pod_and_goes_through_the_recorded_rows() {
    let world = check(
        "class late WaitForFirstConsumer
         claim data late
         pod web-0 data
         +20
         select data node-1
         +1000",
        &format!(
            "claim data Bound [pvc-UID] [1Gi]
             volume pvc-UID Bound for data
             event data {FIRST}
             event data {EXTERNAL}"
        ),
    );
    let mut rows = world.rows.clone();
    rows.dedup();
    assert_eq!(rows, ["data Pending [] []", "data Pending [pvc-UID] []", "data Bound [pvc-UID] [1Gi]"]);
    let volume = world.server.list(Kind::PersistentVolume, None).next().unwrap().to_value();
    let terms = &volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"];
    assert_eq!(terms[0]["matchExpressions"][0]["values"], json!(["node-1"]));
}

#[test]
fn a_claim_that_goes_on_waiting_names_its_pod_at_the_next_look() {
    check(
        "class late WaitForFirstConsumer\nclaim data late\npod web-0 data\n+16000",
        &format!(
            "claim data Pending [] []
             event data {FIRST}
             event data WaitForPodScheduled x1 waiting for pod web-0 to be scheduled"
        ),
    );
}

#[test]
fn an_immediate_claim_gets_its_volume_at_once() {
    check(
        "class now Immediate\nclaim data now\n+1000",
        &format!(
            "claim data Bound [pvc-UID] [1Gi]
             volume pvc-UID Bound for data
             event data {EXTERNAL}"
        ),
    );
}

#[test]
fn a_claim_that_asks_for_more_waits_for_somebody_outside() {
    let made = "class now Immediate\nclaim data now\n+1000";
    let expected = format!(
        "claim data Bound [pvc-UID] [1Gi]
         volume pvc-UID Bound for data
         event data {EXTERNAL}"
    );
    let more = "event data ExternalExpanding x1 waiting for an external controller to";
    check(&format!("{made}\ngrow data 2Gi\n+1000"), &format!("{expected}\n{more}"));
}

#[test]
fn made_volumes_are_matched_by_size() {
    check(
        "volume large 5Gi Retain\nvolume small 1Gi Retain\nvolume tiny 500Mi Retain\n+100\nclaim data -\n+100",
        "claim data Bound [small] [1Gi]
         volume large Available for none
         volume small Bound for data
         volume tiny Available for none",
    );
    check(
        "volume small 500Mi Retain\n+100\nclaim data - small\n+100",
        "claim data Pending [small] []
         volume small Available for none
         event data VolumeMismatch x1 Cannot bind to requested volume \"small",
    );
    check(
        "claim data -\n+100",
        "claim data Pending [] []
         event data FailedBinding x1 no persistent volumes available for th",
    );
    check(
        "claim data fast\n+100",
        "claim data Pending [] []
         event data ProvisioningFailed x1 storageclass.storage.k8s.io \"fast\" not",
    );
}

#[test]
fn a_claim_that_comes_right_after_its_volume_is_bound_at_once() {
    check("volume pv 1Gi Retain\nclaim data -\n+20", "claim data Bound [pv] [1Gi]\nvolume pv Bound for data");
    check(
        "claim data -\nvolume pv 1Gi Retain\n+20",
        "claim data Pending [] []
         volume pv Available for none
         event data FailedBinding x1 no persistent volumes available for th",
    );
}

#[test]
fn a_volume_without_its_claim_is_deleted_or_kept() {
    let made = "class now Immediate\nclaim data now\n+1000\ndelete claim data\n+50";
    check(made, &format!("volume pvc-UID Released for data\nevent data {EXTERNAL}"));
    check(&format!("{made}\n+1000"), &format!("event data {EXTERNAL}"));
    check(
        "class now Immediate rancher.io/local-path Retain\nclaim data now\n+1000\ndelete claim data\n+1000",
        &format!("volume pvc-UID Released for data\nevent data {EXTERNAL}"),
    );
    check(
        "volume pv 1Gi Delete\n+50\nclaim data -\n+50\ndelete claim data\n+50",
        "volume pv Failed for data
         event pv VolumeFailedDelete x1 error getting deleter volume plugin fo",
    );
}

#[test]
fn a_claim_without_its_volume_is_lost() {
    check(
        "volume pv 1Gi Retain\n+50\nclaim data -\n+50\ndelete volume pv\n+50",
        "claim data Bound [pv] [1Gi]\nvolume pv Bound for data",
    );
    let mut world = World::new();
    world.play("volume pv 1Gi Retain\n+50\nclaim data -\n+50\ndelete volume pv\n+50");
    let key = ObjectKey::new(Kind::PersistentVolume, "", "pv");
    world.update(&key, |object| object.meta_mut().finalizers.clear());
    world.run(50);
    assert_eq!(
        world.state(),
        "claim data Lost [pv] []\nevent data ClaimLost x1 Bound claim has lost its PersistentVol\n"
    );
}

#[test]
fn a_claim_in_use_stays_terminating_until_its_pod_is_gone() {
    let used =
        "class now Immediate\nclaim data now\n+1000\npod web-0 data node-1\n+50\ndelete claim data\n+50";
    check(
        used,
        &format!(
            "claim data Bound [pvc-UID] [1Gi] terminating
             volume pvc-UID Bound for data
             event data {EXTERNAL}"
        ),
    );
    check(&format!("{used}\ndelete pod web-0\n+1000"), &format!("event data {EXTERNAL}"));
    // A pod without a node does not hold the claim.
    check(
        "class now Immediate\nclaim data now\n+1000\npod web-0 data\n+50\ndelete claim data\n+1000",
        &format!("event data {EXTERNAL}"),
    );
}

#[test]
fn nothing_is_left_to_do_once_all_is_bound() {
    let mut world = World::new();
    world.play("class now Immediate\nclaim data now\n+30000");
    let revision = world.server.store().revision();
    assert!(world.agenda.next_due().is_none(), "no timer is left");
    world.run(60_000);
    assert_eq!(world.server.store().revision(), revision);
    assert_eq!(world.agenda.now(), Time::from_ms(90_000));
}

const BROKEN: &str = "class now Immediate\nfails now on\nclaim data now";

/// Plays on and says how often the volume could not be made by then.
fn failures(world: &mut World, lines: &str) -> String {
    world.play(lines);
    let state = world.state();
    let (_, told) = state.split_once("ProvisioningFailed ").unwrap();
    told.split(' ').next().unwrap().to_owned()
}

fn is_bound(world: &World) -> bool {
    world.state().starts_with("claim data Bound ")
}

#[test]
fn a_volume_that_cannot_be_made_is_tried_again_later_and_later() {
    let failed = |times: u32| {
        format!(
            "claim data Pending [] []
             event data {EXTERNAL}
             event data ProvisioningFailed x{times} failed to provision volume with Storag"
        )
    };
    check(&format!("{BROKEN}\n+1000"), &failed(1));
    // 15 s, 30 s, 60 s …
    let mut world = World::new();
    for (lines, expected) in [(BROKEN, "+14000 x1"), ("", "+2000 x2"), ("", "+28000 x2"), ("", "+2000 x3")] {
        let (wait, expected) = expected.split_once(' ').unwrap();
        assert_eq!(failures(&mut world, &format!("{lines}\n{wait}")), expected, "{wait}");
    }
}

/// Nobody tells the provisioner that it can work again.
#[test]
fn a_volume_that_can_be_made_again_is_made_at_the_next_try() {
    let mut world = World::new();
    world.play(&format!("{BROKEN}\n+46000\nfails now off\n+58000"));
    assert!(!is_bound(&world), "{}", world.state());
    world.play("+3000");
    assert!(is_bound(&world), "{}", world.state());
}

#[test]
fn a_claim_that_changes_is_taken_up_at_once_and_goes_on_waiting() {
    let mut world = World::new();
    assert_eq!(failures(&mut world, &format!("{BROKEN}\n+46000")), "x3");
    assert_eq!(failures(&mut world, "select data node-1\n+100"), "x4");
    // The wait that was begun ends when it would have, not one twice as long.
    assert_eq!(failures(&mut world, "+58000"), "x4");
    assert_eq!(failures(&mut world, "+3000"), "x5");
    world.play("fails now off\nselect data node-2\n+100");
    assert!(is_bound(&world), "{}", world.state());
}

/// Every quarter of an hour all claims are looked at again, also one that has failed fifteen times.
#[test]
fn a_volume_that_failed_too_often_is_tried_in_rounds() {
    let mut world = World::new();
    assert_eq!(failures(&mut world, &format!("{BROKEN}\n+899000")), "x6");
    assert_eq!(failures(&mut world, "+2000"), "x7");
    assert_eq!(failures(&mut world, "+46000"), "x8");
    // 16,200 s are eighteen rounds.
    world.play("+15254000");
    let long_after = failures(&mut world, "");
    assert_eq!(failures(&mut world, "+898000"), long_after);
    assert_ne!(failures(&mut world, "+2000"), long_after);
    world.play("fails now off\n+890000");
    assert!(!is_bound(&world), "{}", world.state());
    world.play("+11000");
    assert!(is_bound(&world), "{}", world.state());
}

#[test]
fn a_misplaced_volume_lies_where_its_pod_was_not_sent() {
    let mut world = World::new();
    world.play(
        "class late WaitForFirstConsumer\nmisplaced late node-2\nclaim data late\npod web-0 data\n+20\n\
         select data node-1\n+1000",
    );
    let volume = world.server.list(Kind::PersistentVolume, None).next().unwrap().to_value();
    let terms = &volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"];
    assert_eq!(terms[0]["matchExpressions"][0]["values"], json!(["node-2"]));
}

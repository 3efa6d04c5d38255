//! The world of programs in containers: a shell's host in one of them, from which others can be reached.

use std::any::Any;
use std::rc::Rc;

use super::foresight::Forecast;
use super::instance::{ContainerId, Instance, Place, Refusal, place};
use super::lifetime::Exit;
use super::log::Wanted;
use super::mounts::mounts;
use super::scene::Scene;
use super::termination::Message;
use super::{Containers, images, instance, programs};
use crate::api::Timestamp;
use crate::api::pod::Pod;
use crate::collections::{SortedMap, SortedSet};
use crate::shell::files::resolve;
use crate::shell::web::{FetchError, Response, Url};
use crate::shell::{Call, Dialect, FileKind, Files, Host, NotFound, Program};
use crate::sim::Time;

/// The containers with the cluster around them.
#[derive(Debug, Default)]
pub struct World {
    /// The cluster.
    pub scene: Scene,
    pub(super) containers: Containers,
    /// The container that is spoken of.
    pub(super) here: ContainerId,
    /// Containers whose program has ended.
    pub(super) exits: Vec<Exit>,
    /// When containers end that loop.
    pub(super) forecasts: Vec<Forecast>,
    /// What containers left that have ended.
    pub(super) messages: Vec<Message>,
    /// The instant of what is done: a container's own program is run through the past.
    pub(super) at: Time,
    /// What is done is done by a person, not by a container's own program.
    pub(super) is_visited: bool,
    /// What runs is a container's own program, to which nobody types.
    pub(super) runs_main: bool,
    /// Containers in which a person changed something.
    pub(super) touched: SortedSet<ContainerId>,
    /// Volumes to which something was written, each with the container that did it.
    pub(super) written: SortedSet<(String, ContainerId)>,
    /// Those who write to a container's volumes are being brought to the present.
    pub(super) shares: bool,
    /// Where the containers that were looked into are.
    pub(super) places: SortedMap<ContainerId, Place>,
}

impl World {
    /// The containers in a cluster as it is now. What nobody can look into any more is forgotten.
    pub fn new(mut containers: Containers, scene: Scene) -> Self {
        forget(&mut containers, &scene);
        let mut world = Self { at: scene.now, scene, containers, ..Self::default() };
        world.forget_locks();
        world
    }

    /// When containers end that loop, and what others left that have ended.
    pub fn take_news(&mut self) -> (Vec<Forecast>, Vec<Message>) {
        (std::mem::take(&mut self.forecasts), std::mem::take(&mut self.messages))
    }

    /// The containers, the programs that have ended, and what the kubelet is to be told of probes.
    pub fn close(mut self) -> (Containers, Vec<Exit>, Vec<super::probe::Report>) {
        let reports = self.probe_touched();
        (self.containers, self.exits, reports)
    }

    /// A container, by the names of its pod and its own.
    ///
    /// # Errors
    /// Why it cannot be looked into.
    pub fn find(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        previous: bool,
    ) -> Result<Place, Refusal> {
        place(self.scene.pod(namespace, pod).ok_or(Refusal::NoPod)?, container, previous)
    }

    /// Goes into a container, which has then come to the present; `false` when there is no such container.
    pub fn enter(&mut self, place: &Place) -> bool {
        let id = place.id.clone();
        if !self.containers.instances.contains_key(&id) {
            let Some(instance) = Instance::new(&self.scene, place) else { return false };
            self.containers.instances.insert(id.clone(), instance);
        }
        self.places.insert(id.clone(), place.clone());
        if let Some(instance) = self.containers.instances.get_mut(&id) {
            instance.pod = Rc::clone(&place.pod);
            instance.mounts = mounts(&self.scene, &place.pod, &instance.container);
        }
        self.here.clone_from(&id);
        self.catch_up_writers(place);
        self.here.clone_from(&id);
        self.catch_up(&id, place);
        self.judge_probes(&id);
        true
    }

    /// Does something in another container.
    pub(super) fn within<T>(&mut self, place: &Place, act: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let before = self.here.clone();
        let found = self.enter(place).then(|| act(self));
        self.here = before;
        found
    }

    /// The log of the container.
    pub fn log(&self, wanted: &Wanted) -> String {
        self.instance().map_or_else(String::new, |held| held.log.text(wanted, held.has_ended()))
    }

    /// What the container wrote after a position of its log, and where the log ends.
    pub fn log_after(&self, position: u64) -> (String, u64) {
        self.instance().map_or((String::new(), position), |held| (held.log.after(position), held.log.end()))
    }

    /// The line of its log that has no end yet.
    pub fn open_line(&self) -> String {
        self.instance().map(|held| held.log.open_line()).unwrap_or_default()
    }

    /// Where its log ends.
    pub fn log_end(&self) -> u64 {
        self.instance().map_or(0, |held| held.log.end())
    }

    /// When its program does something next; `None` when it waits.
    pub fn wake_at(&self) -> Option<Time> {
        self.instance()?.main.as_ref()?.wake_at
    }

    /// Whether its program has ended.
    pub fn has_ended(&self) -> bool {
        self.instance().is_none_or(Instance::has_ended)
    }

    /// What the sandbox has to say about what its program did since this was last asked.
    pub fn take_hint(&mut self) -> Option<String> {
        self.instance_mut()?.hint.take()
    }

    /// What the sandbox has to say of its image, when it knows nothing of it.
    pub fn note(&self) -> Option<String> {
        let held = self.instance()?;
        let image = &held.container.image;
        (!held.image.knows(&held.container)).then(|| {
            format!("the sandbox does not know what the image {image} does: its log is empty, its files are a plain Linux's")
        })
    }

    pub(super) fn instance(&self) -> Option<&Instance> {
        self.containers.instances.get(&self.here)
    }

    pub(super) fn instance_mut(&mut self) -> Option<&mut Instance> {
        self.containers.instances.get_mut(&self.here)
    }

    /// Where the container is that the world is in.
    pub(super) fn place_here(&self) -> Option<Place> {
        self.places.get(&self.here).cloned()
    }

    /// Its pod.
    pub(super) fn pod(&self) -> Option<&Rc<Pod>> {
        self.instance().map(|held| &held.pod)
    }

    /// Whether it still runs, as its kubelet says.
    pub(super) fn is_live(&self, place: &Place) -> bool {
        let found =
            self.find(&place.pod.metadata.namespace, &place.pod.metadata.name, &place.container, false);
        found.is_ok_and(|found| found.id == place.id && found.ended.is_none())
    }

    /// Writes to the log of the container.
    pub(super) fn write_log(&mut self, at: Time, text: &str) {
        if let Some(held) = self.containers.instances.get_mut(&self.here) {
            held.log.add(at, text);
            self.containers.changes += 1;
        }
    }

    /// A number that grows with each request, to spread them.
    pub(super) fn next_request(&mut self) -> u64 {
        self.containers.requests += 1;
        self.containers.requests
    }

    /// The path of a program: as it was named, or found along `PATH`.
    pub(super) fn program_path(&self, call: &Call) -> Option<String> {
        let word = call.argv.first()?;
        if word.contains('/') {
            return Some(self.real_path(&resolve(&call.folder, word)));
        }
        let path = call.environment.get("PATH").map_or("/usr/local/bin:/usr/bin:/bin", String::as_str);
        let candidates = path.split(':').map(|folder| self.real_path(&resolve(folder, word)));
        candidates.into_iter().find(|path| Files::kind(self, path) == Some(FileKind::File))
    }
}

impl Host for World {
    fn start(&mut self, call: &Call) -> Result<Box<dyn Program>, NotFound> {
        let path = self.program_path(call).filter(|path| Files::kind(self, path) == Some(FileKind::File));
        let Some(path) = path else {
            // A container's own program that is not modelled runs on, as the kubelet thinks it does.
            let lacks = |held: &Instance| held.image.lacks.contains(&call.name());
            if self.runs_main && !self.instance().is_some_and(lacks) {
                if let Some(held) = self.instance_mut() {
                    held.is_unsure = true;
                }
                return Ok(images::app(call));
            }
            return Err(NotFound { hint: self.missing_hint(call) });
        };
        let held = self.instance().ok_or_else(NotFound::default)?;
        if held.tree.is_untouched(&path)
            && let Some(start) = held.image.program(&path)
        {
            return Ok(start(call));
        }
        // A file that somebody wrote is run as a script.
        let argv = ["sh".to_owned(), path].into_iter().chain(call.args().iter().cloned()).collect();
        Ok(programs::shell(&Call { argv, ..call.clone() }))
    }

    fn files(&mut self) -> &mut dyn Files {
        self
    }

    fn dialect(&self) -> Dialect {
        let family = self.instance().map(|held| held.image.family);
        if family.is_some_and(|family| family.shows_folder) { Dialect::BusyBox } else { Dialect::Dash }
    }

    fn fetch(&mut self, url: &Url, method: &str, agent: &str) -> Result<Response, FetchError> {
        self.fetch_within(url, method, agent)
    }

    fn unix_seconds(&self, now: Time) -> u64 {
        u64::try_from(Timestamp::at(now).unix_seconds()).unwrap_or_default()
    }

    fn world(&mut self) -> &mut dyn Any {
        self
    }
}

impl World {
    fn missing_hint(&self, call: &Call) -> Option<String> {
        let held = self.instance()?;
        let image = &held.container.image;
        let name = call.name();
        if held.image.lacks.contains(&name) {
            return Some(format!("the image {image} has no {name} on a real cluster either"));
        }
        Some(format!("the sandbox models only some programs of the image {image}, and no {name}"))
    }
}

/// Forgets what nobody can look into any more.
fn forget(containers: &mut Containers, scene: &Scene) {
    containers.withdrawn.retain(|(namespace, service), _| {
        let is_of_it = |pod: &Rc<Pod>| pod.spec.subdomain == *service && pod.metadata.namespace == *namespace;
        scene.pods.iter().any(is_of_it)
    });
    if containers.is_empty() {
        return;
    }
    let mut known: SortedSet<ContainerId> = SortedSet::new();
    for pod in &scene.pods {
        for status in instance::statuses(pod) {
            let ended = [&status.state, &status.last_state].map(|state| state.terminated.as_ref());
            known.extend(ended.into_iter().flatten().map(|ended| ended.container_id.clone()));
            known.insert(instance::id_of(pod, status));
        }
    }
    containers.instances.retain(|id, _| known.contains(id));
    containers.volumes.retain(|key, _| match key.split_once('/') {
        Some(("volume", uid)) => scene.volumes.iter().any(|volume| volume.metadata.uid == uid),
        Some(("pod", rest)) => {
            let uid = rest.split('/').next().unwrap_or_default();
            scene.pods.iter().any(|pod| pod.metadata.uid == uid)
        }
        Some(("node", name)) => scene.nodes.iter().any(|node| node.metadata.name == name),
        _ => false,
    });
}

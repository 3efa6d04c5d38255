//! Containers that are looked into although nobody does, because what they do concerns others.
//!
//! From their start: those whose image says so of their command, those that share a folder of their node and
//! are a script or are probed by a command, and init containers that loop until something is there. At their
//! end: scripts whose files outlive them, on a claim or on the node, and what leaves a message. All others
//! come into being when somebody looks. Left out: what such a program does at a later time; that is seen when
//! somebody looks, or when something that it waits for is there.

use std::rc::Rc;

use serde_json::Value;

use super::World;
use super::images;
use super::instance::{ContainerId, Instance, Place, place};
use super::mounts::{Source, mounts};
use super::termination;
use crate::api::pod::{Container, Pod, Volume};
use crate::collections::SortedSet;

/// Programs that run others, so that what they do is known.
const SCRIPTS: &[&str] = &["sh", "bash", "ash", "dash", "flock"];

/// Whether a pod has containers that are looked into although nobody does.
pub fn concerns_others(pod: &Pod) -> bool {
    // Of most pods this can be told without asking what their images do.
    let is_told = |container: &Container| {
        !container.command.is_empty()
            || container.extra.contains_key("args")
            || container.extra.contains_key("env")
            || termination::falls_back(container)
    };
    let may = pod.spec.volumes.iter().any(is_of_node) || all(pod).any(is_told);
    may && has_concern(pod)
}

#[inline(never)]
fn has_concern(pod: &Pod) -> bool {
    all(pod).any(|container| from_the_start(pod, container) || to_the_end(pod, container))
        || all(pod).any(leaves_message)
}

fn all(pod: &Pod) -> impl Iterator<Item = &Container> {
    pod.spec.init_containers.iter().chain(&pod.spec.containers)
}

/// Whether a container is looked into as soon as it starts.
pub(super) fn from_the_start(pod: &Pod, container: &Container) -> bool {
    let asks = images::of(&container.image).asks.is_some_and(|asks| asks(container));
    asks || loops(pod, container)
        || (mounts_any(pod, container, is_of_node)
            && (is_script(container) || is_probed_by_command(container)))
}

/// Whether what it has written is there when it is gone.
fn to_the_end(pod: &Pod, container: &Container) -> bool {
    mounts_any(pod, container, |volume| is_of_node(volume) || is_claim(volume)) && is_script(container)
}

/// Whether an init container is a script that may go round until something is there, which others give.
pub(super) fn loops(pod: &Pod, container: &Container) -> bool {
    let is_it = |known: &Container| known.name == container.name && known.restart_policy != "Always";
    pod.spec.init_containers.iter().any(is_it) && is_script(container) && words(container).any(has_loop)
}

fn words(container: &Container) -> impl Iterator<Item = &str> {
    container.command.iter().map(String::as_str).chain(container.args())
}

fn has_loop(text: &str) -> bool {
    let mut words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, ';' | '(' | ')'));
    words.any(|word| matches!(word, "until" | "while" | "for")) && words.any(|word| word == "done")
}

/// Whether an init container that loops fails, or goes on, only as the sandbox cannot do what it asks for.
pub(super) fn is_guessed(held: &Instance, code: Option<i64>) -> bool {
    held.is_unsure && code != Some(0) && loops(&held.pod, &held.container)
}

/// Whether a container may leave a message when it ends: its script writes one, or it is the end of its log.
fn leaves_message(container: &Container) -> bool {
    let is_known = || is_script(container) || images::of(&container.image).knows(container);
    if termination::falls_back(container) {
        return is_known();
    }
    let path = termination::path(container);
    words(container).any(|word| word.contains(path)) && is_script(container)
}

fn is_of_node(volume: &Volume) -> bool {
    volume.extra.contains_key("hostPath")
}

fn is_claim(volume: &Volume) -> bool {
    volume.persistent_volume_claim.is_some() || volume.extra.contains_key("ephemeral")
}

fn mounts_any(pod: &Pod, container: &Container, is_meant: impl Fn(&Volume) -> bool) -> bool {
    let mounts = container.extra.get("volumeMounts").and_then(Value::as_array).into_iter().flatten();
    mounts.into_iter().any(|mount| {
        let name = mount.get("name").and_then(Value::as_str).unwrap_or_default();
        pod.spec.volumes.iter().any(|volume| volume.name == name && is_meant(volume))
    })
}

fn is_script(container: &Container) -> bool {
    let first = container.args().next();
    let image = images::of(&container.image);
    let own = container.command.first().map(String::as_str);
    let word = own.or(image.entrypoint.first().copied()).or(first).or(image.command.first().copied());
    word.is_some_and(|word| SCRIPTS.contains(&word.rsplit('/').next().unwrap_or(word)))
}

fn is_probed_by_command(container: &Container) -> bool {
    let probes = [&container.readiness_probe, &container.liveness_probe];
    probes.into_iter().flatten().any(|probe| probe.extra.contains_key("exec"))
}

impl World {
    /// Looks into the containers of a pod that has changed, as far as what they do concerns others.
    pub fn attend(&mut self, pod: &Rc<Pod>, is_gone: bool) {
        let mut begun = Vec::new();
        for container in all(pod) {
            let leaves_message = leaves_message(container);
            let (starts, ends) = (from_the_start(pod, container), to_the_end(pod, container));
            if !starts && !ends && !leaves_message {
                continue;
            }
            for previous in [true, false] {
                let Ok(place) = place(pod, &container.name, previous) else { continue };
                let looks = if place.ended.is_some() || is_gone {
                    !self.is_over(&place.id)
                } else {
                    starts && !self.containers.instances.contains_key(&place.id)
                };
                if looks {
                    self.within(&place, |_| ());
                }
                if place.ended.is_some() && leaves_message && !is_gone {
                    self.take_message(&place);
                }
                if looks && place.ended.is_none() && !is_gone && loops(pod, container) {
                    begun.push(place);
                }
            }
        }
        self.foresee(&begun);
        self.go_on_waiting();
    }

    fn is_over(&self, id: &ContainerId) -> bool {
        self.containers.instances.get(id).is_some_and(Instance::has_ended)
    }

    /// Those who wait for a lock look again.
    fn go_on_waiting(&mut self) {
        if self.containers.locks.waiting().next().is_none() {
            return;
        }
        let waiting: SortedSet<ContainerId> = self.containers.locks.waiting().cloned().collect();
        for pod in self.scene.pods.clone() {
            for container in all(&pod).filter(|container| from_the_start(&pod, container)) {
                let Ok(place) = place(&pod, &container.name, false) else { continue };
                if waiting.contains(&place.id) {
                    self.within(&place, |_| ());
                }
            }
        }
    }

    /// Lets the scripts come to the present that write to what a container mounts.
    pub(super) fn catch_up_writers(&mut self, place: &Place) {
        if std::mem::replace(&mut self.shares, true) {
            return;
        }
        let own = self.volumes(&place.pod, &place.container);
        if !own.is_empty() {
            for pod in self.scene.pods.clone() {
                for container in all(&pod) {
                    let is_itself =
                        pod.metadata.uid == place.pod.metadata.uid && container.name == place.container;
                    if is_itself || !is_script(container) {
                        continue;
                    }
                    if self.volumes(&pod, &container.name).iter().any(|key| own.contains(key))
                        && let Ok(writer) = super::instance::place(&pod, &container.name, false)
                    {
                        self.within(&writer, |_| ());
                    }
                }
            }
        }
        self.shares = false;
    }

    /// The volumes that a container mounts, by their keys.
    fn volumes(&self, pod: &Pod, name: &str) -> Vec<String> {
        let Some(container) = all(pod).find(|container| container.name == name) else { return Vec::new() };
        if !mounts_any(pod, container, |_| true) {
            return Vec::new();
        }
        let key = |source| if let Source::Volume(key, _) = source { Some(key) } else { None };
        mounts(&self.scene, pod, container).into_iter().filter_map(|mount| key(mount.source)).collect()
    }
}

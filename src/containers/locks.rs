//! Locks on files: who holds one keeps all others out, in whatever container they are.
//!
//! Models `flock(2)` with exclusive locks. Left out: shared locks.

use super::World;
use super::instance::ContainerId;
use super::mounts::Source;
use crate::collections::{SortedMap, SortedSet};
use crate::shell::files::resolve;

/// A file among all that there are: the volume or the container that it is in, and its path there.
pub(super) type FileKey = (String, String);

/// Who holds a lock: a container, and which of its programs.
type Holder = (ContainerId, u64);

/// All locks.
#[derive(Clone, Debug, Default)]
pub(super) struct Locks {
    held: SortedMap<FileKey, Holder>,
    waiting: SortedSet<ContainerId>,
}

impl Locks {
    /// Containers in which a program waits for a lock.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &ContainerId> {
        self.waiting.iter()
    }
}

impl World {
    /// Which file a path is, seen from the container that the world is in.
    pub(super) fn file_key(&self, folder: &str, name: &str) -> FileKey {
        let path = self.real_path(&resolve(folder, name));
        let own = || (self.here.clone(), path.clone());
        let Some(held) = self.instance() else { return own() };
        match super::files::mount_of(held, &path) {
            Some((mount, rest)) => match &mount.source {
                Source::Volume(key, root) => (key.clone(), format!("{}{rest}", root.trim_end_matches('/'))),
                Source::Files(_) => own(),
            },
            None => own(),
        }
    }

    /// Takes a lock for a program of the container; `false` when another holds it.
    pub(super) fn lock(&mut self, key: &FileKey, program: u64) -> bool {
        let is_held = self
            .containers
            .locks
            .held
            .get(key)
            .is_some_and(|(id, holder)| (id, *holder) != (&self.here, program) && self.may_hold(id));
        let here = self.here.clone();
        let locks = &mut self.containers.locks;
        if is_held {
            locks.waiting.insert(here);
            return false;
        }
        if locks.waiting.remove(&here) {
            // What it does now its probes may have waited for.
            self.touched.insert(here.clone());
        }
        locks.held.insert(key.clone(), (here, program));
        true
    }

    /// A container that has ended holds nothing.
    fn may_hold(&self, id: &ContainerId) -> bool {
        let runs = self.scene.pods.iter().any(|pod| {
            super::instance::statuses(pod)
                .any(|status| status.state.running.is_some() && super::instance::id_of(pod, status) == *id)
        });
        runs && self.containers.instances.get(id).is_some_and(|held| !held.has_ended())
    }

    /// Gives a lock back.
    pub(super) fn unlock(&mut self, key: &FileKey, program: u64) {
        let locks = &mut self.containers.locks;
        if locks.held.get(key).is_some_and(|(id, holder)| *id == self.here && *holder == program) {
            locks.held.remove(key);
        }
        locks.waiting.remove(&self.here);
    }

    /// Forgets what containers hold and wait for that are gone.
    pub(super) fn forget_locks(&mut self) {
        if self.containers.locks.held.is_empty() && self.containers.locks.waiting.is_empty() {
            return;
        }
        let instances = &self.containers.instances;
        self.containers.locks.held.retain(|_, (id, _)| instances.contains_key(id));
        self.containers.locks.waiting.retain(|id| instances.contains_key(id));
    }
}

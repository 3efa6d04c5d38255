//! The inside of containers: what an image brings, what its program writes, and what people do in there.
//!
//! Models what a container runtime and the programs of an image do, as far as tutorials look at it. Nothing
//! of it exists before somebody looks, unless it concerns others: a container is then made as it was when it
//! started, and its program is run through the time that has passed since. What it asks of others meanwhile
//! it is told as things are when somebody looks. A container is a shell ([`crate::shell`]) on a host that is
//! a [`World`]: its files, the programs of its image, and the cluster as DNS and HTTP show it. Left out:
//! users' rights, signals other than those that end a program, the time that the network takes.
//!
//! - [`scene`]: the cluster's objects as they are. `world`: a [`crate::shell::Host`] in one of the
//!   containers; `files`, `tree`, `mounts`, `config_files`: its files; `environment`: its variables.
//! - `instance`: a container; `lifetime`: from its start to its end; `hook`: what runs beside it
//!   at its start; [`log`]: what it wrote; `process`: what `ps` shows; `session`: commands that
//!   people run in it; [`probe`]: whether it passes its probes.
//! - `attention`: containers that are looked into although nobody does; `foresight`: when those of them end
//!   that loop; `termination`: what they leave. `locks`: of files.
//! - `dns`, `network`, `http`: how containers find and reach each other; `acquaintance`: whom a server knows
//!   from before.
//! - `images`: one file for each image, and the table of them. `programs`: those of all images.

pub mod scene;
pub mod log;
pub mod probe;
mod tree;
mod mounts;
mod config_files;
mod environment;
mod process;
mod instance;
mod lifetime;
mod hook;
mod world;
mod files;
mod dns;
mod network;
mod acquaintance;
mod http;
mod session;
mod attention;
mod foresight;
mod termination;
mod locks;
mod serve;
mod programs;
mod images;

#[cfg(test)]
mod tests;

pub use attention::concerns_others;
pub use foresight::Forecast;
pub use images::missing_program;
pub use instance::{ContainerId, Place, Refusal};
pub use lifetime::Exit;
pub use scene::{Scene, internal_address as node_address};
pub use session::{Input, Session, Start};
pub use termination::Message;
pub use world::World;

use crate::collections::SortedMap;
use crate::sim::Time;
use instance::Instance;
use locks::Locks;
use tree::Tree;

/// The containers and volumes that somebody has looked into.
#[derive(Clone, Debug, Default)]
pub struct Containers {
    instances: SortedMap<ContainerId, Instance>,
    /// By what they are: a persistent volume, a pod's own, a node's folder.
    volumes: SortedMap<String, Tree>,
    locks: Locks,
    /// Grows with everything that others may see.
    changes: u64,
    /// Headless Services by namespace and name, and when one last was changed or removed.
    withdrawn: SortedMap<(String, String), Time>,
    /// The Services as those knew them that wait for some.
    seen: foresight::Seen,
    /// Requests that were spread over the pods of a Service.
    requests: u64,
}

impl Containers {
    /// Whether nobody has looked into any.
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.volumes.is_empty()
    }

    /// Containers that loop until something is there.
    fn waiting(&self) -> impl Iterator<Item = &ContainerId> {
        let waits = |held: &Instance| held.waits && !held.has_ended();
        self.instances.iter().filter(move |(_, held)| waits(held)).map(|(id, _)| id)
    }

    /// Whether any waits for Services.
    pub fn await_services(&self) -> bool {
        self.waiting().next().is_some()
    }

    /// Grows with everything that others may see.
    pub fn changes(&self) -> u64 {
        self.changes
    }
}

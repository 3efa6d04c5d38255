//! Which servers of an ensemble are up, and the data that they agree on.
//!
//! A server that comes back takes over what the others have: the newest data of a majority that is up is
//! what all of them have. Without a majority nothing is read or written. Servers find each other by the names
//! in their configuration, both ways. Left out: the time that an election takes.

use std::rc::Rc;

use super::config::Config;
use super::nodes::Nodes;
use crate::api::pod::Pod;
use crate::containers::World;
use crate::containers::instance::{Place, place};
use crate::shell::Files;

/// What a server is among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Alone,
    Leader,
    Follower,
}

/// Nobody may read or write: no majority is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::containers::images) struct NoQuorum;

/// A server that is up.
struct Member {
    number: u32,
    place: Place,
    nodes: Option<Nodes>,
}

/// The servers that are up, as the container that the world is in sees them.
fn members(world: &mut World) -> Result<(Vec<Member>, bool), NoQuorum> {
    let config = Config::of(world).ok_or(NoQuorum)?;
    let here = world.place_here().ok_or(NoQuorum)?;
    if config.servers.is_empty() {
        let nodes = load(world);
        return Ok((vec![Member { number: 0, place: here, nodes }], true));
    }
    let majority = config.servers.len() / 2 + 1;
    let own = Rc::clone(&here.pod);
    let mut up = Vec::new();
    for (number, host) in &config.servers {
        let Some(pod) = world.acquaintance(host) else { continue };
        if !world.scene.is_reachable(&own.spec.node_name, &pod.spec.node_name) {
            continue;
        }
        let is_it = |container: &&crate::api::pod::Container| {
            super::super::of(&container.image).names == super::IMAGE.names
        };
        let Some(container) = pod.spec.containers.iter().find(is_it) else { continue };
        let Ok(place) = place(&pod, &container.name, false) else { continue };
        if place.ended.is_some() {
            continue;
        }
        let client = config.client;
        let looked = world.within(&place, |world| {
            let is_up = world.instance().is_some_and(|held| held.ports.contains(&client));
            (is_up && knows(world, &own)).then(|| load(world))
        });
        if let Some(Some(nodes)) = looked {
            up.push(Member { number: *number, place, nodes });
        }
    }
    let is_among = up.iter().any(|member| member.place.id == here.id);
    if up.len() < majority || !is_among {
        return Err(NoQuorum);
    }
    Ok((up, false))
}

/// Whether the server in the container finds a pod by one of the names in its configuration.
fn knows(world: &World, pod: &Pod) -> bool {
    let servers = Config::of(world).unwrap_or_default().servers;
    servers
        .iter()
        .any(|(_, host)| world.acquaintance(host).is_some_and(|known| known.metadata.uid == pod.metadata.uid))
}

/// The file in which the container that the world is in keeps its data.
fn file(world: &World) -> Option<String> {
    Some(format!("{}/version-2/log.1", Config::of(world)?.data))
}

fn load(world: &World) -> Option<Nodes> {
    Nodes::parse(&Files::read(world, &file(world)?).ok()?)
}

/// The data of those that are up, and who leads: a new leader begins a new epoch.
fn agreed(members: &[Member]) -> Nodes {
    let newest = members.iter().filter_map(|member| member.nodes.as_ref()).max_by_key(|nodes| nodes.last);
    let mut nodes = newest.cloned().unwrap_or_default();
    let leads = members.iter().any(|member| member.place.id == nodes.leader);
    if !leads {
        let leader = members
            .iter()
            .max_by_key(|member| (member.nodes.as_ref().map_or(0, |nodes| nodes.last), member.number));
        if let Some(leader) = leader {
            nodes.leader.clone_from(&leader.place.id);
        }
        nodes.last = ((nodes.last >> 32) + 1) << 32;
    }
    nodes
}

/// The data that the server in the container has.
pub(in crate::containers::images) fn read(world: &mut World) -> Result<Nodes, NoQuorum> {
    let (members, _) = members(world)?;
    Ok(agreed(&members))
}

/// Changes the data; all servers that are up write it down.
pub(in crate::containers::images) fn write<T>(
    world: &mut World,
    change: impl FnOnce(&mut Nodes) -> T,
) -> Result<T, NoQuorum> {
    let (members, _) = members(world)?;
    let mut nodes = agreed(&members);
    let result = change(&mut nodes);
    let text = nodes.text();
    for member in &members {
        world.within(&member.place, |world| {
            let visited = std::mem::take(&mut world.is_visited);
            if let Some(file) = file(world) {
                // A server whose disk is full or gone keeps nothing, as a real one would stop.
                Files::write(world, &file, &text).unwrap_or_default();
            }
            world.is_visited = visited;
        });
    }
    Ok(result)
}

/// What the server in the container is; none without a majority.
pub(super) fn role(world: &mut World) -> Option<Role> {
    let here = world.here.clone();
    let (members, alone) = members(world).ok()?;
    if alone {
        return Some(Role::Alone);
    }
    Some(if agreed(&members).leader == here { Role::Leader } else { Role::Follower })
}

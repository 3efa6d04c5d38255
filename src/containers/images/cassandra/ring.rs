//! The nodes of a ring: who belongs to it, and who of them is up.
//!
//! A node finds the others by its seeds, or by what it has remembered of them on its volume. Left out: what
//! nodes tell each other of third ones; nodes that are down and that nobody has seen in the ring.

use super::config::Config;
use super::status::Node;
use super::{DATA, GOSSIP, is_cassandra};
use crate::containers::World;
use crate::containers::instance::place;
use crate::shell::Files;
use crate::sim::{Span, Time};

/// How long a node starts until it belongs to the ring: less than the tutorial's probe waits.
const STARTS_FOR: Span = Span::from_seconds(12);

/// A node as a look at its container finds it.
struct Seen {
    uid: String,
    cluster: String,
    node: Node,
    /// The uids of its seeds' pods, and the ids of the nodes that it has met.
    knows: Vec<String>,
}

impl Seen {
    fn has_met(&self, other: &Self) -> bool {
        let is_known =
            |seen: &Self, by: &Self| by.knows.contains(&seen.uid) || by.knows.contains(&seen.node.id);
        is_known(self, other) || is_known(other, self)
    }
}

/// Who a node is: its id, its address, and the address that it had before. It stays with the volume.
#[derive(Default)]
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) address: String,
    pub(super) former: String,
}

const IDENTITY: &str = "host-id";

impl Identity {
    /// That of the node in the container; `None` when none has started on its volume.
    pub(super) fn of(world: &World) -> Option<Self> {
        let text = Files::read(world, &format!("{DATA}/{IDENTITY}")).ok()?;
        let mut lines = text.lines().map(str::to_owned);
        let id = lines.next()?;
        let (address, former) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        Some(Self { id, address, former })
    }

    pub(super) fn keep(&self, world: &mut World) {
        let text = format!("{}\n{}\n{}\n", self.id, self.address, self.former);
        Files::write(world, &format!("{DATA}/{IDENTITY}"), &text).unwrap_or_default();
    }
}

/// When the node in the container belongs to the ring: a moment after its start, or later.
pub(super) fn joins_at(world: &World) -> Time {
    let probe = world.instance().and_then(|held| held.container.readiness_probe.as_ref());
    let waits = probe.and_then(|probe| u64::try_from(probe.initial_delay_seconds.unwrap_or_default()).ok());
    let wait = waits.map_or(STARTS_FOR, |seconds| STARTS_FOR.min(Span::from_seconds(seconds)));
    world.place_here().map(|place| place.started).unwrap_or_default() + wait.max(Span::from_ms(1))
}

/// The nodes of the ring to which the container belongs.
pub(super) fn ring(world: &mut World) -> Vec<Node> {
    let Some(own) = world.pod().cloned() else { return Vec::new() };
    let cluster = Config::of(world).cluster;
    let mut met: Vec<Seen> = Vec::new();
    let mut others: Vec<Seen> = Vec::new();
    for pod in world.scene.pods.clone() {
        let Some(container) = pod.spec.containers.iter().find(|container| is_cassandra(container)) else {
            continue;
        };
        let Ok(place) = place(&pod, &container.name, false) else { continue };
        let runs =
            place.ended.is_none() && world.scene.is_reachable(&own.spec.node_name, &pod.spec.node_name);
        let seen = world.within(&place, |world| look(world, runs)).flatten();
        let Some(seen) = seen.filter(|seen| seen.cluster == cluster) else { continue };
        if seen.uid == own.metadata.uid { met.push(seen) } else { others.push(seen) }
    }
    while let Some(at) = others.iter().position(|other| met.iter().any(|known| known.has_met(other))) {
        met.push(others.remove(at));
    }
    // As they come in the cluster, whoever asks.
    let nodes =
        met.into_iter().map(|seen| (seen.uid, seen.node)).filter(|(_, node)| !node.address.is_empty());
    let mut nodes: Vec<(String, Node)> = nodes.collect();
    let place_of = |uid: &str| world.scene.pods.iter().position(|pod| pod.metadata.uid == uid);
    crate::collections::sort_by_key(&mut nodes, |(uid, _)| place_of(uid));
    remember(world, nodes.into_iter().map(|(_, node)| node).collect())
}

/// The node in the container; while it starts the others know it by the address that it had before.
fn look(world: &World, runs: bool) -> Option<Seen> {
    let (identity, config) = (Identity::of(world)?, Config::of(world));
    let uid = world.pod()?.metadata.uid.clone();
    let has_joined = world.at >= joins_at(world);
    let serves = world.instance().is_some_and(|held| held.ports.contains(&GOSSIP) && !held.has_ended());
    let seeds = config.seed_hosts(&identity.address).filter_map(|host| world.acquaintance(host));
    let mut knows: Vec<String> = seeds.map(|pod| pod.metadata.uid.clone()).collect();
    knows.extend(peers(world).into_iter().map(|node| node.id));
    Some(Seen {
        uid,
        node: Node {
            address: if has_joined { identity.address.clone() } else { identity.former },
            id: identity.id,
            is_up: runs && serves && has_joined,
            rack: config.rack.clone(),
            datacenter: config.datacenter.clone(),
            tokens: config.tokens.clone(),
        },
        cluster: config.cluster,
        knows,
    })
}

/// The file of the nodes that the node in the container has met.
fn peers_file() -> String {
    format!("{DATA}/peers")
}

/// The nodes that it has met, all of them down as far as it knows.
fn peers(world: &World) -> Vec<Node> {
    let text = Files::read(world, &peers_file()).unwrap_or_default();
    let node = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        Some(Node {
            address: parts.next()?,
            id: parts.next()?,
            rack: parts.next()?,
            datacenter: parts.next()?,
            tokens: parts.next()?,
            is_up: false,
        })
    };
    text.lines().filter_map(node).collect()
}

/// Nodes that were seen before and are gone now are down; those that are seen now are remembered.
fn remember(world: &mut World, mut nodes: Vec<Node>) -> Vec<Node> {
    for peer in peers(world) {
        if nodes.iter().all(|node| node.id != peer.id) {
            nodes.push(peer);
        }
    }
    let line = |node: &Node| {
        format!("{}\t{}\t{}\t{}\t{}\n", node.address, node.id, node.rack, node.datacenter, node.tokens)
    };
    let text = nodes.iter().map(line).collect::<Vec<_>>().concat();
    let visited = std::mem::take(&mut world.is_visited);
    Files::write(world, &peers_file(), &text).unwrap_or_default();
    world.is_visited = visited;
    nodes
}

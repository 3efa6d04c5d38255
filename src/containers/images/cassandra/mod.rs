//! Cassandra, as Google's sample image for StatefulSets runs it: a ring of nodes, and `nodetool`.
//!
//! Models gcr.io/google-samples/cassandra as far as the tutorial looks at it. A node's id stays with its
//! volume. Left out: data, `cqlsh`, nodes that are down and that nobody has seen in the ring.
//!
//! - `config`: what the environment says, and the files that `run.sh` writes of it. `status`: the ring as a
//!   table.

mod config;
mod status;

use super::Image;
use super::families::tools;
use crate::api::Timestamp;
use crate::api::pod::Container;
use crate::containers::World;
use crate::containers::instance::place;
use crate::containers::serve::{Serving, ends_quietly, is_quiet, serve};
use crate::shell::programs::{brief, date_text};
use crate::shell::{Call, Files, Io, Program};
use crate::sim::{Rng, Time};
use config::{CONFIG, Config};
use status::{Node, status};

/// Where a node keeps who it is.
const DATA: &str = "/cassandra_data";
/// The port at which nodes speak with each other.
const GOSSIP: i64 = 7000;
const READY: &str = "#!/bin/bash\n# Whether this node is up and belongs to the ring.\nif [[ $(nodetool status | grep $POD_IP) == *\"UN\"* ]]; then\n  exit 0;\nelse\n  exit 1;\nfi\n";

/// The image.
pub(super) static IMAGE: Image = Image {
    names: &["cassandra"],
    command: &["/run.sh"],
    users: &[(999, "cassandra")],
    programs: &[
        ("/run.sh", run),
        ("/usr/local/bin/docker-entrypoint.sh", run),
        ("/ready-probe.sh", ready),
        ("/usr/local/apache-cassandra/bin/nodetool", nodetool),
    ],
    tools: tools!("/usr/bin": "ps" "pkill" "pgrep"),
    files: &[("/ready-probe.sh", READY), (CONFIG, config::UNTOUCHED)],
    folders: &[DATA, "/var/lib/cassandra", "/etc/cassandra"],
    links: &[("/usr/bin/nodetool", "/usr/local/apache-cassandra/bin/nodetool")],
    lacks: &["curl", "wget", "nslookup", "vi"],
    ..Image::EMPTY
};

static SERVER: Serving = Serving {
    name: "java",
    pid: 26,
    words: |_, _| {
        "java -ea -Xms512M -Xmx512M -Dcassandra.config=file:///etc/cassandra/cassandra.yaml org.apache.cassandra.service.CassandraDaemon"
            .to_owned()
    },
    workers: &[],
    ports: |_, _| vec![GOSSIP, 7001, 7199, 9042],
    start,
    goes_on: is_quiet,
    end: ends_quietly,
    code: 143,
};

fn run(call: &Call) -> Box<dyn Program> {
    serve(call, &SERVER)
}

fn line(at: Time, thread: &str, place: &str, text: &str) -> String {
    let seconds = u64::try_from(Timestamp::at(at).unix_seconds()).unwrap_or_default();
    format!("INFO  [{thread}] {} {place} - {text}\n", date_text("%Y-%m-%d %H:%M:%S,000", seconds))
}

fn start(world: &mut World, _: &Call, at: Time) -> (String, Option<i32>) {
    let Some(pod) = world.pod().cloned() else { return (String::new(), Some(1)) };
    let file = id_file();
    if Files::read(world, &file).is_err() {
        // The first start on this volume.
        let id = Rng::new(0).fork(&format!("cassandra {} {}", pod.metadata.uid, world.here)).uuid();
        Files::write(world, &file, &format!("{id}\n")).unwrap_or_default();
    }
    let (address, config) = (&pod.status.pod_ip, Config::of(world));
    for (file, text) in config.files(address) {
        Files::write(world, file, &text).unwrap_or_default();
    }
    let mut text = config.announced(address);
    text.push_str(&line(at, "main", "StorageService.java:600", "Cassandra version: 3.11.2"));
    text.push_str(&line(
        at,
        "main",
        "MessagingService.java:753",
        &format!("Starting Messaging Service on /{address}:7000 (eth0)"),
    ));
    text.push_str(&line(at, "main", "StorageService.java:1446", "JOINING: Finish joining ring"));
    text.push_str(&line(
        at,
        "main",
        "Server.java:156",
        &format!("Starting listening for CQL clients on /{}:9042 (unencrypted)...", config.rpc_address),
    ));
    (text, None)
}

fn id_file() -> String {
    format!("{DATA}/host-id")
}

fn is_cassandra(container: &Container) -> bool {
    super::of(&container.image).names == IMAGE.names
}

/// The nodes of the ring to which the container belongs.
fn ring(world: &mut World) -> Vec<Node> {
    let Some(own) = world.pod().cloned() else { return Vec::new() };
    let cluster = Config::of(world).cluster;
    let mut nodes = Vec::new();
    for pod in world.scene.pods.clone() {
        if pod.metadata.namespace != own.metadata.namespace {
            continue;
        }
        let Some(container) = pod.spec.containers.iter().find(|container| is_cassandra(container)) else {
            continue;
        };
        let Ok(place) = place(&pod, &container.name, false) else { continue };
        let is_reachable = world.scene.is_reachable(&own.spec.node_name, &pod.spec.node_name);
        let looked = world.within(&place, |world| {
            let is_there =
                world.instance().is_some_and(|held| held.ports.contains(&GOSSIP) && !held.has_ended());
            let id = Files::read(world, &id_file()).ok()?;
            let config = Config::of(world);
            let node = Node {
                address: pod.status.pod_ip.clone(),
                id: id.trim().to_owned(),
                rack: config.rack,
                datacenter: config.datacenter,
                tokens: config.tokens,
                is_up: is_there && is_reachable && place.ended.is_none(),
            };
            (config.cluster == cluster).then_some(node)
        });
        nodes.extend(looked.flatten());
    }
    remember(world, nodes)
}

/// Nodes that were seen before and are gone now are down; those that are seen now are remembered.
fn remember(world: &mut World, mut nodes: Vec<Node>) -> Vec<Node> {
    let file = format!("{DATA}/peers");
    for line in Files::read(world, &file).unwrap_or_default().lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        if let [address, id, rack, datacenter, tokens] = parts.as_slice()
            && nodes.iter().all(|node| node.id != *id)
        {
            nodes.push(Node {
                address: (*address).to_owned(),
                id: (*id).to_owned(),
                rack: (*rack).to_owned(),
                datacenter: (*datacenter).to_owned(),
                tokens: (*tokens).to_owned(),
                is_up: false,
            });
        }
    }
    let line = |node: &Node| {
        format!("{}\t{}\t{}\t{}\t{}\n", node.address, node.id, node.rack, node.datacenter, node.tokens)
    };
    let text = nodes.iter().map(line).collect::<Vec<_>>().concat();
    let visited = std::mem::take(&mut world.is_visited);
    Files::write(world, &file, &text).unwrap_or_default();
    world.is_visited = visited;
    nodes
}

/// Whether the node in the container runs.
fn is_up(world: &World) -> bool {
    world.instance().is_some_and(|held| held.ports.contains(&7199))
}

const NO_JMX: &str = "nodetool: Failed to connect to '127.0.0.1:7199' - ConnectException: 'Connection refused (Connection refused)'.\n";

/// `nodetool status`, `drain`, `info`, `describecluster`, `version`.
fn nodetool(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io: &mut Io<'_>| {
        let now = io.now();
        let Some(world) = io.world::<World>() else { return 1 };
        let command = call.args().iter().find(|arg| !arg.starts_with('-')).map(String::as_str);
        if command.is_some() && !is_up(world) {
            io.err(NO_JMX);
            return 1;
        }
        let text = match command {
            Some("status") => {
                let nodes = ring(world);
                status(&nodes)
            }
            Some("drain") => {
                if let Some(held) = world.instance_mut() {
                    held.ports.retain(|port| *port == 7199);
                }
                let drained =
                    line(now, "RMI TCP Connection(2)-127.0.0.1", "StorageService.java:1446", "DRAINED");
                world.write_log(now, &drained);
                String::new()
            }
            Some("version") => "ReleaseVersion: 3.11.2\n".to_owned(),
            Some("describecluster") => {
                let Config { cluster, snitch, .. } = Config::of(world);
                let live: Vec<String> =
                    ring(world).into_iter().filter(|node| node.is_up).map(|node| node.address).collect();
                format!(
                    "Cluster Information:\n\tName: {cluster}\n\tSnitch: org.apache.cassandra.locator.{snitch}\n\tPartitioner: org.apache.cassandra.dht.Murmur3Partitioner\n\tNodes: [{}]\n",
                    live.join(", ")
                )
            }
            Some("info") => {
                let own = world.pod().map(|pod| pod.status.pod_ip.clone()).unwrap_or_default();
                let nodes = ring(world);
                let node = nodes.iter().find(|node| node.address == own);
                node.map_or_else(String::new, |node| {
                    format!(
                        "ID                     : {}\nGossip active          : true\nData Center            : {}\nRack                   : {}\n",
                        node.id, node.datacenter, node.rack
                    )
                })
            }
            Some(other) => {
                io.hint(format!(
                    "the sandbox's nodetool has no {other}: status, info, describecluster, drain, version"
                ));
                return 1;
            }
            None => "usage: nodetool [(-h <host> | --host <host>)] <command> [<args>]\n".to_owned(),
        };
        io.out(&text);
        0
    })
}

/// `/ready-probe.sh`.
fn ready(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |_, io: &mut Io<'_>| {
        let Some(world) = io.world::<World>() else { return 1 };
        if !is_up(world) {
            return 1;
        }
        let own = world.pod().map(|pod| pod.status.pod_ip.clone()).unwrap_or_default();
        let is_in = ring(world).iter().any(|node| node.address == own && node.is_up);
        i32::from(!is_in)
    })
}

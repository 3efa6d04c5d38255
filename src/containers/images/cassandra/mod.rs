//! Cassandra, as Google's sample image for StatefulSets runs it: a ring of nodes, and `nodetool`.
//!
//! Models gcr.io/google-samples/cassandra as far as the tutorial looks at it. A node's id stays with its
//! volume. Without any seed whose name resolves it does not start. Left out: data, `cqlsh`.
//!
//! - `config`: what the environment says, and the files that `run.sh` writes of it. `ring`: which nodes
//!   belong together. `status`: these as a table.

mod config;
mod ring;
mod status;

use super::Image;
use super::families::tools;
use crate::api::Timestamp;
use crate::api::pod::Container;
use crate::containers::World;
use crate::containers::serve::{Serving, Written, ends_quietly, serve};
use crate::shell::programs::{brief, date_text};
use crate::shell::{Call, Files, Io, Program};
use crate::sim::{Rng, Time};
use config::{CONFIG, Config};
use ring::{Identity, joins_at, ring};
use status::status;

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
    asks: Some(is_server),
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
    goes_on,
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
    let (address, config) = (&pod.status.pod_ip, Config::of(world));
    for (file, text) in config.files(address) {
        Files::write(world, file, &text).unwrap_or_default();
    }
    let mut text = config.announced(address);
    let mut lacks_seeds = true;
    for host in config.seed_hosts(address) {
        if world.address_of(host).is_some() {
            lacks_seeds = false;
        } else {
            let said = format!("Seed provider couldn't lookup host {host}");
            text.push_str(&line(at, "main", "SimpleSeedProvider.java:60", &said).replacen("INFO", "WARN", 1));
        }
    }
    if lacks_seeds {
        text.push_str(NO_SEEDS);
        let said = "Exception encountered during startup: The seed provider lists no seeds.";
        text.push_str(&line(at, "main", "CassandraDaemon.java:708", said).replacen("INFO ", "ERROR", 1));
        return (text, Some(3));
    }
    // The first start on this volume gives the node its id.
    let mut identity = Identity::of(world).unwrap_or_else(|| {
        let id = Rng::new(0).fork(&format!("cassandra {} {}", pod.metadata.uid, world.here)).uuid();
        Identity { id, ..Identity::default() }
    });
    identity.former = std::mem::replace(&mut identity.address, address.clone());
    identity.keep(world);
    ring(world);
    text.push_str(&line(at, "main", "StorageService.java:600", "Cassandra version: 3.11.2"));
    text.push_str(&line(
        at,
        "main",
        "MessagingService.java:753",
        &format!("Starting Messaging Service on /{address}:7000 (eth0)"),
    ));
    (text, None)
}

/// What it writes once it belongs to the ring.
fn goes_on(world: &World, _: &Call, from: Time, to: Time) -> Written {
    let joins = joins_at(world);
    if to < joins {
        return (String::new(), Some(joins));
    }
    if from >= joins {
        return (String::new(), None);
    }
    let clients = format!(
        "Starting listening for CQL clients on /{}:9042 (unencrypted)...",
        Config::of(world).rpc_address
    );
    let joined = line(joins, "main", "StorageService.java:1446", "JOINING: Finish joining ring");
    (joined + &line(joins, "main", "Server.java:156", &clients), None)
}

/// Whether a container of the image is a node, and not somebody's tool.
fn is_server(container: &Container) -> bool {
    let mut words = container.command.iter().map(String::as_str).chain(container.args());
    let is_start = |word: &str| word.contains("/run.sh") || word.contains("docker-entrypoint");
    container.command.is_empty() || words.any(is_start)
}

fn is_cassandra(container: &Container) -> bool {
    super::of(&container.image).names == IMAGE.names
}

/// Whether the node in the container runs, and has started.
fn is_up(world: &World) -> bool {
    world.instance().is_some_and(|held| held.ports.contains(&7199)) && world.at >= joins_at(world)
}

const NO_SEEDS: &str = "Exception (org.apache.cassandra.exceptions.ConfigurationException) encountered during startup: The seed provider lists no seeds.\nThe seed provider lists no seeds.\n";
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

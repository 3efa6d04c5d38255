//! A broker's process, and which brokers of a cluster are up.

use super::topics;
use crate::api::Timestamp;
use crate::api::pod::Container;
use crate::containers::instance::{Place, place};
use crate::containers::serve::{Serving, ends_quietly, is_quiet, serve};
use crate::containers::{World, environment};
use crate::shell::programs::{brief, date_text};
use crate::shell::{Call, Files, Io, Program};
use crate::sim::Time;

static SERVER: Serving = Serving {
    name: "java",
    pid: 27,
    words: |_, call| {
        let rest = call.args().join(" ");
        format!("java -Xmx512M -Xms512M -server kafka.Kafka {rest}")
    },
    workers: &[],
    ports: |_, call| vec![Settings::of(call).port],
    start,
    goes_on: is_quiet,
    end: ends_quietly,
    code: 143,
};

/// Whether a container of the image is a broker, and not a producer or a consumer.
pub(super) fn is_broker(container: &Container) -> bool {
    let mut words = container.command.iter().map(String::as_str).chain(container.args());
    let has_words = words.clone().next().is_some();
    !has_words || words.any(|word| word.contains("kafka-server-start"))
}

/// `kafka-server-start.sh FILE [--override NAME=VALUE]…`.
pub(super) fn server(call: &Call) -> Box<dyn Program> {
    serve(call, &SERVER)
}

/// What a broker is told on its command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) id: Option<u32>,
    pub(super) port: i64,
    pub(super) zookeeper: String,
    pub(super) folder: String,
}

impl Settings {
    pub(super) fn of(call: &Call) -> Self {
        let value = |name: &str| {
            let prefix = format!("{name}=");
            call.args().iter().rev().find_map(|arg| arg.strip_prefix(&prefix)).map(str::to_owned)
        };
        let listeners = value("listeners").unwrap_or_default();
        let port = listeners.split(',').next().and_then(|first| first.rsplit(':').next()?.parse().ok());
        Self {
            id: value("broker.id").and_then(|id| id.parse().ok()),
            port: port.or_else(|| value("port")?.parse().ok()).unwrap_or(9092),
            zookeeper: value("zookeeper.connect").unwrap_or_else(|| "localhost:2181".to_owned()),
            folder: value("log.dirs")
                .or_else(|| value("log.dir"))
                .unwrap_or_else(|| "/tmp/kafka-logs".to_owned()),
        }
    }
}

/// Where a broker writes down what it was told, for those who ask later.
const NOTES: &str = "/opt/kafka/config/started-with";

fn line(at: Time, text: &str) -> String {
    let seconds = u64::try_from(Timestamp::at(at).unix_seconds()).unwrap_or_default();
    format!("[{},{:03}] INFO {text}\n", date_text("%Y-%m-%d %H:%M:%S", seconds), at.ms() % 1_000)
}

fn start(world: &mut World, call: &Call, at: Time) -> (String, Option<i32>) {
    let settings = Settings::of(call);
    let Some(pod) = world.pod().cloned() else { return (String::new(), Some(1)) };
    let host = environment::full_hostname(&world.scene, &pod);
    let ordinal = host.split('.').next().and_then(|name| name.rsplit('-').next()?.parse().ok());
    let id = settings.id.or(ordinal).unwrap_or_default();
    let notes = format!("{id} {} {} {}\n", settings.port, settings.zookeeper, settings.folder);
    Files::write(world, NOTES, &notes).unwrap_or_default();
    let mut text = line(at, "starting (kafka.server.KafkaServer)");
    text.push_str(&line(
        at,
        &format!("Connecting to zookeeper on {} (kafka.server.KafkaServer)", settings.zookeeper),
    ));
    // A broker without its ZooKeeper gives up; a real one takes six seconds over it.
    if topics::at_server(world, &settings.zookeeper, |_| ()).is_none() {
        let why = format!(
            "org.I0Itec.zkclient.exception.ZkTimeoutException: Unable to connect to zookeeper server '{}' with timeout of 6000 ms",
            settings.zookeeper
        );
        let fatal = "Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)";
        text.push_str(&line(at, fatal).replace("INFO", "FATAL"));
        return (format!("{text}{why}\n"), Some(1));
    }
    text.push_str(&line(at, "Loading logs. (kafka.log.LogManager)"));
    text.push_str(&line(
        at,
        &format!("Awaiting socket connections on 0.0.0.0:{}. (kafka.network.Acceptor)", settings.port),
    ));
    text.push_str(&line(
        at,
        &format!(
            "Registered broker {id} at path /brokers/ids/{id} with addresses: PLAINTEXT -> EndPoint({host},{},ListenerName(PLAINTEXT),PLAINTEXT) (kafka.utils.ZkUtils)",
            settings.port
        ),
    ));
    text.push_str(&line(at, &format!("[Kafka Server {id}], started (kafka.server.KafkaServer)")));
    (text, None)
}

/// A broker that is up.
#[derive(Clone, Debug)]
pub(super) struct Broker {
    pub(super) id: u32,
    pub(super) place: Place,
    pub(super) zookeeper: String,
    pub(super) folder: String,
    /// Its name and port, as it tells others.
    pub(super) address: String,
}

/// What the broker in the container that the world is in wrote down.
fn known(world: &World) -> Option<(u32, i64, String, String)> {
    let notes = Files::read(world, NOTES).ok()?;
    let parts: Vec<&str> = notes.split_whitespace().collect();
    let [id, port, zookeeper, folder] = parts.as_slice() else { return None };
    let port: i64 = port.parse().ok()?;
    let is_up = world.instance().is_some_and(|held| held.ports.contains(&port) && !held.has_ended());
    is_up.then_some(())?;
    Some((id.parse().ok()?, port, (*zookeeper).to_owned(), (*folder).to_owned()))
}

/// The brokers that are up and belong to a ZooKeeper, by their ids.
pub(super) fn brokers(world: &mut World, zookeeper: Option<&str>) -> Vec<Broker> {
    let Some(own) = world.pod().cloned() else { return Vec::new() };
    let mut found = Vec::new();
    for pod in world.scene.pods.clone() {
        if pod.metadata.namespace != own.metadata.namespace
            || !world.scene.is_reachable(&own.spec.node_name, &pod.spec.node_name)
        {
            continue;
        }
        let is_it = |container: &&Container| {
            super::super::of(&container.image).names == super::IMAGE.names && is_broker(container)
        };
        let Some(container) = pod.spec.containers.iter().find(is_it) else { continue };
        let Ok(place) = place(&pod, &container.name, false) else { continue };
        if place.ended.is_some() {
            continue;
        }
        let host = environment::full_hostname(&world.scene, &pod);
        let looked = world.within(&place, |world| known(world)).flatten();
        if let Some((id, port, own, folder)) = looked
            && zookeeper.is_none_or(|wanted| same_server(wanted, &own))
        {
            found.push(Broker { id, place, zookeeper: own, folder, address: format!("{host}:{port}") });
        }
    }
    crate::collections::sort_by_key(&mut found, |broker| broker.id);
    found
}

/// Whether two texts name one ZooKeeper: names may be written out or not.
fn same_server(one: &str, other: &str) -> bool {
    let first = |text: &str| {
        let host = text.split([',', ':', '/']).next().unwrap_or_default().to_owned();
        host.split('.').next().unwrap_or_default().to_owned()
    };
    first(one) == first(other)
}

/// The first broker of a list of addresses that answers; all brokers of its cluster.
pub(super) fn cluster(world: &mut World, addresses: &str) -> Option<Vec<Broker>> {
    for address in addresses.split(',') {
        let (host, port) = address.trim().rsplit_once(':').unwrap_or((address.trim(), "9092"));
        let Ok(port) = port.parse() else { continue };
        let Ok(peer) = world.reach(host, port) else { continue };
        let Some((_, _, zookeeper, _)) = world.within(&peer.place, |world| known(world)).flatten() else {
            continue;
        };
        return Some(brokers(world, Some(&zookeeper)));
    }
    None
}

/// `kafka-broker-api-versions.sh --bootstrap-server=HOST:PORT`.
pub(super) fn versions(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io: &mut Io<'_>| {
        let servers = super::option(call, "--bootstrap-server").unwrap_or_default();
        let Some(world) = io.world::<World>() else { return 1 };
        let Some(found) = cluster(world, &servers) else {
            io.err("Exception in thread \"main\" java.lang.RuntimeException: Request METADATA failed on brokers\n");
            return 1;
        };
        for broker in found {
            io.out(&format!("{} (id: {} rack: null)\n", broker.address, broker.id));
        }
        0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_overrides() {
        let words = "kafka-server-start.sh server.properties --override broker.id=2 --override listeners=PLAINTEXT://:9093 --override zookeeper.connect=zk-cs.default.svc.cluster.local:2181 --override log.dir=/var/lib/kafka";
        let call = Call { argv: words.split(' ').map(str::to_owned).collect(), ..Call::default() };
        let expected = Settings {
            id: Some(2),
            port: 9093,
            zookeeper: "zk-cs.default.svc.cluster.local:2181".to_owned(),
            folder: "/var/lib/kafka".to_owned(),
        };
        assert_eq!(Settings::of(&call), expected);
        let plain = Call { argv: vec!["kafka-server-start.sh".to_owned()], ..Call::default() };
        assert_eq!((Settings::of(&plain).port, Settings::of(&plain).id), (9092, None));
        assert!(
            same_server("zk-cs.default.svc.cluster.local:2181", "zk-cs:2181") && !same_server("a:1", "b:1")
        );
    }
}

//! `kafka-topics.sh`: topics, which ZooKeeper keeps.

use super::broker::{Broker, brokers};
use super::{option, switch};
use crate::containers::World;
use crate::containers::images::zookeeper;
use crate::shell::programs::brief;
use crate::shell::{Call, Host as _, Io, Program};

/// A topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Topic {
    /// The brokers that have a copy of each partition.
    pub(super) partitions: Vec<Vec<u32>>,
}

impl Topic {
    /// As ZooKeeper keeps it.
    fn json(&self) -> String {
        let list = |replicas: &Vec<u32>| replicas.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let partitions = self.partitions.iter().enumerate();
        let parts: Vec<String> =
            partitions.map(|(at, replicas)| format!("\"{at}\":[{}]", list(replicas))).collect();
        format!("{{\"version\":1,\"partitions\":{{{}}}}}", parts.join(","))
    }

    fn parse(text: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let parts = value.get("partitions")?.as_object()?;
        let mut partitions = vec![Vec::new(); parts.len()];
        for (at, replicas) in parts {
            let replicas =
                replicas.as_array()?.iter().filter_map(|id| u32::try_from(id.as_u64()?).ok()).collect();
            *partitions.get_mut(at.parse::<usize>().ok()?)? = replicas;
        }
        Some(Self { partitions })
    }
}

const FOLDER: &str = "/brokers/topics";

/// A topic of a ZooKeeper.
pub(super) fn find(world: &mut World, server: &str, name: &str) -> Option<Topic> {
    let nodes = at_server(world, server, |world| zookeeper::read(world).ok()).flatten()?;
    Topic::parse(&nodes.get(&format!("{FOLDER}/{name}"))?.data)
}

/// Does something at a ZooKeeper; `None` when none answers.
pub(super) fn at_server<T>(world: &mut World, server: &str, act: impl FnOnce(&mut World) -> T) -> Option<T> {
    let first = server.split([',', '/']).next().unwrap_or_default();
    let (host, port) = first.split_once(':').unwrap_or((first, "2181"));
    let peer = world.reach(host, port.parse().ok()?).ok()?;
    world.within(&peer.place, act)
}

/// Makes a topic, whose copies are spread over the brokers.
pub(super) fn create(
    world: &mut World,
    server: &str,
    name: &str,
    partitions: usize,
    copies: usize,
) -> Result<(), String> {
    let up: Vec<Broker> = brokers(world, Some(server));
    if up.len() < copies {
        return Err(format!("Replication factor: {copies} larger than available brokers: {}.", up.len()));
    }
    let start = name.len();
    let replicas = |part: usize| {
        (0..copies)
            .filter_map(|copy| up.get((start + part + copy) % up.len()).map(|broker| broker.id))
            .collect()
    };
    let topic = Topic { partitions: (0..partitions).map(replicas).collect() };
    let now = world.unix_seconds(world.at);
    let made = at_server(world, server, |world| {
        zookeeper::write(world, |nodes| {
            for folder in ["/brokers", FOLDER] {
                // It is there from the first topic on.
                drop(nodes.create(folder, "", false, now));
            }
            nodes.create(&format!("{FOLDER}/{name}"), &topic.json(), false, now)
        })
    });
    match made {
        Some(Ok(Ok(_))) => Ok(()),
        Some(Ok(Err(_))) => Err(format!("Topic '{name}' already exists.")),
        Some(Err(_)) | None => Err(String::new()),
    }
}

/// `kafka-topics.sh --create | --list | --describe | --delete`.
pub(super) fn topics(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), run)
}

fn run(call: &Call, io: &mut Io<'_>) -> i32 {
    let Some(server) = option(call, "--zookeeper") else {
        io.err("Missing required argument \"[zookeeper]\"\n");
        return 1;
    };
    let name = option(call, "--topic").unwrap_or_default();
    let Some(world) = io.world::<World>() else { return 1 };
    let is_there = at_server(world, &server, |world| zookeeper::read(world).ok()).flatten();
    let Some(nodes) = is_there else {
        io.err(&format!(
            "Exception in thread \"main\" org.I0Itec.zkclient.exception.ZkTimeoutException: Unable to connect to zookeeper server '{server}' with timeout of 30000 ms\n"
        ));
        return 1;
    };
    if switch(call, "--list") {
        for name in sorted(nodes.children(FOLDER)) {
            io.out(&format!("{name}\n"));
        }
        return 0;
    }
    if switch(call, "--create") {
        return make(call, io, &server, &name);
    }
    if switch(call, "--describe") {
        let names = if name.is_empty() { sorted(nodes.children(FOLDER)) } else { vec![name] };
        let up: Vec<u32> = io
            .world::<World>()
            .map(|world| brokers(world, Some(&server)).iter().map(|broker| broker.id).collect())
            .unwrap_or_default();
        for name in names {
            let topic = nodes.get(&format!("{FOLDER}/{name}")).and_then(|node| Topic::parse(&node.data));
            if let Some(topic) = topic {
                io.out(&described(&name, &topic, &up));
            }
        }
        return 0;
    }
    if switch(call, "--delete") {
        io.hint("the sandbox's Kafka keeps topics");
        return 1;
    }
    io.err("Command must include exactly one action: --list, --describe, --create, --alter or --delete\n");
    1
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    crate::collections::sort(&mut names);
    names
}

fn make(call: &Call, io: &mut Io<'_>, server: &str, name: &str) -> i32 {
    let number = |option_name: &str| option(call, option_name).and_then(|text| text.parse::<usize>().ok());
    let (Some(partitions), Some(copies)) = (number("--partitions"), number("--replication-factor")) else {
        io.err("Missing required argument \"[partitions]\" or \"[replication-factor]\"\n");
        return 1;
    };
    if name.is_empty() {
        io.err("Missing required argument \"[topic]\"\n");
        return 1;
    }
    let Some(world) = io.world::<World>() else { return 1 };
    match create(world, server, name, partitions.clamp(1, 100), copies.max(1)) {
        Ok(()) => {
            io.out(&format!("Created topic \"{name}\".\n"));
            0
        }
        Err(why) => {
            io.out(&format!("Error while executing topic command : {why}\n"));
            1
        }
    }
}

fn described(name: &str, topic: &Topic, up: &[u32]) -> String {
    let list = |ids: &[u32]| ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let copies = topic.partitions.first().map_or(0, Vec::len);
    let mut text = format!(
        "Topic:{name}\tPartitionCount:{}\tReplicationFactor:{copies}\tConfigs:\n",
        topic.partitions.len()
    );
    for (part, replicas) in topic.partitions.iter().enumerate() {
        let in_sync: Vec<u32> = replicas.iter().copied().filter(|id| up.contains(id)).collect();
        let leader = in_sync.first().map_or_else(|| "-1".to_owned(), u32::to_string);
        text.push_str(&format!(
            "\tTopic: {name}\tPartition: {part}\tLeader: {leader}\tReplicas: {}\tIsr: {}\n",
            list(replicas),
            list(&in_sync)
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_kept_as_kafka_keeps_them() {
        let topic = Topic { partitions: vec![vec![2, 0, 1], vec![0, 1, 2]] };
        assert_eq!(topic.json(), r#"{"version":1,"partitions":{"0":[2,0,1],"1":[0,1,2]}}"#);
        assert_eq!(Topic::parse(&topic.json()), Some(topic.clone()));
        assert_eq!(Topic::parse("{}"), None);
        let text = described("test", &topic, &[0, 1]);
        assert!(text.contains("Partition: 0\tLeader: 0\tReplicas: 2,0,1\tIsr: 0,1\n"), "{text}");
    }
}

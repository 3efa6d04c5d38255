//! The server's process: what starts it, what it writes, and what it answers to words of four letters.

use super::config::{self, Config};
use super::ensemble::{self, Role};
use crate::api::Timestamp;
use crate::api::pod::Probe;
use crate::containers::World;
use crate::containers::serve::{Serving, ends_quietly, probed_between, serve};
use crate::shell::programs::{brief, date_text};
use crate::shell::{Call, FileKind, Files, Io, Program};
use crate::sim::{Rng, Span, Time};

const JAVA: &str = "/usr/lib/jvm/java-8-openjdk-amd64/bin/java -Dzookeeper.log.dir=/var/log/zookeeper -Dzookeeper.root.logger=INFO,CONSOLE -cp /usr/bin/../build/classes:/usr/bin/../build/lib/*.jar:/usr/bin/../share/zookeeper/zookeeper-3.4.10.jar:/usr/bin/../etc/zookeeper: -Xmx512M -Xms512M -Dcom.sun.management.jmxremote -Dcom.sun.management.jmxremote.local.only=false org.apache.zookeeper.server.quorum.QuorumPeerMain /usr/bin/../etc/zookeeper/zoo.cfg";

static SERVER: Serving = Serving {
    name: "java",
    pid: 27,
    words: |_, _| JAVA.to_owned(),
    workers: &[],
    ports: |world, _| {
        let config = Config::of(world).unwrap_or_default();
        let mut ports = vec![config.client];
        if !config.servers.is_empty() {
            ports.extend([2888, 3888]);
        }
        ports
    },
    start,
    goes_on,
    end: ends_quietly,
    code: 143,
};

/// `start-zookeeper`: writes the files, and is then the server.
pub(super) fn start_zookeeper(call: &Call) -> Box<dyn Program> {
    serve(call, &SERVER)
}

/// `zkServer.sh start-foreground`, `zkServer.sh status`.
pub(super) fn zk_server(call: &Call) -> Box<dyn Program> {
    match call.args().first().map(String::as_str) {
        Some("start-foreground") => serve(call, &SERVER),
        Some("status") => brief(call.clone(), |_, io| {
            let Some(world) = io.world::<World>() else { return 1 };
            let (text, code) = match mode(world) {
                Some(mode) => (format!("Mode: {mode}\n"), 0),
                None => ("Error contacting service. It is probably not running.\n".to_owned(), 1),
            };
            io.out(&format!("{HEAD}{text}"));
            code
        }),
        _ => brief(call.clone(), |_, io| {
            io.out(HEAD);
            io.out("Usage: /usr/bin/zkServer.sh {start|start-foreground|stop|restart|status|upgrade|print-cmd}\n");
            1
        }),
    }
}

const HEAD: &str = "ZooKeeper JMX enabled by default\nUsing config: /usr/bin/../etc/zookeeper/zoo.cfg\n";

/// `leader`, `follower` or `standalone`; none of a server that does not serve.
fn mode(world: &mut World) -> Option<&'static str> {
    let held = world.instance()?;
    let config = Config::of(world)?;
    if !held.ports.contains(&config.client) {
        return None;
    }
    Some(match ensemble::role(world)? {
        Role::Alone => "standalone",
        Role::Leader => "leader",
        Role::Follower => "follower",
    })
}

/// A line of its log.
pub(super) fn line(world: &World, at: Time, place: &str, text: &str) -> String {
    let config = Config::of(world).unwrap_or_default();
    let id = Files::read(world, &format!("{}/myid", config.data)).unwrap_or_default();
    let seconds = u64::try_from(Timestamp::at(at).unix_seconds()).unwrap_or_default();
    let ms = at.ms() % 1_000;
    let date = date_text("%Y-%m-%d %H:%M:%S", seconds);
    format!("{date},{ms:03} [myid:{}] - INFO  [{place}] - {text}\n", id.trim())
}

fn start(world: &mut World, call: &Call, at: Time) -> (String, Option<i32>) {
    if call.name() == "start-zookeeper"
        && let Err(why) = config::from_flags(world, call)
    {
        return (why, Some(1));
    }
    let Some(config) = Config::of(world) else {
        return (format!("{HEAD}grep: {}: No such file or directory\n", config::FILE), Some(1));
    };
    let folder = format!("{}/version-2", config.data);
    config::make_folders(world, &folder);
    let port = config.client;
    let mut text = HEAD.to_owned();
    let file = "/usr/bin/../etc/zookeeper/zoo.cfg";
    text.push_str(&line(
        world,
        at,
        "main:QuorumPeerConfig@134",
        &format!("Reading configuration from: {file}"),
    ));
    if config.servers.is_empty() {
        text.push_str(&line(world, at, "main:ZooKeeperServerMain@96", "Starting server"));
    } else {
        text.push_str(&line(world, at, "main:QuorumPeerConfig@396", "Defaulting to majority quorums"));
        text.push_str(&line(world, at, "main:QuorumPeerMain@127", "Starting quorum peer"));
        for (_, host) in config.servers.iter().filter(|(_, host)| world.acquaintance(host).is_none()) {
            let said = format!("Failed to resolve address: {host}\njava.net.UnknownHostException: {host}");
            let place = "main:QuorumPeer$QuorumServer@167";
            text.push_str(&line(world, at, place, &said).replacen(" INFO  ", " WARN  ", 1));
        }
    }
    text.push_str(&line(
        world,
        at,
        "main:NIOServerCnxnFactory@89",
        &format!("binding to port 0.0.0.0/0.0.0.0:{port}"),
    ));
    (text, None)
}

/// Each probe asks `ruok`.
fn goes_on(world: &World, _: &Call, from: Time, to: Time) -> (String, Option<Time>) {
    let asks = |probe: &Probe| {
        let command = probe.extra.get("exec")?.to_string();
        ["zookeeper-ready", "zkOk.sh"].iter().any(|script| command.contains(script)).then_some(())
    };
    let (times, next) = probed_between(world, asks, from, to);
    let has_script = Files::kind(world, "/usr/bin/zookeeper-ready") == Some(FileKind::File);
    let mut text = String::new();
    if !has_script {
        return (text, next);
    }
    let port = Config::of(world).unwrap_or_default().client;
    let factory = format!("NIOServerCxn.Factory:0.0.0.0/0.0.0.0:{port}:");
    let mut last = Time::ZERO;
    for (nth, (at, ())) in (0..).zip(times) {
        // Two probes of one instant come one after the other.
        let at = if at <= last { last + Span::from_ms(70) } else { at };
        last = at;
        let (peer, thread) = caller(world, at, nth);
        let place = format!("{factory}NIOServerCnxnFactory@192");
        text.push_str(&line(
            world,
            at,
            &place,
            &format!("Accepted socket connection from /127.0.0.1:{peer}"),
        ));
        let place = format!("{factory}NIOServerCnxn@827");
        text.push_str(&line(world, at, &place, &format!("Processing ruok command from /127.0.0.1:{peer}")));
        let later = at + Span::from_ms(1);
        let said = format!(
            "Closed socket connection for client /127.0.0.1:{peer} (no session established for client)"
        );
        text.push_str(&line(world, later, &format!("Thread-{thread}:NIOServerCnxn@1008"), &said));
    }
    (text, next)
}

/// The port that a connection of an instant comes from, and the thread that serves it.
fn caller(world: &World, at: Time, nth: u64) -> (u64, u64) {
    let uid = world.pod().map(|pod| pod.metadata.uid.clone()).unwrap_or_default();
    let start = Rng::new(0).fork(&uid).below(20_000);
    let tick = at.ms() / 1_000;
    (33_000 + (start + tick + nth) % 27_000, tick / 5 + nth)
}

/// What it answers to a word of four letters.
pub(super) fn talk(world: &mut World, port: i64, text: &str) -> String {
    let config = Config::of(world).unwrap_or_default();
    if port != config.client {
        return String::new();
    }
    let silent = "This ZooKeeper instance is not currently serving requests\n";
    match text.trim() {
        "ruok" => "imok".to_owned(),
        "conf" => Files::read(world, config::FILE).unwrap_or_default(),
        "srvr" | "stat" | "mntr" => match mode(world) {
            None => silent.to_owned(),
            Some(mode) => {
                let nodes = super::read(world).ok();
                let (zxid, count) = nodes.map_or((0, 0), |nodes| (nodes.last, nodes.count()));
                if text.trim() == "mntr" {
                    return format!("zk_version\t3.4.10\nzk_server_state\t{mode}\nzk_znode_count\t{count}\n");
                }
                format!(
                    "Zookeeper version: 3.4.10\nOutstanding: 0\nZxid: {zxid:#x}\nMode: {mode}\nNode count: {count}\n"
                )
            }
        },
        _ => String::new(),
    }
}

/// `zookeeper-ready PORT`, `zkOk.sh`: whether the server on this host is there.
pub(super) fn ready(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io: &mut Io<'_>| {
        let Some(world) = io.world::<World>() else { return 1 };
        let usual = call.environment.get("ZK_CLIENT_PORT").and_then(|port| port.parse().ok()).unwrap_or(2181);
        let port: i64 = call.args().first().and_then(|port| port.parse().ok()).unwrap_or(usual);
        let is_there = world.instance().is_some_and(|held| held.ports.contains(&port));
        i32::from(!is_there)
    })
}

/// `zkMetrics.sh`.
pub(super) fn metrics(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |_, io: &mut Io<'_>| {
        let Some(world) = io.world::<World>() else { return 1 };
        let port = Config::of(world).unwrap_or_default().client;
        let text = talk(world, port, "mntr");
        io.out(&text);
        0
    })
}

//! `zkCli.sh`: one command, or a prompt.

use super::config::Config;
use super::ensemble::NoQuorum;
use super::nodes::{NodeError, Znode};
use crate::containers::World;
use crate::containers::instance::Place;
use crate::shell::programs::date_text;
use crate::shell::{Call, Host as _, Io, Program, Progress, Read};

const USAGE: &str = "ZooKeeper -server host:port cmd args\n\tstat path [watch]\n\tset path data [version]\n\tls path [watch]\n\tls2 path [watch]\n\tdelete path [version]\n\trmr path\n\tget path [watch]\n\tcreate [-s] [-e] path data acl\n\tclose \n\tconnect host:port\n\tquit \n";

/// `zkCli.sh [-server HOST:PORT] [COMMAND]`.
pub(super) fn client(call: &Call) -> Box<dyn Program> {
    Box::new(Client { call: call.clone(), is_connected: false, count: 0, is_prompted: false })
}

#[derive(Clone)]
struct Client {
    call: Call,
    is_connected: bool,
    /// How many commands were typed.
    count: u32,
    is_prompted: bool,
}

/// How a command ended.
enum Ended {
    Well,
    /// The connection is lost; the path that was spoken of.
    Lost(String),
    Quit,
}

impl Client {
    /// The server, and the words of the command.
    fn parts(&self) -> (String, Vec<String>) {
        let args = self.call.args();
        match args.first().map(String::as_str) {
            Some("-server") => {
                (args.get(1).cloned().unwrap_or_default(), args.get(2..).unwrap_or_default().to_vec())
            }
            _ => ("localhost:2181".to_owned(), args.to_vec()),
        }
    }

    fn greet(io: &mut Io<'_>, server: &str) {
        io.out(&format!("Connecting to {server}\n"));
        let now = io.now();
        if let Some(world) = io.world::<World>() {
            let mut lines = String::new();
            let text = format!(
                "Initiating client connection, connectString={server} sessionTimeout=30000 watcher=org.apache.zookeeper.ZooKeeperMain$MyWatcher@22d8cfe0"
            );
            lines.push_str(
                &super::server::line(world, now, "main:ZooKeeper@438", &text)
                    .replace(&own_id(world), "[myid:]"),
            );
            io.out(&lines);
        }
    }

    /// The container of the server.
    fn server(io: &mut Io<'_>, server: &str) -> Option<Place> {
        let (host, port) = server.split_once(':').unwrap_or((server, "2181"));
        let port = port.split('/').next().and_then(|port| port.parse().ok())?;
        let world = io.world::<World>()?;
        Some(world.reach(host, port).ok()?.place)
    }

    fn run(&self, io: &mut Io<'_>, words: &[String]) -> Ended {
        let (server, _) = self.parts();
        let flags: Vec<&str> = words.iter().skip(1).map(String::as_str).filter(|w| is_flag(w)).collect();
        let rest: Vec<&str> = words.iter().skip(1).map(String::as_str).filter(|w| !is_flag(w)).collect();
        let (Some(command), path) = (words.first().map(String::as_str), rest.first().copied()) else {
            return Ended::Well;
        };
        if command == "quit" || command == "close" {
            return Ended::Quit;
        }
        let known = ["create", "get", "set", "ls", "ls2", "stat", "delete", "rmr"];
        let Some(path) = path.filter(|_| known.contains(&command)) else {
            io.err(USAGE);
            return Ended::Well;
        };
        if !path.starts_with('/') {
            io.out("Command failed: java.lang.IllegalArgumentException: Path must start with / character\n");
            return Ended::Well;
        }
        let Some(place) = Self::server(io, &server) else { return Ended::Lost(path.to_owned()) };
        let now = io.now();
        let Some(world) = io.world::<World>() else { return Ended::Quit };
        let seconds = world.unix_seconds(now);
        let done = world.within(&place, |world| act(world, command, path, &rest, &flags, seconds));
        match done {
            Some(Ok(Ok(text))) => {
                io.out(&text);
                Ended::Well
            }
            Some(Ok(Err(error))) => {
                io.err(&format!("{}\n", said(&error, path)));
                Ended::Well
            }
            Some(Err(NoQuorum)) | None => Ended::Lost(path.to_owned()),
        }
    }

    fn lost(io: &mut Io<'_>, path: &str) {
        io.err(&format!(
            "Exception in thread \"main\" org.apache.zookeeper.KeeperException$ConnectionLossException: KeeperErrorCode = ConnectionLoss for {path}\n"
        ));
    }
}

fn own_id(world: &World) -> String {
    let config = Config::of(world).unwrap_or_default();
    let id = crate::shell::Files::read(world, &format!("{}/myid", config.data)).unwrap_or_default();
    format!("[myid:{}]", id.trim())
}

fn is_flag(word: &str) -> bool {
    matches!(word, "-s" | "-e" | "-w" | "-R")
}

fn said(error: &NodeError, path: &str) -> String {
    match error {
        NodeError::NoNode => format!("Node does not exist: {path}"),
        NodeError::Exists => format!("Node already exists: {path}"),
        NodeError::NotEmpty => format!("Node not empty: {path}"),
        NodeError::BadVersion => format!("version No is not valid : {path}"),
    }
}

type Done = Result<Result<String, NodeError>, NoQuorum>;

/// Carries a command out: a session of its own, which makes a transaction at its start and at its end.
fn act(world: &mut World, command: &str, path: &str, rest: &[&str], flags: &[&str], now: u64) -> Done {
    super::write(world, |nodes| {
        nodes.next();
        let data = rest.get(1).copied().unwrap_or_default();
        let result = match command {
            "create" => {
                nodes.create(path, data, flags.contains(&"-s"), now).map(|path| format!("Created {path}\n"))
            }
            "set" => {
                let version = rest.get(2).and_then(|version| version.parse().ok());
                nodes.set(path, data, version, now).map(|()| {
                    nodes.get(path).map(|node| stat(&node, nodes.children(path).len())).unwrap_or_default()
                })
            }
            "delete" => nodes.delete(path, false).map(|()| String::new()),
            "rmr" => nodes.delete(path, true).map(|()| String::new()),
            _ => nodes.get(path).ok_or(NodeError::NoNode).map(|node| {
                let children = nodes.children(path);
                let list = format!("[{}]\n", children.join(", "));
                match command {
                    "ls" => list,
                    "ls2" => list + &stat(&node, children.len()),
                    "stat" => stat(&node, children.len()),
                    _ => format!("{}\n{}", node.data, stat(&node, children.len())),
                }
            }),
        };
        nodes.next();
        result
    })
}

fn stat(node: &Znode, children: usize) -> String {
    let date = |seconds: u64| date_text("%a %b %d %H:%M:%S UTC %Y", seconds);
    format!(
        "cZxid = {:#x}\nctime = {}\nmZxid = {:#x}\nmtime = {}\npZxid = {:#x}\ncversion = {}\ndataVersion = {}\naclVersion = 0\nephemeralOwner = {:#x}\ndataLength = {}\nnumChildren = {children}\n",
        node.made,
        date(node.made_at),
        node.changed,
        date(node.changed_at),
        node.children_changed,
        node.children_version,
        node.version,
        node.owner,
        node.data.len()
    )
}

impl Program for Client {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let (server, words) = self.parts();
        if !self.is_connected {
            Self::greet(io, &server);
            let is_there = Self::server(io, &server).is_some_and(|place| {
                io.world::<World>().is_some_and(|world| {
                    world.within(&place, |world| super::read(world).is_ok()).unwrap_or_default()
                })
            });
            if !is_there {
                Self::lost(io, words.get(1).map_or("/", String::as_str));
                io.hint(
                    "ZooKeeper serves only while more than half of its servers are up and find each other by their names",
                );
                return Progress::Done(1);
            }
            if words.is_empty() {
                io.out("Welcome to ZooKeeper!\nJLine support is disabled\n");
            }
            io.out("\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null\n");
            self.is_connected = true;
        }
        if !words.is_empty() {
            return match self.run(io, &words) {
                Ended::Lost(path) => {
                    Self::lost(io, &path);
                    Progress::Done(1)
                }
                Ended::Well | Ended::Quit => Progress::Done(0),
            };
        }
        loop {
            if !self.is_prompted {
                io.out(&format!("[zk: {server}(CONNECTED) {}] ", self.count));
                self.is_prompted = true;
            }
            match io.read_line() {
                Read::Wait => return Progress::WAIT,
                Read::End => return Progress::Done(0),
                Read::Text(line) => {
                    self.is_prompted = false;
                    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
                    if words.is_empty() {
                        continue;
                    }
                    self.count += 1;
                    match self.run(io, &words) {
                        Ended::Well => {}
                        Ended::Lost(path) => Self::lost(io, &path),
                        Ended::Quit => {
                            io.out("Quitting...\n");
                            return Progress::Done(0);
                        }
                    }
                }
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        "zkCli.sh".to_owned()
    }
}

//! kubectl in a container: `exec`, `attach` and `logs`, once it is known which container is meant.
//!
//! Models what happens behind `RemoteExecutor` and the log request of kubectl: the API server's and the
//! kubelet's answers, Kubernetes v1.36. Left out: the retries of `logs -f` before a container has started.

use super::Cluster;
use crate::containers::log::{Wanted, ago};
use crate::containers::{Input, Place, Refusal, Session, Start, World};
use crate::kubectl::{ContainerAct, LogsCall, Streams, Target};
use crate::kubelet::Outage;
use crate::shell::{Call, INTERRUPTED, Io, Progress, Read};
use crate::sim::Rng;

/// The port of kubelets.
const KUBELET_PORT: u16 = 10250;

/// One of them.
#[derive(Clone)]
pub(super) struct Visit {
    act: ContainerAct,
    /// How many shells kubectl is within.
    level: u32,
    state: State,
}

#[derive(Clone)]
enum State {
    Begins,
    Exec(Box<Session>),
    Attach { place: Place, position: u64 },
    Follows(Vec<Followed>),
    Over(i32),
}

/// A log that is followed.
#[derive(Clone)]
struct Followed {
    place: Place,
    position: u64,
    /// The beginning of a line.
    open: String,
    has_ended: bool,
}

/// What a look at it gave.
pub(super) enum Visited {
    /// It waits, or wants a text edited.
    Goes(Progress),
    /// It has ended with this exit code.
    Ended(i32),
}

fn in_world(io: &mut Io<'_>, act: &mut dyn FnMut(&mut World)) {
    if let Some(cluster) = io.world::<Cluster>() {
        cluster.with_world(|world| act(world));
    }
}

fn with<T>(io: &mut Io<'_>, act: impl FnOnce(&mut World) -> T) -> Option<T> {
    Some(io.world::<Cluster>()?.with_world(act))
}

impl Visit {
    pub(super) fn new(act: ContainerAct, call: &Call) -> Self {
        Self { act, level: call.level, state: State::Begins }
    }

    /// Looks again.
    pub(super) fn poll(&mut self, io: &mut Io<'_>) -> Visited {
        if matches!(self.state, State::Begins) {
            let begun = match self.act.clone() {
                ContainerAct::Exec { target, argv, streams } => self.begin_exec(io, &target, &argv, streams),
                ContainerAct::Attach { target, shows_log, said, .. } => {
                    begin_attach(io, &target, shows_log, &said)
                }
                ContainerAct::Logs(call) => begin_logs(io, &call),
            };
            self.state = begun.unwrap_or_else(State::Over);
        }
        match &mut self.state {
            State::Begins => Visited::Ended(1),
            State::Over(code) => Visited::Ended(*code),
            State::Exec(session) => match session.poll(io, in_world) {
                Progress::Done(code) => {
                    if code != 0 {
                        io.err(&format!("command terminated with exit code {code}\n"));
                    }
                    Visited::Ended(code)
                }
                waits => Visited::Goes(waits),
            },
            State::Attach { place, position } => {
                let ContainerAct::Attach { streams, farewell, .. } = &self.act else {
                    return Visited::Ended(1);
                };
                poll_attach(io, place, position, *streams, farewell)
            }
            State::Follows(logs) => {
                let ContainerAct::Logs(call) = &self.act else { return Visited::Ended(1) };
                poll_logs(io, logs, call)
            }
        }
    }

    fn begin_exec(
        &self,
        io: &mut Io<'_>,
        target: &Target,
        argv: &[String],
        streams: Streams,
    ) -> Result<State, i32> {
        let tty = streams.tty && io.reads_terminal();
        if streams.tty && !tty && !streams.quiet {
            io.err("Unable to use a TTY - input is not a terminal or the right kind of file\n");
        }
        let place = live(io, target)?;
        let level = self.level;
        let begun = with(io, |world| {
            world.enter(&place).then(|| (world.note(), world.begin(&place, argv, streams.stdin, tty, level)))
        });
        let (note, started) = begun.flatten().ok_or(1)?;
        if let Some(note) = note {
            io.hint(note);
        }
        match started {
            Some(Start::Runs(session)) => Ok(State::Exec(session)),
            Some(Start::NotFound(hint)) => {
                let name = argv.first().map(String::as_str).unwrap_or_default();
                let why = if name.contains('/') {
                    format!("stat {name}: no such file or directory")
                } else {
                    "executable file not found in $PATH".to_owned()
                };
                let id = exec_id(&place.id, argv);
                io.err(&format!(
                    "error: Internal error occurred: Internal error occurred: error executing command in container: \
                     failed to exec in container: failed to start exec \"{id}\": OCI runtime exec failed: exec failed: \
                     unable to start container process: exec: \"{name}\": {why}\n"
                ));
                if let Some(hint) = hint {
                    io.hint(hint);
                }
                Err(1)
            }
            None => {
                io.hint("shells are nested too deeply");
                Err(1)
            }
        }
    }

    /// Whether Ctrl-C is the container's affair: where its terminal is joined to this one.
    pub(super) fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        match (&mut self.state, &self.act) {
            (State::Exec(session), ContainerAct::Exec { streams: Streams { tty: true, .. }, .. }) => {
                if let Some(code) = session.press_interrupt(io, in_world) {
                    io.err(&format!("command terminated with exit code {code}\n"));
                    self.state = State::Over(code);
                }
                io.goes_on();
                true
            }
            (
                State::Attach { place, .. },
                ContainerAct::Attach { streams: Streams { tty: true, .. }, .. },
            ) => {
                let place = place.clone();
                with(io, |world| world.type_in(&place, Input::Interrupt));
                io.goes_on();
                true
            }
            _ => false,
        }
    }

    /// kubectl itself is ended.
    pub(super) fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        match (std::mem::replace(&mut self.state, State::Over(INTERRUPTED)), &self.act) {
            (State::Exec(mut session), _) => session.end(io, in_world),
            (
                State::Attach { place, .. },
                ContainerAct::Attach { streams: Streams { stdin: true, .. }, .. },
            ) => {
                with(io, |world| world.type_in(&place, Input::End));
            }
            _ => {}
        }
        INTERRUPTED
    }
}

/// The name that a runtime gives to a command that is run.
fn exec_id(container: &str, argv: &[String]) -> String {
    let mut rng = Rng::new(0).fork(&format!("{container} {}", argv.join(" ")));
    (0..4).map(|_| format!("{:016x}", rng.next_u64())).collect::<Vec<_>>().concat()
}

/// The container that runs; what is said when none does, with the exit code.
fn live(io: &mut Io<'_>, target: &Target) -> Result<Place, i32> {
    let Target { namespace, pod, container, .. } = target;
    let found = with(io, |world| world.find(namespace, pod, container, false)).ok_or(1)?;
    let message = match found {
        Ok(place) if place.ended.is_none() => {
            let node = place.pod.spec.node_name.clone();
            let Some(why) = unreachable(io, &node) else { return Ok(place) };
            let address = &place.pod.status.host_ip;
            format!("Error from server: error dialing backend: dial tcp {address}:{KUBELET_PORT}: {why}\n")
        }
        Ok(_) | Err(Refusal::NotRunning(_)) => format!(
            "error: Internal error occurred: unable to upgrade connection: container not found (\"{container}\")\n"
        ),
        Err(Refusal::NoPod) => format!("Error from server (NotFound): pods \"{pod}\" not found\n"),
        Err(Refusal::NoNode) => {
            format!("Error from server (BadRequest): pod {pod} does not have a host assigned\n")
        }
        Err(Refusal::NoContainer) => {
            format!("Error from server (BadRequest): container {container} is not valid for pod {pod}\n")
        }
    };
    io.err(&message);
    Err(1)
}

/// Why a node's kubelet does not answer.
fn unreachable(io: &mut Io<'_>, node: &str) -> Option<&'static str> {
    let outage = io.world::<Cluster>()?.outage(node)?;
    Some(match outage {
        Outage::KubeletStopped => "connect: connection refused",
        Outage::Partitioned | Outage::PoweredOff => "i/o timeout",
    })
}

fn begin_attach(io: &mut Io<'_>, target: &Target, shows_log: bool, said: &str) -> Result<State, i32> {
    let place = live(io, target)?;
    let begun = with(io, |world| {
        world.enter(&place);
        let log = if shows_log { world.log(&Wanted::default()) } else { String::new() };
        (log, world.open_line(), world.log_end(), world.note())
    });
    let (log, open, position, note) = begun.ok_or(1)?;
    io.out(&log);
    io.err(said);
    io.out(&open);
    if let Some(note) = note {
        io.hint(note);
    }
    Ok(State::Attach { place, position })
}

fn poll_attach(
    io: &mut Io<'_>,
    place: &mut Place,
    position: &mut u64,
    streams: Streams,
    farewell: &str,
) -> Visited {
    loop {
        let Target { namespace, pod, container, .. } = target_of(place);
        let looked = with(io, |world| {
            // The container may have ended meanwhile; what it wrote before is still shown.
            if let Ok(found) = world.find(&namespace, &pod, &container, false)
                && found.id == place.id
            {
                *place = found;
            }
            world.enter(place);
            let (text, end) = world.log_after(*position);
            *position = end;
            let is_over = place.ended.is_some() || world.has_ended();
            (text, is_over, world.wants_input(), world.wake_at())
        });
        let Some((text, is_over, wants_input, wake_at)) = looked else { return Visited::Ended(1) };
        io.out(&text);
        if is_over {
            io.out(farewell);
            return Visited::Ended(0);
        }
        if streams.stdin && wants_input {
            let input = match io.read_line() {
                Read::Text(line) => Input::Text(line),
                Read::End => Input::End,
                Read::Wait => return Visited::Goes(Progress::Wait { wake_at }),
            };
            with(io, |world| world.type_in(place, input));
            continue;
        }
        io.rests();
        return Visited::Goes(Progress::Wait { wake_at });
    }
}

fn target_of(place: &Place) -> Target {
    let meta = &place.pod.metadata;
    Target {
        namespace: meta.namespace.clone(),
        pod: meta.name.clone(),
        uid: meta.uid.clone(),
        container: place.container.clone(),
    }
}

fn prefix(call: &LogsCall, place: &Place) -> String {
    if !call.prefix {
        return String::new();
    }
    format!("[pod/{}/{}] ", place.pod.metadata.name, place.container)
}

fn begin_logs(io: &mut Io<'_>, call: &LogsCall) -> Result<State, i32> {
    let mut followed = Vec::new();
    let mut note = None;
    for target in &call.targets {
        let place = match readable(io, target, call.previous) {
            Ok(Some(place)) => place,
            Ok(None) => continue,
            Err(message) if call.ignore_errors => {
                io.out(&format!("error: {message}"));
                continue;
            }
            Err(message) => {
                io.err(&message);
                return Err(1);
            }
        };
        let wanted = Wanted {
            tail: call.tail,
            since: call.since.map(|seconds| ago(io.now(), seconds)),
            timestamps: call.timestamps,
        };
        let looked = with(io, |world| {
            world.enter(&place);
            let has_ended = place.ended.is_some() || world.has_ended();
            (world.log(&wanted), world.open_line(), world.log_end(), has_ended, world.note())
        });
        let Some((mut text, open, position, has_ended, said)) = looked else { continue };
        if let Some(most) = call.limit_bytes {
            let end =
                (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            text.truncate(end);
        }
        let prefix = prefix(call, &place);
        for line in text.split_inclusive('\n') {
            io.out(&format!("{prefix}{line}"));
        }
        note = said.or(note);
        followed.push(Followed {
            place,
            position,
            open: if has_ended { String::new() } else { open },
            has_ended,
        });
    }
    if let Some(note) = note {
        io.hint(note);
    }
    Ok(if call.follow { State::Follows(followed) } else { State::Over(0) })
}

/// The container whose log is meant; `None` of one that has no node yet.
fn readable(io: &mut Io<'_>, target: &Target, previous: bool) -> Result<Option<Place>, String> {
    let Target { namespace, pod, container, .. } = target;
    let found = with(io, |world| world.find(namespace, pod, container, previous));
    let place = match found.unwrap_or(Err(Refusal::NoPod)) {
        Ok(place) => place,
        Err(Refusal::NoNode) => return Ok(None),
        Err(Refusal::NotRunning(why)) => return Err(format!("Error from server (BadRequest): {why}\n")),
        Err(Refusal::NoPod) => {
            return Err(format!("Error from server (NotFound): pods \"{pod}\" not found\n"));
        }
        Err(Refusal::NoContainer) => {
            return Err(format!(
                "Error from server (BadRequest): container {container} is not valid for pod {pod}\n"
            ));
        }
    };
    let node = place.pod.spec.node_name.clone();
    match unreachable(io, &node) {
        None => Ok(Some(place)),
        Some(why) => {
            let address = format!("{}:{KUBELET_PORT}", place.pod.status.host_ip);
            Err(format!(
                "Error from server: Get \"https://{address}/containerLogs/{namespace}/{pod}/{container}\": dial tcp \
                 {address}: {why}\n"
            ))
        }
    }
}

fn poll_logs(io: &mut Io<'_>, logs: &mut [Followed], call: &LogsCall) -> Visited {
    let mut wake_at = None;
    for log in logs.iter_mut().filter(|log| !log.has_ended) {
        let Target { namespace, pod, container, .. } = target_of(&log.place);
        let looked = with(io, |world| {
            let found = world.find(&namespace, &pod, &container, false);
            let is_there = match found {
                Ok(found) if found.id == log.place.id => {
                    log.place = found;
                    true
                }
                _ => false,
            };
            if is_there {
                world.enter(&log.place);
            }
            let (text, end) =
                if is_there { world.log_after(log.position) } else { (String::new(), log.position) };
            let has_ended = !is_there || log.place.ended.is_some() || world.has_ended();
            (text, end, has_ended, world.wake_at())
        });
        let Some((text, end, has_ended, wake)) = looked else { return Visited::Ended(1) };
        log.position = end;
        log.has_ended = has_ended;
        log.open.push_str(&text);
        let whole = if has_ended { log.open.len() } else { log.open.rfind('\n').map_or(0, |at| at + 1) };
        let rest = log.open.split_off(whole);
        let lines = std::mem::replace(&mut log.open, rest);
        let prefix = prefix(call, &log.place);
        let stamp =
            if call.timestamps { crate::containers::log::stamp(io.now()) + " " } else { String::new() };
        for line in lines.split_inclusive('\n') {
            io.out(&format!("{prefix}{stamp}{line}"));
        }
        if !has_ended {
            wake_at = match (wake_at, wake) {
                (Some(known), Some(wake)) => Some(wake.min(known)),
                (known, wake) => known.or(wake),
            };
        }
    }
    if logs.iter().all(|log| log.has_ended) {
        return Visited::Ended(0);
    }
    io.rests();
    Visited::Goes(Progress::Wait { wake_at })
}

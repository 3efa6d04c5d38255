//! kubectl in a container: `exec`, `attach` and `logs`, once it is known which container is meant.
//!
//! Models what happens behind `RemoteExecutor` and the log request of kubectl: the API server's and the
//! kubelet's answers, Kubernetes v1.36. Left out: what `exec`, `attach` and `logs` say in their headers.

mod exec;
mod attach;
mod logs;
#[cfg(test)]
mod tests;

use super::Cluster;
use crate::containers::{Input, Place, Refusal, Session, World};
use crate::kubectl::{ContainerAct, Streams, Target};
use crate::kubelet::Outage;
use crate::shell::{Call, INTERRUPTED, Io, Progress};
use attach::{begin_attach, poll_attach};
use logs::{Followed, begin_logs, poll_logs};

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

    /// Whether Ctrl-C is the container's affair: where its terminal is joined to this one.
    pub(super) fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        // Behind a pipe there is no terminal to join, whatever flags say: the key is for kubectl.
        if !io.reads_terminal() {
            return false;
        }
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

fn target_of(place: &Place) -> Target {
    let meta = &place.pod.metadata;
    Target {
        namespace: meta.namespace.clone(),
        pod: meta.name.clone(),
        uid: meta.uid.clone(),
        container: place.container.clone(),
    }
}

//! Programs that serve until they are told to end.

use super::World;
use crate::shell::{Call, Io, Program, Progress};
use crate::sim::Time;

/// What a server has written, and when it writes again.
pub(super) type Written = (String, Option<Time>);

/// What is particular to a server.
pub(super) struct Serving {
    /// What `pkill` finds it by.
    pub(super) name: &'static str,
    /// Its number where a script has started it.
    pub(super) pid: u32,
    /// Its words as `ps` shows them.
    pub(super) words: fn(&World, &Call) -> String,
    /// Processes of its own: their names' words.
    pub(super) workers: &'static [&'static str],
    /// The ports at which it listens.
    pub(super) ports: fn(&World, &Call) -> Vec<i64>,
    /// What it does and writes when it starts; an exit code when it cannot.
    pub(super) start: fn(&mut World, &Call, Time) -> (String, Option<i32>),
    /// What it has written since it was looked at last, and when it writes again.
    pub(super) goes_on: fn(&World, &Call, Time, Time) -> Written,
    /// What it writes when it ends.
    pub(super) end: fn(&World, Time) -> String,
    /// Its exit code when it is told to end.
    pub(super) code: i32,
}

/// What a server that writes nothing more does.
pub(super) fn is_quiet(_: &World, _: &Call, _: Time, _: Time) -> Written {
    (String::new(), None)
}

/// What a server that is about to end may write: nothing.
pub(super) fn ends_quietly(_: &World, _: Time) -> String {
    String::new()
}

/// A server.
#[derive(Clone)]
struct Server {
    call: Call,
    serving: &'static Serving,
    pid: Option<u32>,
    looked: Time,
}

/// Starts a server.
pub(super) fn serve(call: &Call, serving: &'static Serving) -> Box<dyn Program> {
    Box::new(Server { call: call.clone(), serving, pid: None, looked: Time::ZERO })
}

impl Server {
    /// Registers its processes and ports.
    fn settle(&self, world: &mut World, now: Time) -> u32 {
        let serving = self.serving;
        let words = (serving.words)(world, &self.call);
        let ports = (serving.ports)(world, &self.call);
        let Some(held) = world.instance_mut() else { return 1 };
        let is_first = held.argv == self.call.argv;
        let (pid, parent) = if is_first { (1, 0) } else { (serving.pid, 1) };
        held.processes.put(pid, parent, serving.name, words, now, true);
        for (index, worker) in (1..).zip(serving.workers) {
            held.processes.put(pid + 27 + index, pid, serving.name, (*worker).to_owned(), now, true);
        }
        for port in ports {
            if !held.ports.contains(&port) {
                held.ports.push(port);
            }
        }
        pid
    }

    fn leave(&self, io: &mut Io<'_>) {
        let now = io.now();
        let Some(world) = io.world::<World>() else { return };
        let text = (self.serving.end)(world, now);
        let ports = (self.serving.ports)(world, &self.call);
        if let Some(held) = world.instance_mut() {
            held.processes.remove(self.pid.unwrap_or_default());
            held.ports.retain(|port| !ports.contains(port));
        }
        io.out(&text);
    }
}

impl Program for Server {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let now = io.now();
        let Some(world) = io.world::<World>() else { return Progress::Done(1) };
        let pid = if let Some(pid) = self.pid {
            pid
        } else {
            let (text, failed) = (self.serving.start)(world, &self.call, now);
            if let Some(code) = failed {
                io.err(&text);
                return Progress::Done(code);
            }
            let pid = self.settle(world, now);
            self.pid = Some(pid);
            self.looked = now;
            io.out(&text);
            pid
        };
        let Some(world) = io.world::<World>() else { return Progress::Done(1) };
        if world.instance().is_none_or(|held| held.processes.is_killed(pid)) {
            self.leave(io);
            return Progress::Done(self.serving.code);
        }
        let (text, wake_at) = (self.serving.goes_on)(world, &self.call, self.looked, now);
        self.looked = now;
        io.out(&text);
        Progress::Wait { wake_at }
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.leave(io);
        self.serving.code
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.serving.name.to_owned()
    }
}

/// The instants within a span at which a container's command probes run that match a word, and the next one.
/// Of a long span only the last ones are given.
pub(super) fn probed_between(
    world: &World,
    words: &[&str],
    from: Time,
    to: Time,
) -> (Vec<Time>, Option<Time>) {
    let Some(held) = world.instance() else { return (Vec::new(), None) };
    let started = held.processes.iter().map(|process| process.started).min().unwrap_or_default();
    let (mut found, mut next): (Vec<Time>, Option<Time>) = (Vec::new(), None);
    for probe in [&held.container.readiness_probe, &held.container.liveness_probe].into_iter().flatten() {
        let command = probe.extra.get("exec").map(ToString::to_string).unwrap_or_default();
        if !words.iter().any(|word| command.contains(word)) {
            continue;
        }
        let seconds = |value: Option<i64>, usual: u64| {
            value.map_or(usual, |value| u64::try_from(value).unwrap_or_default()).saturating_mul(1_000)
        };
        let period = seconds(probe.period_seconds, 10).max(1_000);
        let first = started.ms() + seconds(probe.initial_delay_seconds, 0).max(1_000);
        // The first one that comes after `from`.
        let count = if from.ms() < first { 0 } else { (from.ms() - first) / period + 1 };
        let last = to.ms().saturating_sub(first) / period;
        for nth in count.max(last.saturating_sub(PROBES_MAX))..=last {
            let at = first + nth * period;
            if at <= to.ms() && at > from.ms() {
                found.push(Time::from_ms(at));
            }
        }
        let after = if to.ms() < first { first } else { first + (last + 1) * period };
        next = Some(next.map_or(Time::from_ms(after), |next| next.min(Time::from_ms(after))));
    }
    crate::collections::sort(&mut found);
    (found, next)
}

/// Probes of a long span that are told of.
const PROBES_MAX: u64 = 100;

//! `ps`, `kill` and their like.

use super::world;
use crate::api::Timestamp;
use crate::containers::instance::Instance;
use crate::containers::process::Process;
use crate::shell::programs::{brief, date_text};
use crate::shell::{Call, Io, Program};

/// `ps`: `-e`, `-f`, `-l`, `aux`.
pub(super) fn ps(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let Some(held) = world(io).and_then(|world| world.instance()) else { return 1 };
        let flags: String = call.args().concat();
        let text = match (held.image.family.shows_folder, flags.as_str()) {
            (true, _) => busybox(held),
            (false, flags) if flags.contains('u') => wide(held),
            (false, flags) if flags.contains('l') => long(held),
            (false, flags) if flags.contains('f') => full(held),
            _ => short(held),
        };
        io.out(&text);
        0
    })
}

fn user(held: &Instance, width: usize) -> String {
    let user = held.user();
    let name = held.user_name(user).map_or_else(|| user.to_string(), str::to_owned);
    if name.len() > width { format!("{}+", name.get(..width - 1).unwrap_or(&name)) } else { name }
}

fn clock(process: &Process) -> String {
    let seconds = u64::try_from(Timestamp::at(process.started).unix_seconds()).unwrap_or_default();
    date_text("%H:%M", seconds)
}

fn busybox(held: &Instance) -> String {
    let mut text = "PID   USER     TIME  COMMAND\n".to_owned();
    for process in held.processes.iter() {
        text.push_str(&format!("{:>5} {:<8} 0:00 {}\n", process.pid, user(held, 8), process.words));
    }
    text
}

fn short(held: &Instance) -> String {
    let mut text = "    PID TTY          TIME CMD\n".to_owned();
    for process in held.processes.iter() {
        text.push_str(&format!("{:>7} ?        00:00:00 {}\n", process.pid, process.name));
    }
    text
}

fn full(held: &Instance) -> String {
    let mut text = "UID        PID  PPID  C STIME TTY          TIME CMD\n".to_owned();
    for process in held.processes.iter() {
        text.push_str(&format!(
            "{:<8} {:>5} {:>5}  0 {} ?        00:00:00 {}\n",
            user(held, 8),
            process.pid,
            process.parent,
            clock(process),
            process.words
        ));
    }
    text
}

fn long(held: &Instance) -> String {
    let mut text =
        "F S UID        PID  PPID  C PRI  NI ADDR SZ WCHAN  STIME TTY          TIME CMD\n".to_owned();
    for process in held.processes.iter() {
        text.push_str(&format!(
            "{} S {:<8} {:>5} {:>5}  0  80   0 - {:>5} -      {} ?        00:00:00 {}\n",
            if process.parent == 0 { 4 } else { 0 },
            user(held, 8),
            process.pid,
            process.parent,
            if process.name == "java" { 1_155_556 } else { 1_127 },
            clock(process),
            process.words
        ));
    }
    text
}

fn wide(held: &Instance) -> String {
    let mut text = "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n".to_owned();
    for process in held.processes.iter() {
        text.push_str(&format!(
            "{:<8} {:>7}  0.0  0.1   4508   828 ?        S    {}   0:00 {}\n",
            user(held, 8),
            process.pid,
            clock(process),
            process.words
        ));
    }
    text
}

/// Tells the processes to end that are picked; how many there were.
fn end(io: &mut Io<'_>, picks: impl Fn(&Process) -> bool, asks_only: bool) -> Vec<u32> {
    let Some(found) = world(io) else { return Vec::new() };
    let here = found.here.clone();
    let Some(held) = found.instance_mut() else { return Vec::new() };
    let picked: Vec<u32> = held.processes.iter().filter(|process| picks(process)).map(|p| p.pid).collect();
    if !asks_only && !picked.is_empty() {
        for pid in &picked {
            held.processes.kill(*pid);
        }
        found.touched.insert(here);
    }
    picked
}

/// `kill [-SIGNAL] PID…`.
pub(super) fn kill(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let is_question = call.args().first().is_some_and(|arg| arg == "-0");
        let mut status = 0;
        let pids = call.args().iter().filter(|arg| !arg.starts_with('-') && !arg.starts_with("SIG"));
        for text in pids.cloned().collect::<Vec<_>>() {
            let pid = text.parse::<u32>().unwrap_or_default();
            if end(io, |process| process.pid == pid, is_question).is_empty() {
                io.err(&format!("sh: kill: ({text}) - No such process\n"));
                status = 1;
            }
        }
        status
    })
}

/// The names that `pkill` and `pgrep` look for.
fn pattern(call: &Call) -> (Option<String>, bool) {
    let whole = call.args().iter().any(|arg| arg.starts_with('-') && arg.contains('f'));
    (call.args().iter().find(|arg| !arg.starts_with('-')).cloned(), whole)
}

fn matches(process: &Process, pattern: &str, whole: bool) -> bool {
    if whole { process.words.contains(pattern) } else { process.name.contains(pattern) }
}

/// `pkill [-SIGNAL] [-f] NAME`.
pub(super) fn pkill(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let (Some(name), whole) = pattern(call) else {
            io.err("pkill: no matching criteria specified\n");
            return 2;
        };
        let own = call.argv.join(" ");
        let picked = end(io, |process| process.words != own && matches(process, &name, whole), false);
        i32::from(picked.is_empty())
    })
}

/// `pgrep [-f] NAME`.
pub(super) fn pgrep(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let (Some(name), whole) = pattern(call) else {
            io.err("pgrep: no matching criteria specified\n");
            return 2;
        };
        let own = call.argv.join(" ");
        let picked = end(io, |process| process.words != own && matches(process, &name, whole), true);
        for pid in &picked {
            io.out(&format!("{pid}\n"));
        }
        i32::from(picked.is_empty())
    })
}

/// `killall NAME`.
pub(super) fn killall(call: &Call) -> Box<dyn Program> {
    brief(call.clone(), |call, io| {
        let (Some(name), _) = pattern(call) else { return 1 };
        if end(io, |process| process.name == name, false).is_empty() {
            io.err(&format!("killall: {name}: no process killed\n"));
            return 1;
        }
        0
    })
}

//! `kubectl logs`: what a container wrote, and what it goes on to write.
//!
//! Models the kubelet's containerLogs endpoint, Kubernetes v1.36. Left out: the retries of `logs -f` before a
//! container has started.

use super::{KUBELET_PORT, State, Visited, target_of, unreachable, with};
use crate::containers::log::{Wanted, ago, stamp as stamp_of};
use crate::containers::{Place, Refusal};
use crate::kubectl::{LogsCall, Target};
use crate::shell::{Io, Progress};

/// A log that is followed.
#[derive(Clone)]
pub(super) struct Followed {
    place: Place,
    position: u64,
    /// The beginning of a line.
    open: String,
    has_ended: bool,
}

fn prefix(call: &LogsCall, place: &Place) -> String {
    if !call.prefix {
        return String::new();
    }
    format!("[pod/{}/{}] ", place.pod.metadata.name, place.container)
}

pub(super) fn begin_logs(io: &mut Io<'_>, call: &LogsCall) -> Result<State, i32> {
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

pub(super) fn poll_logs(io: &mut Io<'_>, logs: &mut [Followed], call: &LogsCall) -> Visited {
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
        let stamp = if call.timestamps { stamp_of(io.now()) + " " } else { String::new() };
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

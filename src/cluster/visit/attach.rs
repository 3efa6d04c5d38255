//! `kubectl attach`, and `kubectl run` that stays with its pod.
//!
//! Models the streams of the kubelet's attach endpoint, Kubernetes v1.36. Left out: sizes of terminals.

use super::{State, Visited, live, target_of, with};
use crate::containers::log::Wanted;
use crate::containers::{Input, Place};
use crate::kubectl::{Streams, Target};
use crate::shell::{Io, Progress, Read};

pub(super) fn begin_attach(
    io: &mut Io<'_>,
    target: &Target,
    shows_log: bool,
    said: &str,
) -> Result<State, i32> {
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

pub(super) fn poll_attach(
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
            ((text, is_over, world.wants_input(), world.wake_at()), world.take_hint())
        });
        let Some(((text, is_over, wants_input, wake_at), hint)) = looked else { return Visited::Ended(1) };
        io.out(&text);
        if let Some(hint) = hint {
            io.hint(hint);
        }
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

//! `kubectl exec`: how a command begins in a container.
//!
//! Models the answers of the kubelet's exec endpoint and of a runtime that finds no program, Kubernetes
//! v1.36. Left out: other runtimes' words.

use super::{State, Visit, live, with};
use crate::containers::Start;
use crate::kubectl::{Streams, Target};
use crate::shell::Io;
use crate::sim::Rng;

impl Visit {
    pub(super) fn begin_exec(
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
}

/// The name that a runtime gives to a command that is run.
fn exec_id(container: &str, argv: &[String]) -> String {
    let mut rng = Rng::new(0).fork(&format!("{container} {}", argv.join(" ")));
    (0..4).map(|_| format!("{:016x}", rng.next_u64())).collect::<Vec<_>>().concat()
}

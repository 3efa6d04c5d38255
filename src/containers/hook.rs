//! The command that runs in a container beside its program, from its start (`postStart`).
//!
//! Models `Run` of pkg/kubelet/lifecycle/handlers.go, Kubernetes v1.36, as far as it changes what is in the
//! container: how long it holds others up, and whether it fails, the kubelet's table says. Nobody sees what
//! it prints. Left out: hooks that ask over the network, which change nothing here.

use serde_json::Value;

use super::World;
use crate::api::pod::Container;
use crate::shell::{Settings, Shell, State, quoted};
use crate::sim::Time;

/// Turns of its shell that one look runs of it at most.
const TURNS_MAX: usize = 2_000;

/// A command that goes on.
#[derive(Clone)]
pub(super) struct Hook {
    shell: Shell,
    /// When it goes on.
    at: Time,
}

impl Hook {
    /// The command of a container that is about to start.
    pub(super) fn of(container: &Container, settings: Settings, started: Time) -> Option<Self> {
        let command = container.extra.get("lifecycle")?.pointer("/postStart/exec/command")?.as_array()?;
        let words: Vec<String> = command.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let mut shell = Shell::new(settings);
        shell.run(&quoted(&words));
        shell.end_input();
        Some(Self { shell, at: started })
    }
}

impl World {
    /// Lets it run until an instant, in the container that the world is in; what is left of it then.
    pub(super) fn run_hook(&mut self, mut hook: Hook, until: Time) -> Option<Hook> {
        for _ in 0..TURNS_MAX {
            if hook.at > until {
                return Some(hook);
            }
            self.at = hook.at;
            let state = hook.shell.poll(self, hook.at);
            hook.shell.take_output();
            match state {
                State::Waits { wake_at: Some(wake_at), .. } => hook.at = wake_at.max(hook.at),
                State::Waits { .. } | State::Done(_) => return None,
            }
        }
        None
    }
}

//! What people can do to a cluster, and the log of what they did.
//!
//! The log is append-only. Playing it into a new cluster of the same configuration gives the same run.

use std::fmt;

use super::{Actor, Cluster, Wakeup};
use crate::api::codec::{api_enum, api_struct};
use crate::controllers::volume::VolumeFault;
use crate::kubelet::{Control, NodeConfig};
use crate::sim::Time;

/// The longest text that is taken in.
pub const INPUT_BYTES_MAX: usize = 1 << 20;

api_enum! {
    /// One thing that a person did.
    #[derive(Clone, Debug, PartialEq)]
    pub enum Input {
        /// Typed a line into a terminal.
        Line {
            /// Which terminal.
            terminal: u32,
            /// The line.
            line: String,
        },
        /// Wrote a file of the session.
        File {
            /// Its name.
            name: String,
            /// Its whole text.
            text: String,
        },
        /// Removed a file of the session.
        RemoveFile {
            /// Its name.
            name: String,
        },
        /// Pressed Ctrl-C in a terminal.
        Interrupt {
            /// Which terminal.
            terminal: u32,
        },
        /// Pressed Ctrl-D in a terminal.
        EndOfInput {
            /// Which terminal.
            terminal: u32,
        },
        /// Closed a terminal, with what ran in it.
        Close {
            /// Which terminal.
            terminal: u32,
        },
        /// Closed the editor that `kubectl edit` had opened.
        Edited {
            /// Which terminal.
            terminal: u32,
            /// What the editor held; `None` when it was cancelled.
            text: Option<String>,
        },
        /// Made a container crash, lose its readiness, or a node stop; `fault` in a terminal does so too.
        Control(Control),
    }
}

api_struct! {
    /// One thing that a person did, with its time.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct InputEntry {
        /// When.
        pub at: Time,
        /// What.
        pub input: Input,
    }
}

/// A line without text, which does nothing: what another input is read into.
impl Default for Input {
    fn default() -> Self {
        Self::Line { terminal: 0, line: String::new() }
    }
}

/// Why an input was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputError {
    /// The text is longer than [`INPUT_BYTES_MAX`].
    TooLong,
    /// The terminal still runs a command.
    Busy,
    /// The simulated nodes refused it, and why.
    Refused(String),
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the text is longer than {INPUT_BYTES_MAX} bytes"),
            Self::Busy => f.write_str("a command is still running; press Ctrl-C to stop it"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for InputError {}

impl Cluster {
    /// Takes in what a person did, at the present instant.
    ///
    /// # Errors
    /// When it cannot be taken; nothing is changed and nothing is logged then.
    pub fn submit(&mut self, input: Input) -> Result<(), InputError> {
        if input.text_len() > INPUT_BYTES_MAX {
            return Err(InputError::TooLong);
        }
        let now = self.now();
        self.server.set_now(now);
        self.last_actor = Actor::Person;
        let entry = InputEntry { at: now, input: input.clone() };
        match input {
            Input::Line { terminal, line } => {
                let is_busy = |terminal: &super::Terminal| terminal.is_busy() && !terminal.takes_input();
                if self.terminals.get(&terminal).is_some_and(is_busy) {
                    return Err(InputError::Busy);
                }
                self.inputs.push(entry);
                self.run_line(terminal, &line);
            }
            Input::File { name, text } => {
                self.inputs.push(entry);
                self.session.files.insert(name, text);
            }
            Input::RemoveFile { name } => {
                self.inputs.push(entry);
                self.session.files.remove(&name);
            }
            Input::Interrupt { terminal } => {
                self.inputs.push(entry);
                self.press_interrupt(terminal);
            }
            Input::EndOfInput { terminal } => {
                self.inputs.push(entry);
                self.end_input(terminal);
            }
            Input::Close { terminal } => {
                self.inputs.push(entry);
                self.interrupt(terminal);
                self.terminals.remove(&terminal);
            }
            Input::Edited { terminal, text } => {
                self.inputs.push(entry);
                self.finish_edit(terminal, text.as_deref());
            }
            Input::Control(control) => {
                self.control(control).map_err(InputError::Refused)?;
                self.inputs.push(entry);
            }
        }
        self.after_change();
        Ok(())
    }

    /// Brings a fault to whom it concerns.
    pub(super) fn control(&mut self, control: Control) -> Result<(), String> {
        let fault = match control {
            Control::FailProvisioning { class, on } => VolumeFault::Fails { class, on },
            Control::MisplaceVolumes { class, node } => VolumeFault::Misplaced { class, node },
            control => {
                let mut result = Ok(());
                let timers = self.kubelets.with_context(&mut self.server, None, |kubelets, context| {
                    result = kubelets.control(control, context);
                });
                self.schedule(timers, Wakeup::Kubelets);
                return result;
            }
        };
        let timers = self.controller_manager.with_context(&mut self.server, None, |controllers, context| {
            controllers.inject(&fault, context);
        });
        self.volume_faults.retain(|known| !is_same_switch(known, &fault));
        if matches!(fault, VolumeFault::Fails { on: true, .. } | VolumeFault::Misplaced { node: Some(_), .. })
        {
            self.volume_faults.push(fault);
        }
        self.schedule(timers, Wakeup::Controllers);
        Ok(())
    }

    /// Plays inputs at their times, and then up to `until`.
    ///
    /// # Errors
    /// When an input is not taken; the inputs before it have been played.
    pub fn play(&mut self, inputs: &[InputEntry], until: Time) -> Result<(), InputError> {
        for entry in inputs {
            self.run_until(entry.at);
            self.submit(entry.input.clone())?;
        }
        self.run_until(until);
        Ok(())
    }
}

/// Whether two faults are one switch in two positions.
fn is_same_switch(a: &VolumeFault, b: &VolumeFault) -> bool {
    match (a, b) {
        (VolumeFault::Fails { class: a, .. }, VolumeFault::Fails { class: b, .. })
        | (VolumeFault::Misplaced { class: a, .. }, VolumeFault::Misplaced { class: b, .. }) => a == b,
        _ => false,
    }
}

impl Input {
    /// The fault that a line such as `crash web-0` or `stop-node node-1` names; pods are of namespace
    /// `default`.
    pub fn fault(text: &str) -> Option<Self> {
        let (what, name) = text.trim().split_once(char::is_whitespace)?;
        let name = name.trim().to_owned();
        let namespace = "default".to_owned();
        Some(Self::Control(match what {
            "crash" => Control::Crash { namespace, pod: name },
            "fail-liveness" => Control::FailLiveness { namespace, pod: name },
            "unready" => Control::Unready { namespace, pod: name },
            "ready" => Control::Ready { namespace, pod: name },
            "evict" => Control::Evict { namespace, pod: name },
            "stop-node" => Control::StopNode { node: name },
            "forget-node" => Control::ForgetNode { node: name },
            "start-node" => Control::StartNode { node: name },
            "add-node" => Control::AddNode { node: NodeConfig::named(name) },
            "power-off" => Control::PowerOff { node: name },
            "partition" => Control::Partition { node: name },
            "reboot" => Control::Reboot { node: name },
            _ => return None,
        }))
    }

    fn text_len(&self) -> usize {
        match self {
            Self::Line { line, .. } => line.len(),
            Self::File { name, text } => name.len() + text.len(),
            Self::Edited { text, .. } => text.as_ref().map_or(0, String::len),
            Self::RemoveFile { .. }
            | Self::Interrupt { .. }
            | Self::EndOfInput { .. }
            | Self::Close { .. }
            | Self::Control(_) => 0,
        }
    }
}

//! What kubectl asks of a node's container runtime: a command in a container, its terminal, its log.
//!
//! kubectl decides which container is meant and what is said around it; whoever has the containers carries
//! it out. Left out: port forwarding and copies.

use super::outcome::{Output, Waiter};

/// Something that is done with containers.
#[derive(Clone, Debug)]
pub struct ContainerCall {
    /// What was printed before.
    pub output: Output,
    /// What is done.
    pub act: ContainerAct,
    /// What kubectl waits for afterwards.
    pub then: Option<Box<dyn Waiter>>,
}

/// A container of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Namespace of the pod.
    pub namespace: String,
    /// Name of the pod.
    pub pod: String,
    /// The pod among all that had its name.
    pub uid: String,
    /// Name of the container.
    pub container: String,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerAct {
    /// A command is run.
    Exec {
        /// In which container.
        target: Target,
        /// The command's words.
        argv: Vec<String>,
        /// How streams are joined.
        streams: Streams,
    },
    /// The streams of the container's own process are joined.
    Attach {
        /// Which container.
        target: Target,
        /// How streams are joined.
        streams: Streams,
        /// Whether its log so far is printed first.
        shows_log: bool,
        /// What kubectl says before.
        said: String,
        /// What kubectl says afterwards.
        farewell: String,
    },
    /// Logs are printed.
    Logs(LogsCall),
}

/// Which streams of a terminal go to a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Standard input.
    pub stdin: bool,
    /// As a terminal.
    pub tty: bool,
    /// Nothing is said besides.
    pub quiet: bool,
}

/// Which logs, and how much of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own that a person may give")]
pub struct LogsCall {
    /// Of which containers.
    pub targets: Vec<Target>,
    /// What is written from now on too.
    pub follow: bool,
    /// Of the containers before their restart.
    pub previous: bool,
    /// So many of the last lines.
    pub tail: Option<usize>,
    /// Not older than so many seconds.
    pub since: Option<u64>,
    /// With the time before each line.
    pub timestamps: bool,
    /// With pod and container before each line.
    pub prefix: bool,
    /// So many bytes at most.
    pub limit_bytes: Option<usize>,
    /// A log that cannot be had is no error.
    pub ignore_errors: bool,
}

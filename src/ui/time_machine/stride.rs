//! How far one step goes: a change, a change that can be seen, or a command.

use super::chronicle::looks::Looks;
use crate::cluster::{Cluster, Input, InputEntry};

/// How far one step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stride {
    /// To the next change of any object: one decision.
    Change,
    /// To the next change that the page draws: of a pod, a node, or what a person asked for.
    Visible,
    /// To the next thing that a person did.
    Command,
}

/// Counts the changes of one kind while a run is played.
#[derive(Debug)]
pub(super) enum Counter {
    Change,
    Visible(Looks),
    Command,
}

impl Counter {
    /// A counter for a cluster that is about to be played on.
    pub(super) fn new(stride: Stride, cluster: &mut Cluster) -> Self {
        cluster.gather_news(stride == Stride::Visible);
        match stride {
            Stride::Change => Self::Change,
            Stride::Visible => Self::Visible(Looks::of(cluster)),
            Stride::Command => Self::Command,
        }
    }

    /// How many changes there were; only comparable with what the same counter gave before.
    pub(super) fn count(&mut self, cluster: &mut Cluster) -> u64 {
        match self {
            Self::Change => cluster.event_log().count() + commands(cluster.inputs()),
            Self::Command => commands(cluster.inputs()),
            Self::Visible(looks) => {
                for change in cluster.take_news() {
                    looks.see(&change);
                }
                looks.changes() + commands(cluster.inputs())
            }
        }
    }
}

/// Whether an input is something that a person sees as one thing they did. Storing a file is a part of the
/// command that comes with it.
pub fn is_command(input: &Input) -> bool {
    !matches!(input, Input::File { .. } | Input::RemoveFile { .. } | Input::Close { .. })
}

/// How many of them are commands.
pub(super) fn commands(inputs: &[InputEntry]) -> u64 {
    inputs.iter().filter(|entry| is_command(&entry.input)).count() as u64
}

//! One run of the session with all that is kept of it.

use super::checkpoints::Checkpoints;
use super::chronicle::Chronicle;
use super::moment::Moment;
use super::stride::is_command;
use crate::cluster::{Cluster, ClusterConfig, InputEntry};
use crate::collections::SortedMap;
use crate::sim::Time;

/// What is kept about an input beside the log of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InputNote {
    /// Turns of the run before it.
    pub(super) turns: u64,
    /// Whether it has changed anything that an undo takes back.
    pub(super) changed: bool,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// When it left another branch, and the other's name; `None` for the first.
    pub origin: Option<(String, Time)>,
    pub(super) checkpoints: Checkpoints,
    /// Told from the first change on.
    pub(super) chronicle: Option<Chronicle>,
    pub(super) notes: Vec<InputNote>,
    /// The newest of its revisions that was seen.
    pub(super) revision: u64,
    pub(super) state: BranchState,
}

/// Where a branch's present is.
#[derive(Clone, Debug)]
pub(super) enum BranchState {
    /// It is the current one: with the page.
    Shown,
    /// It stands still.
    Rests(Box<Cluster>),
    /// It was stored and not played yet: its inputs, and how far it had come.
    Stored(Vec<InputEntry>, Time),
}

impl Branch {
    /// The run of a cluster that was just made.
    pub(super) fn begin(name: &str, cluster: &mut Cluster) -> Self {
        cluster.gather_news(true);
        Self {
            name: name.to_owned(),
            origin: None,
            checkpoints: Checkpoints::new(cluster.config().clone()),
            chronicle: None,
            notes: Vec::new(),
            revision: cluster.server().store().revision(),
            state: BranchState::Shown,
        }
    }

    /// A run that was stored: nothing is known of it but its inputs until it is played.
    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    pub(super) fn stored(name: String, config: ClusterConfig, inputs: Vec<InputEntry>, now: Time) -> Self {
        Self {
            name,
            origin: None,
            checkpoints: Checkpoints::new(config),
            chronicle: None,
            notes: Vec::new(),
            revision: 0,
            state: BranchState::Stored(inputs, now),
        }
    }

    /// What became of its pods and workloads.
    pub fn chronicle(&self) -> Option<&Chronicle> {
        self.chronicle.as_ref()
    }

    /// The copies of the cluster that are kept of it.
    pub fn checkpoints(&self) -> &Checkpoints {
        &self.checkpoints
    }

    /// Its present, unless it is the one that is shown, or was not played yet.
    pub fn resting(&self) -> Option<&Cluster> {
        match &self.state {
            BranchState::Rests(cluster) => Some(cluster),
            BranchState::Shown | BranchState::Stored(..) => None,
        }
    }

    /// Its inputs, and how far it has come, unless it is the one that is shown.
    pub fn recorded(&self) -> Option<(&[InputEntry], Time)> {
        match &self.state {
            BranchState::Shown => None,
            BranchState::Rests(cluster) => Some((cluster.inputs(), cluster.now())),
            BranchState::Stored(inputs, now) => Some((inputs, *now)),
        }
    }

    /// Keeps a copy when the last one lies far enough behind.
    pub(super) fn keep_copy(&mut self, cluster: &Cluster) {
        if !cluster.inputs().is_empty() {
            self.checkpoints.note(cluster);
        }
    }

    /// Takes note of what the last turn did.
    pub(super) fn tell(&mut self, cluster: &mut Cluster) {
        // Before the first input there is nothing to tell yet: the changes wait in the cluster.
        if cluster.inputs().is_empty() {
            return;
        }
        let news = cluster.take_news();
        let is_news = !news.is_empty() || cluster.inputs().len() > self.notes.len();
        if is_news {
            let beginning = || Chronicle::of(&self.checkpoints.beginning());
            self.chronicle.get_or_insert_with(beginning).observe(&news, cluster);
        }
        self.note_inputs(cluster);
    }

    // Out of line, so that the page's start does not carry it.
    #[inline(never)]
    fn note_inputs(&mut self, cluster: &Cluster) {
        let revision = cluster.server().store().revision();
        let grew = revision != std::mem::replace(&mut self.revision, revision);
        let inputs = cluster.inputs();
        for entry in inputs.get(self.notes.len()..).unwrap_or_default() {
            let turns = Moment::of(cluster).turns().saturating_sub(1);
            self.notes.push(InputNote { turns, changed: grew });
            if let Some(chronicle) = &mut self.chronicle {
                chronicle.note_input(entry, cluster);
            }
        }
        if grew && cluster.was_command() {
            // A command that waited has changed something at last.
            let mut busy: SortedMap<u32, ()> = SortedMap::new();
            for (note, entry) in self.notes.iter_mut().zip(inputs).rev().take(64) {
                let crate::cluster::Input::Line { terminal, .. } = &entry.input else { continue };
                let is_busy = cluster.terminal(*terminal).is_some_and(crate::cluster::Terminal::is_busy);
                note.changed |= is_busy && busy.insert(*terminal, ()).is_none();
            }
        }
    }

    /// The last command before a number of inputs that has changed something: which input it is.
    pub(super) fn last_change(&self, inputs: &[InputEntry]) -> Option<usize> {
        let mut notes = self.notes.iter().zip(inputs).enumerate().rev();
        notes.find(|(_, (note, entry))| note.changed && is_command(&entry.input)).map(|(index, _)| index)
    }

    /// Forgets all that came after a moment at which the cluster is.
    pub(super) fn truncate(&mut self, cluster: &Cluster) {
        let moment = Moment::of(cluster);
        self.checkpoints.truncate(moment);
        self.notes.truncate(moment.inputs);
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.truncate(cluster);
        }
        self.revision = cluster.server().store().revision();
    }
}

//! Taking commands back, and giving them again.
//!
//! An undo goes back to the moment before the last command that has changed anything, and the run goes on
//! from there; commands that only read are passed over. The commands are kept, to be given again.

use super::TimeMachine;
use super::moment::Moment;
use super::stride::is_command;
use crate::cluster::{Cluster, Input, InputEntry};

/// Commands that can be given again.
const UNDONE_MAX: usize = 50;

impl TimeMachine {
    /// The line that an undo would take back, when it was a line.
    pub fn undo_line(&self, shown: &Cluster) -> Option<String> {
        let inputs = self.present(shown).inputs();
        let index = self.branch().last_change(inputs)?;
        Some(words(&inputs.get(index)?.input))
    }

    /// The line that a redo would give again.
    pub fn redo_line(&self) -> Option<String> {
        let last = self.undone().last()?;
        last.iter().rev().find(|entry| is_command(&entry.input)).map(|entry| words(&entry.input))
    }

    /// What can be given again, oldest first: nothing once another command has changed something.
    pub fn undone(&self) -> &[Vec<InputEntry>] {
        let mut since = self.branch().notes.iter().skip(self.undone_at);
        if since.any(|note| note.changed) { &[] } else { &self.undone }
    }

    /// Brings back what could be given again.
    pub fn set_undone(&mut self, undone: Vec<Vec<InputEntry>>) {
        self.undone = undone;
        self.undone_at = self.branch().notes.len();
    }

    /// Goes back before the last command that has changed anything; says whether there was one.
    pub fn undo(&mut self, shown: &mut Cluster) -> bool {
        self.go_to_present(shown);
        let inputs = shown.inputs().to_vec();
        let Some(last) = self.branch().last_change(&inputs) else { return false };
        let mut undone = self.undone().to_vec();
        // Files that were stored for it at the same instant go with it.
        let is_part = |entry: &&InputEntry| {
            !is_command(&entry.input) && inputs.get(last).is_some_and(|line| line.at == entry.at)
        };
        let parts = inputs[..last].iter().rev().take_while(is_part).count();
        let first = last - parts;
        let taken = inputs[first..=last].to_vec();
        self.go_before_input(shown, first);
        self.present = None;
        // Up to the command nothing more was due.
        shown.run_until(taken.first().map_or(shown.now(), |entry| entry.at));
        self.branch_mut().truncate(shown);
        shown.gather_news(true);
        undone.push(taken);
        if undone.len() > UNDONE_MAX {
            undone.remove(0);
        }
        self.set_undone(undone);
        debug_assert_eq!(Moment::of(shown).inputs, first, "it is the moment before the command");
        true
    }

    /// Gives the command again that was taken back last; says whether there was one.
    pub fn redo(&mut self, shown: &mut Cluster) -> bool {
        self.go_to_present(shown);
        let mut undone = self.undone().to_vec();
        let Some(entries) = undone.pop() else { return false };
        let is_done = entries.into_iter().all(|entry| self.take(shown, entry.input).is_ok());
        self.set_undone(undone);
        is_done
    }
}

/// An input in words.
pub(super) fn words(input: &Input) -> String {
    match input {
        Input::Line { line, .. } => line.trim().to_owned(),
        Input::File { name, .. } => format!("write {name}"),
        Input::RemoveFile { name } => format!("remove {name}"),
        Input::Interrupt { .. } => "Ctrl-C".to_owned(),
        Input::EndOfInput { .. } => "Ctrl-D".to_owned(),
        Input::Close { .. } => "close a terminal".to_owned(),
        Input::Edited { text: Some(_), .. } => "save the edited object".to_owned(),
        Input::Edited { text: None, .. } => "cancel the edit".to_owned(),
        Input::Control(_) => "fault".to_owned(),
    }
}

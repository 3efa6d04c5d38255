//! Pipes: texts on their way from one program to the next.
//!
//! They live in one table of the shell and are named by number, so that a copy of a shell has its own.

use crate::collections::SortedMap;

/// Bytes that a pipe between programs holds before its writer has to wait.
const ROOM: usize = 64 << 10;
/// Bytes that `$(…)` and here-documents may have.
pub(super) const CAPTURE_MAX: usize = 1 << 20;

/// The number of a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PipeId(u32);

/// A pipe.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Pipe {
    /// What was written and not read yet.
    pub(super) text: String,
    /// Nothing more will be written.
    pub(super) is_closed: bool,
    /// Nobody will read any more.
    pub(super) has_no_reader: bool,
    /// Something was written for nobody: the writer dies of it.
    pub(super) is_broken: bool,
    /// It takes all that `$(…)` prints.
    pub(super) captures: bool,
}

/// All pipes of a shell.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipes {
    pipes: SortedMap<PipeId, Pipe>,
    made: u32,
}

impl Pipes {
    pub(super) fn make(&mut self, pipe: Pipe) -> PipeId {
        self.made = self.made.wrapping_add(1);
        let id = PipeId(self.made);
        self.pipes.insert(id, pipe);
        id
    }

    /// A pipe that holds a text and will get no more.
    pub(super) fn of_text(&mut self, text: String) -> PipeId {
        self.make(Pipe { text, is_closed: true, ..Pipe::default() })
    }

    pub(super) fn get_mut(&mut self, id: PipeId) -> Option<&mut Pipe> {
        self.pipes.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: PipeId) -> Option<Pipe> {
        self.pipes.remove(&id)
    }

    pub(super) fn clear(&mut self) {
        self.pipes.clear();
    }

    /// Whether more may be written.
    pub(super) fn has_room(&self, id: PipeId) -> bool {
        self.pipes.get(&id).is_none_or(|pipe| pipe.has_no_reader || pipe.text.len() < pipe.limit())
    }
}

impl Pipe {
    fn limit(&self) -> usize {
        if self.captures { CAPTURE_MAX } else { ROOM }
    }
}

/// Where a text ends that goes up to a letter, or has so many letters; `None` when it may go on.
pub(super) fn piece(text: &str, delimiter: char, most: Option<usize>) -> Option<usize> {
    let ended = text.find(delimiter).map(|at| at + delimiter.len_utf8());
    let full = most.and_then(|most| {
        let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        ends.nth(most)
    });
    match (ended, full) {
        (Some(ended), Some(full)) => Some(ended.min(full)),
        (ended, full) => ended.or(full),
    }
}

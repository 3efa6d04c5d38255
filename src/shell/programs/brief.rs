//! Programs that need one look: they print, and end.

use crate::shell::host::{Call, Program, Progress};
use crate::shell::io::Io;
use crate::shell::mistake::Mistake;

/// A program that is one function.
#[derive(Clone)]
pub(super) struct Brief {
    pub(super) call: Call,
    pub(super) run: fn(&Call, &mut Io<'_>) -> i32,
}

impl Program for Brief {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        Progress::Done((self.run)(&self.call, io))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.call.name().to_owned()
    }
}

/// What is left of a program whose arguments are wrong.
#[derive(Clone)]
pub(super) struct Complaint {
    pub(super) name: String,
    pub(super) mistake: Mistake,
    pub(super) exit: i32,
}

impl Program for Complaint {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        self.mistake.tell(io);
        Progress::Done(self.exit)
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.name.clone()
    }
}

//! `vi` and its like: a file opens in the page's editor.

use super::Wrong;
use super::options::wrong;
use crate::shell::host::{Call, EditRequest, FileError, Program, Progress};
use crate::shell::io::Io;

#[derive(Clone)]
struct Editor {
    call: Call,
    has_asked: bool,
}

/// `vi FILE` and its like: the file opens in the page's editor.
pub(super) fn editor(call: Call) -> Result<Box<dyn Program>, Wrong> {
    if call.args().iter().all(|arg| arg.starts_with(['-', '+'])) {
        return Err(wrong(&call, "name a file to edit"));
    }
    Ok(Box::new(Editor { call, has_asked: false }))
}

impl Program for Editor {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        let name =
            self.call.args().iter().find(|arg| !arg.starts_with(['-', '+'])).cloned().unwrap_or_default();
        let path = self.call.path(&name);
        if !self.has_asked {
            let text = match io.read_file(&path) {
                Ok(text) => text,
                Err(FileError::NotFound) => String::new(),
                Err(error) => {
                    io.err(&format!("{}: {name}: {error}\n", self.call.name()));
                    return Progress::Done(1);
                }
            };
            self.has_asked = true;
            return Progress::Edit(EditRequest { name, text });
        }
        match io.take_edited() {
            None => Progress::WAIT,
            Some(None) => Progress::Done(0),
            Some(Some(text)) => match io.write_file(&path, &text) {
                Ok(()) => Progress::Done(0),
                Err(error) => {
                    io.err(&format!("{}: {name}: {error}\n", self.call.name()));
                    Progress::Done(1)
                }
            },
        }
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.call.name().to_owned()
    }
}

//! `cat` and `tee`.

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::options::Options;
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;

#[derive(Clone)]
struct Cat {
    numbers: bool,
    number: usize,
}

/// `cat`: with `-n`, lines are numbered.
pub(super) fn cat(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "nuetvAs", &[("number", 'n')])?;
    let filter = Cat { numbers: options.has('n'), number: 0 };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Filter for Cat {
    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        self.number += 1;
        let head = if self.numbers { format!("{:>6}\t", self.number) } else { String::new() };
        io.out(&format!("{head}{line}{}", if has_end { "\n" } else { "" }));
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        0
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct Tee {
    paths: Vec<(String, String)>,
    appends: bool,
    failed: bool,
}

/// `tee`: with `-a`, files are added to.
pub(super) fn tee(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let options = Options::parse(&call, "ai", &[("append", 'a')])?;
    let paths = options.operands.iter().map(|name| (name.clone(), call.path(name))).collect();
    let filter = Tee { paths, appends: options.has('a'), failed: false };
    Ok(Filtering::make(call, Vec::new(), filter))
}

impl Filter for Tee {
    fn begin(&mut self, _: Option<&str>, io: &mut Io<'_>) -> Flow {
        let appends = self.appends;
        let mut failed = false;
        self.paths.retain(|(name, path)| match io.write_file_or_keep(path, appends) {
            Ok(()) => true,
            Err(error) => {
                io.err(&format!("tee: {name}: {error}\n"));
                failed = true;
                false
            }
        });
        self.failed = failed;
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        let text = format!("{line}{}", if has_end { "\n" } else { "" });
        io.out(&text);
        for (name, path) in &self.paths {
            if let Err(error) = io.append_file(path, &text) {
                io.err(&format!("tee: {name}: {error}\n"));
                self.failed = true;
            }
        }
        Flow::More
    }

    fn end(&mut self, _: &mut Io<'_>) -> i32 {
        i32::from(self.failed)
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

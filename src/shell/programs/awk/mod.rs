//! `awk`: what people use of it: fields, patterns, sums, counting in arrays.
//!
//! - `tree`: what a program means. `parse`: from its text. `run`: on one line after the other.

mod tree;
mod parse;
mod run;

use super::Wrong;
use super::filter::{Filter, Filtering, Flow};
use super::format::escapes;
use super::options::{Options, wrong};
use crate::shell::host::{Call, Program};
use crate::shell::io::Io;
use run::{Leave, State, Value};
use tree::{Pattern, Rule};

#[derive(Clone)]
struct Awk {
    rules: Vec<Rule>,
    state: State,
    number: usize,
    of_file: usize,
    has_begun: bool,
    is_over: bool,
}

/// `awk [-F X] [-v NAME=VALUE] PROGRAM [FILE…]`.
pub(super) fn awk(call: Call) -> Result<Box<dyn Program>, Wrong> {
    let mut options = Options::parse(&call, "F:v:", &[])?;
    if options.operands.is_empty() {
        return Err(Wrong("usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n".to_owned(), 2));
    }
    let program = options.operands.remove(0);
    let rules = parse::parse(&program).map_err(|why| Wrong(format!("awk: {why}\n"), 2))?;
    let mut state = State::default();
    let separator = match options.value('F') {
        Some("t") => "\t".to_owned(),
        Some(separator) => escapes(separator).0,
        None => " ".to_owned(),
    };
    state.variables.insert("FS".to_owned(), Value::Input(separator));
    for text in options.values('v') {
        let Some((name, value)) = text.split_once('=') else {
            return Err(wrong(&call, &format!("invalid -v argument: {text}")));
        };
        state.variables.insert(name.to_owned(), Value::Input(escapes(value).0));
    }
    let filter = Awk { rules, state, number: 0, of_file: 0, has_begun: false, is_over: false };
    Ok(Filtering::make(call, options.operands, filter))
}

impl Awk {
    fn run(
        &mut self,
        io: &mut Io<'_>,
        run: impl FnOnce(&mut State, &mut [Rule]) -> Result<(), Leave>,
    ) -> Flow {
        let result = run(&mut self.state, &mut self.rules);
        io.out(&std::mem::take(&mut self.state.printed));
        match result {
            Ok(()) | Err(Leave::Next | Leave::Break | Leave::Continue) => Flow::More,
            Err(Leave::Exit) => {
                self.is_over = true;
                Flow::Stop
            }
            Err(Leave::Wrong(why)) => {
                io.err(&format!("awk: {why}\n"));
                self.state.exit = 2;
                self.is_over = true;
                Flow::Stop
            }
        }
    }

    fn run_begin(&mut self, io: &mut Io<'_>, wanted: fn(&Pattern) -> bool) -> Flow {
        self.run(io, |state, rules| {
            for rule in rules.iter().filter(|rule| wanted(&rule.pattern)) {
                state.run_all(rule.action.as_deref().unwrap_or_default())?;
            }
            Ok(())
        })
    }
}

impl Filter for Awk {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        self.of_file = 0;
        self.state.variables.insert("FILENAME".to_owned(), Value::Text(name.unwrap_or_default().to_owned()));
        if std::mem::replace(&mut self.has_begun, true) {
            return Flow::More;
        }
        let flow = self.run_begin(io, |pattern| matches!(pattern, Pattern::Begin));
        let reads = self.rules.iter().any(|rule| !matches!(rule.pattern, Pattern::Begin));
        if reads { flow } else { Flow::Stop }
    }

    fn line(&mut self, line: &str, _: bool, io: &mut Io<'_>) -> Flow {
        self.number += 1;
        self.of_file += 1;
        self.state.set_line(line);
        self.state.set_count("NR", self.number);
        self.state.set_count("FNR", self.of_file);
        self.run(io, State::run_rules)
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        if !self.is_over {
            self.run_begin(io, |pattern| matches!(pattern, Pattern::End));
        }
        self.state.exit
    }

    fn failure(&self) -> i32 {
        2
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

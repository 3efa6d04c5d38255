//! `awk`: what people use of it: fields, patterns, arrays, records, its own functions, `printf`, `getline`,
//! files and commands. Left out: functions that a program defines, and variables such as `OFMT`.
//!
//! - `parse`: from the text of a program to its `tree`. `run`: on one record after the other. Here: flags,
//!   variables that are given with them, and when BEGIN, the records and END have their turn.

mod tree;
mod parse;
mod run;

use super::Wrong;
use super::filter::{Filter, Filtering, Flow, Missing};
use super::options::{Options, refused, wrong};
use crate::collections::SortedMap;
use crate::shell::escapes::{Place, unescaped};
use crate::shell::host::{Call, Program};
use crate::shell::io::{Io, NULL_FILE};
use crate::shell::mistake::Mistake;
use parse::{LACKING, parse};
use run::{Leave, Run, State, Value};
use tree::{Pattern, Rule, Script};

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Awk {
    call: Call,
    rules: Vec<Rule>,
    /// Files of the program that are still to be read.
    unread: Vec<String>,
    state: State,
    /// All is read before the first record is looked at: the program itself reads on, or parts the text
    /// itself.
    reads_all: bool,
    has_begun: bool,
    /// `exit` was run: what is left is END.
    has_exited: bool,
    /// Nothing more is run.
    is_over: bool,
}

/// `awk [-F X] [-v NAME=VALUE] [-f FILE | PROGRAM] [NAME=VALUE | FILE…]`.
pub(super) fn awk(call: Call) -> Result<Box<dyn Program>, Wrong> {
    // What comes behind the program is none of awk's flags.
    let mut options =
        Options::parse(&call, "+F:v:f:", &[("field-separator", 'F'), ("assign", 'v'), ("file", 'f')])?;
    let unread: Vec<String> = options.values('f').map(str::to_owned).collect();
    if unread.is_empty() && options.operands.is_empty() {
        return Err(Wrong("usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n".into(), 2));
    }
    let script = if unread.is_empty() {
        parse(&options.operands.remove(0)).map_err(|why| refused(&call, why))?
    } else {
        Script::default()
    };
    let mut state = State::default();
    for (name, value) in [("OFS", " "), ("ORS", "\n"), ("RS", "\n"), ("SUBSEP", "\u{1c}")] {
        state.set_text(name, value);
    }
    for name in ["NR", "NF", "FNR"] {
        state.set_count(name, 0);
    }
    let separator = match options.value('F') {
        Some("t") => "\t".to_owned(),
        Some(separator) => unescaped(separator, Place::Awk).0,
        None => " ".to_owned(),
    };
    state.set_text("FS", &separator);
    let array = |values: Vec<(String, &String)>| -> SortedMap<String, Value> {
        values.into_iter().map(|(key, value)| (key, Value::Input(value.clone()))).collect()
    };
    let environment = call.environment.iter().map(|(name, value)| (name.clone(), value)).collect();
    state.arrays.insert("ENVIRON".to_owned(), array(environment));
    let name = "awk".to_owned();
    let words = std::iter::once(&name).chain(&options.operands).enumerate();
    state.arrays.insert("ARGV".to_owned(), array(words.map(|(at, word)| (at.to_string(), word)).collect()));
    state.set_count("ARGC", options.operands.len() + 1);
    let mut filter = Awk {
        call: call.clone(),
        rules: Vec::new(),
        unread,
        state,
        reads_all: false,
        has_begun: false,
        has_exited: false,
        is_over: false,
    };
    for text in options.values('v') {
        if !filter.assigns(text) {
            return Err(wrong(&call, &format!("invalid -v argument: {text}")));
        }
        lacks_none(text).map_err(|mistake| refused(&call, mistake))?;
        filter.reads_all |= text.starts_with("RS=");
    }
    filter.take(script);
    let mut files = options.operands;
    // What reads nothing opens nothing.
    if filter.unread.is_empty() && !filter.reads_all && !filter.reads_input() {
        files = vec![NULL_FILE.to_owned()];
    }
    if !files.is_empty() && files.iter().all(|name| assignment(name).is_some()) {
        files.push("-".to_owned());
    }
    Ok(Filtering::make(call, files, filter))
}

/// Runs the rules for a line.
fn run_rules(running: &mut Run<'_, '_>, rules: &mut [Rule]) -> Result<(), Leave> {
    running.run_rules(rules)
}

/// `NAME=VALUE` as a name and its value.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once('=')?;
    crate::shell::syntax::is_name(name).then_some((name, value))
}

fn lacks_none(text: &str) -> Result<(), Mistake> {
    let lacking = assignment(text).filter(|(name, _)| LACKING.contains(name));
    lacking.map_or(Ok(()), |(name, _)| Err(Mistake::lacks(format!("the variable {name}"))))
}

impl Awk {
    /// Takes a program that was read.
    fn take(&mut self, script: Script) {
        self.rules = script.rules;
        let parts_text = script.has_records || self.reads_all;
        self.reads_all = script.has_getline || (parts_text && self.reads_input());
    }

    /// Whether some rule is for lines or for the end of them.
    fn reads_input(&self) -> bool {
        self.rules.iter().any(|rule| !matches!(rule.pattern, Pattern::Begin))
    }

    /// Reads a program that is in files.
    fn read(&mut self, io: &mut Io<'_>) -> Result<(), Mistake> {
        let mut text = String::new();
        for name in std::mem::take(&mut self.unread) {
            let read = io.read_file(&self.call.path(&name));
            text += &read.map_err(|error| format!("couldn't open file {name}: {error}"))?;
            text.push('\n');
        }
        if !text.is_empty() {
            let script = parse(&text)?;
            self.take(script);
        }
        Ok(())
    }

    fn run(
        &mut self,
        io: &mut Io<'_>,
        run: impl FnOnce(&mut Run<'_, '_>, &mut [Rule]) -> Result<(), Leave>,
    ) -> Flow {
        let mut running = Run { state: &mut self.state, io, call: &self.call };
        let result = run(&mut running, &mut self.rules);
        running.flush();
        match result {
            Ok(()) | Err(Leave::Next | Leave::Break | Leave::Continue) => Flow::More,
            Err(Leave::Exit) => {
                self.has_exited = true;
                Flow::Stop
            }
            Err(Leave::Wrong(why)) => self.fail(why, io),
        }
    }

    fn fail(&mut self, why: Mistake, io: &mut Io<'_>) -> Flow {
        why.of("awk").tell(io);
        self.state.exit = 2;
        self.is_over = true;
        Flow::Stop
    }

    fn run_actions(&mut self, io: &mut Io<'_>, wanted: fn(&Pattern) -> bool) -> Flow {
        self.run(io, |running, rules| {
            for rule in rules.iter().filter(|rule| wanted(&rule.pattern)) {
                running.run_all(rule.action.as_deref().unwrap_or_default())?;
            }
            Ok(())
        })
    }

    fn run_begin(&mut self, io: &mut Io<'_>) -> Flow {
        self.run_actions(io, |pattern| matches!(pattern, Pattern::Begin))
    }

    /// Goes through records that have all been read.
    fn run_records(&mut self, io: &mut Io<'_>) {
        let mut flow = self.run_begin(io);
        while flow == Flow::More && self.reads_input() {
            let Some(record) = self.state.next_record() else { return };
            self.state.set_line(&record);
            flow = self.run(io, run_rules);
        }
    }
}

impl Filter for Awk {
    fn begin(&mut self, name: Option<&str>, io: &mut Io<'_>) -> Flow {
        let name = name.unwrap_or_default();
        if !std::mem::replace(&mut self.has_begun, true) {
            if let Err(why) = self.read(io) {
                return self.fail(why, io);
            }
            if !self.reads_all {
                let flow = self.run_begin(io);
                if flow == Flow::Stop || !self.reads_input() {
                    return Flow::Stop;
                }
            }
        }
        if self.reads_all {
            self.state.records.begin(name);
        } else {
            self.state.begin_file(name);
        }
        Flow::More
    }

    fn line(&mut self, line: &str, has_end: bool, io: &mut Io<'_>) -> Flow {
        if self.reads_all {
            self.state.records.add(line, has_end);
            return Flow::More;
        }
        self.state.set_line(line);
        self.state.count_record();
        self.run(io, run_rules)
    }

    fn end(&mut self, io: &mut Io<'_>) -> i32 {
        if self.reads_all && !self.is_over {
            self.run_records(io);
        }
        if !self.is_over {
            self.run_actions(io, |pattern| matches!(pattern, Pattern::End));
        }
        if !self.is_over {
            self.run(io, |running, _| {
                running.flush();
                running.close_all()
            });
        }
        self.state.exit
    }

    fn assigns(&mut self, name: &str) -> bool {
        let Some((name, value)) = assignment(name) else { return false };
        self.state.set_text(name, &unescaped(value, Place::Awk).0);
        true
    }

    fn missing(&self) -> Missing {
        Missing::Stop
    }

    fn failure(&self) -> i32 {
        2
    }

    fn boxed_clone(&self) -> Box<dyn Filter> {
        Box::new(self.clone())
    }
}

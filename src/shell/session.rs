//! A shell as its owner sees it: lines go in, output comes out, and between them it is polled.

use std::rc::Rc;

use super::console::Console;
use super::host::{EditRequest, Host};
use super::io::{Kernel, Stream};
use super::machine::Machine;
use super::pipes::Pipes;
use super::prompt::{has_prompt, without_prompts};
use super::scope::Scope;
use super::standing::{Settings, State, Taken};
use super::syntax::{self, Draft, SyntaxError};
use crate::collections::SortedMap;
use crate::sim::{Span, Time};

/// Steps that one poll takes at most.
const STEPS: u32 = 4_000;
/// A shell that is not done after so many steps goes on after this time, so that a loop without an end lets
/// the rest of the world go on.
const SLICE: Span = Span::from_ms(50);
/// A line that has done its share so many times goes round and round, it seems.
const ROUNDS: u32 = 200;
/// Bytes of a line that is not complete yet.
const PENDING_MAX: usize = 1 << 20;

/// A shell.
#[derive(Clone, Debug)]
pub struct Shell {
    machine: Machine,
    pipes: Pipes,
    console: Console,
    /// The line, or its lines, without prompts that were pasted with it.
    typed: String,
    /// It goes on with the next line.
    is_incomplete: bool,
    /// It was pasted with prompts.
    is_prompted: bool,
    /// What of it is understood.
    draft: Draft,
    /// The line holds no command.
    is_blank: bool,
    /// How often it has done its share and was not done.
    rounds: u32,
}

impl Shell {
    /// A shell that waits for its first line.
    pub fn new(settings: Settings) -> Self {
        let mut scope = Scope {
            name: settings.name,
            script: settings.script,
            folder: settings.folder,
            arguments: settings.arguments,
            level: settings.level,
            ..Scope::default()
        };
        for (name, value) in &settings.environment {
            scope.set(name, value.clone());
            scope.export(name);
        }
        let folder = scope.folder.clone();
        scope.set("PWD", folder);
        Self {
            machine: Machine::new(scope),
            pipes: Pipes::default(),
            console: Console::new(settings.is_terminal),
            typed: String::new(),
            is_incomplete: false,
            is_prompted: false,
            draft: Draft::default(),
            is_blank: false,
            rounds: 0,
        }
    }

    /// Takes a line or several; prompts that were pasted with them are left out.
    pub fn submit(&mut self, text: &str) -> Taken {
        let goes_on = self.is_incomplete;
        if goes_on {
            self.typed.push('\n');
        } else {
            self.typed.clear();
            self.is_prompted = has_prompt(text);
        }
        let bare = if self.is_prompted { &without_prompts(text) } else { text };
        self.typed.push_str(bare);
        let may_grow = self.typed.len() < PENDING_MAX;
        let may_end = if goes_on {
            self.draft.go_on(bare)
        } else {
            self.draft.begin(bare);
            true
        };
        if may_grow && !may_end {
            return Taken::Incomplete;
        }
        self.is_incomplete = false;
        match self.draft.parse() {
            Err(SyntaxError::Incomplete | SyntaxError::Open(_)) if may_grow => {
                self.is_incomplete = true;
                Taken::Incomplete
            }
            parsed => {
                self.console.remember(&self.typed);
                self.start(parsed);
                Taken::Whole
            }
        }
    }

    /// Takes the whole text of a script, as `sh -c` does: what is not complete is wrong.
    pub fn run(&mut self, text: &str) {
        self.start(syntax::parse(text));
    }

    fn start(&mut self, parsed: Result<syntax::List, SyntaxError>) {
        self.console.begin();
        self.pipes.clear();
        self.rounds = 0;
        self.is_blank = parsed.as_ref().is_ok_and(|list| list.0.is_empty());
        match parsed {
            Ok(list) => self.machine.begin(Rc::new(list)),
            Err(error) => {
                match error {
                    // What the sandbox lacks is told beside bash's own words.
                    SyntaxError::Refused(why) => self.console.hint = Some(why),
                    error => {
                        let name = &self.machine.scope.name;
                        self.console.write(Stream::Err, &format!("{name}: {error}\n"));
                    }
                }
                self.machine.scope.status = 2;
            }
        }
    }

    /// Runs until every program waits, or until this poll's share of steps is done.
    pub fn poll(&mut self, host: &mut dyn Host, now: Time) -> State {
        let mut steps = STEPS;
        self.console.wants_input = false;
        while self.machine.is_busy() {
            let mut kernel = Kernel {
                now,
                host: &mut *host,
                pipes: &mut self.pipes,
                console: &mut self.console,
                steps,
                moved: false,
                wake_at: None,
                rests: false,
            };
            if self.machine.run(&mut kernel).is_some() {
                break;
            }
            let moved = kernel.moved;
            // A turn costs something even when it took no step: nothing here goes on for ever.
            steps = kernel.steps.saturating_sub(1);
            let (wake_at, rests) = (kernel.wake_at, kernel.rests);
            if let Some(why) = self.console.stop.take() {
                self.interrupt(host, now);
                self.console.hint = Some(why);
                self.machine.scope.status = 1;
                break;
            }
            if !moved {
                return State::Waits { wake_at, is_spent: false, rests };
            }
            if steps == 0 {
                self.rounds = self.rounds.saturating_add(1);
                let rests = self.rounds > ROUNDS;
                return State::Waits { wake_at: Some(now + SLICE), is_spent: true, rests };
            }
        }
        self.console.drop_input();
        State::Done(if self.is_blank { 0 } else { self.machine.scope.status })
    }

    /// Ctrl-C: ends what runs, unless a program takes the key itself; the exit code of what ended.
    pub fn press_interrupt(&mut self, host: &mut dyn Host, now: Time) -> Option<i32> {
        let mut kernel = Kernel {
            now,
            host: &mut *host,
            pipes: &mut self.pipes,
            console: &mut self.console,
            steps: STEPS,
            moved: false,
            wake_at: None,
            rests: false,
        };
        if self.machine.takes_interrupt(&mut kernel) {
            return None;
        }
        Some(self.interrupt(host, now))
    }

    /// Ends what runs, as Ctrl-C does, and forgets a line that is not complete; returns the exit code.
    pub fn interrupt(&mut self, host: &mut dyn Host, now: Time) -> i32 {
        self.is_incomplete = false;
        let mut kernel = Kernel {
            now,
            host,
            pipes: &mut self.pipes,
            console: &mut self.console,
            steps: STEPS,
            moved: false,
            wake_at: None,
            rests: false,
        };
        let status = self.machine.interrupt(&mut kernel);
        self.pipes.clear();
        self.console.edit = None;
        self.console.wants_input = false;
        status
    }

    /// The line that was submitted last, or its lines, without prompts that were pasted with it.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether a line still runs.
    pub fn is_busy(&self) -> bool {
        self.machine.is_busy()
    }

    /// Whether the line that was begun goes on with the next.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// How many letters were parsed in all: more than were typed, as what is not complete is parsed again.
    pub fn parsed(&self) -> usize {
        self.draft.parsed()
    }

    /// Whether `exit` was run.
    pub fn has_exited(&self) -> bool {
        self.console.has_exited
    }

    /// Takes back that `exit` was run: a terminal stays open.
    pub fn reopen(&mut self) {
        self.console.has_exited = false;
    }

    /// What was printed since this was last asked.
    pub fn take_output(&mut self) -> Vec<(Stream, String)> {
        self.console.take_output()
    }

    /// What the sandbox has to say beside the programs' own words.
    pub fn take_hint(&mut self) -> Option<String> {
        self.console.hint.take()
    }

    /// Whether a program waits for input that the owner has.
    pub fn wants_input(&self) -> bool {
        self.console.wants_input
    }

    /// Gives input to the programs that read it.
    pub fn feed(&mut self, text: &str) {
        self.console.feed(text);
    }

    /// No more input comes, as after Ctrl-D.
    pub fn end_input(&mut self) {
        self.console.input_has_ended = true;
        self.console.wants_input = false;
    }

    /// The text that a program wants edited.
    pub fn pending_edit(&self) -> Option<&EditRequest> {
        self.console.edit.as_ref()
    }

    /// Gives back the edited text; `None` when the editor was closed without saving.
    pub fn finish_edit(&mut self, text: Option<String>) {
        self.console.edit = None;
        self.console.edited = Some(text);
    }

    /// The current folder.
    pub fn folder(&self) -> &str {
        &self.machine.scope.folder
    }

    /// The exit code of the last line.
    pub fn status(&self) -> i32 {
        self.machine.scope.status
    }

    /// The exported variables.
    pub fn environment(&self) -> SortedMap<String, String> {
        self.machine.scope.environment()
    }
}

//! `sh` and `bash` in a container: with lines from a person, from a script, or from standard input.

use crate::containers::World;
use crate::shell::{Call, Interactive, Io, Program, Progress, Settings, programs};

/// `sh`, `bash`.
pub(in crate::containers) fn shell(call: &Call) -> Box<dyn Program> {
    let name = call.name().to_owned();
    let is_typed = call.args().iter().all(|arg| arg.starts_with('-') && !arg.contains('c'));
    if is_typed {
        return Box::new(Typed { call: call.clone(), shell: None });
    }
    let argv = std::iter::once(if name == "bash" { "bash" } else { "sh" }.to_owned())
        .chain(call.args().iter().cloned())
        .collect();
    match programs::start(&Call { argv, ..call.clone() }) {
        Ok(program) => program,
        Err(_) => programs::brief(call.clone(), |_, _| 127),
    }
}

/// A shell whose lines come one by one.
#[derive(Clone)]
struct Typed {
    call: Call,
    shell: Option<Interactive>,
}

impl Typed {
    fn begin(&self, io: &mut Io<'_>) -> Interactive {
        let name = self.call.name().to_owned();
        let prompt = if io.reads_terminal() {
            io.world::<World>().map_or_else(String::new, |world| prompt(world, &name))
        } else {
            String::new()
        };
        let settings = Settings {
            name: if name == "bash" { name } else { "sh".to_owned() },
            folder: self.call.folder.clone(),
            environment: self.call.environment.clone(),
            level: self.call.level + 1,
            ..Settings::default()
        };
        Interactive::new(settings, prompt)
    }
}

/// What the shell of an image prompts with.
fn prompt(world: &World, name: &str) -> String {
    let Some(held) = world.instance() else { return "$ ".to_owned() };
    let user = held.user();
    let sign = if user == 0 { '#' } else { '$' };
    if name == "bash" {
        let host = held.environment.get("HOSTNAME").map_or("", String::as_str);
        let user = held.user_name(user).unwrap_or("I have no name!");
        return format!("{user}@{host}:\\w{sign} ");
    }
    if held.image.family.shows_folder { format!("\\w {sign} ") } else { format!("{sign} ") }
}

impl Program for Typed {
    fn poll(&mut self, io: &mut Io<'_>) -> Progress {
        if self.shell.is_none() {
            self.shell = Some(self.begin(io));
        }
        self.shell.as_mut().map_or(Progress::Done(1), |shell| shell.poll(io))
    }

    fn takes_interrupt(&mut self, io: &mut Io<'_>) -> bool {
        io.reads_terminal() && self.shell.as_mut().is_some_and(|shell| shell.takes_interrupt(io))
    }

    fn interrupt(&mut self, io: &mut Io<'_>) -> i32 {
        self.shell.as_mut().map_or(crate::shell::INTERRUPTED, |shell| shell.interrupt(io))
    }

    fn boxed_clone(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }

    fn title(&self) -> String {
        self.call.name().to_owned()
    }
}

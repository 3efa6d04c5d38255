//! Commands that people run in a container, and what they type to its own program.

use super::World;
use super::instance::Place;
use crate::shell::{Call, Host, Io, Nested, Progress, Settings, quoted};

/// A command that runs in a container.
#[derive(Clone, Debug)]
pub struct Session {
    place: Place,
    nested: Nested,
    pid: u32,
}

/// How a session begins.
#[derive(Debug)]
pub enum Start {
    /// It runs.
    Runs(Box<Session>),
    /// The container has no such program; what the sandbox has to say about it.
    NotFound(Option<String>),
}

/// What is typed to a container's own program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line.
    Text(String),
    /// Ctrl-D.
    End,
    /// Ctrl-C.
    Interrupt,
}

impl World {
    /// Begins a command in the container that was entered; `None` when shells nest too deeply.
    pub fn begin(
        &mut self,
        place: &Place,
        argv: &[String],
        stdin: bool,
        tty: bool,
        level: u32,
    ) -> Option<Start> {
        let now = self.scene.now;
        let (folder, environment) = self.instance().map(|held| (held.folder(), held.environment.clone()))?;
        let mut environment = environment;
        if tty {
            environment.insert("TERM".to_owned(), "xterm".to_owned());
        }
        let call =
            Call { argv: argv.to_vec(), environment: environment.clone(), folder: folder.clone(), level };
        if let Err(missing) = self.start(&call) {
            return Some(Start::NotFound(missing.hint));
        }
        let settings = Settings {
            name: "sh".to_owned(),
            folder,
            environment,
            is_terminal: tty,
            level: level + 1,
            ..Settings::default()
        };
        let mut nested = Nested::with(settings)?;
        nested.shell.run(&quoted(argv));
        if !stdin {
            nested.shell.end_input();
        }
        let pid = self.instance_mut().map(|held| held.processes.spawn(argv, now))?;
        Some(Start::Runs(Box::new(Session { place: place.clone(), nested, pid })))
    }

    /// Passes what is typed on to the container's own program.
    pub fn type_in(&mut self, place: &Place, input: Input) {
        if !self.enter(place) {
            return;
        }
        let (id, now) = (place.id.clone(), self.scene.now);
        self.containers.changes += 1;
        match input {
            Input::Interrupt => return self.interrupt_main(&id),
            Input::Text(text) => {
                let Some(held) = self.instance_mut() else { return };
                let Some(main) = held.main.as_mut().filter(|main| main.has_input) else { return };
                main.shell.feed(&text);
                if main.is_terminal {
                    held.log.add_typed(now, &text);
                }
            }
            Input::End => {
                if let Some(main) = self.instance_mut().and_then(|held| held.main.as_mut()) {
                    main.shell.end_input();
                }
            }
        }
        self.catch_up(&id, place);
    }

    /// Whether the container's own program reads what is typed.
    pub fn wants_input(&self) -> bool {
        let main = self.instance().and_then(|held| held.main.as_ref());
        main.is_some_and(|main| main.has_input && main.ended.is_none() && main.shell.wants_input())
    }
}

impl Session {
    /// Where it runs.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Lets it run. `with_world` gives the world as it is now.
    pub fn poll(
        &mut self,
        io: &mut Io<'_>,
        mut with_world: impl FnMut(&mut Io<'_>, &mut dyn FnMut(&mut World)),
    ) -> Progress {
        let place = self.place.clone();
        let mut is_over = false;
        let progress = self.nested.poll_on(io, |io, run| {
            with_world(io, &mut |world| {
                is_over = !world.visit(&place, run);
            });
        });
        if is_over {
            // Its container has ended, and it with it.
            return Progress::Done(137);
        }
        if let Progress::Done(_) = progress {
            self.end(io, with_world);
        }
        progress
    }

    /// Ctrl-C: the exit code, unless the program took the key.
    pub fn press_interrupt(
        &mut self,
        io: &mut Io<'_>,
        mut with_world: impl FnMut(&mut Io<'_>, &mut dyn FnMut(&mut World)),
    ) -> Option<i32> {
        let place = self.place.clone();
        let status = self.nested.press_interrupt_on(io, |io, run| {
            with_world(io, &mut |world| {
                world.visit(&place, run);
            });
        });
        if status.is_some() {
            self.end(io, with_world);
        }
        status
    }

    /// Its process is gone.
    pub fn end(
        &mut self,
        io: &mut Io<'_>,
        mut with_world: impl FnMut(&mut Io<'_>, &mut dyn FnMut(&mut World)),
    ) {
        let (id, pid) = (self.place.id.clone(), self.pid);
        with_world(io, &mut |world| {
            if let Some(held) = world.containers.instances.get_mut(&id) {
                held.processes.remove(pid);
            }
        });
    }
}

impl World {
    /// Lets a person's command run in a container; `false` when the container has ended.
    fn visit(&mut self, place: &Place, run: &mut dyn FnMut(&mut dyn Host)) -> bool {
        if !self.is_live(place) || !self.enter(place) || self.has_ended() {
            return false;
        }
        self.is_visited = true;
        run(self);
        self.is_visited = false;
        // What was ended in there has its consequences now.
        self.catch_up(&place.id, place);
        true
    }
}

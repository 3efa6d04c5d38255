//! A container's own program, from its start to its end.
//!
//! It is run when somebody looks, through all the time that has passed since the last look: a loop that
//! writes a line each second has written all of them. Left out: the middle of a span in which more happens
//! than one look can run; its first part is run, and its last one up to the present.

use super::World;
use super::hook::Hook;
use super::images::Image;
use super::instance::{ContainerId, Place};
use crate::api::pod::Container;
use crate::collections::SortedMap;
use crate::shell::{Settings, Shell, State, quoted};
use crate::sim::Time;

/// What one look runs of a program's past at most, in turns of its shell.
const TURNS_MAX: u64 = 20_000;
/// A turn that did all that a shell may do at once counts as so many.
const SPENT_TURN: u64 = 10;

/// A container's own program.
#[derive(Clone)]
pub(super) struct Main {
    pub(super) shell: Shell,
    pub(super) is_terminal: bool,
    pub(super) has_input: bool,
    /// What runs beside it from its start.
    hook: Option<Hook>,
    /// How far it was run.
    at: Time,
    pub(super) wake_at: Option<Time>,
    /// Its exit code.
    pub(super) ended: Option<i32>,
}

/// A container whose program has ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Namespace of the pod.
    pub namespace: String,
    /// Name of the pod.
    pub pod: String,
    /// Name of the container.
    pub container: String,
    /// The code.
    pub code: i64,
}

impl Main {
    /// A program that is about to start.
    pub(super) fn new(
        container: &Container,
        image: &Image,
        argv: &[String],
        environment: &SortedMap<String, String>,
        started: Time,
    ) -> Self {
        let is_on = |field: &str| container.extra.get(field).is_some_and(|value| value == true);
        let (has_input, is_terminal) = (is_on("stdin"), is_on("tty"));
        let settings = Settings {
            name: "sh".to_owned(),
            folder: super::instance::folder(container, image),
            environment: environment.clone(),
            ..Settings::default()
        };
        let hook = Hook::of(container, settings.clone(), started);
        let mut shell = Shell::new(Settings { is_terminal, ..settings });
        shell.run(&quoted(argv));
        if !has_input {
            shell.end_input();
        }
        Self { shell, is_terminal, has_input, hook, at: started, wake_at: Some(started), ended: None }
    }

    /// Its image does not have it: it was never started, and the container ended so.
    pub(super) fn never_starts(&mut self, code: i64) {
        self.hook = None;
        self.ended = i32::try_from(code).ok();
    }
}

impl Main {
    /// When it has ended by itself, and with which code.
    pub(super) fn end(&self) -> Option<(Time, i64)> {
        self.ended.map(|code| (self.at, i64::from(code)))
    }
}

/// Where the world was before it went into a container's program.
struct Before {
    here: ContainerId,
    visited: bool,
    runs_main: bool,
}

impl World {
    /// Runs a container's program up to the present, or to its end.
    pub(super) fn catch_up(&mut self, id: &ContainerId, place: &Place) {
        let until = place.ended.map_or(self.scene.now, |(at, _)| at.min(self.scene.now));
        self.run_main(id, until);
        let Some((at, code)) = place.ended else { return };
        let is_told = code != 137;
        self.end_main(id, at, is_told, i32::try_from(code).unwrap_or(1));
    }

    /// Lets it run until an instant.
    fn run_main(&mut self, id: &ContainerId, until: Time) {
        let Some((mut main, before)) = self.borrow_main(id) else { return };
        let begun = main.at;
        main.hook = main.hook.take().and_then(|hook| self.run_hook(hook, until));
        let mut left = TURNS_MAX;
        loop {
            let due = main.wake_at.map_or(until, |due| due.min(until));
            main.at = if left > 0 { due.max(main.at) } else { until };
            self.at = main.at;
            let state = main.shell.poll(self, main.at);
            self.take_output(id, &mut main);
            let turn = match state {
                State::Done(code) => {
                    main.ended = Some(code);
                    break;
                }
                State::Waits { wake_at, is_spent, .. } => {
                    main.wake_at = wake_at.map(|wake| wake.max(main.at));
                    if is_spent { SPENT_TURN } else { 1 }
                }
            };
            if left == 0 || (main.at >= until && main.wake_at.is_none_or(|wake| wake > until)) {
                break;
            }
            let is_half = left > TURNS_MAX / 2 && left.saturating_sub(turn) <= TURNS_MAX / 2;
            left = left.saturating_sub(turn);
            if is_half {
                // The other half takes about as long as this one did, and is to end at the present.
                let last = Time::from_ms(until.ms().saturating_sub((main.at - begun).ms()));
                main.wake_at = main.wake_at.map(|wake| wake.max(last));
            }
        }
        self.give_back_main(id, main, before);
    }

    /// The program is told to end, or has lost its machine.
    fn end_main(&mut self, id: &ContainerId, at: Time, is_told: bool, code: i32) {
        let Some((mut main, before)) = self.borrow_main(id) else { return };
        main.at = at;
        if is_told {
            main.shell.interrupt(self, at);
            self.take_output(id, &mut main);
        }
        main.ended = Some(code);
        self.give_back_main(id, main, before);
    }

    /// Ctrl-C at its terminal.
    pub(super) fn interrupt_main(&mut self, id: &ContainerId) {
        let now = self.scene.now;
        let Some((mut main, before)) = self.borrow_main(id) else { return };
        main.ended = main.shell.press_interrupt(self, now);
        main.wake_at = Some(now);
        self.take_output(id, &mut main);
        self.give_back_main(id, main, before);
    }

    /// Takes the program out of its container, which is then the one that the world is in.
    fn borrow_main(&mut self, id: &ContainerId) -> Option<(Main, Before)> {
        let main = &mut self.containers.instances.get_mut(id)?.main;
        let main = main.take_if(|main| main.ended.is_none())?;
        let visited = std::mem::take(&mut self.is_visited);
        // What a person types to it is a person's doing.
        let runs_main = std::mem::replace(&mut self.runs_main, !main.has_input);
        Some((main, Before { here: std::mem::replace(&mut self.here, id.clone()), visited, runs_main }))
    }

    fn give_back_main(&mut self, id: &ContainerId, main: Main, before: Before) {
        self.here = before.here;
        self.is_visited = before.visited;
        self.runs_main = before.runs_main;
        self.at = self.scene.now;
        let has_ended = main.ended.is_some();
        if let Some(instance) = self.containers.instances.get_mut(id) {
            instance.main = Some(main);
        }
        if has_ended {
            self.note_exit(id);
        }
    }

    fn take_output(&mut self, id: &ContainerId, main: &mut Main) {
        let output = main.shell.take_output();
        let hint = main.shell.take_hint();
        let Some(instance) = self.containers.instances.get_mut(id) else { return };
        instance.is_unsure |= hint.is_some();
        instance.hint = hint.or(instance.hint.take());
        for (_, text) in output {
            instance.log.add(main.at, &text);
            self.containers.changes += 1;
        }
    }

    fn note_exit(&mut self, id: &ContainerId) {
        // What the kubelet has ended it knows already.
        if !self.places.get(id).is_some_and(|place| self.is_live(place)) {
            return;
        }
        let Some(instance) = self.containers.instances.get(id) else { return };
        let meta = &instance.pod.metadata;
        let Some(code) = instance.main.as_ref().and_then(|main| main.ended) else { return };
        if super::attention::is_guessed(instance, Some(i64::from(code))) {
            return;
        }
        self.exits.push(Exit {
            namespace: meta.namespace.clone(),
            pod: meta.name.clone(),
            container: instance.container.name.clone(),
            code: i64::from(code),
        });
    }
}

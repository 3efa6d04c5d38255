//! The processes of a container: what `ps` shows, and what ends them.
//!
//! Left out: processes of scripts other than servers; threads.

use crate::collections::SortedMap;
use crate::sim::Time;

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) parent: u32,
    /// What `pkill` finds it by.
    pub(super) name: String,
    /// Its words, as `ps` shows them.
    pub(super) words: String,
    pub(super) started: Time,
    /// It ends when it is told to; a process 1 that asks for no signals does not.
    pub(super) listens: bool,
    pub(super) is_killed: bool,
}

/// All of a container.
#[derive(Clone, Debug, Default)]
pub(super) struct Processes {
    all: SortedMap<u32, Process>,
    /// The number of the next one that people start.
    next: u32,
}

impl Processes {
    /// The first process of a container.
    pub(super) fn of(words: &[String], started: Time) -> Self {
        let mut processes = Self { all: SortedMap::new(), next: 30 };
        processes.put(1, 0, name_of(words), words.join(" "), started, false);
        processes
    }

    pub(super) fn put(
        &mut self,
        pid: u32,
        parent: u32,
        name: &str,
        words: String,
        started: Time,
        listens: bool,
    ) {
        let name = name.to_owned();
        self.all.insert(pid, Process { pid, parent, name, words, started, listens, is_killed: false });
    }

    /// A process that people start; its number.
    pub(super) fn spawn(&mut self, words: &[String], started: Time) -> u32 {
        self.next = self.next.saturating_add(7);
        let pid = self.next;
        self.put(pid, 0, name_of(words), words.join(" "), started, true);
        pid
    }

    pub(super) fn remove(&mut self, pid: u32) {
        self.all.remove(&pid);
        self.all.retain(|_, process| process.parent != pid);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Process> {
        self.all.values()
    }

    /// Tells a process to end; whether there is one. Process 1 takes no notice unless it listens.
    pub(super) fn kill(&mut self, pid: u32) -> bool {
        let Some(process) = self.all.get_mut(&pid) else { return false };
        if pid != 1 || process.listens {
            process.is_killed = true;
        }
        true
    }

    pub(super) fn is_killed(&self, pid: u32) -> bool {
        self.all.get(&pid).is_none_or(|process| process.is_killed)
    }
}

/// The name of a program without its folder.
fn name_of(words: &[String]) -> &str {
    words.first().map(String::as_str).unwrap_or_default().rsplit('/').next().unwrap_or_default()
}

//! Actions in order, and what they leave.
//!
//! - `workloads`: what is shown of a cluster, and how time passes. `terminals`: lines. `manifests`: files.
//! - `past`: going back and forth. `pace`: how often the picture is made.

use super::*;

mod workloads;
mod terminals;
mod manifests;
mod past;
mod pace;

/// A page after some actions, with nothing left due.
fn after(actions: &[Action]) -> State {
    let mut state = State::default();
    for action in actions {
        state.reduce(action.clone());
        settle(&mut state);
    }
    state
}

fn settle(state: &mut State) {
    state.reduce(Action::Settle);
    state.reduce(Action::Advance(16.0));
}

fn run(line: &str) -> Action {
    Action::Run(line.to_owned())
}

fn printed(state: &State) -> String {
    let last = state.views.entries.last().expect("something was run");
    last.chunks.iter().map(|(_, text)| text.as_str()).collect()
}

fn is_busy(state: &State) -> bool {
    state.terminal().is_some_and(crate::cluster::Terminal::is_busy)
}

fn lines(state: &State) -> Vec<&str> {
    state.views.entries.iter().map(|entry| entry.line.as_str()).collect()
}

//! Going back and forth on the page: what is shown, and that nothing that a person typed is lost.

use super::*;
use crate::sim::{Span, Time};
use crate::ui::persist::{from_text, to_text};

/// A page on which the example was applied and scaled, a minute each.
fn page() -> State {
    let mut state = State::default();
    for action in [Action::Apply, run("kubectl scale statefulset web --replicas=3")] {
        state.reduce(action);
        let until = state.cluster.now() + Span::from_seconds(60);
        state.machine.run_until(&mut state.cluster, until);
        state.refresh();
    }
    state
}

fn seek(state: &mut State, seconds: u64) {
    state.reduce(Action::Seek(Time::from_ms(seconds * 1_000)));
}

fn pods(state: &State) -> usize {
    state.views.sets.first().map_or(0, |set| set.slots.iter().filter(|slot| slot.tile.is_some()).count())
}

#[test]
fn the_past_is_shown_and_cannot_be_changed() {
    let mut state = page();
    seek(&mut state, 59);
    assert_eq!(pods(&state), 2);
    assert!(
        state.views.scrubber.as_ref().is_some_and(|view| view.is_past && view.end == Time::from_ms(120_000))
    );
    let before = to_text(&state);
    state.reduce(Action::Type("kubectl delete pod web-0".to_owned()));
    for action in
        [Action::Enter, run("kubectl delete pod web-0"), Action::Apply, Action::CloseTab("web.yaml".into())]
    {
        state.reduce(action);
        assert!(
            state.notice.take().is_some_and(|notice| notice.text.starts_with("The past stays as it was"))
        );
    }
    assert_eq!(state.prompt.text, "kubectl delete pod web-0", "what was typed stays");
    assert_eq!(to_text(&state), before);
    state.reduce(Action::Apply);
    assert!(state.notice.is_some());
    state.reduce(Action::ToPresent);
    assert!(state.notice.is_none(), "it would not be true any more");
    assert_eq!(pods(&state), 3);
}

#[test]
fn what_only_reads_is_answered_as_of_the_moment_that_is_shown() {
    let mut state = page();
    seek(&mut state, 59);
    let before = to_text(&state);
    let asked = |state: &mut State, line: &str| {
        state.reduce(Action::Type(line.to_owned()));
        state.reduce(Action::Enter);
        let printed = state.views.entries.last().map(|entry| {
            assert_eq!(entry.line, line);
            entry.chunks.iter().map(|(_, text)| text.as_str()).collect::<String>()
        });
        assert_eq!(state.prompt.text, "");
        printed.unwrap_or_default()
    };
    let names = asked(&mut state, "kubectl get pods --no-headers && kubectl get sts -o name");
    let lines: Vec<&str> = names.lines().collect();
    assert!(lines[0].starts_with("web-0 ") && lines[2..] == ["statefulset.apps/web"], "{names}");
    assert!(asked(&mut state, "why sts/web").contains("verdict:"));
    assert_eq!(to_text(&state), before, "it is no part of the session");
    for (line, why) in [
        ("kubectl get pods && kubectl delete pod web-0", "this line changes something"),
        ("fault stop node/node-1", "this line changes something"),
        ("kubectl edit sts web", "this line does not end at once"),
        ("kubectl get pods -w", "this line does not end at once"),
        ("for i in 1 2; do", "a line is whole"),
    ] {
        state.reduce(Action::Type(line.to_owned()));
        state.reduce(Action::Enter);
        let notice = state.notice.take().map(|notice| notice.text).unwrap_or_default();
        assert!(notice.contains(why), "{line}: {notice}");
        assert_eq!(state.prompt.text, line, "what was typed stays");
    }
    let shown = state.views.entries.len();
    state.reduce(Action::StepBack(crate::ui::time_machine::Stride::Visible));
    assert_eq!(state.views.entries.len(), shown - 2, "of another moment they tell nothing");
    assert_eq!(to_text(&state), before);
}

#[test]
fn drafts_outlive_a_journey() {
    let mut state = page();
    let draft = state.files.text("web.yaml").replace("replicas: 2", "replicas: 4");
    state.reduce(Action::Edit(draft.clone()));
    state.reduce(Action::Apply);
    seek(&mut state, 30);
    assert_eq!(state.files.text("web.yaml"), draft, "the editor does not go back");
    state.reduce(Action::GoOn);
    assert_eq!(state.files.text("web.yaml"), draft);
    assert!(state.files.drafts.contains_key("web.yaml"), "the file of that time is another");
    state.reduce(Action::UndoCommand);
    assert_eq!(state.files.text("web.yaml"), draft);
}

#[test]
fn a_command_can_be_taken_back_and_given_again() {
    let mut state = page();
    assert_eq!(
        state.views.scrubber.as_ref().and_then(|view| view.undo.clone()).as_deref(),
        Some("kubectl scale statefulset web --replicas=3")
    );
    state.reduce(Action::UndoCommand);
    assert_eq!((pods(&state), state.cluster.now().seconds()), (2, 60));
    state.reduce(Action::RedoCommand);
    let until = state.cluster.now() + Span::from_seconds(60);
    state.machine.run_until(&mut state.cluster, until);
    state.refresh();
    assert_eq!(pods(&state), 3);
}

#[test]
fn branches_come_back_after_a_reload() {
    let mut state = page();
    seek(&mut state, 59);
    state.reduce(Action::GoOn);
    state.reduce(run("kubectl scale statefulset web --replicas=1"));
    state.reduce(run("kubectl get pods"));
    state.reduce(run("kubectl delete pod web-0"));
    state.reduce(Action::UndoCommand);
    let text = to_text(&state);
    let mut back = from_text(&text).expect("the text was just written");
    assert_eq!(to_text(&back), text);
    let names =
        |state: &State| state.machine.branches().iter().map(|branch| branch.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&back), ["branch 1", "main"]);
    assert_eq!(back.machine.branch().origin, Some(("main".to_owned(), Time::from_ms(59_000))));
    assert_eq!(back.machine.redo_line().as_deref(), Some("kubectl delete pod web-0"));
    let is_told = |state: &State| state.machine.branches().iter().all(|branch| branch.chronicle().is_some());
    assert!(!is_told(&back), "nothing is told of a branch before it was played");
    back.reduce(Action::SwitchBranch(1));
    assert!(is_told(&back));
    assert_eq!((pods(&back), back.cluster.now().seconds()), (3, 120));
    back.reduce(Action::ForgetBranch(0));
    assert_eq!((names(&back), back.machine.current()), (vec!["main".to_owned()], 0));
    back.reduce(Action::Undo);
    assert_eq!(names(&back), ["branch 1", "main"]);
    assert_eq!((back.machine.current(), pods(&back)), (1, 3), "what is shown stays");
    back.reduce(Action::SwitchBranch(0));
    assert_eq!(back.cluster.now(), Time::from_ms(59_000), "it is whole");
}

#[test]
fn the_past_plays_into_the_present() {
    let mut state = page();
    seek(&mut state, 100);
    state.reduce(Action::Speed(100.0));
    state.reduce(Action::TogglePlay);
    assert!(state.is_ticking());
    for _ in 0..5 {
        state.reduce(Action::Advance(100.0));
    }
    assert!(!state.machine.is_past());
    assert_eq!(pods(&state), 3);
}

#[test]
fn a_page_that_is_stored_while_the_past_is_shown_keeps_the_present() {
    let mut state = page();
    let text = to_text(&state);
    seek(&mut state, 10);
    assert_eq!(from_text(&to_text(&state)).map(|back| back.cluster.now()), Ok(Time::from_ms(120_000)));
    state.reduce(Action::ToPresent);
    state.clock.is_playing = true;
    assert_eq!(to_text(&state), text);
}

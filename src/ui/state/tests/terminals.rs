//! Lines that are typed, pasted, recalled, and the terminals that they run in.

use super::*;

#[test]
fn a_line_of_a_button_does_not_wait_for_a_running_command() {
    let mut state = after(&[Action::Apply]);
    state.reduce(Action::Type("kubectl get pods -w".to_owned()));
    state.reduce(Action::Enter);
    assert!(is_busy(&state));
    state.reduce(run("kubectl scale statefulset web --replicas=3"));
    settle(&mut state);
    assert_eq!(state.views.sets.first().map(|set| set.ready), Some(3));
    let tabs: Vec<_> =
        state.views.terminals.iter().map(|tab| (tab.running.is_some(), tab.has_news)).collect();
    assert_eq!(tabs, [(true, false), (false, true)], "the button's line went to a second terminal");
    assert!(printed(&state).contains("web-2"), "the watch has seen it");
    state.reduce(Action::Interrupt);
    assert!(!is_busy(&state));
}

#[test]
fn a_line_waits_for_what_its_instant_still_holds_unless_time_stands_still() {
    let is_due = |state: &State| state.cluster.next_due().is_some_and(|due| due <= state.cluster.now());
    // Amid the turns of one instant.
    let within = || {
        let mut state = State::default();
        state.reduce(Action::Apply);
        while !is_due(&state) {
            assert!(state.cluster.step());
        }
        state
    };
    let mut state = within();
    assert!(!state.finish_instant(0.0), "no real time is left for that");
    state.reduce(Action::Advance(0.0));
    assert!(!is_due(&state) && state.finish_instant(0.0));
    let mut paused = within();
    paused.reduce(Action::TogglePlay);
    assert!(paused.finish_instant(0.0) && !is_due(&paused));
}

#[test]
fn what_a_pasted_line_did_is_seen_before_the_next_one_runs() {
    let lines = "kubectl set image sts/web nginx=nginx:1.27\nkubectl set image sts/web nginx=nginx:1.28\n\
                 kubectl rollout undo sts/web\n";
    let mut state = after(&[Action::Apply]);
    state.reduce(Action::Paste(lines.to_owned()));
    assert!(!state.tabs.waiting().is_empty());
    settle(&mut state);
    assert!(state.tabs.waiting().is_empty());
    assert!(printed(&state).ends_with("statefulset.apps/web rolled back\n"), "{}", printed(&state));
    let revisions = state.cluster.server().list(crate::api::Kind::ControllerRevision, None);
    assert_eq!(revisions.count(), 3);
    // Nothing is to be seen while time stands still.
    state.reduce(Action::TogglePlay);
    state.reduce(Action::Paste(lines.to_owned()));
    assert!(state.tabs.waiting().is_empty());
}

#[test]
fn lines_are_recalled_and_completed() {
    let mut state = after(&[Action::Apply, run("kubectl get pods")]);
    state.reduce(Action::Type("draft".to_owned()));
    state.reduce(Action::Recall(true));
    assert_eq!(state.prompt.text, "kubectl get pods");
    state.reduce(Action::Recall(true));
    assert_eq!(state.prompt.text, "kubectl apply -f web.yaml");
    state.reduce(Action::Recall(false));
    state.reduce(Action::Recall(false));
    assert_eq!(state.prompt.text, "draft");
    state.reduce(Action::Type("kubectl descr".to_owned()));
    state.reduce(Action::Complete(13));
    assert_eq!(state.prompt.text, "kubectl describe ");
}

#[test]
fn pasted_lines_run_one_after_the_other() {
    let mut state = State::default();
    let pasted = "$ A=1\n$ kubectl get \\\n>   nodes --no-headers | wc -l\n4\n$ sleep 5\n$ cat <<EOF\nx\n\nEOF\n$ echo $A";
    state.reduce(Action::Paste(pasted.to_owned()));
    assert_eq!(lines(&state), ["A=1", "kubectl get \\\n  nodes --no-headers | wc -l", "sleep 5"]);
    assert_eq!(state.tabs.waiting(), ["$ cat <<EOF", "x", "", "EOF"]);
    assert!(state.notice.as_ref().is_some_and(|notice| notice.text.starts_with("Left out 1 ")));
    for _ in 0..60 {
        state.reduce(Action::Advance(100.0));
    }
    assert_eq!(lines(&state).last(), Some(&"cat <<EOF\nx\n\nEOF"));
    assert_eq!(printed(&state), "x\n\n");
    assert_eq!(state.prompt.text, "$ echo $A", "the line without an end is still being typed");
    state.reduce(Action::Enter);
    assert_eq!(printed(&state), "1\n");
    state.reduce(Action::Paste("kubectl get pods -w\necho after\n".to_owned()));
    settle(&mut state);
    assert_eq!(state.tabs.waiting(), ["echo after"]);
    state.reduce(Action::Interrupt);
    assert_eq!(printed(&state), "after\n");
}

#[test]
fn an_unfinished_line_goes_on_until_it_is_given_up() {
    let mut state = State::default();
    for line in ["for i in 1 2", "do echo $i"] {
        state.reduce(Action::Type(line.to_owned()));
        state.reduce(Action::Enter);
        assert!(state.terminal().is_some_and(crate::cluster::Terminal::is_incomplete));
    }
    assert!(state.views.entries.last().is_some_and(|entry| entry.is_open));
    state.reduce(Action::Paste("done\n".to_owned()));
    assert_eq!(printed(&state), "1\n2\n");
    state.reduce(Action::Paste("echo 'a\n".to_owned()));
    state.reduce(Action::Interrupt);
    assert!(state.views.entries.last().is_some_and(|entry| entry.exit == Some(130)));
    state.reduce(run("echo free"));
    assert_eq!(printed(&state), "free\n");
}

#[test]
fn each_terminal_is_a_shell_of_its_own() {
    let mut state = State::default();
    state.reduce(Action::Paste("A=first; echo x > note\n".to_owned()));
    state.reduce(Action::Type("half a line".to_owned()));
    state.reduce(Action::NewTerminal);
    assert_eq!((state.tabs.current, state.prompt.text.as_str()), (1, ""));
    state.reduce(Action::Paste("echo \"<$A>\"; cat note\n".to_owned()));
    assert_eq!(printed(&state), "<>\nx\n");
    state.reduce(Action::Recall(true));
    state.reduce(Action::Recall(true));
    assert_eq!(state.prompt.text, "echo \"<$A>\"; cat note", "it has a history of its own");
    state.reduce(Action::ShowTerminal(0));
    assert_eq!(state.prompt.text, "half a line");
    state.reduce(Action::ShowTerminal(1));
    state.reduce(Action::Paste("kubectl get pods -w\n".to_owned()));
    let text = crate::ui::persist::to_text(&state);
    state.reduce(Action::CloseTerminal(1));
    assert_eq!((state.tabs.open.as_slice(), state.tabs.current), (&[0][..], 0));
    state.reduce(Action::NewTerminal);
    assert!(state.views.entries.is_empty(), "a closed terminal is gone");
    state.reduce(Action::Type(String::new()));
    state.reduce(Action::EndInput);
    state.reduce(Action::EndInput);
    assert_eq!(state.tabs.open, [0], "Ctrl-D closes all but the last");
    let back = crate::ui::persist::from_text(&text).expect("the text was just written");
    assert_eq!((back.tabs.open.as_slice(), back.tabs.current), (&[0, 1][..], 1));
    assert!(is_busy(&back));
}

#[test]
fn a_loop_without_an_end_can_be_stopped() {
    let mut state = State::default();
    state.reduce(Action::Paste("while true; do A=1; done\n".to_owned()));
    for _ in 0..5 {
        state.reduce(Action::Advance(100.0));
    }
    assert!(is_busy(&state));
    state.reduce(Action::Interrupt);
    assert_eq!(state.views.entries.last().and_then(|entry| entry.exit), Some(130));
    state.reduce(Action::Paste("x=$(seq 500); while true; do echo $x; done\n".to_owned()));
    for _ in 0..2_000 {
        state.reduce(Action::Advance(100.0));
    }
    let last = state.views.entries.last().expect("it ran");
    assert!(last.exit.is_some() && last.hint.is_some(), "it printed more than a line may print");
}

#[test]
fn an_offered_line_waits_in_the_prompt() {
    let mut state = State::default();
    let lines = state.terminal().map_or(0, |terminal| terminal.entries().len());
    state.reduce(Action::Propose("kubectl delete pod web-1".to_owned()));
    assert_eq!((state.prompt.text.as_str(), state.page), ("kubectl delete pod web-1", Page::Terminal));
    assert_eq!(state.terminal().map_or(0, |terminal| terminal.entries().len()), lines, "it was not run");
    assert_eq!(state.prompt.proposed, 1);
}

//! Actions in order, and what they leave.

use super::*;
use crate::ui::examples::EXAMPLES;
use crate::ui::time_machine::Stride;
use crate::ui::view_model::status::Shape;
use crate::ui::view_model::why::Tone;

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

#[test]
fn the_page_starts_with_four_nodes_and_an_example() {
    let state = State::default();
    assert_eq!(state.views.stage.lanes.len(), 4);
    assert!(state.views.stage.is_empty());
    assert_eq!(state.files.open, "web.yaml");
    assert!(state.files.text("web.yaml").contains("kind: StatefulSet"));
    assert!(state.views.problems.is_empty(), "{:?}", state.views.problems);
}

#[test]
fn applying_brings_the_pods_up_in_order() {
    let state = after(&[Action::Apply]);
    assert_eq!(printed(&state), "service/nginx created\nstatefulset.apps/web created\n");
    let set = state.views.sets.first().expect("the set is there");
    assert_eq!((set.ready, set.replicas, set.partition), (2, 2, Some(0)));
    assert_eq!(set.why.tone, Tone::Settled, "{:?}", set.why);
    let slots: Vec<_> = set.slots.iter().filter_map(|slot| slot.tile.as_ref()).collect();
    assert_eq!(slots.iter().map(|tile| tile.key.name.as_str()).collect::<Vec<_>>(), ["web-0", "web-1"]);
    for tile in slots {
        assert_eq!((tile.shape, tile.status.as_str(), tile.ready.as_str()), (Shape::Ready, "Running", "1/1"));
        assert_eq!(tile.claims.iter().map(|claim| claim.phase.as_str()).collect::<Vec<_>>(), ["Bound"]);
        assert_eq!(tile.revision.as_ref().map(|mark| mark.letter.as_str()), Some("A"));
    }
    assert_eq!(state.views.summary, "web: 2 of 2 ready, settled");
    assert!(!state.is_ticking(), "an idle cluster needs no timers");
}

#[test]
fn a_canary_stops_at_its_partition_and_can_be_undone() {
    let patch = "kubectl patch statefulset web -p '{\"spec\":{\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":2}}}}'";
    let scale = run("kubectl scale statefulset web --replicas=3");
    let image = run("kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21");
    let mut state = after(&[Action::Apply, scale, run(patch), image]);
    let letters = |state: &State| -> String {
        let set = state.views.sets.first().expect("the set is there");
        let marks = set.slots.iter().filter_map(|slot| slot.tile.as_ref()?.revision.clone());
        marks.map(|mark| mark.letter).collect()
    };
    assert_eq!(letters(&state), "AAB");
    let set = state.views.sets.first().expect("the set is there").clone();
    assert_eq!((set.partition, set.current, set.updated), (Some(2), 2, 1));
    assert_eq!(
        set.history.rows.iter().map(|row| (row.number, row.pods)).collect::<Vec<_>>(),
        [(2, 1), (1, 2)]
    );
    assert_eq!(
        set.history.rows.first().map(|row| row.changes.as_str()),
        Some("nginx: registry.k8s.io/nginx-slim:0.21")
    );
    state.reduce(run("kubectl rollout undo statefulset/web --to-revision=1"));
    settle(&mut state);
    assert_eq!(letters(&state), "AAA");
}

#[test]
fn a_claim_is_kept_when_its_pod_is_scaled_away() {
    let state = after(&[Action::Apply, run("kubectl scale statefulset web --replicas=1")]);
    let set = state.views.sets.first().expect("the set is there");
    let kept: Vec<_> =
        set.slots.iter().flat_map(|slot| slot.kept.iter().map(|claim| claim.name.as_str())).collect();
    assert_eq!(kept, ["www-web-1"]);
}

#[test]
fn stepping_shows_each_change_and_can_be_taken_back() {
    let mut state = State::default();
    state.reduce(Action::Apply);
    let before = (state.cluster.now(), state.cluster.event_log().count());
    state.reduce(Action::Step(Stride::Change));
    assert!(!state.clock.is_playing);
    assert!(state.cluster.event_log().count() > before.1);
    state.reduce(Action::StepBack(Stride::Change));
    assert_eq!((state.cluster.now(), state.cluster.event_log().count()), before);
}

#[test]
fn playing_passes_time_at_the_speed() {
    let mut state = State::default();
    state.reduce(Action::Apply);
    state.reduce(Action::Speed(10.0));
    state.reduce(Action::Advance(50.0));
    assert_eq!(state.cluster.now().ms(), 500);
    state.reduce(Action::TogglePlay);
    state.reduce(Action::Advance(50.0));
    assert_eq!(state.cluster.now().ms(), 500);
}

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
fn files_are_renamed_closed_and_brought_back() {
    let mut state = State::default();
    state.reduce(Action::NewTab);
    state.reduce(Action::Edit("kind: Pod\n".to_owned()));
    assert_eq!(state.views.problems.len(), 1);
    state.reduce(Action::RenameTab("manifest.yaml".to_owned(), "pod.yaml".to_owned()));
    assert_eq!(state.files.tabs, ["web.yaml", "pod.yaml"]);
    assert_eq!(state.files.text("pod.yaml"), "kind: Pod\n");
    state.reduce(Action::CloseTab("pod.yaml".to_owned()));
    assert_eq!(state.files.tabs, ["web.yaml"]);
    state.reduce(Action::Undo);
    assert_eq!(state.files.text("pod.yaml"), "kind: Pod\n");
    state.reduce(Action::RenameTab("pod.yaml".to_owned(), "web.yaml".to_owned()));
    assert!(state.notice.is_some());
}

#[test]
fn a_new_cluster_can_be_taken_back() {
    let mut state = after(&[Action::Apply]);
    let hash = state.cluster.event_log().hash();
    state.reduce(Action::Reset);
    assert!(state.views.sets.is_empty());
    assert_eq!(state.files.open, "web.yaml");
    state.reduce(Action::Undo);
    assert_eq!(state.cluster.event_log().hash(), hash);
    assert_eq!(state.views.sets.len(), 1);
}

#[test]
fn a_deleted_pod_comes_back_and_the_cluster_settles() {
    let state = after(&[Action::Apply, run("kubectl delete pod web-0")]);
    assert!(!is_busy(&state));
    assert_eq!(state.cluster.next_due(), None, "{:?}", state.views.sets.first().map(|set| &set.why));
    assert_eq!(state.views.sets.first().map(|set| set.ready), Some(2));
}

#[test]
fn a_diff_shows_what_applying_would_change_and_changes_nothing() {
    let mut state = after(&[Action::Apply]);
    let hash = state.cluster.event_log().hash();
    let text = state.files.text("web.yaml").replace("replicas: 2", "replicas: 4");
    state.reduce(Action::Edit(text));
    state.reduce(Action::Diff);
    let diff = state.diff.as_ref().expect("a diff is shown");
    assert_eq!(
        diff.objects.iter().map(|object| object.title.as_str()).collect::<Vec<_>>(),
        ["statefulset/web"]
    );
    assert_eq!(state.cluster.event_log().hash(), hash);
}

#[test]
fn an_edit_opens_a_text_and_takes_it_back() {
    let mut state = after(&[Action::Apply, run("kubectl edit statefulset web")]);
    assert!(state.files.shows_edit);
    let id = state.editing_terminal().expect("an edit waits");
    let text = state
        .cluster
        .terminal(id)
        .and_then(crate::cluster::Terminal::pending_edit)
        .expect("it has a text")
        .text
        .clone();
    state.reduce(Action::Edit(text.replace("replicas: 2", "replicas: 3")));
    state.reduce(Action::EndEdit(true));
    settle(&mut state);
    assert_eq!(state.views.sets.first().map(|set| set.ready), Some(3), "{}", printed(&state));
    assert!(!state.files.shows_edit);
}

#[test]
fn a_daemon_update_that_no_pod_of_gets_ready_is_blocked() {
    let index = EXAMPLES.iter().position(|example| example.file == "daemonset.yaml").expect("it is there");
    let mut state =
        after(&[Action::Example(index), run("kubectl label nodes --all disk=ssd"), Action::Apply]);
    let name = state.views.daemon_sets.first().expect("the set is there").key.name.clone();
    state.reduce(run(&format!("kubectl set image ds/{name} *=registry.k8s.io/nginx-slim:bad")));
    for _ in 0..600 {
        state.reduce(Action::Advance(100.0));
    }
    let set = state.views.daemon_sets.first().expect("the set is there");
    assert_eq!(set.why.tone, Tone::Blocked, "{:?}", set.why);
}

#[test]
fn an_update_that_cannot_start_is_blocked() {
    let bad = run("kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:bad");
    let mut state = State::default();
    state.reduce(Action::Apply);
    settle(&mut state);
    state.reduce(bad);
    for _ in 0..600 {
        state.reduce(Action::Advance(100.0));
    }
    let set = state.views.sets.first().expect("the set is there");
    assert_eq!(set.why.tone, Tone::Blocked, "{:?}", set.why);
}

fn key(kind: crate::api::Kind, name: &str) -> ObjectKey {
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    ObjectKey::new(kind, namespace, name)
}

fn line_shown(state: &State) -> &str {
    let jump = state.files.jump.as_ref().expect("it leads somewhere");
    assert_eq!(jump.file, state.files.open);
    state.files.text(&jump.file).lines().nth(jump.line - 1).expect("there is such a line").trim()
}

#[test]
fn a_field_is_shown_in_the_manifest_that_holds_its_object() {
    use crate::api::Kind;
    let mut state = after(&[Action::Apply, Action::NewTab]);
    assert_ne!(state.files.open, "web.yaml");
    let field = |path: &str| Action::ShowField(key(Kind::StatefulSet, "web"), path.to_owned());
    state.reduce(field("spec.template.spec.containers[0].image"));
    assert_eq!((state.files.open.as_str(), state.page), ("web.yaml", Page::Manifest));
    assert!(line_shown(&state).starts_with("image: "), "{}", line_shown(&state));
    assert!(state.notice.is_none());
    let first = state.files.jump.clone();
    state.reduce(field("spec.template.spec.containers[0].image"));
    assert_ne!(state.files.jump, first, "it is gone to again");
    // What is not there: where it belongs.
    state.reduce(field("spec.updateStrategy.rollingUpdate.partition"));
    assert_eq!(line_shown(&state), "spec:");
    let told = state.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
    assert!(told.contains("its default counts"), "{told}");
}

#[test]
fn an_object_without_a_manifest_is_opened_as_a_copy() {
    use crate::api::Kind;
    let mut state = after(&[run("kubectl create deployment hello --image=hello")]);
    state.reduce(Action::ShowField(key(Kind::Deployment, "hello"), "spec.replicas".to_owned()));
    assert_eq!(state.files.open, "deployment-hello.yaml");
    assert_eq!(line_shown(&state), "replicas: 1");
    let text = state.files.text("deployment-hello.yaml");
    assert!(!text.contains("status:") && !text.contains("resourceVersion"), "{text}");
    assert!(state.views.problems.is_empty(), "{:?}", state.views.problems);
    state.reduce(Action::ShowField(key(Kind::Deployment, "none"), "spec.replicas".to_owned()));
    assert!(state.notice.as_ref().is_some_and(|notice| notice.text.contains("is not there any more")));
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

#[test]
fn what_has_settled_no_longer_runs_until_it_is() {
    let mut state = State::default();
    state.reduce(Action::Apply);
    state.reduce(Action::Settle);
    for _ in 0..400 {
        if !state.is_ticking() {
            break;
        }
        state.reduce(Action::Advance(16.0));
    }
    assert!(state.cluster.next_due().is_none());
    assert_eq!(state.clock.settles_until, None, "the button works again");
}

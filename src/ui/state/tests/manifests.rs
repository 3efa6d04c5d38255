//! Files, diffs, edits, and the way from a reason to its field.

use super::*;

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
    let typed = text.replace("replicas: 2", "replicas: 3");
    state.reduce(Action::Edit(typed.clone()));
    state.reduce(Action::OpenTab("web.yaml".to_owned()));
    assert!(!state.files.shows_edit);
    let stored = crate::ui::persist::to_text(&state);
    let back = crate::ui::persist::from_text(&stored).expect("the text was just written");
    assert!(back.files.shows_edit, "a reload shows what waits");
    assert_eq!(back.files.edit.as_ref(), Some(&typed), "and keeps what was typed");
    state.reduce(Action::ShowEdit);
    assert!(state.files.shows_edit);
    state.reduce(Action::EndEdit(true));
    settle(&mut state);
    assert_eq!(state.views.sets.first().map(|set| set.ready), Some(3), "{}", printed(&state));
    assert!(!state.files.shows_edit);
}

fn key(kind: crate::api::Kind, name: &str) -> ObjectKey {
    let namespace = if kind.is_namespaced() { "default" } else { "" };
    ObjectKey::new(kind, namespace, name)
}

fn line_shown_whole(state: &State) -> &str {
    let jump = state.files.jump.as_ref().expect("it leads somewhere");
    assert_eq!(jump.file, state.files.open);
    state.files.text(&jump.file).lines().nth(jump.at.0 - 1).expect("there is such a line")
}

fn line_shown(state: &State) -> &str {
    line_shown_whole(state).trim()
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
    // Within braces it is the field itself.
    let text = state.files.text("web.yaml");
    let text = text.replace("        image:", "        resources: {requests: {cpu: 1}}\n        image:");
    state.reduce(Action::Edit(text));
    state.reduce(field("spec.template.spec.containers[0].resources.requests.cpu"));
    let (_, column) = state.files.jump.as_ref().expect("it leads there").at;
    let found = line_shown_whole(&state).get(column - 1..).expect("there is such a column");
    assert_eq!(found, "cpu: 1}}");
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

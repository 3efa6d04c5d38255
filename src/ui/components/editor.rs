//! The manifest editor: tabs, the text, what is wrong with it, and what applying it would change.

use std::rc::Rc;

use yew::prelude::*;

use super::code::Code;
use super::diff::Diff;
use super::editor_tabs::EditorTabs;
use super::problems::Problems;
use crate::cluster::Terminal;
use crate::ui::state::files::Jump;
use crate::ui::state::{Action, State, Theme};
use crate::ui::view_model::diff::DiffView;
use crate::ui::view_model::problems::Problem;

#[derive(PartialEq, Properties)]
pub(crate) struct EditorProps {
    tabs: Vec<String>,
    open: String,
    text: String,
    loads: u64,
    problems: Rc<Vec<Problem>>,
    diff: Option<DiffView>,
    /// The place that a person was led to.
    jump: Option<Jump>,
    /// The name of the text that `kubectl edit` wants edited, and whether it is shown.
    edit: Option<String>,
    shows_edit: bool,
    /// Whether the past is shown, in which no commands run.
    is_past: bool,
    theme: Theme,
    on: Callback<Action>,
}

/// What the editor shows of a state.
pub(crate) fn props(state: &State, on: &Callback<Action>) -> EditorProps {
    let terminal = state.editing_terminal().and_then(|id| state.cluster.terminal(id));
    let pending = terminal.and_then(Terminal::pending_edit);
    let text = match pending.as_ref().filter(|_| state.files.shows_edit) {
        Some(pending) => state.files.edit.clone().unwrap_or_else(|| pending.text.clone()),
        None => state.files.text(&state.files.open).to_owned(),
    };
    EditorProps {
        tabs: state.files.tabs.clone(),
        open: state.files.open.clone(),
        text,
        loads: state.files.loads,
        problems: state.views.problems.clone(),
        diff: state.diff.clone(),
        jump: state.files.jump.clone(),
        shows_edit: pending.is_some() && state.files.shows_edit,
        edit: pending.map(|pending| pending.name),
        is_past: state.machine.is_past(),
        theme: state.theme,
        on: on.clone(),
    }
}

#[component]
pub(crate) fn Editor(props: &EditorProps) -> Html {
    // The place of a problem that was clicked, in which file, and how often that was done.
    let problem = use_state(|| None::<(String, (usize, usize), u32)>);
    let on = &props.on;
    let shown = props.edit.as_ref().filter(|_| props.shows_edit);
    let name = shown.unwrap_or(&props.open).clone();
    let on_place = {
        let (problem, name) = (problem.clone(), name.clone());
        Callback::from(move |at: (usize, usize)| {
            let count = problem.as_ref().map_or(0, |(.., count)| count + 1);
            problem.set(Some((name.clone(), at, count)));
        })
    };
    let jump = props.jump.as_ref().filter(|jump| jump.file == name).map(|jump| (jump.at, jump.count));
    let problem = problem.as_ref().filter(|(file, ..)| *file == name).map(|(_, at, count)| (*at, *count));
    let is_off = name.is_empty() || props.is_past;
    let actions = if props.shows_edit {
        html! {
            <>
                <button type="button" class="button is-primary"
                    onclick={on.reform(|_| Action::EndEdit(true))}>{ "Save" }</button>
                <button type="button" class="button"
                    onclick={on.reform(|_| Action::EndEdit(false))}>{ "Cancel" }</button>
            </>
        }
    } else {
        html! {
            <>
                <button type="button" class="button is-primary" title="kubectl apply -f, Ctrl or ⌘ Enter"
                    disabled={is_off}
                    onclick={on.reform(|_| Action::Apply)}>{ "Apply" }</button>
                <button type="button" class="button" title="What applying would change"
                    disabled={is_off}
                    onclick={on.reform(|_| Action::Diff)}>{ "Diff" }</button>
            </>
        }
    };
    html! {
        <section class="panel editor" aria-labelledby="editor-title">
            <div class="panel-bar">
                <h2 id="editor-title"
                    class="hidden">{ if props.shows_edit { "Edit" } else { "Manifest" } }</h2>
                <EditorTabs tabs={props.tabs.clone()} open={props.open.clone()} edit={props.edit.clone()}
                    shows_edit={props.shows_edit} on={on.clone()} />
                <div class="buttons">{ actions }</div>
            </div>
            if name.is_empty() {
                <p class="empty">{ "No file is open. Make one with +, or choose an example." }</p>
            } else {
                <Code key={name.clone()} name={name.clone()} text={props.text.clone()} loads={props.loads}
                    problems={props.problems.clone()}
                    theme={props.theme} places={[problem, jump]} on={on.clone()} />
            }
            <Problems problems={props.problems.clone()} {on_place} />
            if let Some(diff) = &props.diff {
                <Diff diff={diff.clone()} on={on.clone()} />
            }
        </section>
    }
}

//! The terminal: its tabs, what was printed, and the line to type.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::terminal_entry::Entry;
use super::terminal_prompt::PromptLine;
use super::terminal_tabs::TerminalTabs;
use crate::cluster::Terminal;
use crate::ui::state::prompt::Prompt;
use crate::ui::state::screen::{EntryView, TabView};
use crate::ui::state::{Action, State};

/// The log follows what is printed while it is scrolled to within so many pixels of its end.
const FOLLOWS_WITHIN_PX: i32 = 32;
/// Lines that wait and are listed.
const WAITING_SHOWN: usize = 12;

#[derive(PartialEq, Properties)]
pub(crate) struct TerminalProps {
    tabs: Rc<Vec<TabView>>,
    current: u32,
    entries: Rc<Vec<Rc<EntryView>>>,
    takes: Takes,
    folder: String,
    waiting: Vec<String>,
    prompt: Prompt,
    on: Callback<Action>,
}

/// What becomes of a line that is typed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// It runs.
    Command,
    /// It is answered as of the past moment that is shown.
    Question,
    /// It goes on with the one before.
    Rest,
    /// The program that runs reads it.
    Input,
    /// It waits for the one that runs.
    Later,
}

/// What the terminal shows of a state.
pub(crate) fn props(state: &State, on: &Callback<Action>) -> TerminalProps {
    let terminal = state.terminal();
    let takes = match terminal {
        _ if state.machine.is_past() => Takes::Question,
        Some(held) if held.takes_input() => Takes::Input,
        Some(held) if held.is_busy() => Takes::Later,
        Some(held) if held.is_incomplete() => Takes::Rest,
        _ => Takes::Command,
    };
    TerminalProps {
        tabs: state.views.terminals.clone(),
        current: state.tabs.current,
        entries: state.views.entries.clone(),
        takes,
        folder: terminal.map(Terminal::folder).filter(|folder| folder != "~").unwrap_or_default(),
        waiting: state.tabs.waiting(),
        prompt: state.prompt.clone(),
        on: on.clone(),
    }
}

#[component]
pub(crate) fn TerminalPane(props: &TerminalProps) -> Html {
    let log = use_node_ref();
    let follows = use_mut_ref(|| true);
    {
        let (log, follows) = (log.clone(), follows.clone());
        let shown =
            (props.entries.clone(), props.prompt.candidates.len(), props.waiting.len(), props.current);
        let last = use_mut_ref(|| props.current);
        use_effect_with(shown, move |shown| {
            // Another tab begins at its end.
            let is_other = std::mem::replace(&mut *last.borrow_mut(), shown.3) != shown.3;
            if (is_other || *follows.borrow())
                && let Some(log) = log.cast::<Element>()
            {
                log.set_scroll_top(log.scroll_height());
            }
        });
    }
    let on_scroll = {
        let log = log.clone();
        Callback::from(move |_: Event| {
            if let Some(log) = log.cast::<Element>() {
                let rest = log.scroll_height() - log.scroll_top() - log.client_height();
                *follows.borrow_mut() = rest < FOLLOWS_WITHIN_PX;
            }
        })
    };
    html! {
        <section class="panel terminal" aria-labelledby="terminal-title">
            <div class="panel-bar">
                <h2 id="terminal-title" class="panel-title">{ "Terminal" }</h2>
                <TerminalTabs tabs={props.tabs.clone()} current={props.current} on={props.on.clone()} />
            </div>
            <div class="terminal-panel" id="terminal-panel" role="tabpanel"
                aria-labelledby={format!("terminal-tab-{}", props.current)}>
                <div class="log" role="log" aria-live="off" aria-label="Terminal output" tabindex="0"
                    ref={log} onscroll={on_scroll}>
                    if props.entries.is_empty() {
                        <p class="empty">
                        { "Every button of this page runs a kubectl line here. Type your own: " }<code>
                        { "kubectl get all" }</code>{ ", " }
                            <code>{ "kubectl describe sts web" }</code>{ ", " }<code>{ "why sts/web" }</code>
                            { "." }</p>
                    }
                    { for props.entries.iter().map(|entry| html! {
                        <Entry key={format!("{}-{}", entry.id.0, entry.id.1)} entry={entry.clone()} />
                    }) }
                    { for props.waiting.iter().take(WAITING_SHOWN).map(|line| html! {
                        <p class="entry-line is-waiting"><span class="entry-text">{ line }</span>
                            <span class="exit is-running">{ "waits" }</span></p>
                    }) }
                    if !props.waiting.is_empty() {
                        <button type="button" class="button is-small is-drop"
                            onclick={props.on.reform(|_| Action::ForgetWaiting)}>
                            { format!("Drop {} waiting", props.waiting.len()) }</button>
                    }
                </div>
                if !props.prompt.candidates.is_empty() {
                    <p class="candidates"
                        role="status">{ for props.prompt.candidates.iter().map(|word| html! { <span>
                        { word.trim_end() }</span> }) }</p>
                }
                <PromptLine prompt={props.prompt.clone()} takes={props.takes} folder={props.folder.clone()}
                    current={props.current} on={props.on.clone()} />
            </div>
        </section>
    }
}

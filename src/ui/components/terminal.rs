//! The terminal: what was printed, and the line to type.

use std::rc::Rc;

use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::terminal_entry::Entry;
use crate::ui::state::Action;
use crate::ui::state::prompt::Prompt;
use crate::ui::state::views::EntryView;

/// The log follows what is printed while it is scrolled to within so many pixels of its end.
const FOLLOWS_WITHIN_PX: i32 = 32;

#[derive(PartialEq, Properties)]
pub(crate) struct TerminalProps {
    pub(crate) entries: Rc<Vec<Rc<EntryView>>>,
    pub(crate) is_busy: bool,
    pub(crate) prompt: Prompt,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn TerminalPane(props: &TerminalProps) -> Html {
    let log = use_node_ref();
    let follows = use_mut_ref(|| true);
    // After Escape, Tab moves the focus on instead of completing.
    let is_leaving = use_mut_ref(|| false);
    {
        let (log, follows) = (log.clone(), follows.clone());
        use_effect_with((props.entries.clone(), props.prompt.candidates.len()), move |_| {
            if *follows.borrow()
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
    let on_submit = props.on.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Enter
    });
    let on_input = props.on.reform(|event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        Action::Type(input.value())
    });
    let on_key = {
        let (on, is_busy, is_leaving) = (props.on.clone(), props.is_busy, is_leaving.clone());
        Callback::from(move |event: KeyboardEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let has_selection =
                input.selection_start().ok().flatten() != input.selection_end().ok().flatten();
            let leaves = std::mem::replace(&mut *is_leaving.borrow_mut(), event.key() == "Escape");
            let action = match (event.key().as_str(), event.ctrl_key()) {
                ("ArrowUp", false) => Action::Recall(true),
                ("ArrowDown", false) => Action::Recall(false),
                ("Tab", false) if !event.shift_key() && !leaves && !input.value().is_empty() => {
                    let units = input.selection_start().ok().flatten().unwrap_or(u32::MAX);
                    Action::Complete(byte_position(&input.value(), units))
                }
                ("c", true) if is_busy => Action::Interrupt,
                ("c", true) if !has_selection => Action::Type(String::new()),
                ("l", true) => Action::Clear,
                _ => return,
            };
            event.prevent_default();
            on.emit(action);
        })
    };
    html! {
        <section class="panel terminal" aria-labelledby="terminal-title">
            <div class="panel-bar">
                <h2 id="terminal-title" class="panel-title">{ "Terminal" }</h2>
                if props.is_busy {
                    <span class="busy">{ "a command is running" }</span>
                    <button type="button" class="button is-small"
                        onclick={props.on.reform(|_| Action::Interrupt)}>{ "Ctrl-C" }</button>
                }
            </div>
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
            </div>
            if !props.prompt.candidates.is_empty() {
                <p class="candidates"
                    role="status">{ for props.prompt.candidates.iter().map(|word| html! { <span>
                    { word.trim_end() }</span> }) }</p>
            }
            <form class="prompt" onsubmit={on_submit}>
                <span class="prompt-sign" aria-hidden="true">{ "$" }</span>
                <input class="prompt-field" type="text" aria-label="Terminal command"
                    aria-describedby="prompt-keys" autocomplete="off" autocapitalize="off"
                    autocorrect="off" spellcheck="false" enterkeyhint="send" placeholder="kubectl …"
                    value={props.prompt.text.clone()} oninput={on_input} onkeydown={on_key} />
                <span class="hidden"
                    id="prompt-keys">
                    { "Tab completes; Escape, then Tab leaves. Up and down: earlier lines." }</span>
            </form>
        </section>
    }
}

/// The position in bytes of a position in UTF-16 units.
fn byte_position(text: &str, units: u32) -> usize {
    let mut left = usize::try_from(units).unwrap_or(usize::MAX);
    for (at, letter) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(letter.len_utf16());
    }
    text.len()
}

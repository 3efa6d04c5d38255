//! The line to type in the terminal: its sign, its keys, and what becomes of a text with several lines.

use web_sys::{HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::terminal::Takes;
use crate::ui::browser;
use crate::ui::state::Action;
use crate::ui::state::prompt::Prompt;

/// Lines of a recalled text that are shown at once.
const ROWS_MAX: usize = 8;

#[derive(PartialEq, Properties)]
pub(crate) struct PromptLineProps {
    pub(crate) prompt: Prompt,
    pub(crate) takes: Takes,
    pub(crate) folder: String,
    pub(crate) current: u32,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn PromptLine(props: &PromptLineProps) -> Html {
    // After Escape, Tab moves the focus on instead of completing.
    let is_leaving = use_mut_ref(|| false);
    let field = use_node_ref();
    {
        // Another terminal is opened to type in it; the tabs themselves keep the focus.
        let (field, first) = (field.clone(), use_mut_ref(|| props.current));
        use_effect_with(props.current, move |current| {
            let is_other = std::mem::replace(&mut *first.borrow_mut(), *current) != *current;
            let is_on_tab = browser::focused().is_some_and(|focused| focused.has_attribute("aria-selected"));
            if is_other
                && !is_on_tab
                && let Some(field) = field.cast::<HtmlElement>()
            {
                browser::focus(&field);
            }
        });
    }
    {
        // A line that was put in is for the person to look at, and to run.
        let (field, first) = (field.clone(), use_mut_ref(|| props.prompt.proposed));
        use_effect_with(props.prompt.proposed, move |proposed| {
            let is_new = std::mem::replace(&mut *first.borrow_mut(), *proposed) < *proposed;
            if is_new && let Some(field) = field.cast::<HtmlElement>() {
                browser::focus(&field);
            }
        });
    }
    let on_submit = props.on.reform(|event: SubmitEvent| {
        event.prevent_default();
        Action::Enter
    });
    let on_input = props.on.reform(|event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        // What is pasted runs line by line, and so does what a screen's keyboard ends.
        let ends_lines = ["insertFromPaste", "insertFromDrop", "insertLineBreak"];
        if ends_lines.contains(&event.input_type().as_str()) && text.contains('\n') {
            Action::Paste(text)
        } else {
            Action::Type(text)
        }
    });
    let on_key = {
        let (on, takes, is_leaving) = (props.on.clone(), props.takes, is_leaving.clone());
        let is_recalled = props.prompt.is_recalled();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(action) = action_of(&event, takes, is_recalled, &mut is_leaving.borrow_mut()) {
                event.prevent_default();
                if action == Action::Enter {
                    // The next letter may come before the page is drawn again.
                    event.target_unchecked_into::<HtmlTextAreaElement>().set_value("");
                }
                on.emit(action);
            }
        })
    };
    let key_button = |action: Action, label: &'static str| {
        let on = props.on.reform(move |_| action.clone());
        html! { <button type="button" class="button is-small" onclick={on}>{ label }</button> }
    };
    let rows = props.prompt.text.split('\n').count().min(ROWS_MAX).to_string();
    let (sign, placeholder) = match props.takes {
        Takes::Command => ("$", "kubectl …"),
        Takes::Question => ("$", "kubectl get, describe, why … as of this moment"),
        Takes::Rest => (">", "the rest of the line"),
        Takes::Input => ("", "input for what runs"),
        Takes::Later => ("…", "runs when this has ended"),
    };
    html! {
        <form class="prompt" onsubmit={on_submit}>
            if !props.folder.is_empty() && props.takes == Takes::Command {
                <span class="prompt-folder">{ &props.folder }</span>
            }
            <span class="prompt-sign" aria-hidden="true">{ sign }</span>
            <textarea class="prompt-field" aria-label="Terminal command" ref={field} {rows} wrap="off"
                aria-describedby="prompt-keys" autocomplete="off" autocapitalize="off"
                autocorrect="off" spellcheck="false" enterkeyhint="send" {placeholder}
                value={props.prompt.text.clone()} oninput={on_input} onkeydown={on_key} />
            if props.takes == Takes::Input {
                { key_button(Action::EndInput, "Ctrl-D") }
            }
            if !matches!(props.takes, Takes::Command | Takes::Question) {
                { key_button(Action::Interrupt, "Ctrl-C") }
            }
            <span class="hidden"
                id="prompt-keys">
                { "Tab completes; Escape, then Tab leaves. Up and down: earlier lines." }</span>
        </form>
    }
}

fn action_of(
    event: &KeyboardEvent,
    takes: Takes,
    is_recalled: bool,
    is_leaving: &mut bool,
) -> Option<Action> {
    let field: HtmlTextAreaElement = event.target_unchecked_into();
    let text = field.value();
    let at = |units: Option<u32>| byte_position(&text, units.unwrap_or(u32::MAX));
    let (start, end) = (at(field.selection_start().ok().flatten()), at(field.selection_end().ok().flatten()));
    let leaves = std::mem::replace(is_leaving, event.key() == "Escape");
    let is_first = !text.get(..start).unwrap_or_default().contains('\n');
    let is_last = !text.get(end..).unwrap_or_default().contains('\n');
    Some(match (event.key().as_str(), event.ctrl_key()) {
        ("Enter", false) if !event.shift_key() && !event.is_composing() => Action::Enter,
        // Within a text of several lines the arrows move the cursor, unless one looks for an earlier line.
        ("ArrowUp", false) if is_first || is_recalled => Action::Recall(true),
        ("ArrowDown", false) if is_last || is_recalled => Action::Recall(false),
        ("Tab", false) if !event.shift_key() && !leaves && !text.is_empty() => Action::Complete(start),
        ("c", true) if matches!(takes, Takes::Input | Takes::Later) || start == end => Action::Interrupt,
        ("d", true) if text.is_empty() => Action::EndInput,
        ("l", true) => Action::Clear,
        _ => return None,
    })
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

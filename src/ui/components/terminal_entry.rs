//! One line of the terminal and what it printed.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::state::views::EntryView;

#[derive(PartialEq, Properties)]
pub(crate) struct EntryProps {
    pub(crate) entry: Rc<EntryView>,
}

#[component]
pub(crate) fn Entry(props: &EntryProps) -> Html {
    let entry = &props.entry;
    let failed = entry.exit.filter(|code| *code != 0);
    html! {
        <div class="entry">
            <p class="entry-line">
                <span class="prompt-sign" aria-hidden="true">{ "$" }</span>
                <span class="entry-text">{ &entry.line }</span>
                if let Some(code) = failed {
                    <span class="exit">{ format!("exit {code}") }</span>
                } else if entry.exit.is_none() {
                    <span class="exit is-running">{ "running" }</span>
                }
            </p>
            { for entry.chunks.iter().map(|(is_err, text)| html! {
                <pre class={classes!("output", is_err.then_some("err"))}>
                { text.strip_suffix('\n').unwrap_or(text) }</pre>
            }) }
            if let Some(hint) = &entry.hint {
                <p class="hint"><span class="hint-by">{ "sandbox" }</span>{ hint }</p>
            }
        </div>
    }
}

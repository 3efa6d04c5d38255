//! One line of the terminal and what it printed.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::state::screen::EntryView;

#[derive(PartialEq, Properties)]
pub(crate) struct EntryProps {
    pub(crate) entry: Rc<EntryView>,
}

#[component]
pub(crate) fn Entry(props: &EntryProps) -> Html {
    let entry = &props.entry;
    let failed = entry.exit.filter(|code| *code != 0);
    let (line, rest) = entry.line.split_once('\n').unwrap_or((&entry.line, ""));
    html! {
        <div class="entry">
            <p class="entry-line">
                <span class="prompt-sign" aria-hidden="true">{ "$" }</span>
                <span class="entry-text">{ line }</span>
                if let Some(code) = failed {
                    <span class="exit">{ format!("exit {code}") }</span>
                } else if entry.exit.is_none() && !entry.is_open {
                    <span class="exit is-running">{ "running" }</span>
                }
            </p>
            if line.len() < entry.line.len() {
                { for rest.split('\n').map(|line| html! {
                    <p class="entry-line">
                        <span class="prompt-sign" aria-hidden="true">{ ">" }</span>
                        <span class="entry-text">{ line }</span>
                    </p>
                }) }
            }
            if entry.chunks.iter().map(|(_, text)| text.len()).sum::<usize>() < entry.bytes {
                <p class="exit">{ "what came before is not shown" }</p>
            }
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

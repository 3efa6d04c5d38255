//! What applying the open manifest would change. This is the sandbox's own view, not kubectl's.

use yew::prelude::*;

use crate::ui::state::Action;
use crate::ui::view_model::diff::{DiffLine, DiffView, ObjectDiff};

#[derive(PartialEq, Properties)]
pub(crate) struct DiffProps {
    pub(crate) diff: DiffView,
    pub(crate) on: Callback<Action>,
}

/// A line with its sign.
pub(crate) fn diff_line(line: &DiffLine) -> Html {
    let (class, mark, text) = match line {
        DiffLine::Same(text) => ("", " ", text.as_str()),
        DiffLine::Removed(text) => ("is-removed", "-", text.as_str()),
        DiffLine::Added(text) => ("is-added", "+", text.as_str()),
        DiffLine::Gap => ("is-gap", "", "⋯"),
    };
    html! { <span class={classes!("diff-line", class)}>{ mark }{ text }{ "\n" }</span> }
}

fn object(object: &ObjectDiff) -> Html {
    let what = if object.is_new { "would be created" } else { "would change" };
    html! {
        <details class="diff-object" open={!object.is_new} key={object.title.clone()}>
            <summary><strong>{ &object.title }</strong>{ " " }{ what }</summary>
            <pre class="diff-text" tabindex="0">{ for object.lines.iter().map(diff_line) }</pre>
        </details>
    }
}

#[component]
pub(crate) fn Diff(props: &DiffProps) -> Html {
    let diff = &props.diff;
    html! {
        <section class="diff" aria-label="What applying would change">
            <div class="panel-bar">
                <h3 class="problems-title">{ format!("Applying {}: the sandbox's own view", diff.file) }</h3>
                <button type="button" class="button"
                    onclick={props.on.reform(|_| Action::CloseDiff)}>{ "Close" }</button>
            </div>
            if !diff.refused.is_empty() {
                <pre class="err" tabindex="0">{ &diff.refused }</pre>
            } else if diff.objects.is_empty() {
                <p class="empty">{ "Nothing would change." }</p>
            }
            { for diff.objects.iter().map(object) }
        </section>
    }
}

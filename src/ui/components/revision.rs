//! The badge of a revision: its letter on its pattern.

use yew::prelude::*;

use crate::ui::view_model::revisions::RevisionMark;

/// The class of a revision's pattern.
pub(crate) fn pattern(mark: Option<&RevisionMark>) -> String {
    mark.map_or_else(|| "pattern-none".to_owned(), |mark| format!("pattern-{}", mark.pattern))
}

/// The badge, or a dash.
pub(crate) fn badge(mark: Option<&RevisionMark>) -> Html {
    match mark {
        Some(mark) => html! {
            <span class={classes!("badge", pattern(Some(mark)))}><span
                class="badge-letter">{ &mark.letter }</span></span>
        },
        None => html! { <span class="badge is-none">{ "–" }</span> },
    }
}

//! The one sentence that says why an object is as it is.

use yew::prelude::*;

use crate::ui::view_model::why::{Tone, WhyView};

#[derive(PartialEq, Properties)]
pub(crate) struct WhyProps {
    pub(crate) why: WhyView,
}

#[component]
pub(crate) fn Why(props: &WhyProps) -> Html {
    let why = &props.why;
    let mark = match why.tone {
        Tone::Settled => html! { <path d="M3 8.5l3.2 3.2L13 5" class="mark-line" /> },
        Tone::Working => html! { <path d="M4 3l8 5-8 5z" class="mark-fill mark-line" /> },
        Tone::Waiting => html! {
            <>
                <circle cx="8" cy="8" r="6.2" class="mark-line" />
                <path d="M8 4.2V8l2.6 1.7" class="mark-line" />
            </>
        },
        Tone::Blocked => html! {
            <>
                <circle cx="8" cy="8" r="6.2" class="mark-line" />
                <path d="M4 8h8" class="mark-line mark-thick" />
            </>
        },
    };
    html! {
        <div class={classes!("why", why.tone.class())}>
            <p class="why-line">
                <svg class="mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{ mark }</svg>
                <strong>{ why.tone.word() }</strong>
                <span class="why-sentence">{ &why.sentence }</span>
            </p>
            if !why.facts.is_empty() {
                <dl class="facts">
                    { for why.facts.iter().map(|(fact, value)| html! {
                        <div><dt>{ fact }</dt><dd>{ value }</dd></div>
                    }) }
                </dl>
            }
        </div>
    }
}

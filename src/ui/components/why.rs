//! Why an object is as it is: one sentence on its strip, and all that is known in the inspector.

use yew::prelude::*;

use crate::ui::state::Action;
use crate::ui::view_model::why::{FieldView, MendView, ReasonsView, Tone, WhyView};

#[derive(PartialEq, Properties)]
pub(crate) struct WhyProps {
    pub(crate) why: WhyView,
}

#[component]
pub(crate) fn Why(props: &WhyProps) -> Html {
    let why = &props.why;
    html! { <div class={classes!("why", why.tone.class())}>{ sentence(why) }</div> }
}

fn sentence(why: &WhyView) -> Html {
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
        <p class="why-line">
            <svg class="mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{ mark }</svg>
            <strong>{ why.tone.word() }</strong>
            <span class="why-sentence">{ &why.sentence }</span>
        </p>
    }
}

#[derive(PartialEq, Properties)]
pub(crate) struct ReasonsProps {
    pub(crate) reasons: ReasonsView,
    pub(crate) on: Callback<Action>,
}

/// The sentence, what mends it, the rule with its facts, and who decided.
#[component]
pub(crate) fn Reasons(props: &ReasonsProps) -> Html {
    let (reasons, on) = (&props.reasons, &props.on);
    html! {
        <section class={classes!("why", "reasons", reasons.why.tone.class())} aria-label="Why">
            { sentence(&reasons.why) }
            if !reasons.mends.is_empty() {
                <h3>{ if reasons.why.tone == Tone::Blocked { "What mends it" } else { "What you can do" } }</h3>
                <ul class="mends">{ for reasons.mends.iter().map(|view| mend(view, on)) }</ul>
            }
            <h3>{ "The rule" }</h3>
            <p class="rule">{ reasons.rule }</p>
            if let Some((page, words)) = &reasons.page {
                // In a tab of its own: a frame around this page would lose the session.
                <p class="rule"><a class="doc-link" href={page.clone()} target="_blank" rel="noopener noreferrer">
                    { format!("Kubernetes documentation, {words}") }</a></p>
            }
            <dl class="facts">
                { row("verdict", html! { reasons.name }) }
                { row("decided by", html! { &reasons.decided }) }
                if let Some(field) = &reasons.field {
                    { row("field", field_button(field, on)) }
                }
                if let Some((key, name)) = &reasons.held_up_by {
                    { row("look at", select_button(key, name, on)) }
                }
                { for reasons.facts.iter().map(|(fact, value)| row(fact, html! { value })) }
                { for reasons.also.iter().map(|(by, sentence)| row(by, html! { sentence })) }
            </dl>
        </section>
    }
}

fn row(name: &str, value: Html) -> Html {
    html! { <div><dt>{ name.to_owned() }</dt><dd>{ value }</dd></div> }
}

fn field_button(field: &FieldView, on: &Callback<Action>) -> Html {
    let (object, path) = (field.object.clone(), field.path.clone());
    let show = on.reform(move |_| Action::ShowField(object.clone(), path.clone()));
    html! {
        <button type="button" class="link field-link" title="Show it in the manifest"
            onclick={show}>{ &field.words }</button>
    }
}

fn select_button(key: &crate::api::ObjectKey, name: &str, on: &Callback<Action>) -> Html {
    let key = key.clone();
    html! {
        <button type="button" class="link field-link"
            onclick={on.reform(move |_| Action::Select(Some(key.clone())))}>{ name.to_owned() }</button>
    }
}

fn mend(view: &MendView, on: &Callback<Action>) -> Html {
    html! {
        <li>
            <span>{ &view.words }</span>
            if let Some(line) = &view.line {
                { propose_button(line, on) }
            } else if let Some(field) = &view.field {
                { field_button(field, on) }
            }
        </li>
    }
}

fn propose_button(line: &str, on: &Callback<Action>) -> Html {
    let proposed = line.to_owned();
    let is_own = Action::Run(line.to_owned()).is_sandbox_command();
    html! {
        <button type="button" class="propose" title="Put it into the terminal, to run it there"
            onclick={on.reform(move |_| Action::Propose(proposed.clone()))}>
            <code>{ line.to_owned() }</code>
            if is_own {
                <span class="own">{ "sandbox" }</span>
            }
        </button>
    }
}

//! What a person is told: a notice with its undo, a stored text that could not be read, and the cluster in
//! one sentence for those who listen.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::ui::browser;
use crate::ui::state::Action;

/// Sentences come at most this often.
const ANNOUNCE_EVERY_MS: f64 = 3_000.0;

#[derive(PartialEq, Properties)]
pub(crate) struct NoticeProps {
    pub(crate) text: Option<String>,
    pub(crate) can_undo: bool,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn NoticeBar(props: &NoticeProps) -> Html {
    let shown = props.text.is_some();
    html! {
        <section class={classes!("notice", shown.then_some("is-shown"))} aria-label="Notice">
            <p role="status">{ props.text.clone().unwrap_or_default() }</p>
            if shown {
                if props.can_undo {
                    <button type="button" class="button"
                        onclick={props.on.reform(|_| Action::Undo)}>{ "Undo" }</button>
                }
                <button type="button" class="button"
                    onclick={props.on.reform(|_| Action::Dismiss)}>{ "Dismiss" }</button>
            }
        </section>
    }
}

#[derive(PartialEq, Properties)]
pub(crate) struct AnnouncerProps {
    pub(crate) text: String,
}

/// Says the newest sentence, at most one every few seconds.
#[component]
pub(crate) fn Announcer(props: &AnnouncerProps) -> Html {
    let said = use_state(String::new);
    let last = use_mut_ref(|| f64::NEG_INFINITY);
    {
        let said = said.clone();
        use_effect_with(props.text.clone(), move |text| {
            let wait = (*last.borrow() + ANNOUNCE_EVERY_MS - browser::now_ms()).max(150.0);
            let text = text.clone();
            let timeout = (*said != text && browser::document().is_some()).then(|| {
                Timeout::new(whole_ms(wait), move || {
                    *last.borrow_mut() = browser::now_ms();
                    said.set(text);
                })
            });
            move || drop(timeout)
        });
    }
    html! { <p class="hidden" role="status">{ (*said).clone() }</p> }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 150 and 3000")]
fn whole_ms(ms: f64) -> u32 {
    ms.clamp(0.0, ANNOUNCE_EVERY_MS) as u32
}

#[derive(PartialEq, Properties)]
pub(crate) struct BrokenProps {
    pub(crate) text: Option<String>,
    pub(crate) on: Callback<Action>,
}

/// Offers the stored text that could not be read.
#[component]
pub(crate) fn Broken(props: &BrokenProps) -> Html {
    let Some(text) = &props.text else { return Html::default() };
    let address = format!("data:text/plain;charset=utf-8,{}", browser::percent_encoded(text));
    html! {
        <section class="broken" aria-label="Stored text that could not be read">
            <p>{ "The page that was stored in this browser could not be read; this is a new cluster. The stored text is kept:" }</p>
            <textarea readonly=true rows="2" aria-label="Stored text" value={text.clone()}
                spellcheck="false" />
            <div class="buttons">
                <a class="button" href={address} download="kubesets.txt">{ "Download" }</a>
                <button type="button" class="button"
                    onclick={props.on.reform(|_| Action::ForgetBroken)}>{ "Discard" }</button>
            </div>
        </section>
    }
}

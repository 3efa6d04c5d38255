//! The page's head: its name, examples, colours, help and a new cluster.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::help::Help;
use super::icons::logo;
use crate::ui::examples::EXAMPLES;
use crate::ui::state::{Action, Theme};

#[derive(PartialEq, Properties)]
pub(crate) struct HeaderProps {
    pub(crate) theme: Theme,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let on_example = {
        let on = props.on.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Ok(index) = select.value().parse() {
                on.emit(Action::Example(index));
            }
            select.set_value("");
        })
    };
    let on_theme = {
        let on = props.on.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            on.emit(Action::Theme(Theme::of(&select.value())));
        })
    };
    let theme = props.theme.word();
    html! {
        <header class="head">
            { logo() }
            <h1 class="head-name">{ "kubesets" }</h1>
            <p class="head-about">{ "A Kubernetes v1.36 cluster in this tab" }</p>
            <div class="head-actions">
                <label class="field">
                    <span class="field-label">{ "Examples" }</span>
                    <select class="select" onchange={on_example}>
                        <option value="" selected=true>{ "Open a manifest…" }</option>
                        { for EXAMPLES.iter().enumerate().map(|(index, example)| html! {
                            <option value={index.to_string()} title={example.about}>
                                { format!("{} · {}", example.file, example.title) }
                            </option>
                        }) }
                    </select>
                </label>
                <label class="field">
                    <span class="field-label">{ "Theme" }</span>
                    <select class="select" onchange={on_theme}>
                        { for Theme::ALL.iter().map(|(_, word)| html! {
                            <option value={*word} selected={*word == theme}>{ *word }</option>
                        }) }
                    </select>
                </label>
                <button type="button" class="button"
                    onclick={props.on.reform(|_| Action::Reset)}>{ "New cluster" }</button>
                <Help />
            </div>
        </header>
    }
}

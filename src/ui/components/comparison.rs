//! Two runs beside each other.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::icons::shape;
use super::scrubber::{STEP_MS, last_step};
use super::timeline::Drawing;
use crate::sim::Time;
use crate::ui::comparison::CompareAction;
use crate::ui::comparison::presets::PRESETS;
use crate::ui::state::Action;
use crate::ui::view_model::comparison::{CompareView, SideView};
use crate::ui::view_model::summary::clock;

#[derive(PartialEq, Properties)]
pub(crate) struct CompareProps {
    pub(crate) view: Option<Rc<CompareView>>,
    /// The file that can be tried, when one is open.
    pub(crate) file: String,
    /// The branches of the session, and whether each is shown.
    pub(crate) branches: Vec<(String, bool)>,
    pub(crate) on: Callback<Action>,
}

fn act(on: &Callback<Action>, action: CompareAction) -> Callback<MouseEvent> {
    on.reform(move |_| Action::Compare(action))
}

#[component]
pub(crate) fn Compare(props: &CompareProps) -> Html {
    match &props.view {
        Some(view) => html! { <Sides view={view.clone()} on={props.on.clone()} /> },
        None => choices(props),
    }
}

/// What can be compared.
fn choices(props: &CompareProps) -> Html {
    let on = &props.on;
    let others = props.branches.iter().enumerate().filter(|(_, (_, is_shown))| !is_shown);
    html! {
        <div class="compare-choices">
            <p class="note">{ "Two runs from the same start with one difference, beside each other. Your own cluster is left alone." }</p>
            <ul>
                { for PRESETS.iter().enumerate().map(|(index, preset)| html! {
                    <li key={preset.title}>
                        <button type="button" class="button"
                            onclick={act(on, CompareAction::Preset(index))}>{ preset.title }</button>
                        <span class="note">{ preset.about }</span>
                    </li>
                }) }
                if !props.file.is_empty() {
                    <li>
                        <button type="button" class="button" onclick={act(on, CompareAction::File)}>{
                            format!("What applying {} would do", props.file) }</button>
                        <span class="note">{ "This cluster as it goes on, and after applying the open file" }</span>
                    </li>
                }
                { for others.map(|(index, (name, _))| html! {
                    <li key={name.clone()}>
                        <button type="button" class="button" onclick={act(on, CompareAction::Branch(index))}>{
                            format!("This branch and {}", name.split(',').next().unwrap_or(name)) }</button>
                    </li>
                }) }
            </ul>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct SidesProps {
    view: Rc<CompareView>,
    on: Callback<Action>,
}

#[component]
fn Sides(props: &SidesProps) -> Html {
    let (view, on) = (&props.view, &props.on);
    let (from, at, end) = view.span;
    let seek = on.reform(|event: InputEvent| {
        let ms = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        Action::Compare(CompareAction::Seek(Time::from_ms(super::scrubber::whole(ms))))
    });
    let on_seek = on.reform(|at: Time| Action::Compare(CompareAction::Seek(at)));
    let is_end = at >= end;
    html! {
        <section class="compare" aria-label="Comparison">
            <div class="compare-bar">
                <h2 class="panel-title">{ &view.title }</h2>
                <div class="buttons">
                    <button type="button" class="button" disabled={is_end}
                        onclick={act(on, CompareAction::TogglePlay)}>{
                        if view.is_playing { "Pause both" } else { "Play both" } }</button>
                    <button type="button" class="button" disabled={is_end}
                        onclick={act(on, CompareAction::Step)}>{ "Step both ▸" }</button>
                    <button type="button" class="button"
                        onclick={act(on, CompareAction::Seek(from))}>{ "From the start" }</button>
                    <button type="button" class="button"
                        onclick={act(on, CompareAction::Seek(end))}>{ "To the end" }</button>
                    <button type="button" class="button"
                        onclick={act(on, CompareAction::Close)}>{ "Close" }</button>
                </div>
                <input type="range" class="range" aria-label="Moment of both runs" min={from.ms().to_string()}
                    max={last_step(from, end).to_string()} step={STEP_MS.to_string()}
                    value={at.ms().to_string()}
                    aria-valuetext={format!("{} of {}", clock(at), clock(end))} oninput={seek} />
                <time>{ clock(at) }</time>
            </div>
            <div class="compare-sides">
                { for view.sides.iter().map(|side| html! { <div class="compare-side" key={side.name.clone()}>
                    { self::side(side, &on_seek) }</div> }) }
            </div>
            <div class="table-box" tabindex="0">
                <table class="table">
                    <caption class="hidden">{ "Both runs in figures" }</caption>
                    <thead><tr><th scope="col">{ format!("At {}", clock(at)) }</th>
                        { for view.sides.iter().map(|side| html! { <th scope="col">{ &side.name }</th> }) }
                    </tr></thead>
                    <tbody>{ for view.figures.iter().map(|(name, values)| html! {
                        <tr><th scope="row">{ *name }</th>
                            { for values.iter().map(|value| html! { <td class="is-number">{ value }</td> }) }
                        </tr>
                    }) }</tbody>
                </table>
            </div>
        </section>
    }
}

fn side(side: &SideView, on_seek: &Callback<Time>) -> Html {
    html! {
        <>
            <h3>{ &side.name }</h3>
            <ul class="compare-pods" aria-label={format!("Pods, {}", side.name)}>
                { for side.pods.iter().map(|(name, state, letter)| html! {
                    <li key={name.clone()} class={classes!("compare-pod", state.class())}>
                        { shape(*state) }
                        <span>{ name }</span>
                        <strong>{ letter }</strong>
                    </li>
                }) }
            </ul>
            if let Some(view) = &side.timeline {
                <Drawing view={view.clone()} {on_seek} />
            }
        </>
    }
}

//! The session as a line to scrub on: marks, steps back and forth, the past's banner, branches, undo.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::sim::Time;
use crate::ui::state::Action;
use crate::ui::time_machine::{MarkKind, Stride};
use crate::ui::view_model::scrubber::{MarkView, ScrubberView};
use crate::ui::view_model::summary::clock;

#[derive(PartialEq, Properties)]
pub(crate) struct ScrubberProps {
    pub(crate) view: Rc<ScrubberView>,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Scrubber(props: &ScrubberProps) -> Html {
    let (view, on) = (&props.view, &props.on);
    let seek = on.reform(|event: InputEvent| {
        let ms = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        Action::Seek(Time::from_ms(whole(ms)))
    });
    let act = |action: Action| on.reform(move |_: MouseEvent| action.clone());
    let step = |name: &str, mark: &str, action: Action, is_off: bool| {
        html! {
            <button type="button" class="button is-quiet" aria-label={name.to_owned()} title={name.to_owned()}
                disabled={is_off} onclick={act(action)}>{ mark }</button>
        }
    };
    let is_start = view.at == Time::ZERO;
    let undo = undo_name("Undo", view.undo.as_deref());
    let redo = undo_name("Redo", view.redo.as_deref());
    html! {
        <section class={classes!("scrubber", view.is_past.then_some("is-past"))} aria-label="Session">
            <div class="scrubber-line">
                <div class="buttons">
                    { step("To the command before", "|◂", Action::StepBack(Stride::Command), is_start) }
                    { step("To the visible change before", "◂◂", Action::StepBack(Stride::Visible), is_start) }
                </div>
                <div class="scrub">
                    <svg class="marks" aria-hidden="true">{ for view.marks.iter().map(mark) }</svg>
                    <input type="range" class="range" aria-label="Moment of the session" min="0"
                        max={last_step(Time::ZERO, view.end).to_string()}
                        step={STEP_MS.to_string()} value={view.at.ms().to_string()}
                        aria-valuetext={format!("{} of {}", clock(view.at), clock(view.end))}
                        oninput={seek} />
                </div>
                <div class="buttons">
                    { step("To the next visible change", "▸▸", Action::Step(Stride::Visible), false) }
                    { step("To the next command", "▸|", Action::Step(Stride::Command), !view.is_past) }
                </div>
                <div class="buttons">
                    <button type="button" class="button is-quiet" disabled={view.is_past}
                        title="Pauses and asks which pod changes next"
                        onclick={act(Action::Ask)}>{ "? Predict" }</button>
                    { step(&undo, "↶ Undo", Action::UndoCommand, view.undo.is_none()) }
                    { step(&redo, "↷ Redo", Action::RedoCommand, view.redo.is_none()) }
                </div>
            </div>
            if view.is_past {
                <div class="past">
                    <p role="status">
                        <strong>{ "The past, read-only. " }</strong>
                        { format!("You look at {} of {}.", clock(view.at), clock(view.end)) }
                    </p>
                    <button type="button" class="button is-primary" onclick={act(Action::GoOn)}>{
                        "Go on from here" }</button>
                    <button type="button" class="button" onclick={act(Action::ToPresent)}>{
                        "Back to the present" }</button>
                </div>
            }
            if !view.branches.is_empty() { <Branches view={view.clone()} {on} /> }
            <Moments view={view.clone()} {on} />
        </section>
    }
}

fn undo_name(verb: &str, line: Option<&str>) -> String {
    match line.map(|line| line.lines().next().unwrap_or_default()) {
        Some(line) => format!("{verb}: {line}"),
        None => format!("{verb}: nothing to {}", verb.to_ascii_lowercase()),
    }
}

/// A mark: a shape for each kind, so that colour is not needed to tell them apart.
fn mark(mark: &MarkView) -> Html {
    let (class, shape) = match mark.kind {
        MarkKind::Command => ("mark-command", "M0 1l4 7h-8z"),
        MarkKind::Milestone => ("mark-milestone", "M0 1.5l3.2 3.2L0 7.9l-3.2-3.2z"),
        MarkKind::Warning => ("mark-warning", "M-1 0h2v5.4h-2zM-1 6.6h2v2h-2z"),
    };
    let place = format!("{}.{}%", mark.place / 10, mark.place % 10);
    html! {
        <svg x={place} y="1" overflow="visible" class={class}>
            <path d={shape} /><title>{ &mark.text }</title>
        </svg>
    }
}

#[component]
fn Branches(props: &ScrubberProps) -> Html {
    let (view, on) = (&props.view, &props.on);
    let choose = on.reform(|event: Event| {
        let select = event.target_unchecked_into::<HtmlSelectElement>();
        Action::SwitchBranch(usize::try_from(select.selected_index()).unwrap_or_default())
    });
    let current = view.branches.iter().position(|(_, is_current)| *is_current).unwrap_or_default();
    html! {
        <div class="branches">
            <label>{ "Branch " }
                <select class="select" onchange={choose}>
                    { for view.branches.iter().enumerate().map(|(index, (name, is_current))| html! {
                        <option key={index} selected={*is_current}>{ name }</option>
                    }) }
                </select>
            </label>
            { for (0..view.branches.len()).filter(|index| *index != current).map(|index| html! {
                <button key={index} type="button" class="button is-quiet"
                    onclick={on.reform(move |_: MouseEvent| Action::ForgetBranch(index))}>
                    { format!("Forget {}", short(&view.branches[index].0)) }</button>
            }) }
        </div>
    }
}

fn short(name: &str) -> &str {
    name.split(',').next().unwrap_or(name)
}

/// The marks in words, each a way to its moment.
#[component]
fn Moments(props: &ScrubberProps) -> Html {
    let (view, on) = (&props.view, &props.on);
    if view.listed.is_empty() {
        return Html::default();
    }
    html! {
        <details class="moments">
            <summary>{ format!("Moments ({})", view.listed.len()) }</summary>
            <ol>
                { for view.listed.iter().enumerate().map(|(index, moment)| {
                    let at = moment.at;
                    let class = classes!("moment", moment.is_past.then_some("is-later"));
                    html! {
                        <li key={index}>
                            <button type="button" {class}
                                onclick={on.reform(move |_: MouseEvent| Action::Seek(at))}>
                                <time>{ clock(at) }</time>
                                <span class="moment-kind">{ moment.kind.word() }</span>
                                <span class="moment-text">{ &moment.text }</span>
                            </button>
                        </li>
                    }
                }) }
            </ol>
        </details>
    }
}

/// How far apart the moments of a slider are, in milliseconds.
pub(super) const STEP_MS: u64 = 100;

/// A slider's last moment: the first of its steps at the end or beyond, as it stops at steps alone.
pub(super) fn last_step(from: Time, end: Time) -> u64 {
    from.ms() + (end - from).ms().div_ceil(STEP_MS).max(1) * STEP_MS
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
pub(super) fn whole(ms: f64) -> u64 {
    ms.clamp(0.0, 1e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_reaches_the_end() {
        let last = |from, end| last_step(Time::from_ms(from), Time::from_ms(end));
        assert_eq!((last(0, 13_340), last(50, 13_340), last(0, 200)), (13_400, 13_350, 200));
    }
}

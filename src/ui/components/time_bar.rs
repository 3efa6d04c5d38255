//! Play, step, speed, and the simulated clock.

use yew::prelude::*;

use crate::sim::Time;
use crate::ui::state::time::SPEEDS;
use crate::ui::state::{Action, State};
use crate::ui::time_machine::Stride;
use crate::ui::view_model::summary::clock;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Something, at this instant.
    Due(Time),
    /// Nothing, but the picture has not come to rest yet.
    Drawing,
    /// Nothing.
    Nothing,
}

impl Next {
    /// What comes next in a state.
    pub(crate) fn of(state: &State) -> Self {
        match state.cluster.next_due() {
            Some(due) => Self::Due(due),
            None if state.is_behind() => Self::Drawing,
            None => Self::Nothing,
        }
    }
}

#[derive(PartialEq, Properties)]
pub(crate) struct TimeBarProps {
    pub(crate) is_playing: bool,
    pub(crate) is_settling: bool,
    pub(crate) speed: f64,
    pub(crate) now: Time,
    pub(crate) next: Next,
    pub(crate) can_go_back: bool,
    pub(crate) on: Callback<Action>,
}

/// The action of a key pressed on the stage or the time bar.
pub(crate) fn time_key(event: &KeyboardEvent, is_on_button: bool) -> Option<Action> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    match event.key().as_str() {
        " " if !is_on_button => Some(Action::TogglePlay),
        "." => Some(Action::Step(Stride::Change)),
        "," => Some(Action::StepBack(Stride::Change)),
        ">" => Some(Action::Step(Stride::Visible)),
        "<" => Some(Action::StepBack(Stride::Visible)),
        _ => None,
    }
}

fn pace(props: &TimeBarProps) -> String {
    match props.next {
        Next::Drawing => "Nothing is due; the last changes are being drawn".to_owned(),
        Next::Nothing => "Settled: nothing is due, time stands still".to_owned(),
        Next::Due(_) if props.is_settling => "Running until nothing is due".to_owned(),
        Next::Due(due) if due.ms() <= props.now.ms() => "Next: now".to_owned(),
        Next::Due(due) => {
            let tenths = (due - props.now).ms().div_ceil(100);
            format!("Next in {}.{} s", tenths / 10, tenths % 10)
        }
    }
}

#[component]
pub(crate) fn TimeBar(props: &TimeBarProps) -> Html {
    let act = |action: Action| props.on.reform(move |_: MouseEvent| action.clone());
    let on_key = {
        let on = props.on.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(action) = time_key(&event, true) {
                event.prevent_default();
                on.emit(action);
            }
        })
    };
    let is_idle = !matches!(props.next, Next::Due(_));
    let (play, play_mark) =
        if props.is_playing { ("Pause", "M4 3h3v10H4zM9 3h3v10H9z") } else { ("Play", "M4 2.5v11l9-5.5z") };
    let rest = if is_idle { "is-idle" } else { "" };
    html! {
        <section class={classes!("time", rest)} aria-label="Simulated time" onkeydown={on_key}>
            <button type="button"
                class={classes!("button", "is-play", (!props.is_playing).then_some("is-primary"))}
                onclick={act(Action::TogglePlay)}>
                <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d={play_mark}
                    /></svg>
                { play }
            </button>
            <div class="buttons">
                <button type="button" class="button" aria-label="Step back" disabled={!props.can_go_back}
                    onclick={act(Action::StepBack(Stride::Change))}>{ "◂ Back" }</button>
                <button type="button" class="button" disabled={is_idle}
                    title="Runs until the next change, and pauses"
                    onclick={act(Action::Step(Stride::Change))}>{ "Step ▸" }</button>
                <button type="button" class="button" disabled={is_idle || props.is_settling}
                    onclick={act(Action::Settle)}>{ "Run until settled" }</button>
            </div>
            <fieldset class="speeds">
                <legend class="hidden">{ "Speed" }</legend>
                { for SPEEDS.iter().map(|&(speed, word)| html! {
                    <label class="speed">
                        <input type="radio" name="speed" checked={is_near(speed, props.speed)}
                            onchange={props.on.reform(move |_: Event| Action::Speed(speed))} />
                        <span>{ word }</span>
                    </label>
                }) }
            </fieldset>
            <p class="clock"><span
                class="hidden">{ "Simulated time " }</span><time>{ clock(props.now) }</time></p>
            <p class="pace">{ pace(props) }</p>
        </section>
    }
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

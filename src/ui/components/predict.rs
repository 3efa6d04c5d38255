//! A question before a step, and its answer.

use yew::prelude::*;

use crate::ui::state::Action;
use crate::ui::state::predict::{Choice, Question};

#[derive(PartialEq, Properties)]
pub(crate) struct PredictProps {
    pub(crate) question: Question,
    pub(crate) on: Callback<Action>,
}

fn name(choice: &Choice) -> String {
    match choice {
        Choice::Pod(key) => key.name.clone(),
        Choice::New(of) => format!("a new pod of {}", of.name),
    }
}

#[component]
pub(crate) fn Predict(props: &PredictProps) -> Html {
    let (question, on) = (&props.question, &props.on);
    let (right, happening, pod) = &question.answer;
    let is_answered = question.chosen.is_some();
    html! {
        <section class="predict" aria-label="Prediction">
            <p role="status">
                if let Some(chosen) = question.chosen {
                    <strong>{ if chosen == *right { "Right: " } else { "Not that one: " } }</strong>
                    { format!("{} {}.", pod.name, happening.words()) }
                    if let Some(because) = &question.because {
                        <span class="predict-why">{ format!(" Why: {because}.") }</span>
                    }
                } else {
                    <strong>{ "Which pod changes next?" }</strong>
                }
            </p>
            <div class="buttons">
                { for question.choices.iter().enumerate().map(|(index, choice)| {
                    let mark = match question.chosen {
                        Some(_) if index == *right => Some("is-right"),
                        Some(chosen) if chosen == index => Some("is-wrong"),
                        _ => None,
                    };
                    let guess = on.reform(move |_: MouseEvent| Action::Guess(index));
                    html! {
                        <button key={index} type="button" class={classes!("button", mark)} disabled={is_answered}
                            onclick={guess}>{ name(choice) }</button>
                    }
                }) }
            </div>
            <div class="buttons">
                if is_answered {
                    <button type="button" class="button is-primary"
                        onclick={on.reform(|_: MouseEvent| Action::Ask)}>{ "Ask again" }</button>
                }
                <button type="button" class="button"
                    onclick={on.reform(|_: MouseEvent| Action::EndQuestion)}>{ "Close" }</button>
            </div>
        </section>
    }
}

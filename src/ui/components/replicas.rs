//! How many pods a workload should have: a stepper that runs `kubectl scale`.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::tile::namespace_flag;
use crate::api::ObjectKey;
use crate::ui::state::Action;

/// The stepper offers no more than this; the terminal does.
const REPLICAS_MAX: i64 = 500;

#[derive(PartialEq, Properties)]
pub(crate) struct ReplicasProps {
    pub(crate) workload: ObjectKey,
    pub(crate) replicas: i64,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Replicas(props: &ReplicasProps) -> Html {
    let replicas = props.replicas;
    let scale = {
        let (on, key) = (props.on.clone(), props.workload.clone());
        move |to: i64| {
            let to = to.clamp(0, REPLICAS_MAX);
            if to != replicas {
                let (kind, name, flag) =
                    (key.kind.resource().singular, &key.name, namespace_flag(&key.namespace));
                on.emit(Action::Run(format!("kubectl scale {kind} {name}{flag} --replicas={to}")));
            }
        }
    };
    let by = |step: i64| {
        let scale = scale.clone();
        Callback::from(move |_: MouseEvent| scale(replicas + step))
    };
    let on_change = {
        let (scale, on) = (scale.clone(), props.on.clone());
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let typed = input.value().trim().parse();
            // What the object has is shown until it has another number: what was typed may be refused.
            input.set_value(&replicas.to_string());
            match typed {
                Ok(to) if to > REPLICAS_MAX => on.emit(Action::Tell(format!(
                    "This field takes up to {REPLICAS_MAX}. For more, type: kubectl scale --replicas={to}"
                ))),
                Ok(to) if to >= 0 => scale(to),
                _ => {}
            }
        })
    };
    html! {
        <div class="stepper" role="group" aria-label={format!("Replicas of {}", props.workload.name)}>
            <span class="count-label" aria-hidden="true">{ "REPLICAS" }</span>
            <button type="button" class="step" aria-label="One replica less" disabled={replicas <= 0}
                onclick={by(-1)}>{ "−" }</button>
            <input class="number" type="text" inputmode="numeric" aria-label="Replicas"
                value={replicas.to_string()} onchange={on_change} />
            <button type="button" class="step" aria-label="One replica more" onclick={by(1)}>{ "+" }</button>
        </div>
    }
}

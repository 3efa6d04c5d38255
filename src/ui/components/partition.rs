//! The partition as a number: for those who do not drag.

use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
pub(crate) struct PartitionFieldProps {
    pub(crate) partition: i64,
    pub(crate) name: String,
    pub(crate) on_move: Callback<i64>,
}

#[component]
pub(crate) fn PartitionField(props: &PartitionFieldProps) -> Html {
    let partition = props.partition;
    let by = |step: i64| props.on_move.reform(move |_: MouseEvent| (partition + step).max(0));
    let on_change = {
        let on_move = props.on_move.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let typed = input.value().trim().parse::<i64>();
            // What the object has is shown until it has another number: what was typed may be refused.
            input.set_value(&partition.to_string());
            if let Some(to) = typed.ok().filter(|to| *to >= 0) {
                on_move.emit(to);
            }
        })
    };
    html! {
        <div class="stepper" role="group" aria-label={format!("Partition of {}", props.name)}>
            <span class="count-label" aria-hidden="true">{ "PARTITION" }</span>
            <button type="button" class="step" aria-label="Partition one lower" disabled={partition <= 0}
                onclick={by(-1)}>{ "−" }</button>
            <input class="number" type="text" inputmode="numeric" aria-label="Partition"
                value={partition.to_string()} onchange={on_change} />
            <button type="button" class="step" aria-label="Partition one higher"
                onclick={by(1)}>{ "+" }</button>
        </div>
    }
}

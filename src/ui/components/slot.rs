//! One ordinal of a set: its pod, or the place where it will be or was.

use yew::prelude::*;

use super::icons::{shape, volume};
use super::revision::{badge, pattern};
use crate::ui::state::Action;
use crate::ui::view_model::sets::SlotView;

#[derive(PartialEq, Properties)]
pub(crate) struct SlotProps {
    pub(crate) slot: SlotView,
    /// Whether the partition keeps an update from it.
    pub(crate) is_held: bool,
    pub(crate) is_stop: bool,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Slot(props: &SlotProps) -> Html {
    let (slot, is_stop) = (&props.slot, props.is_stop);
    let ordinal = slot.ordinal.to_string();
    let held = props.is_held.then_some("is-held");
    let Some(tile) = &slot.tile else {
        let kept = slot.kept.first();
        let label = match kept {
            Some(claim) => format!("ordinal {ordinal}, no pod, claim {} is kept", claim.name),
            None => format!("ordinal {ordinal}, no pod yet"),
        };
        let ghost = if slot.is_wanted { "is-wanted" } else { "is-kept" };
        return html! {
            <li class={classes!("slot", "is-empty", ghost, held)} data-ordinal={ordinal.clone()}
                title={label.clone()}>
                <span class="hidden">{ label }</span>
                <span class="slot-ordinal" aria-hidden="true">{ ordinal }</span>
                if kept.is_some() { { volume() } }
            </li>
        };
    };
    let key = tile.key.clone();
    let selected = tile.is_selected.then_some("is-selected");
    let condemned = (!slot.is_wanted).then_some("is-condemned");
    html! {
        <li class="slot-item" data-ordinal={ordinal.clone()}>
            <button type="button"
                class={classes!("slot", tile.shape.class(), held, selected, condemned)}
                data-cell={ordinal.clone()} tabindex={if is_stop { "0" } else { "-1" }}
                title={tile.sentence.clone()}
                onclick={props.on.reform(move |_| Action::Select(Some(key.clone())))}>
                <span class="hidden">{ &tile.sentence }</span>
                <span class="slot-body" aria-hidden="true">
                    <span class={classes!("spine", pattern(tile.revision.as_ref()))} />
                    <span class="slot-ordinal">{ ordinal }</span>
                    { shape(tile.shape) }
                    { badge(tile.revision.as_ref()) }
                </span>
            </button>
        </li>
    }
}

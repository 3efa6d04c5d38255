//! The ordinals of a set in order, and the handle that divides those that keep their revision from those that
//! are updated.

use std::rc::Rc;

use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

use super::slot::Slot;
use crate::ui::browser;
use crate::ui::hooks::roving::move_focus;
use crate::ui::hooks::use_handle_place::use_handle_place;
use crate::ui::state::Action;
use crate::ui::view_model::sets::SetView;

#[derive(PartialEq, Properties)]
pub(crate) struct StripProps {
    pub(crate) set: Rc<SetView>,
    /// Where the handle is dragged to.
    pub(crate) dragged: Option<i64>,
    pub(crate) on_drag: Callback<Option<i64>>,
    pub(crate) on_move: Callback<i64>,
    pub(crate) on: Callback<Action>,
}

/// What a partition means, in a few words.
fn meaning(partition: i64, start: i64, end: i64) -> String {
    match partition {
        _ if partition <= start => format!("partition {partition}: an update reaches all"),
        _ if partition >= end => format!("partition {partition}: an update reaches none"),
        _ => format!("partition {partition}: an update reaches {partition} and above"),
    }
}

/// Where the handle stands for a pointer at a place: before the first slot whose middle lies beyond it.
fn partition_at(strip: &Element, x: f64, y: f64) -> Option<i64> {
    let mut nearest: Option<(f64, i64)> = None;
    for slot in browser::all(strip, "[data-ordinal]") {
        let ordinal: i64 = slot.get_attribute("data-ordinal")?.parse().ok()?;
        let rect = slot.get_bounding_client_rect();
        let row = if y < rect.top() { rect.top() - y } else { (y - rect.bottom()).max(0.0) };
        for (edge, partition) in [(rect.left(), ordinal), (rect.right(), ordinal + 1)] {
            let distance = (x - edge).abs() + row * 4.0;
            if nearest.is_none_or(|(least, _)| distance < least) {
                nearest = Some((distance, partition));
            }
        }
    }
    nearest.map(|(_, partition)| partition)
}

#[component]
pub(crate) fn Strip(props: &StripProps) -> Html {
    let (root, handle) = (use_node_ref(), use_node_ref());
    let stop = use_state(|| props.set.start.to_string());
    let set = &props.set;
    let (start, end) = (set.start, set.start + set.replicas);
    let shown = props.dragged.or(set.partition);
    use_handle_place(&root, &handle, shown, set);
    let on_key = {
        let (root, stop) = (root.clone(), stop.clone());
        Callback::from(move |event: KeyboardEvent| {
            if let Some(cell) = root.cast::<Element>().and_then(|root| move_focus(&root, &event)) {
                stop.set(cell);
            }
        })
    };
    let has_stop = set.slots.iter().any(|slot| slot.tile.is_some() && slot.ordinal.to_string() == *stop);
    let first = set.slots.iter().find(|slot| slot.tile.is_some()).map(|slot| slot.ordinal.to_string());
    let stop_now = if has_stop { (*stop).clone() } else { first.unwrap_or_default() };
    let on_down = Callback::from(|event: PointerEvent| {
        event.prevent_default();
        if let Some(handle) = event.target_dyn_into::<HtmlElement>() {
            browser::focus(&handle);
            drop(handle.set_pointer_capture(event.pointer_id()));
        }
    });
    let on_pointer = {
        let (root, on_drag) = (root.clone(), props.on_drag.clone());
        Callback::from(move |event: PointerEvent| {
            if event.buttons() & 1 == 1
                && let Some(root) = root.cast::<Element>()
                && let Some(to) =
                    partition_at(&root, f64::from(event.client_x()), f64::from(event.client_y()))
            {
                on_drag.emit(Some(to.clamp(start, end)));
            }
        })
    };
    let on_up = {
        let (on_drag, on_move, dragged) = (props.on_drag.clone(), props.on_move.clone(), props.dragged);
        Callback::from(move |_: PointerEvent| {
            if let Some(to) = dragged {
                on_drag.emit(None);
                on_move.emit(to);
            }
        })
    };
    let on_slide = {
        let (on_move, now) = (props.on_move.clone(), set.partition.unwrap_or_default());
        Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => now - 1,
                "ArrowRight" | "ArrowUp" => now + 1,
                "Home" => start,
                "End" => end,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            on_move.emit(to.clamp(0, now.max(end)));
        })
    };
    let says = shown.map(|partition| meaning(partition, start, end));
    html! {
        <div class={classes!("strip", set.is_compact.then_some("is-compact"), props.dragged.is_some().then_some("is-dragged"))} ref={root} onkeydown={on_key}>
            <ol class="slots" aria-label="Ordinals">
                { for set.slots.iter().map(|view| {
                    let is_held = shown.is_some_and(|partition| view.ordinal < partition);
                    let is_stop = view.ordinal.to_string() == stop_now;
                    html! {
                        <Slot key={view.ordinal} slot={view.clone()} {is_held} {is_stop}
                            on={props.on.clone()} />
                    }
                }) }
            </ol>
            if let Some(partition) = shown {
                <div class="handle" role="slider" tabindex="0" ref={handle}
                    aria-label={format!("Partition of {}", set.key.name)}
                    aria-orientation="horizontal" aria-valuemin={start.to_string()}
                    aria-valuemax={end.max(partition).to_string()} aria-valuenow={partition.to_string()}
                    aria-valuetext={says.clone()} onpointerdown={on_down} onpointermove={on_pointer}
                    onpointerup={on_up.clone()} onpointercancel={on_up}
                    onkeydown={on_slide}>
                    <span class="handle-grip" aria-hidden="true" />
                    <span class="handle-label" aria-hidden="true">{ says }</span>
                </div>
            }
        </div>
    }
}

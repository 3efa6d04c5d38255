//! Puts the partition's handle into the gap before the slot of its ordinal.
//!
//! Through the object model, as a strict Content-Security-Policy forbids inline styles.

use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::ui::browser;
use crate::ui::view_model::sets::SetView;

/// Puts the handle into the gap before the slot of its ordinal, through the object model: no inline styles.
#[hook]
pub(crate) fn use_handle_place(root: &NodeRef, handle: &NodeRef, partition: Option<i64>, set: &Rc<SetView>) {
    let (root, handle, ordinals) = (root.clone(), handle.clone(), set.slots.len());
    let width = use_state(|| 0);
    {
        let width = width.clone();
        use_effect_with((), move |()| {
            let window = web_sys::window().filter(|_| browser::document().is_some());
            let listener = window.map(|window| {
                EventListener::new(&window.clone(), "resize", move |_| {
                    width.set(
                        window.inner_width().ok().and_then(|width| width.as_f64()).map_or(0, f64::to_bits),
                    );
                })
            });
            move || drop(listener)
        });
    }
    use_effect_with((partition, ordinals, set.start, set.is_compact, *width), move |&(partition, ..)| {
        let (Some(root), Some(handle), Some(partition)) =
            (root.cast::<HtmlElement>(), handle.cast::<HtmlElement>(), partition)
        else {
            return;
        };
        let slots = browser::all(&root, "[data-ordinal]");
        let ordinal = |slot: &Element| {
            slot.get_attribute("data-ordinal").and_then(|ordinal| ordinal.parse::<i64>().ok())
        };
        let after = slots.iter().find(|slot| ordinal(slot).is_some_and(|ordinal| ordinal >= partition));
        let place = match (after, slots.last()) {
            (Some(slot), _) => edge(slot, false),
            (None, Some(slot)) => edge(slot, true),
            (None, None) => (0, 0),
        };
        let style = handle.style();
        drop(style.set_property("left", &format!("{}px", place.0)));
        drop(style.set_property("top", &format!("{}px", place.1)));
    });
}

fn edge(slot: &Element, is_right: bool) -> (i32, i32) {
    let Some(slot) = slot.dyn_ref::<HtmlElement>() else { return (0, 0) };
    let x = if is_right { slot.offset_left() + slot.offset_width() } else { slot.offset_left() };
    (x, slot.offset_top())
}

//! Puts the partition's handle into the gap before the slot of its ordinal.
//!
//! Through the object model, as a strict Content-Security-Policy forbids inline styles.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::size_watch::SizeWatch;
use crate::ui::browser;
use crate::ui::view_model::sets::SetView;

/// Puts the handle into the gap before the slot of its ordinal, through the object model: no inline styles.
#[hook]
pub(crate) fn use_handle_place(root: &NodeRef, handle: &NodeRef, partition: Option<i64>, set: &Rc<SetView>) {
    let (root, handle, ordinals) = (root.clone(), handle.clone(), set.slots.len());
    let width = use_state(|| 0);
    {
        let (root, width) = (root.clone(), width.clone());
        use_effect_with((), move |()| {
            let watch = root.cast::<HtmlElement>().and_then(|root| {
                let strip = root.clone();
                SizeWatch::new(&root, move || width.set(strip.client_width()))
            });
            move || drop(watch)
        });
    }
    use_effect_with((partition, ordinals, set.start, set.is_compact, *width), move |&(partition, ..)| {
        let (Some(root), Some(handle), Some(partition)) =
            (root.cast::<HtmlElement>(), handle.cast::<HtmlElement>(), partition)
        else {
            return;
        };
        put_in_place(&root, &handle, partition);
    });
}

#[inline(never)]
fn put_in_place(strip: &HtmlElement, handle: &HtmlElement, partition: i64) {
    let slots = browser::all(strip, "[data-ordinal]");
    let ordinal = |slot: &Element| slot.get_attribute("data-ordinal")?.parse::<i64>().ok();
    let after = slots.iter().find(|slot| ordinal(slot).is_some_and(|ordinal| ordinal >= partition));
    let (left, top) = match (after, slots.last()) {
        (Some(slot), _) => edge(slot, false),
        (None, Some(slot)) => edge(slot, true),
        (None, None) => (0, 0),
    };
    put(handle, "left", left);
    put(handle, "top", top);
    // Behind the last slot instead of before one.
    let is_at_end = after.is_none() && !slots.is_empty();
    drop(handle.toggle_attribute_with_force("data-at-end", is_at_end));
    // The words begin at the handle, or before it where they would not fit.
    let label = handle.query_selector(".handle-label").ok().flatten();
    if let Some(label) = label.and_then(|label| label.dyn_into::<HtmlElement>().ok()) {
        let room = (strip.client_width() - label.offset_width()).max(0);
        put(&label, "left", handle.offset_left().clamp(0, room) - handle.offset_left());
    }
}

fn put(element: &HtmlElement, property: &str, px: i32) {
    drop(element.style().set_property(property, &format!("{px}px")));
}

fn edge(slot: &Element, is_right: bool) -> (i32, i32) {
    let Some(slot) = slot.dyn_ref::<HtmlElement>() else { return (0, 0) };
    let x = if is_right { slot.offset_left() + slot.offset_width() } else { slot.offset_left() };
    (x, slot.offset_top())
}

//! Lets tiles travel from where they were to where they are, for a quarter of a second at most.
//!
//! A tile that has moved is drawn at its new place at once and animated from the old one (First, Last,
//! Invert, Play). Nothing travels while time stands still, for people who asked for less motion, or among
//! many tiles.

use wasm_bindgen::prelude::*;
use web_sys::js_sys::{Array, Object, Reflect};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::collections::SortedMap;
use crate::ui::browser;

#[wasm_bindgen]
extern "C" {
    /// An element, with the Web Animations that `web-sys` counts as unstable.
    type Animatable;
    #[wasm_bindgen(method)]
    fn animate(this: &Animatable, frames: &Array, ms: f64) -> JsValue;
}

/// More tiles than this do not travel.
const TILES_MAX: usize = 120;
const MOVE_MS: f64 = 240.0;
const APPEAR_MS: f64 = 180.0;
/// Shorter ways are not worth an animation.
const NEAR_PX: f64 = 3.0;

/// Animates the elements inside `root` that carry `data-flip`, after each change of `shown`;
/// `root` must be the nearest positioned ancestor of them all.
#[hook]
pub(crate) fn use_flip<T: PartialEq + 'static>(root: NodeRef, is_moving: bool, shown: T) {
    let places = use_mut_ref(SortedMap::<String, (f64, f64)>::new);
    use_effect_with(shown, move |_| {
        let Some(root) = root.cast::<Element>() else { return };
        let tiles = browser::all(&root, "[data-flip]");
        let mut old = places.borrow_mut();
        let had_any = !old.is_empty();
        let animates = is_moving && tiles.len() <= TILES_MAX && !browser::wants_less_motion();
        if tiles.len() > TILES_MAX {
            old.clear();
            return;
        }
        let mut new = SortedMap::new();
        for tile in &tiles {
            let Some(uid) = tile.get_attribute("data-flip") else { continue };
            // Offsets, unlike rectangles, do not count an animation that is still under way.
            let Some(html) = tile.dyn_ref::<HtmlElement>() else { continue };
            let place = (f64::from(html.offset_left()), f64::from(html.offset_top()));
            new.insert(uid, (tile.clone(), place));
        }
        if animates {
            for (uid, (tile, place)) in &new {
                match old.get(uid) {
                    Some(from) => travel(tile, from.0 - place.0, from.1 - place.1),
                    None if had_any => appear(tile),
                    None => {}
                }
            }
        }
        *old = new.into_iter().map(|(uid, (_, place))| (uid, place)).collect();
    });
}

fn travel(tile: &Element, dx: f64, dy: f64) {
    if dx.abs() + dy.abs() > NEAR_PX {
        animate(tile, "transform", &format!("translate({dx}px, {dy}px)"), "none", MOVE_MS);
    }
}

fn appear(tile: &Element) {
    animate(tile, "transform", "scale(0.85)", "none", APPEAR_MS);
}

fn animate(tile: &Element, property: &str, from: &str, to: &str, ms: f64) {
    let frames = Array::new();
    for value in [from, to] {
        let frame = Object::new();
        if Reflect::set(&frame, &JsValue::from_str(property), &JsValue::from_str(value)).is_ok() {
            frames.push(&frame);
        }
    }
    tile.unchecked_ref::<Animatable>().animate(&frames, ms);
}

//! The browser's Web Animations, as far as the page uses them.
//!
//! All are made here and carry a name, so that they can be stopped and let go on together when time is.

use wasm_bindgen::prelude::*;
use web_sys::Element;
use web_sys::js_sys::{Array, Object, Reflect};

#[wasm_bindgen]
extern "C" {
    /// What has animations: an element. `web-sys` counts them as unstable.
    type Animatable;
    #[wasm_bindgen(method)]
    fn animate(this: &Animatable, frames: &Object, options: &Object) -> Playing;
    #[wasm_bindgen(method, js_name = getAnimations)]
    fn get_animations(this: &Animatable) -> Array;

    /// An animation that was begun.
    pub(super) type Playing;
    #[wasm_bindgen(method, getter)]
    fn id(this: &Playing) -> String;
    #[wasm_bindgen(method)]
    fn play(this: &Playing);
    #[wasm_bindgen(method)]
    fn pause(this: &Playing);
    #[wasm_bindgen(method)]
    fn finish(this: &Playing);
    #[wasm_bindgen(method, getter, js_name = playState)]
    fn play_state(this: &Playing) -> String;
    #[wasm_bindgen(method, setter, js_name = currentTime)]
    pub(super) fn set_current_time(this: &Playing, ms: f64);
    #[wasm_bindgen(method, setter, js_name = playbackRate)]
    fn set_playback_rate(this: &Playing, rate: f64);
    #[wasm_bindgen(method, setter, js_name = onfinish)]
    fn set_on_finish(this: &Playing, done: &JsValue);
}

/// Names what moves from one place to another, for a moment of real time.
const TRAVEL: &str = "travel";
/// Names what goes with simulated time.
const FILL: &str = "fill";

/// A property with its first and its last value.
pub(super) type Change<'a> = (&'a str, &'a str, &'a str);

/// Lets properties of an element go from one value to another, once.
pub(super) fn travel(element: &Element, changes: &[Change<'_>], ms: f64) -> Playing {
    begin(
        element,
        TRAVEL,
        changes,
        &[("duration", ms.into()), ("easing", "cubic-bezier(.25, .7, .3, 1)".into())],
    )
}

/// Lets an element come from elsewhere. What is left of an earlier way goes on as well, so that it does not
/// jump where one way meets the next.
pub(super) fn slide(element: &Element, from: &str, ms: f64) -> Playing {
    let options = [
        ("duration", ms.into()),
        ("easing", "cubic-bezier(.25, .7, .3, 1)".into()),
        ("composite", "add".into()),
    ];
    begin(element, TRAVEL, &[("transform", from, "none")], &options)
}

/// Lets an element fill within some simulated time, of which a part has passed.
pub(super) fn fill(element: &Element, ms: f64, passed: f64, speed: f64) -> Playing {
    let options = [("duration", ms.into()), ("fill", "both".into())];
    let playing = begin(element, FILL, &[("transform", "scaleX(0)", "scaleX(1)")], &options);
    playing.set_playback_rate(speed);
    playing.set_current_time(passed.clamp(0.0, ms));
    playing
}

fn begin(element: &Element, name: &str, changes: &[Change<'_>], more: &[(&str, JsValue)]) -> Playing {
    let frames = Object::new();
    for (property, from, to) in changes {
        set(&frames, property, &Array::of2(&(*from).into(), &(*to).into()));
    }
    let options = Object::new();
    set(&options, "id", &name.into());
    for (option, value) in more {
        set(&options, option, value);
    }
    element.unchecked_ref::<Animatable>().animate(&frames, &options)
}

fn set(object: &Object, name: &str, value: &JsValue) {
    let is_set = Reflect::set(object, &name.into(), value);
    debug_assert!(is_set.is_ok(), "a plain object takes {name}");
}

impl Playing {
    /// Calls back when it has come to its end.
    pub(super) fn then(&self, done: impl FnOnce() + 'static) {
        self.set_on_finish(&Closure::once_into_js(done));
    }

    /// Stops it where it is.
    pub(super) fn hold(&self) {
        self.pause();
    }
}

fn all() -> impl Iterator<Item = Playing> {
    let document = crate::ui::browser::document();
    let list = document.map(|document| document.unchecked_ref::<Animatable>().get_animations());
    list.into_iter().flat_map(|list| list.iter().collect::<Vec<_>>()).map(JsCast::unchecked_into)
}

/// Lets all go on, at a speed where they go with simulated time, or stops them where they are.
#[inline(never)]
pub(super) fn keep_pace(goes_on: bool, speed: f64) {
    for playing in all() {
        let id = playing.id();
        if id == FILL {
            playing.set_playback_rate(speed);
        }
        if id == FILL || id == TRAVEL {
            match playing.play_state().as_str() {
                "paused" if goes_on => playing.play(),
                "running" if !goes_on => playing.pause(),
                _ => {}
            }
        }
    }
}

/// Brings all that travel to their places.
pub(super) fn arrive() {
    for playing in all().filter(|playing| playing.id() == TRAVEL) {
        playing.finish();
    }
}

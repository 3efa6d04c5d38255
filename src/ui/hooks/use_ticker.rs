//! The one place where real time enters: frames of the browser, and only while something is due.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use yew::prelude::*;

type Pending = Rc<RefCell<Option<AnimationFrame>>>;

/// Calls back with the real milliseconds between frames, for as long as it is active.
#[hook]
pub(crate) fn use_ticker(is_active: bool, on_frame: Callback<f64>) {
    use_effect_with((is_active, on_frame), |(is_active, on_frame)| {
        let pending: Pending = Rc::default();
        if *is_active {
            next(&pending, None, on_frame.clone());
        }
        move || drop(pending.take())
    });
}

fn next(pending: &Pending, last: Option<f64>, on_frame: Callback<f64>) {
    let again = Rc::clone(pending);
    let frame = request_animation_frame(move |at| {
        // The next frame is asked for first: the call may end this ticker, which then takes it back.
        next(&again, Some(at), on_frame.clone());
        if let Some(last) = last {
            on_frame.emit(at - last);
        }
    });
    *pending.borrow_mut() = Some(frame);
}

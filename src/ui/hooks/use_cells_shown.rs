//! How many lanes have cells for keyboards and screen readers over their painted tiles.
//!
//! While pods come and go several times a second nobody could go through them, and hundreds of elements would
//! cost more than all else. Once a picture has stood still for a moment they come, some lanes in a frame.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::ui::view_model::stage::StageView;

/// A picture is still when it has stood for so many milliseconds.
const STILL_MS: u32 = 250;
/// Between some lanes and the next ones: about a frame.
const NEXT_MS: u32 = 16;
/// How many lanes get their cells at once.
const LANES: usize = 4;

/// How many lanes have cells: all where `is_used`, and where the picture has stood still for long enough.
#[hook]
pub(crate) fn use_cells_shown(view: &Rc<StageView>, is_moving: bool, is_used: bool) -> usize {
    // What is drawn first has them at once.
    let shown = use_state(|| (Rc::clone(view), usize::MAX));
    let is_of_this = Rc::ptr_eq(&shown.0, view);
    let count = if is_used {
        usize::MAX
    } else if is_of_this && !is_moving {
        shown.1
    } else {
        0
    };
    let wants_more = view.is_compact && !is_moving && !is_used && count < view.lanes.len();
    use_effect_with((Rc::clone(view), count, wants_more), move |(view, count, wants_more)| {
        let next = (Rc::clone(view), count.saturating_add(LANES));
        let wait = if *count == 0 { STILL_MS } else { NEXT_MS };
        let timeout = wants_more.then(|| Timeout::new(wait, move || shown.set(next)));
        move || drop(timeout)
    });
    count
}

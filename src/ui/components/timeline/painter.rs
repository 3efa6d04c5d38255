//! Puts the drawings of lanes into the page, a few at a time: no frame draws for longer than some
//! milliseconds.
//!
//! A lane is drawn anew only when its bars or the window have changed. Until its turn comes it is stretched
//! from the window it was drawn for, so that a zoom is seen at once.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::Element;

use super::plot;
use crate::ui::browser;
use crate::ui::view_model::timeline::{LaneView, Window};

/// Real milliseconds that one frame may draw.
const FRAME_BUDGET_MS: f64 = 1.5;
/// The same in the frame that has found out what is to be drawn, which was work as well.
const FIRST_BUDGET_MS: f64 = 0.5;

/// What is drawn, and what is to be drawn.
#[derive(Debug, Default)]
pub(super) struct Painter {
    drawn: Vec<Option<Drawn>>,
    wanted: Vec<(Element, Rc<LaneView>)>,
    window: Option<(Window, u32)>,
    next: usize,
    frame: Option<AnimationFrame>,
}

/// What a lane was drawn for.
#[derive(Debug)]
struct Drawn {
    place: Element,
    lane: Rc<LaneView>,
    window: (Window, u32),
}

impl Painter {
    /// Wants lanes drawn into elements, in order.
    pub(super) fn want(
        painter: &Rc<RefCell<Self>>,
        places: Vec<Element>,
        lanes: &[Rc<LaneView>],
        window: (Window, u32),
    ) {
        let is_seen = {
            let mut painter = painter.borrow_mut();
            painter.wanted = places.into_iter().zip(lanes.iter().cloned()).collect();
            painter.window = Some(window);
            painter.drawn.resize_with(lanes.len(), || None);
            painter.next = 0;
            painter.stretch();
            painter.is_seen_for(window)
        };
        // What was stretched can be read already: its turn comes in the frames after this.
        Self::work(painter, if is_seen { 0.0 } else { FIRST_BUDGET_MS });
    }

    /// Draws for a while, and goes on in the next frame when there is more.
    fn work(painter: &Rc<RefCell<Self>>, budget_ms: f64) {
        let is_done = painter.borrow_mut().draw_some(browser::now_ms() + budget_ms);
        let frame = (!is_done).then(|| {
            let again = Rc::clone(painter);
            request_animation_frame(move |_| Self::work(&again, FRAME_BUDGET_MS))
        });
        painter.borrow_mut().frame = frame;
    }

    fn draw_some(&mut self, until: f64) -> bool {
        let Some(window) = self.window else { return true };
        while browser::now_ms() < until {
            let Some((place, lane)) = self.wanted.get(self.next) else { return true };
            let is_drawn = |drawn: &Drawn| {
                drawn.window == window && Rc::ptr_eq(&drawn.lane, lane) && drawn.place == *place
            };
            let slot = self.drawn.get_mut(self.next);
            self.next += 1;
            let Some(slot) = slot.filter(|slot| !slot.as_ref().is_some_and(is_drawn)) else { continue };
            plot::lane(lane, window.0, window.1).put(place);
            drop(place.remove_attribute("transform"));
            *slot = Some(Drawn { place: place.clone(), lane: Rc::clone(lane), window });
        }
        false
    }

    /// Whether all lanes were drawn before, for another window than this.
    fn is_seen_for(&self, window: (Window, u32)) -> bool {
        self.drawn.iter().all(|drawn| drawn.as_ref().is_some_and(|drawn| drawn.window != window))
    }

    /// Stretches what was drawn for another window.
    fn stretch(&self) {
        let Some((window, width)) = self.window else { return };
        for drawn in self.drawn.iter().flatten().filter(|drawn| drawn.window != (window, width)) {
            let (old, old_width) = drawn.window;
            let (old_ms, ms) = (milliseconds(old.ms()), milliseconds(window.ms()));
            let scale = old_ms * f64::from(width) / (ms * f64::from(old_width.max(1)));
            let ahead = milliseconds(old.from.ms()) - milliseconds(window.from.ms());
            let shift = ahead * f64::from(width) / ms;
            let transform = format!("translate({shift:.2} 0) scale({scale:.5} 1)");
            drop(drawn.place.set_attribute("transform", &transform));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a session's milliseconds are far below 2^52")]
fn milliseconds(ms: u64) -> f64 {
    ms as f64
}

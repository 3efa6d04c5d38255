//! Puts the drawings of lanes and counts into the page, a few at a time: no frame draws for longer than some
//! milliseconds.
//!
//! A lane is drawn anew only when its pods or the window have changed. Until its turn comes it is stretched
//! from the window it was drawn for, so that a zoom is seen at once.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::Element;

use super::paths::Paths;
use super::plot;
use crate::ui::browser;
use crate::ui::view_model::timeline::{CountsView, LaneView, Window};

/// Real milliseconds that one frame may draw.
const FRAME_BUDGET_MS: f64 = 1.5;
/// The same in the frame that has found out what is to be drawn, which was work as well.
const FIRST_BUDGET_MS: f64 = 0.5;

/// What a place shows.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// The bars of a lane.
    Lane(Rc<LaneView>),
    /// The lines below the lanes.
    Counts(Rc<CountsView>),
}

impl Content {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Lane(lane), Self::Lane(other)) => Rc::ptr_eq(lane, other),
            (Self::Counts(counts), Self::Counts(other)) => Rc::ptr_eq(counts, other),
            _ => false,
        }
    }

    /// Whether another one belongs into the same place.
    fn takes_place_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Lane(lane), Self::Lane(other)) => lane.is(other),
            (Self::Counts(_), Self::Counts(_)) => true,
            _ => false,
        }
    }

    fn paths(&self, (window, width): (Window, u32)) -> Paths {
        match self {
            Self::Lane(lane) => plot::bars(&lane.bars(window), window, width),
            Self::Counts(counts) => plot::counts(counts, window, width),
        }
    }
}

/// What is drawn, and what is to be drawn.
#[derive(Debug, Default)]
pub(super) struct Painter {
    drawn: Vec<Option<Drawn>>,
    wanted: Vec<(Element, Content)>,
    window: Option<(Window, u32)>,
    next: usize,
    frame: Option<AnimationFrame>,
}

/// What a place was drawn for.
#[derive(Debug)]
struct Drawn {
    place: Element,
    content: Content,
    window: (Window, u32),
}

impl Painter {
    /// Wants contents drawn into elements, in order.
    pub(super) fn want(painter: &Rc<RefCell<Self>>, wanted: Vec<(Element, Content)>, window: (Window, u32)) {
        let is_seen = {
            let mut painter = painter.borrow_mut();
            painter.drawn = kept(std::mem::take(&mut painter.drawn), &wanted);
            painter.wanted = wanted;
            painter.window = Some(window);
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
            let Some((place, content)) = self.wanted.get(self.next) else { return true };
            let is_drawn =
                |drawn: &Drawn| drawn.window == window && drawn.content.is(content) && drawn.place == *place;
            let slot = self.drawn.get_mut(self.next);
            self.next += 1;
            let Some(slot) = slot.filter(|slot| !slot.as_ref().is_some_and(is_drawn)) else { continue };
            content.paths(window).put(place);
            drop(place.remove_attribute("transform"));
            *slot = Some(Drawn { place: place.clone(), content: content.clone(), window });
        }
        false
    }

    /// Whether something was drawn before, for another window than this.
    fn is_seen_for(&self, window: (Window, u32)) -> bool {
        self.drawn.iter().flatten().any(|drawn| drawn.window != window)
    }

    /// Stretches what was drawn for another window, and is still what its place shows.
    fn stretch(&self) {
        let Some(window) = self.window else { return };
        // Most were drawn for the same window, and are stretched alike.
        let mut last: Option<((Window, u32), String)> = None;
        for drawn in self.drawn.iter().flatten().filter(|drawn| drawn.window != window) {
            let known = last.take().filter(|(known, _)| *known == drawn.window);
            let (_, transform) =
                last.insert(known.unwrap_or_else(|| (drawn.window, stretch(drawn.window, window))));
            drop(drawn.place.set_attribute("transform", transform));
        }
    }
}

/// What is drawn already of what is wanted, in the order in which it is wanted. Both have one order, apart
/// from what has come and gone.
fn kept(drawn: Vec<Option<Drawn>>, wanted: &[(Element, Content)]) -> Vec<Option<Drawn>> {
    let mut drawn: VecDeque<Drawn> = drawn.into_iter().flatten().collect();
    let of = |(_, content): &(Element, Content)| {
        let at = drawn.iter().position(|drawn| content.takes_place_of(&drawn.content))?;
        drawn.drain(..at);
        drawn.pop_front()
    };
    wanted.iter().map(of).collect()
}

/// How what was drawn for one window lies in another.
fn stretch((old, old_width): (Window, u32), (window, width): (Window, u32)) -> String {
    let (old_ms, ms) = (milliseconds(old.ms()), milliseconds(window.ms()));
    let scale = old_ms * f64::from(width) / (ms * f64::from(old_width.max(1)));
    let ahead = milliseconds(old.from.ms()) - milliseconds(window.from.ms());
    let shift = ahead * f64::from(width) / ms;
    format!("translate({shift:.2} 0) scale({scale:.5} 1)")
}

#[expect(clippy::cast_precision_loss, reason = "a session's milliseconds are far below 2^52")]
fn milliseconds(ms: u64) -> f64 {
    ms as f64
}

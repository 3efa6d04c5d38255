//! Puts the drawings of lanes and counts into the page, a few at a time: no frame draws for longer than some
//! milliseconds.
//!
//! Only lanes that can be seen are drawn, and those a little above and below: the others' places stay empty
//! until somebody scrolls there. A lane is drawn anew only when its pods, its row or the window have changed.
//! Until its turn comes it is moved and stretched from where it was drawn for, so that a zoom is seen at
//! once. What is drawn in its place has no transform: a browser would paint each that has one by itself.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::Element;

use super::paths::Paths;
use super::plot::{self, LANE, Place};
use crate::ui::browser;
use crate::ui::view_model::timeline::{CountsView, LaneView};

/// Real milliseconds that one frame may draw.
const FRAME_BUDGET_MS: f64 = 1.5;
/// The same in the frame that has found out what is to be drawn, which was work as well.
const FIRST_BUDGET_MS: f64 = 0.5;
/// What can be seen where nothing says otherwise, in pixels from the top of the lanes: all.
const ALL: Range<i32> = 0..i32::MAX;

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

    fn paths(&self, at: &Place) -> Paths {
        match self {
            Self::Lane(lane) => plot::bars(&lane.bars(at.window), at),
            Self::Counts(counts) => plot::counts(counts, at),
        }
    }
}

/// What is to be drawn into an element.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) element: Element,
    pub(super) content: Content,
    pub(super) place: Place,
}

impl Wanted {
    /// Whether a lane lies within these pixels; the counts are always in sight.
    fn is_within(&self, seen: &Range<i32>) -> bool {
        let holds = |y: u32| seen.contains(&i32::try_from(y).unwrap_or(i32::MAX));
        match self.content {
            Content::Lane(_) => holds(self.place.top) || holds(self.place.top + LANE),
            Content::Counts(_) => true,
        }
    }
}

/// What is drawn, and what is to be drawn.
#[derive(Debug)]
pub(super) struct Painter {
    /// What was drawn of what is wanted, in its order.
    drawn: Vec<Option<Wanted>>,
    wanted: Vec<Wanted>,
    next: usize,
    /// What can be seen, from where to where down the lanes.
    seen: Range<i32>,
    frame: Option<AnimationFrame>,
}

impl Default for Painter {
    fn default() -> Self {
        Self { drawn: Vec::new(), wanted: Vec::new(), next: 0, seen: ALL, frame: None }
    }
}

impl Painter {
    /// Takes note of which pixels can be seen, from where to where down the lanes.
    pub(super) fn look(painter: &Rc<RefCell<Self>>, seen: Range<i32>) {
        {
            let mut painter = painter.borrow_mut();
            painter.seen = seen;
            painter.next = 0;
        }
        Self::work(painter, FRAME_BUDGET_MS);
    }

    /// Wants contents drawn into elements, in order.
    pub(super) fn want(painter: &Rc<RefCell<Self>>, wanted: Vec<Wanted>) {
        let is_seen = {
            let mut painter = painter.borrow_mut();
            painter.drawn = kept(std::mem::take(&mut painter.drawn), &wanted);
            painter.wanted = wanted;
            painter.next = 0;
            painter.stretch()
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
        while browser::now_ms() < until {
            let nth = self.next;
            let (Some(wanted), Some(slot)) = (self.wanted.get(nth), self.drawn.get_mut(nth)) else {
                return true;
            };
            self.next += 1;
            if !wanted.is_within(&self.seen) {
                if slot.take().is_some() {
                    put(&Paths::default(), &wanted.element);
                }
                continue;
            }
            let is_drawn = |drawn: &Wanted| {
                drawn.place == wanted.place
                    && drawn.content.is(&wanted.content)
                    && drawn.element == wanted.element
            };
            if slot.as_ref().is_some_and(is_drawn) {
                continue;
            }
            put(&wanted.content.paths(&wanted.place), &wanted.element);
            *slot = Some(wanted.clone());
        }
        false
    }

    /// Moves and stretches what was drawn for another place, and is still what is to be shown there; says
    /// whether any was drawn for another window.
    fn stretch(&self) -> bool {
        // Most were drawn for the same window, and in the same row: they are stretched alike.
        let mut last: Option<(Place, Place, String)> = None;
        let mut is_any = false;
        for (drawn, wanted) in self.drawn.iter().zip(&self.wanted) {
            let Some(drawn) = drawn.as_ref().filter(|drawn| drawn.place != wanted.place) else { continue };
            is_any |= drawn.place.window != wanted.place.window;
            let known =
                last.take().filter(|(from, to, _)| is_alike((*from, *to), (drawn.place, wanted.place)));
            let known =
                known.unwrap_or_else(|| (drawn.place, wanted.place, transform(&drawn.place, &wanted.place)));
            drop(drawn.element.set_attribute("transform", &known.2));
            last = Some(known);
        }
        is_any
    }
}

/// Puts paths into an element, in its own place.
fn put(paths: &Paths, element: &Element) {
    paths.put(element);
    drop(element.remove_attribute("transform"));
}

/// What is drawn already of what is wanted, in the order in which it is wanted. Both have one order, apart
/// from what has come and gone.
fn kept(drawn: Vec<Option<Wanted>>, wanted: &[Wanted]) -> Vec<Option<Wanted>> {
    let mut drawn: VecDeque<Wanted> = drawn.into_iter().flatten().collect();
    let of = |wanted: &Wanted| {
        let at = drawn.iter().position(|drawn| wanted.content.takes_place_of(&drawn.content))?;
        drawn.drain(..at);
        drawn.pop_front()
    };
    wanted.iter().map(of).collect()
}

/// Whether two ways, each from one place to another, are the same but for how far down they begin.
fn is_alike(way: (Place, Place), other: (Place, Place)) -> bool {
    let lie = |(from, to): (Place, Place)| {
        (i64::from(to.top) - i64::from(from.top), (from.window, from.width), (to.window, to.width))
    };
    lie(way) == lie(other)
}

/// How what was drawn for one place lies in another.
fn transform(from: &Place, to: &Place) -> String {
    let (old_ms, ms) = (milliseconds(from.window.ms()), milliseconds(to.window.ms()));
    let scale = old_ms * f64::from(to.width) / (ms * f64::from(from.width.max(1)));
    let ahead = milliseconds(from.window.from.ms()) - milliseconds(to.window.from.ms());
    let shift = ahead * f64::from(to.width) / ms;
    let down = i64::from(to.top) - i64::from(from.top);
    format!("translate({shift:.2} {down}) scale({scale:.5} 1)")
}

#[expect(clippy::cast_precision_loss, reason = "a session's milliseconds are far below 2^52")]
fn milliseconds(ms: u64) -> f64 {
    ms as f64
}

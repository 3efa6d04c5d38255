//! Lets what changes on the stage be followed: pods travel, fill and leave, and nothing jumps.
//!
//! What has moved is drawn at its new place at once and animated from the old one (First, Last, Invert,
//! Play): tiles, lanes, and the panels below when the stage grows. A tile that is gone leaves a ghost for a
//! moment. While time passes a lane keeps the room that it once had. Nothing travels while time stands still,
//! for people who asked for less motion, at high speed, or where many move at once.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use web_sys::Element;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::animate;
use super::moved::Moved;
use super::places::{Places, drawn, has_sums};
use crate::ui::browser;
use crate::ui::painting::StagePainter;
use crate::ui::state::stir::Motion;
use crate::ui::view_model::stage::StageView;

/// Lanes give up room that they do not need so long after all has settled.
const SETTLED_MS: u32 = 600;

/// What there is only where there are pods.
const PODS: &str = ".tile, .pods, .lane-crowd";

/// Animates the elements inside `root` that carry `data-flip` and `data-lane`, after each change of the view
/// or of `how` it is drawn; `root` must be the nearest positioned ancestor of the lanes, and these of their
/// tiles.
#[hook]
pub(crate) fn use_motion<T>(
    root: &NodeRef,
    motion: Motion,
    view: &Rc<StageView>,
    how: &T,
    painter: &Rc<RefCell<StagePainter>>,
) where
    T: PartialEq + Clone + 'static,
{
    let places = use_mut_ref(Places::default);
    let before = use_mut_ref(|| None::<(Rc<StageView>, T)>);
    let is_drawn = before.borrow().as_ref().is_some_and(|(old, old_how)| old == view && old_how == how);
    if !is_drawn {
        *before.borrow_mut() = Some((Rc::clone(view), how.clone()));
        if browser::document().is_some() {
            let (root, view) = (root.clone(), Rc::clone(view));
            let (places, painter) = (Rc::clone(&places), Rc::clone(painter));
            // Not in an effect: where a picture took long, those run only after it was painted, and what they
            // let slide would be seen to jump there and back. This runs when all has been put on the page.
            spawn_local(async move { follow_when_drawn(&root, motion, &view, (&places, &painter)) });
        }
    }
    {
        let places = Rc::clone(&places);
        // What has come to rest arrives; what a person stopped stays where it is.
        let goes_on = motion.is_moving || motion.is_settled;
        use_effect_with((goes_on, motion.speed), move |&(goes_on, speed)| {
            if !places.borrow().lanes.is_empty() {
                animate::keep_pace(goes_on, speed);
            }
        });
    }
    let (root, view, painter) = (root.clone(), Rc::clone(view), Rc::clone(painter));
    use_effect_with(motion.is_settled, move |&is_settled| {
        let release = is_settled.then(|| {
            Timeout::new(SETTLED_MS, move || {
                if let Some(root) = root.cast::<Element>().filter(|_| !places.borrow().lanes.is_empty()) {
                    release_room(&root, motion, &view, (&places, &painter));
                }
            })
        });
        move || drop(release)
    });
}

/// Where all stands, and what paints small tiles.
type Kept<'a> = (&'a RefCell<Places>, &'a Rc<RefCell<StagePainter>>);

fn follow_when_drawn(root: &NodeRef, motion: Motion, view: &StageView, (places, painter): Kept<'_>) {
    let has_pods = |root: &Element| root.query_selector(PODS).is_ok_and(|pod| pod.is_some());
    if let Some(root) = root.cast::<Element>()
        && (!places.borrow().lanes.is_empty() || has_pods(&root))
    {
        follow(&root, motion, view, (places, painter));
    }
}

/// Apart from the hook, as are the functions below: the page's start has no pods, and needs none of this.
#[inline(never)]
fn follow(root: &Element, motion: Motion, view: &StageView, (places, painter): Kept<'_>) {
    let mut old = places.borrow_mut();
    // The change that brings all to rest is one to follow, too.
    let is_followed = motion.is_moving || (motion.is_settled && old.was_moving);
    if is_followed {
        keep_room(root, view, &old);
    } else {
        animate::arrive();
    }
    if root.client_width() == 0 {
        // On a page of a phone that is not shown, nothing has a place.
        give_up_room(&old);
        *old = Places::default();
        return;
    }
    painter.borrow_mut().paint(root, view, is_followed);
    // From here on nothing is changed until all is read: the browser lays the page out once.
    let new = Places::of(root, (view, &painter.borrow()), &old, is_followed);
    let new = Places { was_moving: motion.is_moving, ..new };
    if is_followed && !motion.is_racing && !old.lanes.is_empty() {
        let moved = Moved { old: &old, new: &new, painter, ms: travel_ms(motion.speed) };
        if browser::wants_less_motion() {
            moved.outline(root);
        } else {
            moved.play(root);
        }
    }
    // Painted tiles do not fill.
    if !view.is_compact {
        fill(root, motion);
    }
    *old = new;
}

/// Gives back the room that lanes kept, gently.
#[inline(never)]
fn release_room(root: &Element, motion: Motion, view: &StageView, (places, painter): Kept<'_>) {
    let mut old = places.borrow_mut();
    give_up_room(&old);
    if root.client_width() == 0 {
        return;
    }
    painter.borrow_mut().paint(root, view, false);
    let new = Places::of(root, (view, &painter.borrow()), &old, false);
    if !browser::wants_less_motion() {
        Moved { old: &old, new: &new, painter, ms: travel_ms(motion.speed) }.play(root);
    }
    *old = new;
}

fn give_up_room(places: &Places) {
    for lane in places.lanes.values() {
        drop(lane.spot.element.style().remove_property("min-height"));
    }
}

/// A lane that has fewer tiles than before keeps its height, so that those below it stay where they are.
fn keep_room(root: &Element, view: &StageView, old: &Places) {
    let is_summed = has_sums(root);
    for (uid, lane) in &old.lanes {
        let element = &lane.spot.element;
        let places = || drawn(view, uid).last().map_or(0, |(nth, _)| nth + 1);
        let has_none = is_summed && !lane.is_painted();
        let count = if has_none { 0 } else { places() };
        if count < lane.count() && root.contains(Some(element)) {
            drop(element.style().set_property("min-height", &format!("{}px", lane.spot.height)));
        }
    }
}

/// How long a tile is on its way: less where time passes quickly.
fn travel_ms(speed: f64) -> f64 {
    if speed < 2.0 {
        240.0
    } else if speed < 5.0 {
        190.0
    } else {
        130.0
    }
}

/// Begins to fill the tiles whose containers are made; the fill goes with simulated time.
fn fill(root: &Element, motion: Motion) {
    if motion.is_racing || browser::wants_less_motion() {
        return;
    }
    let fills = browser::all(root, "[data-fill]");
    for element in fills {
        let Some(text) = element.get_attribute("data-fill") else { continue };
        drop(element.remove_attribute("data-fill"));
        let times: Vec<f64> = text.split(' ').filter_map(|ms| ms.parse().ok()).collect();
        if let [from, until, now] = times[..] {
            let playing = animate::fill(&element, (until - from).max(1.0), now - from, motion.speed);
            if !motion.is_moving {
                playing.hold();
            }
        }
    }
}

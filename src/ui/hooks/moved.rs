//! What has moved between two pictures, and how that is shown: First, Last, Invert, Play.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use web_sys::{Element, HtmlElement};

use super::animate::{self, Change, Playing};
use super::places::{Body, Places, Spot};
use crate::collections::SortedMap;
use crate::ui::painting::StagePainter;
use crate::ui::view_model::stage::SHELF;
use crate::ui::view_model::tile::TileView;

/// More tiles than this do not travel, or leave, at the same time: nobody could follow them, and each is a
/// layer that the browser has to make and to draw. In a crowd fewer where a way takes less than
/// [`FOLLOWED_MS`].
const TRAVELS_MAX: usize = 16;
const BRIEF_TRAVELS_MAX: usize = 6;
const FOLLOWED_MS: f64 = 150.0;
/// More lanes than this do not slide at the same time.
const SLIDES_MAX: usize = 8;
/// Shorter ways are not worth an animation.
const NEAR_PX: f64 = 2.0;
/// For how long a tile is outlined that has changed its place, where nothing travels.
const OUTLINED_MS: f64 = 120.0;

/// What has changed its place between two pictures.
pub(super) struct Moved<'a> {
    pub(super) old: &'a Places,
    pub(super) new: &'a Places,
    pub(super) painter: &'a Rc<RefCell<StagePainter>>,
    /// How long a tile is on its way.
    pub(super) ms: f64,
}

/// Counts a tile or a lane as under way for as long as it lives: also where the browser gives its animation
/// up.
struct UnderWay(Rc<Cell<usize>>);

impl UnderWay {
    fn begin(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Self(Rc::clone(count))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// Leaves the place of a painted tile empty for as long as it lives.
struct Away {
    lane: String,
    uid: String,
    painter: Rc<RefCell<StagePainter>>,
}

impl Drop for Away {
    fn drop(&mut self) {
        self.painter.borrow_mut().let_arrive(&self.lane, &self.uid);
    }
}

/// How far something has come, to the right and down.
type Way = (f64, f64);

/// A tile that is new or elsewhere.
struct Coming<'a> {
    lane: &'a str,
    tile: Spot<Body>,
    /// The way it has come; `None` where it has not been anywhere.
    way: Option<Way>,
}

fn is_far((dx, dy): Way) -> bool {
    dx.abs() + dy.abs() > NEAR_PX
}

impl Moved<'_> {
    /// The tiles that are new or elsewhere, and those that are gone; what is new comes from the shelf.
    fn tiles(&self) -> (Vec<Coming<'_>>, Vec<Spot<Body>>) {
        if self.old.is_summed {
            return (Vec::new(), Vec::new());
        }
        let (old, new) = (self.old.changed(self.new), self.new.changed(self.old));
        let source = self.new.lanes.get(SHELF).map(|lane| lane.spot.place());
        let sliding = self.sliding();
        let rest = |lane: &str| sliding.get(lane).copied().unwrap_or_default();
        let mut moved = Vec::new();
        for (uid, (lane, tile)) in &new {
            let known = old.get(uid);
            let way = match (known, source) {
                (Some((from, was)), _) => Some((*from, tile.way_from(was.place()))),
                (None, Some(source)) if *lane != SHELF => Some((SHELF, tile.way_from(source))),
                (None, _) => None,
            };
            // The part of its way that its lane does not go, seen from where both lanes have come so far. The
            // picture of a painted tile goes by itself to where its lane comes to stand.
            let way = way.map(|(from, (dx, dy))| {
                let (left, top) = rest(from);
                let ((x, y), (to_left, to_top)) = match tile.element {
                    Body::Element(_) => (self.lane_way(lane), rest(lane)),
                    Body::Painted(_) => Default::default(),
                };
                (dx - x + left - to_left, dy - y + top - to_top)
            });
            if way.map_or(known.is_none(), is_far) {
                moved.push(Coming { lane, tile: tile.clone(), way });
            }
        }
        let gone = old.into_iter().filter(|(uid, _)| !new.contains_key(uid));
        (moved, gone.map(|(_, (_, tile))| tile).collect())
    }

    fn lane_way(&self, uid: &str) -> Way {
        match (self.old.lanes.get(uid), self.new.lanes.get(uid)) {
            (Some(old), Some(new)) => new.spot.way_from(old.spot.place()),
            _ => (0.0, 0.0),
        }
    }

    /// How far lanes that still slide are from their places.
    fn sliding(&self) -> SortedMap<&str, Way> {
        if self.new.sliding.get() == 0 {
            return SortedMap::new();
        }
        let lanes = self.new.lanes.iter();
        lanes.map(|(uid, lane)| (uid.as_str(), lane.spot.seen_from_its_place())).collect()
    }

    pub(super) fn play(&self, root: &Element) {
        let (tiles, gone) = self.tiles();
        let is_brief = self.new.is_painted && self.ms < FOLLOWED_MS;
        let most = if is_brief { BRIEF_TRAVELS_MAX } else { TRAVELS_MAX };
        let mut left = most.saturating_sub(self.new.under_way.get());
        if tiles.len() <= left {
            left -= tiles.len();
            for tile in &tiles {
                self.travel(root, tile);
            }
        }
        if gone.len() <= left && self.new.have_tiles() {
            for tile in &gone {
                self.leave(root, tile);
            }
        }
        let lanes = self.new.lanes.iter().map(|(uid, lane)| (&lane.spot, self.lane_way(uid)));
        let lanes: Vec<_> = lanes.filter(|(_, way)| is_far(*way)).collect();
        if lanes.len() <= SLIDES_MAX {
            for (lane, way) in lanes {
                let under_way = UnderWay::begin(&self.new.sliding);
                slide(&lane.element, way, self.ms).then(move || drop(under_way));
            }
        }
        self.make_room();
    }

    fn travel(&self, root: &Element, &Coming { lane, ref tile, way }: &Coming<'_>) {
        let under_way = UnderWay::begin(&self.new.under_way);
        let from = way.map(|(dx, dy)| format!("translate({dx}px, {dy}px)"));
        let comes = [("transform", from.as_deref().unwrap_or("scale(.85)"), "none"), ("opacity", ".3", "1")];
        let changes = if way.is_some() { &comes[..1] } else { &comes };
        match &tile.element {
            Body::Painted(view) => {
                let (lane, uid) = (lane.to_owned(), view.uid.clone());
                let away = Away { lane, uid, painter: Rc::clone(self.painter) };
                self.painter.borrow_mut().send_away(&away.lane, &away.uid);
                self.fly(root, tile, view, changes, (under_way, away));
            }
            Body::Element(element) => {
                // Above those that it passes. With an animated `z-index` the page would have to move it.
                let element = element.clone();
                drop(element.style().set_property("z-index", "3"));
                animate::travel(&element.clone(), changes, self.ms).then(move || {
                    drop(element.style().remove_property("z-index"));
                    drop(under_way);
                });
            }
        }
    }

    /// A tile that is gone shrinks and fades at its last place.
    fn leave(&self, root: &Element, tile: &Spot<Body>) {
        let under_way = UnderWay::begin(&self.new.under_way);
        let changes = [("transform", "none", "scale(.8)"), ("opacity", ".8", "0")];
        match &tile.element {
            Body::Painted(view) => self.fly(root, tile, view, &changes, under_way),
            Body::Element(element) => {
                for name in ["data-flip", "data-cell", "tabindex", "role", "aria-selected"] {
                    drop(element.remove_attribute(name));
                }
                self.show(root, element, tile, &changes, move || drop(under_way));
            }
        }
    }

    /// Lets a picture of a painted tile change for a moment, and keeps something until then.
    fn fly<T: 'static>(
        &self,
        root: &Element,
        tile: &Spot<Body>,
        view: &TileView,
        changes: &[Change<'_>],
        while_seen: T,
    ) {
        let Some(picture) = self.painter.borrow_mut().picture(view, tile.height) else { return };
        let (painter, canvas) = (Rc::clone(self.painter), picture.canvas.clone());
        self.show(root, &canvas, tile, changes, move || {
            painter.borrow_mut().take_back(picture);
            drop(while_seen);
        });
    }

    /// Shows an element above the stage at a tile's place for a moment.
    fn show(
        &self,
        root: &Element,
        element: &HtmlElement,
        tile: &Spot<Body>,
        changes: &[Change<'_>],
        then: impl FnOnce() + 'static,
    ) {
        let Ok(Some(layer)) = root.query_selector(".ghosts") else { return };
        let style = element.style();
        let place = [("left", tile.left), ("top", tile.top), ("width", tile.width), ("height", tile.height)];
        for (property, px) in place {
            drop(style.set_property(property, &format!("{px}px")));
        }
        if layer.append_child(element).is_ok() {
            let shown = element.clone();
            animate::travel(element, changes, self.ms).then(move || {
                shown.remove();
                then();
            });
        }
    }

    /// The panels below follow the stage as it grows, and uncover what has grown.
    fn make_room(&self) {
        for panel in &self.new.panels {
            let is_it = |old: &&Spot| old.element == panel.element;
            let Some(old) = self.old.panels.iter().find(is_it) else { continue };
            let way = panel.way_from(old.place());
            if is_far(way) {
                drop(slide(&panel.element, way, self.ms));
            }
        }
    }

    /// Marks what has changed its place, for those who asked for less motion.
    pub(super) fn outline(&self, root: &Element) {
        let (tiles, _) = self.tiles();
        if tiles.len() <= TRAVELS_MAX {
            let outline = [("outline", "2px solid currentColor", "2px solid currentColor")];
            for Coming { tile, .. } in &tiles {
                match &tile.element {
                    Body::Element(element) => drop(animate::travel(element, &outline, OUTLINED_MS)),
                    Body::Painted(view) => self.fly(root, tile, view, &outline, ()),
                }
            }
        }
    }
}

fn slide(element: &Element, (dx, dy): Way, ms: f64) -> Playing {
    animate::slide(element, &format!("translate({dx}px, {dy}px)"), ms)
}

//! Where lanes, tiles and panels stand on the page, read all at once.
//!
//! A tile's place counts from its lane, so that what stands where it stood in a lane need not be read again,
//! however far the lane has moved.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use crate::collections::SortedMap;
use crate::ui::browser;
use crate::ui::view_model::stage::{SHELF, StageView};

/// Where something stands on the page, and how much room it takes.
#[derive(Clone)]
pub(super) struct Spot {
    pub(super) element: HtmlElement,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A lane, and its tiles.
#[derive(Clone)]
pub(super) struct LanePlace {
    pub(super) spot: Spot,
    /// How far its tiles count from its own place.
    border: (f64, f64),
    /// In their order; shared with the picture before where they stand as they stood.
    pub(super) tiles: Rc<Vec<TilePlace>>,
}

/// A tile in its lane.
pub(super) struct TilePlace {
    pub(super) uid: String,
    /// Its place among the lane's tiles and gaps.
    nth: usize,
    spot: Spot,
}

/// Where everything stood after the last change.
#[derive(Default)]
pub(super) struct Places {
    pub(super) lanes: SortedMap<String, LanePlace>,
    pub(super) panels: Vec<Spot>,
    /// The room of the stage.
    pub(super) room: (i32, i32),
    /// Whether pods were summed up: those that are drawn next have not come from anywhere.
    pub(super) is_summed: bool,
    /// Whether all tiles were small, and so of one size.
    pub(super) is_small: bool,
    /// Whether time passed.
    pub(super) was_moving: bool,
    /// How many tiles travel or leave.
    pub(super) under_way: Rc<Cell<usize>>,
    /// How many lanes slide.
    pub(super) sliding: Rc<Cell<usize>>,
}

impl Spot {
    /// Offsets, unlike rectangles, do not count an animation that is still under way. They count from the
    /// nearest positioned element: for a tile that is its lane. The size is read unless it is known.
    fn of(element: Element, size: Option<(f64, f64)>) -> Option<Self> {
        let element: HtmlElement = element.dyn_into().ok()?;
        let (width, height) =
            size.unwrap_or_else(|| (f64::from(element.offset_width()), f64::from(element.offset_height())));
        let (left, top) = offset(&element);
        Some(Self { element, left, top, width, height })
    }

    pub(super) fn way_from(&self, old: (f64, f64)) -> (f64, f64) {
        (old.0 - self.left, old.1 - self.top)
    }

    pub(super) fn place(&self) -> (f64, f64) {
        (self.left, self.top)
    }

    /// How far from its place it is drawn, while an animation is under way: more or less by what is the
    /// same for all of one stage.
    pub(super) fn seen_from_its_place(&self) -> (f64, f64) {
        let seen = self.element.get_bounding_client_rect();
        (seen.left() - self.left, seen.top() - self.top)
    }
}

fn offset(element: &HtmlElement) -> (f64, f64) {
    (f64::from(element.offset_left()), f64::from(element.offset_top()))
}

impl LanePlace {
    /// Where a tile of the lane stands on the page.
    pub(super) fn tile(&self, tile: &TilePlace) -> Spot {
        let (x, y) = (self.spot.left + self.border.0, self.spot.top + self.border.1);
        Spot { left: x + tile.spot.left, top: y + tile.spot.top, ..tile.spot.clone() }
    }

    /// How many places its tiles took, with the gaps among them.
    pub(super) fn count(&self) -> usize {
        self.tiles.last().map_or(0, |tile| tile.nth + 1)
    }

    /// Whether these tiles stand where those of the lane stood, which is so for all if it is for the first:
    /// small tiles are of one size, and fill rows of one width.
    fn is_kept(&self, spot: &Spot, drawn: &[(usize, &str)]) -> bool {
        let first = self.tiles.first();
        self.spot.width.to_bits() == spot.width.to_bits()
            && self.spot.element == spot.element
            && self.has(drawn)
            && first.is_none_or(|tile| offset(&tile.spot.element) == tile.spot.place())
    }

    fn has(&self, drawn: &[(usize, &str)]) -> bool {
        self.tiles.iter().map(|tile| (tile.nth, tile.uid.as_str())).eq(drawn.iter().copied())
    }
}

impl Places {
    /// All is read at once, so that the browser lays the page out once. `keeps_room` says that since the old
    /// picture no lane has given up room.
    pub(super) fn of(root: &Element, view: &StageView, old: &Self, keeps_room: bool) -> Self {
        let is_summed = has_sums(root);
        let is_small = view.is_compact && !is_summed;
        let mut places = Self {
            is_summed,
            is_small,
            under_way: Rc::clone(&old.under_way),
            sliding: Rc::clone(&old.sliding),
            room: (root.client_width(), root.client_height()),
            ..Self::default()
        };
        let page = root.closest("main").ok().flatten();
        let panels = page.map(|page| browser::all(&page, ".area-cluster > *, .area-read > *"));
        places.panels = panels.into_iter().flatten().filter_map(|panel| Spot::of(panel, None)).collect();
        if keeps_room && places.stand_as(old, view) {
            places.lanes = old.lanes_with(root, view);
            return places;
        }
        let mut size = None;
        for lane in browser::all(root, "[data-lane]") {
            let Some(uid) = lane.get_attribute("data-lane") else { continue };
            let Some(spot) = Spot::of(lane, None) else { continue };
            let known = old.lanes.get(&uid).filter(|_| is_small && old.is_small);
            let drawn = drawn(view, &uid);
            let kept = known.filter(|known| known.is_kept(&spot, &drawn));
            let tiles = kept.map(|known| Rc::clone(&known.tiles));
            let tiles =
                tiles.unwrap_or_else(|| Rc::new(tiles_in(&spot.element, &drawn, &[], is_small, &mut size)));
            let border = (f64::from(spot.element.client_left()), f64::from(spot.element.client_top()));
            places.lanes.insert(uid, LanePlace { spot, border, tiles });
        }
        places
    }

    /// Whether all lanes stand where they stood, without looking at each: where none gives up room and the
    /// stage has not grown, none of them has.
    fn stand_as(&self, old: &Self, view: &StageView) -> bool {
        let shelves = usize::from(!view.is_empty());
        self.room == old.room
            && (self.is_small || self.is_summed)
            && (self.is_small, self.is_summed) == (old.is_small, old.is_summed)
            && old.lanes.len() == view.lanes.len() + shelves
            && view.lanes.iter().all(|lane| old.lanes.contains_key(&lane.uid))
    }

    /// The lanes at their old places with their new tiles.
    fn lanes_with(&self, root: &Element, view: &StageView) -> SortedMap<String, LanePlace> {
        let has_tiles = root.query_selector("[data-flip]").is_ok_and(|tile| tile.is_some());
        let mut size = None;
        let mut fresh = |(uid, lane): (&String, &LanePlace)| {
            let mut lane = lane.clone();
            if has_tiles {
                let drawn = drawn(view, uid);
                if !self.is_small || !lane.has(&drawn) {
                    let known = if self.is_small { lane.tiles.as_slice() } else { &[] };
                    let tiles = tiles_in(&lane.spot.element, &drawn, known, self.is_small, &mut size);
                    lane.tiles = Rc::new(tiles);
                }
            }
            (uid.clone(), lane)
        };
        self.lanes.iter().map(&mut fresh).collect()
    }

    /// Whether there are tiles at all.
    pub(super) fn have_tiles(&self) -> bool {
        self.lanes.values().any(|lane| !lane.tiles.is_empty())
    }

    /// The tiles that may not stand in their lanes as in the other picture, with where they are on the page,
    /// by uid.
    pub(super) fn changed<'a>(&'a self, other: &Self) -> SortedMap<&'a str, (&'a str, Spot)> {
        let is_same = |uid: &String, lane: &LanePlace| {
            other.lanes.get(uid).is_some_and(|known| Rc::ptr_eq(&known.tiles, &lane.tiles))
        };
        let changed = self.lanes.iter().filter(|(uid, lane)| !is_same(uid, lane));
        let tiles = changed.flat_map(|(uid, lane)| {
            lane.tiles.iter().map(move |tile| (tile.uid.as_str(), (uid.as_str(), lane.tile(tile))))
        });
        tiles.collect()
    }
}

/// The tiles of a lane as they are to be drawn: their places and uids.
pub(super) fn drawn<'a>(view: &'a StageView, lane: &str) -> Vec<(usize, &'a str)> {
    if lane == SHELF {
        return view.shelf.iter().enumerate().map(|(nth, tile)| (nth, tile.uid.as_str())).collect();
    }
    let lane = view.lanes.iter().find(|known| known.uid == lane);
    let cells = lane.into_iter().flat_map(|lane| lane.cells().enumerate());
    cells.filter_map(|(nth, tile)| Some((nth, tile?.uid.as_str()))).collect()
}

/// Reads where a lane's tiles stand. At the places of `known` tiles, which were in the same lane, others
/// stand just so: there nothing is read.
fn tiles_in(
    lane: &Element,
    drawn: &[(usize, &str)],
    known: &[TilePlace],
    is_small: bool,
    size: &mut Option<(f64, f64)>,
) -> Vec<TilePlace> {
    let elements = tiles_of(lane);
    let is_as_drawn = elements.len() == drawn.len();
    let tile = |(index, element): (usize, Element)| {
        let (nth, uid) = drawn.get(index).map_or((index, None), |(nth, uid)| (*nth, Some(*uid)));
        let same = known.iter().find(|tile| is_as_drawn && tile.nth == nth);
        if let (Some(same), Some(uid)) = (same, uid) {
            let spot = Spot { element: element.dyn_into().ok()?, ..same.spot.clone() };
            return Some(TilePlace { uid: uid.to_owned(), nth, spot });
        }
        let uid = element.get_attribute("data-flip")?;
        let spot = Spot::of(element, *size)?;
        *size = is_small.then_some((spot.width, spot.height));
        Some(TilePlace { uid, nth, spot })
    };
    elements.into_iter().enumerate().filter_map(tile).collect()
}

/// Whether pods are summed up instead of drawn.
pub(super) fn has_sums(root: &Element) -> bool {
    root.query_selector(".lane-crowd").is_ok_and(|crowd| crowd.is_some())
}

/// The tiles of a lane.
pub(super) fn tiles_of(lane: &Element) -> Vec<Element> {
    browser::all(lane, "[data-flip]")
}

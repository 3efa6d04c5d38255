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
use crate::ui::painting::StagePainter;
use crate::ui::view_model::grid::{Grid, TILE_WIDTH};
use crate::ui::view_model::stage::StageView;
use crate::ui::view_model::tile::TileView;

/// Where something stands on the page, and how much room it takes.
#[derive(Clone)]
pub(super) struct Spot<T = HtmlElement> {
    pub(super) element: T,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// What a tile is on the page.
#[derive(Clone)]
pub(super) enum Body {
    /// An element.
    Element(HtmlElement),
    /// A part of its lane's canvas.
    Painted(Rc<TileView>),
}

/// A lane, and its tiles.
#[derive(Clone)]
pub(super) struct LanePlace {
    pub(super) spot: Spot,
    /// How far its tiles count from its own place.
    border: (f64, f64),
    /// Where it is painted: how its tiles stand, and where the first does in it.
    rows: Option<(Grid, (f64, f64))>,
    /// In their order; shared with the picture before where they stand as they stood.
    pub(super) tiles: Rc<Vec<TilePlace>>,
}

/// A tile in its lane.
pub(super) struct TilePlace {
    pub(super) uid: String,
    /// Its place among the lane's tiles and gaps.
    nth: usize,
    spot: Spot<Body>,
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
    /// Whether all tiles were painted, and so of one size.
    pub(super) is_painted: bool,
    /// Whether time passed.
    pub(super) was_moving: bool,
    /// How many tiles travel or leave.
    pub(super) under_way: Rc<Cell<usize>>,
    /// How many lanes slide.
    pub(super) sliding: Rc<Cell<usize>>,
}

impl Spot {
    /// Offsets, unlike rectangles, do not count an animation that is still under way. They count from the
    /// nearest positioned element: for a tile that is its lane.
    fn of(element: Element) -> Option<Self> {
        let element: HtmlElement = element.dyn_into().ok()?;
        let (width, height) = (f64::from(element.offset_width()), f64::from(element.offset_height()));
        let (left, top) = offset(&element);
        Some(Self { element, left, top, width, height })
    }

    /// How far from its place it is drawn, while an animation is under way: more or less by what is the
    /// same for all of one stage.
    pub(super) fn seen_from_its_place(&self) -> (f64, f64) {
        let seen = self.element.get_bounding_client_rect();
        (seen.left() - self.left, seen.top() - self.top)
    }
}

impl<T> Spot<T> {
    pub(super) fn way_from(&self, old: (f64, f64)) -> (f64, f64) {
        (old.0 - self.left, old.1 - self.top)
    }

    pub(super) fn place(&self) -> (f64, f64) {
        (self.left, self.top)
    }
}

fn offset(element: &HtmlElement) -> (f64, f64) {
    (f64::from(element.offset_left()), f64::from(element.offset_top()))
}

impl LanePlace {
    /// Reads where a lane and its tiles stand.
    fn of(spot: Spot, uid: &str, (view, painter): (&StageView, &StagePainter), known: Option<&Self>) -> Self {
        let border = (f64::from(spot.element.client_left()), f64::from(spot.element.client_top()));
        let rows = painter.lane(uid).map(|(pods, grid)| (grid, offset(pods)));
        let mut lane = Self { spot, border, rows, tiles: Rc::default() };
        let drawn = drawn(view, uid);
        lane.tiles = match known.filter(|known| rows.is_some() && known.rows == rows && known.has(&drawn)) {
            Some(known) => Rc::clone(&known.tiles),
            None => Rc::new(lane.read(&drawn)),
        };
        lane
    }

    /// Where a tile of the lane stands on the page.
    pub(super) fn tile(&self, tile: &TilePlace) -> Spot<Body> {
        let (x, y) = (self.spot.left + self.border.0, self.spot.top + self.border.1);
        Spot { left: x + tile.spot.left, top: y + tile.spot.top, ..tile.spot.clone() }
    }

    /// Whether its tiles are painted.
    pub(super) fn is_painted(&self) -> bool {
        self.rows.is_some()
    }

    /// How many places its tiles took, with the gaps among them.
    pub(super) fn count(&self) -> usize {
        self.tiles.last().map_or(0, |tile| tile.nth + 1)
    }

    /// Whether just these are painted in it.
    fn has(&self, drawn: &[(usize, &Rc<TileView>)]) -> bool {
        let is_it = |known: &TilePlace, (nth, tile): &(usize, &Rc<TileView>)| {
            known.nth == *nth
                && matches!(&known.spot.element, Body::Painted(known) if Rc::ptr_eq(known, tile))
        };
        self.tiles.len() == drawn.len()
            && self.tiles.iter().zip(drawn).all(|(known, tile)| is_it(known, tile))
    }

    /// Where painted tiles stand is known; where elements do is read.
    fn read(&self, drawn: &[(usize, &Rc<TileView>)]) -> Vec<TilePlace> {
        let Some((grid, (x, y))) = self.rows else {
            return tiles_of(&self.spot.element).into_iter().enumerate().filter_map(TilePlace::of).collect();
        };
        let tile = |&(nth, tile): &(usize, &Rc<TileView>)| {
            let ((left, top), element) = (grid.place(nth), Body::Painted(Rc::clone(tile)));
            let (width, height) = (TILE_WIDTH, grid.tile_height());
            let spot = Spot { element, left: x + left, top: y + top, width, height };
            TilePlace { uid: tile.uid.clone(), nth, spot }
        };
        drawn.iter().map(tile).collect()
    }
}

impl TilePlace {
    fn of((nth, element): (usize, Element)) -> Option<Self> {
        let uid = element.get_attribute("data-flip")?;
        let Spot { element, left, top, width, height } = Spot::of(element)?;
        Some(Self { uid, nth, spot: Spot { element: Body::Element(element), left, top, width, height } })
    }
}

impl Places {
    /// All is read at once, so that the browser lays the page out once. `keeps_room` says that since the old
    /// picture no lane has given up room.
    pub(super) fn of(
        root: &Element,
        (view, painter): (&StageView, &StagePainter),
        old: &Self,
        keeps_room: bool,
    ) -> Self {
        let is_summed = has_sums(root);
        let mut places = Self {
            is_summed,
            is_painted: view.is_compact && !is_summed,
            under_way: Rc::clone(&old.under_way),
            sliding: Rc::clone(&old.sliding),
            room: (root.client_width(), root.client_height()),
            ..Self::default()
        };
        let page = root.closest("main").ok().flatten();
        let panels = page.map(|page| browser::all(&page, ".area-cluster > *, .area-read > *"));
        places.panels = panels.into_iter().flatten().filter_map(Spot::of).collect();
        if keeps_room && places.stand_as(old, view) {
            places.lanes = old.lanes_with(view, places.is_painted);
            return places;
        }
        for lane in browser::all(root, "[data-lane]") {
            let Some(uid) = lane.get_attribute("data-lane") else { continue };
            let Some(spot) = Spot::of(lane) else { continue };
            let lane = LanePlace::of(spot, &uid, (view, painter), old.lanes.get(&uid));
            places.lanes.insert(uid, lane);
        }
        places
    }

    /// Whether all lanes stand where they stood, without looking at each: where none gives up room and the
    /// stage has not grown, none of them has.
    fn stand_as(&self, old: &Self, view: &StageView) -> bool {
        let shelves = usize::from(!view.is_empty());
        self.room == old.room
            && (self.is_painted || self.is_summed)
            && (self.is_painted, self.is_summed) == (old.is_painted, old.is_summed)
            && old.lanes.len() == view.lanes.len() + shelves
            && view.lanes.iter().all(|lane| old.lanes.contains_key(&lane.uid))
    }

    /// The lanes at their old places with their new tiles.
    fn lanes_with(&self, view: &StageView, is_painted: bool) -> SortedMap<String, LanePlace> {
        let fresh = |(uid, lane): (&String, &LanePlace)| {
            let mut lane = lane.clone();
            let drawn = drawn(view, uid);
            // Where pods are summed up a lane may have none, or those that somebody wanted to see.
            let has_tiles = is_painted || lane.rows.is_some();
            if has_tiles && !lane.has(&drawn) {
                lane.tiles = Rc::new(lane.read(&drawn));
            }
            (uid.clone(), lane)
        };
        self.lanes.iter().map(fresh).collect()
    }

    /// Whether there are tiles at all.
    pub(super) fn have_tiles(&self) -> bool {
        self.lanes.values().any(|lane| !lane.tiles.is_empty())
    }

    /// The tiles that may not stand in their lanes as in the other picture, with where they are on the page,
    /// by uid.
    pub(super) fn changed<'a>(&'a self, other: &Self) -> SortedMap<&'a str, (&'a str, Spot<Body>)> {
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

/// The tiles of a lane as they are to be drawn, with their places.
pub(super) fn drawn<'a>(view: &'a StageView, lane: &str) -> Vec<(usize, &'a Rc<TileView>)> {
    let places = view.places(lane).into_iter().enumerate();
    places.filter_map(|(nth, tile)| Some((nth, tile?))).collect()
}

/// Whether pods are summed up instead of drawn.
pub(super) fn has_sums(root: &Element) -> bool {
    root.query_selector(".lane-crowd").is_ok_and(|crowd| crowd.is_some())
}

/// The tiles of a lane that are elements.
fn tiles_of(lane: &Element) -> Vec<Element> {
    browser::all(lane, ".tile[data-flip]")
}

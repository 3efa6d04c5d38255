//! Where lanes, tiles and panels stand on the page, read all at once.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use crate::collections::SortedMap;
use crate::ui::browser;

/// Where something stands on the page, and how much room it takes.
#[derive(Clone)]
pub(super) struct Spot {
    pub(super) element: HtmlElement,
    /// The lane of a tile.
    pub(super) lane: String,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// How many tiles a lane has.
    pub(super) tiles: usize,
}

/// Where everything stood after the last change.
#[derive(Default)]
pub(super) struct Places {
    pub(super) lanes: SortedMap<String, Spot>,
    pub(super) tiles: SortedMap<String, Spot>,
    pub(super) panels: Vec<Spot>,
    /// Whether pods were summed up: those that are drawn next have not come from anywhere.
    pub(super) is_summed: bool,
    /// Whether time passed.
    pub(super) was_moving: bool,
}

impl Spot {
    /// Offsets, unlike rectangles, do not count an animation that is still under way. They count from the
    /// nearest positioned element: for a tile that is its lane, which stands at `(x, y)`. The size is read
    /// unless it is known.
    fn of(
        element: Element,
        lane: &str,
        tiles: usize,
        (x, y): (f64, f64),
        size: Option<(f64, f64)>,
    ) -> Option<Self> {
        let element: HtmlElement = element.dyn_into().ok()?;
        let (width, height) =
            size.unwrap_or_else(|| (f64::from(element.offset_width()), f64::from(element.offset_height())));
        Some(Self {
            left: x + f64::from(element.offset_left()),
            top: y + f64::from(element.offset_top()),
            width,
            height,
            lane: lane.to_owned(),
            element,
            tiles,
        })
    }

    pub(super) fn way_from(&self, old: (f64, f64)) -> (f64, f64) {
        (old.0 - self.left, old.1 - self.top)
    }

    pub(super) fn place(&self) -> (f64, f64) {
        (self.left, self.top)
    }
}

impl Places {
    /// All is read at once, so that the browser lays the page out once.
    pub(super) fn of(root: &Element) -> Self {
        let is_summed = root.query_selector(".lane-crowd").is_ok_and(|crowd| crowd.is_some());
        // Small tiles are all of one size.
        let is_compact = root.matches(".is-compact").unwrap_or_default();
        let mut size = None;
        let mut places = Self { is_summed, ..Self::default() };
        let mut found = Vec::new();
        for lane in browser::all(root, "[data-lane]") {
            let Some(uid) = lane.get_attribute("data-lane") else { continue };
            let tiles = tiles_of(&lane);
            let border = (f64::from(lane.client_left()), f64::from(lane.client_top()));
            let Some(spot) = Spot::of(lane, "", tiles.len(), (0.0, 0.0), None) else { continue };
            let inside = (spot.left + border.0, spot.top + border.1);
            for tile in tiles {
                let name = tile.get_attribute("data-flip");
                if let (Some(name), Some(tile)) = (name, Spot::of(tile, &uid, 0, inside, size)) {
                    size = is_compact.then_some((tile.width, tile.height));
                    found.push((name, tile));
                }
            }
            places.lanes.insert(uid, spot);
        }
        places.tiles = found.into_iter().collect();
        let page = root.closest("main").ok().flatten();
        let panels = page.map(|page| browser::all(&page, ".area-cluster > *, .area-read > *"));
        let panels = panels.into_iter().flatten();
        places.panels = panels.filter_map(|panel| Spot::of(panel, "", 0, (0.0, 0.0), None)).collect();
        places
    }
}

/// The tiles of a lane.
pub(super) fn tiles_of(lane: &Element) -> Vec<Element> {
    browser::all(lane, "[data-flip]")
}

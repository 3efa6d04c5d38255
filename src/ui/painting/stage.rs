//! Which small tiles are painted on which lane: those that have changed, and none that is on its way.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement};

use super::brush::{self, Brush, Spot};
use crate::collections::{SortedMap, SortedSet};
use crate::ui::browser;
use crate::ui::view_model::grid::{Grid, TILE_WIDTH};
use crate::ui::view_model::stage::{SHELF, StageView};
use crate::ui::view_model::tile::TileView;

/// Places, and what stands on each.
type Cells = Vec<Option<Rc<TileView>>>;

/// Paints the lanes of a stage.
#[derive(Debug, Default)]
pub(crate) struct StagePainter {
    brush: Option<Brush>,
    /// By the uid of the lane.
    lanes: SortedMap<String, Painted>,
    /// The uids of tiles that are seen elsewhere, on their way to their places.
    away: SortedSet<String>,
    /// Canvases of tiles that were on their way, for the next ones: a new one takes long.
    spare: Vec<Picture>,
}

/// A canvas of the size of one tile.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    height: f64,
}

/// A lane's canvas, and what is on it.
#[derive(Debug)]
struct Painted {
    /// What holds the canvas, and takes the room.
    pods: HtmlElement,
    canvas: HtmlCanvasElement,
    context: Option<CanvasRenderingContext2d>,
    width: f64,
    grid: Grid,
    /// What is to be seen once all have arrived.
    wanted: Cells,
    /// What is on the canvas.
    drawn: Cells,
    size: (f64, f64),
}

impl StagePainter {
    /// Paints what has changed in the lanes of `root` that have a canvas. Where lanes keep their room the
    /// canvas does, too, unless it has to grow: another size costs more than all tiles.
    pub(crate) fn paint(&mut self, root: &Element, view: &StageView, keeps_room: bool) {
        let mut lanes = SortedMap::new();
        for pods in
            browser::all(root, ".pods").into_iter().filter_map(|pods| pods.dyn_into::<HtmlElement>().ok())
        {
            let lane = pods.closest("[data-lane]").ok().flatten();
            let Some(uid) = lane.and_then(|lane| lane.get_attribute("data-lane")) else { continue };
            let known = self.lanes.remove(&uid).filter(|known| known.pods == pods);
            let Some(painted) = known.or_else(|| Painted::new(pods)) else { continue };
            lanes.insert(uid, painted);
        }
        self.lanes = lanes;
        if self.lanes.is_empty() {
            return;
        }
        // All is read before anything is changed, so that the page is laid out once.
        for painted in self.lanes.values_mut() {
            painted.width = painted.pods.get_bounding_client_rect().width();
        }
        if !self.brush.as_ref().is_some_and(Brush::fits) {
            self.take_new_brush(root);
        }
        for (uid, painted) in &mut self.lanes {
            painted.wanted = view.places(uid).into_iter().map(Option::<&_>::cloned).collect();
            painted.fit(uid == SHELF, keeps_room);
        }
        self.touch_up();
    }

    /// Paints all anew: colours, or the room, have changed.
    pub(crate) fn paint_anew(&mut self, root: &Element) {
        self.take_new_brush(root);
        for (uid, painted) in &mut self.lanes {
            painted.width = painted.pods.get_bounding_client_rect().width();
            painted.fit(uid == SHELF, false);
        }
        self.touch_up();
    }

    /// What takes the room of a lane's tiles, and how they stand in it; `None` where none are painted.
    pub(crate) fn lane(&self, uid: &str) -> Option<(&HtmlElement, Grid)> {
        self.lanes.get(uid).map(|painted| (&painted.pods, painted.grid))
    }

    /// A tile on a canvas of its own.
    pub(crate) fn picture(&mut self, tile: &TileView, height: f64) -> Option<Picture> {
        let brush = self.brush.as_ref()?;
        let spare = self.spare.iter().position(|picture| picture.height.to_bits() == height.to_bits());
        let spare = spare.map(|nth| self.spare.swap_remove(nth));
        let picture = spare.or_else(|| Picture::new(brush, height))?;
        brush.tile(&picture.context, tile, Spot { left: 0.0, top: 0.0, height });
        Some(picture)
    }

    /// Takes a picture back that is not seen any more.
    pub(crate) fn take_back(&mut self, picture: Picture) {
        self.spare.push(picture);
    }

    /// Leaves a tile's place empty until it has arrived.
    pub(crate) fn send_away(&mut self, lane: &str, uid: &str) {
        self.away.insert(uid.to_owned());
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.clear(uid);
        }
    }

    /// Paints a tile that has arrived in its place.
    pub(crate) fn let_arrive(&mut self, lane: &str, uid: &str) {
        self.away.remove(uid);
        if let (Some(lane), Some(brush)) = (self.lanes.get_mut(lane), &self.brush) {
            lane.touch_up(brush, &self.away);
        }
    }

    fn take_new_brush(&mut self, root: &Element) {
        self.brush = Brush::new(root);
        self.spare.clear();
        for painted in self.lanes.values_mut() {
            painted.context = None;
        }
    }

    fn touch_up(&mut self) {
        let Some(brush) = &self.brush else { return };
        for painted in self.lanes.values_mut() {
            painted.touch_up(brush, &self.away);
        }
    }
}

impl Picture {
    fn new(brush: &Brush, height: f64) -> Option<Self> {
        let canvas = brush::canvas()?;
        let context = brush.fit(&canvas, (TILE_WIDTH, height))?;
        Some(Self { canvas, context, height })
    }
}

impl Painted {
    fn new(pods: HtmlElement) -> Option<Self> {
        let canvas = pods.query_selector("canvas").ok()??.dyn_into().ok()?;
        let grid = Grid::of(0.0, false);
        let (wanted, drawn) = (Cells::new(), Cells::new());
        Some(Self { pods, canvas, context: None, width: 0.0, grid, wanted, drawn, size: (0.0, 0.0) })
    }

    /// Takes the room that the tiles need.
    fn fit(&mut self, is_shelf: bool, keeps_room: bool) {
        let grid = Grid::of(self.width, is_shelf);
        let (width, mut height) = grid.size(self.wanted.len());
        if std::mem::replace(&mut self.grid, grid) == grid && keeps_room {
            height = height.max(self.size.1);
        }
        let size = (width, height);
        if size != self.size {
            self.size = size;
            self.context = None;
            drop(self.pods.style().set_property("height", &format!("{}px", size.1)));
        }
    }

    fn touch_up(&mut self, brush: &Brush, away: &SortedSet<String>) {
        if self.context.is_none() {
            self.drawn.clear();
            self.context = brush.fit(&self.canvas, self.size);
        }
        let Some(context) = &self.context else { return };
        self.drawn.resize(self.wanted.len(), None);
        for (nth, (wanted, drawn)) in self.wanted.iter().zip(&mut self.drawn).enumerate() {
            if is_same(wanted.as_ref(), drawn.as_ref()) {
                continue;
            }
            let (left, top) = self.grid.place(nth);
            let at = Spot { left, top, height: self.grid.tile_height() };
            match wanted.as_ref().filter(|tile| !away.contains(&tile.uid)) {
                Some(tile) => {
                    brush.tile(context, tile, at);
                    *drawn = Some(Rc::clone(tile));
                }
                None if drawn.take().is_some() => Brush::clear(context, at),
                None => {}
            }
        }
    }

    /// Leaves the place of a tile empty.
    fn clear(&mut self, uid: &str) {
        let is_it = |tile: &Option<Rc<TileView>>| tile.as_ref().is_some_and(|tile| tile.uid == uid);
        let Some(nth) = self.drawn.iter().position(is_it) else { return };
        self.drawn[nth] = None;
        if let Some(context) = &self.context {
            let (left, top) = self.grid.place(nth);
            Brush::clear(context, Spot { left, top, height: self.grid.tile_height() });
        }
    }
}

fn is_same(a: Option<&Rc<TileView>>, b: Option<&Rc<TileView>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Rc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

//! Paints one small tile: its revision's pattern at the left edge, its name, its mark and its revision's
//! letter.
//!
//! All but the texts is painted once for all tiles that look alike, as each call costs more than what it
//! paints. The marks are those of `marks.css`, which has them as boxes: a ring that fills up until the pod is
//! ready, a bar for one that leaves, a frame for one that fails.

use std::cell::RefCell;
use std::f64::consts::TAU;

use wasm_bindgen::JsCast as _;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};

use super::palette::{Ink, Palette};
use crate::ui::browser;
use crate::ui::view_model::grid::TILE_WIDTH;
use crate::ui::view_model::status::Shape;
use crate::ui::view_model::tile::TileView;

/// Longer names do not fit; the part that tells a pod from its siblings does.
const NAME_MAX: usize = 7;
/// The width of the pattern, without the line beside it.
const STRIP: f64 = 7.0;
/// The left edge of name and mark.
const LEFT: f64 = 13.0;
/// The left edge of the letter.
const LETTER: f64 = 33.0;
/// The size of a mark.
const MARK: f64 = 14.0;

/// What is needed to paint tiles.
#[derive(Debug)]
pub(super) struct Brush {
    palette: Palette,
    /// The patterns of revisions, as high as the highest tile.
    strips: Vec<HtmlCanvasElement>,
    /// Tiles without their texts.
    blanks: RefCell<Vec<(Blank, HtmlCanvasElement)>>,
    /// The pixels of the screen in one of the page.
    ratio: f64,
}

/// What a tile without its texts depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Blank {
    shape: Shape,
    pattern: Option<usize>,
    is_selected: bool,
    height: f64,
}

/// Where a tile is painted.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) height: f64,
}

impl Brush {
    /// A brush with the page's colours of now.
    pub(super) fn new(root: &Element) -> Option<Self> {
        let palette = Palette::read(root)?;
        let ratio = ratio();
        let strips = (0..palette.patterns.len()).filter_map(|nth| strip(&palette, nth, ratio)).collect();
        Some(Self { palette, strips, blanks: RefCell::default(), ratio })
    }

    /// Whether the screen still has as many pixels in one of the page.
    pub(super) fn fits(&self) -> bool {
        self.ratio.to_bits() == ratio().to_bits()
    }

    /// Gives a canvas its size, in pixels of the page; what was on it is gone.
    pub(super) fn fit(
        &self,
        canvas: &HtmlCanvasElement,
        size: (f64, f64),
    ) -> Option<CanvasRenderingContext2d> {
        let context = fit(canvas, size, self.ratio)?;
        context.set_font(&self.palette.font);
        context.set_text_baseline("middle");
        Some(context)
    }

    /// Leaves a place empty.
    pub(super) fn clear(canvas: &CanvasRenderingContext2d, at: Spot) {
        canvas.clear_rect(at.left, at.top, TILE_WIDTH, at.height);
    }

    /// Paints a tile over what was there.
    pub(super) fn tile(&self, canvas: &CanvasRenderingContext2d, tile: &TileView, at: Spot) {
        let (Some(ink), Some(blank)) = (self.palette.ink(tile.shape), self.blank(tile, at.height)) else {
            return;
        };
        // Where something cannot be painted nothing else can be done.
        drop(canvas.draw_image_with_html_canvas_element_and_dw_and_dh(
            &blank, at.left, at.top, TILE_WIDTH, at.height,
        ));
        let rows = rows(at);
        canvas.set_fill_style_str(&ink.text);
        let letter = tile.revision.as_ref().map_or("–", |mark| mark.letter.as_str());
        drop(canvas.fill_text(&short_name(tile), at.left + LEFT, rows[0]));
        drop(canvas.fill_text(letter, at.left + LETTER, rows[1]));
    }

    fn blank(&self, tile: &TileView, height: f64) -> Option<HtmlCanvasElement> {
        let pattern = tile.revision.as_ref().map(|mark| mark.pattern);
        let look = Blank { shape: tile.shape, pattern, is_selected: tile.is_selected, height };
        let mut blanks = self.blanks.borrow_mut();
        if let Some((_, blank)) = blanks.iter().find(|(known, _)| *known == look) {
            return Some(blank.clone());
        }
        let (picture, ink) = (canvas()?, self.palette.ink(tile.shape)?);
        let canvas = fit(&picture, (TILE_WIDTH, height), self.ratio)?;
        canvas.set_fill_style_str(&ink.ground);
        canvas.fill_rect(0.0, 0.0, TILE_WIDTH, height);
        self.strip(&canvas, look);
        self.border(&canvas, look, ink);
        canvas.set_fill_style_str(&ink.mark);
        canvas.set_stroke_style_str(&ink.mark);
        let middle = rows(Spot { left: 0.0, top: 0.0, height })[1];
        mark(&canvas, tile.shape, (LEFT, (middle - MARK / 2.0).round()));
        blanks.push((look, picture.clone()));
        Some(picture)
    }

    fn strip(&self, canvas: &CanvasRenderingContext2d, look: Blank) {
        let height = look.height - 2.0;
        if let Some(strip) = look.pattern.and_then(|pattern| self.strips.get(pattern)) {
            let (width, rows) = (f64::from(strip.width()), height * self.ratio);
            drop(canvas.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                strip, 0.0, 0.0, width, rows, 1.0, 1.0, STRIP, height,
            ));
        }
        if let Some(ink) = self.palette.ink(Shape::Ready) {
            canvas.set_fill_style_str(&ink.edge);
            canvas.fill_rect(1.0 + STRIP, 1.0, 1.0, height);
        }
    }

    fn border(&self, canvas: &CanvasRenderingContext2d, look: Blank, ink: &Ink) {
        let frame = |colour: &str, inset: f64, width: f64| {
            let middle = inset + width / 2.0;
            canvas.set_stroke_style_str(colour);
            canvas.set_line_width(width);
            canvas.stroke_rect(middle, middle, TILE_WIDTH - 2.0 * middle, look.height - 2.0 * middle);
        };
        match look.shape {
            Shape::Pending => dash(canvas, 1.0),
            Shape::Terminating => dash(canvas, 3.0),
            _ => {}
        }
        frame(&ink.edge, 0.0, 1.0);
        dash(canvas, 0.0);
        if let Some(ink) = self.palette.selected().filter(|_| look.is_selected) {
            frame(&ink.edge, 0.0, 2.0);
            frame(&ink.ground, 2.0, 1.0);
        }
    }
}

/// The middles of the two rows of a tile.
fn rows(at: Spot) -> [f64; 2] {
    [at.top + at.height * 0.3, at.top + at.height * 0.7]
}

/// What a tile is called where there is no room.
fn short_name(tile: &TileView) -> String {
    let name = &tile.key.name;
    match name.rsplit_once('-') {
        Some((_, suffix)) if name.len() > NAME_MAX => format!("…{suffix}"),
        _ => name.clone(),
    }
}

/// Lines of dashes, or whole ones.
fn dash(canvas: &CanvasRenderingContext2d, length: f64) {
    let segments = web_sys::js_sys::Array::new();
    if length > 0.0 {
        segments.push(&length.into());
    }
    drop(canvas.set_line_dash(&segments));
}

/// The mark of a state in a square of [`MARK`] pixels.
fn mark(canvas: &CanvasRenderingContext2d, shape: Shape, (left, top): (f64, f64)) {
    let (x, y, half) = (left + MARK / 2.0, top + MARK / 2.0, MARK / 2.0);
    // A ring, thicker towards one side: a disc without an oval, which is gone round the other way.
    let ring = |(dx, dy): (f64, f64), (width, height): (f64, f64)| {
        drop(canvas.arc(x, y, half, 0.0, TAU));
        drop(canvas.ellipse_with_anticlockwise(x + dx, y + dy, width, height, 0.0, 0.0, -TAU, true));
        canvas.fill();
    };
    canvas.begin_path();
    match shape {
        Shape::Pending => {
            dash(canvas, 2.0);
            canvas.set_line_width(2.0);
            drop(canvas.arc(x, y, half - 1.0, 0.0, TAU));
            canvas.stroke();
            dash(canvas, 0.0);
        }
        Shape::Creating => ring((0.0, -1.75), (5.5, 3.75)),
        Shape::NotReady => ring((-2.75, 0.0), (2.75, 5.5)),
        Shape::Ready => {
            drop(canvas.arc(x, y, half, 0.0, TAU));
            canvas.fill();
        }
        Shape::Terminating => canvas.fill_rect(left, y - 2.0, MARK, 4.0),
        Shape::Failed => {
            canvas.set_line_width(4.5);
            canvas.stroke_rect(left + 2.25, top + 2.25, MARK - 4.5, MARK - 4.5);
        }
        Shape::Succeeded => canvas.fill_rect(left, y - 5.0, MARK, 10.0),
    }
}

/// The pattern of a revision, as `marks.css` has it.
fn strip(palette: &Palette, pattern: usize, ratio: f64) -> Option<HtmlCanvasElement> {
    const HEIGHT: f64 = 42.0;
    let picture = canvas()?;
    let canvas = fit(&picture, (STRIP, HEIGHT), ratio)?;
    let colour = palette.patterns.get(pattern)?;
    canvas.set_fill_style_str(colour);
    canvas.set_stroke_style_str(colour);
    canvas.set_line_width(if matches!(pattern, 1) { 2.5 } else { 2.0 });
    let mut y = -STRIP;
    while y < HEIGHT + STRIP {
        canvas.begin_path();
        match pattern {
            0 => canvas.fill_rect(0.0, 0.0, STRIP, HEIGHT),
            1 | 4 => {
                let (from, to) = if pattern == 1 { (y + STRIP, y) } else { (y, y + STRIP) };
                canvas.move_to(0.0, from);
                canvas.line_to(STRIP, to);
                canvas.stroke();
            }
            2 => {
                drop(canvas.arc(STRIP / 2.0, y, 1.7, 0.0, TAU));
                canvas.fill();
            }
            3 => canvas.fill_rect(0.0, y, STRIP, 2.0),
            _ => {
                canvas.fill_rect(0.0, y, 3.0, 3.0);
                canvas.fill_rect(3.0, y + 3.0, 4.0, 3.0);
            }
        }
        y += match pattern {
            1 => 8.5,
            4 => 7.0,
            _ => 5.0 + f64::from(u8::from(pattern == 5)),
        };
    }
    Some(picture)
}

/// A new canvas.
pub(super) fn canvas() -> Option<HtmlCanvasElement> {
    browser::document()?.create_element("canvas").ok()?.dyn_into().ok()
}

fn fit(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    ratio: f64,
) -> Option<CanvasRenderingContext2d> {
    canvas.set_width(pixels(width * ratio));
    canvas.set_height(pixels(height * ratio));
    let style = canvas.style();
    drop(style.set_property("width", &format!("{width}px")));
    drop(style.set_property("height", &format!("{height}px")));
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.scale(ratio, ratio).ok()?;
    Some(context)
}

fn ratio() -> f64 {
    web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).max(0.1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a stage is not larger than that"
)]
fn pixels(px: f64) -> u32 {
    px.clamp(0.0, 16_000.0).ceil() as u32
}

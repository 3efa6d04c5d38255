//! The timeline as a file: one drawing with its own colours, patterns, names and a title.

use plotters::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement};

use super::plot::{COUNTS, LANE, draw_bars, draw_counts, whole};
use crate::ui::browser;
use crate::ui::view_model::summary::clock;
use crate::ui::view_model::timeline::TimelineView;

/// The width of the names.
const NAMES: u32 = 150;
/// The width of the drawing itself.
const WIDTH: u32 = 900;
/// The height of a lane with the room below it.
const ROW: u32 = LANE + 3;
/// The room above the first lane.
const HEAD: u32 = 44;

/// What the patterns look like outside the page.
const PATTERNS: [(&str, &str); 5] = [
    ("#000001", "<circle cx=\"2\" cy=\"2\" r=\"1.1\" fill=\"#111\"/>"),
    ("#000002", "<path d=\"M0 6L6 0\" stroke=\"#111\" stroke-width=\"1.2\"/>"),
    ("#000003", "<path d=\"M2 0V6\" stroke=\"#111\" stroke-width=\"1.2\"/>"),
    ("#000004", "<path d=\"M0 6L6 0M0 0L6 6\" stroke=\"#111\" stroke-width=\"0.9\"/>"),
    ("#000005", "<path d=\"M0 3H6\" stroke=\"#111\" stroke-width=\"1.2\"/>"),
];

/// What plotters says when it cannot draw.
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// The timeline as a whole SVG file.
pub(crate) fn svg(view: &TimelineView) -> Option<String> {
    let lanes = u32::try_from(view.lanes.len()).ok()?;
    let size = (NAMES + WIDTH + 20, HEAD + lanes * ROW + COUNTS + 30);
    let mut svg = String::new();
    draw(&mut svg, view, size).ok()?;
    Some(finished(&svg, view))
}

fn draw(svg: &mut String, view: &TimelineView, size: (u32, u32)) -> Drawn {
    let root = SVGBackend::with_string(svg, size).into_drawing_area();
    root.fill(&WHITE)?;
    let text = ("sans-serif", 12).into_font().color(&RGBColor(17, 17, 17));
    let small = ("sans-serif", 11).into_font().color(&RGBColor(85, 85, 85));
    root.draw(&Text::new(view.summary(), (10, 8), text.clone()))?;
    let left = whole(f64::from(NAMES));
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let at = clock(view.window.instant(share));
        let x = left + whole(share * f64::from(WIDTH)) - whole(share * 50.0);
        root.draw(&Text::new(at, (x, 28), small.clone()))?;
    }
    let plot = root.margin(0, 0, NAMES, 20);
    let mut y = whole(f64::from(HEAD));
    for (lane, name) in view.lanes.iter().zip(view.names()) {
        root.draw(&Text::new(name.to_owned(), (10, y), small.clone()))?;
        let mut bars = lane.bars(view.window);
        for bar in &mut bars {
            bar.to = Some(bar.to.unwrap_or(view.now));
        }
        draw_bars(&plot, &bars, (view.window, WIDTH), y)?;
        y += whole(f64::from(ROW));
    }
    root.draw(&Text::new(format!("pods, up to {}", view.session.counts.top()), (10, y + 4), small))?;
    draw_counts(&plot, &view.session.counts, (view.window, WIDTH), y)?;
    root.present()?;
    Ok(())
}

/// Adds what plotters cannot draw: a title, a description, and the patterns.
fn finished(svg: &str, view: &TimelineView) -> String {
    let Some((head, body)) = svg.split_once(">\n") else { return svg.to_owned() };
    let mut patterns = String::new();
    let mut body = body.to_owned();
    for (index, (colour, shape)) in PATTERNS.iter().enumerate() {
        patterns.push_str(&format!(
            "<pattern id=\"p{index}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">{shape}</pattern>"
        ));
        body = body.replace(&format!("fill=\"{colour}\""), &format!("fill=\"url(#p{index})\""));
    }
    let title = "<title>Timeline of a kubesets session</title>";
    format!("{head}>\n{title}<desc>{}</desc><defs>{patterns}</defs>\n{body}", view.summary())
}

/// Saves a text as a file.
pub(crate) fn save(name: &str, kind: &str, text: &str) {
    save_address(name, &format!("data:{kind};charset=utf-8,{}", browser::percent_encoded(text)));
}

fn save_address(name: &str, address: &str) {
    let Some(document) = browser::document() else { return };
    let Ok(anchor) = document.create_element("a") else { return };
    let Ok(anchor) = anchor.dyn_into::<HtmlAnchorElement>() else { return };
    anchor.set_href(address);
    anchor.set_download(name);
    anchor.click();
}

/// Saves a drawing as a PNG of twice its size.
pub(crate) fn save_png(name: &'static str, svg: &str) {
    let Ok(image) = HtmlImageElement::new() else { return };
    let drawn = image.clone();
    let on_load = Closure::once_into_js(move || {
        if let Some(address) = rastered(&drawn) {
            save_address(name, &address);
        }
    });
    image.set_onload(Some(on_load.unchecked_ref()));
    image.set_src(&format!("data:image/svg+xml;charset=utf-8,{}", browser::percent_encoded(svg)));
}

fn rastered(image: &HtmlImageElement) -> Option<String> {
    let canvas = browser::document()?.create_element("canvas").ok()?;
    let canvas = canvas.dyn_into::<HtmlCanvasElement>().ok()?;
    canvas.set_width(image.natural_width() * 2);
    canvas.set_height(image.natural_height() * 2);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context.scale(2.0, 2.0).ok()?;
    context.draw_image_with_html_image_element(image, 0.0, 0.0).ok()?;
    canvas.to_data_url_with_type("image/png").ok()
}

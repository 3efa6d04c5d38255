//! The timeline as a file: one drawing with its own colours, patterns, names and a title.

use plotters::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement};

use super::plot::{COUNTS, DESIRED, FLOOR, LANE, READY, UPDATED, draw_bars, draw_counts, look, whole};
use crate::ui::browser;
use crate::ui::time_machine::MarkKind;
use crate::ui::view_model::status::Shape;
use crate::ui::view_model::summary::clock_to_the_second;
use crate::ui::view_model::timeline::TimelineView;

/// The width of the names.
const NAMES: u32 = 150;
/// The width of the drawing itself.
const WIDTH: u32 = 900;
/// The height of a lane with the room below it.
const ROW: u32 = LANE + 3;
/// The room above the first lane.
const HEAD: u32 = 44;

/// The room for the legend at the foot.
const LEGEND: i32 = 26;
/// The width of a sample in it.
const SAMPLE: i32 = 16;
/// Labels of the axis, at most.
const TICKS: u32 = 10;
/// The lines at commands.
const COMMAND: RGBColor = RGBColor(11, 92, 173);

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
    for tick in view.window.ticks(TICKS) {
        let x = left + whole(view.window.place(tick, f64::from(WIDTH)));
        root.draw(&Text::new(clock_to_the_second(tick), (x, 28), small.clone()))?;
    }
    let plot = root.margin(0, 0, NAMES, 20);
    let bottom = whole(f64::from(size.1)) - LEGEND;
    for (at, ..) in view.marks.iter().filter(|(_, kind, _)| *kind == MarkKind::Command) {
        let x = whole(view.window.place(*at, f64::from(WIDTH)));
        let line = PathElement::new(vec![(x, whole(f64::from(HEAD))), (x, bottom)], COMMAND.stroke_width(1));
        plot.draw(&line)?;
    }
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
    root.draw(&Text::new(format!("pods, up to {}", view.session.counts.top()), (10, y + 4), small.clone()))?;
    draw_counts(&plot, &view.session.counts, (view.window, WIDTH, view.now), y)?;
    let mut x = 10;
    for (word, colour, height) in legend(view) {
        let top = bottom + 14 - height;
        root.draw(&Rectangle::new([(x, top), (x + SAMPLE, top + height)], colour.filled()))?;
        root.draw(&Text::new(word, (x + SAMPLE + 4, bottom + 3), small.clone()))?;
        x += SAMPLE + 14 + 7 * i32::try_from(word.len())?;
    }
    root.present()?;
    Ok(())
}

/// What bars and lines mean: a word, the colour, and how high a sample of it is.
fn legend(view: &TimelineView) -> Vec<(&'static str, RGBColor, i32)> {
    let counts = &view.session.counts;
    let bars = Shape::ALL.iter().filter(|(shape, _)| view.session.shapes.contains(shape));
    let bars = bars.map(|(shape, word)| (*word, look(*shape).0, whole(f64::from(look(*shape).1))));
    let lines = [
        ("ready, not ending", READY, true),
        ("updated", UPDATED, !counts.updated.is_empty()),
        ("desired", DESIRED, !counts.desired.is_empty()),
        ("budget's floor", FLOOR, !counts.floor.is_empty()),
        ("command", COMMAND, true),
    ];
    let lines = lines.into_iter().filter(|(_, _, is_drawn)| *is_drawn);
    bars.chain(lines.map(|(word, colour, _)| (word, colour, 2))).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Time;
    use crate::ui::state::{Action, Panel, State};

    #[test]
    fn nothing_is_drawn_beyond_the_present_and_all_is_explained() {
        let mut state = State::default();
        state.reduce(Action::Apply);
        state.machine.run_until(&mut state.cluster, Time::from_ms(30_000));
        state.reduce(Action::Panel(Panel::Timeline));
        let view = state.views.timeline.as_ref().expect("it is shown");
        let svg = svg(view).expect("it is drawn");
        let now = f64::from(NAMES) + view.window.place(view.now, f64::from(WIDTH));
        let lines = svg.split("<polyline").filter(|line| line.contains("stroke=\"#009E73\""));
        let points = lines.filter_map(|line| line.split("points=\"").nth(1)?.split('"').next());
        let ends: Vec<f64> = points
            .flat_map(|points| points.split_whitespace())
            .filter_map(|point| point.split(',').next()?.parse().ok())
            .collect();
        assert!(
            !ends.is_empty() && ends.iter().all(|x| *x <= now + 1.0),
            "{ends:?}, the present is at {now}"
        );
        for word in ["ready, not ending", "updated", "desired", "command", "starting", "00:20"] {
            assert!(svg.contains(word), "{word}");
        }
        assert!(svg.contains("stroke=\"#0B5CAD\""), "the command that was given");
    }
}

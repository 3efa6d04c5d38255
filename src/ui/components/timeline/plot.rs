//! Draws the timeline's bars and counts.
//!
//! The colours are names for timeline.css, which maps each to the page's own, and the darkest few to the
//! patterns of revisions. A drawing is as wide as its place on the page, so that nothing is stretched.

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::ui::view_model::status::Shape;
use crate::ui::view_model::timeline::counts::Step;
use crate::ui::view_model::timeline::{BarView, CountsView, LaneView, Window};

/// The height of a lane.
pub(super) const LANE: u32 = 14;
/// The height of the counts' drawing.
pub(super) const COUNTS: u32 = 96;
/// Room above and below the counts.
const MARGIN: f64 = 8.0;

/// Where plotters draws.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// What plotters says when it cannot.
pub(super) type Drawn = Result<(), Box<dyn std::error::Error>>;

const READY: RGBColor = RGBColor(0, 158, 115);
const UPDATED: RGBColor = RGBColor(0, 114, 178);
const DESIRED: RGBColor = RGBColor(119, 119, 119);
const FLOOR: RGBColor = RGBColor(213, 94, 0);
const MESH: RGBColor = RGBColor(221, 221, 221);

/// The colour of a shape, and how much of the lane's height it fills: neither is needed to read the other.
pub(super) fn look(shape: Shape) -> (RGBColor, u32) {
    match shape {
        Shape::Ready => (READY, LANE),
        Shape::NotReady => (RGBColor(230, 159, 0), 10),
        Shape::Creating => (RGBColor(86, 180, 233), 7),
        Shape::Pending => (RGBColor(153, 153, 153), 3),
        Shape::Terminating => (RGBColor(204, 121, 167), 7),
        Shape::Failed => (FLOOR, LANE),
        Shape::Succeeded => (UPDATED, 3),
    }
}

/// The mark of a pattern; `None` for the plain one.
pub(super) fn pattern(index: usize) -> Option<RGBColor> {
    u8::try_from(index).ok().filter(|index| *index > 0).map(|index| RGBColor(0, 0, index))
}

/// A lane's bars as SVG.
pub(super) fn lane(lane: &LaneView, window: Window, width: u32) -> Option<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width, LANE)).into_drawing_area();
        for bar in &lane.bars {
            draw_bar(&area, bar, (window, width), 0).ok()?;
        }
        area.present().ok()?;
    }
    Some(svg)
}

/// Draws a bar in a lane whose top is at `y`.
pub(super) fn draw_bar(area: &Area<'_>, bar: &BarView, (window, width): (Window, u32), y: i32) -> Drawn {
    let (colour, height) = look(bar.shape);
    let place = |at| whole(window.place(at, f64::from(width)));
    let (left, right) = (place(bar.from), bar.to.map_or(whole(f64::from(width)), place));
    let (lane, height) = (whole(f64::from(LANE)), whole(f64::from(height)));
    // What ends hangs from above, what begins grows from below.
    let top = if bar.shape == Shape::Terminating { y } else { y + lane - height };
    let corners = [(left, top), (right.max(left + 1), top + height)];
    area.draw(&Rectangle::new(corners, colour.filled()))?;
    if let Some(pattern) = pattern(bar.pattern) {
        area.draw(&Rectangle::new(corners, pattern.filled()))?;
    }
    Ok(())
}

/// The counts as SVG.
pub(super) fn counts(counts: &CountsView, window: Window, width: u32) -> Option<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (width, COUNTS)).into_drawing_area();
        draw_counts(&area, counts, (window, width), 0).ok()?;
        area.present().ok()?;
    }
    Some(svg)
}

/// Draws the counts below `y`.
pub(super) fn draw_counts(
    area: &Area<'_>,
    counts: &CountsView,
    (window, width): (Window, u32),
    y: i32,
) -> Drawn {
    let top = number(counts.top());
    let height = |count: f64| {
        let share = (f64::from(COUNTS) - 2.0 * MARGIN) * count / top;
        y + whole(f64::from(COUNTS) - MARGIN - share)
    };
    for level in [0.0, top] {
        let line = vec![(0, height(level)), (whole(f64::from(width)), height(level))];
        area.draw(&PathElement::new(line, MESH.stroke_width(1)))?;
    }
    let lines = [
        (&counts.desired, DESIRED),
        (&counts.updated, UPDATED),
        (&counts.floor, FLOOR),
        (&counts.ready, READY),
    ];
    for (steps, colour) in lines {
        let corners: Vec<(i32, i32)> = corners(steps, window)
            .into_iter()
            .map(|(share, count)| (whole(share * f64::from(width)), height(count)))
            .collect();
        if !corners.is_empty() {
            area.draw(&PathElement::new(corners, colour.stroke_width(2)))?;
        }
    }
    Ok(())
}

/// The corners of a line that holds each count until the next, as shares of the window's length.
fn corners(steps: &[Step], window: Window) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (at, count) in steps {
        if *at > window.to {
            break;
        }
        let (at, count) = (window.place(*at, 1.0), number(*count));
        match points.last_mut() {
            // Before the window, and within one pixel, only the last count matters.
            Some(last) if at - last.0 < 5e-4 => last.1 = count,
            Some(&mut (_, before)) => points.extend([(at, before), (at, count)]),
            None => points.push((at, count)),
        }
    }
    if let Some(&(_, count)) = points.last() {
        points.push((1.0, count));
    }
    points
}

#[expect(clippy::cast_possible_truncation, reason = "pixels of a page")]
pub(super) fn whole(pixels: f64) -> i32 {
    pixels.round().clamp(-1e6, 1e6) as i32
}

#[expect(clippy::cast_precision_loss, reason = "counts of pods are small")]
fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Time;

    const WINDOW: Window = Window { from: Time::from_ms(1_000), to: Time::from_ms(5_000) };

    #[test]
    fn counts_are_drawn_as_steps() {
        let at = Time::from_ms;
        let steps = [(at(0), 1), (at(500), 2), (at(2_000), 3), (at(3_000), 1), (at(9_000), 7)];
        let corners = corners(&steps, WINDOW);
        assert_eq!(corners, [(0.0, 2.0), (0.25, 2.0), (0.25, 3.0), (0.5, 3.0), (0.5, 1.0), (1.0, 1.0)]);
        let view = CountsView { ready: steps.to_vec(), ..CountsView::default() };
        let svg = counts(&view, WINDOW, 400).expect("there is something to draw");
        assert!(svg.contains("#009E73") && !svg.contains("style="), "{svg}");
    }

    #[test]
    fn a_bar_has_its_height_its_colour_and_its_pattern() {
        let bar = |from, to: Option<u64>, shape, pattern| BarView {
            from: Time::from_ms(from),
            to: to.map(Time::from_ms),
            shape,
            pattern,
        };
        let bars = vec![bar(0, Some(2_000), Shape::Pending, 0), bar(2_000, None, Shape::Ready, 2)];
        let svg = lane(&LaneView { name: "web-0".into(), bars }, WINDOW, 400).expect("it is drawn");
        let rects: Vec<&str> = svg.lines().filter(|line| line.contains("<rect")).collect();
        let expected = [
            ["x=\"0\"", "y=\"11\"", "width=\"100\"", "height=\"3\"", "#999999"],
            ["x=\"100\"", "y=\"0\"", "width=\"300\"", "height=\"14\"", "#009E73"],
            ["x=\"100\"", "y=\"0\"", "width=\"300\"", "height=\"14\"", "#000002"],
        ];
        assert_eq!(rects.len(), expected.len(), "{svg}");
        for (rect, parts) in rects.iter().zip(expected) {
            assert!(parts.iter().all(|part| rect.contains(part)), "{rect} {parts:?}");
        }
    }
}

//! Draws the timeline's bars and counts.
//!
//! The colours are names for timeline.css, which maps each to the page's own, and the darkest few to the
//! patterns of revisions. A drawing is as wide as its place on the page, so that nothing is stretched.

use std::convert::Infallible;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::paths::{PathBackend, Paths};
use crate::sim::Time;
use crate::ui::view_model::status::Shape;
use crate::ui::view_model::timeline::counts::Step;
use crate::ui::view_model::timeline::{BarView, CountsView, Window};

/// The height of a lane.
pub(super) const LANE: u32 = 14;
/// The height of the counts' drawing.
pub(super) const COUNTS: u32 = 96;
/// Room above and below the counts.
const MARGIN: f64 = 8.0;

pub(super) const READY: RGBColor = RGBColor(0, 158, 115);
pub(super) const UPDATED: RGBColor = RGBColor(0, 114, 178);
pub(super) const DESIRED: RGBColor = RGBColor(119, 119, 119);
pub(super) const FLOOR: RGBColor = RGBColor(213, 94, 0);
const MESH: RGBColor = RGBColor(221, 221, 221);

/// Where something is drawn: how far down, and which time in which width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) top: u32,
    pub(super) window: Window,
    pub(super) width: u32,
}

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

/// A lane's bars: a path for each colour.
pub(super) fn bars(bars: &[BarView], at: &Place) -> Paths {
    let (top, room) = (down(at), (at.window, at.width));
    drawn((at.width, at.top + LANE), |area| draw_bars(area, bars, room, top))
}

/// The counts' lines.
pub(super) fn counts(counts: &CountsView, at: &Place) -> Paths {
    // On the page what lies beyond the present is covered, so that a drawing lasts while time goes on.
    let room = (at.window, at.width, at.window.to);
    drawn((at.width, at.top + COUNTS), |area| draw_counts(area, counts, room, down(at)))
}

fn down(at: &Place) -> i32 {
    i32::try_from(at.top).unwrap_or(i32::MAX)
}

/// What drawing in memory gives: nothing can go wrong.
type InMemory = Result<(), DrawingAreaErrorKind<Infallible>>;
type OnPaths<'a> = DrawingArea<PathBackend<'a>, Shift>;
/// What drawing on some backend gives.
pub(super) type Drawing<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

fn drawn(size: (u32, u32), draw: impl FnOnce(&OnPaths<'_>) -> InMemory) -> Paths {
    let mut paths = Paths::default();
    {
        let area = PathBackend { paths: &mut paths, size }.into_drawing_area();
        let is_drawn = draw(&area);
        debug_assert!(is_drawn.is_ok(), "paths are gathered in memory: {is_drawn:?}");
    }
    paths
}

/// Draws the bars of a lane whose top is at `y`: first all colours and then all patterns, as what has one
/// colour may be drawn at once, where its first bar is.
pub(super) fn draw_bars<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    bars: &[BarView],
    room: (Window, u32),
    y: i32,
) -> Drawing<B> {
    for bar in bars {
        area.draw(&Rectangle::new(corners_of(bar, room, y), look(bar.shape).0.filled()))?;
    }
    for bar in bars {
        if let Some(pattern) = pattern(bar.pattern) {
            area.draw(&Rectangle::new(corners_of(bar, room, y), pattern.filled()))?;
        }
    }
    Ok(())
}

/// The upper left and the lower right corner of a bar.
fn corners_of(bar: &BarView, (window, width): (Window, u32), y: i32) -> [(i32, i32); 2] {
    let place = |at| whole(window.place(at, f64::from(width)));
    let (left, right) = (place(bar.from), bar.to.map_or(whole(f64::from(width)), place));
    let (lane, height) = (whole(f64::from(LANE)), whole(f64::from(look(bar.shape).1)));
    // What ends hangs from above, what begins grows from below.
    let top = if bar.shape == Shape::Terminating { y } else { y + lane - height };
    [(left, top), (right.max(left + 1), top + height)]
}

/// Draws the counts below `y`, up to an instant.
pub(super) fn draw_counts<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    counts: &CountsView,
    (window, width, end): (Window, u32, Time),
    y: i32,
) -> Drawing<B> {
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
        let corners: Vec<(i32, i32)> = corners(steps, window, end)
            .into_iter()
            .map(|(share, count)| (whole(share * f64::from(width)), height(count)))
            .collect();
        if !corners.is_empty() {
            area.draw(&PathElement::new(corners, colour.stroke_width(2)))?;
        }
    }
    Ok(())
}

/// The corners of a line that holds each count until the next and the last until `end`, as shares of the
/// window's length.
fn corners(steps: &[Step], window: Window, end: Time) -> Vec<(f64, f64)> {
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
        points.push((window.place(end, 1.0), count));
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

    const WINDOW: Window = Window { from: Time::from_ms(1_000), to: Time::from_ms(5_000) };

    #[test]
    fn counts_are_drawn_as_steps() {
        let at = Time::from_ms;
        let steps = [(at(0), 1), (at(500), 2), (at(2_000), 3), (at(3_000), 1), (at(9_000), 7)];
        let until = |end| corners(&steps[..4], WINDOW, at(end));
        assert_eq!(until(4_000).last(), Some(&(0.75, 1.0)));
        let corners = corners(&steps, WINDOW, WINDOW.to);
        assert_eq!(corners, [(0.0, 2.0), (0.25, 2.0), (0.25, 3.0), (0.5, 3.0), (0.5, 1.0), (1.0, 1.0)]);
        let view = CountsView { ready: steps.to_vec(), ..CountsView::default() };
        // Seven pods, though later than the window, are 80 pixels above none.
        let drawn = counts(&view, &Place { top: 100, window: WINDOW, width: 400 }).lines();
        let ready = "none #009E73 M0 165L100 165L100 154L200 154L200 177L400 177";
        assert_eq!(drawn.last().map(String::as_str), Some(ready), "{drawn:?}");
    }

    #[test]
    fn a_bar_has_its_height_its_colour_and_its_pattern() {
        let bar = |from, to: Option<u64>, shape, pattern| BarView {
            from: Time::from_ms(from),
            to: to.map(Time::from_ms),
            shape,
            pattern,
        };
        let drawn = [bar(0, Some(2_000), Shape::Pending, 0), bar(2_000, None, Shape::Ready, 2)];
        let drawn = bars(&drawn, &Place { top: 30, window: WINDOW, width: 400 });
        let expected = [
            "#999999 none M0 41h100v3h-100z",
            "#009E73 none M100 30h300v14h-300z",
            "#000002 none M100 30h300v14h-300z",
        ];
        assert_eq!(drawn.lines(), expected);
    }

    #[test]
    fn patterns_are_drawn_above_all_colours() {
        let bar = |from, to, shape| BarView {
            from: Time::from_ms(from),
            to: Some(Time::from_ms(to)),
            shape,
            pattern: 2,
        };
        let phases = [bar(1_000, 2_000, Shape::Creating), bar(2_000, 3_000, Shape::Ready)];
        let lines = bars(&phases, &Place { top: 30, window: WINDOW, width: 400 }).lines();
        let fills: Vec<_> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(fills, ["#56B4E9", "#009E73", "#000002"]);
    }
}

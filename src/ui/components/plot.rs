//! Draws counts over time as step lines.
//!
//! The colours are names for static/styles.css, which maps each to the page's own and gives each line its
//! dashes.

use plotters::prelude::*;

use crate::ui::view_model::series::Sample;

const SIZE: (u32, u32) = (640, 170);
/// Ready pods.
const READY: RGBColor = RGBColor(0, 158, 115);
/// Pods of the update revision.
const UPDATED: RGBColor = RGBColor(0, 114, 178);
/// Pods that there should be.
const DESIRED: RGBColor = RGBColor(119, 119, 119);
const TEXT: RGBColor = RGBColor(17, 17, 17);
const MESH: RGBColor = RGBColor(221, 221, 221);
/// The drawing goes on this many seconds after the last sample.
const AFTER_SECONDS: f64 = 2.0;

/// A line's colour, and what it counts.
type Line = (RGBColor, fn(&Sample) -> i64);

/// The drawing as SVG; `None` when there is nothing to draw.
pub(crate) fn plot(samples: &[Sample]) -> Option<String> {
    let (first, last) = (samples.first()?, samples.last()?);
    let end = seconds(last) + AFTER_SECONDS;
    let top = samples.iter().map(|sample| sample.desired.max(sample.ready)).max()?.max(1);
    let mut svg = String::new();
    draw(&mut svg, samples, (seconds(first), end), top).ok()?;
    Some(svg)
}

fn draw(
    svg: &mut String,
    samples: &[Sample],
    across: (f64, f64),
    top: i64,
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    let style = ("sans-serif", 12).into_font().color(&TEXT);
    let labels = usize::try_from(top).unwrap_or(1).clamp(1, 5) + 1;
    let mut chart = ChartBuilder::on(&area)
        .margin(6)
        .margin_right(14)
        .x_label_area_size(20)
        .y_label_area_size(26)
        .build_cartesian_2d(across.0..across.1, 0.0..number(top) + 0.3)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(MESH)
        .axis_style(MESH)
        .label_style(style)
        .y_labels(labels)
        .x_labels(8)
        .x_label_formatter(&|second| format!("{second:.0} s"))
        .y_label_formatter(&|count| format!("{count:.0}"))
        .draw()?;
    let lines: [Line; 3] = [
        (DESIRED, |sample| sample.desired),
        (UPDATED, |sample| sample.updated),
        (READY, |sample| sample.ready),
    ];
    for (colour, count) in lines {
        let points = steps(samples, across.1, count);
        chart.draw_series(LineSeries::new(points, colour.stroke_width(2)))?;
    }
    area.present()?;
    drop(chart);
    drop(area);
    Ok(())
}

/// The corners of a line that holds each value until the next.
fn steps(samples: &[Sample], end: f64, count: fn(&Sample) -> i64) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for sample in samples {
        let (at, value) = (seconds(sample), number(count(sample)));
        if let Some(&(_, before)) = points.last() {
            points.push((at, before));
        }
        points.push((at, value));
    }
    if let Some(&(_, value)) = points.last() {
        points.push((end, value));
    }
    points
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a page's life and counts of pods are small")]
fn seconds(sample: &Sample) -> f64 {
    sample.at.ms() as f64 / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "counts of pods are small")]
fn number(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Time;

    #[test]
    fn counts_are_drawn_as_steps() {
        let sample = |ms, ready| Sample { at: Time::from_ms(ms), ready, updated: 0, desired: 2 };
        let samples = [sample(0, 0), sample(1_500, 1), sample(3_000, 2)];
        let corners = steps(&samples, 5.0, |sample| sample.ready);
        assert_eq!(corners, [(0.0, 0.0), (1.5, 0.0), (1.5, 1.0), (3.0, 1.0), (3.0, 2.0), (5.0, 2.0)]);
        let svg = plot(&samples).expect("there are samples");
        assert!(svg.contains("#009E73") && svg.contains("#0072B2") && svg.contains("#777777"), "{svg}");
        assert!(!svg.contains("style="), "no inline styles: {svg}");
        assert_eq!(plot(&[]), None);
    }
}

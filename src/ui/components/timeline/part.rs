//! What the timeline's three drawings have in common: the axis, the marks, and the present.

use std::rc::Rc;

use yew::prelude::*;

use super::plot::whole;
use crate::sim::Time;
use crate::ui::time_machine::MarkKind;
use crate::ui::view_model::summary::{clock, clock_to_the_second};
use crate::ui::view_model::timeline::{TimelineView, Window};

/// Pixels between two labels of the axis, at least.
const LABEL: u32 = 90;

/// What a drawing shows of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    /// The axis' labels and all marks.
    Head,
    /// Lanes or counts: what goes on below the head.
    Body,
}

/// A drawing of the timeline, of this size, with the lines that go through all of them.
pub(super) fn part(kind: PartKind, view: &TimelineView, size: (u32, u32), content: Html) -> Html {
    let (width, height) = size;
    // In the head, labels and marks stand above each other.
    let [lines, top] = if kind == PartKind::Head { [14, 16] } else { [0, 0] };
    html! {
        <svg class="timeline-drawing" width={width.to_string()} height={height.to_string()} aria-hidden="true">
            { axis(view, width, (lines, height), kind) }
            { content }
            <Marks marks={view.marks.clone()} window={view.window} {size} {top} {kind} />
            { present(view, width, (lines, height), kind) }
        </svg>
    }
}

/// The middle of the pixel in which an instant lies: a thin line is sharp there.
fn place(view: &TimelineView, at: Time, width: u32) -> String {
    let last = f64::from(width.saturating_sub(1));
    format!("{}.5", whole(view.window.place(at, f64::from(width)).floor().min(last)))
}

/// The axis' lines, from where to where down, and its labels.
fn axis(view: &TimelineView, width: u32, (top, bottom): (u32, u32), kind: PartKind) -> Html {
    let ticks = view.window.ticks((width / LABEL).clamp(1, 10));
    let places: Vec<_> = ticks.into_iter().map(|at| (at, place(view, at, width))).collect();
    let lines: Vec<_> = places.iter().map(|(_, x)| format!("M{x} {top}V{bottom}")).collect();
    let label = |(at, x): (Time, String)| {
        html! { <text class="axis-text" {x} y="11">{
        clock_to_the_second(at) }</text> }
    };
    // One at the end would be cut off.
    let room = f64::from(width.saturating_sub(LABEL / 2));
    let has_room = |(at, _): &(Time, String)| view.window.place(*at, f64::from(width)) <= room;
    html! {
        <>
            <path class="axis-line" d={lines.concat()} />
            if kind == PartKind::Head {
                { for places.into_iter().filter(has_room).map(label) }
            }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct MarksProps {
    marks: Rc<Vec<(Time, MarkKind, String)>>,
    window: Window,
    size: (u32, u32),
    top: u32,
    kind: PartKind,
}

/// The marks stand at their milliseconds in a drawing of its own, of which the window is seen: zooming and
/// moving change nothing else. Commands go through all drawings, the others have their place in the head.
#[component]
fn Marks(props: &MarksProps) -> Html {
    let (width, height) = props.size;
    let mark = |(at, kind, text): &(Time, MarkKind, String)| {
        let x = at.ms().to_string();
        let class = match kind {
            MarkKind::Command => "mark-command",
            MarkKind::Milestone => "mark-milestone",
            MarkKind::Warning => "mark-warning",
        };
        html! {
            <line class={class} x1={x.clone()} x2={x} y1={props.top.to_string()} y2={height.to_string()}>
                <title>{ format!("{} {text}", clock(*at)) }</title>
            </line>
        }
    };
    let is_here =
        |(_, kind, _): &&(Time, MarkKind, String)| props.kind == PartKind::Head || *kind == MarkKind::Command;
    let seen = format!("{} 0 {} {height}", props.window.from.ms(), props.window.ms());
    html! {
        <svg class="timeline-marks" width={width.to_string()} height={height.to_string()} viewBox={seen}
            preserveAspectRatio="none">{ for props.marks.iter().filter(is_here).map(mark) }</svg>
    }
}

/// What lies beyond the present is covered, but for the axis; a line shows where the page looks.
fn present(view: &TimelineView, width: u32, (top, bottom): (u32, u32), kind: PartKind) -> Html {
    let x = whole(view.window.place(view.now, f64::from(width)));
    let rest = (whole(f64::from(width)) - x).max(0);
    let at = place(view, view.at, width);
    html! {
        <>
            if view.now < view.window.to && kind == PartKind::Body {
                <rect class="later" x={x.to_string()} y={top.to_string()} width={rest.to_string()}
                    height={(bottom - top).to_string()} />
            }
            <line class="looked-at" x1={at.clone()} x2={at} y1={top.to_string()} y2={bottom.to_string()} />
        </>
    }
}

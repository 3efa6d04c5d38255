//! The timeline: what is shown of it can be chosen, zoomed, panned, read as a table and saved as a file.
//!
//! - [`drawing`]: lanes and counts. [`part`]: axis and marks. [`plot`], [`paths`]: shapes of bars and lines.
//!   [`painter`]: draws a few lanes a frame.
//! - [`export`]: files. [`table`]: the same in words.

mod drawing;
mod export;
mod painter;
mod part;
mod paths;
mod plot;
mod table;

use std::rc::Rc;

use web_sys::{HtmlSelectElement, KeyboardEvent};
use yew::prelude::*;

use crate::api::ObjectKey;
use crate::sim::Time;
use crate::ui::hooks::use_latest::use_latest;
use crate::ui::state::Action;
use crate::ui::view_model::status::Shape;
use crate::ui::view_model::timeline::{LaneBy, TimelineChoice, TimelineView};
use drawing::BOX;
pub(crate) use drawing::Drawing;
use table::Phases;

/// One zoom makes the window shorter by this factor.
const ZOOM: f64 = 0.5;
/// One step to the side moves the window by this share of its length.
const PAN: f64 = 0.25;

#[derive(PartialEq, Properties)]
pub(crate) struct TimelineProps {
    pub(crate) view: Rc<TimelineView>,
    pub(crate) on: Callback<Action>,
}

/// What the timeline shows after a key or a button; `None` when the key means nothing here.
fn moved(view: &TimelineView, key: &str) -> Option<Action> {
    let around = if view.window.holds(view.at) { view.at } else { view.window.instant(0.5) };
    let window = match key {
        "+" | "=" => view.window.zoomed(ZOOM, around, view.now),
        "-" => view.window.zoomed(1.0 / ZOOM, around, view.now),
        "ArrowLeft" => view.window.panned(-PAN, view.now),
        "ArrowRight" => view.window.panned(PAN, view.now),
        "0" => None,
        _ => return None,
    };
    Some(chosen(view, |choice| choice.window = window))
}

fn chosen(view: &TimelineView, change: impl FnOnce(&mut TimelineChoice)) -> Action {
    let mut choice = view.choice.clone();
    change(&mut choice);
    Action::Timeline(choice)
}

#[component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    let (view, on) = (&props.view, &props.on);
    // The controls stay as they are while the timeline changes, and ask for it when they are used.
    let latest = use_latest(view);
    let does = use_callback(on.clone(), move |wish: Wish, on| {
        let view = latest.borrow().clone();
        match wish {
            Wish::Key(key) => moved(&view, key).into_iter().for_each(|action| on.emit(action)),
            Wish::Choice(choose) => on.emit(chosen(&view, choose)),
            Wish::File(saves) => export::svg(&view).iter().for_each(|svg| saves(svg)),
        }
    });
    let on_key = {
        let (view, on) = (view.clone(), on.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            if let Some(action) = moved(&view, &event.key()) {
                event.prevent_default();
                on.emit(action);
            }
        })
    };
    let (session, has_table) = (&view.session, view.choice.has_table);
    let on_seek = on.reform(|at: Time| Action::Seek(at));
    html! {
        <div class="timeline">
            <Controls by={view.choice.by} workload={view.choice.workload.clone()}
                workloads={session.workloads.clone()} on_wish={does.clone()} />
            <Legend shapes={session.shapes.clone()} has_counts={!session.counts.desired.is_empty()}
                has_floor={!session.counts.floor.is_empty()} />
            <div class={BOX} tabindex="0" role="group" onkeydown={on_key}
                aria-label={format!("Timeline: {}. Arrow keys move, plus and minus zoom, 0 shows all.", view.summary())}>
                <Drawing view={view.clone()} {on_seek} />
            </div>
            if view.hidden > 0 {
                <p class="note">{ format!("{} more lanes are not drawn: choose a workload.", view.hidden) }</p>
            }
            <Phases rows={view.rows.clone()} is_open={has_table} on_open={does.reform(move |is_open| {
                Wish::Choice(Box::new(move |choice| choice.has_table = is_open))
            })} />
        </div>
    }
}

/// What a person wants of the timeline.
enum Wish {
    /// What a key does.
    Key(&'static str),
    /// Another choice.
    Choice(Box<dyn FnOnce(&mut TimelineChoice)>),
    /// A file of it.
    File(fn(&str)),
}

#[derive(PartialEq, Properties)]
struct ControlsProps {
    by: LaneBy,
    workload: Option<ObjectKey>,
    workloads: Vec<ObjectKey>,
    on_wish: Callback<Wish>,
}

#[component]
fn Controls(props: &ControlsProps) -> Html {
    let on_wish = &props.on_wish;
    let choose = {
        let (workloads, on_wish) = (props.workloads.clone(), on_wish.clone());
        Callback::from(move |event: Event| {
            let index = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            let place = usize::try_from(index - 1).ok();
            let workload = place.and_then(|place| workloads.get(place).cloned());
            on_wish.emit(Wish::Choice(Box::new(|choice| choice.workload = workload)));
        })
    };
    let by = |by: LaneBy, word: &str| {
        let onclick =
            on_wish.reform(move |_: MouseEvent| Wish::Choice(Box::new(move |choice| choice.by = by)));
        html! {
            <button type="button" class="button is-quiet" aria-pressed={(props.by == by).to_string()} {onclick}>
                { word.to_owned() }</button>
        }
    };
    let go = |key: &'static str, name: &str, word: &str| {
        let onclick = on_wish.reform(move |_: MouseEvent| Wish::Key(key));
        html! {
            <button type="button" class="button is-quiet" aria-label={name.to_owned()} title={name.to_owned()}
                {onclick}>{ word.to_owned() }</button>
        }
    };
    let save = |name: &str, word: &str, saves: fn(&str)| {
        let onclick = on_wish.reform(move |_: MouseEvent| Wish::File(saves));
        html! {
            <button type="button" class="button is-quiet" aria-label={name.to_owned()} {onclick}>{
                word.to_owned() }</button>
        }
    };
    html! {
        <div class="timeline-controls">
            <label>{ "Pods of " }
                <select class="select" onchange={choose}>
                    <option selected={props.workload.is_none()}>{ "all workloads" }</option>
                    { for props.workloads.iter().map(|key| html! {
                        <option key={key.to_string()} selected={props.workload.as_ref() == Some(key)}>{
                            format!("{}/{}", key.kind.resource().singular, key.name) }</option>
                    }) }
                </select>
            </label>
            <div class="buttons">{ by(LaneBy::Pod, "By pod") }{ by(LaneBy::Node, "By node") }</div>
            <div class="buttons">
                { go("ArrowLeft", "Earlier", "◂") }{ go("-", "Zoom out", "−") }{ go("+", "Zoom in", "+") }
                { go("ArrowRight", "Later", "▸") }{ go("0", "All of the session", "All") }
            </div>
            <div class="buttons">
                { save("Save as SVG", "SVG", |svg| export::save("timeline.svg", "image/svg+xml", svg)) }
                { save("Save as PNG", "PNG", |svg| export::save_png("timeline.png", svg)) }
            </div>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct LegendProps {
    shapes: Vec<Shape>,
    has_counts: bool,
    has_floor: bool,
}

/// What the bars and lines mean.
#[component]
fn Legend(props: &LegendProps) -> Html {
    let word =
        |shape: Shape| Shape::ALL.iter().find(|(known, _)| *known == shape).map_or("", |(_, word)| word);
    html! {
        <p class="timeline-legend">
            { for props.shapes.iter().map(|&shape| {
                let (colour, height) = plot::look(shape);
                let fill = format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2);
                let y = if shape == Shape::Terminating { 0 } else { plot::LANE - height };
                html! {
                    <span class="timeline-key">
                        <svg class="timeline-drawing" width="18" height={plot::LANE.to_string()}
                            aria-hidden="true"><rect {fill} y={y.to_string()} width="18"
                            height={height.to_string()} /></svg>
                        { word(shape) }
                    </span>
                }
            }) }
            <span class="key is-key-ready">{ "ready, not ending" }</span>
            if props.has_counts {
                <span class="key is-key-updated">{ "updated" }</span>
                <span class="key is-key-desired">{ "desired" }</span>
            }
            if props.has_floor {
                <span class="key is-key-floor">{ "budget's floor" }</span>
            }
        </p>
    }
}

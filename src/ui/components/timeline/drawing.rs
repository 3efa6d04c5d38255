//! The lanes with their names, the axis and the marks above, and the counts below.
//!
//! Three drawings above each other: however far lanes are scrolled, the first and the last stay in sight.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::painter::{Content, Painter, Wanted};
use super::part::{PartKind, part};
use super::plot::{COUNTS, LANE, Place};
use crate::sim::Time;
use crate::ui::browser;
use crate::ui::hooks::size_watch::SizeWatch;
use crate::ui::view_model::timeline::{LaneView, TimelineView};

/// A lane with the room below it.
const ROW: u32 = LANE + 3;
/// The height of the drawing above the lanes: the axis and the marks.
const HEAD: u32 = 30;
/// The width until the browser has said how much there is.
const WIDTH: u32 = 640;
/// What scrolls, where there may be many lanes.
pub(super) const BOX: &str = "timeline-box";
/// Lanes that are so many pixels out of sight are drawn as well.
const AROUND: i32 = 200;

#[derive(PartialEq, Properties)]
pub(crate) struct DrawingProps {
    pub(crate) view: Rc<TimelineView>,
    pub(crate) on_seek: Callback<Time>,
}

/// The width of an element, kept up to date.
#[hook]
fn use_width(root: &NodeRef) -> u32 {
    let width = use_state_eq(|| WIDTH);
    let (root, measured) = (root.clone(), width.clone());
    use_effect_with((), move |()| {
        let watch = root.cast::<HtmlElement>().and_then(|root| {
            let element = root.clone();
            SizeWatch::new(&root, move || {
                if let Some(width) = u32::try_from(element.client_width()).ok().filter(|width| *width > 0) {
                    measured.set(width);
                }
            })
        });
        move || drop(watch)
    });
    *width
}

#[component]
pub(crate) fn Drawing(props: &DrawingProps) -> Html {
    let view = &props.view;
    let (root, lanes, counts) = (use_node_ref(), use_node_ref(), use_node_ref());
    let width = use_width(&root);
    let painter = use_mut_ref(Painter::default);
    use_painter([&lanes, &counts], &painter, view, width);
    use_scroll(&root, &painter);
    let on_click = {
        let (root, window, now, on_seek) = (root.clone(), view.window, view.now, props.on_seek.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(root) = root.cast::<Element>() else { return };
            let rect = root.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            // The names stand to the left.
            if share >= 0.0 {
                on_seek.emit(window.instant(share).min(now));
            }
        })
    };
    let part = |kind, height, content| part(kind, view, (width, height), content);
    html! {
        <div class="timeline-plot" onclick={on_click}>
            <div class="timeline-head">
                <span class="timeline-side" />
                { part(PartKind::Head, HEAD, Html::default()) }
            </div>
            <div class="timeline-lanes">
                <Names view={view.clone()} />
                <div ref={root}>
                    { part(PartKind::Body, top(view.lanes.len()), html! {
                        <>{ patterns() }<g ref={lanes}><Rows view={view.clone()} /></g></>
                    }) }
                </div>
            </div>
            <div class="timeline-foot">
                <span class="timeline-side">{ format!("pods, up to {}", view.session.counts.top()) }</span>
                { part(PartKind::Body, COUNTS, html! { <g ref={counts} class="timeline-counts" /> }) }
            </div>
        </div>
    }
}

#[derive(Properties)]
struct LanesProps {
    view: Rc<TimelineView>,
}

/// Which lanes there are is read, and not what is in them, which changes with every picture.
impl PartialEq for LanesProps {
    fn eq(&self, other: &Self) -> bool {
        let (lanes, others) = (&self.view.lanes, &other.view.lanes);
        let is_same = |(lane, other): (&Rc<_>, &Rc<LaneView>)| Rc::ptr_eq(lane, other) || lane.is(other);
        lanes.len() == others.len() && lanes.iter().zip(others).all(is_same)
    }
}

#[component]
fn Names(props: &LanesProps) -> Html {
    html! {
        <ol class="timeline-side timeline-names" aria-hidden="true">
            { for props.view.names().enumerate().map(|(index, name)| html! {
                <li key={index} title={name.to_owned()}>{ name }</li>
            }) }
        </ol>
    }
}

/// The places of the lanes; the painter fills them.
#[component]
fn Rows(props: &LanesProps) -> Html {
    props.view.lanes.iter().map(|lane| html! { <g key={lane.id()} /> }).collect()
}

/// How far down the row of a lane is.
fn top(row: usize) -> u32 {
    u32::try_from(row).unwrap_or_default() * ROW
}

/// Has lanes and counts drawn that have changed.
#[hook]
fn use_painter(places: [&NodeRef; 2], painter: &Rc<RefCell<Painter>>, view: &Rc<TimelineView>, width: u32) {
    let ([lanes, counts], painter) = (places.map(NodeRef::clone), Rc::clone(painter));
    let drawn = (view.lanes.clone(), view.session.counts.clone(), view.window, width);
    use_effect_with(drawn, move |(drawn, drawn_counts, window, width)| {
        if browser::document().is_none() {
            return;
        }
        let (Some(lanes), Some(counts)) = (lanes.cast::<Element>(), counts.cast::<Element>()) else { return };
        // The counts first: they are a summary of all lanes.
        let place = |row| Place { top: top(row), window: *window, width: *width };
        let content = Content::Counts(drawn_counts.clone());
        let first = Wanted { element: counts, content, place: place(0) };
        let elements = browser::all(&lanes, ":scope > g").into_iter();
        let lanes = elements.zip(drawn).enumerate().map(|(row, (element, lane))| Wanted {
            element,
            content: Content::Lane(lane.clone()),
            place: place(row),
        });
        Painter::want(&painter, std::iter::once(first).chain(lanes).collect());
    });
}

/// Has the painter follow what can be seen.
#[hook]
fn use_scroll(root: &NodeRef, painter: &Rc<RefCell<Painter>>) {
    let (root, painter) = (root.clone(), Rc::clone(painter));
    use_effect_with((), move |()| {
        let scrolls = root.cast::<Element>().and_then(|root| root.closest(&format!(".{BOX}")).ok().flatten());
        let watch = scrolls.map(|scrolls| {
            let look = {
                let scrolls = scrolls.clone();
                move || {
                    let top = scrolls.scroll_top();
                    Painter::look(&painter, top - AROUND..top + scrolls.client_height() + AROUND);
                }
            };
            let scrolled = look.clone();
            (EventListener::new(&scrolls, "scroll", move |_| scrolled()), SizeWatch::new(&scrolls, look))
        });
        move || drop(watch)
    });
}

/// The patterns of revisions; their colours are the page's.
fn patterns() -> Html {
    let pattern = |id: &'static str, content: Html| {
        html! { <pattern {id} width="6" height="6" patternUnits="userSpaceOnUse">{ content }</pattern> }
    };
    html! {
        <defs>
            { pattern("revision-1", html! { <circle cx="2" cy="2" r="1.1" class="pattern-fill" /> }) }
            { pattern("revision-2", html! { <path d="M0 6L6 0" class="pattern-line" /> }) }
            { pattern("revision-3", html! { <path d="M2 0V6" class="pattern-line" /> }) }
            { pattern("revision-4", html! { <path d="M0 6L6 0M0 0L6 6" class="pattern-line" /> }) }
            { pattern("revision-5", html! { <path d="M0 3H6" class="pattern-line" /> }) }
        </defs>
    }
}

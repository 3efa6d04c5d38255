//! The stage: nodes as lanes with their pods, and the shelf of pods that no node runs yet.
//!
//! One grid with one tab stop: arrows move, Enter inspects, the context-menu key opens actions.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::icons::shape;
use super::lane::{Lane, Look, Shelf};
use super::stage_cells::{Cells, use_cells};
use crate::ui::browser;
use crate::ui::hooks::size_watch::SizeWatch;
use crate::ui::hooks::use_cells_shown::use_cells_shown;
use crate::ui::hooks::use_latest::use_latest;
use crate::ui::hooks::use_motion::use_motion;
use crate::ui::painting::StagePainter;
use crate::ui::state::Action;
use crate::ui::state::stir::Motion;
use crate::ui::view_model::invitation::Invitation;
use crate::ui::view_model::revisions::PATTERNS;
use crate::ui::view_model::stage::StageView;
use crate::ui::view_model::status::Shape;

#[derive(PartialEq, Properties)]
pub(crate) struct StageProps {
    pub(crate) view: Rc<StageView>,
    /// How time passes, and so how tiles travel.
    pub(crate) motion: Motion,
    /// What is said where nothing runs.
    pub(crate) invitation: Option<Invitation>,
    /// Whether the past is shown, in which no commands run.
    pub(crate) is_past: bool,
    pub(crate) on: Callback<Action>,
}

/// Where more nodes than this are summed up, the words are in the legend.
const LANES_IN_WORDS: usize = 12;

fn first_cell(view: &StageView) -> String {
    // Not a pod: they come and go.
    let pod = || view.shelf.first().map(|tile| tile.key.name.clone());
    view.lanes.first().map(|lane| lane.key.name.clone()).or_else(pod).unwrap_or_default()
}

/// The first `node-N` that is not taken.
fn next_node(view: &StageView) -> String {
    let is_taken = |name: &str| view.lanes.iter().any(|lane| lane.key.name == name);
    let mut number = view.lanes.len() + 1;
    while is_taken(&format!("node-{number}")) {
        number += 1;
    }
    format!("node-{number}")
}

fn has_cell(view: &StageView, name: &str) -> bool {
    view.lanes.iter().any(|lane| lane.key.name == name) || view.tiles().any(|tile| tile.key.name == name)
}

/// How the pods of one of very many nodes are drawn, and what changes that.
fn opening(
    uid: &str,
    look: Look,
    props: &StageProps,
    opened: &UseStateHandle<Vec<String>>,
) -> (Look, Option<Callback<MouseEvent>>) {
    if !props.view.is_crowded || props.motion.is_racing {
        return (look, None);
    }
    let is_open = opened.iter().any(|known| known == uid);
    let (opened, uid) = (opened.clone(), uid.to_owned());
    let on_open = Callback::from(move |_: MouseEvent| {
        let mut next = (*opened).clone();
        if is_open {
            next.retain(|known| *known != uid);
        } else {
            next.push(uid.clone());
        }
        opened.set(next);
    });
    (if is_open { Look::Painted } else { Look::Summed }, Some(on_open))
}

/// Samples of colours for what is painted. One of their own changes with all others, which takes a moment:
/// its end is how that is noticed.
fn palette(on_change: &Callback<TransitionEvent>) -> Html {
    let state = |(shape, _): &(Shape, &str)| html! { <i class={shape.class()} /> };
    let pattern = |nth: usize| html! { <i class={format!("pattern-{nth}")} /> };
    html! {
        <div class="palette" aria-hidden="true" ontransitionend={on_change.clone()}>
            { for Shape::ALL.iter().map(state) }
            <i class="is-selected" />
            { for (0..PATTERNS).map(pattern) }
        </div>
    }
}

/// Paints tiles anew when the stage has more or less room, or comes to be shown.
#[hook]
fn use_room(root: &NodeRef, view: &Rc<StageView>, painter: &Rc<RefCell<StagePainter>>) {
    let (root, painter, latest) = (root.clone(), Rc::clone(painter), use_latest(view));
    use_effect_with((), move |()| {
        let watch = root.cast::<Element>().and_then(|root| {
            let stage = root.clone();
            SizeWatch::new(&root, move || {
                if stage.client_width() > 0 {
                    painter.borrow_mut().paint(&stage, &latest.borrow(), true);
                }
            })
        });
        move || drop(watch)
    });
}

#[component]
pub(crate) fn Stage(props: &StageProps) -> Html {
    let root = use_node_ref();
    let had_focus = use_mut_ref(|| false);
    // Of its cells, not of the button above them.
    let has_focus = use_state(|| false);
    let painter = use_mut_ref(StagePainter::default);
    let view = &props.view;
    let (cells, events) = use_cells(&root, view, &props.on);
    let stop = if has_cell(view, &cells.stop) { cells.stop.clone() } else { first_cell(view) };
    let next = next_node(view);
    let now = Cells { stop: stop.clone(), menu: cells.menu.clone() };
    let opened = use_state(Vec::<String>::new);
    let look = match (props.motion.is_racing || view.is_crowded, view.is_compact) {
        (true, _) => Look::Summed,
        (false, true) => Look::Painted,
        (false, false) => Look::Whole,
    };
    let is_terse = look == Look::Summed && view.lanes.len() > LANES_IN_WORDS;
    let with_cells = use_cells_shown(view, props.motion.is_moving, *has_focus);
    use_motion(&root, props.motion, view, &(look, (*opened).clone()), &painter);
    use_room(&root, view, &painter);
    {
        // A pod that had the focus and is gone leaves it to its successor, or to the first cell.
        let (root, had_focus) = (root.clone(), had_focus.clone());
        use_effect_with((view.clone(), stop), move |(_, stop)| {
            if *had_focus.borrow()
                && browser::has_lost_focus()
                && let Some(root) = root.cast::<Element>()
            {
                let cell = browser::all(&root, "[data-cell]")
                    .into_iter()
                    .find(|cell| cell.get_attribute("data-cell").as_deref() == Some(stop));
                if let Some(cell) = cell {
                    browser::focus(&cell);
                }
            }
        });
    }
    let on_focus = {
        let (had_focus, has_focus) = (had_focus.clone(), has_focus.clone());
        Callback::from(move |_: FocusEvent| {
            *had_focus.borrow_mut() = true;
            has_focus.set(true);
        })
    };
    let on_blur = Callback::from(move |event: FocusEvent| {
        if event.related_target().is_some() {
            *had_focus.borrow_mut() = false;
            has_focus.set(false);
        }
    });
    let on_colours = {
        let root = root.clone();
        Callback::from(move |_: TransitionEvent| {
            if let Some(root) = root.cast::<Element>() {
                painter.borrow_mut().paint_anew(&root);
            }
        })
    };
    html! {
        <section class={classes!("panel", "stage-panel", now.menu.is_some().then_some("has-menu"))} id="stage" tabindex="-1" aria-labelledby="stage-title">
            <div class="stage-bar">
                <h2 id="stage-title" class="panel-title">{ "Cluster" }</h2>
                <button type="button" class="button is-small" disabled={props.is_past}
                    onclick={props.on.reform(move |_| Action::Run(format!("fault add node/{next}")))}>{ "Add a node" }</button>
            </div>
            if let Some(invitation) = &props.invitation {
                <div class="invitation">
                    <p>{ &invitation.sentence }</p>
                    if !invitation.file.is_empty() && !props.is_past {
                        <button type="button" class="button is-primary"
                            onclick={props.on.reform(|_| Action::Apply)}>
                            { format!("Apply {}", invitation.file) }
                        </button>
                        <p>{ invitation.then }</p>
                    }
                </div>
            }
            if view.is_compact && (look == Look::Painted || is_terse) {
                <ul class="legend" aria-hidden="true">
                    { for Shape::ALL.iter().map(|(known, word)| html! { <li
                        class={known.class()}>
                        // Crowds have the large marks, small tiles the plain ones.
                        if is_terse { { shape(*known) } } else { <span class="mark-box" /> }
                        { *word }</li> }) }
                </ul>
            }
            <div class={classes!("stage", view.is_compact.then_some("is-compact"), is_terse.then_some("is-terse"))} role="grid"
                aria-label="Pods by node" ref={root}
                onclick={events.on_click} oncontextmenu={events.on_menu}
                onkeydown={events.on_key} onfocusin={on_focus} onfocusout={on_blur}>
                if !view.is_empty() {
                    <Shelf tiles={view.shelf.clone()} more={view.more_fresh} {look} has_cells={with_cells > 0}
                        cells={now.clone()} link={events.link.clone()} />
                }
                { for view.lanes.iter().enumerate().map(|(nth, lane)| {
                    let (look, on_open) = opening(&lane.uid, look, props, &opened);
                    html! {
                        <Lane key={lane.uid.clone()} lane={lane.clone()} {look} {on_open}
                            has_cells={nth < with_cells} cells={now.clone()} link={events.link.clone()} />
                    }
                }) }
                <div class="ghosts" aria-hidden="true" />
                if view.is_compact {
                    { palette(&on_colours) }
                }
            </div>
            if !view.left_out.is_empty() {
                <p class="left-out">{ &view.left_out }</p>
            }
        </section>
    }
}

//! The cells of the stage: which has the tab stop, which shows its menu, and what is done to them.
//!
//! The stage listens for all of its cells. There may be hundreds, which come and go, and are drawn again only
//! when what they show has changed: each has nothing of its own that a picture would have to make anew.

use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event};
use yew::prelude::*;

use super::time_bar::time_key;
use crate::api::ObjectKey;
use crate::ui::browser;
use crate::ui::hooks::roving::move_focus;
use crate::ui::hooks::use_latest::use_latest;
use crate::ui::state::Action;
use crate::ui::view_model::grid::Grid;
use crate::ui::view_model::stage::{SHELF, StageView};

/// Which cell has the tab stop, and which shows its menu.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cells {
    pub(crate) stop: String,
    pub(crate) menu: Option<String>,
}

impl Cells {
    /// The tab stop of a cell.
    pub(crate) fn tab_index(&self, cell: &str) -> &'static str {
        if self.stop == cell { "0" } else { "-1" }
    }

    /// Whether a cell shows its menu.
    pub(crate) fn has_menu(&self, cell: &str) -> bool {
        self.menu.as_deref() == Some(cell)
    }
}

/// What happens to the cells.
#[derive(Debug)]
pub(crate) enum CellChange {
    /// One gets the tab stop.
    Stop(String),
    /// One shows its menu, and gets the tab stop.
    Open(String),
    /// The menu closes.
    Close,
}

impl Reducible for Cells {
    type Action = CellChange;

    fn reduce(self: Rc<Self>, change: CellChange) -> Rc<Self> {
        Rc::new(match change {
            CellChange::Stop(stop) => Self { stop, menu: None },
            CellChange::Open(cell) => Self { stop: cell.clone(), menu: Some(cell) },
            CellChange::Close => Self { stop: self.stop.clone(), menu: None },
        })
    }
}

/// What an open menu needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MenuLink {
    /// Closes it; `true` gives the focus back.
    pub(crate) on_close: Callback<bool>,
    pub(crate) on: Callback<Action>,
}

/// What the stage does on events of its cells: the same callbacks for as long as it lives.
pub(crate) struct CellEvents {
    pub(crate) on_click: Callback<MouseEvent>,
    pub(crate) on_menu: Callback<MouseEvent>,
    pub(crate) on_key: Callback<KeyboardEvent>,
    pub(crate) link: MenuLink,
}

/// A cell, and what it stands for.
struct Hit {
    cell: String,
    element: Element,
    key: ObjectKey,
}

fn element_of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The painted tile that a pointer points at.
fn painted(view: &StageView, canvas: Element, event: &MouseEvent) -> Option<Hit> {
    let lane = canvas.closest("[data-lane]").ok().flatten()?.get_attribute("data-lane")?;
    let places = view.places(&lane);
    let grid = Grid::of(canvas.parent_element()?.get_bounding_client_rect().width(), lane == SHELF);
    let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
    let tile = (*places.get(grid.at(x, y, places.len())?)?)?;
    Some(Hit { cell: tile.key.name.clone(), element: canvas, key: tile.key.clone() })
}

/// The cell that an event is about.
fn hit(view: &StageView, target: &Element) -> Option<Hit> {
    let element = target.closest("[data-flip], .lane-head[data-cell]").ok().flatten()?;
    let cell = element.get_attribute("data-cell")?;
    let key = match element.get_attribute("data-flip") {
        Some(uid) => view.tiles().find(|tile| tile.uid == uid)?.key.clone(),
        None => view.lanes.iter().find(|lane| lane.key.name == cell)?.key.clone(),
    };
    Some(Hit { cell, element, key })
}

/// The cells of a stage, and what is done on their events.
#[hook]
pub(crate) fn use_cells(
    root: &NodeRef,
    view: &Rc<StageView>,
    on: &Callback<Action>,
) -> (UseReducerHandle<Cells>, CellEvents) {
    let cells = use_reducer(Cells::default);
    let latest = use_latest(view);
    let hit_by = move |event: &Event| {
        let view = Rc::clone(&latest.borrow());
        let element = element_of(event)?;
        match event.dyn_ref::<MouseEvent>() {
            Some(event) if element.tag_name() == "CANVAS" => painted(&view, element, event),
            _ => hit(&view, &element),
        }
    };
    let on_click = use_callback(on.clone(), {
        let (hit_by, change) = (hit_by.clone(), cells.dispatcher());
        move |event: MouseEvent, on| {
            let Some(hit) = hit_by(&event) else { return };
            let is_more = |target: Element| target.closest(".more").is_ok_and(|button| button.is_some());
            if element_of(&event).is_some_and(is_more) {
                change.dispatch(CellChange::Open(hit.cell));
            } else {
                change.dispatch(CellChange::Stop(hit.cell));
                on.emit(Action::Select(Some(hit.key)));
            }
        }
    });
    let on_menu = use_callback((), {
        let (hit_by, change) = (hit_by.clone(), cells.dispatcher());
        move |event: MouseEvent, ()| {
            if let Some(hit) = hit_by(&event) {
                event.prevent_default();
                change.dispatch(CellChange::Open(hit.cell));
            }
        }
    });
    let on_key = use_callback(on.clone(), {
        let (root, change) = (root.clone(), cells.dispatcher());
        move |event: KeyboardEvent, on| {
            let own = hit_by(&event).filter(|hit| event.target().as_ref() == Some(hit.element.as_ref()));
            match (own, event.key().as_str()) {
                (Some(hit), "Enter") => return on.emit(Action::Select(Some(hit.key))),
                (Some(hit), "ContextMenu") => return change.dispatch(CellChange::Open(hit.cell)),
                (Some(hit), "F10") if event.shift_key() => {
                    return change.dispatch(CellChange::Open(hit.cell));
                }
                _ => {}
            }
            let is_on_button = browser::focused().is_some_and(|element| element.tag_name() == "BUTTON");
            if let Some(action) = time_key(&event, is_on_button) {
                event.prevent_default();
                on.emit(action);
            } else if let Some(root) = root.cast::<Element>()
                && let Some(cell) = move_focus(&root, &event)
            {
                change.dispatch(CellChange::Stop(cell));
            }
        }
    });
    let on_close = use_callback((), {
        let (root, change) = (root.clone(), cells.dispatcher());
        move |refocus: bool, ()| {
            let menu = root.cast::<Element>().and_then(|root| root.query_selector(".menu").ok().flatten());
            let cell = menu.and_then(|menu| menu.closest("[data-cell]").ok().flatten());
            change.dispatch(CellChange::Close);
            if let Some(cell) = cell.filter(|_| refocus) {
                browser::focus(&cell);
            }
        }
    });
    let link = MenuLink { on_close, on: on.clone() };
    (cells, CellEvents { on_click, on_menu, on_key, link })
}

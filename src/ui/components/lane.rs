//! A node with its pods, and the shelf of pods without a node.

use std::rc::Rc;

use yew::prelude::*;

use super::actions::node_actions;
use super::crowd::Crowd;
use super::menu::Menu;
use super::stage_cells::{Cells, MenuLink};
use super::tile::{PodCell, Tile};
use crate::ui::view_model::crowd::crowd;
use crate::ui::view_model::stage::{LaneView, SHELF};
use crate::ui::view_model::tile::TileView;

#[derive(PartialEq, Properties)]
pub(crate) struct LaneProps {
    pub(crate) lane: Rc<LaneView>,
    pub(crate) look: Look,
    /// Whether painted tiles have cells over them.
    pub(crate) has_cells: bool,
    /// Draws the pods of a node that are summed up, or sums them up again; `None` where there is no choice.
    pub(crate) on_open: Option<Callback<MouseEvent>>,
    pub(crate) cells: Cells,
    pub(crate) link: MenuLink,
}

/// How pods are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Look {
    /// With all that is known of them.
    Whole,
    /// Painted: name, state and revision.
    Painted,
    /// As counts by state.
    Summed,
}

/// What all tiles of a lane share.
struct Shared<'a> {
    look: Look,
    has_cells: bool,
    cells: &'a Cells,
    link: &'a MenuLink,
}

impl Shared<'_> {
    /// Pods in their places: an empty one is `None`.
    fn pods<'a>(&self, places: impl Iterator<Item = Option<&'a Rc<TileView>>>) -> Html {
        match self.look {
            Look::Summed => summed(places.flatten()),
            Look::Whole => places.flatten().map(|tile| self.tile(tile)).collect(),
            Look::Painted => self.painted(&places.collect::<Vec<_>>()),
        }
    }

    fn tile(&self, tile: &Rc<TileView>) -> Html {
        let (cells, name) = (self.cells, tile.key.name.as_str());
        html! {
            <Tile key={tile.uid.clone()} tile={tile.clone()} is_stop={cells.stop == name}
                menu={cells.has_menu(name).then(|| self.link.clone())} />
        }
    }

    /// The canvas, and over it a cell for each pod: always where one has the tab stop, and so perhaps the
    /// focus.
    fn painted(&self, places: &[Option<&Rc<TileView>>]) -> Html {
        let cells = self.cells;
        let has_stop = || places.iter().flatten().any(|tile| tile.key.name == cells.stop);
        let cell = |(place, tile): (usize, Option<&Rc<TileView>>)| match tile {
            Some(tile) => {
                let name = tile.key.name.as_str();
                html! {
                    <PodCell key={tile.uid.clone()} tile={Rc::clone(tile)} is_stop={cells.stop == name}
                        menu={cells.has_menu(name).then(|| self.link.clone())} />
                }
            }
            None => html! { <div key={place} class="gap" aria-hidden="true" /> },
        };
        html! {
            <div class="pods" role="presentation">
                <canvas aria-hidden="true" />
                if self.has_cells || has_stop() {
                    <div class="pod-cells" role="presentation">{ for places.iter().copied().enumerate().map(cell) }</div>
                }
            </div>
        }
    }
}

fn summed<'a>(tiles: impl Iterator<Item = &'a Rc<TileView>>) -> Html {
    html! { <div class="lane-crowd" role="gridcell"><Crowd counts={crowd(tiles)} /></div> }
}

fn has_cell(tiles: &[Rc<TileView>], cell: &str) -> bool {
    tiles.iter().any(|tile| tile.key.name == cell)
}

#[component]
pub(crate) fn Lane(props: &LaneProps) -> Html {
    let (lane, cells) = (&props.lane, &props.cells);
    let name = lane.key.name.clone();
    // Above its neighbours, as what it shows reaches into them.
    let has_menu = cells.menu.as_ref().is_some_and(|cell| *cell == name || has_cell(&lane.tiles, cell));
    let shared = Shared { look: props.look, has_cells: props.has_cells, cells, link: &props.link };
    let state = (!lane.is_ready).then_some("is-down").or(lane.is_cordoned.then_some("is-cordoned"));
    html! {
        <div class={classes!("lane", state, lane.is_selected.then_some("is-selected"), has_menu.then_some("has-menu"))} role="row"
            data-lane={lane.uid.clone()}>
            <div class="lane-head" role="rowheader" data-cell={name.clone()}
                tabindex={cells.tab_index(&name)}>
                <span class="lane-name">{ &name }</span>
                <span class="lane-status">
                { if lane.is_cordoned { "cordoned" } else if lane.is_ready { "" } else { "NotReady" } }</span>
                <button type="button" class="more" tabindex="-1" aria-label={format!("Actions of {name}")}>{ "⋯" }</button>
                if cells.has_menu(&name) {
                    <Menu label={name.clone()}
                        on_close={props.link.on_close.clone()} on={props.link.on.clone()}
                        items={node_actions(&name, lane.is_cordoned, lane.is_ready)} />
                }
            </div>
            { shared.pods(lane.cells()) }
            if let Some(on_open) = props.on_open.clone().filter(|_| !lane.tiles.is_empty()) {
                <div role="gridcell"><button type="button" class="button is-small" tabindex="-1"
                    data-cell={format!("pods of {name}")} onclick={on_open}>
                    { if props.look == Look::Summed { "Draw its pods" } else { "Sum its pods up" } }<span
                        class="hidden">{ format!(" ({name})") }</span></button></div>
            }
        </div>
    }
}

/// So many pods without a node stand in one row, which is there from the start.
const ONE_ROW: usize = 4;

#[derive(PartialEq, Properties)]
pub(crate) struct ShelfProps {
    pub(crate) tiles: Vec<Rc<TileView>>,
    /// How many more are there for a moment.
    pub(crate) more: usize,
    pub(crate) look: Look,
    /// Whether painted tiles have cells over them.
    pub(crate) has_cells: bool,
    pub(crate) cells: Cells,
    pub(crate) link: MenuLink,
}

#[component]
pub(crate) fn Shelf(props: &ShelfProps) -> Html {
    let has_menu = props.cells.menu.as_ref().is_some_and(|cell| has_cell(&props.tiles, cell));
    let shared =
        Shared { look: props.look, has_cells: props.has_cells, cells: &props.cells, link: &props.link };
    html! {
        <div class={classes!("lane", "shelf", has_menu.then_some("has-menu"), (props.tiles.len() <= ONE_ROW).then_some("is-one-row"))} role="row"
            data-lane={SHELF}>
            <div class="lane-head" role="rowheader">
                <span class="lane-name">{ "No node yet" }</span>
                if props.tiles.is_empty() {
                    <span class="shelf-note">{ "none" }</span>
                }
            </div>
            if !props.tiles.is_empty() {
                { shared.pods(props.tiles.iter().map(Some)) }
            }
            if props.more > 0 {
                <div class="shelf-note" role="gridcell">{ format!("and {} more", props.more) }</div>
            }
        </div>
    }
}

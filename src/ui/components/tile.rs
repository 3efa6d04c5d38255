//! A pod: name, state as shape and word, readiness, revision, restarts and claims.

use std::rc::Rc;

use yew::prelude::*;

use super::actions::pod_actions;
use super::icons::{shape, volume};
use super::menu::Menu;
use super::revision::{badge, pattern};
use super::stage_cells::MenuLink;
use crate::ui::view_model::status::Shape;
use crate::ui::view_model::tile::TileView;

#[derive(PartialEq, Properties)]
pub(crate) struct TileProps {
    pub(crate) tile: Rc<TileView>,
    pub(crate) is_stop: bool,
    /// Its menu, while it is open.
    pub(crate) menu: Option<MenuLink>,
}

/// ` -n NAMESPACE`, outside the default namespace.
pub(crate) fn namespace_flag(namespace: &str) -> String {
    if namespace == "default" || namespace.is_empty() { String::new() } else { format!(" -n {namespace}") }
}

/// Letters of a suffix beside which a base always has room: an ordinal.
const SUFFIX_SHORT: usize = 4;

/// The name; where there is no room, the part that tells a pod from its siblings stays.
fn tile_name(tile: &TileView) -> Html {
    let name = tile.key.name.as_str();
    let (base, suffix) = name.split_at(name.rfind('-').unwrap_or(name.len()));
    let is_long = (suffix.len() > SUFFIX_SHORT).then_some("is-long");
    html! {
        <span class={classes!("tile-name", is_long)}><span class="tile-base">{ base }</span><span
            class="tile-suffix">{ suffix }</span></span>
    }
}

/// What fills as the containers are made; simulated milliseconds: from, until, and when that was so.
fn fill(tile: &TileView) -> Html {
    match tile.making {
        Some(making) => {
            let span = format!("{} {}", making.from.ms(), making.until.ms());
            html! { <span class="fill" data-fill={format!("{span} {}", making.now.ms())} /> }
        }
        None => Html::default(),
    }
}

/// The state; that of a failure may take several lines, which break between its words: `ImagePull|BackOff`.
fn status(tile: &TileView) -> Html {
    if tile.shape != Shape::Failed {
        return html! { &tile.status };
    }
    let mut words = Vec::new();
    let mut rest = tile.status.as_str();
    while let Some(at) = rest.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase()) {
        let (word, after) = rest.split_at(at.0);
        words.push(html! { <>{ word.to_owned() }<wbr /></> });
        rest = after;
    }
    words.push(html! { rest });
    words.into_iter().collect()
}

fn whole(tile: &TileView) -> Html {
    html! {
        <span class="tile-body" aria-hidden="true">
            { fill(tile) }
            <span class={classes!("spine", pattern(tile.revision.as_ref()))} />
            <span class="tile-top">
                { shape(tile.shape) }
                { tile_name(tile) }
                { badge(tile.revision.as_ref()) }
            </span>
            <span class="tile-state">
                <span class="tile-status">{ status(tile) }</span>
                if !matches!(tile.shape, Shape::Pending | Shape::Creating) {
                    <span class="tile-ready">{ &tile.ready }</span>
                }
                if tile.restarts > 0 {
                    <span class="tile-restarts" title="Restarts">{ format!("↻ {}", tile.restarts) }</span>
                }
            </span>
            { for tile.claims.iter().map(|claim| html! {
                <span class={classes!("chip", (claim.phase == "Bound").then_some("is-bound"))}>
                    { volume() }<span class="chip-name">{ &claim.name }</span><span
                        class="chip-phase">{ &claim.phase }</span>
                </span>
            }) }
        </span>
    }
}

/// Its menu, while it is open.
fn open_menu(tile: &TileView, link: Option<&MenuLink>) -> Html {
    let menu = |link: &MenuLink| {
        html! {
            <Menu label={tile.key.name.clone()} on_close={link.on_close.clone()} on={link.on.clone()}
                items={pod_actions(&tile.key, tile.is_running())} />
        }
    };
    link.map(menu).unwrap_or_default()
}

#[component]
pub(crate) fn Tile(props: &TileProps) -> Html {
    let tile = &props.tile;
    let name = tile.key.name.clone();
    let selected = tile.is_selected.then_some("is-selected");
    let menu = props.menu.is_some().then_some("has-menu");
    html! {
        <div class={classes!("tile", tile.shape.class(), selected, menu)} role="gridcell"
            data-flip={tile.uid.clone()}
            data-cell={name.clone()} tabindex={if props.is_stop { "0" } else { "-1" }}
            aria-selected={tile.is_selected.to_string()}>
            <span class="hidden">{ &tile.sentence }</span>
            { whole(tile) }
            <button type="button" class="more" tabindex="-1" aria-label={format!("Actions of {name}")}>{ "⋯" }</button>
            { open_menu(tile, props.menu.as_ref()) }
        </div>
    }
}

/// What a painted tile is called: what can be seen of it is a part of that, word for word.
fn painted_label(tile: &TileView) -> String {
    tile.sentence.replacen(", revision ", " ", 1)
}

/// Lies unseen over a painted tile, for keyboards and screen readers.
#[component]
pub(crate) fn PodCell(props: &TileProps) -> Html {
    let tile = &props.tile;
    let menu = props.menu.is_some().then_some("has-menu");
    html! {
        <div class={classes!("pod-cell", tile.shape.class(), menu)} role="gridcell"
            data-flip={tile.uid.clone()}
            data-cell={tile.key.name.clone()} tabindex={if props.is_stop { "0" } else { "-1" }}
            aria-label={painted_label(tile)}
            aria-selected={tile.is_selected.to_string()}>
            { open_menu(tile, props.menu.as_ref()) }
        </div>
    }
}

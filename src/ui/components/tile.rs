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
    pub(crate) is_small: bool,
    pub(crate) is_stop: bool,
    /// Its menu, while it is open.
    pub(crate) menu: Option<MenuLink>,
}

/// ` -n NAMESPACE`, outside the default namespace.
pub(crate) fn namespace_flag(namespace: &str) -> String {
    if namespace == "default" || namespace.is_empty() { String::new() } else { format!(" -n {namespace}") }
}

/// The name; where there is no room, the part that tells a pod from its siblings stays.
fn tile_name(tile: &TileView) -> Html {
    let name = tile.key.name.as_str();
    let (base, suffix) = name.split_at(name.rfind('-').unwrap_or(name.len()));
    html! {
        <span class="tile-name"><span class="tile-base">{ base }</span><span
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

/// Longer names do not fit on a small tile; the part that tells a pod from its siblings does.
const NAME_MAX: usize = 7;

/// What a small tile is called: what can be seen of it is a part of that, word for word.
fn small_label(tile: &TileView) -> String {
    tile.sentence.replacen(", revision ", " ", 1)
}

/// State and revision are drawn by the tile's classes: there may be hundreds, and each element costs the
/// browser style, layout and paint.
fn small(tile: &TileView) -> Html {
    let letter = tile.revision.as_ref().map_or("–", |mark| mark.letter.as_str());
    let name = match tile.key.name.rsplit_once('-') {
        Some((_, suffix)) if tile.key.name.len() > NAME_MAX => format!("…{suffix}"),
        _ => tile.key.name.clone(),
    };
    // The letter's indent makes room for the mark.
    html! { <span class="tile-text" aria-hidden="true">{ format!("{name}\n   {letter}") }</span> }
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
                <span class="tile-status">{ &tile.status }</span>
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

#[component]
pub(crate) fn Tile(props: &TileProps) -> Html {
    let tile = &props.tile;
    let name = tile.key.name.clone();
    let selected = tile.is_selected.then_some("is-selected");
    let revision = props.is_small.then(|| pattern(tile.revision.as_ref()));
    let menu = props.menu.is_some().then_some("has-menu");
    html! {
        <div class={classes!("tile", tile.shape.class(), revision, selected, menu)} role="gridcell"
            data-flip={tile.uid.clone()}
            data-cell={name.clone()} tabindex={if props.is_stop { "0" } else { "-1" }}
            aria-label={props.is_small.then(|| small_label(tile))}
            aria-selected={tile.is_selected.to_string()}>
            if !props.is_small {
                // Small tiles have a label: what is clipped takes the browser longer than all the rest.
                <span class="hidden">{ &tile.sentence }</span>
            }
            { if props.is_small { small(tile) } else { whole(tile) } }
            if !props.is_small {
                <button type="button" class="more" tabindex="-1" aria-label={format!("Actions of {name}")}>{ "⋯" }</button>
            }
            if let Some(link) = &props.menu {
                <Menu label={name} on_close={link.on_close.clone()} on={link.on.clone()}
                    items={pod_actions(&tile.key, tile.is_running())} />
            }
        </div>
    }
}

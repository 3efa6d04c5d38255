//! A pod: name, state as shape and word, readiness, revision, restarts and claims.

use std::rc::Rc;

use yew::prelude::*;

use super::actions::pod_actions;
use super::icons::{shape, volume};
use super::menu::Menu;
use super::revision::{badge, pattern};
use super::stage::Cells;
use crate::ui::browser;
use crate::ui::state::Action;
use crate::ui::view_model::tile::TileView;

#[derive(PartialEq, Properties)]
pub(crate) struct TileProps {
    pub(crate) tile: Rc<TileView>,
    pub(crate) is_stop: bool,
    pub(crate) has_menu: bool,
    pub(crate) on_cells: Callback<Cells>,
    pub(crate) on: Callback<Action>,
}

/// ` -n NAMESPACE`, outside the default namespace.
pub(crate) fn namespace_flag(namespace: &str) -> String {
    if namespace == "default" || namespace.is_empty() { String::new() } else { format!(" -n {namespace}") }
}

#[component]
pub(crate) fn Tile(props: &TileProps) -> Html {
    let tile = &props.tile;
    let name = tile.key.name.clone();
    let root = use_node_ref();
    let cells = |menu: bool| {
        let (on_cells, name) = (props.on_cells.clone(), name.clone());
        move || on_cells.emit(Cells { stop: name.clone(), menu: menu.then(|| name.clone()) })
    };
    let open = cells(true);
    let on_menu = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| {
            event.prevent_default();
            event.stop_propagation();
            open();
        })
    };
    let select = {
        let (on, key, stop) = (props.on.clone(), tile.key.clone(), cells(false));
        move || {
            stop();
            on.emit(Action::Select(Some(key.clone())));
        }
    };
    let on_click = {
        let select = select.clone();
        Callback::from(move |_: MouseEvent| select())
    };
    let on_key = Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => select(),
        "ContextMenu" => open(),
        "F10" if event.shift_key() => open(),
        _ => {}
    });
    let on_close = {
        let (root, close) = (root.clone(), cells(false));
        Callback::from(move |refocus: bool| {
            close();
            if refocus && let Some(root) = root.cast::<web_sys::Element>() {
                browser::focus(&root);
            }
        })
    };
    let selected = tile.is_selected.then_some("is-selected");
    // Where there is no room, the part that tells a pod from its siblings stays.
    let (base, suffix) = name.split_at(name.rfind('-').unwrap_or(name.len()));
    html! {
        <div class={classes!("tile", tile.shape.class(), selected)} role="gridcell" ref={root}
            data-flip={tile.uid.clone()}
            data-cell={name.clone()} tabindex={if props.is_stop { "0" } else { "-1" }}
            aria-selected={tile.is_selected.to_string()} onclick={on_click} onkeydown={on_key}
            oncontextmenu={on_menu.clone()}>
            <span class="hidden">{ &tile.sentence }</span>
            <span class="tile-body" aria-hidden="true">
            <span class={classes!("spine", pattern(tile.revision.as_ref()))} />
            <span class="tile-top">
                { shape(tile.shape) }
                <span class="tile-name"><span class="tile-base">{ base }</span><span
                    class="tile-suffix">{ suffix }</span></span>
                { badge(tile.revision.as_ref()) }
            </span>
            <span class="tile-state">
                <span class="tile-status">{ &tile.status }</span>
                <span class="tile-ready">{ &tile.ready }</span>
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
            <button type="button" class="more" tabindex="-1" aria-label={format!("Actions of {name}")}
                onclick={on_menu}>{ "⋯" }</button>
            if props.has_menu {
                <Menu label={name} {on_close} on={props.on.clone()}
                    items={pod_actions(&tile.key, tile.is_running())} />
            }
        </div>
    }
}

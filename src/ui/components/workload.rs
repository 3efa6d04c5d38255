//! What the strips of all workloads share: the name, counts, and a pod as a small button.

use std::fmt::Display;
use std::rc::Rc;

use yew::prelude::*;

use super::icons::shape;
use super::revision::{badge, pattern};
use crate::api::ObjectKey;
use crate::ui::state::Action;
use crate::ui::view_model::tile::TileView;

/// The workload's name, which shows it in the inspector.
pub(crate) fn workload_name(key: &ObjectKey, on: &Callback<Action>) -> Html {
    let resource = key.kind.resource();
    let short = resource.short_names.first().copied().unwrap_or(resource.singular);
    let chosen = key.clone();
    html! {
        <h2 class="set-name">
            <button type="button" class="link"
                onclick={on.reform(move |_| Action::Select(Some(chosen.clone())))}>
                <span class="set-kind">{ short }{ "/" }</span>{ &key.name }
            </button>
        </h2>
    }
}

/// A count with its label.
pub(crate) fn count(label: &'static str, value: impl Display) -> Html {
    html! {
        <p class="count"><span class="count-label">{ label }</span><span
            class="count-value">{ format!("{value}") }</span></p>
    }
}

/// The part of a pod's name that tells it from its siblings.
fn suffix(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(_, suffix)| suffix)
}

/// The pods of a workload, each as a small button.
pub(crate) fn pod_buttons(tiles: &[Rc<TileView>], is_small: bool, on: &Callback<Action>) -> Html {
    let button = |tile: &Rc<TileView>| {
        html! { <PodButton key={tile.uid.clone()} tile={tile.clone()} {is_small} on={on.clone()} /> }
    };
    tiles.iter().map(button).collect()
}

#[derive(PartialEq, Properties)]
struct PodProps {
    tile: Rc<TileView>,
    is_small: bool,
    on: Callback<Action>,
}

/// A pod as a small button: a component, so that those that are as before cost nothing.
#[component]
fn PodButton(props: &PodProps) -> Html {
    let (tile, on) = (&props.tile, &props.on);
    let key = tile.key.clone();
    let selected = tile.is_selected.then_some("is-selected");
    html! {
        <li class="pod-item">
            <button type="button" class={classes!("slot", "pod-button", tile.shape.class(), selected)}
                title={tile.sentence.clone()}
                onclick={on.reform(move |_| Action::Select(Some(key.clone())))}>
                // Its title is its name.
                <span class="slot-body" aria-hidden="true">
                    <span class={classes!("spine", pattern(tile.revision.as_ref()))} />
                    // In a crowd the class alone draws its state.
                    if !props.is_small {
                        { shape(tile.shape) }
                    }
                    <span class="pod-suffix">{ suffix(&tile.key.name) }</span>
                    if !props.is_small {
                        { badge(tile.revision.as_ref()) }
                    }
                </span>
            </button>
        </li>
    }
}

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

/// A pod as a small button.
pub(crate) fn pod_button(tile: &Rc<TileView>, on: &Callback<Action>) -> Html {
    let key = tile.key.clone();
    let selected = tile.is_selected.then_some("is-selected");
    html! {
        <li class="pod-item" key={tile.uid.clone()}>
            <button type="button" class={classes!("slot", "pod-button", tile.shape.class(), selected)}
                title={tile.sentence.clone()}
                onclick={on.reform(move |_| Action::Select(Some(key.clone())))}>
                <span class="hidden">{ &tile.sentence }</span>
                <span class="slot-body" aria-hidden="true">
                    <span class={classes!("spine", pattern(tile.revision.as_ref()))} />
                    { shape(tile.shape) }
                    <span class="pod-suffix">{ suffix(&tile.key.name) }</span>
                    { badge(tile.revision.as_ref()) }
                </span>
            </button>
        </li>
    }
}

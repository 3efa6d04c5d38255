//! Below the stage: rollout history, chart, tables.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::chart::Chart;
use super::history::History;
use super::tables::Tables;
use crate::ui::browser;
use crate::ui::state::{Action, Panel};
use crate::ui::view_model::series::Series;
use crate::ui::view_model::sets::SetView;
use crate::ui::view_model::tables::TableView;

#[derive(PartialEq, Properties)]
pub(crate) struct PanelsProps {
    pub(crate) panel: Panel,
    pub(crate) sets: Vec<Rc<SetView>>,
    pub(crate) series: Series,
    pub(crate) tables: Rc<Vec<TableView>>,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Panels(props: &PanelsProps) -> Html {
    let root = use_node_ref();
    let on_key = {
        let (root, on, panel) = (root.clone(), props.on.clone(), props.panel);
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => Panel::ALL.len() - 1,
                _ => return,
            };
            let here = Panel::ALL.iter().position(|(known, _)| *known == panel).unwrap_or_default();
            let next = (here + step) % Panel::ALL.len();
            if let Some((panel, _)) = Panel::ALL.get(next) {
                on.emit(Action::Panel(*panel));
            }
            if let Some(tab) = root
                .cast::<Element>()
                .and_then(|root| browser::all(&root, "[role=tab]").into_iter().nth(next))
            {
                browser::focus(&tab);
            }
        })
    };
    let content = match props.panel {
        Panel::History => html! { <History sets={props.sets.clone()} on={props.on.clone()} /> },
        Panel::Chart => props
            .sets
            .iter()
            .map(|set| {
                let samples = props.series.of(&set.uid);
                html! { <Chart key={set.uid.clone()} name={set.key.name.clone()} {samples} /> }
            })
            .collect(),
        Panel::Tables => html! { <Tables tables={props.tables.clone()} /> },
    };
    html! {
        <section class="panel panels" aria-label="History, chart, tables">
            <div class="panel-tabs" role="tablist" aria-label="Panels" ref={root} onkeydown={on_key}>
                { for Panel::ALL.iter().map(|&(panel, title)| {
                    let is_open = panel == props.panel;
                    html! {
                        <button type="button" role="tab" class="panel-tab"
                            aria-selected={is_open.to_string()} aria-controls="panel-content"
                            tabindex={if is_open { "0" } else { "-1" }}
                            onclick={props.on.reform(move |_| Action::Panel(panel))}>{ title }</button>
                    }
                }) }
            </div>
            <div class="panel-content" id="panel-content" role="tabpanel"
                aria-label={Panel::ALL.iter().find(|(panel, _)| *panel == props.panel).map(|(_, title)| *title)} tabindex="0">
                if props.sets.is_empty() && props.panel != Panel::Tables {
                    <p class="empty">{ "No StatefulSet yet." }</p>
                }
                { content }
            </div>
        </section>
    }
}

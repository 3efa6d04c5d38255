//! Below the stage: rollout history, timeline, comparison, budgets, tables.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::budgets::Budgets;
use super::comparison::Compare;
use super::history::History;
use super::tables::Tables;
use super::timeline::Timeline;
use crate::ui::browser;
use crate::ui::state::{Action, Panel};
use crate::ui::view_model::budgets::BudgetView;
use crate::ui::view_model::comparison::CompareView;
use crate::ui::view_model::history::HistoryView;
use crate::ui::view_model::progress::Progress;
use crate::ui::view_model::story::{RevisionDiff, Story};
use crate::ui::view_model::tables::TableView;
use crate::ui::view_model::timeline::TimelineView;

#[derive(PartialEq, Properties)]
pub(crate) struct PanelsProps {
    pub(crate) panel: Panel,
    pub(crate) histories: Vec<Rc<HistoryView>>,
    pub(crate) stories: Rc<Vec<Story>>,
    pub(crate) compared: Option<Rc<RevisionDiff>>,
    pub(crate) workloads: Rc<Vec<Progress>>,
    pub(crate) timeline: Option<Rc<TimelineView>>,
    pub(crate) comparison: Option<Rc<CompareView>>,
    pub(crate) file: String,
    pub(crate) branches: Vec<(String, bool)>,
    pub(crate) budgets: Rc<Vec<BudgetView>>,
    pub(crate) tables: Rc<Vec<TableView>>,
    pub(crate) on: Callback<Action>,
}

#[component]
pub(crate) fn Panels(props: &PanelsProps) -> Html {
    let root = use_node_ref();
    {
        // What was chosen may lie below what can be seen.
        let (root, shown) = (root.clone(), use_mut_ref(|| props.panel));
        use_effect_with(props.panel, move |panel| {
            if std::mem::replace(&mut *shown.borrow_mut(), *panel) != *panel
                && let Some(panel) = root.cast::<Element>().and_then(|tabs| tabs.closest(".panels").ok()?)
            {
                browser::reveal(&panel);
            }
        });
    }
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
        Panel::History => html! { <History histories={props.histories.clone()}
        stories={props.stories.clone()} diff={props.compared.clone()} on={props.on.clone()} /> },
        Panel::Timeline => props
            .timeline
            .iter()
            .map(|view| {
                html! { <Timeline view={view.clone()} on={props.on.clone()} /> }
            })
            .collect(),
        Panel::Compare => html! { <Compare view={props.comparison.clone()} file={props.file.clone()}
        branches={props.branches.clone()} on={props.on.clone()} /> },
        Panel::Budgets => html! { <Budgets budgets={props.budgets.clone()} on={props.on.clone()} /> },
        Panel::Tables => html! { <Tables tables={props.tables.clone()} /> },
    };
    html! {
        <section class="panel panels" aria-label="History, timeline, comparison, budgets, tables">
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
                if props.workloads.is_empty() && matches!(props.panel, Panel::History | Panel::Timeline) {
                    <p class="empty">{ "There is no workload." }</p>
                }
                { content }
            </div>
        </section>
    }
}

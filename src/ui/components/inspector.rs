//! The chosen object: why it is as it is, its conditions, events and YAML, and what can be done with it.

use std::rc::Rc;

use yew::prelude::*;

use super::actions::{action_word, object_actions};
use super::attempts::Attempts;
use super::events::event;
use super::node_edit::NodeEdit;
use super::why::Reasons;
use crate::ui::browser;
use crate::ui::state::Action;
use crate::ui::view_model::inspector::InspectorView;

#[derive(PartialEq, Properties)]
pub(crate) struct InspectorProps {
    pub(crate) view: Option<Rc<InspectorView>>,
    pub(crate) on: Callback<Action>,
}

/// Nothing is chosen at first, so what shows an object is a part of its own: it is loaded later.
#[component]
pub(crate) fn Inspector(props: &InspectorProps) -> Html {
    match &props.view {
        Some(view) => html! { <Chosen view={view.clone()} on={props.on.clone()} /> },
        None => Html::default(),
    }
}

#[derive(PartialEq, Properties)]
struct ChosenProps {
    view: Rc<InspectorView>,
    on: Callback<Action>,
}

/// What finds the cell of a pod or a node on the stage.
fn cell(name: &str) -> String {
    format!("#stage [data-cell=\"{name}\"]")
}

#[component]
fn Chosen(props: &ChosenProps) -> Html {
    let (view, root) = (&props.view, use_node_ref());
    let resource = view.key.kind.resource();
    {
        // Where it has no column of its own it lies over the foot of the page.
        let root = root.clone();
        use_effect_with(view.key.clone(), move |key| {
            if let Some(root) = root.cast::<web_sys::Element>() {
                let cell = cell(&key.name);
                browser::uncover(
                    &[&cell, ".lane.is-selected .lane-head", ".set.is-selected .set-head"],
                    &root,
                );
            }
        });
    }
    let close = {
        let name = view.key.name.clone();
        props.on.reform(move |(): ()| {
            // The focus does not go with it.
            let cell = cell(&name);
            browser::focus_first(&[&cell, ".set.is-selected button", "#stage"]);
            Action::Select(None)
        })
    };
    let on_key = {
        let close = close.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && !event.default_prevented() {
                close.emit(());
            }
        })
    };
    html! {
        <section class="panel inspector" ref={root} aria-labelledby="inspector-title" onkeydown={on_key}>
            <div class="panel-bar">
                <h2 id="inspector-title" class="inspector-name"><span
                    class="set-kind">{ resource.singular }{ "/" }</span>{ &view.key.name }</h2>
                <button type="button" class="button is-small" aria-label="Close the inspector"
                    onclick={close.reform(|_: MouseEvent| ())}>{ "×" }</button>
            </div>
            if let Some(reasons) = &view.reasons {
                <Reasons reasons={reasons.clone()} on={props.on.clone()} />
            } else {
                <p class="empty">{ "It does not exist any more." }</p>
            }
            <div class="buttons">
                { for object_actions(view).into_iter().map(|(word, action)| {
                    let shown = action_word(word, &action);
                    html! {
                        <button type="button" class="button is-small"
                            onclick={props.on.reform(move |_| action.clone())}>{ shown }</button>
                    }
                }) }
            </div>
            if let Some(reasons) = &view.reasons {
                <Attempts attempts={reasons.attempts.clone()} />
            }
            if let Some(node) = &view.node {
                <NodeEdit name={view.key.name.clone()} node={node.clone()} on={props.on.clone()} />
            }
            if !view.conditions.is_empty() {
                <h3>{ "Conditions" }</h3>
                <dl class="facts">
                    { for view.conditions.iter().map(|(type_, status, because)| html! {
                        <div class={classes!((status != "True").then_some("is-off"))}><dt>{ type_ }</dt>
                        <dd>{ status }<span class="because">{ because }</span></dd></div>
                    }) }
                </dl>
            }
            if !view.events.is_empty() {
                <h3>{ "Its events" }</h3>
                <ol class="event-list">
                    { for view.events.iter().take(20).map(|row| event(row, row.uid.clone(), None)) }
                </ol>
            }
            if view.exists {
                <details class="disclosure"><summary>{ "YAML" }</summary><pre class="yaml"
                    tabindex="0">{ &view.yaml }</pre></details>
            }
        </section>
    }
}
